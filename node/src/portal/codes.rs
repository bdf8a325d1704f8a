//! Coded fields in the reader's language: the labels of the shipped code lists, and what a form may choose from.

use std::borrow::Cow;

use verbund_protocol::{
    catalogue::{Catalogue, List},
    id::KdlCode,
    time::Day,
};

use super::words::{Language, Words};

/// One entry of a list in a form: the word that is sent, what people read, and whether it is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub word: String,
    /// What people read.
    pub label: String,
    /// Whether it is the present one.
    pub chosen: bool,
}

impl Choice {
    /// Returns an entry.
    pub fn new(word: impl Into<String>, label: impl Into<String>, chosen: bool) -> Self {
        Self { word: word.into(), label: label.into(), chosen }
    }
}

/// Returns what a code means. One of a newer list is shown as its number.
pub fn label(list: List, number: u16, language: Language) -> String {
    meaning(list, number, language).into_owned()
}

/// Returns what a code means, as [`label`], where nothing need be copied.
pub fn meaning(list: List, number: u16, language: Language) -> Cow<'static, str> {
    let Some(entry) = Catalogue::shipped().entry(list, number) else { return number.to_string().into() };
    match language {
        Language::English => Cow::Borrowed(&entry.en),
        Language::Pseudo => format!("⟦{}⟧", entry.de).into(),
        Language::German | Language::Plain => Cow::Borrowed(&entry.de),
    }
}

/// Returns the codes of a list that may be used on `day`, those in `chosen` marked.
pub fn choices(list: List, chosen: &[u16], day: Day, language: Language) -> Vec<Choice> {
    let catalogue = Catalogue::shipped();
    let usable = catalogue.rows(list).filter(|entry| catalogue.check(list, entry.number, day).is_ok());
    usable.map(|entry| Choice::new(entry.key.clone(), label(list, entry.number, language), chosen.contains(&entry.number))).collect()
}

/// Returns what a kind of document is called.
pub fn kind(code: &KdlCode, w: Words) -> String {
    w.document_kind(code.to_string())
}

/// Returns the number of a word that a form sent.
pub fn number(list: List, word: &str) -> Option<u16> {
    Catalogue::shipped().find(list, word)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_kind_of_document_has_a_name_in_both_languages() {
        for entry in verbund_protocol::document::kdl::entries() {
            for language in [Language::German, Language::English] {
                let name = kind(&entry.code, Words { language });
                assert!(name != entry.code.as_str(), "{name} has no name: {language:?}");
            }
        }
    }

    #[test]
    fn codes_are_read_in_both_languages_and_sent_as_words() {
        assert_eq!(label(List::Ahb, 1, Language::German), "Krankheiten des Herzens und des Kreislaufs");
        assert_eq!(label(List::Ahb, 1, Language::English), "Heart and circulation");
        assert_eq!(label(List::Ahb, 9_999, Language::Plain), "9999");
        let all = choices(List::Ahb, &[4], "2026-11-23".parse().unwrap(), Language::German);
        let chosen: Vec<_> = all.iter().filter(|choice| choice.chosen).map(|choice| choice.word.as_str()).collect();
        assert_eq!(chosen, ["locomotor"]);
        assert_eq!(number(List::Ahb, "locomotor"), Some(4));
        assert_eq!(number(List::Ahb, "nonsense"), None);
    }
}
