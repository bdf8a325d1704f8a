//! Staff who carry on what is open: each clinic's people do what its cases wait for, mostly the sensible thing, so that stories go to
//! their end. Refusals, changes of mind and haste stay part of it; what makes no sense at all is [`Play::act`]'s.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use verbund_node::{
    domain::consent::{Kind, Recipient},
    store::{
        case::Case,
        conversation::{self, Conversation, Filter},
    },
    workflow::{
        consent,
        inquiry::{self, Target},
        offer, referral,
    },
};
use verbund_protocol::{
    catalogue::{Cancel, NoShow, Withdraw},
    id::LocalId,
    inquiry::Variant,
    referral::{Side, Step},
};

use super::{
    cooperative,
    play::{Play, add_document},
};

/// How likely staff get to a case that waits for them before the next step, per mille.
const DILIGENCE: u64 = 450;
/// Conversations of one case after which staff give it up.
const TRIES: usize = 9;
/// Clinics asked at once, at most.
const ASKED_AT_ONCE: u64 = 3;

/// How the staff of a play work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Staff {
    /// At random; few stories come to an end. So were the first plays, and the seeds that failed under them.
    Aimless,
    /// They carry on what is open, besides doing something at random.
    Purposeful,
}

impl Play {
    /// At every busy clinic staff carry on what waits for them.
    pub fn carry_on(&mut self) {
        for at in self.plan.busy.members(self.plan.size) {
            if !self.world.is_up(at) {
                continue;
            }
            let open = self.conversations(at, false);
            let decided: BTreeSet<LocalId> = self.cases(at).into_iter().filter(|case| case.chosen.is_some()).map(|case| case.id).collect();
            for c in &open {
                if self.world.is_up(at) && self.dice.chance(DILIGENCE) {
                    match c.side {
                        Side::Asker => self.carry_on_asking(at, c, c.case.is_some_and(|case| decided.contains(&case))),
                        Side::Owner => self.carry_on_owning(at, c),
                    }
                }
            }
            if at < self.plan.size.acute && self.world.is_up(at) && self.dice.chance(DILIGENCE) {
                self.arrange(at);
            }
        }
    }

    pub(super) fn conversations(&self, at: usize, ended: bool) -> Vec<Conversation> {
        let filter = Filter { ended, ..Filter::default() };
        self.world.store(at).map_or_else(Vec::new, |store| conversation::list(store.db(), &filter, 1_000).unwrap_or_default())
    }

    /// A case that nobody is asked about any more is asked about again; if there is none, and room for one more, another is opened.
    fn arrange(&mut self, at: usize) {
        let mut asked: BTreeMap<LocalId, (usize, usize)> = BTreeMap::new();
        for c in self.conversations(at, true).into_iter().filter(|c| c.side == Side::Asker) {
            let tally = asked.entry(c.case.unwrap_or(LocalId([0; 8]))).or_default();
            (tally.0, tally.1) = (tally.0 + 1, tally.1 + usize::from(c.ended_at.is_none()));
        }
        let tried = |case: &Case| asked.get(&case.id).copied().unwrap_or_default();
        let pursued: Vec<Case> = self.cases(at).into_iter().filter(|case| tried(case).0 < TRIES).collect();
        match pursued.iter().find(|case| tried(case).1 == 0) {
            Some(case) => self.ask_around(at, case),
            None if pursued.len() < self.plan.cases => self.open_case(at),
            None => {}
        }
    }

    /// Asks some clinics, those with few inquiries open first, as staff do who look at the board.
    fn ask_around(&mut self, at: usize, case: &Case) {
        let rehab = case.variant == Variant::Rehab;
        let mut among: Vec<usize> = self.plan.busy.members(self.plan.size).into_iter().filter(|other| *other != at && rehab == (*other >= self.plan.size.acute)).collect();
        let mut targets: Vec<Target> = Vec::new();
        for _ in 0..=self.dice.below(ASKED_AT_ONCE) {
            if !among.is_empty() {
                let other = among.remove(self.dice.below(among.len() as u64) as usize);
                targets.push(cooperative::target(other, self.dice.below(2) as usize));
            }
        }
        if targets.is_empty() {
            return;
        }
        if self.dice.chance(250)
            && let Some(patient) = case.patient
        {
            let (now, ground) = (self.world.clock(at), if rehab { Kind::DischargeManagement } else { Kind::TreatmentNecessity });
            self.person(at, "ask for consent", move |work| consent::record(work, patient, cooperative::decision(ground, None, now)).map(drop));
        }
        self.send_inquiry(at, case, targets);
    }

