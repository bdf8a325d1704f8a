//! The next network document: changed, signed, published.

use std::{fs, time::Duration};

use verbund_protocol::{
    address::is_address,
    cbor,
    certificate::{MemberCertificate, Purpose},
    id::MemberId,
    membership::{Facility, Member, Membership, NetworkDocument, Node, Role, SignedDocument},
    sign::{Kind, MultiSigned, PublicKey, SecretKey},
    time::Timestamp,
};

use super::{Authority, DRAFT, Draft, NewAuthority};
use crate::{
    AuthorityError,
    files::{self, Access},
    issuing,
};

/// How long a network document is valid (DESIGN section 4: 12 months, warned 90 days ahead).
const VALIDITY: Duration = Duration::from_secs(365 * 86_400);
/// The lowest protocol version that nodes may speak.
const MIN_PROTOCOL: u16 = 1;

/// A node to be listed, and what is said about its member.
#[derive(Clone, Debug)]
pub struct Admission {
    /// The node's auth certificate, PEM.
    pub auth_pem: String,
    /// The node's sign certificate, PEM.
    pub sign_pem: String,
    /// The member's name as people write it; the one in the certificate if not given.
    pub name: Option<String>,
    /// The facilities the member speaks for. For a member that is listed already, empty leaves them as they are.
    pub facilities: Vec<Facility>,
    /// Whether its nodes relay for members without an inbound port; nothing leaves it as it is (a new member does not).
    pub relay: Option<bool>,
    /// What it does in the network; nothing leaves it as it is (a new member is a clinic).
    pub role: Option<Role>,
}

impl Admission {
    /// Returns the admission of the node that both certificates name, without facilities.
    pub fn of(auth_pem: &str, sign_pem: &str) -> Self {
        Self { auth_pem: auth_pem.into(), sign_pem: sign_pem.into(), name: None, facilities: Vec::new(), relay: None, role: None }
    }
}

pub(super) fn first(new: &NewAuthority, certificate: &[u8], now: Timestamp) -> Result<NetworkDocument, AuthorityError> {
    let document = NetworkDocument {
        network: new.network.clone(),
        version: 1,
        valid_from: now,
        valid_until: now.plus(VALIDITY),
        board: new.board.clone(),
        threshold: new.threshold,
        authorities: vec![certificate.to_vec()],
        members: Vec::new(),
        bootstrap: Vec::new(),
        min_protocol: MIN_PROTOCOL,
        catalogues: Vec::new(),
    };
    document.check().map_err(AuthorityError::Content)?;
    Ok(document)
}

impl Authority {
    /// Returns the member that both certificates of an admission name, without changing anything.
    ///
    /// # Errors
    /// [`AuthorityError`] if a certificate is not this authority's own, or the two name different nodes.
    pub fn named(&self, admission: &Admission, now: Timestamp) -> Result<MemberId, AuthorityError> {
        self.certificates(admission, now).map(|(auth, _)| auth.name.member)
    }

    /// Lists a node in the draft: a new member, a further node of a member, or new keys of a node (the sign key it had
    /// before stays good for what it signed then).
    ///
    /// # Errors
    /// [`AuthorityError`] if a certificate is not this authority's own, the two name different nodes, or a rule of the document
    /// would be broken.
    pub fn admit(&mut self, admission: Admission, now: Timestamp) -> Result<MemberId, AuthorityError> {
        let (auth, sign) = self.certificates(&admission, now)?;
        let id = auth.name.member.clone();
        self.change_draft(now, |document| {
            let Some(member) = document.members.iter_mut().find(|member| member.id == id) else {
                document.members.push(new_member(&admission, &auth, &sign));
                return Ok(());
            };
            if let Some(name) = &admission.name {
                member.name.clone_from(name);
            }
            if !admission.facilities.is_empty() {
                member.facilities.clone_from(&admission.facilities);
            }
            member.relay = admission.relay.unwrap_or(member.relay);
            if let Some(role) = admission.role {
                member.roles = vec![role];
            }
            list_node(member, &auth, &sign);
            Ok(())
        })?;
        Ok(id)
    }

