//! What people at the clinics of a town do, as typed commands on the control sockets, and what must hold between two clinics.

use std::{
    collections::BTreeMap,
    fmt,
    time::{Duration, Instant},
};

use serde::de::DeserializeOwned;
use verbund_node::{
    control::{Command, capacity, client::ClientError, consent, document, patient, referral, search, status},
    domain::{
        calendar,
        consent::{DecidedBy, Decision, How, Kind, Recipient},
        patient::Person,
    },
    store::document::State,
    workflow::{
        capacity::Change,
        desk::PeerSight,
        document::NewDocument,
        inquiry::{NewCase, Target},
        offer::NewOffer,
        overview::{Detail, Summary},
        search::{Outcome, Wanted},
    },
};
use verbund_protocol::{
    capacity::DepartmentId,
    catalogue::AgeBand,
    id::{ConversationId, DepartmentKey, Digest, LocalId},
    inquiry::{Basis, Function, Inquiry, Variant},
    search::Query,
    time::{Day, Timestamp},
};

use crate::town::Town;

/// How long something may take on a busy machine before a test gives up on it. A bound, never an expectation.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(30);

/// Returns what `look` finds, as soon as it finds it; it says what is missing until then.
///
/// # Panics
/// If it is still missing after [`PATIENCE`].
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Result<T, String>) -> T {
    let begun = Instant::now();
    loop {
        match look() {
            Ok(found) => return found,
            Err(missing) if begun.elapsed() > PATIENCE => panic!("not within {PATIENCE:?}: {what}: {missing}"),
            Err(_) => std::thread::sleep(LOOK),
        }
    }
}

/// A patient with a case of discharge at one clinic.
#[derive(Clone, Copy, Debug)]
pub struct Discharge {
    /// The patient's random name there.
    pub patient: LocalId,
    /// The case's.
    pub case: LocalId,
}

/// One message as both sides must tell of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Told {
    by_asker: bool,
    seq: u64,
    kind: String,
    made_at: Timestamp,
    outcome: Option<String>,
}

/// Reads a code, day, key or other word.
///
/// # Panics
/// If it is none.
pub fn word<T: std::str::FromStr<Err: fmt::Debug>>(text: &str) -> T {
    text.parse().expect("a word of the catalogue")
}

impl Town {
    /// Asks a clinic and expects no refusal.
    ///
    /// # Panics
    /// If it refuses or does not answer.
    pub fn told<T: DeserializeOwned>(&mut self, at: usize, command: Command) -> T {
        self.ask(at, &command).unwrap_or_else(|error| panic!("{} refuses {command:?}: {error}", self.village.clinics[at].plan.member))
    }

    fn step(&mut self, at: usize, command: referral::Command) -> Detail {
        let reply: referral::Reply = self.told(at, Command::Referral(Box::new(command)));
        let referral::Reply::Taken(id) = reply else { panic!("another reply: {reply:?}") };
        self.show(at, id).unwrap_or_else(|error| panic!("a step was taken and the conversation cannot be shown: {error}"))
    }

    /// Returns today by a clinic's clock.
    pub fn today(&mut self, at: usize) -> Day {
        calendar::day(self.status(at).now)
    }

    /// Returns how a node says it is.
    ///
    /// # Panics
    /// If it refuses.
    pub fn status(&mut self, at: usize) -> status::Status {
        let reply: status::Reply = self.told(at, Command::Status(status::Command::Show));
        let status::Reply::Status(status) = reply else { panic!("another reply: {reply:?}") };
        *status
    }

    /// Returns whom a node sees.
    ///
    /// # Panics
    /// If it refuses.
    pub fn peers(&mut self, at: usize) -> Vec<PeerSight> {
        let reply: status::Reply = self.told(at, Command::Status(status::Command::Peers));
        let status::Reply::Peers(peers) = reply else { panic!("another reply: {reply:?}") };
        peers
    }

    /// Returns the department that the tests use at a clinic.
    pub fn department(&self, at: usize) -> DepartmentId {
        DepartmentId { facility: self.village.clinics[at].plan.facility.ik.clone(), department: orthopaedics() }
    }

    /// States `free` places for each of four weeks' days in a department.
    ///
    /// # Errors
    /// What the clinic refuses.
    pub fn publish(&mut self, at: usize, id: DepartmentId, free: u16) -> Result<(), ClientError> {
        let change = Change {
            id,
            name: Some("Orthopädie".into()),
            beds: Some(200),
            first_day: None,
            free: Some(vec![free; 28]),
            settings: Some(vec![word("inpatient")]),
            indications: Some(vec![word("locomotor")]),
            constraints: None,
            payers: Some(vec![word("drv")]),
            rooms: Some(vec![word("single"), word("double")]),
            languages: None,
            valid_hours: None,
        };
        self.ask::<serde_json::Value>(at, &Command::Capacity(capacity::Command::Publish(Box::new(change)))).map(drop)
    }

