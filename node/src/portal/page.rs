//! What all pages share: frame, words, errors.

use std::sync::Arc;

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use verbund_protocol::id::LocalId;

use super::{
    Clinic, Portal,
    areas::{self, Area},
    assets, date,
    guard::Context,
    pages::staff::accounts::role_name,
    words::{Language, Words},
};
use crate::{
    domain::account::{Site, Stage},
    workflow::WorkError,
};

/// Room made for a page at first, bytes: most take no more.
const USUAL_PAGE: usize = 12 << 10;

/// What the frame of a page needs. Templates call it `p`.
#[derive(Clone)]
pub struct Page {
    /// The words.
    pub w: Words,
    /// Which site.
    pub site: Site,
    /// What pages tell about the clinic.
    pub clinic: Arc<Clinic>,
    /// What is known about the request.
    context: Context,
    /// At a tablet at the bedside: for whom, and who stands beside, in words.
    pub bedside: Option<(String, String)>,
    /// A marker that lets a script of ours be loaded under its content's name.
    pub script: &'static str,
    /// The same for the style sheet.
    pub style: &'static str,
}

impl Page {
    /// Returns the frame of a page.
    pub fn new(portal: &Portal, context: &Context) -> Self {
        Self {
            w: context.words,
            site: portal.site,
            clinic: portal.clinic.clone(),
            context: context.clone(),
            bedside: context.bedside.as_ref().map(|at| (at.name.clone(), role_name(context.words, at.bedside.role))),
            script: assets::SCRIPT.path(),
            style: assets::STYLE.path(),
        }
    }

    /// Returns what a form must carry.
    pub fn csrf(&self) -> &str {
        &self.context.csrf
    }
    /// Returns what scripts and styles must carry.
    pub fn nonce(&self) -> &str {
        &self.context.nonce
    }
    /// Returns the name of whoever is signed in.
    pub fn name(&self) -> Option<&str> {
        self.context.visit.as_ref().filter(|visit| visit.session.stage == Stage::Open).map(|visit| &*visit.account.name)
    }
    /// Returns where staff may go from here.
    pub fn areas(&self) -> Vec<Area> {
        let visit = self.context.visit.as_ref().filter(|visit| self.is_staff() && visit.session.stage == Stage::Open);
        visit.map(|visit| areas::of(self.w, &visit.account.roles, self.path())).unwrap_or_default()
    }
    /// Returns the page's path.
    pub fn path(&self) -> &str {
        &self.context.path
    }
    /// Returns whether inquiries count in the title: for whoever answers them, on every page.
    pub fn counts(&self) -> bool {
        self.context.waiting.is_some()
    }
    /// Returns what the title begins with: how many inquiries nobody has answered yet.
    pub fn waiting(&self) -> String {
        self.context.waiting.filter(|count| *count > 0).map(|count| format!("({count}) ")).unwrap_or_default()
    }
    /// Returns what the store was when this page was made, if its reader may have news of it.
    pub fn made(&self) -> Option<&str> {
        self.context.made.as_deref()
    }
    /// Returns whether this page holds what its reader has typed, so that no other may take its place.
    pub fn holds_typed(&self) -> bool {
        self.context.sent || self.drafted()
    }
    /// Returns whether something stands here again that was typed in a session that is over.
    pub fn drafted(&self) -> bool {
        !self.context.draft.is_empty()
    }
    /// Returns whether the frame says so: patients' pages say it where it stands.
    pub fn typed_again(&self) -> bool {
        self.is_staff() && self.drafted()
    }
    /// Returns whether this is the staff's site.
    pub fn is_staff(&self) -> bool {
        self.site == Site::Staff
    }
    /// Returns the languages to choose from: word, own name, language tag, whether it is the present one.
    pub fn languages(&self) -> [(&'static str, &'static str, &'static str, bool); Language::OFFERED.len()] {
        Language::OFFERED.map(|language| (language.word(), language.own_name(), language.tag(), language == self.w.language))
    }
    /// Returns a day as people write it.
    pub fn day(&self, at: verbund_protocol::time::Timestamp) -> String {
        date::day(at, self.w.language)
    }
    /// Returns the day of this page, for whoever prints it.
    pub fn today(&self) -> String {
        self.day(self.context.now)
    }
    /// Returns a moment as people write it.
    pub fn moment(&self, at: verbund_protocol::time::Timestamp) -> String {
        date::moment(at, self.w.language)
    }

    /// Returns until when something is promised, as people write it.
    pub fn until(&self, at: verbund_protocol::time::Timestamp) -> String {
        date::until(at, self.w.language)
    }

    /// Returns where whoever has stated a purpose goes on: at this page, or at the page of the form that was sent here.
    fn after_purpose(&self, patient: LocalId) -> String {
        if self.context.sent { self.context.back.clone().unwrap_or_else(|| format!("/patients/{patient}")) } else { self.path().to_owned() }
    }

    /// Returns the page of an error.
    pub fn error(self, error: PageError) -> Response {
        let w = self.w;
        let (status, title, text) = match error {
            PageError::Purpose(patient) => return Redirect::to(&format!("/patients/{patient}/purpose?next={}", self.after_purpose(patient))).into_response(),
            PageError::NotFound => (StatusCode::NOT_FOUND, w.error_not_found_title(), w.error_not_found()),
            PageError::Forbidden => (StatusCode::FORBIDDEN, w.error_forbidden_title(), w.error_forbidden()),
            PageError::Form => (StatusCode::FORBIDDEN, w.error_form_title(), w.error_form()),
            PageError::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, w.error_large_title(), w.error_large()),
            PageError::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, w.error_unavailable_title(), w.error_unavailable()),
        };
        let (title, text) = (title.into_owned(), text.into_owned());
        (status, render(&ErrorPage { p: self, title, text })).into_response()
    }
}

/// Why a page is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageError {
    /// No such page, or not for this visitor: both look the same.
    NotFound,
    /// Signed in, but without the role.
    Forbidden,
    /// The form is too old or not from here.
    Form,
    /// More than a form may have.
    TooLarge,
    /// The patient is not in treatment here, and nobody has said what the look is for.
    Purpose(LocalId),
    /// Not now.
    Unavailable,
}

impl From<WorkError> for PageError {
    fn from(error: WorkError) -> Self {
        match error {
            WorkError::NotFound(_) | WorkError::Invalid { .. } => Self::NotFound,
            WorkError::Forbidden(_) => Self::Forbidden,
            WorkError::State { .. } => Self::Form,
            WorkError::Purpose(patient) => Self::Purpose(patient),
            WorkError::Unavailable { .. } => Self::Unavailable,
            WorkError::Store(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a page could not be served");
                Self::Unavailable
            }
        }
    }
}

impl IntoResponse for PageError {
    /// The guard, which knows the reader's language, renders it.
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    p: Page,
    title: String,
    text: String,
}

/// Renders a page.
pub fn render(page: &impl Template) -> Response {
    let mut html = String::with_capacity(USUAL_PAGE);
    match page.render_into(&mut html) {
        Ok(()) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            PageError::Unavailable.into_response()
        }
    }
}

/// Adds cookies to an answer.
pub fn with_cookies(mut response: Response, cookies: impl IntoIterator<Item = String>) -> Response {
    for cookie in cookies {
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}
