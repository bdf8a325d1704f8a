//! What the staff of the simulated clinics do, drawn by seed: mostly what makes sense at the step a conversation is in,
//! sometimes not. Refusals by a rule are part of the play; a failing store is not.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{
    Plan, Random, World,
    cooperative::{self, START, member_of},
};
use verbund_node::{
    domain::consent::{Kind, Recipient},
    store::{
        blob::Added,
        case::{self, Case},
        conversation::{self, Conversation, Filter},
    },
    workflow::{
        Work, WorkError, capacity, consent, document,
        inquiry::{self, NewCase},
        offer, patient, referral,
    },
};
use verbund_protocol::{
    catalogue::{Cancel, NoShow, Withdraw},
    document::DocumentKey,
    id::{ConversationId, DocumentRoot, LocalId},
    inquiry::{Answers, Variant},
    referral::{Side, Step},
    time::{Day, Timestamp},
};

/// One run of a seed.
pub struct Play {
    /// The seed.
    pub seed: u64,
    /// How large and how long.
    pub plan: Plan,
    /// The nodes.
    pub world: World,
    /// The dice of people and of mishaps.
    pub dice: Random,
    /// What happened, in words; the last of it is printed when a promise breaks.
    pub story: Vec<String>,
    /// How often each kind of action went through, and how often it was refused.
    pub done: BTreeMap<&'static str, (u64, u64)>,
    /// Network documents that the board has signed, the first one first.
    pub documents_signed: Vec<Vec<u8>>,
    /// The member that the board removed.
    pub removed: Option<usize>,
    /// The version of the network document that did.
    pub removed_by: u64,
    /// The member that an officer suspended, from when until when.
    pub suspended: Option<(usize, Timestamp, Timestamp)>,
    /// Whose clock is wrong by hours.
    pub wild: Option<usize>,
    /// When a clock was last put right.
    pub righted_at: Timestamp,
    /// Members that were set back to a backup.
    pub set_back: BTreeSet<usize>,
    /// Members that do not keep to the rules, or have kept no order about themselves: lying ones, and cloned ones.
    pub suspects: BTreeSet<usize>,
    /// A clone: its number among the nodes, and whose it is.
    pub clone: Option<(usize, usize)>,
    /// Nodes whose disk makes trouble, and until when.
    pub sick: BTreeMap<usize, Timestamp>,
    patients: u64,
    documents: u64,
}

impl Drop for Play {
    fn drop(&mut self) {
        if std::thread::panicking() && !self.plan.quiet {
            let from = if self.plan.tells_all { 0 } else { self.story.len().saturating_sub(40) };
            eprintln!("seed {} failed; the last steps were:\n{}", self.seed, self.story[from..].join("\n"));
            eprintln!("replay with scripts/soak --seed {} {}", self.seed, self.plan.flags());
        }
    }
}

impl Play {
    /// Returns the play of a seed after its first seconds: everybody knows everybody, free places are stated, backups taken.
    pub fn new(seed: u64, plan: Plan) -> Self {
        let first = cooperative::document(plan.size, 1, None);
        let world = World::new(seed, START, &first, plan.encrypted);
        let mut play = Self {
            seed,
            plan,
            world,
            dice: Random::new(seed ^ 0x5eed),
            story: vec![],
            done: BTreeMap::new(),
            documents_signed: vec![World::signed(&first)],
            removed: None,
            removed_by: 0,
            suspended: None,
            wild: None,
            righted_at: START,
            set_back: BTreeSet::new(),
            suspects: BTreeSet::new(),
            clone: None,
            sick: BTreeMap::new(),
            patients: 0,
            documents: 0,
        };
        let mut all: Vec<usize> = (0..plan.size.members()).collect();
        for _ in 0..plan.liars {
            let liar = all.remove(play.dice.below(all.len() as u64) as usize);
            play.world.liars.members.push(liar);
            play.suspects.insert(liar);
        }
        play.world.run(Duration::from_secs(3));
        for at in 0..plan.size.members() {
            play.state(at);
        }
        play.world.run(Duration::from_secs(5));
        for at in 0..plan.size.members() {
            play.world.back_up(at);
        }
        play
    }

    /// Returns the members that keep to the rules.
    pub fn honest(&self) -> impl Iterator<Item = usize> + use<> {
        let suspects = self.suspects.clone();
        (0..self.plan.size.members()).filter(move |at| !suspects.contains(at))
    }

    /// Returns how many departments all clinics together may have.
    pub fn size_in_departments(&self) -> usize {
        self.plan.size.members() * cooperative::DEPARTMENTS.len()
    }

    /// Draws a member: mostly one of the few whose staff are busy, so that stories meet.
    pub fn member(&mut self) -> usize {
        let Plan { size, busy, .. } = self.plan;
        if self.dice.chance(850) { *self.dice.pick(&busy.members(size)) } else { self.dice.below(size.members() as u64) as usize }
    }

