//! Style and script.

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse as _, Response},
};

use crate::portal::{assets, page::PageError};

/// Serves a file under its name.
pub async fn serve(Path(name): Path<String>) -> Response {
    match assets::find(&name) {
        Some(asset) => ([(header::CONTENT_TYPE, asset.media_type), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")], asset.content).into_response(),
        None => PageError::NotFound.into_response(),
    }
}
