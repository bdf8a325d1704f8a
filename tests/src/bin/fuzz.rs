//! Fuzzes at length and reports what was tried: `fuzz [--minutes N] [--seed N] [--keep] [--json FILE] [TARGET…]`. With `--keep`, inputs that go in
//! new ways join the corpus; findings always do. Without `--seed` every run tries other inputs; it says its seed. Exit code 1 if there is a finding.

use std::{
    process::ExitCode,
    sync::Mutex,
    time::{Duration, Instant, SystemTime},
};

use verbund_tests::fuzz::{End, Tally, Target, targets};

/// What was asked for.
struct Wanted {
    minutes: f64,
    seed: u64,
    keep: bool,
    json: Option<String>,
    names: Vec<String>,
}

fn wanted(mut words: impl Iterator<Item = String>) -> Result<Wanted, String> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let mut wanted = Wanted { minutes: 1.0, seed: now, keep: false, json: None, names: Vec::new() };
    let number = |word: Option<String>, what: &str| word.and_then(|word| word.parse::<f64>().ok()).ok_or(format!("{what} takes a number"));
    while let Some(word) = words.next() {
        match word.as_str() {
            "--minutes" => wanted.minutes = number(words.next(), "--minutes")?,
            "--seed" => wanted.seed = number(words.next(), "--seed")? as u64,
            "--json" => wanted.json = Some(words.next().ok_or("--json takes a file")?),
            "--keep" => wanted.keep = true,
            name if targets().iter().any(|target| target.name == name) => wanted.names.push(word),
            other => return Err(format!("{other} is no target; there are: {}", targets().iter().map(|target| target.name).collect::<Vec<_>>().join(" "))),
        }
    }
    Ok(wanted)
}

fn main() -> ExitCode {
    let wanted = match wanted(std::env::args().skip(1)) {
        Ok(wanted) => wanted,
        Err(why) => {
            eprintln!("fuzz: {why}");
            return ExitCode::from(2);
        }
    };
    println!("seed {}", wanted.seed);
    let chosen: Vec<Target> = targets().into_iter().filter(|target| wanted.names.is_empty() || wanted.names.iter().any(|name| name == target.name)).collect();
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(chosen.len().max(1));
    // Every worker takes the next target when it is done with one, so all get the same time.
    let each = Duration::from_secs_f64(wanted.minutes * 60.0 * workers as f64 / chosen.len().max(1) as f64);
    let (waiting, results) = (Mutex::new(chosen.into_iter()), Mutex::new(Vec::new()));
    let next = || waiting.lock().ok().and_then(|mut waiting| waiting.next());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(target) = next() {
                    let begun = Instant::now();
                    let tally = target.run(wanted.seed, End::Time(each), wanted.keep);
                    let rate = tally.executions as f64 / begun.elapsed().as_secs_f64();
                    println!(
                        "{:<18} {:>12} executions {rate:>10.0} a second {:>5} ways {:>4} kept {:>3} findings",
                        target.name,
                        tally.executions,
                        tally.ways,
                        tally.kept,
                        tally.findings.len()
                    );
                    if let Ok(mut results) = results.lock() {
                        results.push((target.name, tally));
                    }
                }
            });
        }
    });
    report(&results.into_inner().unwrap_or_default(), wanted.json.as_deref())
}

fn report(results: &[(&str, Tally)], json: Option<&str>) -> ExitCode {
    let executions: u64 = results.iter().map(|(_, tally)| tally.executions).sum();
    let findings: Vec<_> = results.iter().flat_map(|(_, tally)| &tally.findings).collect();
    println!("{executions} executions of {} targets, {} findings", results.len(), findings.len());
    findings.iter().for_each(|path| println!("finding: {}", path.display()));
    if let Some(file) = json {
        let map: serde_json::Map<_, _> = results.iter().map(|(name, tally)| ((*name).to_owned(), serde_json::json!(tally))).collect();
        if let Err(error) = std::fs::write(file, serde_json::Value::Object(map).to_string()) {
            eprintln!("fuzz: cannot write {file}: {error}");
            return ExitCode::FAILURE;
        }
    }
    if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
