//! Founding and joining, with a real authority on the other side.
#![allow(clippy::unwrap_used)]

use std::{fs, time::Duration};

use tempfile::TempDir;
use verbund_certs::{Admission, Authority, NewAuthority, new_key, testing};
use verbund_protocol::{certificate::CertificateError, membership::DocumentError};

use super::*;

const HOUR: Duration = Duration::from_secs(3600);

/// A cooperative and one clinic that has sent its requests.
struct Scene {
    place: TempDir,
    authority: Authority,
    officer: SecretKey,
    name: NodeName,
    now: Timestamp,
}

impl Scene {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let now = "2026-11-23T08:00:00Z".parse().unwrap();
        let officer = new_key();
        let new = NewAuthority { network: "test".parse().unwrap(), board: vec![officer.public()], threshold: 1 };
        let authority = Authority::create(&place.path().join("office"), new, now).unwrap();
        let name = "urn:verbund:test:kh-a:1".parse().unwrap();
        found(&place.path().join("identity"), &name, "Klinikum A").unwrap();
        Self { place, authority, officer, name, now }
    }

    fn dir(&self) -> PathBuf {
        self.place.path().join("identity")
    }
    fn csr(&self, purpose: Purpose) -> String {
        fs::read_to_string(request_path(&self.dir(), purpose)).unwrap()
    }
    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.place.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }
    fn publish(&mut self) -> Vec<u8> {
        self.authority.sign_draft(&self.officer).unwrap();
        self.authority.publish().unwrap().bytes().to_vec()
    }

    /// Issues, admits and publishes; returns the papers for the clinic.
    fn papers(&mut self) -> Papers {
        let auth = self.authority.issue(&self.csr(Purpose::Auth), self.now).unwrap().pem;
        let sign = self.authority.issue(&self.csr(Purpose::Sign), self.now).unwrap().pem;
        self.authority.admit(Admission::of(&auth, &sign), self.now).unwrap();
        let document = self.publish();
        Papers {
            auth: Some(self.file("auth.pem", auth)),
            sign: Some(self.file("sign.pem", sign)),
            authority: Some(self.authority.certificate_path()),
            document: Some(self.file("document.cbor", document)),
            board: None,
        }
    }

    fn join(&self, papers: &Papers) -> Result<Joined, IdentityError> {
        join(&self.dir(), &self.name, papers, self.now)
    }

    /// Joins with papers that must be refused, and checks that nothing was stored.
    fn refused(&self, papers: &Papers) -> IdentityError {
        let files = |dir: PathBuf| {
            fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).map(|path| (path.clone(), fs::read(path).unwrap())).collect::<std::collections::BTreeMap<_, _>>()
        };
        let before = files(self.dir());
        let error = self.join(papers).unwrap_err();
        assert_eq!(files(self.dir()), before, "nothing is stored when {error}");
        error
    }
}

#[test]
fn a_clinic_joins_and_comes_back_as_itself() {
    let mut scene = Scene::new();
    assert!(matches!(Identity::load(&scene.dir(), &scene.name), Err(IdentityError::NotJoined { .. })));
    let papers = scene.papers();
    let joined = scene.join(&papers).unwrap();
    assert_eq!((joined.document_version, joined.changed, joined.board_compared), (1, true, false));
    let identity = Identity::load(&scene.dir(), &scene.name).unwrap();
    assert!(identity.listed());
    assert_eq!(identity.check_validity(scene.now).map_err(|error| error.to_string()), Ok(()));
    assert_eq!(identity.authorities(), [scene.authority.certificate().to_vec()]);
    assert_ne!(identity.auth_key.public(), identity.sign_key.public());
    // A repeat changes nothing, and the right fingerprint is accepted.
    let again = scene.join(&Papers { board: Some(joined.board_fingerprint), ..papers }).unwrap();
    assert!(!again.changed && again.board_compared);
}

#[test]
fn a_first_join_needs_every_paper() {
    let mut scene = Scene::new();
    let papers = scene.papers();
    assert!(matches!(scene.refused(&Papers { document: None, ..papers.clone() }), IdentityError::Needs("document")));
    assert!(matches!(scene.refused(&Papers { auth: None, ..papers.clone() }), IdentityError::Needs("auth-cert")));
    assert!(matches!(scene.refused(&Papers { sign: None, ..papers }), IdentityError::Needs("sign-cert")));
}

