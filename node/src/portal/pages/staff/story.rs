//! The patient's story on the page of those who treat her: what happened, where it stands, what is next. Read only.

use verbund_protocol::{
    catalogue::List,
    referral::{MessageKind, Side},
};

use super::{accounts::role_name, case::words as steps};
use crate::{
    portal::{codes, date, page::Page, pages::patient::wishes::in_words, words::Words},
    workflow::{
        caseload::{Asked, Consented},
        journey::{Arranged, Followed, Line, What},
    },
};

/// A clinic that was asked.
pub struct Clinic {
    /// Its name and place.
    pub name: String,
    /// How it stands.
    pub state: String,
    /// Whether that is good news.
    pub good: bool,
    /// Whether somebody must call.
    pub trouble: bool,
}

/// The story in words.
pub struct Story {
    /// What is next.
    pub next: String,
    /// By when, and whether that is past.
    pub due: Option<(String, bool)>,
    /// Who looks after it.
    pub owner: Option<String>,
    /// What is known: name and text.
    pub facts: Vec<(String, String)>,
    /// What the patient wishes, the most important first.
    pub wishes: Vec<String>,
    /// The clinics asked.
    pub clinics: Vec<Clinic>,
    /// Documents: title, and whether the patient may read it.
    pub documents: Vec<(String, String)>,
    /// What happened: when and what.
    pub lines: Vec<(String, String)>,
}

/// Returns the story in words.
pub fn told(p: &Page, now: verbund_protocol::time::Timestamp, followed: &Followed) -> Story {
    let w = p.w;
    let arranged = followed.arranged.as_ref();
    let documents = followed.documents.iter().map(|(document, released)| {
        let title = document.manifest.as_ref().map(|manifest| manifest.title.clone()).unwrap_or_default();
        (title, released.map_or_else(|| w.papers_not_released().into_owned(), |at| w.papers_released(p.moment(at))))
    });
    Story {
        next: arranged.map_or_else(|| w.ward_no_case().into_owned(), |arranged| if arranged.closed { w.case_closed().into_owned() } else { steps::next(w, arranged.next) }),
        due: arranged.filter(|arranged| !arranged.closed).and_then(|arranged| steps::due(w, arranged.due, now)),
        owner: arranged.map(|arranged| w.ward_owner(arranged.owner.clone())),
        facts: facts(p, followed),
        wishes: followed.wishes.iter().flat_map(|stated| &stated.list).map(|wish| in_words(w, wish)).collect(),
        clinics: arranged.map(|arranged| clinics(w, arranged)).unwrap_or_default(),
        documents: documents.collect(),
        lines: followed.story.iter().map(|line| (p.moment(line.at), happened(w, line))).collect(),
    }
}

fn facts(p: &Page, followed: &Followed) -> Vec<(String, String)> {
    let w = p.w;
    let consent = match followed.consented {
        Consented::Open => w.case_consent_open().into_owned(),
        Consented::Given(at) => w.case_consent_given(p.day(at)),
        Consented::Refused(at) => w.case_consent_refused(p.day(at)),
        Consented::Revoked(at) => w.case_consent_revoked(p.day(at)),
    };
    let mut facts = vec![(w.case_consent().into_owned(), consent)];
    if let Some(arranged) = &followed.arranged {
        let calendar = |day| date::calendar(day, w.language);
        facts.push((w.ward_discharge().into(), arranged.discharge.map_or_else(|| w.ward_open().into_owned(), calendar)));
        facts.extend(arranged.begin_by.map(|day| (w.ward_begin_by().into_owned(), calendar(day))));
        let plan = match arranged.planned {
            None => w.case_plan_open().into_owned(),
            Some(at) if arranged.missing.is_empty() => w.ward_plan_full(p.moment(at)),
            Some(at) => w.ward_plan_part(p.moment(at)),
        };
        facts.push((w.case_plan().into(), plan));
        let chosen = arranged.chosen.as_ref().map(|(clinic, step, day)| {
            let state = steps::step(w, *step, None).0;
            let day = day.map(|day| w.ward_admission(calendar(day)));
            [Some(w.ward_chosen(clinic.clone(), state)), day].into_iter().flatten().collect::<Vec<_>>().join(" ")
        });
        facts.extend(arranged.carer.as_ref().map(|carer| (w.case_end_carer().into_owned(), w.case_end_cares(carer.name(), carer.phone()))));
        facts.push((w.ward_place().into(), chosen.or_else(|| by_phone(w, arranged)).unwrap_or_else(|| w.ward_place_none().into_owned())));
    }
    let messages = match (followed.messages.threads, followed.messages.waiting_since) {
        (0, _) => w.ward_messages_none().into_owned(),
        (threads, None) => w.ward_messages(threads),
        (threads, Some(since)) => format!("{} {}", w.ward_messages(threads), w.ward_messages_waiting(p.moment(since))),
    };
    facts.push((w.message_title().into(), messages));
    facts
}

