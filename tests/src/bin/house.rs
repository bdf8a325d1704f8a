//! Checks the house rules that no compiler checks: who may import whom, where a library may be used, how long files are,
//! what stands at the top level, and which licences the dependencies have. Prints every breach and fails if there is one.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

/// For each folder (or file) of `node/src`: the parts of the crate it must not import.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("domain", &["store", "workflow", "mesh", "control", "portal", "runtime", "cli"]),
    ("store", &["workflow", "mesh", "mail", "control", "portal", "runtime", "cli"]),
    ("workflow", &["mesh", "mail", "control", "portal", "runtime", "cli"]),
    ("mesh", &["store", "workflow", "control", "portal", "runtime", "cli", "domain"]),
    ("mail", &["store", "workflow", "mesh", "control", "portal", "runtime", "cli"]),
    ("control", &["mesh", "mail", "portal", "runtime", "cli", "store"]),
    ("portal", &["mesh", "mail", "control", "runtime", "cli", "store"]),
    ("runtime", &["cli"]),
];
/// Libraries that stay in their folders.
const LIBRARIES: &[(&str, &[&str])] = &[
    ("rusqlite", &["store"]),
    ("libp2p", &["mesh"]),
    ("lettre", &["mail"]),
    ("rustls", &["mesh", "portal", "cli/demo"]),
    ("axum", &["portal"]),
    ("askama", &["portal"]),
    ("fluent_bundle", &["portal"]),
    ("webauthn_rs", &["portal"]),
    ("argon2", &["domain/account"]),
    ("totp_rs", &["domain/account"]),
    ("clap", &["cli"]),
    ("bao_tree", &["store"]),
    ("verbund_certs", &["cli/demo"]),
];
/// What the protocol must not touch: it is pure.
const IMPURE: &[&str] = &["std::fs", "std::net", "std::thread", "SystemTime", "Instant::now", "tokio", "tracing", "rand::", "async fn"];
/// Licences that may be linked into a product under Apache-2.0.
const LICENCES: &[&str] = &[
    "MIT",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "Unlicense",
    "CC0-1.0",
    "0BSD",
    "BlueOak-1.0.0",
    "Unicode-3.0",
    "BlueOak-1.0.0",
    "MIT-0",
    "Apache-2.0 WITH LLVM-exception",
    "CDLA-Permissive-2.0",
    "OpenSSL",
    "BSL-1.0",
    "MPL-2.0",
    "blessing",
    "WTFPL",
];
const TOP: &[&str] = &["Cargo.toml", "Cargo.lock", "node", "protocol", "certs", "config.example.toml", "scripts", "tests", "README.md", "LICENSE"];
const MAX_LINES: usize = 600;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut breaches = Vec::new();
    layers(&root, &mut breaches);
    purity(&root, &mut breaches);
    sizes(&root, &mut breaches);
    limits(&root, &mut breaches);
    top_level(&root, &mut breaches);
    licences(&root, &mut breaches);
    for breach in &breaches {
        eprintln!("{breach}");
    }
    eprintln!("house: {} breaches", breaches.len());
    if breaches.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Returns all Rust files below `folder`.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Returns the lines of code with their numbers: no comments, and nothing after the tests begin.
fn code(path: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let before_tests = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
    before_tests.lines().enumerate().map(|(at, line)| (at + 1, line.trim().to_owned())).filter(|(_, line)| !line.starts_with("//")).collect()
}

/// Whether `line` names the part `part` of the crate, alone or in a list `crate::{a, part::…}`.
fn names(line: &str, part: &str) -> bool {
    line.contains(&format!("crate::{part}")) || line.starts_with(&format!("{part}::")) || line.starts_with(&format!("{part},"))
}

fn layers(root: &Path, breaches: &mut Vec<String>) {
    let node = root.join("node/src");
    for path in sources(&node) {
        let inside = path.strip_prefix(&node).unwrap_or(&path).with_extension("");
        let place = inside.to_string_lossy().into_owned();
        if place.contains("tests") {
            continue;
        }
        let room = place.split('/').next().unwrap_or_default();
        let forbidden = FORBIDDEN.iter().find(|(name, _)| *name == room).map_or(&[][..], |(_, parts)| parts);
        for (number, line) in code(&path) {
            let breach = |what: String| format!("node/src/{place}.rs:{number}: {what}");
            breaches.extend(forbidden.iter().filter(|part| names(&line, part)).map(|part| breach(format!("{room} must not import {part}"))));
            for (library, homes) in LIBRARIES {
                let used = line.match_indices(library).any(|(at, _)| starts_word(&line, at) && line[at + library.len()..].starts_with("::"));
                if used && place != "main" && !homes.iter().any(|home| place == *home || place.starts_with(&format!("{home}/"))) {
                    breaches.push(breach(format!("{library} stays in {}", homes.join(", "))));
                }
            }
        }
    }
}