    /// Takes a member off the list in the draft.
    ///
    /// # Errors
    /// [`AuthorityError::NoMember`].
    pub fn remove(&mut self, member: &MemberId, now: Timestamp) -> Result<(), AuthorityError> {
        self.change_draft(now, |document| {
            let before = document.members.len();
            document.members.retain(|listed| &listed.id != member);
            if document.members.len() < before { Ok(()) } else { Err(AuthorityError::NoMember(member.clone())) }
        })
    }

    /// Notes in the draft whether a member's nodes relay for others.
    ///
    /// # Errors
    /// [`AuthorityError::NoMember`].
    pub fn set_relay(&mut self, member: &MemberId, relay: bool, now: Timestamp) -> Result<(), AuthorityError> {
        self.change_draft(now, |document| {
            let listed = document.members.iter_mut().find(|listed| &listed.id == member);
            listed.ok_or_else(|| AuthorityError::NoMember(member.clone())).map(|listed| listed.relay = relay)
        })
    }

    /// Replaces the bootstrap addresses (multiaddr texts) in the draft.
    ///
    /// # Errors
    /// [`AuthorityError::Address`]; [`AuthorityError::Content`] for too many.
    pub fn set_bootstrap(&mut self, addresses: Vec<String>, now: Timestamp) -> Result<(), AuthorityError> {
        if let Some(wrong) = addresses.iter().find(|text| !is_address(text)) {
            return Err(AuthorityError::Address(wrong.clone()));
        }
        self.change_draft(now, |document| {
            document.bootstrap = addresses;
            Ok(())
        })
    }

    /// Hands over to another board in the draft. Publishing it needs the threshold of the old board and of the new one.
    ///
    /// # Errors
    /// [`AuthorityError::Content`] for a board that breaks a rule.
    pub fn rotate_board(&mut self, board: Vec<PublicKey>, threshold: u8, now: Timestamp) -> Result<(), AuthorityError> {
        self.change_draft(now, |document| {
            (document.board, document.threshold) = (board, threshold);
            Ok(())
        })
    }

    /// Makes the draft anew with twelve months of validity from `now`, keeping its content.
    ///
    /// # Errors
    /// File errors.
    pub fn renew(&mut self, now: Timestamp) -> Result<(), AuthorityError> {
        self.renew_for(now, VALIDITY)
    }

    /// The same with another span, for the demo and for tests of an ageing document.
    #[doc(hidden)]
    pub fn renew_for(&mut self, now: Timestamp, validity: Duration) -> Result<(), AuthorityError> {
        self.change_draft(now, |document| {
            document.valid_until = now.plus(validity);
            Ok(())
        })
    }

    /// Adds a board member's signature to the draft.
    ///
    /// # Errors
    /// [`AuthorityError::NoDraft`], or [`AuthorityError::NotOnBoard`] if the key may sign for neither board.
    pub fn sign_draft(&mut self, key: &SecretKey) -> Result<(), AuthorityError> {
        let mut draft = self.draft.clone().ok_or(AuthorityError::NoDraft)?;
        let public = key.public();
        let on_board = draft.document.board.contains(&public) || self.published().is_some_and(|held| held.document.board.contains(&public));
        if !on_board {
            return Err(AuthorityError::NotOnBoard { key: public.to_string() });
        }
        draft.signed.add_signature(&self.network, Kind::NetworkDocument, key);
        self.write_draft(draft)
    }

    /// Takes the signatures of a copy of the draft that an officer signed elsewhere. Returns whether it is a copy of this draft.
    ///
    /// # Errors
    /// [`AuthorityError::NoDraft`] or what is wrong with the copy.
    pub fn take_signatures(&mut self, copy: &[u8]) -> Result<bool, AuthorityError> {
        let copy = SignedDocument::read(&self.network, copy)?;
        let mut draft = self.draft.clone().ok_or(AuthorityError::NoDraft)?;
        let signed = MultiSigned::read(copy.bytes(), verbund_protocol::limits::MAX_NETWORK_DOCUMENT).map_err(verbund_protocol::membership::DocumentError::from)?;
        if signed.payload() != draft.signed.payload() {
            return Ok(false);
        }
        draft.signed.take_signatures(&signed);
        self.write_draft(draft)?;
        Ok(true)
    }

