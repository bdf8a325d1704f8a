//! The simulator at full size, for as long as one likes. See `scripts/soak --help`.

#[cfg(feature = "planted")]
use std::sync::{Mutex, PoisonError};
use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use verbund_tests::simulator::{Plan, REGRESSIONS, Run, Scale, Staff, run};

/// What was asked for.
struct Asked {
    scale: Scale,
    staff: Staff,
    first: u64,
    seeds: u64,
    hours: f64,
    once: bool,
    story: bool,
}

fn main() -> ExitCode {
    if std::env::args().any(|argument| argument == "--planted") {
        return planted();
    }
    let asked = match read(std::env::args().skip(1)) {
        Ok(asked) => asked,
        Err(why) => {
            eprintln!("soak: {why}; see scripts/soak --help");
            return ExitCode::from(2);
        }
    };
    let (begin, mut sum, mut failed, mut played) = (Instant::now(), Sum { plays: if asked.once { 1 } else { 2 }, ..Sum::default() }, Vec::new(), 0);
    let regressions = REGRESSIONS.iter().copied().filter(|(_, scale, _)| asked.seeds > 1 && asked.first == 1 && *scale == asked.scale);
    let seeds = (asked.first..asked.first.saturating_add(asked.seeds)).map(|seed| (seed, asked.scale, asked.staff));
    for (seed, scale, staff) in regressions.chain(seeds) {
        if begin.elapsed().as_secs_f64() > asked.hours * 3600.0 {
            break;
        }
        let plan = Plan { tells_all: asked.story, ..Plan::of(seed, scale, staff) };
        match one(seed, plan, asked.once) {
            Some(run) => sum.add(&run, &plan),
            None => failed.push(seed),
        }
        played += 1;
        println!("seed {seed}: {}; {played} played, {}", if failed.contains(&seed) { "FAILED" } else { "ok" }, sum.told(begin.elapsed()));
    }
    report(&sum, begin.elapsed());
    println!("{played} seeds, {} failed{}", failed.len(), if failed.is_empty() { String::new() } else { format!(": {failed:?}") });
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Plants one bug after another and prints what catches it.
#[cfg(feature = "planted")]
fn planted() -> ExitCode {
    use verbund_protocol::planted::{Bug, plant};
    // What a planted bug breaks is the table's business, not standard error's: it says which promise, and where that is written down.
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(|at| (at.file().to_owned(), at.line()));
        *PLACE.lock().unwrap_or_else(PoisonError::into_inner) = place.unwrap_or_default();
    }));
    let (mut missed, mut otherwise) = (0, 0);
    for bug in Bug::ALL {
        let caught = (1..=PLANTED_SEEDS).find_map(|seed| {
            plant(Some(*bug));
            let plan = Plan { quiet: true, ..Plan::of(seed, Scale::Short, Staff::Purposeful) };
            let played = std::panic::catch_unwind(|| run(seed, plan));
            plant(None);
            played.err().map(|why| (seed, what(&*why), PLACE.lock().unwrap_or_else(PoisonError::into_inner).clone()))
        });
        missed += u32::from(caught.is_none());
        match caught {
            Some((seed, why, (file, line))) => {
                let promised = PROMISES.iter().any(|name| file.ends_with(name));
                otherwise += u32::from(!promised);
                println!("caught  {:<72} seed {seed:>3}: {why} [{}{file}:{line}]", bug.what(), if promised { "" } else { "no promise, but a panic: " });
            }
            None => println!("MISSED  {}", bug.what()),
        }
    }
    println!("{} bugs planted, {missed} missed, {otherwise} caught by a panic that is no promise", Bug::ALL.len());
    if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Where promises are checked.
#[cfg(feature = "planted")]
const PROMISES: [&str; 6] = ["simulator/promises.rs", "simulator/settled.rs", "simulator/liars.rs", "simulator/run.rs", "simulator/naming.rs", "simulator/links.rs"];

/// Where the last panic was.
#[cfg(feature = "planted")]
static PLACE: Mutex<(String, u32)> = Mutex::new((String::new(), 0));