/// Returns the clinic without a node whose place was chosen.
fn by_phone(w: Words, arranged: &Arranged) -> Option<String> {
    arranged.phones.iter().find(|phone| phone.chosen().is_some()).map(|phone| w.ward_phone(phone.clinic.clone()))
}

fn clinics(w: Words, arranged: &Arranged) -> Vec<Clinic> {
    let of = |asked: &Asked| {
        let (state, good) = steps::state(w, &asked.conversation);
        let now = asked.conversation.log.state();
        let reason = steps::reason(now.step, now.reason, w.language);
        let state = std::iter::once(state).chain(now.date.map(|day| date::calendar(day, w.language))).chain(reason).collect::<Vec<_>>().join(" · ");
        Clinic { name: asked.clinic.line(), state, good, trouble: asked.conversation.trouble.is_some() }
    };
    let phones = arranged.phones.iter().map(|phone| {
        let state = match (phone.is_open(), phone.offer()) {
            (true, _) => w.ward_phone_open().into_owned(),
            (false, Some(day)) => w.ward_phone_offer(date::calendar(day, w.language)),
            (false, None) => w.ward_phone_declined().into_owned(),
        };
        Clinic { name: w.ward_phone(phone.clinic.clone()), state, good: phone.offer().is_some(), trouble: false }
    });
    arranged.asked.iter().map(of).chain(phones).collect()
}

/// Returns one thing that happened.
fn happened(w: Words, line: &Line) -> String {
    let text = match line.what {
        What::Agreed => w.ward_story_agreed().into_owned(),
        What::Refused => w.ward_story_refused().into_owned(),
        What::TookBack => w.ward_story_took_back().into_owned(),
        What::Wished => w.ward_story_wished().into_owned(),
        What::FaxSent => w.ward_story_fax(line.clinic.clone()),
        What::PhoneOffered => w.ward_story_phone_offered(line.clinic.clone()),
        What::PhoneDeclined => w.ward_story_phone_declined(line.clinic.clone()),
        What::PhoneChosen => w.ward_story_phone_chosen(line.clinic.clone()),
        What::PhoneLeft => w.ward_story_phone_left(line.clinic.clone()),
        What::PhoneNamed | What::PhonePayer | What::PhoneArrived | What::PhoneAbsent => placed(w, line),
        What::Ended => w.ward_story_ended().into_owned(),
        What::ArrivalCorrected => {
            let day = line.day.map(|day| date::calendar(day, w.language)).unwrap_or_default();
            w.ward_story_from(line.clinic.clone(), format!("{} ({day})", w.said_arrival_corrected()))
        }
        What::Said(kind, side) => said(w, line, kind, side),
    };
    if let Some(role) = line.with {
        return w.bedside_story(role_name(w, role), text);
    }
    match &line.by {
        Some(who) => w.ward_story_by(text, who.clone()),
        None => text,
    }
}

/// Returns what came of choosing a clinic without a node.
fn placed(w: Words, line: &Line) -> String {
    let (clinic, day) = (line.clinic.clone(), line.day.map(|day| date::calendar(day, w.language)).unwrap_or_default());
    let code = |list| line.code.map(|code| codes::label(list, code, w.language)).unwrap_or_default();
    match line.what {
        What::PhoneNamed => w.ward_story_phone_named(clinic, day),
        What::PhonePayer => w.ward_story_phone_payer(clinic, day, code(List::PayerDecision)),
        What::PhoneArrived => w.ward_story_phone_arrived(clinic, day),
        _ => w.ward_story_phone_absent(clinic, day, code(List::NoShow)),
    }
}

fn said(w: Words, line: &Line, kind: MessageKind, side: Side) -> String {
    let list = match kind {
        MessageKind::Declined | MessageKind::Refused => Some(List::Decline),
        MessageKind::Withdrawn => Some(List::Withdraw),
        MessageKind::Cancelled => Some(List::Cancel),
        MessageKind::PayerDecided => Some(List::PayerDecision),
        _ => None,
    };
    let code = list.zip(line.code).map(|(list, code)| codes::label(list, code, w.language));
    let day = line.day.map(|day| date::calendar(day, w.language));
    let what = steps::message(w, kind.word());
    let about = [code, day].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let what = if about.is_empty() { what } else { format!("{what} ({about})") };
    match side {
        Side::Asker => w.ward_story_to(line.clinic.clone(), what),
        Side::Owner => w.ward_story_from(line.clinic.clone(), what),
    }
}