    /// Notes what happened, for whoever reads a failure.
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
            assert!(self.sick.contains_key(&at), "the store of {at} failed at {what}: {error:?}");
        }
        let tally = self.done.entry(what).or_default();
        *(if result.is_ok() { &mut tally.0 } else { &mut tally.1 }) += 1;
        result.ok()
    }

    pub(super) fn day(&mut self, least: u32, most: u32) -> Day {
        let offset = least + self.dice.below(u64::from(most - least + 1)) as u32;
        self.world.now.day().plus(offset)
    }

    /// One action at one clinic.
    pub fn act(&mut self) {
        let at = self.member();
        if !self.world.is_up(at) {
            return;
        }
        if self.plan.size.acute > at {
            match self.dice.below(12) {
                0 => self.open(at),
                1 | 2 => self.inquire(at),
                3 => self.revoke(at),
                4 | 5 => self.converse(at, Side::Owner),
                _ => self.converse(at, Side::Asker),
            }
        } else if self.dice.chance(60) {
            self.state(at);
        } else {
            self.converse(at, Side::Owner);
        }
    }

    pub(super) fn cases(&self, at: usize) -> Vec<Case> {
        self.world.store(at).map_or_else(Vec::new, |store| case::list(store.db(), None, 64).unwrap_or_default())
    }

    fn open(&mut self, at: usize) {
        if self.cases(at).len() >= self.plan.cases {
            return self.converse(at, Side::Asker);
        }
        self.open_case(at);
    }

    pub(super) fn open_case(&mut self, at: usize) {
        self.patients += 1;
        let (person, now) = (cooperative::person(self.patients), self.world.clock(at));
        let consents = !self.dice.chance(100);
        let discharge = Some(self.day(2, 5));
        let transfer = self.dice.chance(250);
        let (variant, ground) = if transfer { (Variant::Transfer, Kind::TreatmentNecessity) } else { (Variant::Rehab, Kind::DischargeManagement) };
        self.person(at, "open a case", move |work| {
            let patient = patient::add(work, &person)?.id;
            if consents {
                consent::record(work, patient, cooperative::decision(ground, None, now))?;
            }
            inquiry::open_case(work, &NewCase { patient, variant, discharge, exception: None })
        });
    }

    fn inquire(&mut self, at: usize) {
        let cases: Vec<Case> = self.cases(at).into_iter().filter(|case| case.closed_at.is_none()).collect();
        if cases.is_empty() {
            return self.open(at);
        }
        let case = self.dice.pick(&cases).clone();
        let rehab = case.variant == Variant::Rehab;
        let among: Vec<usize> = self.plan.busy.members(self.plan.size).into_iter().filter(|other| *other != at && rehab == (*other >= self.plan.size.acute)).collect();
        if among.is_empty() {
            return;
        }
        let mut targets: Vec<inquiry::Target> = Vec::new();
        for _ in 0..=self.dice.below(3) {
            let target = cooperative::target(*self.dice.pick(&among), self.dice.below(2) as usize);
            if !targets.contains(&target) {
                targets.push(target);
            }
        }
        self.send_inquiry(at, &case, targets);
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
        let free = [1 + self.dice.below(2) as u16, 2].map(|free| free * self.plan.places);
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
        let open = self.world.store(at).map_or_else(Vec::new, |store| conversation::list(store.db(), &filter, 64).unwrap_or_default());
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
        let id = c.id;
        if self.dice.chance(25) {
            self.person(at, "withdraw", move |work| referral::withdraw(work, id, Withdraw::new(3)));
            return;
        }
        match (step, self.dice.below(10)) {
            (Step::Asked, _) | (Step::Requested, 1) => self.answer(at, id),
            (Step::Offered, roll) => self.choose(at, c, roll > 1),
            (Step::Confirmed, 3..) => self.refer(at, c),
            (Step::Referred | Step::Accepted, 3 | 4) => self.hand_over(at, c),
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
            (Step::Requested, 0) => drop(self.person(at, "ask", move |work| offer::ask(work, id, vec!["weight".parse().expect("a code")]))),
            (Step::Requested | Step::Asked | Step::Offered, 1) => drop(self.person(at, "decline", move |work| offer::decline(work, id, "no-place".parse().expect("a code")))),
            (Step::Offered, 2) => drop(self.person(at, "take back", move |work| offer::take_back(work, id, "place-lost".parse().expect("a code")))),
            (Step::Requested | Step::Asked, _) | (Step::Offered, 4) => self.offer(at, id, date, stay),
            (Step::Chosen, 0) => drop(self.person(at, "gone", move |work| offer::gone(work, id, "place-lost".parse().expect("a code")))),
            (Step::Chosen, _) => drop(self.person(at, "confirm", move |work| offer::confirm(work, id))),
            (Step::Confirmed | Step::Referred | Step::Accepted, 1 | 2) => self.change_date(at, c),
            (Step::Referred, 3) => drop(self.person(at, "refuse", move |work| referral::refuse(work, id, "findings".parse().expect("a code")))),
            (Step::Referred, 4) => drop(self.person(at, "read", move |work| referral::open(work, id).map(drop))),
            (Step::Referred | Step::Accepted | Step::Completed, 5) => drop(self.person(at, "file", move |work| referral::filed(work, id))),
            (Step::Referred, _) => drop(self.person(at, "accept", move |work| referral::accept(work, id, None, None))),
            (Step::Accepted, 3) => drop(self.person(at, "did not come", move |work| referral::did_not_come(work, id, NoShow::UNKNOWN))),
            (Step::Accepted, 4 | 6) => drop(self.person(at, "arrived", move |work| referral::arrived(work, id, date))),
            (Step::Accepted, _) => self.payer(at, id),
            (Step::Admitted, 5..) => drop(self.person(at, "report", move |work| referral::report(work, id, &[], None, Some("by-other-route".parse().expect("a code"))))),
            _ => {}
        }
    }

    /// Chooses the offer that stands; the patient has released the referral to this clinic, or has not been asked.
    pub(super) fn choose(&mut self, at: usize, c: &Conversation, released: bool) {
        let (id, now) = (c.id, self.world.clock(at));
        let release = c.patient.filter(|_| released).map(|patient| (patient, Recipient { member: c.peer.clone(), facility: c.peer_facility.clone() }));
        self.person(at, "choose", move |work| {
            if let Some((patient, recipient)) = release {
                consent::record(work, patient, cooperative::decision(Kind::IdentifiedRelease, Some(recipient), now))?;
            }
            referral::choose(work, id)
        });
    }

    /// Offers a place on some day for some days.
    pub(super) fn make_offer(&mut self, at: usize, id: ConversationId) {
        let (date, stay) = (self.day(4, 12), 5 + self.dice.below(12) as u16);
        self.offer(at, id, date, stay);
    }

    fn offer(&mut self, at: usize, id: ConversationId, date: Day, stay: u16) {
        let auto = self.dice.chance(300);
        self.person(at, "offer", move |work| offer::make(work, id, cooperative::offer(date, stay, auto)));
    }

    pub(super) fn answer(&mut self, at: usize, id: ConversationId) {
        let answers = Answers { answers: vec![("weight".parse().expect("a code"), "weight-under-100".parse().expect("a code"))], rare_reason: None };
        self.person(at, "answer", move |work| inquiry::answer(work, id, answers));
    }

    /// Another day, by one side or, now and then, by both at the same moment.
    pub(super) fn change_date(&mut self, at: usize, c: &Conversation) {
        let (id, date) = (c.id, self.day(4, 20));
        self.person(at, "change the date", move |work| referral::change_date(work, id, date, "place".parse().expect("a code"), None));
        let (other, date) = (member_of(&c.peer), self.day(4, 20));
        if self.dice.chance(400) && self.world.is_up(other) {
            self.person(other, "change the date at once", move |work| referral::change_date(work, id, date, "place".parse().expect("a code"), None));
        }
    }

    /// The referral, now and then with a document.
    pub(super) fn refer(&mut self, at: usize, c: &Conversation) {
        let (id, patient, with_document) = (c.id, c.patient, self.dice.chance(400));
        let new = self.new_document();
        self.person(at, if with_document { "refer with a document" } else { "refer" }, move |work| {
            let documents = match patient.filter(|_| with_document) {
                Some(patient) => vec![add_document(work, patient, new)?],
                None => vec![],
            };
            referral::send(work, id, referral::NewReferral::default(), &documents)
        });
    }

    /// A further document for a referral that is there already.
    pub(super) fn hand_over(&mut self, at: usize, c: &Conversation) {
        let (id, new) = (c.id, self.new_document());
        let Some(patient) = c.patient else { return };
        self.person(at, "hand over a document", move |work| {
            let document = add_document(work, patient, new)?;
            referral::hand_over(work, id, &[document])
        });
    }

    pub(super) fn new_document(&mut self) -> u64 {
        self.documents += 1;
        self.documents
    }

    pub(super) fn payer(&mut self, at: usize, id: ConversationId) {
        let today = self.world.clock(at).day();
        self.person(at, "payer's decision", move |work| referral::payer_decided(work, id, "approved".parse().expect("a code"), today));
    }
}

/// Records a document as if its bytes were on disk.
pub(super) fn add_document(work: &mut Work<'_>, patient: LocalId, number: u64) -> Result<LocalId, WorkError> {
    let key = DocumentKey::new(work.entropy.bytes());
    let added = Added { root: DocumentRoot(work.entropy.bytes()), cipher_size: 100_032, plain_size: 100_000, media_type: "application/pdf" };
    let new = document::NewDocument { patient, kind: "AD010115".parse().expect("a kind"), title: format!("Brief {number}"), replaces: None };
    document::add(work, &new, &added, &key).map(|document| document.id)
}
