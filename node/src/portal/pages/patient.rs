//! The patients' pages.

pub mod bedside;
pub mod consent;
pub mod documents;
mod map;
pub mod messages;
pub mod offers;
pub mod proxies;
pub mod shared;
pub mod start;
pub mod step;
pub mod wishes;

use verbund_protocol::{id::Digest, time::Day};

use super::{
    super::{
        date,
        words::{Language, Words},
    },
    proof::prove_first,
};

/// Returns a day with its weekday and month in words.
pub(in crate::portal::pages) fn spoken(w: Words, day: Day) -> String {
    date::parts(day).map_or_else(|| day.to_string(), |(weekday, day, month, year)| w.journey_date(day, month, weekday, year.to_string()))
}

/// Returns what a decision cites as the text it was taken on: its name, the language, and the beginning of the text's digest, so that it
/// can be told later which text it was.
fn version(name: &str, w: Words, text: &[String]) -> String {
    let digest = Digest::of(text.join("\n").as_bytes()).to_string();
    let language = if w.language == Language::Pseudo { Language::German } else { w.language };
    format!("{name} {} {}", language.word(), &digest[..12])
}
