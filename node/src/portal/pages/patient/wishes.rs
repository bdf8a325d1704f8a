//! Wishes, ranked, in the patient's own words.

use askama::Template;
use axum::{
    Extension,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};

use super::step::Step;
use crate::{
    domain::{
        proxy::Scope,
        wish::{About, MAX_WHAT, MAX_WHY, MAX_WISHES, Wish, Wishes},
    },
    portal::{
        Portal,
        codes::Choice,
        fields::Fields,
        guard::Context,
        page::{Page, PageError, render},
        words::Words,
    },
    workflow::{Work, journey},
};

/// One wish of the form.
struct Row {
    number: usize,
    title: String,
    about: Vec<Choice>,
    what: String,
    why: String,
    about_fault: Option<String>,
    what_fault: Option<String>,
    why_fault: Option<String>,
    /// Whether it stands open, not behind "add another".
    open: bool,
}

/// An earlier statement: when, and its wishes.
struct Earlier {
    at: String,
    list: Vec<String>,
}

#[derive(Template)]
#[template(path = "patient/wishes.html")]
struct WishesPage {
    p: Page,
    rows: Vec<Row>,
    stated: String,
    /// The wishes, for whoever may only read them.
    now: Vec<String>,
    /// Whether the reader may change them.
    arranges: bool,
    earlier: Vec<Earlier>,
    fault: bool,
    step: Option<Step>,
}

fn label(w: Words, about: About) -> String {
    match about {
        About::NearHome => w.wishes_near_home(),
        About::Clinic => w.wishes_clinic(),
        About::SingleRoom => w.wishes_single_room(),
        About::Companion => w.wishes_companion(),
        About::Therapy => w.wishes_therapy(),
        About::Language => w.wishes_language(),
        About::Belief => w.wishes_belief(),
        About::Other => w.wishes_other(),
    }
    .into_owned()
}

/// Returns a wish on one line, as staff and the patient read it.
pub fn in_words(w: Words, wish: &Wish) -> String {
    let parts = [label(w, wish.about), wish.what.clone(), wish.why.clone()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" – ")
}

/// The fields as they stand in a form.
fn typed(fields: &Fields, number: usize) -> (String, String, String) {
    let shown = |name: &str, most| fields.shown(&format!("{name}-{number}"), most);
    (shown("about", 40), shown("what", 4 * MAX_WHAT), shown("why", 4 * MAX_WHY))
}

fn row(w: Words, number: usize, (about, what, why): (String, String, String), check: bool) -> Row {
    let mut choices = vec![Choice::new("", w.wishes_about_none(), about.is_empty())];
    choices.extend(About::ALL.map(|kind| Choice::new(kind.word(), label(w, kind), kind.word() == about)));
    let too_long = |text: &str, most: usize| (check && text.chars().count() > most).then(|| w.wishes_too_long().into_owned());
    let nameless = check && About::named(&about) == Some(About::Clinic) && what.is_empty();
    Row {
        number,
        title: if number == 1 { w.wishes_rank_first().into() } else { w.wishes_rank(number) },
        about_fault: (check && about.is_empty() && !(what.is_empty() && why.is_empty())).then(|| w.wishes_about_missing().into_owned()),
        what_fault: too_long(&what, MAX_WHAT).or_else(|| nameless.then(|| w.wishes_clinic_missing().into_owned())),
        why_fault: too_long(&why, MAX_WHY),
        open: number == 1 || !about.is_empty() || !what.is_empty() || !why.is_empty(),
        about: choices,
        what,
        why,
    }
}

async fn page(portal: &Portal, context: &Context, fields: &Fields, check: bool) -> Result<Response, PageError> {
    let seen = |work: &mut Work<'_>| Ok((journey::own_wishes(work)?, journey::reach(work)?, journey::now_to_do(work)?));
    let (stated, reach, todo) = portal.desk.look(context.actor(), seen).await?;
    let (p, w) = (Page::new(portal, context), context.words);
    let held = |number: usize| stated.first().and_then(|wishes| wishes.list.get(number - 1)).map_or_else(Default::default, fields_of);
    let rows: Vec<Row> = (1..=MAX_WISHES).map(|number| row(w, number, if fields.is_empty() { held(number) } else { typed(fields, number) }, check)).collect();
    let earlier = stated.iter().skip(1).map(|wishes| earlier(&p, wishes)).collect();
    let now = stated.first().map(|wishes| in_lines(&p, wishes)).unwrap_or_default();
    let stated = stated.first().map_or_else(|| w.wishes_none().into_owned(), |wishes| last(&p, wishes));
    Ok(render(&WishesPage { now, arranges: reach >= Scope::Arrange, rows, stated, earlier, fault: check, step: Step::on(&p, todo), p }))
}

/// Says when the wishes were stated, and by whom if it was not the patient in person.
fn last(p: &Page, wishes: &Wishes) -> String {
    let at = p.w.wishes_stated(p.moment(wishes.stated_at));
    if wishes.stated_by.is_empty() { at } else { format!("{at} {}", p.w.wishes_by(wishes.stated_by.clone())) }
}

fn fields_of(wish: &Wish) -> (String, String, String) {
    (wish.about.word().to_owned(), wish.what.clone(), wish.why.clone())
}

fn earlier(p: &Page, wishes: &Wishes) -> Earlier {
    Earlier { at: p.moment(wishes.stated_at), list: in_lines(p, wishes) }
}

/// Returns wishes one a line.
fn in_lines(p: &Page, wishes: &Wishes) -> Vec<String> {
    let mut list: Vec<String> = wishes.list.iter().map(|wish| in_words(p.w, wish)).collect();
    if list.is_empty() {
        list.push(p.w.wishes_earlier_none().into_owned());
    }
    list
}

/// The page.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    page(&portal, &context, &context.draft, false).await
}

/// Keeps the wishes.
///
/// # Errors
/// [`PageError`].
pub async fn state(State(portal): State<Portal>, Extension(context): Extension<Context>, fields: Fields) -> Result<Response, PageError> {
    let w = context.words;
    let rows: Vec<_> = (1..=MAX_WISHES).map(|number| typed(&fields, number)).collect();
    let wrong =
        rows.iter().enumerate().map(|(at, texts)| row(w, at + 1, texts.clone(), true)).any(|row| row.about_fault.is_some() || row.what_fault.is_some() || row.why_fault.is_some());
    if wrong {
        return page(&portal, &context, &fields, true).await;
    }
    let list: Vec<Wish> = rows.into_iter().filter_map(|(about, what, why)| Some(Wish { about: About::named(&about)?, what, why: why.replace('\r', "") })).collect();
    portal.desk.ask(&context.actor(), move |work| journey::state_wishes(work, &list)).await?;
    Ok(Redirect::to("/wishes").into_response())
}
