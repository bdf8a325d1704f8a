//! Everyone who must not come in, with the reason on both sides.
//!
//! Each is tried in both directions, since a node must neither let a stranger in nor talk to one it dialled.

use futures_rustls::rustls::AlertDescription as Tls;
use rcgen::{ExtendedKeyUsagePurpose, KeyUsagePurpose};
use verbund_protocol::certificate::{CertificateError, EKU_SIGN, Purpose};

use super::{
    super::{Alert, ProbeError, Refusal},
    world::{Authority, DAY, Paper, World},
};

/// Starts a good node and one with `certificate`, lets each dial the other, and expects `alert` where the bad one dials, and a
/// reason that `named` accepts at the good node both times.
async fn refused(world: &World, certificate: Vec<u8>, alert: Tls, named: impl Fn(&CertificateError) -> bool) {
    let mut good = world.start("good").await;
    let bad = world.start_as("bad", certificate, |_| {}).await;
    let told = bad.handle.probe(good.address.clone()).await;
    assert_eq!(told, Err(ProbeError::Refused(Refusal::ByPeer(Alert(alert)))), "what the refused dialler is told");
    let reason = good.refused().await;
    assert!(matches!(&reason, Refusal::Certificate(error) if named(error)), "in the log of the one dialled: {reason}");
    let found = good.handle.probe(bad.address.clone()).await;
    assert!(matches!(&found, Err(ProbeError::Refused(Refusal::Certificate(error))) if named(error)), "in the log of the one dialling: {found:?}");
    assert!(good.handle.peers().await.is_empty(), "nothing is remembered of a stranger");
}

fn paper(world: &World) -> Paper {
    Paper::auth(World::NETWORK, "bad", world.now)
}

#[tokio::test]
async fn a_stranger_with_an_authority_of_his_own() {
    let world = World::new(&["good", "bad"]);
    let certificate = Authority::new("other").issue(&paper(&world));
    refused(&world, certificate, Tls::UnknownCA, |error| matches!(error, CertificateError::UnknownAuthority { .. })).await;
}

#[tokio::test]
async fn an_authority_of_the_same_name() {
    let world = World::new(&["good", "bad"]);
    let mut forged = Authority::new("authority");
    forged.forge();
    let certificate = forged.issue(&paper(&world));
    refused(&world, certificate, Tls::DecryptError, |error| matches!(error, CertificateError::Signature { .. })).await;
}

#[tokio::test]
async fn a_self_signed_certificate() {
    let world = World::new(&["good", "bad"]);
    refused(&world, paper(&world).self_signed(), Tls::UnknownCA, |error| *error == CertificateError::SelfSigned).await;
}

#[tokio::test]
async fn a_certificate_for_another_network() {
    let world = World::new(&["good", "bad"]);
    let certificate = world.authority.issue(&Paper::auth("other", "bad", world.now));
    refused(&world, certificate, Tls::AccessDenied, |error| matches!(error, CertificateError::OtherNetwork { .. })).await;
}

#[tokio::test]
async fn an_expired_certificate() {
    let world = World::new(&["good", "bad"]);
    let certificate = world.authority.issue(&paper(&world).valid(world.now.minus(DAY * 730), world.now.minus(DAY)));
    refused(&world, certificate, Tls::CertificateExpired, |error| matches!(error, CertificateError::Expired { .. })).await;
}

#[tokio::test]
async fn a_certificate_of_tomorrow() {
    let world = World::new(&["good", "bad"]);
    let certificate = world.authority.issue(&paper(&world).valid(world.now.plus(DAY), world.now.plus(DAY * 730)));
    refused(&world, certificate, Tls::CertificateExpired, |error| matches!(error, CertificateError::NotYetValid { .. })).await;
}

#[tokio::test]
async fn the_sign_certificate_used_for_tls() {
    let world = World::new(&["good", "bad"]);
    let sign = paper(&world).with(|params| {
        params.key_usages = vec![KeyUsagePurpose::ContentCommitment];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::Other(EKU_SIGN.to_vec())];
    });
    let named = |error: &CertificateError| *error == CertificateError::Purpose { wanted: Purpose::Auth, found: Purpose::Sign };
    refused(&world, world.authority.issue(&sign), Tls::UnsupportedCertificate, named).await;
}

#[tokio::test]
async fn a_certificate_without_extended_key_usage() {
    let world = World::new(&["good", "bad"]);
    let bare = paper(&world).with(|params| params.extended_key_usages.clear());
    refused(&world, world.authority.issue(&bare), Tls::UnsupportedCertificate, |error| *error == CertificateError::MissingUsage).await;
}

#[tokio::test]
async fn a_certificate_for_servers_alone() {
    let world = World::new(&["good", "bad"]);
    let server = paper(&world).with(|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth]);
    refused(&world, world.authority.issue(&server), Tls::UnsupportedCertificate, |error| *error == CertificateError::ForeignUsage).await;
}

#[tokio::test]
async fn a_certificate_with_another_key_usage() {
    let world = World::new(&["good", "bad"]);
    let other = paper(&world).with(|params| params.key_usages = vec![KeyUsagePurpose::KeyAgreement]);
    refused(&world, world.authority.issue(&other), Tls::UnsupportedCertificate, |error| matches!(error, CertificateError::KeyUsage { .. })).await;
}

#[tokio::test]
async fn an_authority_the_network_no_longer_has() {
    let mut world = World::new(&["good", "bad"]);
    let (old, certificate) = (Authority::new("authority"), world.certificate("bad"));
    let mut good = world.start("good").await;
    let bad = world.start_as("bad", certificate, |_| {}).await;
    world.authority = Authority::new("next authority");
    assert_ne!(old.der, world.authority.der);
    world.publish(&["good", "bad"]);
    good.hears(&world).await;
    let told = bad.handle.probe(good.address.clone()).await;
    assert_eq!(told, Err(ProbeError::Refused(Refusal::ByPeer(Alert(Tls::UnknownCA)))));
    assert!(matches!(good.refused().await, Refusal::Certificate(CertificateError::UnknownAuthority { .. })));
}

#[tokio::test]
async fn a_node_does_not_start_with_papers_that_are_not_its_own() {
    use super::super::{IdentityError, MeshConfig, MeshError, spawn};
    let world = World::new(&["a", "b"]);
    let now = world.now;
    let start = |chain: Vec<Vec<u8>>| {
        let config = MeshConfig::new(vec![], super::world::key("a"), chain, std::sync::Arc::new(move || now));
        spawn(config, world.held()).map(|_| ()).unwrap_err()
    };
    assert!(matches!(start(vec![]), MeshError::Identity(IdentityError::Missing)));
    assert!(matches!(start(vec![world.certificate("b")]), MeshError::Identity(IdentityError::OtherKey { .. })));
    let bare = Paper::auth(World::NETWORK, "a", now).with(|params| params.extended_key_usages.clear());
    assert!(matches!(start(vec![world.authority.issue(&bare)]), MeshError::Identity(IdentityError::Certificate(CertificateError::MissingUsage))));
    let config = |listen: &str| MeshConfig::new(vec![listen.into()], super::world::key("a"), vec![world.certificate("a")], std::sync::Arc::new(move || now));
    assert!(matches!(spawn(config("0.0.0.0:443"), world.held()), Err(MeshError::Address { .. })));
    let taken = world.start("b").await;
    assert!(matches!(spawn(config(&taken.address), world.held()), Err(MeshError::Listen { .. })));
    assert!(matches!(spawn(config("/dns4/localhost/tcp/0"), world.held()), Err(MeshError::Listen { .. })));
}
