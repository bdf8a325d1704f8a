//! The forms of an inquiry's page: exactly those that its state allows, filled in as far as is known.

use verbund_protocol::{
    catalogue::{Catalogue, List},
    limits::MAX_HOLD,
    referral::{MessageKind, Step},
    time::Day,
};

use super::faults::Fault;
use crate::{
    domain::calendar,
    portal::{
        codes::{self, Choice},
        date,
        fields::Fields,
        guard::Context,
        words::{Language, Words},
    },
    workflow::inbox::Sheet,
};

/// Longest text that a form shows again.
const MAX_SHOWN: usize = 200;
/// For how many hours a place can be held.
const HOLDS: [u64; 6] = [4, 24, 48, 72, 120, 168];
/// For how many hours it is held unless somebody says otherwise.
const HOLD: u64 = 48;
/// How long a stay is unless somebody says otherwise, days.
const STAY: u16 = 21;

/// What can be done, in the order of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Settle,
    Open,
    Offer,
    Confirm,
    Accept,
    Arrived,
    Report,
    Ask,
    Decline,
    TakeBack,
    Gone,
    Refuse,
    NoShow,
    Date,
    Payer,
    Filed,
    Reopen,
    Cancel,
}

impl Act {
    const ALL: [Self; 18] = [
        Self::Settle,
        Self::Open,
        Self::Offer,
        Self::Confirm,
        Self::Accept,
        Self::Arrived,
        Self::Report,
        Self::Ask,
        Self::Decline,
        Self::TakeBack,
        Self::Gone,
        Self::Refuse,
        Self::NoShow,
        Self::Date,
        Self::Payer,
        Self::Filed,
        Self::Reopen,
        Self::Cancel,
    ];

    /// Returns the last part of its path, which also begins the names of its fields.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Settle => "settle",
            Self::Open => "referral",
            Self::Offer => "offer",
            Self::Confirm => "confirm",
            Self::Accept => "accept",
            Self::Arrived => "arrived",
            Self::Report => "report",
            Self::Ask => "ask",
            Self::Decline => "decline",
            Self::TakeBack => "take-back",
            Self::Gone => "gone",
            Self::Refuse => "refuse",
            Self::NoShow => "no-show",
            Self::Date => "date",
            Self::Payer => "payer",
            Self::Filed => "filed",
            Self::Reopen => "reopen",
            Self::Cancel => "cancel",
        }
    }

    /// Returns the act of a path.
    pub fn at(path: &str) -> Option<Self> {
        let last = path.rsplit('/').next()?;
        Self::ALL.into_iter().find(|act| act.word() == last)
    }

    /// Returns whether it can be done now. What the table of steps allows twice over is offered once: who can decline need not cancel.
    fn is_open(self, sheet: &Sheet) -> bool {
        use MessageKind as M;
        let may = |kind| sheet.may_say.contains(&kind);
        match self {
            Self::Settle => sheet.detail.summary.trouble.is_some(),
            Self::Open => sheet.readable && !sheet.opened,
            Self::Offer => may(M::Offer),
            Self::Confirm => may(M::Confirmed),
            Self::Accept => may(M::Accepted) && sheet.opened,
            Self::Arrived => may(M::Arrived),
            Self::Report => may(M::Report) && sheet.patient.is_some(),
            Self::Ask => may(M::Questions),
            Self::Decline => may(M::Declined),
            Self::TakeBack => may(M::OfferEnded),
            Self::Gone => may(M::Gone),
            Self::Refuse => may(M::Refused) && sheet.opened,
            Self::NoShow => may(M::DidNotCome),
            Self::Date => may(M::DateChanged),
            Self::Payer => may(M::PayerDecided),
            Self::Filed => may(M::Filed) && sheet.opened && !sheet.filed,
            Self::Reopen => sheet.by_rule.as_ref().is_some_and(|(_, until)| until.is_some()),
            Self::Cancel => may(M::Cancelled) && !may(M::Declined),
        }
    }

    /// Returns whether it is the one next step.
    const fn is_main(self, sheet: &Sheet) -> bool {
        // A wish is answered before anything else is expected; accepting answers it, too.
        if sheet.detail.wished.is_some() && matches!(sheet.step, Step::Confirmed | Step::Accepted) {
            return matches!(self, Self::Date);
        }
        matches!(
            (self, sheet.step),
            (Self::Open, _)
                | (Self::Offer, Step::Requested)
                | (Self::Confirm, Step::Chosen)
                | (Self::Accept, Step::Referred)
                | (Self::Arrived, Step::Accepted)
                | (Self::Report, Step::Admitted)
                | (Self::Filed, Step::Handed)
                | (Self::Reopen, Step::Declined)
        )
    }
}

