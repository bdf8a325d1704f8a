//! Offer, questions, documents and history in words.

use verbund_protocol::{
    catalogue::List,
    referral::{Offer, Step},
    time::Timestamp,
};

use super::label;
use crate::{
    portal::{
        codes, date,
        words::{Language, Words},
    },
    workflow::{
        document::State,
        inbox::{self, Sheet},
        overview::{Detail, Line},
    },
};

/// Returns a department's name.
pub fn department(sheet: &Sheet, key: &str) -> String {
    sheet.departments.iter().find(|(known, ..)| known.as_str() == key).map_or_else(|| key.to_owned(), |(_, name, _)| name.clone())
}

/// Returns an offer as pairs of label and value.
pub fn offer(offer: &Offer, sheet: &Sheet, w: Words) -> Vec<(String, String)> {
    let held = (sheet.step == Step::Offered).then(|| date::moment(offer.held_until, w.language));
    let therapies = offer.therapies.iter().map(|therapy| label(List::Therapy, therapy.number(), w)).collect::<Vec<_>>().join(", ");
    let day = sheet.detail.summary.date.unwrap_or(offer.date);
    let wished = sheet.detail.wished.map(|day| date::calendar(day, w.language));
    let pairs = [
        ("department", Some(department(sheet, offer.department.as_str()))),
        ("date", Some(date::calendar(day, w.language))),
        ("wished", wished),
        ("stay", Some(w.admissions_days(u64::from(offer.stay_days)))),
        ("held", held),
        ("room", Some(label(List::Room, offer.room.number(), w))),
        ("therapies", Some(therapies).filter(|text| !text.is_empty())),
        ("payer-decided", sheet.detail.payer.as_deref().and_then(|word| codes::number(List::PayerDecision, word)).map(|number| label(List::PayerDecision, number, w))),
    ];
    pairs.into_iter().filter_map(|(name, value)| Some((w.admissions_field(name), value?))).collect()
}

/// Returns the questions last asked with their answers.
pub fn questions(detail: &Detail, w: Words) -> Vec<(String, String)> {
    let answers = detail.answers.as_ref().map(|answers| &answers.answers[..]).unwrap_or_default();
    let asked = detail.questions.as_ref().map(|questions| &questions.questions[..]).unwrap_or_default();
    let answered = answers.iter().filter(|(question, _)| !asked.contains(question)).map(|(question, _)| question);
    asked
        .iter()
        .chain(answered)
        .map(|question| {
            let answer = answers.iter().find(|(about, _)| about == question).map(|(_, answer)| label(List::Answer, answer.number(), w));
            (label(List::Question, question.number(), w), answer.unwrap_or_else(|| w.admissions_unanswered().into_owned()))
        })
        .collect()
}

/// Returns why it ended, if a code says so.
pub fn reason(sheet: &Sheet, language: Language) -> Option<String> {
    let list = match sheet.step {
        Step::Declined | Step::Refused => List::Decline,
        Step::Gone => List::OfferEnd,
        Step::Withdrawn => List::Withdraw,
        Step::Cancelled => List::Cancel,
        Step::NoShow => List::NoShow,
        _ => return None,
    };
    sheet.reason.map(|number| codes::label(list, number, language))
}

/// A document that came.
pub struct Paper {
    /// Its name in addresses, if it can be looked at.
    pub id: Option<String>,
    /// What people call it.
    pub title: String,
    /// What kind it is.
    pub kind: String,
    /// How it stands, in words.
    pub state: String,
    /// Whether it is here and verified.
    pub good: bool,
    /// Whether it will not come any more.
    pub bad: bool,
}

/// Returns the documents that came, in words.
pub fn papers(received: &[inbox::Paper], w: Words) -> Vec<Paper> {
    let paper = |paper: &inbox::Paper| {
        let document = &paper.document;
        let manifest = document.manifest.as_ref();
        let waits = paper.waiting.as_ref().is_some_and(|waiting| waiting.trouble.is_some());
        let state = match document.state {
            State::Arriving if waits => "delayed",
            state => state.word(),
        };
        Paper {
            id: (document.state == State::Held).then(|| document.id.to_string()),
            title: manifest.map_or_else(|| w.admissions_paper_gone().into_owned(), |manifest| manifest.title.clone()),
            kind: manifest.map_or_else(String::new, |manifest| codes::kind(&manifest.kind, w)),
            state: w.admissions_paper_state(state),
            good: document.state == State::Held,
            bad: matches!(document.state, State::Failed | State::Withdrawn),
        }
    };
    received.iter().map(paper).collect()
}

/// One message of the history.
pub struct Said {
    /// When it was written.
    pub when: String,
    /// By which side, in words.
    pub who: String,
    /// What it says.
    pub what: String,
    /// Whether it has arrived, for what this clinic wrote.
    pub arrived: String,
}

/// Returns the messages of both sides, newest first.
pub fn history(detail: &Detail, w: Words) -> Vec<Said> {
    let moment = |at: Timestamp| date::moment(at, w.language);
    let said = |(nth, line): (usize, &Line)| {
        let ours = line.by == "us";
        let arrived = match (&line.outcome, line.receipted_at) {
            _ if !ours => w.admissions_received(moment(line.stored_at)),
            (Some(outcome), Some(at)) if outcome == "stored" => w.admissions_delivered(moment(at)),
            (Some(_), _) => w.admissions_not_taken().into_owned(),
            (None, _) => w.admissions_not_delivered().into_owned(),
        };
        let kind = if line.corrects(&detail.messages[..nth]) { "arrived-again" } else { &line.kind };
        Said { when: moment(line.made_at), who: w.admissions_by(line.by.clone()), what: w.admissions_said(kind.to_owned()), arrived }
    };
    detail.messages.iter().enumerate().rev().map(said).collect()
}
