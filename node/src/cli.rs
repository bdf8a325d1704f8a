//! The command line. clap lives here and nowhere else; commands talk to the running node over the control socket.

pub mod account;
pub mod audit;
pub mod backup;
pub mod capacity;
pub mod case;
pub mod consent;
#[cfg(feature = "demo")]
pub mod demo;
pub mod doctor;
pub mod document;
pub mod evidence;
pub mod file;
pub mod init;
pub mod inquiry;
pub mod join;
pub mod key;
pub mod mail;
pub mod membership;
pub mod offer;
pub mod patient;
pub mod referral;
pub mod run;
pub mod search;
pub mod status;
pub mod table;

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::{Parser, Subcommand};

use crate::{
    control::{
        Command,
        client::{Client, ClientError},
    },
    domain::config::Config,
};

/// The node of one clinic in a Verbund.
#[derive(Debug, Parser)]
#[command(name = "verbund", version, about, max_term_width = 110, after_help = EXIT_CODES)]
pub struct Cli {
    /// Configuration file
    #[arg(short, long, global = true, value_name = "FILE", env = "VERBUND_CONFIG", default_value = "verbund.toml")]
    pub config: PathBuf,
    /// Print JSON instead of tables
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do
    #[command(subcommand)]
    pub command: Verb,
}

const EXIT_CODES: &str = "Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 no node answers, 4 not now (try again later)";

/// All commands.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Make a new node: keys, certificate requests and a configuration file
    Init(init::Init),
    /// Take certificates and network document from the cooperative
    Join(join::Join),
    /// Who belongs, and bringing news of it to the running node
    #[command(subcommand)]
    Membership(membership::Verb),
    /// Run the node until it is told to stop
    Run(run::Run),
    /// Found a fictional cooperative on this machine and play the story once
    #[cfg(feature = "demo")]
    Demo(demo::Demo),
    /// Check everything that can be checked and say what to do
    Doctor(doctor::Doctor),
    /// State free places and see what is published
    #[command(subcommand)]
    Capacity(capacity::Verb),
    /// Find a free place among all members
    Search(Box<search::Search>),
    /// Discharge cases: what is being arranged for a patient
    #[command(subcommand)]
    Case(case::Verb),
    /// Ask clinics without naming the patient
    #[command(subcommand)]
    Inquiry(inquiry::Verb),
    /// Answer inquiries: ask, offer a held place, decline
    #[command(subcommand)]
    Offer(offer::Verb),
    /// From the choice to the report back
    #[command(subcommand)]
    Referral(referral::Verb),
    /// Accounts of staff at the web pages
    Account(account::Account),
    /// Show how the node is
    Status(status::Status),
    /// List the peers this node sees
    Peers(status::Peers),
    /// This clinic's patients: enter, look up, change, erase
    Patient(patient::Patient),
    /// What patients allowed, refused or took back
    Consent(consent::Consent),
    /// Who did what, and whether the record of it still holds
    Audit(audit::Audit),
    /// What comes back from the mail server
    #[command(subcommand)]
    Mail(mail::Verb),
    /// Write a backup of the running node into a new directory
    Backup(backup::Backup),
    /// Restore a backup into this node's empty data directory; the node must not run
    Restore(backup::Restore),
    /// Check that everything is still what was written: database, audit, documents
    Integrity(backup::Check),
    /// The database key: without it neither the database nor a backup can be read, by anybody
    Key(key::Key),
    /// Add, read, hand over and fetch documents
    Document(document::Document),
    /// Prove what was said and received
    Evidence(evidence::Evidence),
}

/// What a command has at hand.
#[derive(Debug)]
pub struct Terminal<'a, W> {
    /// The configuration file's path.
    pub config: &'a Path,
    /// Whether to print JSON.
    pub json: bool,
    /// Standard output.
    pub out: W,
}

impl<W: Write> Terminal<'_, W> {
    /// Reads the configuration.
    ///
    /// # Errors
    /// Names file, key and remedy.
    pub fn load(&self) -> anyhow::Result<Config> {
        Ok(Config::load(self.config)?)
    }

    /// Connects to the running node.
    ///
    /// # Errors
    /// If no node answers.
    pub fn connect(&self) -> anyhow::Result<Client> {
        Ok(Client::connect(&self.load()?.node.control_socket)?)
    }

    /// Asks the running node.
    ///
    /// # Errors
    /// If no node answers or it refuses.
    pub fn ask<T: serde::de::DeserializeOwned>(&self, command: &Command) -> anyhow::Result<T> {
        Ok(self.connect()?.ask(command)?)
    }

    /// Prints `reply` as JSON if asked to, else by `people`.
    ///
    /// # Errors
    /// If standard output is closed.
    pub fn show<T: serde::Serialize>(&mut self, reply: &T, people: impl FnOnce(&T, &mut W) -> std::io::Result<()>) -> anyhow::Result<()> {
        if self.json {
            serde_json::to_writer(&mut self.out, reply)?;
            writeln!(self.out)?;
        } else {
            people(reply, &mut self.out)?;
        }
        self.out.flush().context("cannot write to standard output")
    }
}

