//! The end of a case: why, and who takes care of the patient then.

use axum::{
    Extension,
    extract::{Path, State},
    response::Response,
};

use super::hub;
use crate::{
    domain::end::{Carer, End, Fault, How, MAX_NAME},
    portal::{
        Portal,
        codes::Choice,
        fields::Fields,
        guard::Context,
        page::{Page, PageError},
        pages::sign_in::id,
        words::Words,
    },
    workflow::caseload::{self, MAX_NOTE},
};

/// What the form sends for "no place was found".
const NO_PLACE: &str = "no-place";
/// For every other end.
const OTHERWISE: &str = "otherwise";
/// For the end after somebody has arrived at a clinic without a node.
const PLACED: &str = "placed";

/// The form, with what was typed.
pub(super) struct Form {
    pub(super) how: Vec<Choice>,
    pub(super) carer: String,
    pub(super) phone: String,
    pub(super) why: String,
    /// Whether somebody has begun.
    pub(super) begun: bool,
}

impl Form {
    pub(super) fn of(w: Words, typed: &Fields) -> Self {
        let otherwise = typed.get("how") == OTHERWISE;
        Self {
            how: vec![Choice::new(NO_PLACE, w.case_end_no_place(), !otherwise), Choice::new(OTHERWISE, w.case_end_otherwise(), otherwise)],
            carer: typed.shown("carer", MAX_NAME),
            phone: typed.shown("carer-phone", MAX_NAME),
            why: typed.shown("why", MAX_NOTE),
            begun: ["how", "carer", "why"].iter().any(|name| typed.given(name).is_some()),
        }
    }
}

/// Returns how a case ended and who takes care since then, in words.
pub(super) fn told(p: &Page, end: &End) -> Vec<String> {
    let (w, at, by) = (p.w, p.moment(end.at), end.by.clone());
    let how = if matches!(end.how, How::NoPlace(_)) { w.case_end_was_no_place(at, by) } else { w.case_end_was_otherwise(at, by) };
    let carer = end.carer().map(|carer| format!("{} {}", w.case_end_carer(), w.case_end_cares(carer.name(), carer.phone())));
    std::iter::once(how).chain(carer).collect()
}

/// Reads how a case ends, or what is missing.
fn read(fields: &Fields, w: Words) -> Result<How, String> {
    let carer = || {
        Carer::new(fields.get("carer"), fields.get("carer-phone")).map_err(|fault| match fault {
            Fault::Name => w.case_end_carer_missing().into_owned(),
            Fault::Phone => w.case_end_phone_missing().into_owned(),
        })
    };
    let named = fields.given("carer").is_some() || fields.given("carer-phone").is_some();
    match fields.get("how") {
        PLACED => Ok(How::Otherwise(None)),
        OTHERWISE if !named => Ok(How::Otherwise(None)),
        OTHERWISE => Ok(How::Otherwise(Some(carer()?))),
        _ => Ok(How::NoPlace(carer()?)),
    }
}

/// Ends the case. Where no place was found, somebody with a name takes care from now on.
///
/// # Errors
/// [`PageError`].
pub async fn end(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let (id, why, w) = (id(&text)?, fields.get("why").to_owned(), context.words);
    let how = match read(&fields, w) {
        Ok(_) if why.is_empty() || why.chars().count() > MAX_NOTE => Err(w.case_note_wrong(MAX_NOTE)),
        other => other,
    };
    match how {
        Ok(how) => hub::act(&portal, &context, id, &fields, move |work| caseload::end(work, id, how, &why)).await,
        Err(fault) => hub::shown(&portal, &context, id, &fields, Some(fault)).await,
    }
}
