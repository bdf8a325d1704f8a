//! Accounts of the web pages: who may have one, codes on paper, user names, passwords, sessions and how failed attempts slow down.

use std::{fmt, str::FromStr, time::Duration};

use sha2::{Digest as _, Sha256};
use verbund_protocol::{id::LocalId, time::Timestamp};

use super::{actor::Role, entropy::Entropy};

mod code;
pub mod factor;
mod word;

pub use code::{Code, CodeFault};
pub use word::{Login, LoginFault, PASSWORD_LEAST, PASSWORD_MOST, PasswordFault, check_password};

/// How long a code on paper opens an account.
pub const INVITATION_FOR: Duration = Duration::from_secs(14 * 86_400);
/// How many wrong birth dates a code survives.
pub const INVITATION_TRIES: u32 = 5;
/// How many codes a printed list has.
pub const CODES_IN_LIST: usize = 12;
/// After how long without a request a session ends: patients may lose sight of a page, staff share computers.
pub const IDLE_PATIENT: Duration = Duration::from_secs(30 * 60);
/// The same for staff.
pub const IDLE_STAFF: Duration = Duration::from_secs(15 * 60);
/// After how long a session ends in any case.
pub const SESSION_FOR: Duration = Duration::from_secs(12 * 3_600);
/// How long the steps before a session (second factor, setting up) may take.
pub const STEP_FOR: Duration = Duration::from_secs(30 * 60);
/// After how long a session's token changes, and how long the former one still works for requests on their way.
pub const TOKEN_FOR: (Duration, Duration) = (Duration::from_secs(15 * 60), Duration::from_secs(60));
/// How fresh a proof of identity must be for sensitive steps.
pub const PROOF_FOR: Duration = Duration::from_secs(5 * 60);

/// Whose account it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Somebody who works here.
    Staff,
    /// A patient of this clinic.
    Patient,
    /// Somebody who acts for a patient.
    Proxy,
}

/// How far an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// A code on paper is out; nobody has signed in yet.
    Invited,
    /// In use.
    Open,
    /// Nobody can sign in.
    Locked,
}

/// How far a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// The code on paper was right: now a way to sign in is set up.
    Setup,
    /// The password was right: now the second factor.
    Second,
    /// Signed in.
    Open,
}

/// Which of a node's two sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Site {
    /// For patients and those who act for them, reachable from outside.
    Patient,
    /// For staff, reachable inside only.
    Staff,
}

/// Gives an enum its words for columns and forms.
macro_rules! words {
    ($name:ident { $($variant:ident => $word:literal),+ $(,)? }) => {
        impl $name {
            /// Returns the word used in the store.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }
        impl FromStr for $name {
            type Err = UnknownWord;
            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                match text { $($word => Ok(Self::$variant),)+ _ => Err(UnknownWord) }
            }
        }
    };
}
words!(Kind { Staff => "staff", Patient => "patient", Proxy => "proxy" });
words!(State { Invited => "invited", Open => "open", Locked => "locked" });
words!(Stage { Setup => "setup", Second => "second", Open => "open" });
words!(Site { Patient => "patient", Staff => "staff" });

/// A column holds a word this program does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an unknown word")]
pub struct UnknownWord;

impl Site {
    /// Returns whether accounts of this kind sign in here.
    pub const fn serves(self, kind: Kind) -> bool {
        matches!((self, kind), (Self::Staff, Kind::Staff) | (Self::Patient, Kind::Patient | Kind::Proxy))
    }
    /// Returns after how long without a request a session here ends.
    pub const fn idle(self) -> Duration {
        match self {
            Self::Patient => IDLE_PATIENT,
            Self::Staff => IDLE_STAFF,
        }
    }
}

/// An account as everybody but its owner's browser may see it: no secrets.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Account {
    /// Its random id.
    pub id: LocalId,
    /// Whose.
    pub kind: Kind,
    /// The user name, if one was chosen.
    pub login: Option<String>,
    /// The person's name.
    pub name: String,
    /// Whose account, or for whom the proxy acts.
    pub patient: Option<LocalId>,
    /// What staff may do.
    pub roles: Vec<Role>,
    /// How far it is.
    pub state: State,
    /// The language chosen.
    pub language: Option<String>,
    /// Since when.
    pub made_at: Timestamp,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("id", &self.id).field("kind", &self.kind).field("state", &self.state).finish_non_exhaustive()
    }
}

/// A session as the pages know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The hash of its token.
    pub id: [u8; 32],
    /// Whose.
    pub account: LocalId,
    /// Where.
    pub site: Site,
    /// How far.
    pub stage: Stage,
    /// What a form of this session must carry.
    pub csrf: [u8; 16],
    /// On what device, in coarse words.
    pub device: String,
    /// Since when.
    pub opened_at: Timestamp,
    /// The last request.
    pub seen_at: Timestamp,
    /// When the token changed last.
    pub changed_at: Timestamp,
    /// When the person last proved who they are.
    pub proved_at: Timestamp,
}