    /// Searches at a clinic for any place for hips and knees in the next four weeks.
    pub fn search(&mut self, at: usize) -> Outcome {
        let today = self.today(at);
        let query = Query { indication: Some(word("locomotor")), limit: 500, ..Query::between(today, today.plus(27)) };
        let wanted = Box::new(Wanted { query, from_place: None, near_place: None });
        self.told(at, Command::Search(search::Command::Find { wanted, confirm: 0 }))
    }

    /// Enters a patient who allows discharge management, and opens a case.
    ///
    /// # Panics
    /// If the clinic refuses.
    pub fn discharge(&mut self, at: usize) -> Discharge {
        let person = serde_json::json!({ "family": "Mustermann", "given": "Erika", "birth_date": "1951-04-03", "gender": "female" });
        let person: Person = serde_json::from_value(person).expect("a person");
        let reply: patient::Reply = self.told(at, Command::Patient(patient::Command::Add(Box::new(person))));
        let patient::Reply::Added(patient) = reply else { panic!("another reply: {reply:?}") };
        self.consent(at, patient.id, Kind::DischargeManagement, None);
        let new = NewCase { patient: patient.id, variant: Variant::Rehab, discharge: Some(self.today(at).plus(5)), exception: None };
        let reply: referral::Reply = self.told(at, Command::Referral(Box::new(referral::Command::OpenCase(new))));
        let referral::Reply::Case { case } = reply else { panic!("another reply: {reply:?}") };
        Discharge { patient: patient.id, case }
    }

    fn consent(&mut self, at: usize, patient: LocalId, kind: Kind, recipient: Option<Recipient>) {
        let now = self.status(at).now;
        let decision = Decision {
            kind,
            given: true,
            recipient,
            named: None,
            form: Some("Anlage 1b 2024-03".into()),
            by: DecidedBy::Patient,
            how: How::Desk,
            document: None,
            at: now,
            until: None,
        };
        let _: consent::Reply = self.told(at, Command::Consent(consent::Command::Record { patient, decision: Box::new(decision) }));
    }

    /// Records that the patient allows the identified referral to a clinic.
    pub fn release(&mut self, at: usize, patient: LocalId, to: usize) {
        let plan = &self.village.clinics[to].plan;
        let recipient = Recipient { member: plan.member.clone(), facility: plan.facility.ik.clone() };
        self.consent(at, patient, Kind::IdentifiedRelease, Some(recipient));
    }

    /// Asks clinics for a place and returns the conversations in their order.
    ///
    /// # Panics
    /// If the asking clinic refuses.
    pub fn inquire(&mut self, at: usize, case: LocalId, to: &[usize]) -> Vec<ConversationId> {
        let command = self.inquiry(at, case, to);
        let reply: referral::Reply = self.told(at, command);
        let referral::Reply::Inquired { conversations } = reply else { panic!("another reply: {reply:?}") };
        conversations
    }

    /// Returns the command that asks clinics for a place.
    pub fn inquiry(&mut self, at: usize, case: LocalId, to: &[usize]) -> Command {
        let today = self.today(at);
        let from = self.village.clinics[at].plan.facility.ik.clone();
        let to = to.iter().map(|to| self.department(*to)).map(|id| Target { facility: id.facility, department: id.department }).collect();
        Command::Referral(Box::new(referral::Command::Inquire { case, from, to, inquiry: Box::new(profile(today)) }))
    }

    /// Offers a place in ten days and holds it for two.
    pub fn offer(&mut self, at: usize, id: ConversationId, auto_confirm: bool) -> Detail {
        let date = self.today(at).plus(10);
        let offer = NewOffer { department: None, date, stay_days: 14, hold_hours: 48, room: word("double"), therapies: vec![], auto_confirm };
        self.step(at, referral::Command::Offer { id, offer })
    }

