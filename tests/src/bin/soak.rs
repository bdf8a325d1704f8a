//! The simulator at full size, for as long as one likes. See `scripts/soak --help`.

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
    let (begin, mut sum, mut failed, mut played) = (Instant::now(), Run::default(), Vec::new(), 0);
    let regressions = REGRESSIONS.iter().copied().filter(|(_, scale, _)| asked.seeds > 1 && asked.first == 1 && *scale == asked.scale);
    let seeds = (asked.first..asked.first.saturating_add(asked.seeds)).map(|seed| (seed, asked.scale, asked.staff));
    for (seed, scale, staff) in regressions.chain(seeds) {
        if begin.elapsed().as_secs_f64() > asked.hours * 3600.0 {
            break;
        }
        match one(seed, Plan { tells_all: asked.story, ..Plan::of(seed, scale, staff) }, asked.once) {
            Some(run) => sum.add(&run),
            None => failed.push(seed),
        }
        played += 1;
        let ahead = speed(&sum, begin.elapsed(), asked.once);
        println!("seed {seed}: {}; {played} played, {:.0} node-hours, {ahead}", if failed.contains(&seed) { "FAILED" } else { "ok" }, node_hours(&sum, asked.once));
    }
    report(&sum, begin.elapsed(), asked.once);
    println!("{played} seeds, {} failed{}", failed.len(), if failed.is_empty() { String::new() } else { format!(": {failed:?}") });
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Plants one bug after another and prints what catches it.
#[cfg(feature = "planted")]
fn planted() -> ExitCode {
    use verbund_protocol::planted::{Bug, plant};
    // What a planted bug breaks is the table's business, not standard error's.
    std::panic::set_hook(Box::new(|_| {}));
    let mut missed = 0;
    for bug in Bug::ALL {
        let caught = (1..=PLANTED_SEEDS).find_map(|seed| {
            plant(Some(*bug));
            let plan = Plan { quiet: true, ..Plan::of(seed, Scale::Short, Staff::Purposeful) };
            let played = std::panic::catch_unwind(|| run(seed, plan));
            plant(None);
            played.err().map(|why| (seed, what(&*why)))
        });
        missed += u32::from(caught.is_none());
        match caught {
            Some((seed, why)) => println!("caught  {:<72} seed {seed:>3}: {why}", bug.what()),
            None => println!("MISSED  {}", bug.what()),
        }
    }
    println!("{} bugs planted, {missed} missed", Bug::ALL.len());
    if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

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

/// Every seed is lived through twice.
fn node_hours(sum: &Run, once: bool) -> f64 {
    sum.counts.node_ms as f64 / 3_600_000.0 * if once { 1.0 } else { 2.0 }
}

fn speed(sum: &Run, took: Duration, once: bool) -> String {
    let hours = node_hours(sum, once);
    format!("{:.0} node-hours an hour", hours / took.as_secs_f64() * 3600.0)
}

fn report(sum: &Run, took: Duration, once: bool) {
    println!(
        "\n{:.0} node-hours in {:.0} s: {}, every seed {}",
        node_hours(sum, once),
        took.as_secs_f64(),
        speed(sum, took, once),
        if once { "once" } else { "twice, with the same trace" }
    );
    println!("settled within {:?}; {} batches with a name, {} stories to their good end", sum.settled_after, sum.named, sum.completed);
    for (what, count) in sum.counts.listed() {
        println!("{count:>14}  {what}");
    }
    for (what, (done, refused)) in &sum.done {
        println!("{done:>14}  {what} ({refused} refused)");
    }
}
