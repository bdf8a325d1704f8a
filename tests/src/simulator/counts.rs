//! What is noted of a run besides its trace.

use verbund_protocol::wire::Protocol;

/// Something with a patient's name in it, as it left a node.
#[derive(Clone, Debug)]
pub struct Said {
    /// Who sent it.
    pub from: usize,
    /// How.
    pub way: Way,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// How something leaves a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// As a question of this protocol.
    Question(Protocol),
    /// As the answer to this node's question.
    Answer(usize),
    /// To everybody.
    Announcement,
}

/// Defines the counts: each with its doc and the words it is printed under.
macro_rules! counts {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// How often each thing happened; most of them are faults.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Counts { $($(#[$doc])* pub $name: u64),* }

        impl Counts {
            /// Adds another run's.
            pub fn add(&mut self, other: Self) {
                $(self.$name += other.$name;)*
            }
            /// Returns every count with what it counts.
            pub fn listed(&self) -> Vec<(&'static str, u64)> {
                vec![$(($word, self.$name)),*]
            }
        }
    };
}

counts! {
    /// Turns taken by all cores.
    turns = "turns of all cores",
    /// Of these, turns that took several inputs in one transaction.
    shared = "of these, with several inputs",
    /// Milliseconds that nodes have lived, running or not.
    node_ms = "node milliseconds",
    /// Deliveries lost, to chance or to a cut.
    lost = "deliveries lost",
    /// Deliveries repeated.
    repeated = "deliveries repeated",
    /// Deliveries that came again minutes or hours later.
    late = "deliveries repeated up to hours late",
    /// Deliveries that came for the first time minutes or hours later.
    overdue = "deliveries up to hours late",
    /// Deliveries overtaken by a later one: delays of seconds.
    slow = "deliveries slow enough to be overtaken",
    /// Batches of messages sent to a member to whom another was under way.
    beside = "batches sent beside another",
    /// One-way cuts made.
    one_way_cuts = "one-way cuts",
    /// Cuts both ways made.
    cuts = "cuts both ways",
    /// Partitions of a whole group made.
    partitions = "partitions of a group",
    /// Times a flapping link went up or down.
    flaps = "flaps of a link",
    /// Processes killed.
    crashes = "processes killed",
    /// Of these, between commit and what was to follow it.
    crashes_after_commit = "of these, between commit and what follows",
    /// Nodes in a crash loop.
    crash_loops = "crash loops",
    /// Machines that lost power.
    power_cuts = "power cuts",
    /// Unsynced writes lost to them.
    writes_dropped = "unsynced writes dropped",
    /// Unsynced writes torn by them.
    writes_torn = "unsynced writes torn",
    /// Syncs that failed.
    syncs_failed = "syncs failed",
    /// Writes that found the disk full.
    disk_full = "writes refused by a full disk",
    /// Bits flipped on disks.
    bits_flipped = "bits flipped on a disk",
    /// Turns taken by nodes on whose disk bits had flipped.
    rotten = "turns on a disk with flipped bits",
    /// Disks found damaged.
    damaged = "disks found damaged",
    /// Clocks set wrong by seconds.
    clocks_off = "clocks set wrong by seconds",
    /// Clocks set wrong by hours, up to a day.
    clock_jumps = "clock jumps of up to a day",
    /// Backups taken.
    backups = "backups taken",
    /// Backups restored.
    restores = "backups restored",
    /// Nodes cloned.
    clones = "nodes cloned",
    /// Messages of a later version heard.
    newer = "messages of a later version",
    /// Members suspended.
    suspensions = "members suspended",
    /// Members removed.
    removals = "members removed",
    /// Questions and announcements that a gate turned away.
    gated = "questions turned away by a gate",
    /// Lies told by lying members.
    lies = "lies told",
    /// Lies of which a node kept the proof.
    proofs = "lies proved at once",
}
