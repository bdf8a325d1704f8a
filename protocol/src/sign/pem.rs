//! Private keys as text: PKCS#8 version 1 in PEM (RFC 8410), the form `openssl pkey` reads.

use ed25519_dalek::{
    SigningKey,
    pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, KeypairBytes, spki::der::pem::LineEnding},
};

use super::{SecretKey, SignatureError};

impl SecretKey {
    /// Returns the key as PKCS#8 PEM. It goes into a file that only its owner can read, and nowhere else.
    pub fn to_pem(&self) -> String {
        // Without the public half: OpenSSL 3.0 refuses version 2 of the format, which carries it.
        let bytes = KeypairBytes { secret_key: self.seed(), public_key: None };
        let pem = bytes.to_pkcs8_pem(LineEnding::LF).expect("an Ed25519 key always encodes");
        pem.as_str().to_owned()
    }

    /// Returns the key in a PKCS#8 PEM text.
    ///
    /// # Errors
    /// [`SignatureError::PrivateKey`]; nothing of the text is repeated.
    pub fn from_pem(text: &str) -> Result<Self, SignatureError> {
        SigningKey::from_pkcs8_pem(text.trim()).map(Self).map_err(|_| SignatureError::PrivateKey)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_text() {
        let key = SecretKey::from_seed(&[9; 32]);
        let text = key.to_pem();
        assert!(text.starts_with("-----BEGIN PRIVATE KEY-----\n"));
        assert_eq!(SecretKey::from_pem(&text).map(|read| read.public()), Ok(key.public()));
        assert_eq!(SecretKey::from_pem("-----BEGIN PUBLIC KEY-----").map(|read| read.public()), Err(SignatureError::PrivateKey));
    }
}
