//! Passwords at rest and codes of authenticator apps.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use totp_rs::{Builder, Secret, Totp};
use verbund_protocol::time::Timestamp;

use crate::domain::entropy::Entropy;

/// Bytes of a secret shared with an authenticator app: RFC 4226 asks for 160 bits.
pub const TOTP_SECRET: usize = 20;

/// The password cannot be hashed or the stored hash cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password could not be worked on")]
pub struct FactorError;

/// Returns a password's hash for the store: Argon2id with 19 MiB, two passes (OWASP's recommendation, the crate's default), in PHC form.
/// Takes some tens of milliseconds of a processor and 19 MiB: call it where waiting is allowed, few at a time.
///
/// # Errors
/// [`FactorError`] for a password too long for the algorithm.
pub fn hash_password(password: &str, salt: &[u8; 16]) -> Result<String, FactorError> {
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), salt).map_err(|_| FactorError)?;
    Ok(hash.to_string())
}

/// Returns whether `password` is the one behind `hash`. Without a hash it takes as long and says no, so that nobody can tell by the
/// clock which user names exist.
pub fn verify_password(password: &str, hash: Option<&str>) -> bool {
    let Some(hash) = hash.and_then(|hash| PasswordHash::new(hash).ok()) else {
        let _ = hash_password(password, &[0; 16]); // only for the time it takes
        return false;
    };
    Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
}

/// Returns a new secret for an authenticator app.
pub fn totp_secret(entropy: &mut dyn Entropy) -> [u8; TOTP_SECRET] {
    entropy.bytes()
}

/// Returns the time step of a right code of six digits (RFC 6238: SHA-1, 30 seconds, one step off allowed either way).
pub fn totp_step(secret: &[u8], code: &str, now: Timestamp) -> Option<u64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    totp(secret, "", "")?.check(&digits, now.secs())
}

/// Returns the code an authenticator app shows at `now`: for tests and demonstrations, where the person is played.
pub fn totp_code(secret: &[u8], now: Timestamp) -> Option<String> {
    Some(totp(secret, "", "")?.generate(now.secs()).to_string())
}

/// Returns the `otpauth://` address that a QR code carries to an authenticator app.
pub fn totp_address(secret: &[u8], clinic: &str, login: &str) -> Option<String> {
    totp(secret, clinic, login)?.to_url().ok()
}

/// Returns a secret as people type it: base32 in groups of four.
pub fn totp_text(secret: &[u8]) -> String {
    let text = Secret::from(secret.to_vec()).to_base32();
    text.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect::<Vec<_>>().join(" ")
}

fn totp(secret: &[u8], clinic: &str, login: &str) -> Option<Totp> {
    // The address puts both beside a colon, so neither may have one.
    let plain = |text: &str| text.replace(':', " ");
    Builder::new().with_secret(secret.to_vec()).with_issuer(Some(plain(clinic))).with_account_name(plain(login)).build().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_password_is_known_again_and_no_other() {
        let hash = hash_password("drei blaue Boote", &[7; 16]).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify_password("drei blaue Boote", Some(&hash)));
        assert!(!verify_password("drei blaue Bote", Some(&hash)) && !verify_password("drei blaue Boote", None) && !verify_password("x", Some("no hash")));
    }

    /// RFC 6238, appendix B, the SHA-1 rows, whose last six of eight digits these are.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        for (secs, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")] {
            let now = Timestamp::from_secs(secs);
            assert_eq!(totp_code(secret, now).unwrap(), code);
            assert_eq!(totp_step(secret, code, now), Some(secs / 30));
            assert_eq!(totp_step(secret, code, Timestamp::from_secs(secs + 30)), Some(secs / 30), "a slow typist");
            assert_eq!(totp_step(secret, code, Timestamp::from_secs(secs + 90)), None);
        }
        assert_eq!(totp_step(secret, " 287 082 ", Timestamp::from_secs(59)), Some(1));
        assert_eq!(totp_step(secret, "12345", Timestamp::from_secs(59)), None);
    }

    #[test]
    fn an_app_learns_where_the_code_belongs() {
        let address = totp_address(b"12345678901234567890", "Klinik: Musterstadt", "erna").unwrap();
        assert!(address.starts_with("otpauth://totp/") && address.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ") && address.contains("erna"), "{address}");
        assert_eq!(totp_text(b"12345678901234567890").split(' ').count(), 8);
    }
}
