//! One patient's way under fire.

use serde::de::DeserializeOwned;
use verbund_node::{
    control::{Command, document, referral},
    store::document::State,
    workflow::{document::NewDocument, offer::NewOffer},
};
use verbund_protocol::{
    catalogue::ReportMissing,
    id::{ConversationId, LocalId},
};

use super::{CLINICS, Fire, broke_off};
use crate::people::{Discharge, eventually, word};

/// Most documents are smaller than this, bytes; the smallest has a thousandth of it.
const ORDINARY: u64 = 2 << 20;
/// One in so many is as large as this, so that its transfer is long enough to be hit.
const LARGE: (u64, u64) = (4, 16 << 20);
/// How often at most a transfer is hit.
const HITS: u64 = 3;

/// What a journey is about.
struct Way {
    asker: usize,
    owner: usize,
    discharge: Discharge,
    documents: Vec<(LocalId, Vec<u8>)>,
    conversation: ConversationId,
}

impl Fire {
    /// Takes one patient from the inquiry to the report home.
    pub(super) fn journey(&mut self) {
        let asker = self.dice.below(CLINICS as u64) as usize;
        let owner = (asker + 1 + self.dice.below(CLINICS as u64 - 1) as usize) % CLINICS;
        let discharge = self.town.discharge(asker);
        self.town.release(asker, discharge.patient, owner);
        let documents = (0..=self.dice.below(2)).map(|_| self.add_document(asker, owner, discharge.patient)).collect();
        let conversation = self.inquire(asker, owner, &discharge);
        let way = Way { asker, owner, discharge, documents, conversation };
        self.walk(&way);
        self.compare(&way);
        self.tally.journeys += 1;
    }

    fn add_document(&mut self, at: usize, other: usize, patient: LocalId) -> (LocalId, Vec<u8>) {
        let size = if self.dice.below(LARGE.0) == 0 { LARGE.1 } else { ORDINARY / 1000 + self.dice.below(ORDINARY) };
        let bytes = pdf(self.dice.bits(), size as usize);
        let new = NewDocument { patient, kind: word("AD010109"), title: "Befundbericht".into(), replaces: None };
        let command = Command::Document(document::Command::Add(document::Add { new, size: bytes.len() as u64, extension: Some("pdf".into()), media_type: None }));
        loop {
            match self.under_fire(at, other, "adding a document", &command, &bytes) {
                Ok(reply) => match read(reply) {
                    document::Reply::Added(added) => return (added.id, bytes),
                    other => panic!("another reply: {other:?}"),
                },
                // Whether or not it was kept: nobody was told a name for it, so it is added again.
                Err(error) if broke_off(&error) => self.turned_out(false),
                Err(error) => panic!("a document is refused: {error}"),
            }
        }
    }

    fn inquire(&mut self, asker: usize, owner: usize, discharge: &Discharge) -> ConversationId {
        let command = self.town.inquiry(asker, discharge.case, &[owner]);
        loop {
            match self.under_fire(asker, owner, "inquiry", &command, &[]) {
                Ok(reply) => match read(reply) {
                    referral::Reply::Inquired { conversations } => return conversations[0],
                    other => panic!("another reply: {other:?}"),
                },
                Err(error) if broke_off(&error) => {
                    let known = self.town.conversations(asker).into_iter().find(|c| c.case == Some(discharge.case)).map(|c| c.id);
                    self.turned_out(known.is_some());
                    if let Some(known) = known {
                        return known;
                    }
                }
                Err(error) => panic!("an inquiry is refused: {error}"),
            }
        }
    }

    fn walk(&mut self, way: &Way) {
        let (asker, owner, id) = (way.asker, way.owner, way.conversation);
        self.town.await_step(owner, id, "requested");
        let today = self.town.today(owner);
        let offer = NewOffer { department: None, date: today.plus(10), stay_days: 14, hold_hours: 48, room: word("double"), therapies: vec![], auto_confirm: true };
        self.say(way, owner, "offer", referral::Command::Offer { id, offer });
        self.town.await_step(asker, id, "offered");
        self.say(way, asker, "choice", referral::Command::Choose(id));
        self.town.await_step(asker, id, "confirmed");
        let documents = way.documents.iter().map(|(id, _)| *id).collect();
        self.say(way, asker, "referral", referral::Command::Refer { id, referral: Box::default(), documents });
        self.transfer(way);
        self.town.await_step(owner, id, "referred");
        self.say(way, owner, "accept", referral::Command::Accept { id, date: None, exception: None });
        self.say(way, owner, "arrived", referral::Command::Arrived { id, on: today });
        let report = referral::Command::Report { id, discharged: Some(today), documents: vec![], missing: Some(ReportMissing::OVERDUE) };
        self.say(way, owner, "report", report);
        self.town.await_step(asker, id, "completed");
    }