/// What somebody was about to do.
pub struct Typed<'a> {
    /// With which form.
    pub act: Option<Act>,
    /// What they typed.
    pub fields: &'a Fields,
    /// What was in the way.
    pub fault: Option<Fault>,
}

/// A form.
pub struct Form {
    pub act: &'static str,
    pub title: String,
    pub what: String,
    pub button: String,
    pub open: bool,
    pub fault: Option<String>,
    pub fields: Vec<Field>,
    /// Where to go first, and what that is called.
    pub first: Option<(String, String)>,
}

/// A field of a form. Its name begins with the form's, so that no name stands twice on the page.
pub enum Field {
    Line { name: String, label: String, value: String, hint: String, fault: Option<String> },
    Select { name: String, label: String, choices: Vec<Choice>, hint: String, fault: Option<String>, empty: String },
    Ticks { name: String, label: String, choices: Vec<Choice> },
    Tick { name: String, label: String, chosen: bool, fault: Option<String> },
}

impl Field {
    /// Returns whether something is wrong with it.
    pub const fn has_fault(&self) -> bool {
        match self {
            Self::Line { fault, .. } | Self::Select { fault, .. } | Self::Tick { fault, .. } => fault.is_some(),
            Self::Ticks { .. } => false,
        }
    }
}

/// Returns the form of the one next step, if there is one, and the others.
pub fn all(context: &Context, sheet: &Sheet, typed: &Typed<'_>) -> (Option<Form>, Vec<Form>) {
    let open = Act::ALL.into_iter().filter(|act| act.is_open(sheet));
    let (main, others): (Vec<Act>, Vec<Act>) = open.partition(|act| act.is_main(sheet));
    let make = |act: Act| Maker { context, sheet, typed, act, fields: vec![] }.form();
    (main.first().copied().map(make), main.into_iter().skip(1).chain(others).map(make).collect())
}

struct Maker<'a> {
    context: &'a Context,
    sheet: &'a Sheet,
    typed: &'a Typed<'a>,
    act: Act,
    fields: Vec<Field>,
}

