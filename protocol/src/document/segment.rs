//! How a document is cut: into encrypted segments, and its ciphertext into ranges to ask for.
//!
//! Each segment is sealed with AES-256-GCM on its own. Its nonce is its number and whether it is the last, so segments
//! cannot be reordered, dropped, repeated or cut off unseen. Nonces never repeat because a key serves one document only.

use crate::limits::{DOCUMENT_RANGE, DOCUMENT_SEGMENT};

/// Bytes the authentication tag adds to each segment.
pub const TAG: usize = 16;
/// Bytes of one full encrypted segment.
pub const SEALED_SEGMENT: usize = DOCUMENT_SEGMENT + TAG;

/// Returns into how many segments a document of `plain_size` bytes is cut; an empty one still has a (last) segment.
pub const fn segments(plain_size: u64) -> u64 {
    let full = plain_size.div_ceil(DOCUMENT_SEGMENT as u64);
    if full == 0 { 1 } else { full }
}

/// Returns the bytes of ciphertext of a document of `plain_size` bytes.
pub const fn cipher_size(plain_size: u64) -> u64 {
    plain_size.saturating_add(segments(plain_size).saturating_mul(TAG as u64))
}

/// Returns the nonce of segment `number` (from 0): the number in 8 bytes, big-endian, three zero bytes, and 1 if it is the last.
pub const fn nonce(number: u64, last: bool) -> [u8; 12] {
    let n = number.to_be_bytes();
    [n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], 0, 0, 0, last as u8]
}

/// Returns into how many ranges a ciphertext of `cipher_size` bytes is cut.
pub const fn ranges(cipher_size: u64) -> u64 {
    cipher_size.div_ceil(DOCUMENT_RANGE as u64)
}

/// Returns how long the range at `offset` is, or nothing if no range begins there.
pub fn range_len(cipher_size: u64, offset: u64) -> Option<usize> {
    let begins = offset.is_multiple_of(DOCUMENT_RANGE as u64) && offset < cipher_size;
    begins.then(|| (cipher_size - offset).min(DOCUMENT_RANGE as u64) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::MAX_DOCUMENT;
    use proptest::prelude::*;

    #[test]
    fn segments_at_their_borders() {
        let full = DOCUMENT_SEGMENT as u64;
        for (plain, count) in [(0, 1), (1, 1), (full - 1, 1), (full, 1), (full + 1, 2), (2 * full, 2), (2 * full + 1, 3)] {
            assert_eq!((segments(plain), cipher_size(plain)), (count, plain + count * 16), "{plain}");
        }
    }

    #[test]
    fn a_nonce_tells_number_and_end() {
        assert_eq!(nonce(0x0102, false), [0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0]);
        assert_eq!(nonce(u64::MAX, true), [255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 1]);
    }

    proptest! {
        #[test]
        fn ranges_cover_every_byte_once(cipher in 1..=cipher_size(MAX_DOCUMENT)) {
            let covered: u64 = (0..ranges(cipher)).map(|n| range_len(cipher, n * DOCUMENT_RANGE as u64).unwrap() as u64).sum();
            prop_assert_eq!(covered, cipher);
            prop_assert_eq!(range_len(cipher, ranges(cipher) * DOCUMENT_RANGE as u64), None);
            prop_assert_eq!(range_len(cipher, 1), None);
        }
        #[test]
        fn nonces_differ(a: u64, b: u64, x: bool, y: bool) {
            prop_assert_eq!(nonce(a, x) == nonce(b, y), (a, x) == (b, y));
        }
    }
}
