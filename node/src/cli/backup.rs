//! `verbund backup`, `verbund restore` and `verbund integrity`.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use clap::Args;
use verbund_protocol::{
    certificate::NodeName,
    id::{LocalId, MemberId},
    sign::PublicKey,
    time::Timestamp,
};

use super::{
    Terminal,
    key::operator,
    table::{Table, pairs},
};
use crate::{
    control::{
        Command,
        backup::{Command as Ask, Made, Reply},
        client::ClientError,
    },
    domain::{config::Config, identity::Identity},
    runtime::service,
    store::{
        backup::{self, Restored},
        key::KeyFile,
    },
    workflow::{recovery::Progress, safekeeping::Integrity},
};

/// Write a backup of the running node into a new directory
#[derive(Debug, Args)]
#[command(after_help = "The backup is encrypted and holds no key: keep the database key (verbund key export) and the identity folder apart from it.")]
pub struct Backup {
    /// A new or empty directory on the node's machine, best on another disk
    target: PathBuf,
}

impl Backup {
    /// Runs the command.
    ///
    /// # Errors
    /// If no node answers or it refuses.
    pub fn run<W: Write>(self, mut terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        let target = std::path::absolute(&self.target).with_context(|| format!("cannot use {}", self.target.display()))?;
        show(&mut terminal, Ask::Make(target)).map(drop)
    }
}

/// Asks the running node, shows its reply and returns it.
fn show<W: Write>(terminal: &mut Terminal<'_, W>, ask: Ask) -> anyhow::Result<Reply> {
    let reply: Reply = terminal.ask(&Command::Backup(ask))?;
    terminal.show(&reply, |reply, out| match reply {
        Reply::Made(made) => backup_made(made, out),
        Reply::Checked(found) => checked(found, out),
        Reply::Recovery(progress) => recovery(progress, out),
    })?;
    Ok(reply)
}

fn backup_made(made: &Made, out: &mut impl Write) -> std::io::Result<()> {
    pairs(
        out,
        &[
            ("backup", made.target.display().to_string()),
            ("moment", made.made_at.to_string()),
            ("database", format!("{} KiB", made.database_size.div_ceil(1024))),
            ("documents", made.documents.to_string()),
            ("audit entries", made.audit_len.to_string()),
            ("opens with key", made.key_id.to_string()),
        ],
    )?;
    made.missing.iter().try_for_each(|root| writeln!(out, "NOT IN IT: document {root}: its file is not there, see `verbund integrity`"))
}

/// Check that everything is still what was written: database, audit, documents
#[derive(Debug, Args)]
pub struct Check {}

impl Check {
    /// Runs the command. It is an error if anything was found.
    ///
    /// # Errors
    /// If no node answers, it refuses, or something was found.
    pub fn run<W: Write>(self, mut terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        let Reply::Checked(found) = show(&mut terminal, Ask::Check)? else { return Err(ClientError::Unexpected.into()) };
        anyhow::ensure!(found.is_good(), "something is damaged: make room elsewhere, take a copy of the data directory, and restore the newest good backup");
        Ok(())
    }
}

fn checked(found: &Integrity, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "database   {}", if found.database.is_empty() { "good" } else { "DAMAGED" })?;
    found.database.iter().try_for_each(|fault| writeln!(out, "  {fault}"))?;
    let audit = found.audit.fault.as_ref().map_or_else(|| "good".to_owned(), |fault| format!("BROKEN at entry {}", fault.seq));
    writeln!(out, "audit      {audit}, {} entries hold", found.audit.good.len)?;
    writeln!(out, "documents  {} good, {} missing, {} damaged", found.documents_good, found.documents_missing.len(), found.documents_damaged.len())?;
    found.documents_missing.iter().try_for_each(|root| writeln!(out, "  missing {root}"))?;
    found.documents_damaged.iter().try_for_each(|root| writeln!(out, "  damaged {root}"))
}

