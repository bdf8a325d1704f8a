//! What stands in the way, in words, and beside which field.

use crate::{
    portal::{page::PageError, words::Words},
    workflow::WorkError,
};

/// The field's name without its form's, or nothing for the whole form; and the words.
pub type Fault = (&'static str, String);

/// Returns what to say about what a workflow refused.
///
/// # Errors
/// [`PageError`] for what no words beside a form can help with.
pub fn of(error: WorkError, w: Words) -> Result<Fault, PageError> {
    Ok(match error {
        WorkError::State { code: "reopen-late", .. } => ("", w.rule_reopen_late().into_owned()),
        WorkError::State { code, .. } => (field(code), w.admissions_fault(code)),
        WorkError::Invalid { .. } => ("", w.admissions_fault("invalid")),
        WorkError::Unavailable { .. } => ("", w.admissions_fault("unavailable")),
        other => return Err(other.into()),
    })
}

fn field(code: &str) -> &'static str {
    match code {
        "full" | "not-stated" => "date",
        "ahb-late" => "exception",
        "consent-missing" => "consent",
        _ => "",
    }
}
