//! Bugs that tests plant to see whether they are caught. Without the feature `planted` [`planted`] is false at compile time, so that
//! nothing of any bug is in the program; hospital packages build without it.

/// Defines the bugs with what each does.
macro_rules! bugs {
    ($($name:ident = $what:literal,)*) => {
        /// A bug that can be planted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Bug { $(#[doc = $what] $name),* }

        impl Bug {
            /// Every bug.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
            /// Returns what it does.
            pub const fn what(self) -> &'static str {
                match self { $(Self::$name => $what),* }
            }
        }
    };
}

bugs! {
    SkipInboxKey = "a repeated message takes effect again",
    SendBeforeCommit = "what was to follow a commit happens although the commit failed",
    AcceptOldDocument = "an older network document replaces a newer one",
    ForgetHoldsEnd = "the place of an offer that came to nothing stays held",
    ForgetOffersEnd = "an offer does not end when its time is over",
    ChooseWhatWasReplaced = "a choice counts although the offer it names was replaced",
    HoldOneTooMany = "a place is held although none is left",
    LowerOrderWins = "an older statement of free places replaces a newer one",
    ForgetOnSend = "a message leaves the outbox when it is sent, not when its receipt comes",
    AcceptAnyNumber = "a message is taken in although one before it is missing",
    NameWithoutRelease = "an identified referral leaves without a release",
    NameBeforeConfirmation = "an identified referral leaves when the place is chosen, not when it is confirmed",
    EndByAWrongClock = "a clock known to be wrong ends promises",
    PromiseByAWrongClock = "a clock known to be wrong makes promises",
    RestoreAsIfNothing = "a restored node goes on as if nothing were lost",
    HearTheRemoved = "messages of removed and suspended members are taken in",
    TrustTheDisk = "commits do not wait for the disk",
    GiveUpEarly = "a failed delivery is not tried again for days",
    KeepQuestions = "a member asked in a turn that was undone is never asked again",
    KeepUndone = "memory keeps what a refused piece of work had published",
    ChooseTwice = "two offers of one case are chosen",
    TakeAnyReceipt = "a receipt counts for whichever message it answers",
    ForgetProofs = "proof that a clinic contradicted itself is not kept",
    ForgetAudit = "a message received is not in the audit",
    TrustSignatures = "signatures are not verified",
    Overtake = "a message is sent while one before it in its conversation is under way",
    TakeAnyAnswer = "what answers a message that was never said is taken in",
    EraseByAWrongClock = "a clock known to be wrong erases what is kept for a time",
}

#[cfg(feature = "planted")]
thread_local! {
    static PLANTED: std::cell::Cell<Option<Bug>> = const { std::cell::Cell::new(None) };
}

/// Plants a bug in everything that runs on this thread, or takes it out again.
#[cfg(feature = "planted")]
pub fn plant(bug: Option<Bug>) {
    PLANTED.set(bug);
}

/// Returns whether this bug is planted.
#[cfg(feature = "planted")]
pub fn planted(bug: Bug) -> bool {
    PLANTED.get() == Some(bug)
}

/// Returns whether this bug is planted: never.
#[cfg(not(feature = "planted"))]
#[inline(always)]
pub const fn planted(_: Bug) -> bool {
    false
}
