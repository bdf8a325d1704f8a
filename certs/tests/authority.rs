//! The authority's rules, through its library: what it refuses, and that nothing is lost on the way.
#![allow(clippy::unwrap_used)]

use std::{fs, path::Path, time::Duration};

use tempfile::TempDir;
use verbund_certs::{Admission, Authority, AuthorityError, NewAuthority, new_key, testing};
use verbund_protocol::{
    certificate::{CertificateError, NodeName, Purpose},
    membership::{DocumentError, SuspensionError, SuspensionReason},
    sign::SecretKey,
    time::Timestamp,
};

const HOUR: Duration = Duration::from_secs(3600);

struct Office {
    place: TempDir,
    officers: Vec<SecretKey>,
    authority: Authority,
    now: Timestamp,
}

impl Office {
    fn found() -> Self {
        let place = tempfile::tempdir().unwrap();
        let officers: Vec<_> = (0..3).map(|_| new_key()).collect();
        let now = "2026-11-23T08:00:00Z".parse().unwrap();
        let authority = Authority::create(place.path(), new(&officers), now).unwrap();
        Self { place, officers, authority, now }
    }

    fn papers(&mut self, name: &NodeName) -> Admission {
        let mut pem = |purpose| self.authority.issue(&testing::request(name, "Klinikum", purpose, &new_key()), self.now).unwrap().pem;
        let (auth, sign) = (pem(Purpose::Auth), pem(Purpose::Sign));
        Admission::of(&auth, &sign)
    }

    fn admit(&mut self, member: &str) {
        let papers = self.papers(&node(member));
        self.authority.admit(papers, self.now).unwrap();
    }

    fn publish(&mut self) {
        self.authority.sign_draft(&self.officers[0]).unwrap();
        self.authority.sign_draft(&self.officers[1]).unwrap();
        self.authority.publish().unwrap();
    }

    fn reopened(&self) -> Authority {
        Authority::open(self.place.path(), self.now).unwrap()
    }
}

fn new(officers: &[SecretKey]) -> NewAuthority {
    NewAuthority { network: "test".parse().unwrap(), board: officers.iter().map(SecretKey::public).collect(), threshold: 2 }
}

fn node(member: &str) -> NodeName {
    format!("urn:verbund:test:{member}:1").parse().unwrap()
}

#[test]
fn everything_survives_closing_the_office() {
    let mut office = Office::found();
    office.admit("kh-a");
    office.publish();
    office.admit("kh-b");
    office.authority.sign_draft(&office.officers[2]).unwrap();

    let mut reopened = office.reopened();
    assert_eq!(reopened.published().unwrap().document.version, 1);
    assert_eq!(reopened.draft().unwrap().document.members.len(), 2);
    assert_eq!(reopened.issued().len(), 4);
    reopened.sign_draft(&office.officers[0]).unwrap();
    assert_eq!(reopened.publish().unwrap().document.version, 2, "the signature from before counts");
    assert!(office.reopened().draft().is_none());
}

#[test]
fn nothing_is_founded_twice() {
    let office = Office::found();
    let key_before = fs::read(office.place.path().join("ca.key")).unwrap();
    let again = Authority::create(office.place.path(), new(&office.officers), office.now);
    assert!(matches!(again, Err(AuthorityError::Exists { .. })));
    assert_eq!(fs::read(office.place.path().join("ca.key")).unwrap(), key_before);
    assert!(matches!(Authority::open(Path::new("/nowhere"), office.now), Err(AuthorityError::NoAuthority { .. })));
}

#[test]
fn a_board_must_follow_the_rules() {
    let place = tempfile::tempdir().unwrap();
    let key = new_key();
    let now = Timestamp::from_secs(1_800_000_000);
    for (board, threshold) in [(vec![], 1), (vec![key.public()], 2), (vec![key.public(), key.public()], 1), (vec![key.public()], 0)] {
        let new = NewAuthority { network: "test".parse().unwrap(), board, threshold };
        assert!(matches!(Authority::create(place.path(), new, now), Err(AuthorityError::Content(_))));
    }
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0, "nothing was written");
}