    /// Says something in the conversation until it is said.
    fn say(&mut self, way: &Way, at: usize, kind: &'static str, command: referral::Command) {
        let other = if at == way.asker { way.owner } else { way.asker };
        let command = Command::Referral(Box::new(command));
        loop {
            match self.under_fire(at, other, kind, &command, &[]) {
                Ok(_) => return assert!(self.said(way, at, kind), "clinic {at} has acknowledged {kind} and does not know it"),
                Err(error) if broke_off(&error) => {
                    let said = self.said(way, at, kind);
                    self.turned_out(said);
                    if said {
                        return;
                    }
                }
                Err(error) => panic!("{kind} is refused: {error}"),
            }
        }
    }

    fn said(&mut self, way: &Way, at: usize, kind: &str) -> bool {
        let detail = self.town.show(at, way.conversation).expect("an acknowledged conversation is there");
        detail.messages.iter().any(|line| line.by == "us" && line.kind == kind)
    }

    /// The documents go over, while one side or both are killed.
    fn transfer(&mut self, way: &Way) {
        for _ in 0..self.dice.below(HITS + 1) {
            let (victims, moment) = (self.victims(way.asker, way.owner), self.moment());
            std::thread::sleep(moment);
            let under_way = self.arrived(way).is_none_or(|held| held < way.documents.len());
            self.kill(&victims, "transfer");
            self.start_again(&victims);
            if under_way {
                self.tally.in_transfer += victims.len() as u64;
            }
        }
        eventually("the documents are there", || match self.arrived(way) {
            Some(held) if held == way.documents.len() => Ok(()),
            found => Err(format!("{found:?} of {}", way.documents.len())),
        });
    }

    /// How many documents are complete at the owner; nothing before the referral is there.
    fn arrived(&mut self, way: &Way) -> Option<usize> {
        let listed = document::Command::List { patient: None, conversation: Some(way.conversation), all: true };
        let reply: document::Reply = self.town.ask(way.owner, &Command::Document(listed)).ok()?;
        let document::Reply::List(documents) = reply else { panic!("another reply: {reply:?}") };
        Some(documents.iter().filter(|document| document.state == State::Held).count())
    }

    /// Both sides tell the same, each message once, and the documents are what was added.
    fn compare(&mut self, way: &Way) {
        let detail = self.town.agree(way.asker, way.owner, way.conversation);
        let kinds: Vec<&str> = detail.messages.iter().map(|line| line.kind.as_str()).collect();
        assert_eq!(kinds, ["inquiry", "offer", "choice", "confirm", "referral", "handoff", "accept", "arrived", "report"], "each is said once, in this order");
        assert!(detail.messages.iter().all(|line| line.outcome.as_deref() == Some("stored")), "{:?}", detail.messages);
        let there = self.town.await_documents(way.owner, way.conversation, way.documents.len());
        let mut arrived: Vec<Vec<u8>> = there.iter().map(|document| self.town.export(way.owner, document.id)).collect();
        let mut sent: Vec<Vec<u8>> = way.documents.iter().map(|(_, bytes)| bytes.clone()).collect();
        let mut kept: Vec<Vec<u8>> = way.documents.iter().map(|(id, _)| self.town.export(way.asker, *id)).collect();
        for all in [&mut arrived, &mut sent, &mut kept] {
            all.sort();
        }
        assert!(arrived == sent && kept == sent, "the documents are what was added");
        self.tally.documents += sent.len() as u64;
        let cases = self.town.conversations(way.asker).into_iter().filter(|c| c.case == Some(way.discharge.case)).count();
        assert_eq!(cases, 1, "the inquiry was made once");
    }
}

/// Reads a reply.
fn read<T: DeserializeOwned>(reply: serde_json::Value) -> T {
    serde_json::from_value(reply).expect("the reply is one to the command")
}

/// A file that passes for a PDF, of `size` bytes that repeat nothing.
fn pdf(seed: u64, size: usize) -> Vec<u8> {
    let mut dice = crate::simulator::Random::new(seed);
    let mut bytes = b"%PDF-1.7\n".to_vec();
    while bytes.len() < size {
        bytes.extend_from_slice(&dice.bits().to_le_bytes());
    }
    bytes.truncate(size);
    bytes
}