    /// Chooses the offer that stands.
    pub fn choose(&mut self, at: usize, id: ConversationId) -> Detail {
        self.step(at, referral::Command::Choose(id))
    }
    /// Confirms the chosen place.
    pub fn confirm(&mut self, at: usize, id: ConversationId) -> Detail {
        self.step(at, referral::Command::Confirm(id))
    }
    /// Sends the identified referral with documents.
    pub fn refer(&mut self, at: usize, id: ConversationId, documents: Vec<LocalId>) -> Detail {
        self.step(at, referral::Command::Refer { id, referral: Box::default(), documents })
    }
    /// Hands documents to a clinic outside a referral, on a consent that names it.
    ///
    /// # Panics
    /// If the clinic refuses.
    pub fn hand_over(&mut self, at: usize, patient: LocalId, to: usize, documents: Vec<LocalId>) -> ConversationId {
        let plan = &self.village.clinics[to].plan;
        let (to, recipient) = (plan.facility.ik.clone(), Recipient { member: plan.member.clone(), facility: plan.facility.ik.clone() });
        self.consent(at, patient, Kind::DocumentHandoff, Some(recipient));
        let from = self.village.clinics[at].plan.facility.ik.clone();
        let reply: referral::Reply = self.told(at, Command::Referral(Box::new(referral::Command::HandOverAlone { patient, from, to, documents })));
        let referral::Reply::Taken(id) = reply else { panic!("another reply: {reply:?}") };
        id
    }
    /// Withdraws as the asking clinic.
    pub fn withdraw(&mut self, at: usize, id: ConversationId) -> Detail {
        self.step(at, referral::Command::Withdraw { id, reason: word("patient-wish") })
    }
    /// Sets another day of admission, or wishes it.
    pub fn change_date(&mut self, at: usize, id: ConversationId, date: Day) -> Detail {
        self.step(at, referral::Command::ChangeDate { id, date, reason: word("later-discharge"), exception: None })
    }
    /// Takes the patient.
    pub fn accept(&mut self, at: usize, id: ConversationId) {
        let _: referral::Reply = self.told(at, Command::Referral(Box::new(referral::Command::Accept { id, date: None, exception: None })));
    }
    /// Returns a conversation as a clinic tells of it.
    ///
    /// # Errors
    /// What the clinic refuses.
    ///
    /// # Panics
    /// If it answers with something else.
    pub fn show(&mut self, at: usize, id: ConversationId) -> Result<Detail, ClientError> {
        self.ask(at, &Command::Referral(Box::new(referral::Command::Show(id)))).map(|reply| match reply {
            referral::Reply::Detail(detail) => *detail,
            other => panic!("another reply: {other:?}"),
        })
    }
    /// Returns all conversations of a clinic.
    ///
    /// # Panics
    /// If it refuses.
    pub fn conversations(&mut self, at: usize) -> Vec<Summary> {
        let reply: referral::Reply = self.told(at, Command::Referral(Box::new(referral::Command::List { side: None, case: None, all: true })));
        let referral::Reply::List(list) = reply else { panic!("another reply: {reply:?}") };
        list
    }

    /// Adds a document and returns its local name.
    ///
    /// # Panics
    /// If the clinic refuses.
    pub fn add_document(&mut self, at: usize, patient: LocalId, bytes: &[u8]) -> LocalId {
        let new = NewDocument { patient, kind: word("AD010109"), title: "Befundbericht".into(), replaces: None };
        let add = document::Add { new, size: bytes.len() as u64, extension: Some("pdf".into()), media_type: None };
        let mut client = self.client(at);
        client.send(&Command::Document(document::Command::Add(add))).expect("the command is sent");
        client.send_bytes(&mut &bytes[..], bytes.len() as u64).expect("the bytes are sent");
        let reply: document::Reply = client.answer().expect("the document is taken");
        let document::Reply::Added(added) = reply else { panic!("another reply: {reply:?}") };
        added.id
    }
    /// Returns the documents of a patient, that came in a conversation, or all; `gone` says whether those erased, withdrawn and failed too.
    ///
    /// # Panics
    /// If the clinic refuses.
    pub fn documents_of(&mut self, at: usize, patient: Option<LocalId>, conversation: Option<ConversationId>, gone: bool) -> Vec<document::Shown> {
        let reply: document::Reply = self.told(at, Command::Document(document::Command::List { patient, conversation, all: gone }));
        let document::Reply::List(documents) = reply else { panic!("another reply: {reply:?}") };
        documents
    }
    /// Returns the documents that came to a clinic in a conversation.
    pub fn documents(&mut self, at: usize, conversation: ConversationId) -> Vec<document::Shown> {
        self.documents_of(at, None, Some(conversation), true)
    }
    /// Reads a document that is complete.
    ///
    /// # Panics
    /// If the clinic refuses.
    pub fn export(&mut self, at: usize, id: LocalId) -> Vec<u8> {
        let mut client = self.client(at);
        let reply: document::Reply = client.ask(&Command::Document(document::Command::Export(id))).expect("the document is there");
        let document::Reply::Exported(shown) = reply else { panic!("another reply: {reply:?}") };
        let mut bytes = Vec::new();
        client.receive_bytes(&mut bytes, shown.size.expect("a complete document has a size")).expect("the bytes follow");
        bytes
    }
    /// Waits until `count` documents of a conversation are complete at a clinic.
    pub fn await_documents(&mut self, at: usize, conversation: ConversationId, count: usize) -> Vec<document::Shown> {
        eventually("the documents are complete", || {
            let documents = self.documents(at, conversation);
            let held = documents.iter().filter(|document| document.state == State::Held).count();
            if held == count && documents.len() == count { Ok(documents) } else { Err(format!("{documents:?}")) }
        })
    }

