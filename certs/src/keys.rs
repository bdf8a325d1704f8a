//! Private keys in files of their own.

use std::path::Path;

use verbund_protocol::sign::SecretKey;
use zeroize::Zeroizing;

use crate::{
    AuthorityError,
    files::{self, Access},
};

/// Returns a new key from the operating system's random source.
pub fn new_key() -> SecretKey {
    let mut seed = Zeroizing::new([0; 32]);
    aws_lc_rs::rand::fill(seed.as_mut()).expect("the operating system gives random bytes");
    SecretKey::from_seed(&seed)
}

/// Writes a key as PKCS#8 PEM that only its owner can read.
///
/// # Errors
/// [`AuthorityError::Exists`] rather than overwriting a key; [`AuthorityError::File`].
pub fn write_key(path: &Path, key: &SecretKey) -> Result<(), AuthorityError> {
    files::write_new(path, Zeroizing::new(key.to_pem()).as_bytes(), Access::Private)
}

/// Returns the key in a PKCS#8 PEM file.
///
/// # Errors
/// [`AuthorityError::File`] or [`AuthorityError::Key`].
pub fn read_key(path: &Path) -> Result<SecretKey, AuthorityError> {
    let text = Zeroizing::new(files::read_text(path)?);
    SecretKey::from_pem(&text).map_err(|source| AuthorityError::Key { path: path.to_owned(), source })
}
