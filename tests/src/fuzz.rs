//! Fuzzing in this process: every reader of bytes from outside, and the machines behind them, fed with mutated inputs.
//!
//! A [`Target`] says how an input went as a word; an input that goes in a way not seen before is kept and mutated further, so that the
//! search works its way inwards without a special compiler. What was worth keeping lies in `tests/corpus/<target>/` and is tried
//! first in every run. An input that makes a target panic, or that it takes long over, is written there too: as a finding
//! it is part of the corpus from then on, and so a test.

mod behind;
mod decoders;
mod doors;
mod files;
mod kit;
mod machines;
mod mutate;
mod site;
mod texts;

use std::{
    collections::{BTreeMap, HashSet},
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use crate::simulator::Random;
use mutate::mutated;

/// Longest input that is made.
const MAX_INPUT: usize = 4 << 10;
/// Longest input that is kept in the corpus; longer ones are found again soon enough.
const MAX_KEPT: usize = 1 << 10;
/// Most inputs of one target in the corpus, findings aside.
const MAX_CORPUS: usize = 24;
/// An input over which a target takes longer is a finding.
const SLOW: Duration = Duration::from_secs(5);

/// Takes an input and says in a word how it went: the same for inputs that went alike.
type Run = Box<dyn FnMut(&[u8]) -> String>;

/// Something that reads bytes from outside.
#[derive(Clone, Copy)]
#[allow(missing_debug_implementations, reason = "holds only functions")]
pub struct Target {
    /// Its name, and that of its folder in the corpus.
    pub name: &'static str,
    /// How many inputs a test tries, chosen so that it takes about a second.
    pub brief: u64,
    /// Returns valid inputs to begin with.
    seeds: fn() -> Vec<Vec<u8>>,
    /// Makes it ready.
    make: fn() -> Run,
}

/// How a run came out.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Tally {
    /// Inputs tried.
    pub executions: u64,
    /// Ways in which they went.
    pub ways: usize,
    /// Inputs that were new and are in the corpus now.
    pub kept: usize,
    /// Files of inputs that made the target panic or took too long.
    pub findings: Vec<PathBuf>,
}

/// When a run ends.
#[derive(Clone, Copy, Debug)]
pub enum End {
    /// After so many inputs besides the corpus.
    Executions(u64),
    /// After this time.
    Time(Duration),
}

/// Returns all targets.
pub fn targets() -> Vec<Target> {
    [decoders::TARGETS, texts::TARGETS, files::TARGETS, machines::TARGETS, doors::TARGETS, behind::TARGETS, site::TARGETS].concat()
}

/// Returns where the corpus is.
pub fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

impl Target {
    /// Tries the corpus, then mutations of whatever went in a new way, until `end`. With `keep`, new inputs go into the corpus.
    ///
    /// # Panics
    /// If the corpus cannot be read or written.
    pub fn run(&self, seed: u64, end: End, keep: bool) -> Tally {
        self.run_with(&corpus(), seed, end, keep)
    }

    /// As [`Target::run`], with the corpus that lies in `corpus`.
    fn run_with(&self, corpus: &Path, seed: u64, end: End, keep: bool) -> Tally {
        let folder = corpus.join(self.name);
        let (mut run, mut random, mut tally, begun) = ((self.make)(), Random::new(seed), Tally::default(), Instant::now());
        let (mut ways, mut pool) = (HashSet::new(), Vec::new());
        let kept = read_folder(&folder);
        let room = MAX_CORPUS.saturating_sub(kept.len());
        for input in (self.seeds)().into_iter().chain(kept.into_values()) {
            self.try_one(&mut run, &input, &folder, &mut tally, &mut ways);
            pool.push(input);
        }
        let going_on = |tried: u64| match end {
            End::Executions(most) => tried < most,
            End::Time(span) => begun.elapsed() < span,
        };
        let mut tried = 0;
        while going_on(tried) {
            tried += 1;
            let input = mutated(&pool, &mut random, MAX_INPUT);
            if !self.try_one(&mut run, &input, &folder, &mut tally, &mut ways) {
                continue;
            }
            if keep && input.len() <= MAX_KEPT && tally.kept < room {
                fs::create_dir_all(&folder).expect("the corpus can be written");
                fs::write(folder.join(name_of(&input)), &input).expect("the corpus can be written");
                tally.kept += 1;
            }
            pool.push(input);
        }
        tally.ways = ways.len();
        tally
    }

    /// Tries one input and returns whether it went in a new way. After a panic the target is made anew.
    fn try_one(&self, run: &mut Run, input: &[u8], folder: &Path, tally: &mut Tally, ways: &mut HashSet<u64>) -> bool {
        tally.executions += 1;
        let begun = Instant::now();
        let went = catch_unwind(AssertUnwindSafe(|| run(input)));
        let finding = match &went {
            Err(_) => Some("panic"),
            Ok(_) if begun.elapsed() > SLOW => Some("slow"),
            Ok(_) => None,
        };
        if let Some(what) = finding {
            let path = folder.join(format!("{what}-{}", name_of(input)));
            fs::create_dir_all(folder).expect("the corpus can be written");
            fs::write(&path, input).expect("the corpus can be written");
            tally.findings.push(path);
            *run = (self.make)();
        }
        went.is_ok_and(|word| ways.insert(way(&word)))
    }
}

/// Returns a number for the way in which an input went: the word without the figures in it, which would make every way a new one.
fn way(word: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    word.chars().filter(|c| !c.is_ascii_digit()).take(400).for_each(|c| c.hash(&mut hasher));
    hasher.finish()
}

fn name_of(input: &[u8]) -> String {
    let digest = verbund_protocol::id::Digest::of(input).to_string();
    digest[..16].to_owned()
}

fn read_folder(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeMap::new() };
    let paths = entries.map(|entry| entry.expect("the corpus can be listed").path());
    paths.map(|path| (path.clone(), fs::read(&path).expect("the corpus can be read"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fragile() -> Run {
        Box::new(|input: &[u8]| {
            // Found only by going inwards: each byte that is right is a way of its own.
            let depth = input.iter().zip(b"abcd").take_while(|(a, b)| a == b).count();
            assert!(depth < 4, "found");
            "x".repeat(depth)
        })
    }

    /// The search finds what only a way inwards leads to, and writes it down.
    #[test]
    fn a_planted_fault_is_found() {
        let target = Target { name: "planted", brief: 0, seeds: || vec![b"zzzz".to_vec()], make: fragile };
        let folder = tempfile::tempdir().expect("a temporary folder");
        let tally = target.run_with(folder.path(), 1, End::Executions(60_000), false);
        let found = tally.findings.first().expect("the fault is found").clone();
        assert_eq!(fs::read(&found).ok().as_deref().map(|bytes| &bytes[..4]), Some(&b"abcd"[..]));
        assert!(found.starts_with(folder.path()), "the corpus is left alone");
    }
}
