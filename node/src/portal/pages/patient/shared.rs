//! What other clinics received and opened, and who looked here.

use askama::Template;
use axum::{Extension, extract::State, response::Response};

use super::step::Step;
use crate::{
    portal::{
        Portal,
        guard::Context,
        page::{Page, PageError, render},
        words::Words,
    },
    workflow::journey::{self, Deed, Fetched, Glance, Part, With},
};

/// One clinic: its name, and each thing it received with what became of it.
struct Clinic {
    name: String,
    parts: Vec<(String, Vec<String>)>,
    by_fax: bool,
    erased: Option<String>,
}

#[derive(Template)]
#[template(path = "patient/shared.html")]
struct SharedPage {
    p: Page,
    clinics: Vec<Clinic>,
    /// When, and what.
    looks: Vec<(String, String)>,
    step: Option<Step>,
}

/// The page.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    let (shared, todo) = portal.desk.look(context.actor(), |work| Ok((journey::shared(work)?, journey::now_to_do(work)?))).await?;
    let (p, w) = (Page::new(&portal, &context), context.words);
    let clinics = shared.with.iter().map(|with| clinic(&p, with)).collect();
    let looks = shared.looks.iter().map(|look| (p.day(look.at), looked(w, look))).collect();
    Ok(render(&SharedPage { clinics, looks, step: Step::on(&p, todo), p }))
}

fn clinic(p: &Page, with: &With) -> Clinic {
    let became = |part| if with.by_fax { faxed(p, part) } else { became(p, part) };
    let parts = with.parts.iter().map(|part| (title(p.w, part, with.by_fax), became(part))).collect();
    Clinic { name: with.clinic.clone(), parts, by_fax: with.by_fax, erased: with.erased_at.map(|at| p.w.shared_erased(p.moment(at))) }
}

/// Returns what became of a fax, as far as anybody here can know.
fn faxed(p: &Page, part: &Part) -> Vec<String> {
    let papers = part.papers.clone().map(|papers| p.w.shared_fax_papers(papers));
    std::iter::once(p.w.shared_fax(p.moment(part.sent_at))).chain(papers).collect()
}

fn title(w: Words, part: &Part, by_fax: bool) -> String {
    match &part.document {
        Some(title) => w.shared_document(title.clone()),
        None if part.named && by_fax => w.shared_fax_named().into(),
        None if part.named => w.shared_referral().into(),
        None => w.shared_inquiry().into(),
    }
}

fn became(p: &Page, part: &Part) -> Vec<String> {
    let w = p.w;
    if part.document.is_some() {
        return fetched(p, part);
    }
    let mut lines = vec![w.shared_sent(p.moment(part.sent_at))];
    lines.push(part.received_at.map_or_else(|| w.shared_not_received().into_owned(), |at| w.shared_received(p.moment(at))));
    // An inquiry without a name is no paper that somebody opens.
    if part.named {
        lines.push(part.opened_at.map_or_else(|| w.shared_not_opened().into_owned(), |at| w.shared_opened(p.moment(at))));
        lines.extend(part.filed_at.map(|at| w.shared_filed(p.moment(at))));
    }
    lines
}

/// Returns what became of a document. That one was opened clinics say of what it came with, and of no single document.
fn fetched(p: &Page, part: &Part) -> Vec<String> {
    let w = p.w;
    let fetched = match part.fetched {
        Fetched::At(at) => w.shared_fetched(p.moment(at)),
        Fetched::NotYet if part.ended_at.is_some() => w.shared_never_fetched().into(),
        Fetched::NotYet => w.shared_not_fetched().into(),
        Fetched::Unknown => w.shared_fetched_unknown().into(),
    };
    let opened = (part.fetched != Fetched::NotYet).then(|| w.shared_opened_unknown().into());
    [w.shared_allowed(p.moment(part.sent_at)), fetched].into_iter().chain(opened).chain(part.ended_at.map(|at| w.shared_ended(p.moment(at)))).collect()
}

fn looked(w: Words, look: &Glance) -> String {
    let deed = match look.deed {
        Deed::Looked => w.shared_deed_looked(),
        Deed::Changed => w.shared_deed_changed(),
        Deed::Consent => w.shared_deed_consent(),
        Deed::Arranged => w.shared_deed_arranged(),
        Deed::Documents => w.shared_deed_documents(),
        Deed::Messages => w.shared_deed_messages(),
        Deed::Access => w.shared_deed_access(),
    };
    let who = look.who.clone();
    if look.roles == "proxy" {
        return w.shared_look(deed.into_owned(), w.shared_proxy().into_owned(), who);
    }
    let roles = look.roles.split(',').filter_map(|role| Some(role_in_words(w, role)?.into_owned())).collect::<Vec<_>>().join(", ");
    let roles = if roles.is_empty() { w.shared_look_unknown().into_owned() } else { roles };
    w.shared_look(deed.into_owned(), roles, who)
}

fn role_in_words(w: Words, role: &str) -> Option<std::borrow::Cow<'static, str>> {
    use crate::domain::actor::Role;
    Some(match role.parse().ok()? {
        Role::Ward => w.shared_role_ward(),
        Role::Physician => w.shared_role_physician(),
        Role::SocialService => w.shared_role_social_service(),
        Role::Admissions => w.shared_role_admissions(),
        Role::Capacity => w.shared_role_capacity(),
        Role::It => w.shared_role_it(),
        Role::PrivacyOfficer => w.shared_role_privacy_officer(),
    })
}
