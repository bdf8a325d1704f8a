//! What the pages say, in the reader's language. The catalogues are Fluent files, one an area of the
//! pages; `build.rs` makes a function of each message, with its text in all languages where that is nothing but text and values.

use std::{borrow::Cow, sync::LazyLock};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// German.
    German,
    /// German in plain words (Einfache Sprache).
    Plain,
    /// English.
    English,
    /// German with marks around it: shows in tests what is not from the catalogues. No page offers it.
    Pseudo,
}

impl Language {
    /// What the pages offer, in this order.
    pub const OFFERED: [Self; 3] = [Self::German, Self::Plain, Self::English];

    /// Returns the word used in forms and cookies.
    pub const fn word(self) -> &'static str {
        match self {
            Self::German => "de",
            Self::Plain => "de-simple",
            Self::English => "en",
            Self::Pseudo => "qps",
        }
    }
    /// Returns the tag for the `lang` attribute (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::German | Self::Plain | Self::Pseudo => "de",
            Self::English => "en",
        }
    }
    /// Returns the language's own name for itself.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::German => "Deutsch",
            Self::Plain => "Einfache Sprache",
            Self::English => "English",
            Self::Pseudo => "Pseudo",
        }
    }
    /// Returns the language of a word.
    pub fn of(word: &str) -> Option<Self> {
        [Self::German, Self::Plain, Self::English, Self::Pseudo].into_iter().find(|language| language.word() == word)
    }
    /// Returns what a browser asks for (`Accept-Language`): German unless English comes first.
    pub fn asked_for(header: &str) -> Self {
        let first = header.split(',').map(str::trim).find(|tag| ["de", "en"].iter().any(|known| tag.to_ascii_lowercase().starts_with(known)));
        if first.is_some_and(|tag| tag.to_ascii_lowercase().starts_with("en")) { Self::English } else { Self::German }
    }
}

/// What a message is told.
pub type Value = FluentValue<'static>;

/// A part of a message.
#[derive(Clone, Copy, Debug)]
enum Piece {
    /// Text as it is shown.
    Text(&'static str),
    /// The value of this number among those the message is told.
    Value(usize),
}

/// A message in German, plain German and English.
type Texts = [&'static [Piece]; 3];

type Bundle = FluentBundle<FluentResource>;

static GERMAN: LazyLock<Bundle> = LazyLock::new(|| bundle("de", include_str!(concat!(env!("OUT_DIR"), "/de.ftl"))));
static PLAIN: LazyLock<Bundle> = LazyLock::new(|| bundle("de", include_str!(concat!(env!("OUT_DIR"), "/plain.ftl"))));
static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle("en", include_str!(concat!(env!("OUT_DIR"), "/en.ftl"))));

fn bundle(tag: &str, source: &str) -> Bundle {
    let mut bundle = Bundle::new_concurrent(vec![tag.parse().expect("a language tag")]);
    // No invisible marks around what is filled in: all our languages run in one direction.
    bundle.set_use_isolating(false);
    let resource = FluentResource::try_new(source.to_owned()).expect("build.rs has read it");
    bundle.add_resource(resource).expect("build.rs has seen that no message stands twice");
    bundle
}

/// The words of one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// Which.
    pub language: Language,
}

include!(concat!(env!("OUT_DIR"), "/words.rs"));

impl Words {
    /// Returns a message that is told nothing: nothing is copied.
    fn fixed(&self, texts: Texts) -> Cow<'static, str> {
        match self.pieces(texts) {
            [Piece::Text(text)] if self.language != Language::Pseudo => Cow::Borrowed(text),
            pieces => Cow::Owned(self.marked(put_together(pieces, &[]))),
        }
    }

    /// Returns a message of text and values.
    fn composed(&self, texts: Texts, values: &[Value]) -> String {
        self.marked(put_together(self.pieces(texts), values))
    }

    /// Returns a message that depends on what it is told.
    fn with(&self, key: &str, values: Vec<(&'static str, Value)>) -> String {
        let own: &'static Bundle = match self.language {
            Language::German | Language::Pseudo => &GERMAN,
            Language::Plain => &PLAIN,
            Language::English => &ENGLISH,
        };
        let german: &'static Bundle = &GERMAN;
        let (bundle, message) =
            own.get_message(key).map(|message| (own, message)).or_else(|| german.get_message(key).map(|message| (german, message))).expect("build.rs has seen it");
        let pattern = message.value().expect("build.rs has seen a text");
        let values: FluentArgs<'_> = values.into_iter().collect();
        self.marked(bundle.format_pattern(pattern, Some(&values), &mut vec![]).into_owned())
    }

    const fn pieces(&self, [german, plain, english]: Texts) -> &'static [Piece] {
        match self.language {
            Language::German | Language::Pseudo => german,
            Language::Plain => plain,
            Language::English => english,
        }
    }

    fn marked(&self, text: String) -> String {
        if self.language == Language::Pseudo { format!("⟦{text}⟧") } else { text }
    }
}

fn put_together(pieces: &[Piece], values: &[Value]) -> String {
    let value = |nth: usize| match values.get(nth) {
        Some(FluentValue::String(text)) => Cow::Borrowed(&**text),
        Some(FluentValue::Number(number)) => number.as_string(),
        _ => Cow::Borrowed(""),
    };
    pieces.iter().fold(String::with_capacity(64), |text, piece| match piece {
        Piece::Text(more) => text + more,
        Piece::Value(nth) => text + &value(*nth),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn each_language_speaks_and_plain_german_falls_back() {
        let title = |language| Words { language }.sign_in_title().into_owned();
        assert_eq!([title(Language::German), title(Language::English)], ["Anmelden", "Sign in"]);
        assert_eq!(title(Language::Pseudo), "⟦Anmelden⟧");
        let plain = Words { language: Language::Plain };
        assert_eq!(plain.imprint(), Words { language: Language::German }.imprint());
        assert!(plain.second_wait(90).contains("90"));
    }

    #[test]
    fn what_is_put_together_here_is_what_fluent_says() {
        let whole = ["de", "plain", "en"].map(|language| {
            let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/portal/words").join(language);
            let files = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
            bundle("de", &files.collect::<Vec<_>>().join("\n"))
        });
        for (key, names, texts) in COMPOSED {
            for (nth, language) in [Language::German, Language::Plain, Language::English].into_iter().enumerate() {
                for values in [names.iter().map(|name| Value::from(format!("{{ {name} }}"))).collect::<Vec<_>>(), names.iter().map(|_| Value::from(12_345.5)).collect()] {
                    let told: FluentArgs<'_> = names.iter().copied().zip(values.iter().cloned()).collect();
                    let own = whole[nth].get_message(key).map_or(&whole[0], |_| &whole[nth]);
                    let said = own.format_pattern(own.get_message(key).unwrap().value().unwrap(), Some(&told), &mut vec![]).into_owned();
                    assert_eq!(Words { language }.composed(*texts, &values), said, "{key}");
                }
            }
        }
        assert!(COMPOSED.len() > 500, "{}", COMPOSED.len());
    }

    #[test]
    fn a_browser_is_asked_once() {
        assert_eq!(["", "fr, en;q=0.5, de;q=0.4", "de-DE,de;q=0.9,en;q=0.8", "en-GB", "tr"].map(Language::asked_for).map(Language::word), ["de", "en", "de", "en", "de"]);
    }
}
