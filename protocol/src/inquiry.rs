//! What an inquiry to several clinics says of a patient: coded, coarse, and only the fields named here.
//!
//! The types make the never-send list (DOMAIN section 2.4) impossible: there is no field for text, a number is a code of a
//! list or has a small bound, a diagnosis has three characters, an operation has a week. [`Inquiry::check`] is asked before
//! sending, and [`Inquiry::guard`] whether so few people fit that the
//! codes could point to one of them.

use minicbor::{Decode, Encode};

use crate::{
    catalogue::{
        AgeBand, Ahb, Answer, Approval, Barthel, Catalogue, CatalogueError, Constraint, Diet, Icd3, Language, Laterality, List, Mobility, Necessity, Payer, Question, RareReason,
        Region, Setting, Singer, Surgery, Transport, Travel, Urgency, Week, WeightBearing,
    },
    id::DepartmentKey,
    limits::{MAX_ANSWER_SPAN, MAX_CODES},
    time::{Day, Timestamp},
};

/// What the inquiry is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
pub enum Variant {
    /// Follow-on rehabilitation (AHB, Anschlussrehabilitation).
    #[n(0)]
    Rehab,
    /// Transfer to another acute hospital.
    #[n(1)]
    Transfer,
}

/// On what the processing rests (DESIGN section 11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cbor(flat)]
pub enum Basis {
    /// The patient's or representative's consent to discharge management, recorded at the sender.
    #[n(0)]
    Consent,
    /// A recorded necessity of treatment; only for a transfer.
    #[n(1)]
    Necessity(#[n(0)] Necessity),
}

/// Sex, sent only where room planning needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
pub enum Sex {
    /// Female.
    #[n(0)]
    Female,
    /// Male.
    #[n(1)]
    Male,
    /// Diverse or unknown: plan a single room.
    #[n(2)]
    Other,
}

/// An operation, coarse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[cbor(map)]
pub struct Operation {
    /// Its class.
    #[n(0)]
    pub class: Surgery,
    /// Its side.
    #[n(1)]
    pub side: Laterality,
    /// Its week, never its day.
    #[n(2)]
    pub week: Week,
}

/// How independent the patient is, in bands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[cbor(map)]
pub struct Function {
    /// Band of the SINGER profile.
    #[n(0)]
    pub singer: Option<Singer>,
    /// Band of the Barthel index.
    #[n(1)]
    pub barthel: Option<Barthel>,
    /// Walking aid.
    #[n(2)]
    pub mobility: Option<Mobility>,
    /// Weight-bearing class.
    #[n(3)]
    pub weight_bearing: Option<WeightBearing>,
    /// Ability to travel.
    #[n(4)]
    pub travel: Option<Travel>,
}

/// The pseudonymous profile: everything a clinic learns before the patient has chosen it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[cbor(map)]
pub struct Inquiry {
    /// What it is for.
    #[n(0)]
    pub variant: Variant,
    /// On what it rests.
    #[n(1)]
    pub basis: Basis,
    /// The department asked, one that the recipient has published.
    #[n(2)]
    pub department: DepartmentKey,
    /// Decade of life.
    #[n(3)]
    pub age: AgeBand,
    /// Only if room planning needs it.
    #[n(4)]
    pub sex: Option<Sex>,
    /// Indication group.
    #[n(5)]
    pub indication: Ahb,
    /// Diagnosis, three characters.
    #[n(6)]
    pub icd: Option<Icd3>,
    /// The operation that led here.
    #[n(7)]
    pub operation: Option<Operation>,
    /// Independence.
    #[n(8)]
    pub function: Function,
    /// Earliest day of transfer.
    #[n(9)]
    pub earliest: Day,
    /// How many days later would do.
    #[n(10)]
    pub flexible_days: u8,
    /// Inpatient, day care, acute.
    #[n(11)]
    pub setting: Setting,
    /// Region of residence.
    #[n(12)]
    pub region: Option<Region>,
    /// A single room is wished.
    #[n(13)]
    pub single_room: bool,
    /// Someone comes along.
    #[n(14)]
    pub companion: bool,
    /// Kind of transport.
    #[n(15)]
    pub transport: Option<Transport>,
    /// What the clinic must be able to meet.
    #[n(16)]
    pub constraints: Vec<Constraint>,
    /// Diet.
    #[n(17)]
    pub diet: Option<Diet>,
    /// Language, if not German.
    #[n(18)]
    pub language: Option<Language>,
    /// Kind of payer.
    #[n(19)]
    pub payer: Payer,
    /// State of its approval.
    #[n(20)]
    pub approval: Approval,
    /// Urgency of a transfer.
    #[n(21)]
    pub urgency: Option<Urgency>,
    /// Until when an answer is useful, whole minutes.
    #[n(22)]
    pub answer_by: Timestamp,
    /// Why rare codes are sent all the same: the second confirmation.
    #[n(23)]
    pub rare_reason: Option<RareReason>,
}

/// An inquiry, question or answer may not be sent or shown as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InquiryError {
    /// A code is not in its list.
    #[error(transparent)]
    Code(#[from] CatalogueError),
    /// Too many codes in one list.
    #[error("at most {MAX_CODES} codes in one list")]
    TooMany,
    /// Nothing in it.
    #[error("a question or answer needs at least one code")]
    Empty,
    /// An inquiry without consent that is not a transfer.
    #[error("only a transfer may rest on necessity; a rehabilitation needs the patient's consent")]
    Basis,
    /// The answer is wanted too late, or not on a whole minute (which could carry other information).
    #[error("answer_by is a whole minute, after now and at most 30 days ahead")]
    AnswerBy,
    /// So few people fit that the codes could point to one of them.
    #[error("{} could identify the patient: leave out or coarsen, or confirm with a reason", words(.0))]
    Rare(Vec<Flag>),
}

/// A field whose code few people carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flag {
    /// The diagnosis is on the list of rare ones: one such flag is enough.
    Diagnosis,
    /// The oldest age band.
    Age,
    /// Neither female nor male.
    Sex,
    /// The indication group.
    Indication,
    /// The operation.
    Operation,
    /// The kind of transport.
    Transport,
    /// One of the constraints; each counts.
    Constraint,
    /// The diet.
    Diet,
    /// The language.
    Language,
    /// An answer to a question; each counts.
    Answer,
}

