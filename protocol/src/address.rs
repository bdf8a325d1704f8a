//! Where a node can be reached: a record signed by its owner, replicated to all.

use minicbor::{Decode, Encode};

use crate::{
    cbor::{self, Malformed},
    id::{Digest, MemberId, NetworkId, NodeId},
    limits::{MAX_ADDRESS_RECORD, MAX_ADDRESS_TEXT, MAX_ADDRESSES},
    membership::Membership,
    sign::{self, Kind, SecretKey, SignatureError},
    time::Timestamp,
};

/// Whether `text` is an address at which a node can listen or be reached: `/ip4|ip6|dns|dns4|dns6/HOST/tcp/PORT`.
pub fn is_address(text: &str) -> bool {
    let parts: Vec<&str> = text.split('/').collect();
    let ["", kind, host, "tcp", port] = parts[..] else { return false };
    let host = match kind {
        "ip4" => host.parse::<core::net::Ipv4Addr>().is_ok(),
        "ip6" => host.parse::<core::net::Ipv6Addr>().is_ok(),
        "dns" | "dns4" | "dns6" => !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')),
        _ => false,
    };
    host && text.len() <= MAX_ADDRESS_TEXT && port.parse::<u16>().is_ok()
}

/// Orders versions of what one writer says, never by clock: a restored node raises its epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[cbor(array)]
pub struct Order {
    /// Raised each time the writer was restored from a backup.
    #[n(0)]
    pub epoch: u32,
    /// Counts within the epoch.
    #[n(1)]
    pub seq: u64,
}

/// Where one node can be reached and what it speaks.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AddressRecord {
    /// The member.
    #[n(0)]
    pub member: MemberId,
    /// The member's node.
    #[n(1)]
    pub node: NodeId,
    /// Replaces records of lower order.
    #[n(2)]
    pub order: Order,
    /// Multiaddr texts without the peer id, best first; DNS names are allowed. Empty: not reachable from outside.
    #[n(3)]
    pub addresses: Vec<String>,
    /// When the record was made, by the node's clock; for people only.
    #[n(4)]
    pub made_at: Timestamp,
    /// Lowest protocol version the node speaks.
    #[n(5)]
    pub protocol_min: u16,
    /// Highest protocol version the node speaks.
    #[n(6)]
    pub protocol_max: u16,
    /// Length of the node's audit chain when this was made.
    #[n(7)]
    pub audit_len: u64,
    /// Head of the node's audit chain; peers keep it, so the chain cannot be rewritten unseen.
    #[n(8)]
    pub audit_head: Digest,
}

/// An address record is refused, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not a validly signed record.
    #[error("address record: {0}")]
    Signature(#[from] SignatureError),
    /// Not the expected content.
    #[error("address record: {0}")]
    Malformed(#[from] Malformed),
    /// The signer does not speak for the member named.
    #[error("address record signed by a key that is not {member}'s")]
    Signer {
        /// Whom the record names.
        member: MemberId,
    },
    /// Too many or too long addresses.
    #[error("an address record holds at most {MAX_ADDRESSES} addresses of {MAX_ADDRESS_TEXT} bytes")]
    Addresses,
}

impl AddressRecord {
    /// Returns the record signed by the node's sign key.
    pub fn sign(&self, network: &NetworkId, key: &SecretKey) -> Vec<u8> {
        sign::sign(network, Kind::Address, cbor::write(self), key)
    }
    /// Verifies a signed record: signature first, then the signer's right, then the content.
    ///
    /// # Errors
    /// [`AddressError`].
    pub fn open(network: &NetworkId, membership: &Membership, bytes: &[u8]) -> Result<Self, AddressError> {
        let opened = sign::open(network, Kind::Address, bytes, MAX_ADDRESS_RECORD)?;
        let record: Self = cbor::read(&opened.payload, MAX_ADDRESS_RECORD)?;
        let right = membership.member(&record.member).is_some_and(|m| m.nodes.iter().any(|n| n.id == record.node && n.sign == opened.signer));
        if !right {
            return Err(AddressError::Signer { member: record.member });
        }
        let fits = record.addresses.len() <= MAX_ADDRESSES && record.addresses.iter().all(|a| a.len() <= MAX_ADDRESS_TEXT);
        if fits { Ok(record) } else { Err(AddressError::Addresses) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_other_texts() {
        for good in ["/ip4/0.0.0.0/tcp/443", "/ip6/::1/tcp/0", "/dns/verbund.klinik.example/tcp/8443", "/dns4/localhost/tcp/1", "/dns6/a/tcp/65535"] {
            assert!(is_address(good), "{good}");
        }
        let long = format!("/dns/{}/tcp/443", "a".repeat(MAX_ADDRESS_TEXT));
        for bad in [
            "",
            "nonsense",
            "verbund.example:443",
            "/ip4/1.2.3/tcp/443",
            "/ip4/::1/tcp/443",
            "/dns//tcp/443",
            "/dns/a b/tcp/443",
            "/dns/a/udp/443",
            "/dns/a/tcp/65536",
            "/dns/a/tcp/443/",
            &long,
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
