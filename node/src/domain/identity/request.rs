//! Certificate requests (PKCS#10), by the profile in `verbund_protocol::certificate`.

use rcgen::{
    CertificateParams, DistinguishedName, DnType, DnValue, ExtendedKeyUsagePurpose, KeyUsagePurpose, PKCS_ED25519, PublicKeyData, SanType, SignatureAlgorithm, SigningKey,
    string::{Ia5String, PrintableString},
};
use verbund_protocol::{
    certificate::{EKU_SIGN, NodeName, Purpose, TLS_NAME},
    sign::{PublicKey, SecretKey},
};

/// subject serialNumber (X.520 2.5.4.5).
const SERIAL_NUMBER: &[u64] = &[2, 5, 4, 5];

/// Returns the request as PEM.
pub(super) fn write(name: &NodeName, organization: &str, purpose: Purpose, key: &SecretKey) -> Result<String, rcgen::Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, organization);
    params.distinguished_name.push(DnType::from_oid(SERIAL_NUMBER), DnValue::PrintableString(PrintableString::try_from(name.member.as_str())?));
    params.subject_alt_names = vec![SanType::URI(Ia5String::try_from(name.to_string())?), SanType::DnsName(Ia5String::try_from(TLS_NAME)?)];
    (params.key_usages, params.extended_key_usages) = match purpose {
        Purpose::Auth => (vec![KeyUsagePurpose::DigitalSignature], vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth]),
        Purpose::Sign => (vec![KeyUsagePurpose::ContentCommitment], vec![ExtendedKeyUsagePurpose::Other(EKU_SIGN.to_vec())]),
    };
    params.serialize_request(&Signer { key, public: key.public() })?.pem()
}

/// One of the node's keys as rcgen wants it; it is not copied.
struct Signer<'a> {
    key: &'a SecretKey,
    public: PublicKey,
}

impl PublicKeyData for Signer<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.public.as_bytes()
    }
    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ED25519
    }
}

impl SigningKey for Signer<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(self.key.sign(message).to_vec())
    }
}
