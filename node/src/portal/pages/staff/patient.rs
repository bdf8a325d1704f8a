//! One patient on one page, as staff see them: what happened, where it stands and what is next; and the access to the patients' site.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Redirect, Response},
};
use verbund_protocol::{id::LocalId, inquiry::Variant};

use super::{
    entry,
    story::{self, Story},
};
use crate::{
    domain::{account::Code, notice::Address, patient::Patient},
    portal::{
        Portal, date,
        fields::Fields,
        guard::Context,
        letter::{self, Letter},
        page::{Page, PageError, render},
        pages::{patient::messages::team_name, proof::prove_first, sign_in::id},
        qr::Modules,
        words::Words,
    },
    workflow::{
        Work, WorkError,
        account::invite::{self, Invited, Standing},
        conversation::ASKING,
        journey,
        notice::own::{self, Mailbox},
        overview, patient, thread,
    },
};

/// Most characters of an e-mail address that the page shows again.
const MAX_ADDRESS: usize = 300;

#[derive(Template)]
#[template(path = "staff/patient.html")]
struct PatientPage {
    p: Page,
    id: String,
    name: String,
    born: String,
    access: String,
    /// Whether a code may be made without more ado.
    may_invite: bool,
    invited: bool,
    open: bool,
    card_fault: Option<String>,
    /// Whether somebody has said that the card was seen, before they proved once more who they are.
    card: bool,
    /// Whether whoever looks may plan what follows the hospital.
    social: bool,
    /// Whether that has begun.
    running: bool,
    /// What is known of the patient's e-mail; nothing where this clinic sends none.
    mail: Option<Mail>,
    /// What happened, where it stands and what is next, for those who treat the patient here.
    story: Option<Story>,
    /// Messages that the reader may read: id, and what is said of it.
    threads: Vec<(String, String)>,
    /// Whether the reader may open a tablet at the bedside.
    bedside: bool,
    /// Whether the reader belongs to a team that writes to patients.
    writes: bool,
    /// What else is entered about the patient.
    facts: Vec<(String, String)>,
    /// What a clinic that takes the patient will ask for and nobody has entered.
    missing: Option<String>,
}

/// A patient's e-mail, as staff see it.
struct Mail {
    lines: Vec<String>,
    /// Whether an address can be typed.
    may_type: bool,
    typed: String,
    fault: Option<String>,
}

/// What was wrong in what was sent.
#[derive(Default)]
struct Faults {
    card: Option<String>,
    typed: String,
    address: Option<String>,
}

fn mail(w: Words, mailbox: Option<Mailbox>, faults: &Faults) -> Mail {
    let may_type = mailbox.is_some();
    let Mailbox { address, failed, wanted, .. } = mailbox.unwrap_or_default();
    let mut lines = Vec::new();
    lines.extend(address.map(|address| {
        let address = address.as_str().to_owned();
        match failed {
            Some((status, _)) => w.patient_mail_failed(address, status),
            None => w.patient_mail_proved(address),
        }
    }));
    lines.extend(wanted.map(|wanted| w.patient_mail_wanted(wanted.as_str().to_owned())));
    if lines.is_empty() {
        lines.push(if may_type { w.patient_mail_none() } else { w.patient_mail_no_access() }.into_owned());
    }
    Mail { lines, may_type, typed: faults.typed.clone(), fault: faults.address.clone() }
}

async fn page(portal: &Portal, context: &Context, id: LocalId, faults: Faults) -> Result<Response, PageError> {
    let actor = context.actor();
    let social = actor.has_any(ASKING);
    let (follows, me) = (actor.has_any(journey::FOLLOWING), context.visit()?.account.id);
    let seen = move |work: &mut Work<'_>| {
        let patient = patient::show(work, id)?;
        let mailbox = own::is_offered(work).then(|| own::of_patient(work, id)).transpose()?;
        let followed = if follows { Some(journey::followed(work, id)?) } else { None };
        let seen = (patient, invite::standing(work, id)?, overview::cases(work, Some(id))?);
        Ok((seen, mailbox, followed, thread::of_patient(work, me, id)?))
    };
    let ((patient, standing, cases), mailbox, followed, letters) = portal.desk.ask(&actor, seen).await?;
    let (p, w) = (Page::new(portal, context), context.words);
    let access = match &standing {
        _ if portal.patients.is_empty() => w.patient_access_no_site().into_owned(),
        Standing::None => w.patient_access_none().into_owned(),
        Standing::Invited { until } if *until > context.now => w.patient_access_invited(p.day(*until)),
        Standing::Invited { until } => w.patient_access_expired(p.day(*until)),
        Standing::Blocked => w.patient_access_blocked().into_owned(),
        Standing::Open => w.patient_access_open().into_owned(),
    };
    let open = matches!(standing, Standing::Open);
    let threads = letters.threads.iter().map(|row| (row.thread.id.to_string(), format!("{}, {}", team_name(w, &row.team), p.moment(row.thread.changed_at))));
    Ok(render(&PatientPage {
        story: followed.as_ref().map(|followed| story::told(&p, context.now, followed)),
        threads: threads.collect(),
        writes: !letters.teams.is_empty(),
        bedside: follows && !portal.patients.is_empty(),
        p,
        id: id.to_string(),
        name: patient.person.full_name(),
        born: w.patients_born(date::birth(&patient.person.birth_date, w.language)),
        access,
        facts: entry::facts(w, &patient.person),
        missing: entry::missing(w, &patient.person),
        may_invite: !open && !portal.patients.is_empty(),
        invited: matches!(standing, Standing::Invited { .. } | Standing::Blocked),
        open,
        mail: mailbox.map(|mailbox| mail(w, mailbox, &faults)),
        card_fault: faults.card,
        card: context.draft.get("card") == "seen",
        social,
        running: cases.iter().any(|case| case.closed_at.is_none() && case.variant == Variant::Rehab),
    }))
}

