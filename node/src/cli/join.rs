//! `verbund join`: take the cooperative's papers.

use std::{io::Write, path::PathBuf};

use verbund_protocol::{certificate::NodeName, id::Digest};

use super::{Terminal, init};
use crate::domain::{
    config::Config,
    identity::{self, Papers},
};

/// Take certificates and network document from the cooperative
///
/// A first join needs all four files. Later, bring what is new: a newer network document or renewed certificates. Everything
/// is checked before anything is stored; what is older than what the node has is refused. Certificates count when the node is
/// started again; a newer document is given to a running node with `verbund membership take`.
#[derive(Debug, clap::Args)]
pub struct Join {
    /// The node's folder, instead of --config
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// The auth certificate (PEM)
    #[arg(long, value_name = "FILE")]
    auth_cert: Option<PathBuf>,
    /// The sign certificate (PEM)
    #[arg(long, value_name = "FILE")]
    sign_cert: Option<PathBuf>,
    /// The issuing authority's certificate (PEM), compared with the document's
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// The network document
    #[arg(long, value_name = "FILE")]
    document: Option<PathBuf>,
    /// The board's fingerprint as an officer told you; nothing is stored if the document's is another
    #[arg(long, value_name = "HEX")]
    board_fingerprint: Option<Digest>,
}

impl Join {
    /// Runs the command.
    ///
    /// # Errors
    /// Names the paper that is refused and the remedy; nothing was stored then.
    pub fn run<W: Write>(self, mut terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        let config = self.dir.as_deref().map_or_else(|| terminal.load(), |dir| Ok(Config::load(&init::config_in(dir))?))?;
        let node = config.node;
        let name = NodeName { network: node.network, member: node.member, node: node.node };
        let papers = Papers { auth: self.auth_cert, sign: self.sign_cert, authority: self.ca, document: self.document, board: self.board_fingerprint };
        let joined = identity::join(&node.identity_dir, &name, &papers, super::now())?;
        terminal.show(&joined, |joined, out| {
            writeln!(out, "{} is {} in network document {} of {} members", joined.name, joined.member_name, joined.document_version, joined.members)?;
            writeln!(out, "board fingerprint  {}", joined.board_fingerprint)?;
            match (joined.board_compared, joined.changed) {
                (true, _) => writeln!(out, "                   as you were told"),
                (false, true) => writeln!(out, "                   compare it with what an officer of the cooperative reads to you, before you run the node"),
                (false, false) => writeln!(out, "nothing was new"),
            }
        })
    }
}