    /// Publishes the draft: checks that every node that holds the present document will accept it, and writes it as
    /// `document-<version>.cbor`. Only signatures that hold are kept.
    ///
    /// # Errors
    /// [`AuthorityError::NoDraft`], or [`AuthorityError::Document`] while signatures are missing; the draft then stays.
    pub fn publish(&mut self) -> Result<SignedDocument, AuthorityError> {
        let draft = self.draft.as_ref().ok_or(AuthorityError::NoDraft)?;
        let mut signed = draft.signed.clone();
        let mut boards = draft.document.board.clone();
        boards.extend(self.published().map(|held| held.document.board.clone()).unwrap_or_default());
        signed.keep_valid(&self.network, Kind::NetworkDocument, &boards);
        let document = SignedDocument::read(&self.network, &signed.to_bytes())?;
        let membership = match self.membership.clone() {
            None => Membership::new(document.clone())?,
            Some(mut membership) => {
                membership.advance(document.clone())?;
                membership
            }
        };
        files::write_new(&self.dir.join(format!("document-{}.cbor", document.document.version)), document.bytes(), Access::Public)?;
        let draft_path = self.dir.join(DRAFT);
        fs::remove_file(&draft_path).map_err(|source| AuthorityError::File { doing: "remove", path: draft_path, source })?;
        (self.membership, self.draft) = (Some(membership), None);
        Ok(document)
    }

    /// Changes the draft, opening one as the successor of the published document if there is none. Signatures on it fall
    /// away, since they were for something else.
    fn change_draft(&mut self, now: Timestamp, change: impl FnOnce(&mut NetworkDocument) -> Result<(), AuthorityError>) -> Result<(), AuthorityError> {
        let mut document = match (&self.draft, self.published()) {
            (Some(draft), _) => draft.document.clone(),
            (None, Some(held)) => NetworkDocument { version: held.document.version + 1, ..held.document.clone() },
            (None, None) => return Err(AuthorityError::NoDraft),
        };
        (document.valid_from, document.valid_until) = (now, now.plus(VALIDITY));
        change(&mut document)?;
        document.check().map_err(AuthorityError::Content)?;
        self.save_draft(document)
    }

    pub(super) fn save_draft(&mut self, document: NetworkDocument) -> Result<(), AuthorityError> {
        let signed = MultiSigned::new(cbor::write(&document));
        self.write_draft(Draft { document, signed })
    }

    fn write_draft(&mut self, draft: Draft) -> Result<(), AuthorityError> {
        files::write(&self.dir.join(DRAFT), &draft.signed.to_bytes(), Access::Public)?;
        self.draft = Some(draft);
        Ok(())
    }

    fn certificates(&self, admission: &Admission, now: Timestamp) -> Result<(MemberCertificate, MemberCertificate), AuthorityError> {
        let auth = self.registered(&admission.auth_pem, Purpose::Auth, now)?;
        let sign = self.registered(&admission.sign_pem, Purpose::Sign, now)?;
        if auth.name == sign.name { Ok((auth, sign)) } else { Err(AuthorityError::TwoNodes { auth: auth.name.to_string(), sign: sign.name.to_string() }) }
    }

    fn registered(&self, pem: &str, purpose: Purpose, now: Timestamp) -> Result<MemberCertificate, AuthorityError> {
        let certificate = self.verify(&issuing::certificate_der(pem)?, purpose, now)?;
        self.register.check(&certificate)?;
        Ok(certificate)
    }
}

fn new_member(admission: &Admission, auth: &MemberCertificate, sign: &MemberCertificate) -> Member {
    let mut member = Member {
        id: auth.name.member.clone(),
        name: admission.name.clone().unwrap_or_else(|| auth.organization.clone()),
        facilities: admission.facilities.clone(),
        nodes: Vec::new(),
        relay: admission.relay.unwrap_or(false),
        roles: vec![admission.role.unwrap_or(Role::Clinic)],
    };
    list_node(&mut member, auth, sign);
    member
}

fn list_node(member: &mut Member, auth: &MemberCertificate, sign: &MemberCertificate) {
    let id = &auth.name.node;
    match member.nodes.iter_mut().find(|node| &node.id == id) {
        None => member.nodes.push(Node { id: id.clone(), auth: auth.key, sign: sign.key, former_sign: Vec::new() }),
        Some(node) => {
            node.auth = auth.key;
            let former = std::mem::replace(&mut node.sign, sign.key);
            node.former_sign.retain(|key| *key != sign.key);
            if former != sign.key {
                node.former_sign.push(former);
            }
        }
    }
}
