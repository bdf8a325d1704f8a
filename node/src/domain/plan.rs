//! The discharge plan (Entlassplan) of a case: what is needed, in the coded fields that an inquiry may carry. Written once; search,
//! inquiry and referral take from it what they need.

use verbund_protocol::{
    catalogue::{
        AgeBand, Ahb, Approval, Barthel, Constraint, Diet, Icd3, Language, Laterality, Mobility, Payer, RareReason, Region, Setting, Singer, Surgery, Transport, Travel, Week,
        WeightBearing,
    },
    id::DepartmentKey,
    inquiry::{Basis, Function, Inquiry, Operation, Sex, Variant},
    person::Gender,
    time::{Day, Timestamp},
};

use super::{
    patient::{Insurance, Person},
    wish::{About, Wishes},
};

/// Days within which an AHB must begin after discharge (§40(6) SGB V): how many later days would do unless the plan says otherwise.
const FLEXIBLE_DAYS: u8 = 10;

/// What is needed. Everything may still be open; [`Plan::missing`] says what an inquiry cannot do without.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Plan {
    /// Indication group.
    pub indication: Option<Ahb>,
    /// Diagnosis, three characters.
    pub icd: Option<Icd3>,
    /// Class of the operation.
    pub surgery: Option<Surgery>,
    /// Its side.
    pub side: Option<Laterality>,
    /// Its day, of which only the week leaves.
    pub operated: Option<Day>,
    /// Band of the SINGER profile.
    pub singer: Option<Singer>,
    /// Band of the Barthel index.
    pub barthel: Option<Barthel>,
    /// Walking aid.
    pub mobility: Option<Mobility>,
    /// Weight-bearing class.
    pub weight_bearing: Option<WeightBearing>,
    /// Ability to travel.
    pub travel: Option<Travel>,
    /// Earliest day of transfer.
    pub earliest: Option<Day>,
    /// How many days later would do.
    pub flexible_days: u8,
    /// Inpatient, day care or acute.
    pub setting: Option<Setting>,
    /// The sex is told, because rooms are planned by it.
    pub tell_sex: bool,
    /// A single room is wished.
    pub single_room: bool,
    /// Someone comes along.
    pub companion: bool,
    /// Kind of transport.
    pub transport: Option<Transport>,
    /// What the clinic must be able to meet.
    pub constraints: Vec<Constraint>,
    /// Diet.
    pub diet: Option<Diet>,
    /// Language, if not German.
    pub language: Option<Language>,
    /// Kind of payer.
    pub payer: Option<Payer>,
    /// State of its approval.
    pub approval: Option<Approval>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            indication: None,
            icd: None,
            surgery: None,
            side: None,
            operated: None,
            singer: None,
            barthel: None,
            mobility: None,
            weight_bearing: None,
            travel: None,
            earliest: None,
            flexible_days: FLEXIBLE_DAYS,
            setting: None,
            tell_sex: false,
            single_room: false,
            companion: false,
            transport: None,
            constraints: Vec::new(),
            diet: None,
            language: None,
            payer: None,
            approval: None,
        }
    }
}

/// What an inquiry cannot do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The indication group.
    Indication,
    /// The earliest day.
    Earliest,
    /// The payer.
    Payer,
}

impl Plan {
    /// Returns the same with what the patient stated to wish, as far as a plan has a field for it: nobody is asked twice.
    #[must_use]
    pub fn wished(self, wishes: Option<&Wishes>) -> Self {
        let wishes_for = |about| wishes.is_some_and(|stated| stated.list.iter().any(|wish| wish.about == about));
        Self { single_room: self.single_room || wishes_for(About::SingleRoom), companion: self.companion || wishes_for(About::Companion), ..self }
    }

    /// Returns what is known of a plan before anybody has written one: the payer by the insurance, the earliest day by the day of discharge.
    pub fn known(person: &Person, variant: Variant, discharge: Option<Day>) -> Self {
        let payer = person.insurance.map(|insurance| match insurance {
            Insurance::Gkv | Insurance::Gpv => "gkv",
            Insurance::Pkv | Insurance::Ppv | Insurance::Bei => "pkv",
            Insurance::Bg => "uv",
            Insurance::Soz => "social",
            Insurance::Sel => "self",
        });
        let setting = if variant == Variant::Transfer { "acute" } else { "inpatient" };
        Self { earliest: discharge, payer: payer.and_then(|word| word.parse().ok()), setting: setting.parse().ok(), approval: "none".parse().ok(), ..Self::default() }
    }

