//! `verbund mail`: the door for the mail server.

use std::io::{Read as _, Write};

use anyhow::Context as _;
use clap::Subcommand;

use super::Terminal;
use crate::{
    control::{
        Command,
        notice::{Command as Ask, Reply},
    },
    domain::notice::{Bounce, MAX_BOUNCE},
};

/// All verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Read the mail server's report on a mail that could not be delivered (RFC 3464) from standard input; people are told to call instead.
    /// For the mail server to pipe into what comes to the sender's address
    Bounce,
}

impl Verb {
    /// Runs the command.
    ///
    /// # Errors
    /// If no node answers or it refuses. A report about something else is none: a mailbox gets many kinds of mail.
    pub fn run<W: Write>(self, mut terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        let Self::Bounce = self;
        let mut report = Vec::new();
        std::io::stdin().take(MAX_BOUNCE as u64).read_to_end(&mut report).context("cannot read the report from standard input")?;
        let known = match Bounce::read(&report) {
            Some(bounce) => {
                let Reply::Bounced(known) = terminal.ask(&Command::Notice(Ask::Bounce { id: bounce.id.to_string(), status: bounce.status }))?;
                known
            }
            None => false,
        };
        terminal.show(&known, |known, out| {
            writeln!(out, "{}", if *known { "noted: staff are told to call" } else { "nothing to note: it names no mail of this node that failed for good" })
        })
    }
}