impl Maker<'_> {
    fn form(mut self) -> Form {
        let (w, word) = (self.context.words, self.act.word());
        match self.act {
            Act::Offer => self.offer(),
            Act::Ask => self.ask(),
            Act::Decline | Act::Refuse => self.reason(List::Decline),
            Act::TakeBack | Act::Gone => self.reason(List::OfferEnd),
            Act::Cancel => self.reason(List::Cancel),
            Act::NoShow => self.reason(List::NoShow),
            Act::Accept => {
                self.day("date", self.sheet.detail.wished.or_else(|| self.agreed()));
                self.select("exception", List::AhbException, &[], true);
            }
            Act::Date => {
                self.day("date", self.sheet.detail.wished.or_else(|| self.agreed()));
                self.select("reason", List::DateChange, &[], true);
                self.select("exception", List::AhbException, &[], true);
            }
            Act::Arrived => self.day("on", if self.corrects() { self.agreed() } else { Some(calendar::day(self.context.now)) }),
            Act::Payer => {
                self.select("decision", List::PayerDecision, &[], true);
                self.day("decided", Some(calendar::day(self.context.now)));
            }
            Act::Report => self.report(),
            Act::Settle | Act::Open | Act::Confirm | Act::Filed | Act::Reopen => {}
        }
        let ours = self.typed.act == Some(self.act);
        let first = match (&self.sheet.patient, self.act) {
            (Some((patient, _)), Act::Report) if self.sheet.own.is_empty() => Some((format!("/patients/{patient}/documents"), w.admissions_report_add().into_owned())),
            _ => None,
        };
        let at_field = self.fields.iter().any(Field::has_fault);
        let changes = self.act == Act::Offer && self.sheet.step == Step::Offered;
        let named = match self.act {
            Act::Offer if changes => "offer-again",
            Act::Arrived if self.corrects() => "arrived-again",
            Act::Report if self.sheet.step == Step::Completed => "report-again",
            _ => word,
        };
        Form {
            act: word,
            title: w.admissions_act(named),
            what: w.admissions_act_what(named),
            button: w.admissions_act_button(named),
            open: ours,
            fault: self.typed.fault.as_ref().filter(|_| ours && !at_field).map(|(_, text)| text.clone()),
            fields: self.fields,
            first,
        }
    }

    /// Returns whether the patient is noted as arrived, so that only the day can be corrected.
    fn corrects(&self) -> bool {
        self.sheet.step == Step::Admitted
    }

    fn w(&self) -> Words {
        self.context.words
    }
    fn name(&self, field: &str) -> String {
        format!("{}-{field}", self.act.word())
    }
    /// What was typed into this form, if anything was.
    fn typed(&self) -> Option<&Fields> {
        (self.typed.act == Some(self.act) && !self.typed.fields.is_empty()).then_some(self.typed.fields)
    }
    fn fault(&self, field: &str) -> Option<String> {
        self.typed.fault.as_ref().filter(|(at, _)| self.typed.act == Some(self.act) && *at == field).map(|(_, text)| text.clone())
    }
    fn agreed(&self) -> Option<Day> {
        self.sheet.detail.summary.date
    }

    fn line(&mut self, field: &'static str, value: String, hint: String) {
        let name = self.name(field);
        let value = self.typed().map_or(value, |fields| fields.shown(&name, MAX_SHOWN));
        self.fields.push(Field::Line { label: self.w().admissions_label(field), value, hint, fault: self.fault(field), name });
    }
    /// Days are shown as they are typed, whatever the page's language.
    fn day(&mut self, field: &'static str, day: Option<Day>) {
        self.line(field, day.map_or_else(String::new, |day| date::calendar(day, Language::German)), self.w().admissions_day_hint().into_owned());
    }
    fn choose(&mut self, field: &'static str, mut choices: Vec<Choice>, hint: String, empty: bool) {
        let name = self.name(field);
        if let Some(fields) = self.typed() {
            let typed = fields.get(&name).to_owned();
            choices.iter_mut().for_each(|choice| choice.chosen = choice.word == typed);
        }
        let empty = if empty { self.w().admissions_choose(field) } else { String::new() };
        self.fields.push(Field::Select { label: self.w().admissions_label(field), choices, hint, fault: self.fault(field), empty, name });
    }
    fn select(&mut self, field: &'static str, list: List, chosen: &[u16], empty: bool) {
        let choices = codes::choices(list, chosen, calendar::day(self.context.now), self.w().language);
        let hint = if field == "exception" { self.w().admissions_exception_hint().into_owned() } else { String::new() };
        self.choose(field, choices, hint, empty);
    }
    fn ticks(&mut self, field: &'static str, mut choices: Vec<Choice>) {
        let name = self.name(field);
        if let Some(fields) = self.typed() {
            let typed: Vec<&str> = fields.all(&name).collect();
            choices.iter_mut().for_each(|choice| choice.chosen = typed.contains(&choice.word.as_str()));
        }
        self.fields.push(Field::Ticks { label: self.w().admissions_label(field), choices, name });
    }
    fn tick(&mut self, field: &'static str, label: String) {
        let name = self.name(field);
        let chosen = self.typed().is_some_and(|fields| fields.get(&name) == "yes");
        self.fields.push(Field::Tick { label, chosen, fault: self.fault(field), name });
    }

    fn reason(&mut self, list: List) {
        self.select("reason", list, &[], true);
    }

    /// Filled in so that one press of the button offers a place on the earliest day asked for.
    fn offer(&mut self) {
        let (w, now, detail) = (self.w(), self.context.now, &self.sheet.detail);
        let standing = detail.offer.as_ref().filter(|_| self.sheet.step == Step::Offered);
        let earliest = detail.inquiry.as_ref().map(|inquiry| inquiry.earliest.max(calendar::day(now)));
        self.day("date", standing.map(|offer| offer.date).or(earliest));
        let holds = HOLDS.into_iter().filter(|hours| *hours * 3600 <= MAX_HOLD.as_secs());
        let until = |hours: u64| date::moment(now.plus(std::time::Duration::from_secs(hours * 3600)), w.language);
        let holds = holds.map(|hours| Choice::new(hours.to_string(), w.admissions_hold(hours, until(hours)), hours == HOLD)).collect();
        self.choose("hold", holds, String::new(), false);
        let asked = standing.map(|offer| &offer.department).or(detail.summary.department.as_ref());
        let rooms = self.sheet.departments.iter().find(|(key, ..)| Some(key) == asked).map(|(.., rooms)| rooms.iter().map(|room| room.number()).collect::<Vec<_>>());
        let room = standing.map(|offer| offer.room.number()).or_else(|| self.wished_room(&rooms.unwrap_or_default()));
        self.select("room", List::Room, &room.into_iter().collect::<Vec<_>>(), false);
        let stay = standing.map_or(STAY, |offer| offer.stay_days);
        self.line("stay", stay.to_string(), String::new());
        if self.sheet.departments.len() > 1 {
            let departments = self.sheet.departments.iter().map(|(key, name, _)| Choice::new(key.to_string(), name.clone(), Some(key) == asked)).collect();
            self.choose("department", departments, String::new(), false);
        }
        let therapies: Vec<u16> = standing.map_or_else(Vec::new, |offer| offer.therapies.iter().map(|therapy| therapy.number()).collect());
        self.ticks("therapy", codes::choices(List::Therapy, &therapies, calendar::day(now), w.language));
        self.tick("auto", w.admissions_auto().into_owned());
    }
    /// A single room if one is wished and the department has any, else what it has of the ordinary ones.
    fn wished_room(&self, rooms: &[u16]) -> Option<u16> {
        let number = |word| Catalogue::shipped().find(List::Room, word);
        let single = self.sheet.detail.inquiry.as_ref().is_some_and(|inquiry| inquiry.single_room);
        let wanted = if single { ["single", "double"] } else { ["double", "single"] };
        let has = |room: &u16| rooms.is_empty() || rooms.contains(room);
        wanted.into_iter().filter_map(number).find(has).or_else(|| number("double"))
    }

    fn ask(&mut self) {
        let choices = codes::choices(List::Question, &[], calendar::day(self.context.now), self.w().language);
        self.ticks("question", choices);
    }

    fn report(&mut self) {
        let w = self.w();
        self.day("discharged", None);
        let own = self.sheet.own.iter().filter_map(|document| Some((document.id, document.manifest.as_ref()?)));
        let own: Vec<Choice> = own.map(|(id, manifest)| Choice::new(id.to_string(), manifest.title.clone(), false)).collect();
        if !own.is_empty() {
            self.ticks("document", own);
            self.line("consent", String::new(), w.admissions_report_consent(self.sheet.clinic.clone()));
        }
        self.select("missing", List::ReportMissing, &[], true);
    }
}
