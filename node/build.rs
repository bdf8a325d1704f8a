//! Makes a function of every message of the catalogues, so that a page can neither name one that is missing nor forget what it must be
//! told. German has all messages; English must have the same, with the same variables; plain German those of the groups that patients
//! decide by.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

/// What plain German must have: everything whose name begins so.
const PLAIN: &[&str] = &["sign-in-", "second-", "invitation-", "consent-", "choice-"];
/// Rust's words that a message may not be called by.
const RESERVED: &[&str] = &["as", "break", "continue", "for", "if", "in", "loop", "match", "move", "return", "type", "use", "where", "yield"];

type Catalogue = BTreeMap<String, (BTreeSet<String>, String)>;

fn main() {
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo says where to write"));
    let [german, english, plain] = ["de", "en", "plain"].map(|language| {
        let text = gather(&Path::new("src/portal/words").join(language));
        write(&out.join(language).with_extension("ftl"), &text);
        read(language, &text)
    });
    compare("en", &english, &german, |_| true);
    compare("plain", &plain, &german, |key| PLAIN.iter().any(|group| key.starts_with(group)));
    let functions: String = german.iter().map(|(key, (variables, text))| function(key, variables, text)).collect();
    write(&out.join("words.rs"), &format!("impl Words {{\n{functions}}}\n"));
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

fn read(language: &str, text: &str) -> Catalogue {
    let resource = fluent_syntax::parser::parse(text).unwrap_or_else(|(_, errors)| panic!("{language}: {errors:?}"));
    let mut found = Catalogue::new();
    for entry in resource.body {
        match entry {
            Entry::Message(message) => {
                let pattern = message.value.unwrap_or_else(|| panic!("{language}: {} has no text", message.id.name));
                let mut variables = BTreeSet::new();
                collect(&pattern, &mut variables);
                let shown = pattern
                    .elements
                    .iter()
                    .filter_map(|element| if let PatternElement::TextElement { value } = element { Some(*value) } else { None })
                    .collect::<Vec<_>>()
                    .join("…");
                let twice = found.insert(message.id.name.to_owned(), (variables, shown));
                assert!(twice.is_none(), "{language}: {} stands twice", message.id.name);
            }
            Entry::Junk { content } => panic!("{language}: not Fluent: {content}"),
            _ => {}
        }
    }
    found
}

fn collect(pattern: &Pattern<&str>, into: &mut BTreeSet<String>) {
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

fn collect_inline(expression: &InlineExpression<&str>, into: &mut BTreeSet<String>) {
    match expression {
        InlineExpression::VariableReference { id } => drop(into.insert(id.name.to_owned())),
        InlineExpression::Placeable { expression } => {
            if let Expression::Inline(inline) = expression.as_ref() {
                collect_inline(inline, into);
            }
        }
        InlineExpression::FunctionReference { arguments, .. } => arguments.positional.iter().for_each(|argument| collect_inline(argument, into)),
        _ => {}
    }
}

fn compare(name: &str, other: &Catalogue, german: &Catalogue, wanted: impl Fn(&str) -> bool) {
    for (key, (variables, _)) in german.iter().filter(|(key, _)| wanted(key)) {
        let (theirs, _) = other.get(key).unwrap_or_else(|| panic!("{name} lacks the message {key}"));
        assert_eq!(theirs, variables, "{name}: {key} has other variables than in German");
    }
    for (key, (variables, _)) in other {
        let (own, _) = german.get(key).unwrap_or_else(|| panic!("{name}: German lacks the message {key}"));
        assert_eq!(own, variables, "{name}: {key} has other variables than in German");
    }
}

fn function(key: &str, variables: &BTreeSet<String>, text: &str) -> String {
    assert!(!RESERVED.contains(&key), "{key} cannot be a function's name");
    let name = key.replace('-', "_");
    let doc = text.split_whitespace().collect::<Vec<_>>().join(" ").replace(['`', '<', '>', '[', ']'], "");
    if variables.is_empty() {
        return format!("    /// „{doc}“\n    pub fn {name}(&self) -> std::borrow::Cow<'static, str> {{\n        self.plain(\"{key}\")\n    }}\n");
    }
    let arguments: String = variables.iter().map(|variable| format!(", {variable}: impl Into<Value>")).collect();
    let values: String = variables.iter().map(|variable| format!("(\"{variable}\", {variable}.into()), ")).collect();
    format!("    /// „{doc}“\n    pub fn {name}(&self{arguments}) -> String {{\n        self.with(\"{key}\", vec![{values}])\n    }}\n")
}
