//! After a "no": the next best clinics on the case's page, each asked with one click.

use axum::{
    Extension,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use verbund_protocol::limits::MAX_RECIPIENTS;

use super::{find, hub, words};
use crate::{
    portal::{
        Portal,
        fields::Fields,
        guard::Context,
        page::{Page, PageError},
        pages::sign_in::id,
    },
    workflow::{
        WorkError,
        caseload::{self, Overview},
    },
};

/// How many clinics are proposed.
const PROPOSED: usize = 3;

/// What the case's page proposes.
pub(super) struct Proposed {
    /// Clinics that took a decline back: what is asked, name and place.
    pub(super) reopened: Vec<(String, String)>,
    /// The next best.
    pub(super) lines: Vec<find::Line>,
    /// Whether one click asks, because the fields are those that were looked at last.
    pub(super) at_once: bool,
}

/// Returns what to propose; nothing while nobody has said no, or nobody can be asked now.
pub(super) async fn propose(portal: &Portal, context: &Context, o: &Overview) -> Result<Option<Proposed>, PageError> {
    let asked = o.asked.iter().filter(|asked| asked.conversation.ended_at.is_none()).count();
    let phone_declined = o.phones.iter().any(|phone| !phone.is_open() && phone.offer().is_none());
    if !o.row.may_ask || asked >= MAX_RECIPIENTS || !(o.onward.wanted || phone_declined) || !o.plan.missing().is_empty() {
        return Ok(None);
    }
    let name = |facility: &verbund_protocol::id::Ik| o.asked.iter().find(|asked| asked.conversation.peer_facility == *facility).map(|asked| asked.clinic.line());
    let reopened = o.onward.reopened.iter().filter_map(|target| Some((format!("{}/{}", target.facility, target.department), name(&target.facility)?)));
    let lines = find::best(portal, context, o, PROPOSED).await?;
    Ok(Some(Proposed { reopened: reopened.collect(), lines, at_once: o.onward.unchanged }))
}

/// Asks one more clinic with the fields that were looked at last; leads to the look at them if something has changed since.
///
/// # Errors
/// [`PageError`].
pub async fn ask(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let id = id(&text)?;
    let target = find::target(fields.get("target")).ok_or(PageError::NotFound)?;
    let to = target.clone();
    match portal.desk.ask(&context.actor(), move |work| caseload::ask_on(work, id, &to)).await {
        Ok(_) => Ok(Redirect::to(&format!("/cases/{id}#asked")).into_response()),
        Err(WorkError::State { code: "fields-changed" | "rare", .. }) => {
            let changed = Page::new(&portal, &context).w.again_changed().into_owned();
            find::preview_page(&portal, &context, id, vec![target], &Fields::default(), Some(changed)).await
        }
        Err(WorkError::Invalid { .. }) => hub::shown(&portal, &context, id, &Fields::default(), Some(context.words.asked_fault_many().into_owned())).await,
        Err(error) => {
            let fault = words::fault(context.words, error)?;
            hub::shown(&portal, &context, id, &Fields::default(), Some(fault)).await
        }
    }
}