    /// Returns what is still to be filled in before anybody can be asked.
    pub fn missing(&self) -> Vec<Missing> {
        let open = [(self.indication.is_none(), Missing::Indication), (self.earliest.is_none(), Missing::Earliest), (self.payer.is_none(), Missing::Payer)];
        open.into_iter().filter_map(|(open, what)| open.then_some(what)).collect()
    }

    /// Returns the pseudonymous inquiry that follows from plan and person; nothing while something is [`missing`](Self::missing).
    /// The department is the recipient's and is set when it is sent.
    pub fn inquiry(&self, person: &Person, variant: Variant, department: DepartmentKey, answer_by: Timestamp, rare_reason: Option<RareReason>, today: Day) -> Option<Inquiry> {
        let operation = self.surgery.zip(self.operated).map(|(class, day)| {
            let side = self.side.or_else(|| "none".parse().ok()).unwrap_or(Laterality::new(4));
            Operation { class, side, week: Week::of(day) }
        });
        Some(Inquiry {
            variant,
            basis: Basis::Consent,
            department,
            age: AgeBand::of(years(person, today)),
            sex: self.tell_sex.then(|| sex(person.gender)),
            indication: self.indication?,
            icd: self.icd,
            operation,
            function: Function { singer: self.singer, barthel: self.barthel, mobility: self.mobility, weight_bearing: self.weight_bearing, travel: self.travel },
            earliest: self.earliest?.max(today),
            flexible_days: self.flexible_days,
            setting: self.setting.or_else(|| "inpatient".parse().ok())?,
            region: person.address.as_ref().and_then(|address| address.postal_code.get(..2)).and_then(|start| start.parse::<Region>().ok()),
            single_room: self.single_room,
            companion: self.companion,
            transport: self.transport,
            constraints: self.constraints.clone(),
            diet: self.diet,
            language: self.language,
            payer: self.payer?,
            approval: self.approval.or_else(|| "none".parse().ok())?,
            urgency: None,
            answer_by,
            rare_reason,
        })
    }
}

/// Returns whether `later` asks for just what `before` asked for, seen on `today`, which may be days after `before` was written. The time of the
/// answer always differs; and a day that is over has moved to the day of asking ([`Plan::inquiry`]), as a birthday may have moved the age.
pub fn asks_the_same(before: &Inquiry, later: &Inquiry, today: Day) -> bool {
    let moved = before.earliest < later.earliest && later.earliest <= today;
    let older = AgeBand::new(before.age.number() + 1) == Some(later.age);
    let earliest = if moved { later.earliest } else { before.earliest };
    let age = if older { later.age } else { before.age };
    Inquiry { answer_by: later.answer_by, earliest, age, ..before.clone() } == *later
}

fn sex(gender: Option<Gender>) -> Sex {
    match gender {
        Some(Gender::Female) => Sex::Female,
        Some(Gender::Male) => Sex::Male,
        Some(Gender::Other | Gender::Unknown) | None => Sex::Other,
    }
}

