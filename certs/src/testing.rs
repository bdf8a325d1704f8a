//! Requests and wrong certificates, for tests of what nodes refuse. Nothing here is reachable from the command line.

use verbund_protocol::{
    certificate::{NodeName, Purpose},
    sign::SecretKey,
};

use crate::issuing;
pub use crate::issuing::Profile;
pub use rcgen::{ExtendedKeyUsagePurpose, KeyUsagePurpose};

/// Returns a request (PEM) as `verbund init` makes it.
///
/// # Panics
/// If a name does not fit a certificate.
pub fn request(name: &NodeName, organization: &str, purpose: Purpose, key: &SecretKey) -> String {
    issuing::request(name, organization, purpose, key).expect("names in tests fit a certificate")
}

/// Returns a certificate (PEM) signed by its own key: no authority stands behind it.
///
/// # Panics
/// If a name does not fit a certificate.
pub fn self_signed(name: &NodeName, organization: &str, key: &SecretKey, profile: Profile) -> String {
    issuing::self_signed(name, organization, key, profile).expect("names in tests fit a certificate")
}