#[test]
fn requests_are_reviewed() {
    let mut office = Office::found();
    let (key, other) = (new_key(), new_key());
    let request = |name: &NodeName, purpose, key| testing::request(name, "Klinikum", purpose, key);
    let foreign: NodeName = "urn:verbund:elsewhere:kh-a:1".parse().unwrap();
    let refused = |office: &Office, csr: &str| office.authority.review(csr).unwrap_err();

    assert!(matches!(refused(&office, &request(&foreign, Purpose::Auth, &key)), AuthorityError::OtherNetwork { .. }));
    assert!(matches!(refused(&office, "-----BEGIN NONSENSE-----"), AuthorityError::NotPem { .. }));
    let forged = testing::forged_request(&node("kh-a"), "Klinikum", Purpose::Auth, &key, &other);
    assert!(matches!(refused(&office, &forged), AuthorityError::Request(CertificateError::Signature { .. })));
    let elliptic = testing::request_of_another_algorithm(&node("kh-a"));
    assert!(matches!(refused(&office, &elliptic), AuthorityError::Request(CertificateError::Algorithm)));

    office.authority.issue(&request(&node("kh-a"), Purpose::Auth, &key), office.now).unwrap();
    assert!(matches!(refused(&office, &request(&node("kh-a"), Purpose::Sign, &key)), AuthorityError::KeyInUse { purpose: Purpose::Auth, .. }));
    assert!(matches!(refused(&office, &request(&node("kh-b"), Purpose::Auth, &key)), AuthorityError::KeyInUse { .. }));
    assert!(office.authority.review(&request(&node("kh-a"), Purpose::Auth, &key)).is_ok(), "renewal with the same key");
    assert_eq!(office.authority.issued().len(), 1);
}

#[test]
fn only_own_registered_certificates_admit() {
    let mut office = Office::found();
    let mut elsewhere = Office::found();
    let (ours, theirs, other) = (office.papers(&node("kh-a")), elsewhere.papers(&node("kh-a")), office.papers(&node("kh-b")));
    let admit = |office: &mut Office, auth: &str, sign: &str| office.authority.admit(Admission::of(auth, sign), office.now).unwrap_err();

    let unknown = admit(&mut office, &theirs.auth_pem, &theirs.sign_pem);
    assert!(matches!(unknown, AuthorityError::Certificate { source: CertificateError::Signature { .. } | CertificateError::UnknownAuthority { .. }, .. }), "{unknown:?}");
    let swapped = admit(&mut office, &ours.sign_pem, &ours.auth_pem);
    assert!(matches!(swapped, AuthorityError::Certificate { source: CertificateError::Purpose { .. }, .. }));
    assert!(matches!(admit(&mut office, &ours.auth_pem, &other.sign_pem), AuthorityError::TwoNodes { .. }));

    // Signed with the issuing key, but not by this office: as whoever stole the key would.
    let profile = testing::Profile::of(Purpose::Auth, office.now);
    let stolen = office.authority.issue_wrong(&testing::request(&node("kh-x"), "X", Purpose::Auth, &new_key()), profile).unwrap();
    assert!(matches!(admit(&mut office, &stolen, &ours.sign_pem), AuthorityError::NotRegistered { .. }));
    assert!(office.authority.draft().unwrap().document.members.is_empty());
}

#[test]
fn a_change_drops_the_signatures_of_before() {
    let mut office = Office::found();
    office.authority.sign_draft(&office.officers[0]).unwrap();
    office.admit("kh-a");
    office.authority.sign_draft(&office.officers[1]).unwrap();
    let missing = office.authority.publish().unwrap_err();
    assert!(matches!(missing, AuthorityError::Document(DocumentError::TooFewSignatures { valid: 1, needed: 2, .. })));
    assert!(office.authority.draft().is_some(), "the draft stays");
    assert!(matches!(office.authority.sign_draft(&new_key()), Err(AuthorityError::NotOnBoard { .. })));
}

