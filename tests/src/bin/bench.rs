//! `scripts/bench`. See `verbund_tests::bench`.

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::{Context as _, bail};
use verbund_tests::bench::{self, Plan};

const HELP: &str = "scripts/bench [--quick] [--only ROW]… [--out FILE] [--drawings DIR] [--runs N] [--minutes N] [--haste N]

  --quick          small sizes: shows that every row works; the figures mean nothing
  --only ROW       measure only this row; may be given several times
  --out FILE       write everything as JSON too
  --drawings DIR   where drawings go (default: beside --out, else beside the built programs)
  --runs N         how often product and floor are measured in turn (default 3)
  --minutes N      length of the rows memory and web-memory, which run only when named (default 60)
  --haste N        pages a second that each person of web-memory looks at (default 1)
  --iroh FILE      the program that fetches by iroh-blobs; scripts/bench builds it";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // Started in place of a node: only its mesh runs.
    let result = if let [flag, config, word] = &arguments[..]
        && (flag, word) == (&"--config".to_owned(), &"run".to_owned())
    {
        bench::run_bare_node(config.as_ref())
    } else {
        measure(&arguments)
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &[String]) -> anyhow::Result<()> {
    let mut plan = Plan { quick: false, only: Vec::new(), runs: 3, minutes: 60, haste: 1, iroh: None, drawings: PathBuf::new() };
    let (mut out, mut runs, mut drawings): (Option<PathBuf>, Option<usize>, Option<PathBuf>) = (None, None, None);
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("{word} needs a value; see scripts/bench --help"));
        match word.as_str() {
            "--quick" => plan.quick = true,
            "--only" => plan.only.push(value()?.clone()),
            "--out" => out = Some(value()?.into()),
            "--drawings" => drawings = Some(value()?.into()),
            "--runs" => runs = Some(value()?.parse().context("--runs takes a number")?),
            "--minutes" => plan.minutes = value()?.parse().context("--minutes takes a number")?,
            "--haste" => plan.haste = value()?.parse().context("--haste takes a number")?,
            "--iroh" => plan.iroh = Some(value()?.into()),
            "-h" | "--help" => {
                println!("{HELP}\n\nrows: {}", bench::ROWS.join(", "));
                return Ok(());
            }
            other => bail!("unknown option {other}; see scripts/bench --help"),
        }
    }
    plan.runs = runs.unwrap_or(plan.size(1, 3)).max(1);
    let beside = out.as_deref().and_then(|out| out.parent()).map(PathBuf::from);
    // A run that was asked for no file leaves none in the folder it was started in.
    let built = std::env::current_exe().ok().and_then(|own| own.parent().map(PathBuf::from)).unwrap_or_default();
    plan.drawings = drawings.or(beside).unwrap_or(built);
    let report = bench::run(&plan)?;
    if let Some(out) = &out {
        fs::write(out, serde_json::to_vec_pretty(&report)?).with_context(|| format!("cannot write {}", out.display()))?;
    }
    print!("{report}");
    Ok(())
}
