//! `verbund demo`: a fictional cooperative on this machine, each clinic a process of its own, and the story played once.

pub mod figures;
pub mod found;
pub mod plan;
pub mod process;

use std::{io::Write, path::PathBuf, time::Instant};

use anyhow::Context as _;

use self::{
    figures::{Figures, millis},
    found::Village,
    process::Process,
};
use super::Terminal;
use crate::runtime::service;

/// Found a fictional cooperative on this machine and play the story once
#[derive(Debug, clap::Args)]
pub struct Demo {
    /// How many clinics, half of them rehabilitation clinics
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u16).range(2..=300))]
    clinics: u16,
    /// How many beds they have together
    #[arg(long, default_value_t = 1_200)]
    beds: u32,
    /// Folder for keys, certificates, data and logs; an earlier demo in it is replaced
    #[arg(long, value_name = "DIR", default_value = "verbund-demo")]
    dir: PathBuf,
    /// End after the story; exit code 0 only if every step held
    #[arg(long)]
    once: bool,
}

/// The demo's screen: lines for people with the time since the start.
pub struct Screen {
    begun: Instant,
    json: bool,
}

impl Screen {
    /// Tells people what happened. With `--json` standard output is for programs, so this goes to standard error.
    pub fn say(&self, line: impl AsRef<str>) {
        let text = format!("{:>8.2} s  {}", self.begun.elapsed().as_secs_f64(), line.as_ref());
        if self.json { eprintln!("{text}") } else { println!("{text}") }
    }
}

impl Demo {
    /// Runs the demo.
    ///
    /// # Errors
    /// Names the step that did not hold.
    pub fn run<W: Write>(self, mut terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        let screen = Screen { begun: Instant::now(), json: terminal.json };
        let clinics = usize::from(self.clinics);
        let village = Village::found(&self.dir, plan::plans(clinics, self.beds), service::now())?;
        screen.say(format!("founded: a board of three, an authority, {clinics} clinics with {} beds in {}", self.beds, village.folder.display()));
        let mut nodes = start(&village)?;
        let mesh_ready_ms = millis(screen.begun.elapsed());
        let figures = Figures { clinics, beds: self.beds, mesh_ready_ms, ..Figures::default() };
        screen.say("all nodes are ready");
        if terminal.json {
            writeln!(terminal.out, "{}", serde_json::to_string(&figures)?)?;
        }
        if !self.once {
            wait_for_interrupt()?;
        }
        for node in &mut nodes {
            node.stop()?;
        }
        Ok(())
    }
}

/// Starts all clinics at once and waits until each is ready.
fn start(village: &Village) -> anyhow::Result<Vec<Process>> {
    let exe = std::env::current_exe().context("cannot find this program")?;
    let mut nodes: Vec<Process> = village.clinics.iter().map(|clinic| Process::start(&exe, &clinic.folder)).collect::<Result<_, _>>()?;
    for node in &mut nodes {
        node.wait_ready()?;
    }
    Ok(nodes)
}

fn wait_for_interrupt() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(tokio::signal::ctrl_c())?)
}
