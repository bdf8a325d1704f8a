//! Model checks: every interleaving of small worlds, with the real rules. `VERBUND_TEST_LARGE=1` (`scripts/test --large`) makes the worlds larger.
#![allow(clippy::unwrap_used)]

mod letters;
mod promises;
mod referral;
mod rotation;
mod search;
mod world;

use referral::{Fault, Play, Referrals};
use rotation::Rotation;
use search::{Seen, search};
use verbund_protocol::referral::MessageKind as M;
use world::Ground;

/// The road to a bed, as the asker and the owner walk it.
const ROAD: [&[M]; 2] = [&[M::Inquiry, M::Choice, M::Referral, M::Withdrawn], &[M::Offer, M::OfferEnded, M::Confirmed, M::Gone, M::Accepted, M::Cancelled]];
/// The shortest road, with a change of the day.
const SHORT: [&[M]; 2] = [&[M::Inquiry, M::Choice, M::Referral], &[M::Offer, M::Confirmed, M::Gone, M::DateChanged]];
/// What gives a place and takes it back.
const BED: [&[M]; 2] = [&[M::Inquiry, M::Choice, M::Withdrawn], &[M::Offer, M::OfferEnded]];
/// Everything that can be said.
const ALL: [&[M]; 2] = [
    &[M::Inquiry, M::Answers, M::Choice, M::Referral, M::Handoff, M::Opened, M::Filed, M::DateChanged, M::PayerDecided, M::Withdrawn],
    &[
        M::Questions,
        M::Offer,
        M::OfferEnded,
        M::Declined,
        M::Confirmed,
        M::Gone,
        M::Opened,
        M::Filed,
        M::Accepted,
        M::Refused,
        M::DateChanged,
        M::PayerDecided,
        M::Arrived,
        M::DidNotCome,
        M::Report,
        M::Erased,
        M::Reopened,
        M::Cancelled,
    ],
];

/// One patient, two clinics asked.
const TWO_OWNERS: &[(usize, usize, usize)] = &[(0, 1, 0), (0, 2, 0)];
/// Two patients of two clinics, and one bed.
const ONE_BED: &[(usize, usize, usize)] = &[(0, 2, 0), (1, 2, 1)];
/// Two acute clinics that each ask the other.
const CROSSWISE: &[(usize, usize, usize)] = &[(0, 1, 0), (1, 0, 1)];
/// One patient, one clinic.
const ALONE: &[(usize, usize, usize)] = &[(0, 1, 0)];

fn play(conversations: &[(usize, usize, usize)], kinds: [&'static [M]; 2], messages: [u8; 2]) -> Play {
    Play { conversations: conversations.to_vec(), ground: Ground::Consent, kinds, messages, jumps: 0, unacceptable: 0, auto_confirm: false, askers_lie: false, fault: Fault::None }
}

/// One more of everything where there is time for it.
fn large() -> u8 {
    u8::from(std::env::var_os("VERBUND_TEST_LARGE").is_some())
}

fn look(name: &str, play: Play, at_least: usize) -> Seen {
    let seen = search(&mut Referrals::new(play)).unwrap_or_else(|fault| panic!("{name}: {fault}"));
    println!("{name}: {seen}");
    assert!(seen.states >= at_least, "{name}: only {} states: the search has become trivial", seen.states);
    seen
}

#[test]
fn one_patient_and_two_owners() {
    look("two owners", Play { unacceptable: 1, ..play(TWO_OWNERS, ROAD, [2, 1]) }, 400_000);
    look("two owners, confirmed at once", Play { auto_confirm: true, ..play(TWO_OWNERS, SHORT, [2 + large(), 2]) }, 100_000);
}

#[test]
fn two_patients_and_one_bed() {
    look("one bed", play(ONE_BED, ROAD, [2, 1]), 250_000);
    look("one bed, the day changes", play(ONE_BED, SHORT, [2, 2]), 100_000);
}

#[test]
fn two_acute_clinics_ask_each_other() {
    look("crosswise transfers", Play { ground: Ground::Necessity, ..play(CROSSWISE, ROAD, [2, 1 + large()]) }, 50_000);
}

#[test]
fn one_conversation_with_everything_that_can_be_said() {
    look("everything", Play { unacceptable: 1, ..play(ALONE, ALL, [3, 2]) }, 500_000);
    look("the whole road", play(ALONE, ROAD, [4, 4 + large()]), 200_000);
}

#[test]
fn clocks_come_to_what_they_wait_for_at_any_moment() {
    look("clocks", Play { jumps: 1 + large(), ..play(ALONE, ROAD, [2, 2]) }, 50_000);
}

#[test]
fn an_asker_that_lies_gets_no_place_twice() {
    look("lies", Play { askers_lie: true, unacceptable: 1, ..play(ONE_BED, BED, [1, 1]) }, 10_000);
    look("lies about one place", Play { askers_lie: true, unacceptable: 1, ..play(ALONE, ROAD, [2, 2]) }, 10_000);
}

#[test]
fn boards_and_documents_rotate() {
    // Two nodes; with time for it three, so that what one passes on goes by another.
    for (nodes, at_least) in [(2, 25_000), (3, 250_000)].into_iter().take(1 + usize::from(large())) {
        let seen = search(&mut Rotation::new(nodes, rotation::Fault::None)).unwrap_or_else(|fault| panic!("{nodes} nodes: {fault}"));
        println!("rotation of {nodes}: {seen}");
        assert!(seen.states >= at_least, "only {} states: the search has become trivial", seen.states);
    }
}

/// Each rule, broken, is noticed: the checks above can fail.
#[test]
fn every_planted_fault_is_found() {
    let alone = || play(ALONE, ROAD, [3, 2]);
    let plays = [
        (Fault::NoRoomAsked, play(ONE_BED, BED, [2, 2]), "holds 2 places"),
        (Fault::ReceiptsTakeBack, Play { askers_lie: true, unacceptable: 1, ..play(ONE_BED, BED, [1, 2]) }, "holds 2 places"),
        (Fault::IgnoresRevocation, alone(), "consent was taken back"),
        (Fault::NamesEarly, alone(), "named before the place was confirmed"),
        (Fault::ShowsChosenAsConfirmed, alone(), "no confirmation has arrived"),
        (Fault::OrdersByArrival, play(ALONE, ALL, [3, 2]), "the asker is at"),
        (Fault::ForgetsRefusals, Play { unacceptable: 1, ..alone() }, "at rest"),
        (Fault::NeverEnds, alone(), "never ends"),
        (Fault::ChoosesTwice, play(TWO_OWNERS, BED, [2, 1]), "2 places are chosen"),
    ];
    for (fault, play, word) in plays {
        let found = search(&mut Referrals::new(Play { fault, ..play })).expect_err(&format!("{fault:?} is not noticed"));
        assert!(found.contains(word), "{fault:?}: {found}");
    }
    use rotation::Fault as R;
    for (fault, word) in
        [(R::NewBoardAlone, "never made"), (R::TakesOlder, "goes from version"), (R::GivesTheLastOnly, "one node holds"), (R::KeepsSuspensions, "different suspensions")]
    {
        let found = search(&mut Rotation::new(2, fault)).expect_err(&format!("{fault:?} is not noticed"));
        assert!(found.contains(word), "{fault:?}: {found}");
    }
}