/// How many short seeds a planted bug may survive.
#[cfg(feature = "planted")]
const PLANTED_SEEDS: u64 = 120;

/// Returns the beginning of what a panic said.
#[cfg(feature = "planted")]
fn what(panic: &(dyn std::any::Any + Send)) -> String {
    let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("?");
    said.lines().next().unwrap_or_default().chars().take(150).collect()
}

#[cfg(not(feature = "planted"))]
fn planted() -> ExitCode {
    eprintln!("soak: this build cannot have bugs planted; see scripts/soak --planted");
    ExitCode::from(2)
}

fn read(arguments: impl Iterator<Item = String>) -> Result<Asked, String> {
    let mut asked = Asked { scale: Scale::Full, staff: Staff::Purposeful, first: 1, seeds: u64::MAX, hours: f64::INFINITY, once: false, story: false };
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().and_then(|text| text.parse::<f64>().ok()).filter(|number| *number >= 0.0).ok_or(format!("{argument} needs a number"));
        match argument.as_str() {
            "--seeds" => asked.seeds = number()? as u64,
            "--hours" => asked.hours = number()?,
            "--first" => asked.first = number()? as u64,
            "--seed" => (asked.first, asked.seeds) = (number()? as u64, 1),
            "--brief" => asked.scale = Scale::Brief,
            "--short" => asked.scale = Scale::Short,
            "--full" => asked.scale = Scale::Full,
            "--aimless" => asked.staff = Staff::Aimless,
            "--once" => asked.once = true,
            "--story" => asked.story = true,
            other => return Err(format!("unknown option {other}")),
        }
    }
    if asked.seeds == u64::MAX && asked.hours.is_infinite() { Err("--seeds N or --hours H says how much".into()) } else { Ok(asked) }
}

/// Plays a seed, twice unless told otherwise; nothing if a promise was broken or the second run was another.
fn one(seed: u64, plan: Plan, once: bool) -> Option<Run> {
    let play = || std::panic::catch_unwind(|| run(seed, plan)).ok();
    let first = play()?;
    if !once && play()?.trace != first.trace {
        eprintln!("seed {seed} does not replay");
        return None;
    }
    Some(first)
}

/// What all seeds came to, those that failed aside.
#[derive(Default)]
struct Sum {
    /// One play of each.
    run: Run,
    /// How long the networks of one play of each have lived, milliseconds: at least, where a clone lived for a part of it.
    network_ms: u64,
    /// How often each seed is played.
    plays: u64,
}

impl Sum {
    fn add(&mut self, run: &Run, plan: &Plan) {
        self.run.add(run);
        self.network_ms += run.counts.node_ms / (plan.size.members() as u64 + run.counts.clones).max(1);
    }

    /// Returns node-hours of distinct play and of all plays, and how fast that was: the time of the simulated network against that of this machine.
    fn told(&self, took: Duration) -> String {
        const HOUR: f64 = 3_600_000.0;
        let (distinct, plays) = (self.run.counts.node_ms as f64 / HOUR, self.plays as f64);
        let times = |ms: u64| ms as f64 * plays / (took.as_secs_f64() * 1_000.0).max(1.0);
        let both = if self.plays > 1 { format!(" of distinct play ({:.0} with the second play of each seed)", distinct * plays) } else { String::new() };
        format!("{distinct:.0} node-hours{both}; {:.0} times faster than real time, {:.0} node-hours an hour", times(self.network_ms), times(self.run.counts.node_ms))
    }
}

fn report(sum: &Sum, took: Duration) {
    let replayed = if sum.plays > 1 { "twice, with the same trace" } else { "once" };
    println!("\n{} in {:.0} s, every seed {replayed}", sum.told(took), took.as_secs_f64());
    let run = &sum.run;
    println!("settled within {:?}; {} batches with a name, {} stories to their good end", run.settled_after, run.named, run.completed);
    for (what, count) in run.counts.listed() {
        println!("{count:>14}  {what}");
    }
    for (what, (done, refused)) in &run.done {
        println!("{done:>14}  {what} ({refused} refused)");
    }
}
