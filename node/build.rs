//! Makes a function of every message of the catalogues, so that a page can neither name one that is missing nor forget what it must be
//! told. German has all messages; English must have the same, with the same variables; plain German those of the groups that patients
//! decide by.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::Path,
};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

/// What plain German must have: everything whose name begins so.
const PLAIN: &[&str] = &["sign-in-", "second-", "invitation-", "consent-", "choice-"];
/// Rust's words that a message may not be called by.
const RESERVED: &[&str] = &["as", "break", "continue", "for", "if", "in", "loop", "match", "move", "return", "type", "use", "where", "yield"];

type Catalogue = BTreeMap<String, (BTreeSet<String>, String)>;

fn main() {
    let folder = Path::new("src/portal/words");
    let [german, english, plain] = ["de", "en", "plain"].map(|name| {
        let path = folder.join(name).with_extension("ftl");
        println!("cargo::rerun-if-changed={}", path.display());
        read(&path)
    });
    compare("en.ftl", &english, &german, |_| true);
    compare("plain.ftl", &plain, &german, |key| PLAIN.iter().any(|group| key.starts_with(group)));
    let functions: String = german.iter().map(|(key, (variables, text))| function(key, variables, text)).collect();
    let out = Path::new(&env::var("OUT_DIR").expect("cargo says where to write")).join("words.rs");
    fs::write(&out, format!("impl Words {{\n{functions}}}\n")).unwrap_or_else(|error| panic!("cannot write {}: {error}", out.display()));
}

fn read(path: &Path) -> Catalogue {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
    let resource = fluent_syntax::parser::parse(text.as_str()).unwrap_or_else(|(_, errors)| panic!("{}: {errors:?}", path.display()));
    let mut found = Catalogue::new();
    for entry in resource.body {
        match entry {
            Entry::Message(message) => {
                let pattern = message.value.unwrap_or_else(|| panic!("{}: {} has no text", path.display(), message.id.name));
                let mut variables = BTreeSet::new();
                collect(&pattern, &mut variables);
                let shown = pattern
                    .elements
                    .iter()
                    .filter_map(|element| if let PatternElement::TextElement { value } = element { Some(*value) } else { None })
                    .collect::<Vec<_>>()
                    .join("…");
                let twice = found.insert(message.id.name.to_owned(), (variables, shown));
                assert!(twice.is_none(), "{}: {} stands twice", path.display(), message.id.name);
            }
            Entry::Junk { content } => panic!("{}: not Fluent: {content}", path.display()),
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
        assert_eq!(theirs, variables, "{name}: {key} has other variables than in de.ftl");
    }
    for (key, (variables, _)) in other {
        let (own, _) = german.get(key).unwrap_or_else(|| panic!("{name}: de.ftl lacks the message {key}"));
        assert_eq!(own, variables, "{name}: {key} has other variables than in de.ftl");
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