/// Whether the byte at `at` begins an identifier that is a path's first part.
fn starts_word(line: &str, at: usize) -> bool {
    !line[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_' || before == ':')
}

fn purity(root: &Path, breaches: &mut Vec<String>) {
    for path in sources(&root.join("protocol/src")).into_iter().filter(|path| !path.ends_with("tests.rs")) {
        for (number, line) in code(&path) {
            breaches.extend(IMPURE.iter().filter(|word| line.contains(*word)).map(|word| format!("{}:{number}: protocol is pure: {word}", path.display())));
        }
    }
}

fn sizes(root: &Path, breaches: &mut Vec<String>) {
    for part in ["node", "protocol", "certs", "tests"] {
        for path in sources(&root.join(part)) {
            let lines = fs::read_to_string(&path).unwrap_or_default().lines().count();
            if lines > MAX_LINES {
                breaches.push(format!("{}: {lines} lines, at most {MAX_LINES}", path.display()));
            }
        }
    }
}

/// Every bound in `limits.rs` is used outside that file: by code that keeps it, not by tests alone; and a test names it too.
fn limits(root: &Path, breaches: &mut Vec<String>) {
    let home = root.join("protocol/src/limits.rs");
    let names: Vec<String> = code(&home).iter().filter_map(|(_, line)| Some(line.strip_prefix("pub const ")?.split(':').next()?.trim().to_owned())).collect();
    if names.is_empty() {
        breaches.push(format!("{}: no bounds are found", home.display()));
    }
    let mut unused: BTreeSet<String> = names.iter().cloned().collect();
    for path in ["protocol/src", "node/src", "certs/src"]
        .iter()
        .flat_map(|part| sources(&root.join(part)))
        .filter(|path| *path != home && !in_tests(path.strip_prefix(root).unwrap_or(path)))
    {
        for (_, line) in code(&path) {
            unused.retain(|name| !line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == name));
        }
    }
    breaches.extend(unused.iter().map(|name| format!("protocol/src/limits.rs: {name} is kept nowhere")));
    breaches.extend(untested(root, names).iter().map(|name| format!("protocol/src/limits.rs: no test names {name}; add one that goes one past it")));
}

/// Returns the bounds that no test names.
fn untested(root: &Path, names: Vec<String>) -> BTreeSet<String> {
    // How the multiplexer cuts what it sends: whoever receives takes pieces of any size, so there is no one past it.
    const WITHOUT_TEST: &[&str] = &["MUX_FRAME"];
    let mut untested: BTreeSet<String> = names.into_iter().filter(|name| !WITHOUT_TEST.contains(&name.as_str())).collect();
    for path in ["protocol", "node/src", "certs", "tests"].iter().flat_map(|part| sources(&root.join(part))) {
        let text = fs::read_to_string(&path).unwrap_or_default();
        let whole = in_tests(path.strip_prefix(root).unwrap_or(&path));
        let tests = if whole { text.as_str() } else { text.split_once("#[cfg(test)]\nmod tests {").map(|(_, tests)| tests).unwrap_or_default() };
        untested.retain(|name| !tests.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == name));
    }
    untested
}

/// Whether a file holds tests only.
fn in_tests(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| stem == "tests") || path.components().any(|part| part.as_os_str() == "tests")
}

fn top_level(root: &Path, breaches: &mut Vec<String>) {
    let listed = Command::new("git").args(["ls-files"]).current_dir(root).output();
    let Ok(listed) = listed else {
        breaches.push("git ls-files does not run, so the top level cannot be checked".into());
        return;
    };
    let names: BTreeSet<String> = String::from_utf8_lossy(&listed.stdout).lines().filter_map(|line| line.split('/').next()).map(str::to_owned).collect();
    breaches.extend(names.iter().filter(|name| !name.starts_with('.') && !TOP.contains(&name.as_str())).map(|name| format!("{name}: not in the given layout")));
}

fn licences(root: &Path, breaches: &mut Vec<String>) {
    let output = Command::new(env!("CARGO")).args(["metadata", "--format-version", "1", "--locked"]).current_dir(root).output();
    let output = match output {
        Ok(output) if output.status.success() => output.stdout,
        Ok(output) => return breaches.push(format!("licences cannot be checked: {}", String::from_utf8_lossy(&output.stderr).trim())),
        Err(error) => return breaches.push(format!("licences cannot be checked: cargo metadata does not run: {error}")),
    };
    let metadata: serde_json::Value = serde_json::from_slice(&output).unwrap_or_default();
    let Some(packages) = metadata["packages"].as_array() else {
        return breaches.push("licences cannot be checked: cargo metadata names no packages".into());
    };
    for package in packages {
        let licence = package["license"].as_str().unwrap_or("none stated");
        if !allowed(licence) {
            breaches.push(format!("{} {}: licence {licence} is not on the list", package["name"], package["version"]));
        }
    }
}

/// Whether an SPDX expression can be met from the list: every `AND` part has an `OR` part that is on it.
fn allowed(expression: &str) -> bool {
    let plain = expression.replace(['(', ')'], " ").replace('/', " OR ");
    plain.split(" AND ").all(|part| part.split(" OR ").any(|licence| LICENCES.contains(&licence.trim())))
}