/// Asks the running node about cases, inquiries, offers and referrals; after a step in a conversation also how that stands now, since a
/// person at a terminal wants to see what came of it.
fn ask_referral<W: Write>(terminal: &Terminal<'_, W>, command: crate::control::referral::Command) -> anyhow::Result<crate::control::referral::Reply> {
    use crate::control::referral::{Command as Asked, Reply};
    match terminal.ask(&Command::Referral(Box::new(command)))? {
        Reply::Taken(id) => terminal.ask(&Command::Referral(Box::new(Asked::Show(id)))),
        other => Ok(other),
    }
}

/// Returns the present moment by the operating system's clock, whole seconds.
fn now() -> verbund_protocol::time::Timestamp {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    verbund_protocol::time::Timestamp::from_secs(since_epoch.as_secs())
}

impl Cli {
    /// Runs the command and returns its exit code; errors are on standard error by then.
    pub fn run(self) -> ExitCode {
        let terminal = Terminal { config: &self.config, json: self.json, out: std::io::stdout() };
        let result = match self.command {
            Verb::Init(command) => command.run(terminal),
            Verb::Join(command) => command.run(terminal),
            Verb::Membership(command) => command.run(terminal),
            Verb::Run(command) => command.run(terminal),
            #[cfg(feature = "demo")]
            Verb::Demo(command) => command.run(terminal),
            Verb::Doctor(command) => command.run(terminal),
            Verb::Capacity(command) => command.run(terminal),
            Verb::Search(command) => command.run(terminal),
            Verb::Case(command) => command.run(terminal),
            Verb::Inquiry(command) => command.run(terminal),
            Verb::Offer(command) => command.run(terminal),
            Verb::Referral(command) => command.run(terminal),
            Verb::Account(command) => command.run(terminal),
            Verb::Status(command) => command.run(terminal),
            Verb::Peers(command) => command.run(terminal),
            Verb::Patient(command) => command.run(terminal),
            Verb::Consent(command) => command.run(terminal),
            Verb::Audit(command) => command.run(terminal),
            Verb::Mail(command) => command.run(terminal),
            Verb::Backup(command) => command.run(terminal),
            Verb::Restore(command) => command.run(terminal),
            Verb::Integrity(command) => command.run(terminal),
            Verb::Key(command) => command.run(terminal),
            Verb::Evidence(command) => command.run(terminal),
            Verb::Document(command) => command.run(terminal),
        };
        match result {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => report(&error, self.json),
        }
    }
}

/// Returns an error with its causes, each once: some say their cause in their own words already.
fn in_full(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string).filter(|cause| !cause.is_empty()) {
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

/// Returns the error of wrong usage of `option`. It does not repeat what was given, which may say something about a patient.
fn usage(option: &str, why: impl std::fmt::Display) -> anyhow::Error {
    clap::Error::raw(clap::error::ErrorKind::ValueValidation, format!("{option}: {why}\n")).into()
}

/// Prints an error with its remedy and returns the exit code of its class.
fn report(error: &anyhow::Error, json: bool) -> ExitCode {
    if error.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe) {
        return ExitCode::SUCCESS; // the reader, such as `head`, has seen enough
    }
    if let Some(usage) = error.downcast_ref::<clap::Error>() {
        let _ = usage.print(); // nobody is left to tell if standard error is closed
        return ExitCode::from(2);
    }
    let refusal = match error.downcast_ref::<ClientError>() {
        Some(ClientError::Refused(refusal)) => Some(refusal),
        _ => None,
    };
    let message = in_full(error);
    if json {
        let (code, remedy) = match (refusal, error.downcast_ref::<ClientError>()) {
            (Some(refusal), _) => (refusal.code.as_str(), refusal.remedy.as_str()),
            (None, Some(ClientError::Unreachable { .. })) => ("no-node", "start it with `verbund run` and this configuration"),
            _ => ("failed", ""),
        };
        eprintln!("{}", serde_json::json!({"error": {"code": code, "message": message, "remedy": remedy}}));
    } else {
        eprintln!("verbund: {message}");
        if let Some(refusal) = refusal.filter(|refusal| !refusal.remedy.is_empty()) {
            eprintln!("  remedy: {}", refusal.remedy);
        }
    }
    match (error.downcast_ref::<ClientError>(), refusal) {
        (Some(ClientError::Unreachable { .. }), _) => ExitCode::from(3),
        (_, Some(refusal)) if refusal.code == "unavailable" => ExitCode::from(4),
        _ => ExitCode::FAILURE,
    }
}
