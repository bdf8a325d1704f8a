//! Showing what any file says.

use std::path::PathBuf;

use anyhow::{Context as _, anyhow, bail};
use clap::Args;
use serde_json::{Value, json};
use verbund_protocol::{
    cbor,
    certificate::{AuthorityCertificate, MemberCertificate, Request},
    id::NetworkId,
    limits::MAX_NETWORK_DOCUMENT,
    membership::{Member, NetworkDocument, Role, SignedDocument, Suspension},
    sign::{Kind, MultiSigned, PublicKey, SecretKey},
};

use super::{Office, sheet::Sheet};
use crate::{Authority, files, issuing};

/// Show what any file says: request, certificate, network document, suspension, board key
#[derive(Debug, Args)]
pub struct Inspect {
    /// The file
    file: PathBuf,
    /// A network document whose board's signatures are looked for, instead of the published one of --dir
    #[arg(long, value_name = "FILE")]
    document: Option<PathBuf>,
}

impl Inspect {
    pub(super) fn run(self, mut office: Office<'_>) -> anyhow::Result<()> {
        let bytes = files::read(&self.file)?;
        let sheet = match std::str::from_utf8(&bytes).ok().filter(|text| text.contains("-----BEGIN ")) {
            Some(text) => pem_sheet(text),
            None => self.board_sheet(&office, &bytes),
        };
        office.show(&sheet.with_context(|| format!("{}", self.file.display()))?)
    }

    fn board_sheet(&self, office: &Office<'_>, bytes: &[u8]) -> anyhow::Result<Sheet> {
        let known = "neither PEM (request, certificate, key) nor a network document or suspension";
        let signed = MultiSigned::read(bytes, MAX_NETWORK_DOCUMENT).context(known)?;
        let content = BoardObject::read(&signed).context(known)?;
        let board = match (&self.document, content.board()) {
            (Some(path), _) => Some(board_of(&files::read(path)?).with_context(|| format!("{}", path.display()))?),
            (None, Some(own)) => Some(own.to_vec()),
            (None, None) => office.authority().ok().and_then(|authority| authority.published().map(|held| held.document.board.clone())),
        };
        Ok(content.sheet(&signed, board.as_deref()))
    }
}

fn board_of(bytes: &[u8]) -> anyhow::Result<Vec<PublicKey>> {
    let signed = MultiSigned::read(bytes, MAX_NETWORK_DOCUMENT)?;
    match BoardObject::read(&signed)? {
        BoardObject::Document(document) => Ok(document.board),
        BoardObject::Suspension(_) => bail!("not a network document"),
    }
}

fn pem_sheet(text: &str) -> anyhow::Result<Sheet> {
    if text.contains("-----BEGIN CERTIFICATE REQUEST-----") {
        return Ok(request_sheet(&Request::read(&issuing::request_der(text)?)?));
    }
    if text.contains("-----BEGIN PRIVATE KEY-----") {
        let key = SecretKey::from_pem(text)?;
        return Ok(Sheet::new().text("is", "a private key (not shown)").text("public key", key.public()));
    }
    if !text.contains("-----BEGIN CERTIFICATE-----") {
        bail!("no certificate, request or private key in this PEM");
    }
    let der = issuing::certificate_der(text)?;
    match AuthorityCertificate::read(&der) {
        Ok(authority) => Ok(Sheet::new()
            .text("is", "an issuing authority's certificate")
            .text("common name", authority.common_name)
            .text("key", authority.key)
            .text("valid from", authority.not_before)
            .text("valid until", authority.not_after)
            .text("fingerprint", authority.fingerprint)),
        Err(_) => Ok(certificate_sheet(&MemberCertificate::read(&der)?)),
    }
}

pub(super) fn request_sheet(request: &Request) -> Sheet {
    Sheet::new()
        .text("is", format!("a request for a certificate for {}", request.purpose))
        .text("network", &request.name.network)
        .text("member", &request.name.member)
        .text("node", &request.name.node)
        .text("organization", &request.organization)
        .text("key", request.key)
        .text("signature", "made with this key")
}

pub(super) fn certificate_sheet(certificate: &MemberCertificate) -> Sheet {
    Sheet::new()
        .text("is", format!("a certificate for {}", certificate.purpose))
        .text("network", &certificate.name.network)
        .text("member", &certificate.name.member)
        .text("node", &certificate.name.node)
        .text("organization", &certificate.organization)
        .text("key", certificate.key)
        .text("serial", &certificate.serial)
        .text("valid from", certificate.not_before)
        .text("valid until", certificate.not_after)
        .text("fingerprint", certificate.fingerprint)
}

