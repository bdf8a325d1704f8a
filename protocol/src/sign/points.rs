//! The points behind public keys, worked out once.
//!
//! To work a point out and to see that it is not of small order costs as much as half a signature, and a node meets the keys of the same few
//! hundred members in everything it reads. What is remembered is a function of the 32 bytes alone, so nothing depends on whether
//! it is. Keys that are no good are not remembered.

use std::{
    collections::HashMap,
    sync::{LazyLock, PoisonError, RwLock},
};

use ed25519_dalek::VerifyingKey;

use super::SignatureError;

/// Most points remembered, some 250 bytes each: those of a thousand nodes. With one more all are forgotten, since strangers can name
/// any key.
const MOST: usize = 2048;

static POINTS: LazyLock<RwLock<HashMap<[u8; 32], VerifyingKey>>> = LazyLock::new(RwLock::default);

/// Returns the point behind `key`.
///
/// # Errors
/// [`SignatureError::Key`] if these are not 32 bytes, no valid point or one of small order.
pub(super) fn point(key: &[u8]) -> Result<VerifyingKey, SignatureError> {
    let key: [u8; 32] = key.try_into().map_err(|_| SignatureError::Key)?;
    if let Some(point) = POINTS.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return Ok(*point);
    }
    let point = VerifyingKey::from_bytes(&key).map_err(|_| SignatureError::Key)?;
    if point.is_weak() {
        return Err(SignatureError::Key);
    }
    let mut points = POINTS.write().unwrap_or_else(PoisonError::into_inner);
    if points.len() >= MOST {
        points.clear();
    }
    points.insert(key, point);
    Ok(point)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign::SecretKey;

    #[test]
    fn no_more_are_remembered_than_said_and_what_is_said_of_a_key_stays_the_same() {
        let weak = [0; 32];
        for n in 0..MOST as u64 + 10 {
            let mut seed = [3; 32];
            seed[..8].copy_from_slice(&n.to_le_bytes());
            let key = SecretKey::from_seed(&seed).public();
            for _ in 0..2 {
                assert_eq!(point(key.as_bytes()).unwrap().as_bytes(), key.as_bytes());
                assert_eq!(point(&weak), Err(SignatureError::Key));
            }
            assert!(POINTS.read().unwrap().len() <= MOST);
        }
        assert_eq!(point(&[1; 31]), Err(SignatureError::Key), "too short");
    }
}
