//! Is something missing? Every function of the workflow that can write, and every action of the audit that the program can name, must occur in
//! a story, or stand here with the reason why it does not.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use verbund_protocol::referral::MessageKind;

use super::{STORIES, clinic::Story};

/// Functions that only read: they write nothing, not even an entry of the audit.
const READS: &[&str] = &[
    "address::due",
    "calls::count",
    "capacity::confirm",
    "capacity::facilities",
    "capacity::show",
    "capacity::verify",
    "caseload::favourites",
    "caseload::is_ours",
    "caseload::own_facilities",
    "caseload::preview",
    "clinic::of",
    "clock::quiet_until",
    "consent::require",
    "conversation::last",
    "conversation::load",
    "conversation::load_as",
    "conversation::said_last",
    "dispatch::members_due",
    "document::arriving",
    "document::check",
    "health::show",
    "inbox::is_ours",
    "inbox::unanswered",
    "inquiry::find_case",
    "inquiry::preview",
    "invite::blocked",
    "invite::own_account",
    "invite::standing",
    "journey::reach",
    "overview::list",
    "overview::queues",
    "own::is_offered",
    "own::of_patient",
    "paper::open",
    "patient::entered",
    "patient::existing",
    "patient::taken",
    "purpose::of_look",
    "purpose::require",
    "purpose::waiting",
    "recovery::members_due",
    "recovery::outstanding",
    "release::released_at",
    "rule::list",
    "rule::of",
    "safekeeping::begin_backup",
    "safekeeping::key_id",
    "search::find",
    "search::judge",
    "sign_in::passkey",
    "staff::blocked",
    "staff::list",
    "staff::name",
    "story::now_to_do",
    "thread::count",
    "thread::of_patient",
];

/// Functions that are a part of others, which are in a story.
const PARTS: &[&str] = &[
    "address::renew",
    "asking::withdraw_others",
    "capacity::republish",
    "capacity::restate",
    "code::send",
    "conversation::begin",
    "conversation::note",
    "conversation::say",
    "dispatch::members_left",
    "document::offer",
    "document::revoke_conversation",
    "document::revoke_grants",
    "offer::confirm_choice",
    "offer::take_place",
    "receive::accept",
    "receive::erase_received",
    "receive::withdrawn_by_sender",
    "referral::consent_revoked",
    "referral::trouble",
    "retention::daily",
    "rule::apply",
    "settle::abandon",
    "settle::erase",
    "settle::settle",
];

/// Functions and actions that are in no story, each with the reason.
const ABSENT: &[(&str, &str)] = &[
    ("safekeeping::export_key", "needs a database in a directory; what it writes into the store is one entry of the audit"),
    ("key.export", "as above"),
    ("conversation.remind", "no story waits so long; beside the entry of the audit it marks one row as reminded of"),
    ("retention", "told only when heads of others' audits are years old; the daily round itself is in a story"),
    ("referral::transport_booked", "belongs to the next version of the protocol"),
    ("repeat.receive", "a planted bug, for the simulator"),
];

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            into.push(path);
        }
    }
}

/// Returns the workflow's files with their code, without tests; each with its names as a module, from the last: `invite`, `account`.
fn workflow() -> Vec<(Vec<String>, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../node/src/workflow");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut code = Vec::new();
    for file in files {
        let within = file.strip_prefix(&root).unwrap().with_extension("");
        let names: Vec<String> = within.iter().rev().map(|name| name.to_str().unwrap().to_owned()).collect();
        if names.iter().any(|name| name == "tests" || name == "bench") {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
        code.push((names, text));
    }
    assert!(code.len() > 60, "{}", code.len());
    code
}

fn own_code() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/crash_points");
    let mut files = Vec::new();
    sources(&root, &mut files);
    files.retain(|file| !file.ends_with("complete.rs"));
    files.iter().map(|file| fs::read_to_string(file).unwrap()).collect()
}

/// Whether `name` stands in `code` as a whole path.
fn names(code: &str, name: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    code.match_indices(name).any(|(at, _)| !part(code[..at].chars().next_back()) && !part(code[at + name.len()..].chars().next()))
}

