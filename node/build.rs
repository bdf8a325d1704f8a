//! Makes a function of every message of the catalogues, so that a page can neither name one that is missing nor forget what it must be
//! told. German has all messages; English must have the same, with the same variables; plain German those of the groups that patients
//! decide by.
//!
//! What is nothing but text and values is put together by the function itself; what depends on its values (forms of number, kinds) is left
//! to Fluent, whose catalogues hold no more than that.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
};

use fluent_syntax::{
    ast::{Entry, Expression, InlineExpression, Message, Pattern, PatternElement, Resource},
    serializer,
};

/// What plain German must have: everything whose name begins so.
const PLAIN: &[&str] = &["sign-in-", "second-", "invitation-", "consent-", "choice-"];
/// The catalogues, in the order in which functions name their texts.
const LANGUAGES: [&str; 3] = ["de", "plain", "en"];
/// Rust's words that a message may not be called by.
const RESERVED: &[&str] = &["as", "break", "continue", "for", "if", "in", "loop", "match", "move", "return", "type", "use", "where", "yield"];

type Catalogue<'a> = BTreeMap<&'a str, Entered<'a>>;

/// A message of one language.
struct Entered<'a> {
    message: Message<&'a str>,
    variables: BTreeSet<&'a str>,
    /// Its text and its values in order, if it is nothing else.
    pieces: Option<Vec<Piece<'a>>>,
}

enum Piece<'a> {
    Text(String),
    Value(&'a str),
}

fn main() {
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo says where to write"));
    let sources = LANGUAGES.map(|language| gather(&Path::new("src/portal/words").join(language)));
    let [german, plain, english] = [0, 1, 2].map(|nth| read(LANGUAGES[nth], &sources[nth]));
    compare("en", &english, &german, |_| true);
    compare("plain", &plain, &german, |key| PLAIN.iter().any(|group| key.starts_with(group)));
    let (mut functions, mut composed, mut left) = (String::new(), String::new(), BTreeSet::new());
    for (key, entered) in &german {
        let all = [Some(entered), plain.get(key).or(Some(entered)), english.get(key)].map(|entered| entered.and_then(|entered| entered.pieces.as_deref()));
        let pieces = all.into_iter().map(|pieces| pieces.map(|pieces| written(pieces, &entered.variables))).collect::<Option<Vec<_>>>();
        functions += &function(key, entered, pieces.as_deref());
        match pieces {
            Some(pieces) => composed += &format!("    (\"{key}\", &{:?}, [{}]),\n", entered.variables.iter().collect::<Vec<_>>(), pieces.join(", ")),
            None => drop(left.insert(*key)),
        }
    }
    let table = format!("#[cfg(test)]\nconst COMPOSED: &[(&str, &[&str], [&[Piece]; 3])] = &[\n{composed}];\n");
    write(&out.join("words.rs"), &format!("impl Words {{\n{functions}}}\n{table}"));
    for (language, catalogue) in LANGUAGES.into_iter().zip([german, plain, english]) {
        let body = catalogue.into_iter().filter(|(key, _)| left.contains(key)).map(|(_, entered)| Entry::Message(entered.message)).collect();
        write(&out.join(language).with_extension("ftl"), &serializer::serialize(&Resource { body }));
    }
}

/// Returns all messages of a language: one file an area of the pages.
fn gather(folder: &Path) -> String {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<PathBuf> = fs::read_dir(folder).expect("a folder of words").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files.iter().map(|path| fs::read_to_string(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display())) + "\n").collect()
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
}

fn read<'a>(language: &str, text: &'a str) -> Catalogue<'a> {
    let resource = fluent_syntax::parser::parse(text).unwrap_or_else(|(_, errors)| panic!("{language}: {errors:?}"));
    let mut found = Catalogue::new();
    for entry in resource.body {
        match entry {
            Entry::Message(message) => {
                let (key, pattern) = (message.id.name, message.value.as_ref().unwrap_or_else(|| panic!("{language}: {} has no text", message.id.name)));
                let mut variables = BTreeSet::new();
                collect(pattern, &mut variables);
                let pieces = pattern.elements.iter().map(piece).collect();
                let twice = found.insert(key, Entered { variables, pieces, message });
                assert!(twice.is_none(), "{language}: {key} stands twice");
            }
            Entry::Junk { content } => panic!("{language}: not Fluent: {content}"),
            _ => {}
        }
    }
    found
}

