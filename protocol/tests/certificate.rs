//! Reading certificates and requests: golden ones (made by the authority and `verbund init`, checked with OpenSSL), and hostile bytes.
#![allow(clippy::unwrap_used)]

#[path = "shared/golden.rs"]
mod golden;

use std::time::Duration;

use proptest::{collection::vec, prelude::*, sample::Index};
use verbund_protocol::{
    certificate::{AuthorityCertificate, CertificateError, EKU_SIGN, MemberCertificate, Purpose, Request},
    id::NetworkId,
    sign::PublicKey,
    time::Timestamp,
};

use golden::vector;

const AUTHORITY: &str = "authority-1";
const AUTH: &str = "certificate-auth-1";
const SIGN: &str = "certificate-sign-1";
const AUTH_REQUEST: &str = "request-auth-1";
const SIGN_REQUEST: &str = "request-sign-1";

const FINGERPRINT: &str = "84fe21b33f6af801a82a8c1e53615a2ba4be85fad37535836772b1f268f5da11";

fn network() -> NetworkId {
    "test".parse().unwrap()
}

fn issued() -> Timestamp {
    MemberCertificate::read(&vector(AUTH)).unwrap().not_before
}

fn verify(der: &[u8], now: Timestamp) -> Result<MemberCertificate, CertificateError> {
    MemberCertificate::verify(der, &network(), Purpose::Auth, [vector(AUTHORITY).as_slice()], now)
}

#[test]
fn the_golden_certificates_read() {
    let authority = AuthorityCertificate::read(&vector(AUTHORITY)).unwrap();
    assert!(authority.common_name.starts_with("Verbund test issuing authority"));
    let auth = verify(&vector(AUTH), issued()).unwrap();
    assert_eq!(auth.name.to_string(), "urn:verbund:test:kh-a:1");
    assert_eq!((auth.organization.as_str(), auth.purpose), ("Klinikum Ä", Purpose::Auth));
    assert_eq!(auth.fingerprint.to_string(), FINGERPRINT, "as openssl x509 -fingerprint -sha256 shows it");
    let a_day_later = issued().plus(Duration::from_secs(86_400));
    let sign = MemberCertificate::verify(&vector(SIGN), &network(), Purpose::Sign, [vector(AUTHORITY).as_slice()], a_day_later).unwrap();
    assert_eq!(sign.purpose, Purpose::Sign);
    assert_ne!(auth.key, sign.key);
    for (request, certificate) in [(AUTH_REQUEST, &auth), (SIGN_REQUEST, &sign)] {
        let request = Request::read(&vector(request)).unwrap();
        assert_eq!((&request.name, request.key, request.purpose), (&certificate.name, certificate.key, certificate.purpose));
    }
}

#[test]
fn validity_ends_to_the_second() {
    let certificate = MemberCertificate::read(&vector(AUTH)).unwrap();
    let second = Duration::from_secs(1);
    assert_eq!(certificate.not_after.since(certificate.not_before).as_secs(), 730 * 86_400 + 5 * 60, "two years, begun five minutes early");
    assert!(verify(&vector(AUTH), certificate.not_before).is_ok());
    assert!(verify(&vector(AUTH), certificate.not_after).is_ok());
    assert!(matches!(verify(&vector(AUTH), certificate.not_before.minus(second)), Err(CertificateError::NotYetValid { .. })));
    assert!(matches!(verify(&vector(AUTH), certificate.not_after.plus(second)), Err(CertificateError::Expired { .. })));
}

/// Every single byte changed to every other value: nothing outside the signed part may be lax either.
#[test]
fn no_byte_may_be_another() {
    let now = issued();
    for golden in [AUTH, AUTH_REQUEST] {
        let whole = vector(golden);
        for at in 0..whole.len() {
            for value in [0, 1, 0x0c, 0x30, 0xff, whole[at] ^ 1, whole[at] ^ 0x80] {
                let mut der = whole.clone();
                der[at] = value;
                let taken = if golden == AUTH { verify(&der, now).is_ok() } else { Request::read(&der).is_ok() };
                assert_eq!(taken, value == whole[at], "byte {at} as {value}");
            }
        }
    }
}

#[test]
fn a_key_of_small_order_is_no_key() {
    let mut der = vector(AUTH);
    let key = *MemberCertificate::read(&der).unwrap().key.as_bytes();
    let at = der.windows(32).position(|window| window == key).unwrap();
    der[at..at + 32].copy_from_slice(&[0; 32]);
    assert_eq!(PublicKey::from_bytes(&[0; 32]).ok(), None);
    assert_eq!(MemberCertificate::read(&der), Err(CertificateError::Algorithm));
}

/// A certificate for another use of this cooperative, or of another, signs no evidence.
#[test]
fn only_the_use_of_evidence_signs_it() {
    let oid: Vec<u8> = std::iter::once(2 * 40 + EKU_SIGN[1]).chain(EKU_SIGN[2..].iter().copied()).flat_map(arc).collect();
    let mut der = vector(SIGN);
    assert_eq!(MemberCertificate::read(&der).unwrap().purpose, Purpose::Sign);
    let last = der.windows(oid.len()).position(|window| window == oid).unwrap() + oid.len() - 1;
    der[last] += 1;
    assert_eq!(MemberCertificate::read(&der), Err(CertificateError::ForeignUsage));
}

/// One arc of an object identifier as DER writes it: seven bits a byte, all but the last marked.
fn arc(number: u64) -> Vec<u8> {
    let groups = (number.max(1).ilog2() / 7) as usize;
    (0..=groups).rev().map(|group| (number >> (7 * group)) as u8 & 0x7f | if group > 0 { 0x80 } else { 0 }).collect()
}

proptest! {
    /// No changed certificate verifies, and no bytes make the reader panic.
    #[test]
    fn a_changed_certificate_never_verifies(at in any::<Index>(), value: u8) {
        let mut der = vector(AUTH);
        let at = at.index(der.len());
        prop_assume!(der[at] != value);
        der[at] = value;
        prop_assert!(verify(&der, issued()).is_err(), "byte {}", at);
    }

    #[test]
    fn a_changed_request_is_never_taken(at in any::<Index>(), value: u8) {
        let mut der = vector(SIGN_REQUEST);
        let at = at.index(der.len());
        prop_assume!(der[at] != value);
        der[at] = value;
        prop_assert!(Request::read(&der).is_err(), "byte {}", at);
    }

    #[test]
    fn cut_and_stray_bytes_are_refused(cut in any::<Index>(), stray in vec(any::<u8>(), 1..200)) {
        for golden in [AUTHORITY, AUTH, SIGN_REQUEST] {
            let whole = vector(golden);
            let part = &whole[..cut.index(whole.len())];
            let longer = [whole.as_slice(), &stray].concat();
            for bytes in [part, longer.as_slice(), stray.as_slice()] {
                prop_assert!(MemberCertificate::read(bytes).is_err());
                prop_assert!(AuthorityCertificate::read(bytes).is_err());
                prop_assert!(Request::read(bytes).is_err());
            }
        }
    }
}
