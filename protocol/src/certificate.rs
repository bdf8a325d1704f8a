//! The profile of a member's X.509 certificates: what the authority writes and every node checks.
//!
//! Ed25519 (RFC 8410), issued offline, two years. Subject: O = the member's name, serialNumber = member id. Subject
//! alternative names: the URI `urn:verbund:<network>:<member>:<node>` and, so that TLS libraries have a DNS name to
//! check, [`TLS_NAME`].

//!
//! [`MemberCertificate::verify`] is the one reading of a certificate that the gate, `verbund join` and the authority share.

mod read;

use std::{fmt, str::FromStr};

use crate::id::{InvalidId, MemberId, NetworkId, NodeId};

pub use read::{AuthorityCertificate, CertificateError, MemberCertificate, Request};

/// The DNS name in every auth certificate and in the TLS server name, the same for all members.
pub const TLS_NAME: &str = "member.verbund";
/// The ALPN protocol of the mesh.
pub const ALPN: &[u8] = b"verbund/1";
/// Extended key usage of sign certificates. `2.25` is the arc that needs no registration (ITU-T X.667); its number is the
/// first half of a random UUID, since the certificate libraries hold object identifier parts in 64 bits.
pub const EKU_SIGN: &[u64] = &[2, 25, 8_016_234_190_554_518_867, 1];
/// How long a member's certificate is valid, days.
pub const VALIDITY_DAYS: u32 = 730;
/// How long an authority's own certificate is valid, days. A longer life than any certificate it issues needs; the network
/// document, not this date, decides which authorities count.
pub const AUTHORITY_VALIDITY_DAYS: u32 = 3_653;

/// Which of a node's two keys a certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// TLS on the mesh: EKU clientAuth and serverAuth, key usage digitalSignature.
    Auth,
    /// Evidence: EKU [`EKU_SIGN`], key usage nonRepudiation (contentCommitment).
    Sign,
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auth => "auth",
            Self::Sign => "sign",
        })
    }
}

impl Purpose {
    /// Returns the other one.
    pub const fn other(self) -> Self {
        match self {
            Self::Auth => Self::Sign,
            Self::Sign => Self::Auth,
        }
    }
}

/// The URI that names a node: `urn:verbund:<network>:<member>:<node>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeName {
    /// The network the certificate is for.
    pub network: NetworkId,
    /// The member that speaks.
    pub member: MemberId,
    /// Which of the member's nodes.
    pub node: NodeId,
}

impl fmt::Display for NodeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "urn:verbund:{}:{}:{}", self.network, self.member, self.node)
    }
}

/// A URI is not a node name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidNodeName {
    /// Not of the form `urn:verbund:<network>:<member>:<node>`.
    #[error("a node name is urn:verbund:<network>:<member>:<node>")]
    Shape,
    /// One of its parts is not valid.
    #[error(transparent)]
    Part(#[from] InvalidId),
}

impl FromStr for NodeName {
    type Err = InvalidNodeName;
    fn from_str(text: &str) -> Result<Self, InvalidNodeName> {
        let parts: Vec<&str> = text.split(':').collect();
        let ["urn", "verbund", network, member, node] = parts[..] else { return Err(InvalidNodeName::Shape) };
        Ok(Self { network: network.parse()?, member: member.parse()?, node: node.parse()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_names_read_back() {
        let name: NodeName = "urn:verbund:bayern:kh-musterstadt:1".parse().unwrap();
        assert_eq!(name.to_string(), "urn:verbund:bayern:kh-musterstadt:1");
        assert_eq!("urn:verbund:bayern:kh".parse::<NodeName>(), Err(InvalidNodeName::Shape));
    }
}
