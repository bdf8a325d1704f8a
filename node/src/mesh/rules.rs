//! Who may do what: the one answer that TLS, gate and engine share.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use arc_swap::ArcSwap;
use verbund_protocol::{
    hello::View,
    id::NetworkId,
    limits::MAX_CLOCK_SKEW,
    membership::{Freshness, Membership, Standing, SuspensionReason},
    sign::PublicKey,
    time::Timestamp,
};

/// Returns the present moment. A function, so that tests and the simulator have their own.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What a peer may do here at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everything.
    Full,
    /// Only synchronise: it is in no member list held here.
    Unlisted,
    /// Only synchronise until the suspension ends.
    Suspended {
        /// When it ends.
        until: Timestamp,
        /// Why.
        reason: SuspensionReason,
    },
    /// Only synchronise: it is no longer in the member list.
    Removed {
        /// The last version of the network document that listed it.
        last_version: u64,
    },
    /// Only synchronise until the clocks agree again.
    Clock {
        /// Its clock minus ours, milliseconds.
        offset_ms: i64,
    },
    /// Only synchronise: this node's own network document ended too long ago.
    Stale,
}

impl Access {
    /// Returns whether everything is allowed.
    pub const fn is_full(&self) -> bool {
        matches!(self, Self::Full)
    }

    /// Returns what of this is told to the peer.
    pub const fn view(&self) -> View {
        match self {
            Self::Full => View::Member,
            Self::Unlisted => View::Unlisted,
            Self::Suspended { .. } => View::Suspended,
            Self::Removed { .. } => View::Removed,
            Self::Clock { .. } => View::Clock,
            Self::Stale => View::Stale,
        }
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str("may do everything"),
            Self::Unlisted => f.write_str("is in no member list held here and may only synchronise"),
            Self::Suspended { until, reason } => write!(f, "is suspended until {until} ({reason}) and may only synchronise"),
            Self::Removed { last_version } => write!(f, "was removed from the member list after version {last_version} and may only synchronise"),
            Self::Clock { offset_ms } => write!(f, "has a clock {} s {} ours and may only synchronise; check both clocks", offset_ms.abs() / 1000, side(*offset_ms)),
            Self::Stale => f.write_str("may only synchronise, since this node's own network document is too old; get a newer one"),
        }
    }
}

const fn side(offset_ms: i64) -> &'static str {
    if offset_ms < 0 { "behind" } else { "ahead of" }
}

/// What decides over peers; shared by everything in the mesh.
pub(super) struct Rules {
    /// The network this node belongs to.
    pub network: NetworkId,
    membership: ArcSwap<Membership>,
    /// Peers whose last hello showed a clock too far off, and by how much. Bounded by the number of connections.
    clocks: Mutex<HashMap<PublicKey, i64>>,
    clock: Clock,
}

impl Rules {
    pub fn new(membership: Arc<Membership>, clock: Clock) -> Self {
        let network = membership.held().document.network.clone();
        Self { network, membership: ArcSwap::new(membership), clocks: Mutex::default(), clock }
    }

    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    pub fn membership(&self) -> Arc<Membership> {
        self.membership.load_full()
    }

    pub fn set_membership(&self, membership: Arc<Membership>) {
        self.membership.store(membership);
    }

    /// Returns what the peer may do by membership alone. A connection is made under this; when it changes, the connection ends.
    pub fn standing(&self, peer: &PublicKey) -> Access {
        let (membership, now) = (self.membership.load(), self.now());
        if membership.freshness(now) == Freshness::SyncOnly {
            return Access::Stale;
        }
        match membership.standing(peer, now) {
            Standing::Member(_) => Access::Full,
            Standing::Unlisted => Access::Unlisted,
            Standing::Suspended { until, reason, .. } => Access::Suspended { until, reason },
            Standing::Removed { last_version, .. } => Access::Removed { last_version },
        }
    }

    /// Returns what the peer may do at this moment.
    pub fn access(&self, peer: &PublicKey) -> Access {
        match self.standing(peer) {
            Access::Full => match self.clocks().get(peer) {
                Some(offset_ms) => Access::Clock { offset_ms: *offset_ms },
                None => Access::Full,
            },
            limited => limited,
        }
    }

    /// Notes how far a peer's clock is from ours.
    pub fn note_clock(&self, peer: &PublicKey, offset_ms: i64) {
        if u128::from(offset_ms.unsigned_abs()) > MAX_CLOCK_SKEW.as_millis() {
            self.clocks().insert(*peer, offset_ms);
        } else {
            self.clocks().remove(peer);
        }
    }

    /// Forgets what was noted of a peer that is no longer connected.
    pub fn forget(&self, peer: &PublicKey) {
        self.clocks().remove(peer);
    }

    fn clocks(&self) -> std::sync::MutexGuard<'_, HashMap<PublicKey, i64>> {
        self.clocks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules").field("network", &self.network).finish_non_exhaustive()
    }
}