#[test]
fn new_keys_of_a_node_keep_the_former_sign_key() {
    let mut office = Office::found();
    office.admit("kh-a");
    let before = office.authority.draft().unwrap().document.members[0].nodes[0].clone();
    office.admit("kh-a");
    let after = &office.authority.draft().unwrap().document.members[0].nodes;
    assert_eq!(after.len(), 1);
    assert_eq!(after[0].former_sign, [before.sign]);
    assert_ne!(after[0].auth, before.auth);
}

#[test]
fn a_new_board_needs_the_old_one_too() {
    let mut office = Office::found();
    office.publish();
    let next: Vec<_> = (0..3).map(|_| new_key()).collect();
    office.authority.rotate_board(next.iter().map(SecretKey::public).collect(), 2, office.now).unwrap();
    next.iter().for_each(|key| office.authority.sign_draft(key).unwrap());
    assert!(matches!(office.authority.publish(), Err(AuthorityError::Document(DocumentError::TooFewSignatures { board: "current", .. }))));
    office.authority.sign_draft(&office.officers[0]).unwrap();
    office.authority.sign_draft(&office.officers[1]).unwrap();
    office.authority.publish().unwrap();
    assert!(office.reopened().published().unwrap().document.board.contains(&next[0].public()));
}

#[test]
fn a_copy_signed_elsewhere_counts_if_it_is_the_same_draft() {
    let mut office = Office::found();
    let mut copy = office.authority.draft().unwrap().signed.clone();
    copy.add_signature(office.authority.network(), verbund_protocol::sign::Kind::NetworkDocument, &office.officers[2]);
    assert!(office.authority.take_signatures(&copy.to_bytes()).unwrap());
    office.authority.sign_draft(&office.officers[0]).unwrap();
    office.authority.publish().unwrap();
    office.admit("kh-a");
    assert!(!office.authority.take_signatures(&copy.to_bytes()).unwrap(), "an older draft");
}

#[test]
fn suspensions_keep_within_the_limits() {
    let mut office = Office::found();
    ["kh-a", "kh-b", "kh-c", "kh-d"].iter().for_each(|member| office.admit(member));
    office.publish();
    let mut suspend = |member: &str, officer: usize, hours: u32| {
        office.authority.suspend(&member.parse().unwrap(), SuspensionReason::Malfunction, HOUR * hours, &office.officers[officer], office.now)
    };
    assert!(matches!(suspend("kh-a", 0, 73), Err(AuthorityError::Suspension(SuspensionError::Span))));
    assert!(matches!(suspend("kh-z", 0, 1), Err(AuthorityError::NoMember(_))));
    for member in ["kh-a", "kh-b", "kh-c"] {
        suspend(member, 0, 72).unwrap();
    }
    assert!(matches!(suspend("kh-d", 0, 72), Err(AuthorityError::Suspension(SuspensionError::TooMany))));
    suspend("kh-d", 1, 72).unwrap();
    assert_eq!(office.reopened().suspensions().count(), 4);

    let (member, later) = ("kh-a".parse().unwrap(), office.now.plus(HOUR));
    let mut end = office.authority.reinstatement(&member, later).unwrap();
    let network = office.authority.network().clone();
    end.add_signature(&network, verbund_protocol::sign::Kind::Suspension, &office.officers[0]);
    assert!(matches!(office.authority.take_suspension(&end.to_bytes(), later), Err(AuthorityError::Suspension(SuspensionError::TooFewSignatures { .. }))));
    end.add_signature(&network, verbund_protocol::sign::Kind::Suspension, &office.officers[2]);
    office.authority.take_suspension(&end.to_bytes(), later).unwrap();
    assert!(matches!(office.authority.reinstatement(&member, later), Err(AuthorityError::NotSuspended(_))));
    let again = office.authority.suspend(&member, SuspensionReason::Breach, HOUR, &office.officers[0], later.plus(HOUR));
    assert!(matches!(again, Err(AuthorityError::Suspension(SuspensionError::Again))));
}
