//! Every departure from the certificate profile is refused with its own reason.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use tempfile::TempDir;
use verbund_certs::{
    Authority, NewAuthority, new_key,
    testing::{self, ExtendedKeyUsagePurpose as Extended, KeyUsagePurpose as Usage, Profile},
};
use verbund_protocol::{
    certificate::{AuthorityCertificate, CertificateError, MemberCertificate, NodeName, Purpose},
    sign::SecretKey,
    time::Timestamp,
};

const DAY: Duration = Duration::from_secs(86_400);

struct Scene {
    _place: TempDir,
    authority: Authority,
    name: NodeName,
    now: Timestamp,
}

fn der(pem: &str) -> Vec<u8> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap().to_vec()
}

impl Scene {
    fn new(network: &str) -> Self {
        let place = tempfile::tempdir().unwrap();
        let now = "2026-11-23T08:00:00Z".parse().unwrap();
        let new = NewAuthority { network: network.parse().unwrap(), board: vec![new_key().public()], threshold: 1 };
        let authority = Authority::create(place.path(), new, now).unwrap();
        Self { _place: place, authority, name: format!("urn:verbund:{network}:kh-a:1").parse().unwrap(), now }
    }

    fn request(&self, purpose: Purpose, key: &SecretKey) -> String {
        testing::request(&self.name, "Klinikum", purpose, key)
    }

    /// Issues a certificate that departs from the profile as `change` says.
    fn wrong(&self, change: impl FnOnce(&mut Profile)) -> Vec<u8> {
        let mut profile = Profile::of(Purpose::Auth, self.now);
        change(&mut profile);
        der(&self.authority.issue_wrong(&self.request(Purpose::Auth, &new_key()), profile).unwrap())
    }

    fn verify(&self, der: &[u8]) -> Result<MemberCertificate, CertificateError> {
        MemberCertificate::verify(der, &self.name.network, Purpose::Auth, [self.authority.certificate()], self.now)
    }
}

#[test]
fn what_follows_the_profile_is_accepted() {
    let scene = Scene::new("test");
    let key = new_key();
    let good = der(&scene.authority.issue_wrong(&scene.request(Purpose::Auth, &key), Profile::of(Purpose::Auth, scene.now)).unwrap());
    let read = scene.verify(&good).unwrap();
    assert_eq!((read.name, read.key, read.purpose), (scene.name.clone(), key.public(), Purpose::Auth));
    let authority = AuthorityCertificate::read(scene.authority.certificate()).unwrap();
    assert!(authority.common_name.contains("test"));
    assert!(matches!(scene.verify(scene.authority.certificate()), Err(CertificateError::Authority(_) | CertificateError::SelfSigned)));
    assert!(matches!(AuthorityCertificate::read(&good), Err(CertificateError::Authority(_))));
}

#[test]
fn each_departure_has_its_own_reason() {
    let scene = Scene::new("test");
    let refused = |change: &dyn Fn(&mut Profile)| scene.verify(&scene.wrong(change)).unwrap_err();
    let now = scene.now;

    assert_eq!(refused(&|p| p.not_after = now.minus(DAY)), CertificateError::Expired { until: now.minus(DAY) });
    assert_eq!(refused(&|p| p.not_before = now.plus(DAY)), CertificateError::NotYetValid { from: now.plus(DAY), now });
    assert_eq!(refused(&|p| p.extended_key_usages.clear()), CertificateError::MissingUsage);
    for foreign in [vec![Extended::ServerAuth], vec![Extended::ClientAuth], vec![Extended::Any], vec![Extended::ServerAuth, Extended::ClientAuth, Extended::CodeSigning]] {
        assert_eq!(refused(&|p| p.extended_key_usages.clone_from(&foreign)), CertificateError::ForeignUsage);
    }
    for usages in [vec![], vec![Usage::ContentCommitment], vec![Usage::DigitalSignature, Usage::ContentCommitment], vec![Usage::DigitalSignature, Usage::KeyCertSign]] {
        assert_eq!(refused(&|p| p.key_usages.clone_from(&usages)), CertificateError::KeyUsage { purpose: Purpose::Auth });
    }
    let sign = der(&scene.authority.issue_wrong(&scene.request(Purpose::Sign, &new_key()), Profile::of(Purpose::Sign, now)).unwrap());
    assert_eq!(scene.verify(&sign), Err(CertificateError::Purpose { wanted: Purpose::Auth, found: Purpose::Sign }));
}

#[test]
fn only_the_networks_own_authority_counts() {
    let (scene, other, namesake) = (Scene::new("test"), Scene::new("other"), Scene::new("test"));
    let foreign = other.wrong(|_| {});
    assert_eq!(scene.verify(&foreign), Err(CertificateError::UnknownAuthority { network: "test".parse().unwrap() }));
    // An authority that calls itself the same is another one.
    assert_eq!(scene.verify(&namesake.wrong(|_| {})), Err(CertificateError::Signature { what: "certificate" }));
    let own = testing::self_signed(&scene.name, "Klinikum", &new_key(), Profile::of(Purpose::Auth, scene.now));
    assert_eq!(scene.verify(&der(&own)), Err(CertificateError::SelfSigned));
    // Even if the document listed both authorities, a certificate counts for the network it names.
    let both = [scene.authority.certificate(), other.authority.certificate()];
    let wrong_network = MemberCertificate::verify(&foreign, &scene.name.network, Purpose::Auth, both, scene.now);
    assert!(matches!(wrong_network, Err(CertificateError::OtherNetwork { .. })));
}
