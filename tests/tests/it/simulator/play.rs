//! What the staff of the simulated clinics do, drawn by seed: mostly what makes sense at the step a conversation is in,
//! sometimes not. Refusals by a rule are part of the play; a failing store is not.

use std::{collections::BTreeMap, time::Duration};

use verbund_node::{
    domain::consent::{Kind, Recipient},
    store::{
        case::{self, Case},
        conversation::{self, Conversation, Filter},
    },
    workflow::{
        Work, WorkError, capacity, consent,
        inquiry::{self, NewCase},
        offer, patient, referral,
    },
};
use verbund_protocol::{
    catalogue::{Cancel, NoShow, Withdraw},
    id::{ConversationId, LocalId},
    inquiry::{Answers, Variant},
    referral::{Side, Step},
    time::Day,
};
use verbund_tests::simulator::{Random, World};

use super::{
    cooperative::{self, ACUTE, MEMBERS, START},
    promises,
};

/// Most cases of one hospital.
const CASES: usize = 4;

/// One run of a seed.
pub struct Play {
    pub seed: u64,
    pub world: World,
    pub dice: Random,
    /// What happened, in words; the last of it is printed when a promise breaks.
    pub story: Vec<String>,
    /// How often each kind of action went through, and how often it was refused.
    pub done: BTreeMap<&'static str, (u64, u64)>,
    pub removed: Option<usize>,
    pub suspended: Option<(usize, verbund_protocol::time::Timestamp, verbund_protocol::time::Timestamp)>,
    pub wild: Option<usize>,
    patients: u64,
}

impl Drop for Play {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let from = self.story.len().saturating_sub(40);
            eprintln!("seed {} failed; the last steps were:\n{}", self.seed, self.story[from..].join("\n"));
            eprintln!("replay with VERBUND_SEED={} cargo test -p verbund-tests simulator", self.seed);
        }
    }
}

impl Play {
    pub fn new(seed: u64) -> Self {
        let mut world = World::new(seed, START, &cooperative::document(1, None));
        world.run(Duration::from_secs(3));
        let dice = Random::new(seed ^ 0x5eed);
        let mut play = Self { seed, world, dice, story: vec![], done: BTreeMap::new(), removed: None, suspended: None, wild: None, patients: 0 };
        for at in ACUTE..MEMBERS {
            play.state(at);
        }
        play.world.run(Duration::from_secs(5));
        play
    }

    pub fn tell(&mut self, what: String) {
        let at = self.world.now.since(START);
        self.story.push(format!("{:>7.1} s  {what}", at.as_secs_f64()));
    }

    /// Has a person do something; what a rule refuses is told, what the store refuses is a fault.
    pub fn person<T: Send + 'static>(&mut self, at: usize, what: &'static str, work: impl FnOnce(&mut Work<'_>) -> Result<T, WorkError> + Send + 'static) -> Option<T> {
        let result = self.world.ask(at, work);
        let outcome = result.as_ref().map_or_else(|error| error.code(), |_| "done");
        self.tell(format!("{}: {what}: {outcome}", cooperative::name(at)));
        if let Err(WorkError::Store(error)) = &result {
            panic!("the store failed at {what}: {error:?}");
        }
        let tally = self.done.entry(what).or_default();
        *(if result.is_ok() { &mut tally.0 } else { &mut tally.1 }) += 1;
        result.ok()
    }

    fn day(&mut self, least: u32, most: u32) -> Day {
        let offset = least + self.dice.below(u64::from(most - least + 1)) as u32;
        self.world.now.day().plus(offset)
    }

    /// One action at one clinic.
    pub fn act(&mut self) {
        let up: Vec<usize> = (0..MEMBERS).filter(|at| self.world.is_up(*at)).collect();
        if up.is_empty() {
            return;
        }
        let at = *self.dice.pick(&up);
        if at < ACUTE {
            match self.dice.below(10) {
                0 => self.open(at),
                1 | 2 => self.inquire(at),
                3 => self.revoke(at),
                _ => self.converse(at, Side::Asker),
            }
        } else if self.dice.chance(60) {
            self.state(at);
        } else {
            self.converse(at, Side::Owner);
        }
    }

    fn cases(&self, at: usize) -> Vec<Case> {
        case::list(self.world.store(at).db(), None, 64).unwrap()
    }

