//! `verbund key`: the database key.

use std::{io::Write, path::PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use verbund_protocol::id::LocalId;

use super::Terminal;
use crate::{
    control::{
        Command,
        key::{Command as Ask, Shown},
    },
    domain::{
        actor::{Actor, Role},
        config::{Config, People},
    },
    runtime::service,
    store::{
        DatabaseKey, Store, StoreError,
        audit::{self, Entry},
        key::KeyFile,
    },
};

/// The database key: without it neither the database nor a backup can be read, by anybody
#[derive(Debug, Args)]
pub struct Key {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show which key is in use, by an id that says nothing about the key
    Show,
    /// Write a copy of the key into a new file that only the node's user may read; keep it in a safe
    Export {
        /// A new file on the node's machine, best on a medium for the safe
        file: PathBuf,
    },
    /// Encrypt the database anew with a new key; the node must not run
    #[command(after_help = "Backups made before keep needing the old key: export it first, and keep it as long as them.")]
    Rotate,
}

/// Which key the database has from now on.
#[derive(Debug, serde::Serialize)]
struct Rotated {
    old: LocalId,
    new: LocalId,
}

impl Key {
    /// Runs the command.
    ///
    /// # Errors
    /// If the node does not answer (show, export) or runs (rotate), or it refuses.
    pub fn run<W: Write>(self, mut terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        match self.verb {
            Verb::Show => {
                let shown: Shown = terminal.ask(&Command::Key(Ask::Show))?;
                terminal.show(&shown, |shown, out| writeln!(out, "key {}", shown.key_id))
            }
            Verb::Export { file } => {
                let target = std::path::absolute(&file).with_context(|| format!("cannot use {}", file.display()))?;
                let shown: Shown = terminal.ask(&Command::Key(Ask::Export(target)))?;
                terminal.show(&shown, |shown, out| {
                    let place = shown.exported.as_ref().map_or_else(String::new, |path| path.display().to_string());
                    writeln!(out, "key {} copied to {place}: whoever has this file and the data can read everything; keep it in a safe", shown.key_id)
                })
            }
            Verb::Rotate => {
                let rotated = rotate(&terminal.load()?)?;
                terminal.show(&rotated, |rotated, out| {
                    writeln!(out, "the database now has key {}", rotated.new)?;
                    writeln!(out, "backups made before need key {} as long as you keep them", rotated.old)
                })
            }
        }
    }
}

fn rotate(config: &Config) -> anyhow::Result<Rotated> {
    let (node, (name, roles)) = (&config.node, operator(config)?);
    let file = KeyFile::new(&node.database_key, &node.data_dir)?;
    let mut store = Store::unlock(&node.data_dir, &file)?;
    let old = store.readers()?.key_id()?;
    let new = DatabaseKey::generate()?;
    let detail = format!("old={old} new={}", new.id());
    let note = |store: &Store, action| {
        let entry = Entry { at: service::now(), actor: &name, roles: &roles, action, subject: None, purpose: "operation", detail: &detail };
        store.write(|db| -> Result<(), StoreError> { audit::append(db, &entry).map(drop) })
    };
    // The new key may be in force although this program does not live to say so.
    note(&store, "key.rotate.begin")?;
    store.rotate_key(&file, &new)?;
    note(&store, "key.rotate")?;
    Ok(Rotated { old, new: new.id() })
}

/// Returns name and roles of whoever runs this command on a stopped node, who must have the role of IT: for the audit.
pub(super) fn operator(config: &Config) -> anyhow::Result<(String, String)> {
    let uid = nix::unistd::getuid().as_raw();
    let actor = People::new(&config.people).actor(uid);
    let actor = actor.filter(|actor: &Actor| actor.has_any(&[Role::It]));
    let actor = actor.with_context(|| format!("this needs the role it: add a [[person]] entry for the operating system's user {uid} to the configuration"))?;
    Ok((actor.name().to_owned(), actor.role_words()))
}
