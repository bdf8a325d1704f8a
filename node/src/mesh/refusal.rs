//! Why a connection did not come about, in words for the log and for `verbund peers`.

use std::{error::Error, fmt, io, ops::RangeInclusive, time::Duration};

use futures_rustls::rustls;
use rustls::AlertDescription;
use verbund_protocol::{certificate::CertificateError, limits::REFUSALS_LOGGED, sign::PublicKey};

use super::bucket::TokenBucket;

/// A connection was refused, by this node or by the other side.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The peer presented no certificate.
    #[error("the peer presented no certificate")]
    NoCertificate,
    /// The peer's certificate does not hold against the profile, the authorities of the network document or the clock.
    #[error("the peer's certificate is refused: {0}")]
    Certificate(#[from] CertificateError),
    /// The profile holds, but the second, independent check of the chain (webpki) does not.
    #[error("the peer's certificate chain is refused: {0}")]
    Chain(String),
    /// The peer refuses this node, and which alert it sent.
    #[error("the peer refuses this node: {0}")]
    ByPeer(Alert),
    /// The other side does not speak TLS 1.3 with ALPN `verbund/1`.
    #[error("no TLS 1.3 handshake: {0}")]
    Handshake(String),
    /// The handshake took too long.
    #[error("the connection was not ready within the time allowed")]
    Timeout,
    /// No connection at all.
    #[error("no connection: {0}")]
    Network(String),
    /// Another node than expected answered.
    #[error("another node answers at this address{}", .found.map(|key| format!(": {key}")).unwrap_or_default())]
    OtherNode {
        /// Who answered.
        found: Option<PublicKey>,
    },
    /// Someone presents this node's own key.
    #[error("the other side presents this node's own key: was this node's data folder copied to a second machine?")]
    OwnKey,
    /// There are as many connections with this peer as there may be, as happens when both sides dial at once in several ways.
    #[error("there are enough connections with this peer")]
    Surplus,
    /// A limit of this node.
    #[error("refused to protect this node: {0}")]
    Limit(String),
    /// No version of the protocol in common.
    #[error("no common protocol version: this node speaks {} to {}, the peer {} to {}", .ours.start(), .ours.end(), .theirs.start(), .theirs.end())]
    Version {
        /// Versions of this node.
        ours: RangeInclusive<u16>,
        /// Versions of the peer.
        theirs: RangeInclusive<u16>,
    },
    /// The peer is connected but did not say hello properly.
    #[error("the peer does not say hello: {0}")]
    Hello(String),
}

/// How many of those who call and are refused are logged: a flood of strangers must not become a flood of lines.
pub(super) struct Ledger {
    room: TokenBucket,
    unlogged: u64,
}

impl Ledger {
    pub fn new(now: Duration) -> Self {
        Self { room: TokenBucket::new(REFUSALS_LOGGED, now), unlogged: 0 }
    }
    /// Returns whether the next one is logged by itself.
    pub fn has_room(&mut self, now: Duration) -> bool {
        let room = self.room.take(now).is_ok();
        self.unlogged += u64::from(!room);
        room
    }
    /// Returns how many were not logged by themselves, once there is room to say so.
    pub fn rest(&mut self, now: Duration) -> Option<u64> {
        let due = self.unlogged > 0 && self.room.take(now).is_ok();
        due.then(|| std::mem::take(&mut self.unlogged))
    }
}

/// A TLS alert in words; TLS tells a refused dialler no more than this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert(pub AlertDescription);

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            AlertDescription::UnknownCA => "it does not know the authority that issued this node's certificate (unknown_ca)",
            AlertDescription::CertificateExpired => "this node's certificate is not valid at the peer's time: expired, not yet valid, or a clock is wrong (certificate_expired)",
            AlertDescription::UnsupportedCertificate => "this node's certificate is not one for the mesh, perhaps the sign certificate (unsupported_certificate)",
            AlertDescription::AccessDenied => "this node's certificate is for another network (access_denied)",
            AlertDescription::BadCertificate => "this node's certificate departs from the profile (bad_certificate)",
            AlertDescription::DecryptError => "the signature on this node's certificate does not match (decrypt_error)",
            AlertDescription::CertificateRequired => "this node sent no certificate (certificate_required)",
            AlertDescription::NoApplicationProtocol => "it does not speak verbund/1 (no_application_protocol)",
            other => return write!(f, "TLS alert {other:?}"),
        })
    }
}

impl Refusal {
    /// Returns whether people should look at it. That a peer is switched off, or connected already, is no news.
    pub(super) const fn deserves_a_look(&self) -> bool {
        !matches!(self, Self::Network(_) | Self::Timeout | Self::Surplus)
    }

    /// Returns the refusal carried inside an error of the transport, or the error's own text.
    pub(super) fn from_io(error: &io::Error) -> Self {
        let mut current = error;
        while let Some(inner) = current.get_ref() {
            if let Some(refusal) = inner.downcast_ref::<Self>() {
                return refusal.clone();
            }
            match inner.downcast_ref::<io::Error>() {
                Some(deeper) => current = deeper,
                None => break,
            }
        }
        Self::Network(deepest(error))
    }

    /// Returns what a failed handshake means, when the verifier itself found nothing.
    pub(super) fn from_handshake(error: &io::Error) -> Self {
        let inner = error.get_ref();
        if let Some(refusal) = inner.and_then(|inner| inner.downcast_ref::<Self>()) {
            return refusal.clone();
        }
        match inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(rustls::Error::AlertReceived(alert)) => Self::ByPeer(Alert(*alert)),
            Some(rustls::Error::NoCertificatesPresented) => Self::NoCertificate,
            Some(other) => Self::Handshake(other.to_string()),
            None if error.kind() == io::ErrorKind::UnexpectedEof => Self::Handshake("the other side closed the connection".into()),
            None => Self::Network(error.to_string()),
        }
    }
}

impl From<Refusal> for io::Error {
    fn from(refusal: Refusal) -> Self {
        Self::other(refusal)
    }
}

/// Returns the text of the innermost cause: the outer ones only repeat that something failed.
fn deepest(error: &io::Error) -> String {
    let mut current: &dyn Error = error;
    while let Some(source) = current.source() {
        current = source;
    }
    current.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_callers_is_no_flood_of_lines() {
        let mut ledger = Ledger::new(Duration::ZERO);
        let logged = (0..10_000).filter(|_| ledger.has_room(Duration::ZERO)).count();
        assert_eq!((logged, ledger.rest(Duration::ZERO)), (REFUSALS_LOGGED.burst as usize, None));
        let later = Duration::from_secs(1);
        assert_eq!(ledger.rest(later), Some(10_000 - u64::from(REFUSALS_LOGGED.burst)));
        assert_eq!(ledger.rest(later), None, "none are left to tell of");
        assert!(!ledger.has_room(later) && ledger.has_room(Duration::from_secs(2)));
    }
}