#[test]
fn papers_that_do_not_fit_are_named() {
    let mut scene = Scene::new();
    let mut elsewhere = Scene::new();
    let (papers, theirs) = (scene.papers(), elsewhere.papers());

    let swapped = Papers { auth: papers.sign.clone(), sign: papers.auth.clone(), ..papers.clone() };
    assert!(matches!(scene.refused(&swapped), IdentityError::Certificate { source: CertificateError::Purpose { .. }, .. }));
    let foreign = Papers { auth: theirs.auth.clone(), ..papers.clone() };
    assert!(matches!(scene.refused(&foreign), IdentityError::Certificate { .. }));
    let other_authority = Papers { authority: theirs.authority, ..papers.clone() };
    assert!(matches!(scene.refused(&other_authority), IdentityError::OtherAuthority { .. }));
    let no_pem = Papers { auth: papers.document.clone(), ..papers.clone() };
    assert!(matches!(scene.refused(&no_pem), IdentityError::NotPem { .. }));
    let no_document = Papers { document: papers.auth.clone(), ..papers.clone() };
    assert!(matches!(scene.refused(&no_document), IdentityError::Document { source: DocumentError::Signature(_), .. }));
    let missing = Papers { document: Some("/nowhere".into()), ..papers.clone() };
    assert!(matches!(scene.refused(&missing), IdentityError::File { .. }));

    let key_of_another = scene.authority.issue(&testing::request(&scene.name, "Klinikum A", Purpose::Auth, &new_key()), scene.now).unwrap();
    let other_key = Papers { auth: Some(scene.file("other.pem", key_of_another.pem)), ..papers.clone() };
    assert!(matches!(scene.refused(&other_key), IdentityError::OtherKey { .. }));
    let node_2 = "urn:verbund:test:kh-a:2".parse().unwrap();
    let of_node_2 = scene.authority.issue(&testing::request(&node_2, "Klinikum A", Purpose::Auth, &new_key()), scene.now).unwrap();
    let other_node = Papers { auth: Some(scene.file("node-2.pem", of_node_2.pem)), ..papers.clone() };
    assert!(matches!(scene.refused(&other_node), IdentityError::OtherNode { .. }));

    let wrong_board = Papers { board: Some(verbund_protocol::id::Digest([0; 32])), ..papers };
    assert!(matches!(scene.refused(&wrong_board), IdentityError::OtherBoard { .. }));
}

#[test]
fn expired_certificates_are_not_stored_but_do_not_stop_the_own_node() {
    let mut scene = Scene::new();
    let papers = scene.papers();
    scene.join(&papers).unwrap();
    let years_later = scene.now.plus(HOUR * 24 * 731);
    let identity = Identity::load(&scene.dir(), &scene.name).unwrap();
    assert!(matches!(identity.check_validity(years_later), Err(IdentityError::Validity { purpose: Purpose::Auth, source: CertificateError::Expired { .. } })));
    let too_late = join(&scene.dir(), &scene.name, &papers, years_later);
    assert!(matches!(too_late, Err(IdentityError::Certificate { source: CertificateError::Expired { .. }, .. })));
}

#[test]
fn a_node_that_is_not_listed_does_not_join() {
    let mut scene = Scene::new();
    let papers = scene.papers();
    scene.authority.remove(&scene.name.member, scene.now).unwrap();
    let without = scene.publish();
    let document = Some(scene.file("without.cbor", without));
    assert!(matches!(scene.refused(&Papers { document, ..papers }), IdentityError::NotListed { version: 2, .. }));
}

#[test]
fn newer_papers_are_taken_and_older_refused() {
    let mut scene = Scene::new();
    let papers = scene.papers();
    scene.join(&papers).unwrap();
    scene.authority.renew(scene.now).unwrap();
    let newer = scene.publish();
    let newer = Papers { document: Some(scene.file("newer.cbor", newer)), ..Papers::default() };
    assert_eq!(scene.join(&newer).unwrap().document_version, 2);
    assert!(matches!(scene.refused(&Papers { document: papers.document.clone(), ..Papers::default() }), IdentityError::Document { source: DocumentError::Older { .. }, .. }));

    scene.now = scene.now.plus(HOUR);
    let renewed = scene.authority.issue(&scene.csr(Purpose::Auth), scene.now).unwrap().pem;
    let renewed = Papers { auth: Some(scene.file("renewed.pem", renewed)), ..Papers::default() };
    assert!(scene.join(&renewed).unwrap().changed);
    assert!(matches!(scene.refused(&Papers { auth: papers.auth, ..Papers::default() }), IdentityError::OlderCertificate { .. }));
}

#[test]
fn a_key_that_others_may_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut scene = Scene::new();
    let papers = scene.papers();
    scene.join(&papers).unwrap();
    let path = key_path(&scene.dir(), Purpose::Sign);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let error = Identity::load(&scene.dir(), &scene.name).unwrap_err();
    assert!(matches!(error, IdentityError::Permissions { mode: 0o640, .. }));
    assert!(error.to_string().contains("chmod 600"));
}

#[test]
fn keys_are_made_once() {
    let scene = Scene::new();
    let before = fs::read(key_path(&scene.dir(), Purpose::Auth)).unwrap();
    assert!(matches!(found(&scene.dir(), &scene.name, "Klinikum A"), Err(IdentityError::Exists { .. })));
    assert_eq!(fs::read(key_path(&scene.dir(), Purpose::Auth)).unwrap(), before);
}