impl Session {
    /// Returns whether the session still stands at `now`.
    pub fn stands(&self, now: Timestamp) -> bool {
        let longest = if self.stage == Stage::Open { SESSION_FOR } else { STEP_FOR };
        now.since(self.opened_at) < longest && now.since(self.seen_at) < self.site.idle()
    }
    /// Returns whether the person proved who they are so lately that a sensitive step may follow.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now.since(self.proved_at) < PROOF_FOR
    }
}

/// A secret that a browser or a paper holds and the store knows only the hash of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Token(pub [u8; 32]);

impl Token {
    /// Returns a new one.
    pub fn new(entropy: &mut dyn Entropy) -> Self {
        Self(entropy.bytes())
    }
    /// Returns what the store keeps.
    pub fn hash(&self) -> [u8; 32] {
        hash("token", &self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// Hashes a secret with many bits of its own; `what` keeps kinds apart.
pub(crate) fn hash(what: &str, secret: &[u8]) -> [u8; 32] {
    Sha256::new_with_prefix(b"verbund account ").chain_update(what).chain_update([0]).chain_update(secret).finalize().into()
}

/// What failed attempts are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted<'a> {
    /// An account on a device where it has signed in before: somebody else's attempts elsewhere never slow its owner down there.
    OnDevice(&'a Login, &'a [u8]),
    /// An account, wherever the attempts come from.
    Account(&'a Login),
    /// A network: coarse, since a whole ward shares one address.
    Network(&'a str),
}

impl Counted<'_> {
    /// Returns the name the count is kept under; it tells nothing.
    pub fn key(&self) -> [u8; 32] {
        match self {
            Self::OnDevice(login, device) => hash("device", &[login.as_str().as_bytes(), &[0], device].concat()),
            Self::Account(login) => hash("account", login.as_str().as_bytes()),
            Self::Network(network) => hash("network", network.as_bytes()),
        }
    }
    /// Returns how many failures are free.
    const fn free(&self) -> u32 {
        match self {
            Self::OnDevice(..) | Self::Account(_) => 5,
            Self::Network(_) => 200,
        }
    }
    /// Returns how long after its last failure the next attempt must wait: nothing at first, then from 5 seconds doubling to 15 minutes.
    pub fn wait(&self, failures: u32) -> Duration {
        match failures.checked_sub(self.free()) {
            None => Duration::ZERO,
            Some(more) => Duration::from_secs(5 << more.min(8)).min(LONGEST_WAIT),
        }
    }
}

/// For how long after a session what was typed in a form of it still finds its way back to its owner.
pub const LATE_FOR: Duration = Duration::from_secs(3 * 86_400);

/// The longest wait after failed attempts; after that long without one, the count starts anew.
pub const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn attempts_slow_down_and_never_stop_for_ever() {
        let login: Login = "erna".parse().unwrap();
        let account = Counted::Account(&login);
        let waits: Vec<u64> = (0..16).map(|failures| account.wait(failures).as_secs()).collect();
        assert_eq!(waits, [0, 0, 0, 0, 0, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900]);
        assert_eq!(Counted::Network("10.0.0").wait(199), Duration::ZERO, "a ward shares one address");
        assert_ne!(account.key(), Counted::OnDevice(&login, b"").key());
    }

    #[test]
    fn sessions_end_by_rest_and_by_age() {
        let at = |secs: u64| Timestamp::from_secs(1_000_000 + secs);
        let session = Session {
            id: [0; 32],
            account: LocalId([0; 8]),
            site: Site::Staff,
            stage: Stage::Open,
            csrf: [0; 16],
            device: String::new(),
            opened_at: at(0),
            seen_at: at(0),
            changed_at: at(0),
            proved_at: at(0),
        };
        assert!(session.stands(at(15 * 60 - 1)) && !session.stands(at(15 * 60)));
        let busy = Session { seen_at: at(12 * 3_600 - 1), ..session.clone() };
        assert!(busy.stands(at(12 * 3_600 - 1)) && !busy.stands(at(12 * 3_600)));
        let half = Session { stage: Stage::Second, seen_at: at(1_800), site: Site::Patient, ..session.clone() };
        assert!(!half.stands(at(1_800)), "a step takes at most half an hour");
        assert!(session.is_fresh(at(299)) && !session.is_fresh(at(300)));
    }

    #[test]
    fn each_site_serves_its_own() {
        assert!(Site::Staff.serves(Kind::Staff) && !Site::Staff.serves(Kind::Patient) && !Site::Staff.serves(Kind::Proxy));
        assert!(!Site::Patient.serves(Kind::Staff) && Site::Patient.serves(Kind::Patient) && Site::Patient.serves(Kind::Proxy));
    }
}