    /// Waits until a conversation is at a step at a clinic.
    pub fn await_step(&mut self, at: usize, id: ConversationId, step: &str) -> Detail {
        eventually(&format!("the conversation is {step} at clinic {at}"), || match self.show(at, id) {
            Ok(detail) if detail.summary.step == step => Ok(detail),
            Ok(detail) => Err(format!("it is {}: {:?}", detail.summary.step, detail.messages)),
            Err(error) => Err(error.to_string()),
        })
    }

    /// Waits until nothing waits to be sent at a clinic.
    pub fn await_drained(&mut self, at: usize) {
        eventually(&format!("the outbox of clinic {at} is empty"), || {
            let reply: referral::Reply = self.told(at, Command::Referral(Box::new(referral::Command::Queues)));
            let referral::Reply::Queues(queues) = reply else { panic!("another reply: {reply:?}") };
            if queues.iter().all(|queue| queue.waiting == 0) { Ok(()) } else { Err(format!("{queues:?}")) }
        });
    }

    /// Waits until the outboxes of both clinics are empty, then checks that both tell the same of a conversation: the same
    /// messages by digest, none lost, none twice, each with the same outcome, and the same step.
    ///
    /// # Panics
    /// If they differ.
    pub fn agree(&mut self, asker: usize, owner: usize, id: ConversationId) -> Detail {
        self.await_drained(asker);
        self.await_drained(owner);
        let asked = self.show(asker, id).expect("the asker has it");
        let owned = self.show(owner, id).expect("the owner has it");
        let (of_asker, of_owner) = (told(&asked, true), told(&owned, false));
        assert_eq!(of_asker, of_owner, "both sides tell of the same messages");
        assert!(of_asker.values().all(|told| told.outcome.is_some()), "every message has its receipt: {of_asker:?}");
        assert_eq!((&asked.summary.step, asked.summary.date), (&owned.summary.step, owned.summary.date));
        assert_eq!((&asked.summary.trouble, &owned.summary.trouble), (&None, &None));
        asked
    }
}

/// Returns what one side tells of each message, by the digest of its signed header. Each stands there once.
fn told(detail: &Detail, by_asker: bool) -> BTreeMap<Digest, Told> {
    let mut all = BTreeMap::new();
    for line in &detail.messages {
        let told = Told { by_asker: (line.by == "us") == by_asker, seq: line.seq, kind: line.kind.clone(), made_at: line.made_at, outcome: line.outcome.clone() };
        assert!(all.insert(line.digest, told).is_none(), "a message stands there twice: {:?}", detail.messages);
    }
    all
}

/// The key of departments of orthopaedics (DOMAIN.md).
fn orthopaedics() -> DepartmentKey {
    word("2300")
}

/// An ordinary inquiry: a new hip.
fn profile(today: Day) -> Inquiry {
    Inquiry {
        variant: Variant::Rehab,
        basis: Basis::Consent,
        department: orthopaedics(),
        age: AgeBand::of(75),
        sex: None,
        indication: word("locomotor"),
        icd: Some(word("M16")),
        operation: None,
        function: Function { singer: None, barthel: None, mobility: None, weight_bearing: None, travel: None },
        earliest: today.plus(7),
        flexible_days: 7,
        setting: word("inpatient"),
        region: None,
        single_room: false,
        companion: false,
        transport: None,
        constraints: vec![],
        diet: None,
        language: None,
        payer: word("drv"),
        approval: word("applied"),
        urgency: None,
        // A whole day: inquiries name their end to the minute.
        answer_by: today.plus(2).start(),
        rare_reason: None,
    }
}