/// What a board signs.
pub(super) enum BoardObject {
    Document(Box<NetworkDocument>),
    Suspension(Suspension),
}

impl BoardObject {
    pub(super) fn read(signed: &MultiSigned) -> anyhow::Result<Self> {
        if let Ok(document) = cbor::read::<NetworkDocument>(signed.payload(), MAX_NETWORK_DOCUMENT) {
            document.check().map_err(|rule| anyhow!("network document: {rule}"))?;
            return Ok(Self::Document(Box::new(document)));
        }
        Ok(Self::Suspension(cbor::read(signed.payload(), MAX_NETWORK_DOCUMENT)?))
    }
    pub(super) fn network(&self) -> &NetworkId {
        match self {
            Self::Document(document) => &document.network,
            Self::Suspension(suspension) => &suspension.network,
        }
    }
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Document(_) => Kind::NetworkDocument,
            Self::Suspension(_) => Kind::Suspension,
        }
    }
    /// Returns the board that the object itself names.
    pub(super) fn board(&self) -> Option<&[PublicKey]> {
        match self {
            Self::Document(document) => Some(&document.board),
            Self::Suspension(_) => None,
        }
    }

    pub(super) fn sheet(&self, signed: &MultiSigned, board: Option<&[PublicKey]>) -> Sheet {
        let content = match self {
            Self::Document(document) => document_sheet(document),
            Self::Suspension(suspension) => suspension_sheet(suspension),
        };
        let signers = board.map(|board| signed.signers(self.network(), self.kind(), board));
        content.number("signatures", signed.attached() as u64).list("signed by", signers.unwrap_or_default())
    }
}

pub(super) fn suspension_sheet(suspension: &Suspension) -> Sheet {
    let sheet = match &suspension.ends {
        None => Sheet::new().text("is", "a suspension"),
        Some(ended) => Sheet::new().text("is", "the early end of a suspension").text("ends", ended),
    };
    sheet.text("network", &suspension.network).text("member", &suspension.member).text("from", suspension.from).text("until", suspension.until).text("reason", suspension.reason)
}

fn document_sheet(document: &NetworkDocument) -> Sheet {
    let authority = |der: &Vec<u8>| AuthorityCertificate::read(der).map_or_else(|error| error.to_string(), |a| format!("{} (until {})", a.common_name, a.not_after.day()));
    Sheet::new()
        .text("is", "a network document")
        .text("network", &document.network)
        .number("version", document.version)
        .text("valid from", document.valid_from)
        .text("valid until", document.valid_until)
        .text("threshold", format!("{} of {}", document.threshold, document.board.len()))
        .list("board", &document.board)
        .text("board fingerprint", document.board_fingerprint())
        .list("authorities", document.authorities.iter().map(authority))
        .list("bootstrap", &document.bootstrap)
        .table("members", document.members.iter().map(member_line))
}

fn member_line(member: &Member) -> (String, Value) {
    let words = |texts: Vec<String>| texts.join(", ");
    let nodes: Vec<String> = member.nodes.iter().map(|node| node.id.to_string()).collect();
    let facilities: Vec<String> = member.facilities.iter().map(|facility| facility.ik.to_string()).collect();
    let notes = match (member.roles.contains(&Role::Observer), member.relay) {
        (false, false) => "",
        (false, true) => ", relay",
        (true, false) => ", observer",
        (true, true) => ", observer, relay",
    };
    let line =
        format!("{}: {}, node {}, IK {}{notes}", member.id, member.name, words(nodes.clone()), if facilities.is_empty() { "none".into() } else { words(facilities.clone()) });
    (line, json!({"id": member.id, "name": member.name, "nodes": nodes, "facilities": facilities, "relay": member.relay, "roles": member.roles}))
}

pub(super) fn published_sheet(document: &SignedDocument) -> Sheet {
    document_sheet(&document.document).list("signed by", document.signers(&document.document.board))
}

/// The draft, and whose signatures are still missing.
pub(super) fn draft_sheet(authority: &Authority) -> Sheet {
    let Some(draft) = authority.draft() else { return Sheet::new().text("draft", "none") };
    let signed = |board: &[PublicKey]| draft.signed.signers(authority.network(), Kind::NetworkDocument, board);
    let needs = |who: &str, document: &NetworkDocument| format!("{} of {} {who}", signed(&document.board).len(), document.threshold);
    let signatures = match authority.published() {
        Some(held) if !held.document.same_board(&draft.document) => vec![needs("by the present board", &held.document), needs("by the new board", &draft.document)],
        _ => vec![needs("by the board", &draft.document)],
    };
    document_sheet(&draft.document).text("draft", "not published yet").list("signatures", signatures)
}
