//! Signatures that were verified ahead of the work that needs them.
//!
//! Verifying is a function of its arguments, so it does not matter where or when it is done: a node does it on threads of its own
//! before the one that decides has its turn. What is noted here is that it held, for exact bytes under one network and kind; what is
//! not noted is verified where it is needed. So a decision is the same with and without.

use std::collections::HashSet;

use super::{Kind, Opened, SignatureError, open, reopen};
use crate::id::{Digest, NetworkId};

/// Signed objects whose signatures hold. They get in only by being verified; as many as whoever fills it has read from one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked(HashSet<Digest>);

impl Checked {
    /// Verifies the signed object in `bytes` and notes it if its signature holds. One that does not is left to be refused later.
    pub fn check(&mut self, network: &NetworkId, kind: Kind, bytes: &[u8], limit: usize) {
        if open(network, kind, bytes, limit).is_ok() {
            self.0.insert(mark(network, kind, bytes));
        }
    }

    /// Returns what [`open`] returns, without verifying again what was noted.
    ///
    /// # Errors
    /// [`SignatureError`] names what does not hold.
    pub fn open(&self, network: &NetworkId, kind: Kind, bytes: &[u8], limit: usize) -> Result<Opened, SignatureError> {
        let held = !self.0.is_empty() && self.0.contains(&mark(network, kind, bytes));
        if held { reopen(bytes, limit) } else { open(network, kind, bytes, limit) }
    }

    /// Returns how many signatures were found to hold.
    pub fn len(&self) -> usize {
        self.0.len()
    }
    /// Returns whether none was.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The whole object under its network and kind: a signature made for one purpose counts for no other here either.
fn mark(network: &NetworkId, kind: Kind, bytes: &[u8]) -> Digest {
    Digest::of(&[&kind.context(network), &[0][..], bytes].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign::{SecretKey, sign};

    #[test]
    fn only_what_holds_is_noted_and_only_for_its_purpose() {
        let (network, other): (NetworkId, NetworkId) = ("test".parse().unwrap(), "other".parse().unwrap());
        let bytes = sign(&network, Kind::Header, b"payload".to_vec(), &SecretKey::from_seed(&[7; 32]));
        let mut forged = bytes.clone();
        *forged.last_mut().unwrap() ^= 1;
        let mut checked = Checked::default();
        for bytes in [&bytes, &forged, &b"nothing".to_vec()] {
            checked.check(&network, Kind::Header, bytes, 1000);
        }
        assert_eq!(checked.len(), 1);
        for (network, kind, bytes, limit) in [
            (&network, Kind::Header, &bytes, 1000),
            (&network, Kind::Header, &bytes, 10),
            (&network, Kind::Header, &forged, 1000),
            (&network, Kind::Receipt, &bytes, 1000),
            (&other, Kind::Header, &bytes, 1000),
        ] {
            assert_eq!(checked.open(network, kind, bytes, limit), open(network, kind, bytes, limit), "as if nothing had been checked");
        }
    }
}