impl Flag {
    const fn word(self) -> &'static str {
        match self {
            Self::Diagnosis => "diagnosis",
            Self::Age => "age",
            Self::Sex => "sex",
            Self::Indication => "indication",
            Self::Operation => "operation",
            Self::Transport => "transport",
            Self::Constraint => "constraint",
            Self::Diet => "diet",
            Self::Language => "language",
            Self::Answer => "answer",
        }
    }
}

fn words(flags: &[Flag]) -> String {
    flags.iter().map(|flag| flag.word()).collect::<Vec<_>>().join(", ")
}

/// Most rare flags that may go together without a second confirmation (DESIGN section 8).
pub const MAX_RARE_FLAGS: usize = 2;

impl Inquiry {
    /// Checks what the types leave open: codes valid on the day, bounds, basis. The sender asks it; the recipient's lists may be
    /// older, and it asks only for the bounds.
    ///
    /// # Errors
    /// [`InquiryError`] names the first fault.
    pub fn check(&self, catalogue: &Catalogue, now: Timestamp) -> Result<(), InquiryError> {
        let day = now.day();
        for (list, number) in self.codes() {
            catalogue.check(list, number, day)?;
        }
        if self.constraints.len() > MAX_CODES {
            return Err(InquiryError::TooMany);
        }
        if matches!(self.basis, Basis::Necessity(_)) && self.variant == Variant::Rehab {
            return Err(InquiryError::Basis);
        }
        let fits = self.answer_by.0.is_multiple_of(60_000) && self.answer_by > now && self.answer_by.since(now) <= MAX_ANSWER_SPAN;
        if fits { Ok(()) } else { Err(InquiryError::AnswerBy) }
    }

    /// Returns every code with its list, in the order of the fields.
    pub fn codes(&self) -> Vec<(List, u16)> {
        let mut codes =
            vec![(List::Ahb, self.indication.number()), (List::Setting, self.setting.number()), (List::Payer, self.payer.number()), (List::Approval, self.approval.number())];
        let mut add = |list, number: Option<u16>| codes.extend(number.map(|number| (list, number)));
        if let Basis::Necessity(code) = self.basis {
            add(List::Necessity, Some(code.number()));
        }
        add(List::Surgery, self.operation.map(|o| o.class.number()));
        add(List::Laterality, self.operation.map(|o| o.side.number()));
        add(List::Singer, self.function.singer.map(Singer::number));
        add(List::Barthel, self.function.barthel.map(Barthel::number));
        add(List::Mobility, self.function.mobility.map(Mobility::number));
        add(List::WeightBearing, self.function.weight_bearing.map(WeightBearing::number));
        add(List::Travel, self.function.travel.map(Travel::number));
        add(List::Transport, self.transport.map(Transport::number));
        add(List::Diet, self.diet.map(Diet::number));
        add(List::Language, self.language.map(Language::number));
        add(List::Urgency, self.urgency.map(Urgency::number));
        add(List::RareReason, self.rare_reason.map(RareReason::number));
        codes.extend(self.constraints.iter().map(|c| (List::Constraint, c.number())));
        codes
    }