/// The names of the public functions in a file that are given the open transaction.
fn writers(code: &str) -> Vec<&str> {
    let head = |(at, begin): (usize, &str)| code[at + begin.len()..].split_once('{').map(|(head, _)| head);
    let heads = code.match_indices("\npub fn ").filter_map(head).filter(|head| head.contains("Work<'_>"));
    heads.filter_map(|head| head.split(['(', '<']).next()).collect()
}

#[test]
fn every_function_that_writes_is_in_a_story() {
    let (own, mut missing, mut known) = (own_code(), Vec::new(), BTreeSet::new());
    for (modules, code) in workflow() {
        for name in writers(&code) {
            let paths: Vec<String> = modules.iter().map(|module| format!("{module}::{name}")).collect();
            let excused: Vec<&String> = paths.iter().filter(|path| excuses().any(|excuse| excuse == *path)).collect();
            known.extend(excused.iter().map(|path| (*path).clone()));
            let told = paths.iter().any(|path| names(&own, path));
            assert!(!told || excused.is_empty(), "{} is in a story by now: take it off the list", paths[0]);
            if !told && excused.is_empty() {
                missing.push(paths[0].clone());
            }
        }
    }
    assert!(missing.is_empty(), "no crash point for what these write; add a step to a story:\n{}", missing.join("\n"));
    let stale: Vec<&str> = excuses().filter(|excuse| excuse.contains("::") && !known.contains(*excuse)).collect();
    assert!(stale.is_empty(), "these are not there any more: {stale:?}");
}

fn excuses() -> impl Iterator<Item = &'static str> {
    READS.iter().chain(PARTS).copied().chain(ABSENT.iter().map(|(name, _)| *name))
}

/// Returns the actions in a file's code: literals of words joined by dots. Where a part is put in, all that it can be.
fn actions(code: &str) -> Vec<String> {
    // Quotes that begin no text.
    let code = code.replace("\\\"", "").replace("'\"'", "");
    let word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c == '{' || c == '}');
    let literals = code.split('"').skip(1).step_by(2).filter(|text| text.contains('.') && text.split('.').all(word));
    let kinds = || MessageKind::ALL.iter().map(|kind| kind.word());
    literals
        .flat_map(|text| match text {
            "{}.send" => kinds().map(|kind| format!("{kind}.send")).collect(),
            "{word}.receive" => kinds().map(|kind| format!("{kind}.receive")).collect(),
            // What can have been lost: some kinds stand for all, which are written alike.
            "{word}.recover" => ["inquiry", "offer", "choice", "confirm"].map(|kind| format!("{kind}.recover")).to_vec(),
            "thread.{}" => ["answered", "closed", "taken", "handed"].map(|what| format!("thread.{what}")).to_vec(),
            "rule.{}" => ["on", "off", "removed"].map(|state| format!("rule.{state}")).to_vec(),
            plain => {
                assert!(!plain.contains('{'), "say here what {plain} can be");
                vec![plain.to_owned()]
            }
        })
        .collect()
}

#[test]
fn every_action_of_the_audit_is_in_a_story() {
    let mut wanted: BTreeSet<String> = workflow().iter().flat_map(|(_, code)| actions(code)).collect();
    wanted.extend(["disclosure", "retention", "store.restore"].map(str::to_owned));
    assert!(wanted.len() > 150, "{}", wanted.len());
    let (mut done, mut broken) = (BTreeSet::new(), Vec::new());
    for (name, tell, ..) in STORIES {
        let told = std::panic::catch_unwind(|| {
            let mut story = Story::rehearsal();
            tell(&mut story);
            story.deeds().clone()
        });
        match told {
            Ok(deeds) => done.extend(deeds),
            Err(_) => broken.push(name),
        }
    }
    assert!(broken.is_empty(), "these stories cannot be told: {broken:?}");
    let excused: BTreeSet<String> = ABSENT.iter().map(|(name, _)| (*name).to_owned()).collect();
    let missing: Vec<&String> = wanted.iter().filter(|action| !done.contains(*action) && !excused.contains(*action)).collect();
    assert!(missing.is_empty(), "no story does these: {missing:#?}");
    let told: Vec<&String> = excused.intersection(&done).collect();
    assert!(told.is_empty(), "a story does these by now: take them off the list: {told:?}");
    let unknown: Vec<&String> = done.difference(&wanted).collect();
    assert!(unknown.is_empty(), "the audit names these, and the sources do not: {unknown:?}");
}
