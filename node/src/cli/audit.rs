//! `verbund audit`.

use std::io::Write;

use clap::{Args, Subcommand};
use verbund_protocol::{id::LocalId, time::Timestamp};

use super::{Terminal, table::Table};
use crate::{
    control::{
        Command,
        audit::{Command as Ask, Reply, Verified},
    },
    workflow::audit::{FaultKind, Filter, Line},
};

/// Who did what, and whether the record of it still holds
#[derive(Debug, Args)]
pub struct Audit {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List entries, newest first
    List(List),
    /// Recompute the chain of entries
    Verify {
        /// Also ask the other clinics what they have kept of it: only they can tell when the whole chain was rewritten or cut
        #[arg(long)]
        with_peers: bool,
    },
}

#[derive(Debug, Args)]
struct List {
    /// Only about this patient or thing
    #[arg(long, value_name = "ID")]
    subject: Option<LocalId>,
    /// Only by this person
    #[arg(long, value_name = "NAME")]
    actor: Option<String>,
    /// Only actions that begin so, such as patient. or consent.revoke
    #[arg(long, value_name = "WORD")]
    action: Option<String>,
    /// Not before
    #[arg(long, value_name = "TIME")]
    from: Option<Timestamp>,
    /// Before
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,
    /// Only entries before this number, to page on
    #[arg(long, value_name = "NUMBER")]
    before: Option<u64>,
    /// At most so many
    #[arg(long, default_value_t = 50, value_name = "NUMBER")]
    limit: usize,
}

impl Audit {
    /// Runs the command. It is an error if the chain does not hold.
    ///
    /// # Errors
    /// If no node answers, it refuses, or something was found.
    pub fn run<W: Write>(self, mut terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        let command = match self.verb {
            Verb::List(List { subject, actor, action, from, until, before, limit }) => Ask::List { filter: Filter { subject, actor, action, from, until, before }, limit },
            Verb::Verify { with_peers } => Ask::Verify { with_peers },
        };
        let reply: Reply = terminal.ask(&Command::Audit(command))?;
        terminal.show(&reply, |reply, out| match reply {
            Reply::Lines(lines) => list(lines, out),
            Reply::Verified(verified) => report(verified, out),
        })?;
        let holds = !matches!(&reply, Reply::Verified(verified) if !verified.is_good());
        anyhow::ensure!(holds, "the audit does not hold: keep the data directory as it is, and tell the privacy officer");
        Ok(())
    }
}

fn list(lines: &[Line], out: &mut impl Write) -> std::io::Result<()> {
    let mut table = Table::new(&["no", "time", "who", "roles", "what", "about", "why", "detail"]);
    for line in lines {
        let about = line.subject.map_or_else(String::new, |id| id.to_string());
        table.row([&line.seq.to_string(), &line.at.to_string(), &line.actor, &line.roles, &line.action, &about, &line.purpose, &line.detail]);
    }
    table.write(out, "no entries")
}

fn report(verified: &Verified, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "{} entries hold, head {}", verified.chain.good.len, verified.chain.good.hash)?;
    if let Some(fault) = &verified.chain.fault {
        let what = match fault.what {
            FaultKind::Missing => "is missing",
            FaultKind::Changed => "was changed",
            FaultKind::Unreadable => "cannot be read",
            FaultKind::Columns => "does not match what is searched by",
        };
        writeln!(out, "FAULT: entry {} {what}", fault.seq)?;
    }
    if verified.peers.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(&["member", "heads that hold", "lost in a restore", "cut off", "rewritten", "trouble"]);
    for peer in &verified.peers {
        let member = peer.member.to_string();
        match &peer.found {
            Some(found) => {
                table.row([member, found.hold.to_string(), found.lost_in_restore.to_string(), found.cut_off.len().to_string(), found.rewritten.len().to_string()]);
            }
            None => table.row([member, String::new(), String::new(), String::new(), String::new(), peer.trouble.clone().unwrap_or_default()]),
        }
    }
    table.write(out, "")
}