    fn open(&mut self, at: usize) {
        if self.cases(at).len() >= CASES {
            return self.converse(at, Side::Asker);
        }
        self.patients += 1;
        let (person, now) = (cooperative::person(self.patients), self.world.clock(at));
        let consents = !self.dice.chance(100);
        let discharge = Some(self.day(2, 5));
        self.person(at, "open a case", move |work| {
            let patient = patient::add(work, &person)?.id;
            if consents {
                consent::record(work, patient, cooperative::decision(Kind::DischargeManagement, None, now))?;
            }
            inquiry::open_case(work, &NewCase { patient, variant: Variant::Rehab, discharge, exception: None })
        });
    }

    fn inquire(&mut self, at: usize) {
        let cases: Vec<LocalId> = self.cases(at).into_iter().filter(|case| case.closed_at.is_none()).map(|case| case.id).collect();
        if cases.is_empty() {
            return self.open(at);
        }
        let case = *self.dice.pick(&cases);
        let first = self.dice.below(3);
        let targets: Vec<_> = (0..=self.dice.below(3)).map(|n| cooperative::target(ACUTE + ((first + n) % 3) as usize, self.dice.below(2) as usize)).collect();
        let minutes = if self.dice.chance(150) { 5 } else { 24 * 60 };
        let profile = cooperative::profile(self.world.clock(at), Duration::from_secs(60 * minutes));
        self.person(at, "inquire", move |work| inquiry::send(work, case, &cooperative::ik(at), &targets, &profile));
    }

    fn revoke(&mut self, at: usize) {
        let patients: Vec<LocalId> = self.cases(at).into_iter().filter_map(|case| case.patient).collect();
        if patients.is_empty() || !self.dice.chance(250) {
            return self.converse(at, Side::Asker);
        }
        let (patient, which) = (*self.dice.pick(&patients), self.dice.below(4) as usize);
        self.person(at, "revoke a consent", move |work| {
            let all = consent::list(work, patient)?;
            let chosen = all.get(which % all.len().max(1)).map(|consent| consent.id);
            consent::revoke(work, chosen.ok_or(WorkError::NotFound("consent"))?).map(drop)
        });
    }

    fn state(&mut self, at: usize) {
        let today = self.world.clock(at).day();
        let renews = self.dice.chance(500);
        // Never fewer than before: taking back what is promised is a matter for people.
        let free = [1 + self.dice.below(2) as u16, 2];
        self.person(at, "state free places", move |work| {
            let id = cooperative::department(at, 0);
            let before = verbund_node::store::capacity::stated(work.db, &id)?.and_then(|row| row.stated.free.first().copied());
            match before {
                Some(_) if renews => capacity::renew(work, &[]).map(drop),
                before => capacity::state(work, cooperative::stated(at, today, [free[0].max(before.unwrap_or(0)), free[1]])).map(drop),
            }
        });
    }

    fn converse(&mut self, at: usize, side: Side) {
        let filter = Filter { side: Some(side), ended: self.dice.chance(100), ..Filter::default() };
        let open = conversation::list(self.world.store(at).db(), &filter, 64).unwrap();
        if open.is_empty() {
            return;
        }
        let c = self.dice.pick(&open).clone();
        let step = if self.dice.chance(80) { *self.dice.pick(Step::ALL) } else { c.log.state().step };
        match side {
            Side::Asker => self.as_asker(at, &c, step),
            Side::Owner => self.as_owner(at, &c, step),
        }
    }

    fn as_asker(&mut self, at: usize, c: &Conversation, step: Step) {
        let (id, now) = (c.id, self.world.clock(at));
        if self.dice.chance(25) {
            self.person(at, "withdraw", move |work| referral::withdraw(work, id, Withdraw::new(3)));
            return;
        }
        match (step, self.dice.below(10)) {
            (Step::Asked, _) | (Step::Requested, 1) => self.answer(at, id),
            (Step::Offered, roll) => {
                let release = c.patient.filter(|_| roll > 1).map(|patient| (patient, Recipient { member: c.peer.clone(), facility: c.peer_facility.clone() }));
                self.person(at, "choose", move |work| {
                    if let Some((patient, recipient)) = release {
                        consent::record(work, patient, cooperative::decision(Kind::IdentifiedRelease, Some(recipient), now))?;
                    }
                    referral::choose(work, id)
                });
            }
            (Step::Confirmed, 3..) => drop(self.person(at, "refer", move |work| referral::send(work, id, referral::NewReferral::default(), &[]))),
            (Step::Confirmed | Step::Referred | Step::Accepted, 1 | 2 | 5 | 6) => self.change_date(at, c),
            (Step::Chosen | Step::Referred | Step::Accepted | Step::Admitted, _) => self.payer(at, id),
            (Step::Completed, _) => drop(self.person(at, "open what came", move |work| referral::open(work, id).map(drop))),
            _ => {}
        }
    }

