//! What the pages say, in the reader's language. The catalogues are Fluent files, one an area of the
//! pages; `build.rs` makes a function of each message, with its texts.

use std::borrow::Cow;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Text as it is shown, or a word by which a text is chosen.
    Text(Cow<'a, str>),
    /// A number.
    Number(i64),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}
/// Templates lend what they show, and sometimes what was lent to them.
macro_rules! lent {
    ($($text:ty)*) => {
        $(impl<'a> From<&'a $text> for Value<'a> {
            fn from(text: &'a $text) -> Self {
                Self::Text(Cow::Borrowed(text))
            }
        })*
    };
}
lent!(String &'a String &'a str Cow<'_, str>);

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}
impl<'a> From<Cow<'a, str>> for Value<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Self::Text(text)
    }
}
macro_rules! numbers {
    ($($number:ty)*) => {
        $(impl From<$number> for Value<'_> {
            fn from(number: $number) -> Self {
                Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
            }
        }
        impl From<&$number> for Value<'_> {
            fn from(number: &$number) -> Self {
                (*number).into()
            }
        })*
    };
}
numbers!(i8 i16 i32 i64 u8 u16 u32 u64 usize);

/// A part of a message.
#[derive(Clone, Copy, Debug)]
enum Piece {
    /// Text as it is shown.
    Text(&'static str),
    /// The value of this number among those the message is told.
    Value(usize),
    /// The first of these texts whose key fits a value.
    Choice { by: usize, variants: &'static [(Key, &'static [Self])], otherwise: &'static [Self] },
}

/// By what a text is chosen.
#[derive(Clone, Copy, Debug)]
enum Key {
    /// A word, or a number's form: `one`, `other`.
    Word(&'static str),
    /// This very number.
    Number(i64),
}

impl Key {
    /// Returns whether a value is meant. In German and English a whole number takes the form `one` if it is 1 (Unicode CLDR, cardinal plural
    /// rules: "i = 1 and v = 0").
    fn fits(self, value: Option<&Value<'_>>) -> bool {
        match (self, value) {
            (Self::Word(word), Some(Value::Text(text))) => text == word,
            (Self::Number(key), Some(Value::Number(number))) => *number == key,
            (Self::Word("one"), Some(Value::Number(number))) => *number == 1,
            (Self::Word("other"), Some(Value::Number(number))) => *number != 1,
            _ => false,
        }
    }
}

/// A message in German, plain German and English.
type Texts = [&'static [Piece]; 3];

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
            pieces => Cow::Owned(self.told(pieces, &[])),
        }
    }

    /// Returns a message that is told something.
    fn composed(&self, texts: Texts, values: &[Value<'_>]) -> String {
        self.told(self.pieces(texts), values)
    }

    fn told(&self, pieces: &[Piece], values: &[Value<'_>]) -> String {
        let mut text = String::with_capacity(96);
        put_together(&mut text, pieces, values);
        if self.language == Language::Pseudo { format!("⟦{text}⟧") } else { text }
    }

    const fn pieces(&self, [german, plain, english]: Texts) -> &'static [Piece] {
        match self.language {
            Language::German | Language::Pseudo => german,
            Language::Plain => plain,
            Language::English => english,
        }
    }
}

fn put_together(text: &mut String, pieces: &[Piece], values: &[Value<'_>]) {
    for piece in pieces {
        match piece {
            Piece::Text(more) => text.push_str(more),
            Piece::Value(nth) => match values.get(*nth) {
                Some(Value::Text(value)) => text.push_str(value),
                Some(Value::Number(number)) => text.push_str(&number.to_string()),
                None => {}
            },
            Piece::Choice { by, variants, otherwise } => {
                let chosen = variants.iter().find(|(key, _)| key.fits(values.get(*by)));
                put_together(text, chosen.map_or(*otherwise, |(_, pieces)| *pieces), values);
            }
        }
    }
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

    type Bundle = fluent_bundle::concurrent::FluentBundle<fluent_bundle::FluentResource>;

    fn by_fluent(language: &str, tag: &str) -> Bundle {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/portal/words").join(language);
        let files = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
        let mut bundle = Bundle::new_concurrent(vec![tag.parse().unwrap()]);
        // No invisible marks around what is filled in: all our languages run in one direction.
        bundle.set_use_isolating(false);
        bundle.add_resource(fluent_bundle::FluentResource::try_new(files.collect::<Vec<_>>().join("\n")).unwrap()).unwrap();
        bundle
    }

    /// Returns every word by which a text is chosen somewhere in these pieces.
    fn keys(pieces: &[Piece], found: &mut Vec<Value<'static>>) {
        for piece in pieces {
            if let Piece::Choice { variants, .. } = piece {
                for (key, pieces) in *variants {
                    found.push(match key {
                        Key::Word(word) => Value::from(*word),
                        Key::Number(number) => Value::from(*number),
                    });
                    keys(pieces, found);
                }
            }
        }
    }

    #[test]
    fn what_is_put_together_here_is_what_fluent_says() {
        let bundles = [by_fluent("de", "de"), by_fluent("plain", "de"), by_fluent("en", "en")];
        let mut compared = 0;
        for (key, names, texts) in ALL {
            let mut values = vec![Value::from("{ text }"), Value::from(0), Value::from(1), Value::from(2), Value::from(1_234_567), Value::from("1")];
            texts.iter().for_each(|pieces| keys(pieces, &mut values));
            for (nth, language) in [Language::German, Language::Plain, Language::English].into_iter().enumerate() {
                let own = if bundles[nth].has_message(key) { &bundles[nth] } else { &bundles[0] };
                let pattern = own.get_message(key).unwrap().value().unwrap();
                // All values the same, and then each in turn another.
                let turns = values.iter().flat_map(|value| (0..=names.len()).map(move |odd| (value, odd)));
                for (value, odd) in turns {
                    let told: Vec<Value<'_>> = (0..names.len()).map(|at| if at == odd { Value::from("odd") } else { value.clone() }).collect();
                    let mut arguments = fluent_bundle::FluentArgs::new();
                    for (name, value) in names.iter().zip(&told) {
                        match value {
                            Value::Text(text) => arguments.set(*name, text.clone().into_owned()),
                            Value::Number(number) => arguments.set(*name, *number),
                        }
                    }
                    let said = own.format_pattern(pattern, Some(&arguments), &mut vec![]).into_owned();
                    assert_eq!(Words { language }.composed(*texts, &told), said, "{key} {told:?}");
                    compared += 1;
                }
            }
        }
        assert!(compared > 10_000, "{compared}");
    }

    #[test]
    fn a_browser_is_asked_once() {
        assert_eq!(["", "fr, en;q=0.5, de;q=0.4", "de-DE,de;q=0.9,en;q=0.8", "en-GB", "tr"].map(Language::asked_for).map(Language::word), ["de", "en", "de", "en", "de"]);
    }
}
