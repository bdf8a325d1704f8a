//! What an inquiry says, in words: every field it carries and nothing else, for whoever sends it and whoever reads it.

use verbund_protocol::{
    catalogue::List,
    inquiry::{Flag, Inquiry, Sex},
};

use crate::portal::{codes, date, words::Words};

/// Returns label and text of every field that an inquiry carries.
pub fn facts(w: Words, inquiry: &Inquiry) -> Vec<(String, String)> {
    let code = |list, number| codes::label(list, number, w.language);
    let yes = || w.ask_yes().into_owned();
    let sex = inquiry.sex.map(|sex| match sex {
        Sex::Female => w.ask_sex_female().into_owned(),
        Sex::Male => w.ask_sex_male().into_owned(),
        Sex::Other => w.ask_sex_other().into_owned(),
    });
    let f = &inquiry.function;
    let operation = inquiry.operation.map(|operation| format!("{}, {}", code(List::Surgery, operation.class.number()), code(List::Laterality, operation.side.number())));
    let constraints: Vec<String> = inquiry.constraints.iter().map(|constraint| code(List::Constraint, constraint.number())).collect();
    let all = [
        (w.plan_indication(), Some(code(List::Ahb, inquiry.indication.number()))),
        (w.ask_age(), Some(inquiry.age.to_string())),
        (w.ask_sex(), sex),
        (w.plan_icd(), inquiry.icd.map(|icd| icd.to_string())),
        (w.plan_surgery(), operation),
        (w.ask_week(), inquiry.operation.map(|operation| date::week(operation.week, w.language))),
        (w.plan_earliest(), Some(date::calendar(inquiry.earliest, w.language))),
        (w.plan_flexible(), Some(inquiry.flexible_days.to_string())),
        (w.plan_setting(), Some(code(List::Setting, inquiry.setting.number()))),
        (w.plan_singer(), f.singer.map(|c| code(List::Singer, c.number()))),
        (w.plan_barthel(), f.barthel.map(|c| code(List::Barthel, c.number()))),
        (w.plan_mobility(), f.mobility.map(|c| code(List::Mobility, c.number()))),
        (w.plan_weight_bearing(), f.weight_bearing.map(|c| code(List::WeightBearing, c.number()))),
        (w.plan_travel(), f.travel.map(|c| code(List::Travel, c.number()))),
        (w.plan_constraints(), (!constraints.is_empty()).then(|| constraints.join(", "))),
        (w.plan_single_room(), inquiry.single_room.then(yes)),
        (w.plan_companion(), inquiry.companion.then(yes)),
        (w.plan_transport(), inquiry.transport.map(|c| code(List::Transport, c.number()))),
        (w.plan_diet(), inquiry.diet.map(|c| code(List::Diet, c.number()))),
        (w.plan_language(), inquiry.language.map(|c| code(List::Language, c.number()))),
        (w.plan_payer(), Some(code(List::Payer, inquiry.payer.number()))),
        (w.plan_approval(), Some(code(List::Approval, inquiry.approval.number()))),
        (w.ask_region(), inquiry.region.map(|region| region.to_string())),
        (w.ask_answer_by(), Some(date::moment(inquiry.answer_by, w.language))),
    ];
    all.into_iter().filter_map(|(label, text)| text.map(|text| (label.into_owned(), text))).collect()
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
