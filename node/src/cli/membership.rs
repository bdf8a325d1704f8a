//! `verbund membership`: who belongs, and bringing news of it to the running node.

use std::{io::Write, path::PathBuf};

use verbund_protocol::limits::MAX_NETWORK_DOCUMENT;

use super::{Terminal, file::read, table::Table};
use crate::control::{
    Command,
    membership::{self, Former, Listed, Reply},
};

/// `verbund membership`
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// List the members and how each stands
    List,
    /// Give the running node a network document, suspension or reinstatement from the cooperative; it passes it on to all others
    Take {
        /// The file
        file: PathBuf,
    },
}

impl Verb {
    /// Runs the command.
    ///
    /// # Errors
    /// If no node answers, or the file does not count; it says why.
    pub fn run<W: Write>(self, mut terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        let reply: Reply = match self {
            Self::List => terminal.ask(&Command::Membership(membership::Command::List))?,
            Self::Take { file } => {
                let bytes = read(&file, MAX_NETWORK_DOCUMENT as u64)?;
                let size = bytes.len() as u64;
                let mut client = terminal.connect()?;
                client.send(&Command::Membership(membership::Command::Take(size)))?;
                client.send_bytes(&mut &bytes[..], size)?;
                client.answer()?
            }
        };
        terminal.show(&reply, |reply, out| match reply {
            Reply::Members(list) => {
                let mut table = Table::new(&["member", "name", "nodes", "ik", "standing"]);
                list.members.iter().for_each(|member| table.row(row(member)));
                list.former.iter().for_each(|former| table.row(gone(former)));
                table.write(out, "no members")?;
                writeln!(out, "{} members in network document {}", list.members.len(), list.document_version)
            }
            Reply::Taken(taken) => {
                let news = if taken.news { "taken; it goes to all others by itself" } else { "known already" };
                writeln!(out, "{} {news}; network document {} is held", taken.what, taken.document_version)?;
                taken.without_effect.iter().try_for_each(|why| writeln!(out, "{why}"))
            }
        })
    }
}

fn gone(former: &Former) -> [String; 5] {
    [former.id.to_string(), former.name.clone(), String::new(), String::new(), format!("removed after version {}", former.last_version)]
}

fn row(member: &Listed) -> [String; 5] {
    let standing = match (&member.suspended, member.observer, member.relay) {
        (Some((until, reason)), ..) => format!("suspended until {until} ({reason})"),
        (None, true, _) => "observer".into(),
        (None, false, true) => "member, relay".into(),
        (None, false, false) => "member".into(),
    };
    let words = |texts: Vec<String>| texts.join(" ");
    let nodes = member.nodes.iter().map(ToString::to_string).collect();
    let facilities = member.facilities.iter().map(ToString::to_string).collect();
    [member.id.to_string(), member.name.clone(), words(nodes), words(facilities), standing]
}
