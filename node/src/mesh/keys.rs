//! A node's auth key and its libp2p name are two writings of one thing.

use libp2p::{PeerId, identity};
use verbund_protocol::sign::{PublicKey, SecretKey};

/// Returns the libp2p identity of an auth key.
pub(super) fn keypair(key: &SecretKey) -> identity::Keypair {
    let mut seed = key.seed();
    identity::Keypair::ed25519_from_bytes(&mut seed).expect("32 bytes are a seed")
}

/// Returns the libp2p name of an auth key.
pub(super) fn peer_id(key: &PublicKey) -> PeerId {
    let key = identity::ed25519::PublicKey::try_from_bytes(key.as_bytes()).expect("a public key of ours is a valid one");
    PeerId::from_public_key(&key.into())
}

/// Returns the auth key inside a libp2p name, which for Ed25519 holds the key itself.
pub(super) fn public_key(peer: &PeerId) -> Option<PublicKey> {
    let key = identity::PublicKey::try_decode_protobuf(peer.as_ref().digest()).ok()?;
    PublicKey::from_bytes(&key.try_into_ed25519().ok()?.to_bytes()).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn key_and_name_convert_both_ways() {
        let key = SecretKey::from_seed(&[3; 32]);
        let peer = peer_id(&key.public());
        assert_eq!(peer, PeerId::from_public_key(&keypair(&key).public()));
        assert_eq!(public_key(&peer), Some(key.public()));
        assert_eq!(public_key(&PeerId::random()), None, "a name that is only a hash holds no key");
    }
}