    /// Returns the fields whose code few people carry.
    pub fn rare(&self, catalogue: &Catalogue) -> Vec<Flag> {
        let mut flags = Vec::new();
        let mut flag = |holds: bool, flag| flags.extend(holds.then_some(flag));
        flag(self.icd.is_some_and(|icd| catalogue.rare_icd(icd)), Flag::Diagnosis);
        flag(AgeBand::new(10) == Some(self.age), Flag::Age);
        flag(self.sex == Some(Sex::Other), Flag::Sex);
        flag(catalogue.rare(List::Ahb, self.indication.number()), Flag::Indication);
        flag(self.operation.is_some_and(|o| catalogue.rare(List::Surgery, o.class.number())), Flag::Operation);
        flag(self.transport.is_some_and(|t| catalogue.rare(List::Transport, t.number())), Flag::Transport);
        flag(self.diet.is_some_and(|d| catalogue.rare(List::Diet, d.number())), Flag::Diet);
        flag(self.language.is_some_and(|l| catalogue.rare(List::Language, l.number())), Flag::Language);
        for constraint in &self.constraints {
            flag(catalogue.rare(List::Constraint, constraint.number()), Flag::Constraint);
        }
        flags
    }

    /// Refuses an inquiry that could point to one person: a rare diagnosis, or more than [`MAX_RARE_FLAGS`] rare codes
    /// together, unless confirmed a second time with a reason.
    ///
    /// # Errors
    /// [`InquiryError::Rare`] names the fields.
    pub fn guard(&self, catalogue: &Catalogue) -> Result<(), InquiryError> {
        let flags = self.rare(catalogue);
        let identifying = flags.contains(&Flag::Diagnosis) || flags.len() > MAX_RARE_FLAGS;
        if identifying && self.rare_reason.is_none() { Err(InquiryError::Rare(flags)) } else { Ok(()) }
    }

    /// Returns the inquiry without what the guard stops at: the diagnosis if rare, then sex, diet and language if rare.
    /// Constraints stay: a clinic that cannot meet them must not be chosen.
    #[must_use]
    pub fn coarsened(mut self, catalogue: &Catalogue) -> Self {
        self.icd = self.icd.filter(|icd| !catalogue.rare_icd(*icd));
        if self.guard(catalogue).is_err() {
            self.sex = self.sex.filter(|sex| *sex != Sex::Other);
            self.diet = self.diet.filter(|diet| !catalogue.rare(List::Diet, diet.number()));
            self.language = self.language.filter(|language| !catalogue.rare(List::Language, language.number()));
        }
        self
    }
}

/// Questions to the asking clinic, coded.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[cbor(map)]
pub struct Questions {
    /// What is asked.
    #[n(0)]
    pub questions: Vec<Question>,
}

/// Answers, coded.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[cbor(map)]
pub struct Answers {
    /// Question and answer.
    #[n(0)]
    pub answers: Vec<(Question, Answer)>,
    /// Why rare answers are sent all the same.
    #[n(1)]
    pub rare_reason: Option<RareReason>,
}

impl Questions {
    /// Checks number and codes.
    ///
    /// # Errors
    /// [`InquiryError`].
    pub fn check(&self, catalogue: &Catalogue, day: Day) -> Result<(), InquiryError> {
        sized(self.questions.len())?;
        self.questions.iter().try_for_each(|q| Ok(catalogue.check(List::Question, q.number(), day)?))
    }
}

impl Answers {
    /// Checks number and codes.
    ///
    /// # Errors
    /// [`InquiryError`].
    pub fn check(&self, catalogue: &Catalogue, day: Day) -> Result<(), InquiryError> {
        sized(self.answers.len())?;
        for (question, answer) in &self.answers {
            catalogue.check(List::Question, question.number(), day)?;
            catalogue.check(List::Answer, answer.number(), day)?;
        }
        Ok(())
    }

    /// Applies the guard to inquiry and answers together.
    ///
    /// # Errors
    /// [`InquiryError::Rare`].
    pub fn guard(&self, inquiry: &Inquiry, catalogue: &Catalogue) -> Result<(), InquiryError> {
        let new: Vec<Flag> = self.answers.iter().filter(|(_, answer)| catalogue.rare(List::Answer, answer.number())).map(|_| Flag::Answer).collect();
        let flags: Vec<Flag> = inquiry.rare(catalogue).into_iter().chain(new.iter().copied()).collect();
        let identifying = !new.is_empty() && flags.len() > MAX_RARE_FLAGS;
        if identifying && self.rare_reason.is_none() { Err(InquiryError::Rare(flags)) } else { Ok(()) }
    }
}

