//! A node's auth key and its libp2p name are two writings of one thing.

use libp2p::{PeerId, identity};
use verbund_protocol::sign::{PublicKey, SecretKey};

/// Returns the libp2p identity of an auth key.
pub(super) fn keypair(key: &SecretKey) -> identity::Keypair {
    let mut seed = key.seed();
    identity::Keypair::ed25519_from_bytes(&mut seed).expect("32 bytes are a seed")
}

/// What stands before an Ed25519 key in its libp2p name: multihash "identity" of 36 bytes, and in these the protobuf of a public key (type
/// Ed25519, 32 bytes). Source: libp2p's specification of peer ids.
const BEFORE_KEY: [u8; 6] = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20];

/// Returns the libp2p name of an auth key. Only bytes are put together: libp2p would work the key's point out at every use of a name.
pub(super) fn peer_id(key: &PublicKey) -> PeerId {
    let name = [&BEFORE_KEY[..], key.as_bytes()].concat();
    PeerId::from_bytes(&name).expect("the name of an Ed25519 key is well-formed")
}

/// Returns the auth key inside a libp2p name, which for Ed25519 holds the key itself.
pub(super) fn public_key(peer: &PeerId) -> Option<PublicKey> {
    PublicKey::from_bytes(peer.to_bytes().strip_prefix(&BEFORE_KEY[..])?).ok()
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
        let weak = PeerId::from_bytes(&[&BEFORE_KEY[..], &[0; 32]].concat()).unwrap();
        assert_eq!(public_key(&weak), None, "not every 32 bytes are a key");
        let ecdsa = PeerId::from_bytes(&[&[0x00, 0x24, 0x08, 0x03, 0x12, 0x20][..], key.public().as_bytes()].concat()).unwrap();
        assert_eq!(public_key(&ecdsa), None, "another kind of key");
    }
}
