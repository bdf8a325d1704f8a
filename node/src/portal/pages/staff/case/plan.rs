//! The discharge plan: one form, filled in with what is known.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use verbund_protocol::{
    catalogue::{AhbException, Icd3, List},
    time::Day,
};

use super::words;
use crate::{
    domain::{calendar, plan::Plan},
    portal::{
        Portal,
        codes::{self, Choice},
        date,
        fields::Fields,
        guard::Context,
        page::{Page, PageError, render},
        pages::{patient::wishes::in_words, sign_in::id},
        words::Words,
    },
    workflow::caseload::{self, Overview},
};

/// Most days later that would do.
const MOST_DAYS: u8 = 60;

/// A coded field of the plan: its name in the form, its label, what may be chosen, and what is wrong with it.
struct Coded {
    name: &'static str,
    label: String,
    choices: Vec<Choice>,
    fault: Option<String>,
}

#[derive(Template)]
#[template(path = "staff/case/plan.html")]
struct PlanPage {
    p: Page,
    id: String,
    name: String,
    closed: bool,
    discharge: String,
    exceptions: Vec<Choice>,
    earliest: String,
    flexible: String,
    icd: String,
    operated: String,
    /// Those without which nobody can be asked.
    needed: Vec<Coded>,
    operation: Vec<Coded>,
    function: Vec<Coded>,
    care: Vec<Coded>,
    constraints: Vec<Choice>,
    wishes: Vec<Choice>,
    /// What the patient stated to wish, the most important first.
    stated: Vec<String>,
    faults: Faults,
    fault: Option<String>,
}

/// What is wrong with the fields that are typed.
#[derive(Default)]
struct Faults {
    discharge: Option<String>,
    earliest: Option<String>,
    operated: Option<String>,
    flexible: Option<String>,
    icd: Option<String>,
}

impl Faults {
    fn any(&self) -> bool {
        [&self.discharge, &self.earliest, &self.operated, &self.flexible, &self.icd].into_iter().any(Option::is_some)
    }
}

/// What a form says.
struct Read {
    plan: Plan,
    discharge: Option<Day>,
    exception: Option<AhbException>,
    faults: Faults,
}

fn read(fields: &Fields, w: Words) -> Read {
    let mut faults = Faults::default();
    let day = |name: &str, fault: &mut Option<String>| {
        let day = fields.given(name).map(|text| date::typed_day(&text));
        if day == Some(None) {
            *fault = Some(w.plan_day_wrong().into_owned());
        }
        day.flatten()
    };
    let (discharge, earliest, operated) = (day("discharge", &mut faults.discharge), day("earliest", &mut faults.earliest), day("operated", &mut faults.operated));
    let flexible = fields.get("flexible").parse::<u8>().ok().filter(|days| *days <= MOST_DAYS);
    if flexible.is_none() {
        faults.flexible = Some(w.plan_number_wrong().into_owned());
    }
    let icd = fields.given("icd").map(|text| text.to_ascii_uppercase().parse::<Icd3>());
    if matches!(icd, Some(Err(_))) {
        faults.icd = Some(w.plan_icd_wrong().into_owned());
    }
    let ticked = |name: &str| fields.all("wish").any(|wish| wish == name);
    let word = |name: &str| fields.get(name);
    let plan = Plan {
        indication: word("indication").parse().ok(),
        icd: icd.and_then(Result::ok),
        surgery: word("surgery").parse().ok(),
        side: word("side").parse().ok(),
        operated,
        singer: word("singer").parse().ok(),
        barthel: word("barthel").parse().ok(),
        mobility: word("mobility").parse().ok(),
        weight_bearing: word("weight-bearing").parse().ok(),
        travel: word("travel").parse().ok(),
        earliest,
        flexible_days: flexible.unwrap_or_default(),
        setting: word("setting").parse().ok(),
        tell_sex: ticked("sex"),
        single_room: ticked("single-room"),
        companion: ticked("companion"),
        transport: word("transport").parse().ok(),
        constraints: fields.all("constraint").filter_map(|word| word.parse().ok()).collect(),
        diet: word("diet").parse().ok(),
        language: word("language-code").parse().ok(),
        payer: word("payer").parse().ok(),
        approval: word("approval").parse().ok(),
    };
    Read { plan, discharge, exception: word("exception").parse().ok(), faults }
}

