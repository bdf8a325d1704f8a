//! The fields of a form, after its token was checked.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};

use super::{Portal, guard::Context, page::PageError};

/// What every form carries, to prove that this site showed it to this browser.
pub const TOKEN: &str = "form";

/// The fields of a form that came from here.
#[derive(Clone, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads the body of a form.
    pub(in crate::portal) fn read(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }
    /// Returns the fields of these pairs.
    pub(super) fn of(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }
    /// Returns the pairs, without the form's token.
    pub(in crate::portal) fn without_token(self) -> Vec<(String, String)> {
        self.0.into_iter().filter(|(name, _)| name != TOKEN).collect()
    }
    /// Returns whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// Returns a field's text as a page shows it again: at most `most` characters.
    pub fn shown(&self, name: &str, most: usize) -> String {
        self.get(name).chars().take(most).collect()
    }
    /// Returns a field's text without spaces at either end; empty if it is absent.
    pub fn get(&self, name: &str) -> &str {
        self.raw(name).trim()
    }
    /// Returns a field's text as it was typed; empty if it is absent. For passwords.
    pub fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, text)| text)
    }
    /// Returns every text under one name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(field, _)| field == name).map(|(_, text)| text.as_str())
    }
    /// Returns a field's text, or nothing if it is empty.
    pub fn given(&self, name: &str) -> Option<String> {
        Some(self.get(name)).filter(|text| !text.is_empty()).map(str::to_owned)
    }
}

impl FromRequest<Portal> for Fields {
    type Rejection = Response;

    async fn from_request(request: Request, portal: &Portal) -> Result<Self, Response> {
        let context = request.extensions().get::<Context>().cloned().ok_or_else(|| PageError::NotFound.into_response())?;
        let body = Bytes::from_request(request, portal).await.map_err(too_large)?;
        let fields = Self::read(&body);
        if same(fields.raw(TOKEN), &context.csrf) {
            context.note_typed(|| fields.clone().without_token());
            return Ok(fields);
        }
        context.refuse(fields.raw(TOKEN).to_owned(), fields.without_token());
        Err(PageError::Form.into_response())
    }
}

/// What a script sends: JSON, with the form's token in a header.
pub struct Message<T>(pub T);

impl<T: serde::de::DeserializeOwned> FromRequest<Portal> for Message<T> {
    type Rejection = Response;

    async fn from_request(request: Request, portal: &Portal) -> Result<Self, Response> {
        let context = request.extensions().get::<Context>().cloned().ok_or_else(|| PageError::NotFound.into_response())?;
        let token = request.headers().get("x-form").and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !same(token, &context.csrf) {
            return Err(PageError::Form.into_response());
        }
        let body = Bytes::from_request(request, portal).await.map_err(too_large)?;
        serde_json::from_slice(&body).map(Self).map_err(|_| StatusCode::BAD_REQUEST.into_response())
    }
}

fn too_large(_: axum::extract::rejection::BytesRejection) -> Response {
    PageError::TooLarge.into_response()
}

/// Compares in the same time whatever differs.
pub(super) fn same(given: &str, wanted: &str) -> bool {
    !wanted.is_empty() && aws_lc_rs::constant_time::verify_slices_are_equal(given.as_bytes(), wanted.as_bytes()).is_ok()
}
