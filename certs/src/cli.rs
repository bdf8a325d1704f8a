//! The command line of the cooperative's office.

mod board;
mod inspect;
mod issue;
mod members;
mod network;
mod sheet;
mod suspend;

use std::{
    io::{self, BufRead, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::SystemTime,
};

use anyhow::{Context as _, bail};
use clap::{Parser, Subcommand};
use verbund_protocol::{sign::PublicKey, time::Timestamp};

use crate::{Authority, files};
use sheet::Sheet;

/// The cooperative's offline membership tool: who belongs to a Verbund, under the signatures of its board.
#[derive(Debug, Parser)]
#[command(name = "verbund-authority", version, about, max_term_width = 110, after_help = "Exit codes: 0 done, 1 refused or failed, 2 wrong usage")]
pub struct Cli {
    /// The authority's directory
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
    /// Print JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do
    #[command(subcommand)]
    pub command: Verb,
}

/// All commands.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Make or show a board key; each officer has one, kept apart from the authority
    #[command(subcommand)]
    BoardKey(board::BoardKey),
    /// Found an authority: issuing key and draft of network document 1
    Init(network::Init),
    /// Issue a certificate from a clinic's request, after showing what it says
    Issue(issue::Issue),
    /// List every certificate issued
    Register(issue::Register),
    /// List a node in the draft: a new member, a further node, or a node's new keys
    Admit(members::Admit),
    /// Take a member off the list in the draft
    Remove(members::Remove),
    /// Say in the draft whether a member's nodes relay for others
    Relay(members::Relay),
    /// Replace the bootstrap addresses in the draft
    Bootstrap(members::Bootstrap),
    /// Make or show a network document
    #[command(subcommand)]
    Document(network::Document),
    /// Add a board signature to a draft, suspension or reinstatement
    Sign(board::Sign),
    /// Check the draft's signatures and write it as the next network document
    Publish(network::Publish),
    /// Hand over to another board in the draft
    RotateBoard(board::RotateBoard),
    /// Suspend a member at once, by one officer alone, for at most 72 hours
    Suspend(suspend::Suspend),
    /// End a suspension early: write what the board's threshold must sign
    Reinstate(suspend::Reinstate),
    /// Take a signed suspension or reinstatement, checking it as every node will
    TakeSuspension(suspend::TakeSuspension),
    /// Show what any file says: request, certificate, network document, suspension, board key
    Inspect(inspect::Inspect),
}

/// What a command has at hand.
pub struct Office<'a> {
    /// The authority's directory.
    pub dir: &'a Path,
    /// Whether to print JSON.
    pub json: bool,
    /// The moment everything in this command happens.
    pub now: Timestamp,
    /// Standard input, for confirmations.
    pub input: &'a mut dyn BufRead,
    /// Standard output.
    pub out: &'a mut dyn Write,
    /// Standard error: questions, so that `--json` output stays clean.
    pub asks: &'a mut dyn Write,
}

impl Office<'_> {
    fn authority(&self) -> anyhow::Result<Authority> {
        Ok(Authority::open(self.dir, self.now)?)
    }

    fn show(&mut self, sheet: &Sheet) -> anyhow::Result<()> {
        sheet.write(self.out, self.json).context("cannot write to standard output")
    }

    /// Shows what is about to happen and has an officer type `yes`, unless `--yes` stood on the command line.
    fn confirm(&mut self, what: &Sheet, question: &str, yes: bool) -> anyhow::Result<()> {
        what.write(self.asks, false)?;
        if yes {
            return Ok(());
        }
        write!(self.asks, "{question} Type yes: ")?;
        self.asks.flush()?;
        let mut answer = String::new();
        self.input.read_line(&mut answer).context("cannot read the answer")?;
        if answer.trim() == "yes" { Ok(()) } else { bail!("not confirmed, nothing was done (type yes, or give --yes)") }
    }
}

impl Cli {
    /// Runs the command with the system's clock and terminal; errors are on standard error by then.
    pub fn run(self) -> ExitCode {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let (mut input, mut out, mut asks) = (io::stdin().lock(), io::stdout().lock(), io::stderr());
        let office = Office { dir: &self.dir, json: self.json, now: Timestamp::default().plus(since), input: &mut input, out: &mut out, asks: &mut asks };
        match run(self.command, office) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("verbund-authority: {}", in_full(&error));
                ExitCode::FAILURE
            }
        }
    }
}

/// Returns an error with its causes, each once: some say their cause in their own words already.
fn in_full(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

/// Runs one command.
///
/// # Errors
/// Names the place and the remedy; nothing is half-written then.
pub fn run(command: Verb, office: Office<'_>) -> anyhow::Result<()> {
    match command {
        Verb::BoardKey(command) => command.run(office),
        Verb::Init(command) => command.run(office),
        Verb::Issue(command) => command.run(office),
        Verb::Register(command) => command.run(office),
        Verb::Admit(command) => command.run(office),
        Verb::Remove(command) => command.run(office),
        Verb::Relay(command) => command.run(office),
        Verb::Bootstrap(command) => command.run(office),
        Verb::Document(command) => command.run(office),
        Verb::Sign(command) => command.run(office),
        Verb::Publish(command) => command.run(office),
        Verb::RotateBoard(command) => command.run(office),
        Verb::Suspend(command) => command.run(office),
        Verb::Reinstate(command) => command.run(office),
        Verb::TakeSuspension(command) => command.run(office),
        Verb::Inspect(command) => command.run(office),
    }
}

/// Reads a board member's public key: 64 hexadecimal digits, or a file that holds them.
fn public_key(word: &str) -> anyhow::Result<PublicKey> {
    let digits = if Path::new(word).is_file() { files::read_text(Path::new(word))? } else { word.to_owned() };
    let digest: verbund_protocol::id::Digest = digits
        .trim()
        .parse()
        .with_context(|| format!("\"{word}\" is neither a public key (64 hexadecimal digits) nor a file with one; `verbund-authority board-key show` prints it"))?;
    PublicKey::try_from(digest).with_context(|| format!("board key \"{word}\""))
}