fn sized(count: usize) -> Result<(), InquiryError> {
    match count {
        0 => Err(InquiryError::Empty),
        1..=MAX_CODES => Ok(()),
        _ => Err(InquiryError::TooMany),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hip() -> Inquiry {
        Inquiry {
            variant: Variant::Rehab,
            basis: Basis::Consent,
            department: "2300".parse().unwrap(),
            age: AgeBand::of(74),
            sex: None,
            indication: "locomotor".parse().unwrap(),
            icd: Some("M16".parse().unwrap()),
            operation: Some(Operation { class: "hip-replacement".parse().unwrap(), side: "left".parse().unwrap(), week: "2026-11-16".parse().unwrap() }),
            function: Function { singer: Some("supervised".parse().unwrap()), barthel: None, mobility: Some("crutches".parse().unwrap()), weight_bearing: None, travel: None },
            earliest: "2026-11-30".parse().unwrap(),
            flexible_days: 3,
            setting: "inpatient".parse().unwrap(),
            region: Some("80".parse().unwrap()),
            single_room: false,
            companion: false,
            transport: None,
            constraints: vec![],
            diet: None,
            language: None,
            payer: "drv".parse().unwrap(),
            approval: "applied".parse().unwrap(),
            urgency: None,
            answer_by: "2026-11-24T12:00:00Z".parse().unwrap(),
            rare_reason: None,
        }
    }

    fn now() -> Timestamp {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn an_ordinary_inquiry_passes_and_a_wrong_one_is_named() {
        let catalogue = Catalogue::shipped();
        let fine = hip();
        assert_eq!(fine.check(catalogue, now()), Ok(()));
        assert_eq!(fine.guard(catalogue), Ok(()));
        let unknown = Inquiry { payer: Payer::new(1957), ..hip() };
        assert!(matches!(unknown.check(catalogue, now()), Err(InquiryError::Code(_))));
        assert_eq!(Inquiry { basis: Basis::Necessity("specialty".parse().unwrap()), ..hip() }.check(catalogue, now()), Err(InquiryError::Basis));
        assert_eq!(Inquiry { answer_by: now().plus(MAX_ANSWER_SPAN + std::time::Duration::from_secs(60)), ..hip() }.check(catalogue, now()), Err(InquiryError::AnswerBy));
        assert_eq!(Inquiry { answer_by: Timestamp(now().0 + 61_957), ..hip() }.check(catalogue, now()), Err(InquiryError::AnswerBy));
        assert_eq!(Inquiry { constraints: vec!["wound".parse().unwrap(); MAX_CODES + 1], ..hip() }.check(catalogue, now()), Err(InquiryError::TooMany));
    }

    #[test]
    fn rare_codes_are_coarsened_or_confirmed() {
        let catalogue = Catalogue::shipped();
        let rare = Inquiry { icd: Some("G71".parse().unwrap()), ..hip() };
        assert_eq!(rare.guard(catalogue), Err(InquiryError::Rare(vec![Flag::Diagnosis])));
        assert_eq!(rare.clone().coarsened(catalogue), Inquiry { icd: None, ..hip() });
        assert_eq!(Inquiry { rare_reason: Some("few-suitable".parse().unwrap()), ..rare }.guard(catalogue), Ok(()));

        let two = Inquiry { constraints: vec!["dialysis".parse().unwrap(), "weight-150".parse().unwrap()], ..hip() };
        assert_eq!(two.guard(catalogue), Ok(()));
        let three = Inquiry { language: Some("sign".parse().unwrap()), ..two.clone() };
        assert_eq!(three.guard(catalogue), Err(InquiryError::Rare(vec![Flag::Language, Flag::Constraint, Flag::Constraint])));
        let told = InquiryError::Rare(vec![Flag::Language, Flag::Constraint]).to_string();
        assert_eq!(told, "language, constraint could identify the patient: leave out or coarsen, or confirm with a reason");
        assert_eq!(three.coarsened(catalogue).guard(catalogue), Ok(()));
        for (sex, stays) in [(Sex::Female, Some(Sex::Female)), (Sex::Other, None)] {
            let said = Inquiry { sex: Some(sex), language: Some("sign".parse().unwrap()), ..two.clone() };
            assert_eq!(said.coarsened(catalogue), Inquiry { sex: stays, ..two.clone() }, "what says nothing about who it is stays");
        }
        // An answer adds to what the inquiry said.
        let answers = Answers { answers: vec![("weight".parse().unwrap(), "weight-over-200".parse().unwrap())], rare_reason: None };
        assert!(matches!(answers.guard(&two, catalogue), Err(InquiryError::Rare(_))));
        assert_eq!(answers.guard(&hip(), catalogue), Ok(()));
    }
}