/// Returns the age in whole years.
fn years(person: &Person, today: Day) -> u32 {
    let (born, today) = (person.birth_date.to_string(), today.to_string());
    let year = |iso: &str| iso.get(..4).and_then(|text| text.parse::<u32>().ok()).unwrap_or_default();
    let before_birthday = today.get(5..) < born.get(5..);
    year(&today).saturating_sub(year(&born)).saturating_sub(u32::from(before_birthday))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn person() -> Person {
        serde_json::from_value(serde_json::json!({
            "family": "Beispiel", "given": "Erna", "birth_date": "1951-11-24", "gender": "female", "insurance": "GKV",
            "address": { "street": "Musterweg 1", "postal_code": "83022", "city": "Rosenheim" }
        }))
        .unwrap()
    }

    #[test]
    fn what_is_known_is_not_asked_again() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let plan = Plan::known(&person(), Variant::Rehab, Some(day("2026-12-01")));
        assert_eq!(plan.missing(), [Missing::Indication]);
        assert_eq!(plan.payer.unwrap().to_string(), "gkv");
        assert_eq!(plan.inquiry(&person(), Variant::Rehab, "2300".parse().unwrap(), Timestamp(0), None, day("2026-11-23")), None);
    }

    #[test]
    fn what_the_patient_wishes_stands_in_the_plan() {
        let wish = |about| crate::domain::wish::Wish { about, what: String::new(), why: "Mein Mann kommt mit.".into() };
        let stated = |list: &[About]| Wishes { version: 1, list: list.iter().map(|about| wish(*about)).collect(), stated_at: Timestamp(0), stated_by: "patient".into() };
        let ticked = |wishes: Option<&Wishes>| {
            let plan = Plan::known(&person(), Variant::Rehab, None).wished(wishes);
            (plan.single_room, plan.companion)
        };
        assert_eq!((ticked(None), ticked(Some(&stated(&[About::NearHome])))), ((false, false), (false, false)));
        assert_eq!((ticked(Some(&stated(&[About::Companion]))), ticked(Some(&stated(&[About::NearHome, About::SingleRoom])))), ((false, true), (true, false)));
    }

    #[test]
    fn an_inquiry_says_decade_week_and_region_only() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let known = Plan::known(&person(), Variant::Rehab, Some(day("2026-12-01")));
        let plan = Plan { indication: "locomotor".parse().ok(), surgery: "hip-replacement".parse().ok(), operated: Some(day("2026-11-18")), ..known };
        let asked = |today| plan.inquiry(&person(), Variant::Rehab, "2300".parse().unwrap(), Timestamp(0), None, day(today)).unwrap();
        let inquiry = asked("2026-11-23");
        assert_eq!(inquiry.age, AgeBand::of(74), "the birthday is tomorrow");
        assert_eq!(inquiry.operation.unwrap().week, Week::of(day("2026-11-16")), "a week, not a day");
        assert_eq!(inquiry.region.unwrap().to_string(), "83");
        assert_eq!(inquiry.sex, None);
        assert_eq!(asked("2026-12-05").earliest, day("2026-12-05"), "nobody is asked for a day that is past");
    }

    #[test]
    fn what_moves_with_the_calendar_is_the_same_question() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let known = Plan::known(&person(), Variant::Rehab, Some(day("2026-11-23")));
        let plan = Plan { indication: "locomotor".parse().ok(), ..known };
        let born = Person { birth_date: "1956-11-24".parse().unwrap(), ..person() };
        let asked = |plan: &Plan, today, answer_by| plan.inquiry(&born, Variant::Rehab, "2300".parse().unwrap(), Timestamp(answer_by), None, day(today)).unwrap();
        let (monday, tuesday) = (asked(&plan, "2026-11-23", 1), asked(&plan, "2026-11-24", 2));
        assert!(monday.earliest < tuesday.earliest && monday.age != tuesday.age, "she is 70 now");
        assert!(asks_the_same(&monday, &tuesday, day("2026-11-24")));
        assert!(!asks_the_same(&tuesday, &monday, day("2026-11-24")), "no day comes back");
        assert!(!asks_the_same(&monday, &tuesday, day("2026-11-23")), "a day to come is another plan");
        let alone = Plan { single_room: true, ..plan.clone() };
        assert!(!asks_the_same(&monday, &asked(&alone, "2026-11-24", 2), day("2026-11-24")));
        let soon = Plan { earliest: Some(day("2026-12-01")), ..plan };
        assert!(asks_the_same(&asked(&soon, "2026-11-23", 1), &asked(&soon, "2026-11-23", 2), day("2026-11-23")));
        assert!(!asks_the_same(&asked(&soon, "2026-11-23", 1), &tuesday, day("2026-11-24")), "an earlier day is another one");
    }

    #[test]
    fn an_age_is_full_on_the_birthday() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        assert_eq!([years(&person(), day("2026-11-23")), years(&person(), day("2026-11-24"))], [74, 75]);
    }
}
