//! `verbund status` and `verbund peers`.

use std::io::Write;

use super::{
    Terminal,
    table::{Table, pairs},
};
use crate::{
    control::{
        Command,
        status::{Command as Ask, Reply, Status as Shown},
    },
    workflow::desk::PeerSight,
};

/// Show how the node is
#[derive(Debug, clap::Args)]
pub struct Status {}

impl Status {
    /// Runs the command.
    ///
    /// # Errors
    /// If no node answers.
    pub fn run<W: Write>(self, terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        show(terminal, Ask::Show)
    }
}

/// List the peers this node sees
#[derive(Debug, clap::Args)]
pub struct Peers {}

impl Peers {
    /// Runs the command.
    ///
    /// # Errors
    /// If no node answers.
    pub fn run<W: Write>(self, terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        show(terminal, Ask::Peers)
    }
}

fn show<W: Write>(mut terminal: Terminal<'_, W>, ask: Ask) -> anyhow::Result<()> {
    let reply: Reply = terminal.ask(&Command::Status(ask))?;
    terminal.show(&reply, |reply, out| match reply {
        Reply::Status(status) => pairs(out, &lines(status)),
        Reply::Peers(peers) => table(peers, out),
    })
}

fn lines(status: &Shown) -> Vec<(&'static str, String)> {
    let mut lines = vec![
        ("node", format!("{} / {} / {}", status.network, status.member, status.node)),
        ("version", status.version.clone()),
        ("clock", format!("{} ({})", status.now, if status.clock_agrees { "agrees with peers" } else { "IN DOUBT, see doctor" })),
        ("members", format!("{} in network document {}", status.members, status.document_version)),
        ("document", format!("{}, valid until {}", status.document_state, status.document_until)),
        ("standing", status.standing.clone()),
        ("peers", format!("{} connected, the addresses of {} nodes known", status.peers_up, status.addresses_known)),
        ("capacity", format!("{} departments known", status.departments)),
    ];
    if let Some(p99) = status.page_us.p99 {
        lines.push(("web pages", format!("{} since the start; 99 of a hundred took at most {:.1} ms lately", status.page_us.count, p99 as f64 / 1e3)));
    }
    lines
}

fn table(peers: &[PeerSight], out: &mut impl Write) -> std::io::Result<()> {
    let mut table = Table::new(&["member", "up", "dir", "rtt ms", "gate", "address", "key"]);
    for peer in peers {
        let member = peer.member.as_ref().map_or("?", |member| member.as_str());
        let rtt = peer.rtt_ms.map_or_else(String::new, |ms| ms.to_string());
        let key = peer.key.to_string()[..12].to_owned();
        table.row([member, if peer.up { "yes" } else { "no" }, &peer.direction, &rtt, &peer.gate, &peer.address, &key]);
    }
    table.write(out, "no peers known yet")
}
