//! Makes a function of every message of the catalogues, so that a page can neither name one that is missing nor forget what it must be
//! told. German has all messages; English must have the same, with the same variables; plain German those of the groups that patients
//! decide by.
//!
//! The functions hold the texts and put them together themselves: no catalogue is read by the running node. A test compares them with what
//! the Fluent library says.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey};

/// What plain German must have: everything whose name begins so.
const PLAIN: &[&str] = &["sign-in-", "second-", "invitation-", "setup-", "account-prove-again", "error-", "live-offline", "consent-", "choice-", "journey-"];
/// The catalogues, in the order in which functions name their texts.
const LANGUAGES: [&str; 3] = ["de", "plain", "en"];
/// Rust's words that a message may not be called by.
const RESERVED: &[&str] = &["as", "break", "continue", "for", "if", "in", "loop", "match", "move", "return", "type", "use", "where", "yield"];

type Catalogue<'a> = BTreeMap<&'a str, Entered<'a>>;

/// A message of one language.
struct Entered<'a> {
    pattern: Pattern<&'a str>,
    variables: BTreeSet<&'a str>,
}

fn main() {
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo says where to write"));
    let sources = LANGUAGES.map(|language| gather(&Path::new("src/portal/words").join(language)));
    let [german, plain, english] = [0, 1, 2].map(|nth| read(LANGUAGES[nth], &sources[nth]));
    compare("en", &english, &german, |_| true);
    compare("plain", &plain, &german, |key| PLAIN.iter().any(|group| key.starts_with(group)));
    let (mut functions, mut table) = (String::new(), String::new());
    for (key, entered) in &german {
        let all = [Some(entered), plain.get(key).or(Some(entered)), english.get(key)].map(|entered| entered.expect("compared"));
        let texts = all.map(|of| written(&of.pattern, &entered.variables)).join(", ");
        functions += &function(key, entered, &texts);
        table += &format!("    (\"{key}\", &{:?}, [{texts}]),\n", entered.variables.iter().collect::<Vec<_>>());
    }
    let table = format!("#[cfg(test)]\nconst ALL: &[(&str, &[&str], Texts)] = &[\n{table}];\n");
    write(&out.join("words.rs"), &format!("impl Words {{\n{functions}}}\n{table}"));
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
                let key = message.id.name;
                let pattern = message.value.unwrap_or_else(|| panic!("{language}: {key} has no text"));
                let mut variables = BTreeSet::new();
                collect(&pattern, &mut variables);
                let twice = found.insert(key, Entered { pattern, variables });
                assert!(twice.is_none(), "{language}: {key} stands twice");
            }
            Entry::Junk { content } => panic!("{language}: not Fluent: {content}"),
            _ => {}
        }
    }
    found
}

/// Returns a text as Rust writes it, its lines joined; values are called by their place among `variables`.
fn written(pattern: &Pattern<&str>, variables: &BTreeSet<&str>) -> String {
    let (mut parts, mut text) = (Vec::new(), String::new());
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => text += value,
            PatternElement::Placeable { expression: Expression::Inline(InlineExpression::StringLiteral { value }) } => {
                fluent_syntax::unicode::unescape_unicode(&mut text, value).expect("a string takes any text");
            }
            PatternElement::Placeable { expression } => {
                if !text.is_empty() {
                    parts.push(format!("Piece::Text({:?})", std::mem::take(&mut text)));
                }
                parts.push(placed(expression, variables));
            }
        }
    }
    if !text.is_empty() {
        parts.push(format!("Piece::Text({text:?})"));
    }
    format!("&[{}]", parts.join(", "))
}

/// Returns what stands for a value in a text, or for a choice between texts by a value.
fn placed(expression: &Expression<&str>, variables: &BTreeSet<&str>) -> String {
    let nth = |inline: &InlineExpression<&str>| match inline {
        InlineExpression::VariableReference { id } => variables.iter().position(|variable| *variable == id.name).expect("collected from the same message"),
        other => panic!("messages are made of texts, values and choices by a value, not of {other:?}"),
    };
    match expression {
        Expression::Inline(inline) => format!("Piece::Value({})", nth(inline)),
        Expression::Select { selector, variants } => {
            let key = |key: &VariantKey<&str>| match key {
                VariantKey::Identifier { name } => format!("Key::Word({name:?})"),
                VariantKey::NumberLiteral { value } => format!("Key::Number({})", value.parse::<i64>().expect("a whole number")),
            };
            let all: Vec<String> = variants.iter().map(|variant| format!("({}, {})", key(&variant.key), written(&variant.value, variables))).collect();
            let otherwise = variants.iter().find(|variant| variant.default).map(|variant| written(&variant.value, variables)).expect("Fluent demands one");
            format!("Piece::Choice {{ by: {}, variants: &[{}], otherwise: {otherwise} }}", nth(selector), all.join(", "))
        }
    }
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

/// Returns the function of a message.
fn function(key: &str, entered: &Entered<'_>, texts: &str) -> String {
    assert!(!RESERVED.contains(&key), "{key} cannot be a function's name");
    let (name, variables) = (key.replace('-', "_"), &entered.variables);
    let doc = shown(&entered.pattern).split_whitespace().collect::<Vec<_>>().join(" ").replace(['`', '<', '>', '[', ']'], "");
    let doc = format!("    /// „{doc}“\n");
    if variables.is_empty() {
        return format!("{doc}    pub fn {name}(&self) -> Cow<'static, str> {{\n        self.fixed([{texts}])\n    }}\n");
    }
    let arguments: String = variables.iter().map(|variable| format!(", {variable}: impl Into<Value<'a>>")).collect();
    let values: String = variables.iter().map(|variable| format!("{variable}.into(), ")).collect();
    format!("{doc}    pub fn {name}<'a>(&self{arguments}) -> String {{\n        self.composed([{texts}], &[{values}])\n    }}\n")
}

/// Returns a text with dots for what is filled in.
fn shown(pattern: &Pattern<&str>) -> String {
    let text = |element: &PatternElement<&str>| if let PatternElement::TextElement { value } = element { Some((*value).to_owned()) } else { None };
    pattern.elements.iter().filter_map(text).collect::<Vec<_>>().join("…")
}