/// Returns a part of a message that is text or a value; nothing for what takes Fluent to say.
fn piece<'a>(element: &PatternElement<&'a str>) -> Option<Piece<'a>> {
    Some(match element {
        PatternElement::TextElement { value } => Piece::Text((*value).to_owned()),
        PatternElement::Placeable { expression: Expression::Inline(InlineExpression::StringLiteral { value }) } => {
            let mut text = String::new();
            fluent_syntax::unicode::unescape_unicode(&mut text, value).expect("a string takes any text");
            Piece::Text(text)
        }
        PatternElement::Placeable { expression: Expression::Inline(InlineExpression::VariableReference { id }) } => Piece::Value(id.name),
        PatternElement::Placeable { .. } => return None,
    })
}

/// Returns pieces as Rust writes them, lines of text joined; values are called by their place among `variables`.
fn written(pieces: &[Piece<'_>], variables: &BTreeSet<&str>) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut text = String::new();
    let end = |text: &mut String, parts: &mut Vec<String>| {
        if !text.is_empty() {
            parts.push(format!("Piece::Text({:?})", std::mem::take(text)));
        }
    };
    for piece in pieces {
        match piece {
            Piece::Text(more) => text += more,
            Piece::Value(name) => {
                end(&mut text, &mut parts);
                parts.push(format!("Piece::Value({})", variables.iter().position(|variable| variable == name).expect("collected from the same message")));
            }
        }
    }
    end(&mut text, &mut parts);
    format!("&[{}]", parts.join(", "))
}

fn collect<'a>(pattern: &Pattern<&'a str>, into: &mut BTreeSet<&'a str>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            match expression {
                Expression::Inline(inline) => collect_inline(inline, into),
                Expression::Select { selector, variants } => {
                    collect_inline(selector, into);
                    variants.iter().for_each(|variant| collect(&variant.value, into));
                }
            }
        }
    }
}

fn collect_inline<'a>(expression: &InlineExpression<&'a str>, into: &mut BTreeSet<&'a str>) {
    match expression {
        InlineExpression::VariableReference { id } => drop(into.insert(id.name)),
        InlineExpression::Placeable { expression } => {
            if let Expression::Inline(inline) = expression.as_ref() {
                collect_inline(inline, into);
            }
        }
        InlineExpression::FunctionReference { arguments, .. } => arguments.positional.iter().for_each(|argument| collect_inline(argument, into)),
        _ => {}
    }
}

fn compare(name: &str, other: &Catalogue<'_>, german: &Catalogue<'_>, wanted: impl Fn(&str) -> bool) {
    for (key, own) in german.iter().filter(|(key, _)| wanted(key)) {
        let theirs = other.get(key).unwrap_or_else(|| panic!("{name} lacks the message {key}"));
        assert_eq!(theirs.variables, own.variables, "{name}: {key} has other variables than in German");
    }
    for (key, theirs) in other {
        let own = german.get(key).unwrap_or_else(|| panic!("{name}: German lacks the message {key}"));
        assert_eq!(own.variables, theirs.variables, "{name}: {key} has other variables than in German");
    }
}

/// Returns the function of a message: with its pieces in each language, or through Fluent.
fn function(key: &str, entered: &Entered<'_>, pieces: Option<&[String]>) -> String {
    assert!(!RESERVED.contains(&key), "{key} cannot be a function's name");
    let (name, variables) = (key.replace('-', "_"), &entered.variables);
    let doc = shown(&entered.message).split_whitespace().collect::<Vec<_>>().join(" ").replace(['`', '<', '>', '[', ']'], "");
    let doc = format!("    /// „{doc}“\n");
    let all = pieces.map(|pieces| pieces.join(", "));
    if variables.is_empty() {
        let all = all.unwrap_or_else(|| panic!("{key} tells nothing, and is no plain text either"));
        return format!("{doc}    pub fn {name}(&self) -> std::borrow::Cow<'static, str> {{\n        self.fixed([{all}])\n    }}\n");
    }
    let arguments: String = variables.iter().map(|variable| format!(", {variable}: impl Into<Value>")).collect();
    let body = match all {
        Some(all) => {
            let values: String = variables.iter().map(|variable| format!("{variable}.into(), ")).collect();
            format!("self.composed([{all}], &[{values}])")
        }
        None => {
            let values: String = variables.iter().map(|variable| format!("(\"{variable}\", {variable}.into()), ")).collect();
            format!("self.with(\"{key}\", vec![{values}])")
        }
    };
    format!("{doc}    pub fn {name}(&self{arguments}) -> String {{\n        {body}\n    }}\n")
}

/// Returns the text of a message, with dots for what is filled in.
fn shown(message: &Message<&str>) -> String {
    let text = |element: &PatternElement<&str>| if let PatternElement::TextElement { value } = element { Some((*value).to_owned()) } else { None };
    message.value.iter().flat_map(|pattern| &pattern.elements).filter_map(text).collect::<Vec<_>>().join("…")
}
