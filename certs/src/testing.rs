//! Requests and wrong certificates, for tests of what nodes refuse. Nothing here is reachable from the command line.

use verbund_protocol::{
    certificate::{NodeName, Purpose},
    sign::SecretKey,
    time::Timestamp,
};

pub use crate::issuing::Profile;
use crate::issuing::{Signer, moment, subject_params};
pub use rcgen::{ExtendedKeyUsagePurpose, KeyUsagePurpose};

const FITS: &str = "names in tests fit a certificate";

/// Returns a request (PEM) as `verbund init` makes it.
///
/// # Panics
/// If a name does not fit a certificate.
pub fn request(name: &NodeName, organization: &str, purpose: Purpose, key: &SecretKey) -> String {
    signed_request(name, organization, purpose, &Signer::from(key))
}

/// Returns a request (PEM) that names the public half of `key` but is signed by `other`: someone asks for a certificate over
/// a key that is not theirs.
///
/// # Panics
/// If a name does not fit a certificate.
pub fn forged_request(name: &NodeName, organization: &str, purpose: Purpose, key: &SecretKey, other: &SecretKey) -> String {
    signed_request(name, organization, purpose, &Signer { key: other, public: key.public() })
}

/// Returns a request (PEM) with an ECDSA key, which the profile does not allow.
///
/// # Panics
/// If the key cannot be made.
pub fn request_of_another_algorithm(name: &NodeName) -> String {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).expect("the library makes ECDSA keys");
    signed_request(name, "Klinikum", Purpose::Auth, &key)
}

/// Returns a certificate (PEM) signed by its own key: no authority stands behind it.
///
/// # Panics
/// If a name does not fit a certificate.
pub fn self_signed(name: &NodeName, organization: &str, key: &SecretKey, profile: Profile) -> String {
    let mut params = subject_params(name, organization).expect(FITS);
    params.key_usages = profile.key_usages;
    params.extended_key_usages = profile.extended_key_usages;
    params.not_before = moment(profile.not_before);
    params.not_after = moment(profile.not_after);
    params.self_signed(&Signer::from(key)).expect(FITS).pem()
}

fn signed_request(name: &NodeName, organization: &str, purpose: Purpose, key: &impl rcgen::SigningKey) -> String {
    let mut params = subject_params(name, organization).expect(FITS);
    let profile = Profile::of(purpose, Timestamp::default());
    params.key_usages = profile.key_usages;
    params.extended_key_usages = profile.extended_key_usages;
    params.serialize_request(key).and_then(|request| request.pem()).expect(FITS)
}
