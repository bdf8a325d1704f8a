//! The audit, searched by the privacy officer: who did what, when and why. It names patients by random ids only.

use askama::Template;
use axum::{Extension, extract::State, response::Response};

use crate::{
    domain::calendar,
    portal::{
        Portal, date,
        fields::Fields,
        guard::Context,
        page::{Page, PageError, render},
    },
    workflow::audit::{self, Filter},
};

/// Most entries on a page.
const MOST: usize = 200;

struct Line {
    seq: u64,
    when: String,
    who: String,
    roles: String,
    action: String,
    about: String,
    purpose: String,
    detail: String,
}

#[derive(Template)]
#[template(path = "staff/audit.html")]
struct AuditPage {
    p: Page,
    actor: String,
    action: String,
    about: String,
    from: String,
    until: String,
    from_fault: Option<String>,
    until_fault: Option<String>,
    about_fault: Option<String>,
    lines: Option<Vec<Line>>,
    /// The number before which older entries begin, if there may be some.
    before: Option<u64>,
}

fn blank(portal: &Portal, context: &Context, fields: &Fields) -> AuditPage {
    let text = |name: &str| fields.shown(name, 64);
    AuditPage {
        p: Page::new(portal, context),
        actor: text("actor"),
        action: text("action"),
        about: text("about"),
        from: text("from"),
        until: text("until"),
        from_fault: None,
        until_fault: None,
        about_fault: None,
        lines: None,
        before: None,
    }
}

/// The form.
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Response {
    render(&blank(&portal, &context, &context.draft))
}

/// Searches. What is looked for stands in no address.
///
/// # Errors
/// [`PageError`].
pub async fn search(State(portal): State<Portal>, Extension(context): Extension<Context>, fields: Fields) -> Result<Response, PageError> {
    let (mut page, w) = (blank(&portal, &context, &fields), context.words);
    let day = |name: &str| fields.given(name).map(|text| date::typed_day(&text));
    let (from, until, about) = (day("from"), day("until"), fields.given("about").map(|text| text.parse().ok()));
    page.from_fault = (from == Some(None)).then(|| w.audit_day_wrong().into_owned());
    page.until_fault = (until == Some(None)).then(|| w.audit_day_wrong().into_owned());
    page.about_fault = (about == Some(None)).then(|| w.audit_about_wrong().into_owned());
    if page.from_fault.is_some() || page.until_fault.is_some() || page.about_fault.is_some() {
        return Ok(render(&page));
    }
    let filter = Filter {
        subject: about.flatten(),
        actor: fields.given("actor"),
        action: fields.given("action"),
        from: from.flatten().map(calendar::start),
        until: until.flatten().map(|day| calendar::start(day.plus(1))),
        before: fields.get("before").parse().ok(),
    };
    let filter = portal.desk.ask(&context.actor(), move |work| audit::begin_list(work, filter)).await?;
    context.takes_long(); // as long as the audit is
    let found = portal.desk.read(move |db| audit::list(db, &filter, MOST)).await?;
    page.before = found.last().map(|line| line.seq).filter(|seq| found.len() == MOST && *seq > 1);
    let line = |line: &audit::Line| Line {
        seq: line.seq,
        when: page.p.moment(line.at),
        who: line.actor.clone(),
        roles: line.roles.clone(),
        action: line.action.clone(),
        about: line.subject.map(|id| id.to_string()).unwrap_or_default(),
        purpose: line.purpose.clone(),
        detail: line.detail.clone(),
    };
    page.lines = Some(found.iter().map(line).collect());
    Ok(render(&page))
}
