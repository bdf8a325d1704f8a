//! What operators do, under fire: a new key for the database, a backup, a lost disk and a restore.

use std::{
    fs,
    path::PathBuf,
    process::{Command as Program, ExitStatus, Stdio},
    time::Duration,
};

use verbund_node::control::{Command, audit, backup, key};
use verbund_protocol::id::LocalId;

use super::{CLINICS, Fire};
use crate::{people::eventually, town::programs};

/// The longest that is waited before a program is killed, microseconds.
const LONGEST_RUN: u64 = 400_000;
/// How often at most the same is begun and killed before it is let go on.
const STRIKES: u64 = 2;

impl Fire {
    /// Rotates the key of one clinic, backs it up, loses its disk and restores it; each is killed in the middle before it succeeds.
    pub(super) fn upkeep(&mut self) {
        let at = self.dice.below(CLINICS as u64) as usize;
        self.rotate(at);
        let kept = self.back_up(at);
        self.restore(at, &kept);
    }

    /// Runs the program with a clinic's configuration and kills it at a random moment, unless it has ended by then. Returns whether it ended well.
    fn strike(&mut self, at: usize, arguments: &[&str], during: &'static str) -> bool {
        let config = self.town.village.clinics[at].config();
        let mut program = Program::new(programs().join("verbund"));
        program.arg("--config").arg(config).args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = program.spawn().expect("the program starts");
        std::thread::sleep(Duration::from_micros(self.dice.below(LONGEST_RUN)));
        child.kill().expect("a process can be killed");
        let status: ExitStatus = child.wait().expect("a process can be waited for");
        self.tally.upkeep.0 += 1;
        if !status.success() {
            self.tally.kills += 1;
            *self.tally.during.entry(during).or_default() += 1;
        }
        status.success()
    }

    /// Runs the program and lets it end.
    fn done(&mut self, at: usize, arguments: &[&str]) {
        let output = self.town.verbund(at, arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        self.tally.upkeep = (self.tally.upkeep.0 + 1, self.tally.upkeep.1 + 1);
    }

    fn key_id(&mut self, at: usize) -> LocalId {
        let shown: key::Shown = self.town.told(at, Command::Key(key::Command::Show));
        shown.key_id
    }

    /// Whatever key the database has after a rotation was cut off, the node opens it, and the audit knows of it.
    fn rotate(&mut self, at: usize) {
        for _ in 0..self.dice.below(STRIKES + 1) {
            let before = self.key_id(at);
            self.town.stop(at);
            self.strike(at, &["key", "rotate"], "key rotation");
            self.town.restart(at);
            let after = self.key_id(at);
            assert!(before == after || self.audit_knows(at, after), "the database has key {after}, of which the audit does not know");
            self.whole(at);
        }
        self.town.stop(at);
        self.done(at, &["key", "rotate"]);
        self.town.restart(at);
    }

    fn audit_knows(&mut self, at: usize, key: LocalId) -> bool {
        let filter = serde_json::from_value(serde_json::json!({"action": "key.rotate.begin"})).expect("a filter");
        let reply: audit::Reply = self.town.told(at, Command::Audit(audit::Command::List { filter, limit: 10 }));
        let audit::Reply::Lines(lines) = reply else { panic!("another reply: {reply:?}") };
        lines.iter().any(|line| line.detail.ends_with(&format!("new={key}")))
    }

    /// The node is killed while it writes a backup; the next one is good.
    fn back_up(&mut self, at: usize) -> PathBuf {
        let folder = self.town.folder().join("backups");
        fs::create_dir_all(&folder).expect("a folder can be made");
        for nth in 0..self.dice.below(STRIKES + 1) {
            let target = folder.join(format!("{}-{nth}-cut-off", self.tally.kills));
            let other = (at + 1) % CLINICS;
            let command = Command::Backup(backup::Command::Make(target.clone()));
            self.tally.upkeep.0 += 1;
            let made = self.under_fire(at, other, "backup", &command, &[]);
            assert!(made.is_err() || target.join("manifest").is_file(), "an acknowledged backup is complete");
            // What was not acknowledged does not count as a backup; nobody keeps it.
            if target.exists() {
                fs::remove_dir_all(&target).expect("it can be removed");
            }
        }
        let target = folder.join(self.tally.kills.to_string());
        let reply: backup::Reply = self.town.told(at, Command::Backup(backup::Command::Make(target)));
        let backup::Reply::Made(made) = reply else { panic!("another reply: {reply:?}") };
        assert!(made.missing.is_empty(), "{made:?}");
        made.target
    }

    /// The disk is lost, restoring is cut off, begun anew in an empty directory, and the node gets back from the others what it lacks.
    fn restore(&mut self, at: usize, kept: &PathBuf) {
        self.town.kill(at);
        self.tally.kills += 1;
        *self.tally.during.entry("operation").or_default() += 1;
        let data = self.town.village.clinics[at].folder.join("data");
        let from = kept.to_string_lossy().into_owned();
        let mut restored = false;
        let lose = || {
            if data.exists() {
                fs::remove_dir_all(&data).expect("a disk can be lost")
            }
        };
        for _ in 0..self.dice.below(STRIKES + 1) {
            lose();
            restored = self.strike(at, &["restore", &from], "restore");
        }
        if !restored {
            lose();
            self.done(at, &["restore", &from]);
        }
        self.town.restart(at);
        eventually("every member has given back what it holds", || {
            let reply: backup::Reply = self.town.told(at, Command::Backup(backup::Command::Recovery));
            let backup::Reply::Recovery(progress) = reply else { panic!("another reply: {reply:?}") };
            if progress.since.is_none() { Ok(()) } else { Err(format!("{progress:?}")) }
        });
        self.whole(at);
        fs::remove_dir_all(kept).expect("the backup can be removed");
    }

    fn whole(&mut self, at: usize) {
        let reply: backup::Reply = self.town.told(at, Command::Backup(backup::Command::Check));
        let backup::Reply::Checked(found) = reply else { panic!("another reply: {reply:?}") };
        assert!(found.is_good(), "clinic {at}: {found:?}");
    }
}