/// The page.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>) -> Result<Response, PageError> {
    page(&portal, &context, id(&text)?, Faults { typed: context.draft.shown("address", MAX_ADDRESS), ..Faults::default() }).await
}

/// Takes an address that the patient told staff.
///
/// # Errors
/// [`PageError`].
pub async fn take_mail(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let (id, typed) = (id(&text)?, fields.shown("address", MAX_ADDRESS));
    let Ok(address) = typed.parse::<Address>() else {
        let address = Some(context.words.mail_address_wrong().into_owned());
        return page(&portal, &context, id, Faults { typed, address, ..Faults::default() }).await;
    };
    portal.desk.ask(&context.actor(), move |work| own::type_in(work, id, &address)).await?;
    Ok(Redirect::to(&format!("/patients/{id}")).into_response())
}

#[derive(Template)]
#[template(path = "staff/invited.html")]
struct InvitedPage {
    p: Page,
    id: String,
    title: String,
    code: String,
    until: String,
    view: String,
    path: String,
}

/// Shows a code that was just made. Where patients sign in is another site, whose address the code carries.
fn invited(portal: &Portal, context: &Context, patient: &Patient, invited: &Invited) -> Result<Response, PageError> {
    let (p, w) = (Page::new(portal, context), context.words);
    let modules = Modules::of(&letter::scanned(&portal.patients, &invited.code.to_string())).ok_or(PageError::Unavailable)?;
    let name = format!("{} {}", patient.person.given, patient.person.family);
    Ok(render(&InvitedPage {
        id: patient.id.to_string(),
        title: w.invited_title(name),
        code: invited.code.to_string(),
        until: w.invited_until(p.day(invited.ends_at)),
        view: modules.view(),
        path: modules.path(),
        p,
    }))
}

/// A code opens the patients' site, so there must be one; the page says so where there is none.
fn has_site(portal: &Portal) -> Result<(), PageError> {
    if portal.patients.is_empty() { Err(PageError::NotFound) } else { Ok(()) }
}

/// Makes a code.
///
/// # Errors
/// [`PageError`].
pub async fn invite(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, _: Fields) -> Result<Response, PageError> {
    let id = id(&text)?;
    has_site(&portal)?;
    let made = portal.desk.ask(&context.actor(), move |work| Ok((patient::existing(work, id)?, invite::patient(work, id)?))).await;
    match made {
        Ok((patient, made)) => invited(&portal, &context, &patient, &made),
        // Somebody else was quicker, or the patient has just used the code.
        Err(WorkError::State { code: "account-open", .. }) => page(&portal, &context, id, Faults::default()).await,
        Err(error) => Err(error.into()),
    }
}

/// Prints the letter for a code that was just made.
///
/// # Errors
/// [`PageError`].
pub async fn letter(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let (id, code): (LocalId, Code) = (id(&text)?, fields.get("code").parse().map_err(|_| PageError::NotFound)?);
    let (patient, made) = portal.desk.ask(&context.actor(), move |work| Ok((patient::existing(work, id)?, invite::check(work, id, &code)?))).await?;
    let (w, today, site) = (context.words, context.now, portal.clone());
    let written = portal.pool.compute(&context, move || {
        let person = &patient.person;
        let address = person.address.iter().flat_map(|address| [address.street.clone(), format!("{} {}", address.postal_code, address.city)]).collect();
        letter::write(&Letter {
            w,
            clinic: &site.clinic,
            name: format!("{} {}", person.given, person.family),
            address,
            portal: &site.patients,
            code: made.code.to_string(),
            ends_at: made.ends_at,
            today,
        })
    });
    let pdf = written.await?;
    Ok(([(header::CONTENT_TYPE, "application/pdf"), (header::CONTENT_DISPOSITION, "inline; filename=\"brief.pdf\"")], pdf).into_response())
}

/// Starts over for somebody who lost everything.
///
/// # Errors
/// [`PageError`].
pub async fn start_over(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let (id, card_seen) = (id(&text)?, fields.get("card") == "seen");
    if !card_seen {
        let card = Some(context.words.patient_lost_card_missing().into_owned());
        return page(&portal, &context, id, Faults { card, ..Faults::default() }).await;
    }
    has_site(&portal)?;
    let patient = portal.desk.ask(&context.actor(), move |work| patient::existing(work, id)).await?;
    if let Some(elsewhere) = prove_first(&portal, &context, &fields).await? {
        return Ok(elsewhere);
    }
    let made = portal.desk.ask(&context.actor(), move |work| invite::start_over(work, id, card_seen)).await?;
    invited(&portal, &context, &patient, &made)
}
