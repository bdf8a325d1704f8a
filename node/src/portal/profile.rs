//! What an inquiry says, in words.

use verbund_protocol::{
    catalogue::{AgeBand, List},
    inquiry::{Basis, Flag, Inquiry, Sex, Variant},
    time::Day,
};

use super::{
    codes, date,
    words::{Language, Words},
};

/// Returns what an inquiry is called: the indication.
pub fn title(inquiry: &Inquiry, language: Language) -> String {
    codes::label(List::Ahb, inquiry.indication.number(), language)
}

/// Returns an age band as people say it.
pub fn age(band: AgeBand, w: Words) -> String {
    w.admissions_age(band.to_string().replace('-', "–"))
}

/// Returns label and text of every field that an inquiry carries and nothing else: the same words for whoever sends it and whoever reads it.
/// `department` is what the asked one is called; nothing where several are asked, or none has a name.
pub fn facts(w: Words, inquiry: &Inquiry, department: Option<String>) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    let mut add = |name: &'static str, value: Option<String>| facts.extend(value.filter(|value| !value.is_empty()).map(|value| (w.admissions_field(name), value)));
    let label = |list, number| codes::label(list, number, w.language);
    let code = |list, number: Option<u16>| number.map(|number| label(list, number));
    let yes = |holds: bool| holds.then(|| w.admissions_yes().into_owned());
    add("variant", Some(w.admissions_variant(if inquiry.variant == Variant::Rehab { "rehab" } else { "transfer" })));
    add("department", department);
    add("indication", Some(title(inquiry, w.language)));
    add("icd", inquiry.icd.map(|icd| icd.to_string()));
    add(
        "operation",
        inquiry.operation.map(|operation| {
            let monday = Day((u32::from(operation.week.number()) * 7).saturating_sub(3));
            let (class, side) = (label(List::Surgery, operation.class.number()), label(List::Laterality, operation.side.number()));
            w.admissions_operation(class, side, date::calendar(monday, w.language))
        }),
    );
    add("age", Some(age(inquiry.age, w)));
    add(
        "sex",
        inquiry.sex.map(|sex| {
            w.admissions_sex(match sex {
                Sex::Female => "female",
                Sex::Male => "male",
                Sex::Other => "other",
            })
        }),
    );
    add("earliest", Some(w.admissions_earliest(date::calendar(inquiry.earliest, w.language), u64::from(inquiry.flexible_days))));
    add("setting", code(List::Setting, Some(inquiry.setting.number())));
    add("constraints", Some(inquiry.constraints.iter().map(|constraint| label(List::Constraint, constraint.number())).collect::<Vec<_>>().join(", ")));
    let function = &inquiry.function;
    add("singer", code(List::Singer, function.singer.map(|code| code.number())));
    add("barthel", code(List::Barthel, function.barthel.map(|code| code.number())));
    add("mobility", code(List::Mobility, function.mobility.map(|code| code.number())));
    add("weight-bearing", code(List::WeightBearing, function.weight_bearing.map(|code| code.number())));
    add("travel", code(List::Travel, function.travel.map(|code| code.number())));
    add("transport", code(List::Transport, inquiry.transport.map(|code| code.number())));
    add("single-room", yes(inquiry.single_room));
    add("companion", yes(inquiry.companion));
    add("diet", code(List::Diet, inquiry.diet.map(|code| code.number())));
    add("language", code(List::Language, inquiry.language.map(|code| code.number())));
    add("region", inquiry.region.map(|region| w.admissions_region(region.to_string())));
    add("payer", code(List::Payer, Some(inquiry.payer.number())));
    add("approval", code(List::Approval, Some(inquiry.approval.number())));
    add("urgency", code(List::Urgency, inquiry.urgency.map(|code| code.number())));
    add(
        "basis",
        Some(match inquiry.basis {
            Basis::Consent => w.admissions_basis_consent().into_owned(),
            Basis::Necessity(reason) => label(List::Necessity, reason.number()),
        }),
    );
    add("rare", code(List::RareReason, inquiry.rare_reason.map(|code| code.number())));
    add("answer-by", Some(date::moment(inquiry.answer_by, w.language)));
    facts
}

/// Returns the fields that few people share, in words.
pub fn rare(w: Words, flags: &[Flag]) -> String {
    let word = |flag: &Flag| match flag {
        Flag::Diagnosis => w.plan_icd(),
        Flag::Age => w.ask_age(),
        Flag::Sex => w.ask_sex(),
        Flag::Indication => w.plan_indication(),
        Flag::Operation => w.plan_surgery(),
        Flag::Transport => w.plan_transport(),
        Flag::Constraint => w.plan_constraints(),
        Flag::Diet => w.plan_diet(),
        Flag::Language => w.plan_language(),
        Flag::Answer => w.asked_questions(),
    };
    flags.iter().map(|flag| word(flag).into_owned()).collect::<Vec<_>>().join(", ")
}
