//! What the forms of an inquiry's page do. Each answers with the page: led there anew, or with what was typed and what is in the way.

use std::str::FromStr;

use axum::{
    Extension, RequestExt as _,
    extract::{FromRequest, Path, Request},
    response::{IntoResponse as _, Redirect, Response},
};
use verbund_protocol::{
    catalogue::{AhbException, Cancel, DateChange, Decline, NoShow, OfferEnd, PayerDecision, Question, ReportMissing, Therapy},
    id::{ConversationId, LocalId},
    limits::{MAX_CODES, MAX_STAY_DAYS},
    time::Day,
};

use super::{
    faults::{self, Fault},
    forms::{Act, Typed},
    id, page,
};
use crate::{
    domain::calendar,
    portal::{Portal, date, fields::Fields, guard::Context, page::PageError},
    workflow::{
        Work, WorkError, inbox,
        offer::{self, NewOffer},
        referral, rule,
    },
};

/// A form that was sent about an inquiry.
pub struct Call {
    pub(super) portal: Portal,
    pub(super) context: Context,
    pub(super) id: ConversationId,
    act: Act,
    fields: Fields,
}

impl FromRequest<Portal> for Call {
    type Rejection = Response;

    async fn from_request(mut request: Request, portal: &Portal) -> Result<Self, Response> {
        let lost = |_| PageError::NotFound.into_response();
        let Extension(context) = request.extract_parts::<Extension<Context>>().await.map_err(|error| error.into_response())?;
        let Path(text) = request.extract_parts::<Path<String>>().await.map_err(|error| error.into_response())?;
        let act = Act::at(&context.path).ok_or_else(|| PageError::NotFound.into_response())?;
        let fields = Fields::from_request(request, portal).await?;
        Ok(Self { portal: portal.clone(), context, id: id(&text).map_err(lost)?, act, fields })
    }
}

type Answer = Result<Response, PageError>;

impl Call {
    fn name(&self, field: &str) -> String {
        format!("{}-{field}", self.act.word())
    }
    fn given(&self, field: &str) -> Option<String> {
        self.fields.given(&self.name(field))
    }
    fn wrong(&self, field: &'static str, what: &'static str) -> Fault {
        (field, self.context.words.admissions_wrong(what))
    }
    /// A day, if one was typed.
    fn maybe_day(&self, field: &'static str) -> Result<Option<Day>, Fault> {
        self.given(field).map(|text| date::typed_day(&text).ok_or_else(|| self.wrong(field, "day"))).transpose()
    }
    /// A day, which must be there.
    fn day(&self, field: &'static str) -> Result<Day, Fault> {
        self.maybe_day(field)?.ok_or_else(|| self.wrong(field, "day"))
    }
    /// A day that is not over.
    fn coming(&self, field: &'static str) -> Result<Day, Fault> {
        let day = self.day(field)?;
        if day < calendar::day(self.context.now) { Err(self.wrong(field, "past")) } else { Ok(day) }
    }
    /// A day that is not still to come.
    fn gone_by(&self, field: &'static str, day: Day) -> Result<Day, Fault> {
        if day > calendar::day(self.context.now) { Err(self.wrong(field, "future")) } else { Ok(day) }
    }
    fn maybe_code<T: FromStr>(&self, field: &'static str) -> Result<Option<T>, Fault> {
        self.given(field).map(|text| text.parse().map_err(|_| self.wrong(field, "choice"))).transpose()
    }
    fn code<T: FromStr>(&self, field: &'static str) -> Result<T, Fault> {
        self.maybe_code(field)?.ok_or_else(|| self.wrong(field, "choice"))
    }
    fn codes<T: FromStr>(&self, field: &str) -> Result<Vec<T>, Fault> {
        self.fields.all(&self.name(field)).map(|text| text.parse().map_err(|_| self.wrong("", "choice"))).collect()
    }
    fn is_ticked(&self, field: &str) -> bool {
        self.fields.get(&self.name(field)) == "yes"
    }

    /// Shows the page again with what was typed.
    async fn again(&self, fault: Fault) -> Answer {
        page(&self.portal, &self.context, self.id, &Typed { act: Some(self.act), fields: &self.fields, fault: Some(fault) }).await
    }

    /// Does what `step` does with what was read from the form, and leads to the page.
    async fn take<N: Send + 'static>(self, read: Result<N, Fault>, step: impl FnOnce(&mut Work<'_>, ConversationId, N) -> Result<(), WorkError> + Send + 'static) -> Answer {
        let new = match read {
            Ok(new) => new,
            Err(fault) => return self.again(fault).await,
        };
        let id = self.id;
        match self.portal.desk.ask(&self.context.actor(), move |work| inbox::is_ours(work, id).and_then(|()| step(work, id, new))).await {
            Ok(()) => Ok(Redirect::to(&format!("/inquiries/{id}")).into_response()),
            Err(error) => self.again(faults::of(error, self.context.words)?).await,
        }
    }
}

/// Offers a place and holds it.
///
/// # Errors
/// [`PageError`].
pub async fn offer(call: Call) -> Answer {
    let read = new_offer(&call);
    call.take(read, offer::make).await
}

fn new_offer(call: &Call) -> Result<NewOffer, Fault> {
    let stay_days: u16 = call.given("stay").and_then(|text| text.parse().ok()).filter(|days| (1..=MAX_STAY_DAYS).contains(days)).ok_or_else(|| call.wrong("stay", "stay"))?;
    let therapies: Vec<Therapy> = call.codes("therapy")?;
    Ok(NewOffer {
        department: call.maybe_code("department")?,
        date: call.coming("date")?,
        stay_days,
        hold_hours: call.code("hold")?,
        room: call.code("room")?,
        therapies,
        auto_confirm: call.is_ticked("auto"),
    })
}

