//! A tablet at the bedside: locked to one patient and one matter, opened by staff who stand beside her.

use std::time::Duration;

use verbund_protocol::{id::LocalId, time::Timestamp};

use super::{account::UnknownWord, actor::Role};

/// How long a code opens a tablet.
pub const CODE_FOR: Duration = Duration::from_secs(10 * 60);
/// After how long without a touch it ends.
pub const IDLE: Duration = Duration::from_secs(15 * 60);
/// After how long it ends in any case.
pub const LONGEST: Duration = Duration::from_secs(2 * 3_600);

/// What a tablet is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matter {
    /// Consent to discharge management.
    Consent,
    /// Wishes.
    Wishes,
    /// Choosing among offers.
    Choice,
}

impl Matter {
    /// All.
    pub const ALL: &'static [Self] = &[Self::Consent, Self::Wishes, Self::Choice];

    /// Returns the word used in forms, audit and store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::Wishes => "wishes",
            Self::Choice => "choice",
        }
    }
    /// Returns where it begins at the patients' site.
    pub const fn page(self) -> &'static str {
        match self {
            Self::Consent => "/consent",
            Self::Wishes => "/wishes",
            Self::Choice => "/offers",
        }
    }
}

impl std::str::FromStr for Matter {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL.iter().copied().find(|matter| matter.word() == text).ok_or(UnknownWord)
    }
}

/// Why it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The patient has decided.
    Done,
    /// The patient gave the tablet back.
    Returned,
    /// Staff ended it.
    Staff,
    /// Another one was begun for the same patient.
    Replaced,
}

impl End {
    /// Returns the word used in audit and store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Returned => "returned",
            Self::Staff => "staff",
            Self::Replaced => "replaced",
        }
    }
}

impl std::str::FromStr for End {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        [Self::Done, Self::Returned, Self::Staff, Self::Replaced].into_iter().find(|end| end.word() == text).ok_or(UnknownWord)
    }
}

/// One time at the bedside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bedside {
    /// Its random id.
    pub id: LocalId,
    /// The patient.
    pub patient: LocalId,
    /// What it is for.
    pub matter: Matter,
    /// The name of whoever began it and stands beside the patient.
    pub made_by: String,
    /// As what.
    pub role: Role,
    /// When it was begun.
    pub made_at: Timestamp,
    /// When a tablet was opened with the code.
    pub opened_at: Option<Timestamp>,
    /// When the tablet was touched last.
    pub seen_at: Option<Timestamp>,
    /// Why it ended.
    pub ended: Option<End>,
    /// What a form of the tablet must carry.
    pub csrf: [u8; 16],
}

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The code waits for a tablet.
    Waiting,
    /// The code was not used in time.
    Expired,
    /// A tablet is open.
    Open,
    /// The tablet was left alone for too long.
    Idle,
    /// It ended.
    Ended(End),
}

impl Bedside {
    /// Returns how it stands at `now`.
    pub fn standing(&self, now: Timestamp) -> Standing {
        match (self.ended, self.opened_at, self.seen_at) {
            (Some(end), ..) => Standing::Ended(end),
            (None, Some(opened), Some(seen)) if now.since(seen) < IDLE && now.since(opened) < LONGEST => Standing::Open,
            (None, Some(_), _) => Standing::Idle,
            (None, None, _) if now.since(self.made_at) < CODE_FOR => Standing::Waiting,
            (None, None, _) => Standing::Expired,
        }
    }
    /// Returns who acts at the tablet, as the audit shows it.
    pub fn name(&self) -> String {
        format!("bedside {}", self.id)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_tablet_left_alone_is_closed() {
        let at = |minutes: u64| Timestamp::from_secs(1_000_000 + minutes * 60);
        let begun = Bedside {
            id: LocalId([1; 8]),
            patient: LocalId([2; 8]),
            matter: Matter::Consent,
            made_by: "Wanda".into(),
            role: Role::Ward,
            made_at: at(0),
            opened_at: None,
            seen_at: None,
            ended: None,
            csrf: [0; 16],
        };
        assert_eq!([9, 10].map(|minutes| begun.standing(at(minutes))), [Standing::Waiting, Standing::Expired]);
        let open = Bedside { opened_at: Some(at(5)), seen_at: Some(at(20)), ..begun };
        assert_eq!([34, 35].map(|minutes| open.standing(at(minutes))), [Standing::Open, Standing::Idle]);
        let busy = Bedside { seen_at: Some(at(124)), ..open.clone() };
        assert_eq!([124, 125].map(|minutes| busy.standing(at(minutes))), [Standing::Open, Standing::Idle], "no longer than two hours");
        let ended = Bedside { ended: Some(End::Done), ..open };
        assert_eq!(ended.standing(at(21)), Standing::Ended(End::Done));
        for matter in Matter::ALL {
            assert_eq!(matter.word().parse::<Matter>().unwrap(), *matter);
        }
        for end in [End::Done, End::Returned, End::Staff, End::Replaced] {
            assert_eq!(end.word().parse::<End>().unwrap(), end);
        }
    }
}