    fn as_owner(&mut self, at: usize, c: &Conversation, step: Step) {
        let id = c.id;
        let (date, stay) = (self.day(4, 12), 5 + self.dice.below(12) as u16);
        if step.holds() && self.dice.chance(20) {
            self.person(at, "cancel", move |work| referral::cancel(work, id, Cancel::new(5)));
            return;
        }
        match (step, self.dice.below(10)) {
            (Step::Requested, 0) => drop(self.person(at, "ask", move |work| offer::ask(work, id, vec!["weight".parse().unwrap()]))),
            (Step::Requested | Step::Asked | Step::Offered, 1) => drop(self.person(at, "decline", move |work| offer::decline(work, id, "no-place".parse().unwrap()))),
            (Step::Offered, 2) => drop(self.person(at, "take back", move |work| offer::take_back(work, id, "place-lost".parse().unwrap()))),
            (Step::Requested | Step::Asked, _) | (Step::Offered, 4) => {
                let auto = self.dice.chance(300);
                self.person(at, "offer", move |work| offer::make(work, id, cooperative::offer(date, stay, auto)));
            }
            (Step::Chosen, 0) => drop(self.person(at, "gone", move |work| offer::gone(work, id, "place-lost".parse().unwrap()))),
            (Step::Chosen, _) => drop(self.person(at, "confirm", move |work| offer::confirm(work, id))),
            (Step::Confirmed | Step::Referred | Step::Accepted, 1 | 2) => self.change_date(at, c),
            (Step::Referred, 3) => drop(self.person(at, "refuse", move |work| referral::refuse(work, id, "findings".parse().unwrap()))),
            (Step::Referred, 4) => drop(self.person(at, "read", move |work| referral::open(work, id).map(drop))),
            (Step::Referred | Step::Accepted | Step::Completed, 5) => drop(self.person(at, "file", move |work| referral::filed(work, id))),
            (Step::Referred, _) => drop(self.person(at, "accept", move |work| referral::accept(work, id, None, None))),
            (Step::Accepted, 3) => drop(self.person(at, "did not come", move |work| referral::did_not_come(work, id, NoShow::UNKNOWN))),
            (Step::Accepted, 4 | 6) => drop(self.person(at, "arrived", move |work| referral::arrived(work, id, date))),
            (Step::Accepted, _) => self.payer(at, id),
            (Step::Admitted, 5..) => drop(self.person(at, "report", move |work| referral::report(work, id, &[], None, Some("by-other-route".parse().unwrap())))),
            _ => {}
        }
    }

    fn answer(&mut self, at: usize, id: ConversationId) {
        let answers = Answers { answers: vec![("weight".parse().unwrap(), "weight-under-100".parse().unwrap())], rare_reason: None };
        self.person(at, "answer", move |work| inquiry::answer(work, id, answers));
    }

    /// Another day, by one side or, now and then, by both at the same moment.
    fn change_date(&mut self, at: usize, c: &Conversation) {
        let (id, date) = (c.id, self.day(4, 20));
        self.person(at, "change the date", move |work| referral::change_date(work, id, date, "place".parse().unwrap(), None));
        let (other, date) = (promises::node_of(&c.peer), self.day(4, 20));
        if self.dice.chance(400) && self.world.is_up(other) {
            self.person(other, "change the date at once", move |work| referral::change_date(work, id, date, "place".parse().unwrap(), None));
        }
    }

    fn payer(&mut self, at: usize, id: ConversationId) {
        let today = self.world.clock(at).day();
        self.person(at, "payer's decision", move |work| referral::payer_decided(work, id, "approved".parse().unwrap(), today));
    }
}
