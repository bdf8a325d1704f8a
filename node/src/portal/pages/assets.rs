//! Style, script and logo.

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
};

use crate::portal::{Portal, assets, page::PageError};

/// Names change with the content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Serves a file under its name.
pub async fn serve(State(portal): State<Portal>, Path(name): Path<String>) -> Response {
    if let Some(asset) = assets::find(&name) {
        return ([(header::CONTENT_TYPE, asset.media_type), (header::CACHE_CONTROL, FOR_EVER)], asset.content).into_response();
    }
    match portal.clinic.logo.as_ref().filter(|logo| logo.path.strip_prefix("/assets/") == Some(&*name)) {
        Some(logo) => ([(header::CONTENT_TYPE, logo.media_type), (header::CACHE_CONTROL, FOR_EVER)], logo.content.clone()).into_response(),
        None => PageError::NotFound.into_response(),
    }
}