fn page(portal: &Portal, context: &Context, o: &Overview, typed: Option<&Fields>, fault: Option<String>) -> Response {
    let (p, w, today) = (Page::new(portal, context), context.words, calendar::day(context.now));
    let read = typed.map(|fields| read(fields, w));
    let plan = read.as_ref().map_or(&o.plan, |read| &read.plan);
    let (discharge, exception) = read.as_ref().map_or((o.row.case.discharge, o.row.case.exception), |read| (read.discharge, read.exception));
    let day = |name: &str, day: Option<Day>| match typed {
        Some(fields) => fields.shown(name, 32),
        None => day.map(|day| date::calendar(day, w.language)).unwrap_or_default(),
    };
    let coded = |name, label: std::borrow::Cow<'static, str>, list, number: Option<u16>, needed: bool| Coded {
        name,
        label: label.into_owned(),
        choices: codes::choices(list, number.as_slice(), today, w.language),
        fault: (needed && number.is_none() && typed.is_some()).then(|| w.plan_needed().into_owned()),
    };
    let constraints: Vec<u16> = plan.constraints.iter().map(|code| code.number()).collect();
    let page = PlanPage {
        id: o.row.case.id.to_string(),
        name: o.row.patient.person.full_name(),
        closed: o.row.case.closed_at.is_some(),
        discharge: day("discharge", discharge),
        exceptions: codes::choices(List::AhbException, exception.map(|code| code.number()).as_slice(), today, w.language),
        earliest: day("earliest", plan.earliest),
        flexible: typed.map_or_else(|| plan.flexible_days.to_string(), |fields| fields.shown("flexible", 8)),
        icd: typed.map_or_else(|| plan.icd.map(|icd| icd.to_string()).unwrap_or_default(), |fields| fields.shown("icd", 8)),
        operated: day("operated", plan.operated),
        needed: vec![
            coded("indication", w.plan_indication(), List::Ahb, plan.indication.map(|code| code.number()), true),
            coded("payer", w.plan_payer(), List::Payer, plan.payer.map(|code| code.number()), true),
        ],
        operation: vec![
            coded("surgery", w.plan_surgery(), List::Surgery, plan.surgery.map(|code| code.number()), false),
            coded("side", w.plan_side(), List::Laterality, plan.side.map(|code| code.number()), false),
        ],
        function: vec![
            coded("singer", w.plan_singer(), List::Singer, plan.singer.map(|code| code.number()), false),
            coded("barthel", w.plan_barthel(), List::Barthel, plan.barthel.map(|code| code.number()), false),
            coded("mobility", w.plan_mobility(), List::Mobility, plan.mobility.map(|code| code.number()), false),
            coded("weight-bearing", w.plan_weight_bearing(), List::WeightBearing, plan.weight_bearing.map(|code| code.number()), false),
            coded("travel", w.plan_travel(), List::Travel, plan.travel.map(|code| code.number()), false),
        ],
        care: vec![
            coded("setting", w.plan_setting(), List::Setting, plan.setting.map(|code| code.number()), false),
            coded("transport", w.plan_transport(), List::Transport, plan.transport.map(|code| code.number()), false),
            coded("diet", w.plan_diet(), List::Diet, plan.diet.map(|code| code.number()), false),
            coded("language-code", w.plan_language(), List::Language, plan.language.map(|code| code.number()), false),
            coded("approval", w.plan_approval(), List::Approval, plan.approval.map(|code| code.number()), false),
        ],
        constraints: codes::choices(List::Constraint, &constraints, today, w.language),
        wishes: vec![
            Choice::new("single-room", w.plan_single_room(), plan.single_room),
            Choice::new("companion", w.plan_companion(), plan.companion),
            Choice::new("sex", w.plan_tell_sex(), plan.tell_sex),
        ],
        stated: o.wishes.iter().flat_map(|stated| &stated.list).map(|wish| in_words(w, wish)).collect(),
        faults: read.map(|read| read.faults).unwrap_or_default(),
        fault,
        p,
    };
    render(&page)
}

/// The form.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>) -> Result<Response, PageError> {
    let id = id(&text)?;
    let overview = portal.desk.look(context.actor(), move |work| caseload::show(work, id)).await?;
    let typed = Some(&context.draft).filter(|draft| !draft.is_empty());
    Ok(page(&portal, &context, &overview, typed, None))
}

/// Writes the next version. What an inquiry needs may be left open until later; what is typed must be readable.
///
/// # Errors
/// [`PageError`].
pub async fn save(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let id = id(&text)?;
    let Read { plan, discharge, exception, faults } = read(&fields, context.words);
    let fault = if faults.any() {
        context.words.errors_title().into_owned()
    } else {
        match portal.desk.ask(&context.actor(), move |work| caseload::write_plan(work, id, &plan, discharge, exception)).await {
            Ok(()) => return Ok(Redirect::to(&format!("/cases/{id}")).into_response()),
            Err(crate::workflow::WorkError::Invalid { .. }) => context.words.plan_day_wrong().into_owned(),
            Err(error) => words::fault(context.words, error)?,
        }
    };
    let overview = portal.desk.look(context.actor(), move |work| caseload::show(work, id)).await?;
    Ok(page(&portal, &context, &overview, Some(&fields), Some(fault)))
}