/// Asks the asking clinic.
///
/// # Errors
/// [`PageError`].
pub async fn ask(call: Call) -> Answer {
    let read = call.codes::<Question>("question").and_then(|questions| match questions.len() {
        0 => Err(call.wrong("", "questions")),
        1..=MAX_CODES => Ok(questions),
        _ => Err(call.wrong("", "too-many")),
    });
    call.take(read, offer::ask).await
}

/// Declines an inquiry.
///
/// # Errors
/// [`PageError`].
pub async fn decline(call: Call) -> Answer {
    let read = call.code::<Decline>("reason");
    call.take(read, offer::decline).await
}

/// Takes an offer back.
///
/// # Errors
/// [`PageError`].
pub async fn take_back(call: Call) -> Answer {
    let read = call.code::<OfferEnd>("reason");
    call.take(read, offer::take_back).await
}

/// Confirms the chosen place.
///
/// # Errors
/// [`PageError`].
pub async fn confirm(call: Call) -> Answer {
    call.take(Ok(()), |work, id, ()| offer::confirm(work, id)).await
}

/// Says that the chosen place is gone.
///
/// # Errors
/// [`PageError`].
pub async fn gone(call: Call) -> Answer {
    let read = call.code::<OfferEnd>("reason");
    call.take(read, offer::gone).await
}

/// Takes the patient.
///
/// # Errors
/// [`PageError`].
pub async fn accept(call: Call) -> Answer {
    let read = call.coming("date").and_then(|day| Ok((day, call.maybe_code::<AhbException>("exception")?)));
    call.take(read, |work, id, (day, exception)| referral::accept(work, id, Some(day), exception).map(drop)).await
}

/// Declines after reading; what was received is erased.
///
/// # Errors
/// [`PageError`].
pub async fn refuse(call: Call) -> Answer {
    let read = call.code::<Decline>("reason");
    call.take(read, referral::refuse).await
}

/// Changes the day of admission.
///
/// # Errors
/// [`PageError`].
pub async fn change_date(call: Call) -> Answer {
    let read = call.coming("date").and_then(|day| Ok((day, call.code::<DateChange>("reason")?, call.maybe_code::<AhbException>("exception")?)));
    call.take(read, |work, id, (day, reason, exception)| referral::change_date(work, id, day, reason, exception)).await
}

/// Notes what the payer decided, which both clinics then know.
///
/// # Errors
/// [`PageError`].
pub async fn payer(call: Call) -> Answer {
    let read = call.code::<PayerDecision>("decision").and_then(|decision| Ok((decision, call.day("decided").and_then(|day| call.gone_by("decided", day))?)));
    call.take(read, |work, id, (decision, on)| referral::payer_decided(work, id, decision, on)).await
}

/// Cancels.
///
/// # Errors
/// [`PageError`].
pub async fn cancel(call: Call) -> Answer {
    let read = call.code::<Cancel>("reason");
    call.take(read, referral::cancel).await
}

/// The patient is here.
///
/// # Errors
/// [`PageError`].
pub async fn arrived(call: Call) -> Answer {
    let read = call.day("on").and_then(|day| call.gone_by("on", day));
    call.take(read, referral::arrived).await
}

/// The patient did not come.
///
/// # Errors
/// [`PageError`].
pub async fn no_show(call: Call) -> Answer {
    let read = call.code::<NoShow>("reason");
    call.take(read, referral::did_not_come).await
}

/// It is in the patient's record.
///
/// # Errors
/// [`PageError`].
pub async fn filed(call: Call) -> Answer {
    call.take(Ok(()), |work, id, ()| referral::filed(work, id)).await
}

/// Somebody has dealt with what was in trouble.
///
/// # Errors
/// [`PageError`].
pub async fn settle(call: Call) -> Answer {
    call.take(Ok(()), |work, id, ()| referral::settle_trouble(work, id)).await
}

/// Takes back what a rule declined.
///
/// # Errors
/// [`PageError`].
pub async fn reopen(call: Call) -> Answer {
    call.take(Ok(()), |work, id, ()| rule::reopen(work, id)).await
}

/// What is reported home.
struct Home {
    documents: Vec<LocalId>,
    discharged: Option<Day>,
    missing: Option<ReportMissing>,
    /// Where the signed consent is kept, if it is to be recorded now.
    consent: Option<String>,
}

/// Sends the report home, or says why there is none.
///
/// # Errors
/// [`PageError`].
pub async fn report(call: Call) -> Answer {
    let read = home(&call);
    call.take(read, |work, id, home| {
        if let Some(paper) = home.consent {
            referral::report_consented(work, id, paper)?;
        }
        referral::report(work, id, &home.documents, home.discharged, home.missing)
    })
    .await
}

fn home(call: &Call) -> Result<Home, Fault> {
    let documents: Vec<LocalId> = call.codes("document")?;
    let missing = call.maybe_code("missing")?;
    if documents.is_empty() == missing.is_none() {
        return Err(call.wrong("missing", if documents.is_empty() { "report" } else { "report-both" }));
    }
    let discharged = call.maybe_day("discharged")?.map(|day| call.gone_by("discharged", day)).transpose()?;
    Ok(Home { documents, discharged, missing, consent: call.given("consent") })
}