    fn carry_on_asking(&mut self, at: usize, c: &Conversation, decided: bool) {
        let (id, roll) = (c.id, self.dice.below(100));
        match c.log.state().step {
            Step::Requested | Step::Asked | Step::Offered if roll == 0 => drop(self.person(at, "withdraw", move |work| referral::withdraw(work, id, Withdraw::new(3)))),
            Step::Asked => self.answer(at, id),
            // Now and then a second offer of a case is chosen, or one that the patient has not released.
            Step::Offered if roll < if decided { 3 } else { 70 } => self.choose(at, c, roll != 1),
            // In haste: the place is not confirmed yet.
            Step::Chosen if roll < 6 => self.refer(at, c),
            Step::Chosen if roll < 12 => self.payer(at, id),
            Step::Confirmed if roll < 90 => self.refer(at, c),
            Step::Confirmed | Step::Referred | Step::Accepted if roll < 4 => self.change_date(at, c),
            Step::Referred | Step::Accepted if roll < 14 => self.hand_over(at, c),
            Step::Accepted if roll < 24 => self.payer(at, id),
            _ => {}
        }
    }

    fn carry_on_owning(&mut self, at: usize, c: &Conversation) {
        let (id, roll) = (c.id, self.dice.below(100));
        match c.log.state().step {
            step if step.holds() && roll == 0 => drop(self.person(at, "cancel", move |work| referral::cancel(work, id, Cancel::new(5)))),
            Step::Requested if roll < 8 => drop(self.person(at, "ask", move |work| offer::ask(work, id, vec!["weight".parse().expect("a code")]))),
            Step::Requested | Step::Asked if roll < 14 => drop(self.person(at, "decline", move |work| offer::decline(work, id, "no-place".parse().expect("a code")))),
            Step::Requested => self.make_offer(at, id),
            Step::Asked if roll < 25 => self.make_offer(at, id),
            Step::Offered if roll < 3 => drop(self.person(at, "take back", move |work| offer::take_back(work, id, "place-lost".parse().expect("a code")))),
            Step::Offered if roll < 6 => self.make_offer(at, id),
            Step::Chosen if roll < 6 => drop(self.person(at, "gone", move |work| offer::gone(work, id, "place-lost".parse().expect("a code")))),
            Step::Chosen => drop(self.person(at, "confirm", move |work| offer::confirm(work, id))),
            Step::Confirmed | Step::Referred | Step::Accepted if roll < 4 => self.change_date(at, c),
            Step::Referred if roll < 8 => drop(self.person(at, "refuse", move |work| referral::refuse(work, id, "findings".parse().expect("a code")))),
            Step::Referred if roll < 20 => drop(self.person(at, "read", move |work| referral::open(work, id).map(drop))),
            Step::Referred => drop(self.person(at, "accept", move |work| referral::accept(work, id, None, None))),
            Step::Accepted if roll < 8 => drop(self.person(at, "did not come", move |work| referral::did_not_come(work, id, NoShow::UNKNOWN))),
            Step::Accepted if roll < 15 => drop(self.person(at, "file", move |work| referral::filed(work, id))),
            Step::Accepted => {
                let day = self.day(4, 12);
                self.person(at, "arrived", move |work| referral::arrived(work, id, day));
            }
            Step::Admitted => self.report_home(at, c, roll < 50),
            _ => {}
        }
    }

    /// The discharge report goes home: with a document that the patient has released, or saying why there is none.
    fn report_home(&mut self, at: usize, c: &Conversation, with_document: bool) {
        let (id, now, new) = (c.id, self.world.clock(at), self.new_document());
        let released = c.patient.filter(|_| with_document).map(|patient| (patient, Recipient { member: c.peer.clone(), facility: c.peer_facility.clone() }));
        self.person(at, if released.is_some() { "report with a document" } else { "report" }, move |work| {
            let Some((patient, recipient)) = released else {
                return referral::report(work, id, &[], None, Some("by-other-route".parse().expect("a code")));
            };
            consent::record(work, patient, cooperative::decision(Kind::IdentifiedRelease, Some(recipient), now))?;
            let document = add_document(work, patient, new)?;
            referral::report(work, id, &[document], Some(now.day()), None)
        });
    }

    /// Asks `targets` about a case; now and then with little time to answer.
    pub(super) fn send_inquiry(&mut self, at: usize, case: &Case, targets: Vec<Target>) {
        let (rehab, case) = (case.variant == Variant::Rehab, case.id);
        let minutes = if self.dice.chance(150) { 5 } else { 24 * 60 };
        let (now, span) = (self.world.clock(at), Duration::from_secs(60 * minutes));
        let profile = if rehab { cooperative::profile(now, span) } else { cooperative::transfer(now, span) };
        self.person(at, if rehab { "inquire" } else { "inquire for a transfer" }, move |work| inquiry::send(work, case, &cooperative::ik(at), &targets, &profile));
    }
}