/// Restore a backup into this node's empty data directory; the node must not run
#[derive(Debug, Args)]
#[command(after_help = "The node then starts recovering: it asks every member for what happened after the backup, and makes no promise to one that has not answered.")]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Restore {
    /// The backup's directory
    #[arg(required = true)]
    backup: Option<PathBuf>,
    #[command(subcommand)]
    after: Option<After>,
}

/// After a restore, on the running node.
#[derive(Debug, clap::Subcommand)]
enum After {
    /// Show how far the recovery has come
    Status,
    /// Go on with a member although it has not answered
    Release {
        /// The member's id
        member: MemberId,
    },
}

/// What was restored.
#[derive(Debug, serde::Serialize)]
struct Done {
    data_dir: PathBuf,
    made_at: Timestamp,
    documents: usize,
    missing: usize,
    epoch: u32,
    key_id: LocalId,
}

impl Restore {
    /// Runs the command.
    ///
    /// # Errors
    /// If the backup is damaged, not this node's, or the data directory is not empty; then nothing was restored.
    pub fn run<W: Write>(self, mut terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        let backup = match (self.after, self.backup) {
            (Some(After::Status), _) => return show(&mut terminal, Ask::Recovery).map(drop),
            (Some(After::Release { member }), _) => return show(&mut terminal, Ask::Release(member)).map(drop),
            (None, Some(backup)) => backup,
            (None, None) => anyhow::bail!("name the backup's directory"),
        };
        let config = terminal.load()?;
        let done = restore(&backup, &config)?;
        terminal.show(&done, |done, out| {
            pairs(
                out,
                &[
                    ("restored into", done.data_dir.display().to_string()),
                    ("moment", done.made_at.to_string()),
                    ("documents", format!("{} ({} were not in the backup)", done.documents, done.missing)),
                    ("epoch", format!("{} (raised, so that peers resend what came after the backup)", done.epoch)),
                ],
            )?;
            writeln!(out, "start the node with `verbund run`: it recovers what came after the backup from the other members")
        })
    }
}

/// Restores offline, in the name of whoever runs the command.
fn restore(backup: &Path, config: &Config) -> anyhow::Result<Done> {
    let (node, (name, roles)) = (&config.node, operator(config)?);
    let own = NodeName { network: node.network.clone(), member: node.member.clone(), node: node.node.clone() };
    let identity = Identity::load(&node.identity_dir, &own)?;
    let key = KeyFile::new(&node.database_key, &node.data_dir)?.read()?;
    let actor = (name.as_str(), roles.as_str());
    let Restored { manifest, epoch } = backup::restore(backup, &node.data_dir, &key, &node.network, &trusted(&identity), actor, service::now())?;
    let (documents, missing) = (manifest.documents.len(), manifest.missing.len());
    Ok(Done { data_dir: node.data_dir.clone(), made_at: manifest.made_at, documents, missing, epoch, key_id: manifest.key_id })
}

fn recovery(progress: &Progress, out: &mut impl Write) -> std::io::Result<()> {
    let Some(since) = progress.since else { return writeln!(out, "the node is not recovering") };
    writeln!(out, "recovering since {since}; nothing is said to a member that has not answered")?;
    let mut table = Table::new(&["member", "state", "detail"]);
    for member in &progress.answered {
        table.row([member.as_str(), "answered", ""]);
    }
    for (member, by) in &progress.released {
        table.row([member.as_str(), "released", by]);
    }
    for (member, cause) in &progress.outstanding {
        table.row([member.as_str(), "asked", cause.as_deref().unwrap_or_default()]);
    }
    table.write(out, "nobody is to be asked")
}

/// Returns the keys that may have signed this node's backups: its sign key, and those it had before by the network document.
fn trusted(identity: &Identity) -> Vec<PublicKey> {
    let listed = identity.document.document.member(&identity.name.member).into_iter().flat_map(|member| &member.nodes);
    let former = listed.filter(|node| node.id == identity.name.node).flat_map(|node| node.former_sign.iter().copied());
    std::iter::once(identity.sign_key.public()).chain(former).collect()
}
