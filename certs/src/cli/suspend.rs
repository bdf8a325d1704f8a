//! Suspensions and their early end.

use std::{path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};
use verbund_protocol::{
    id::MemberId,
    membership::{SignedSuspension, SuspensionReason},
};

use super::{Office, inspect, sheet::Sheet};
use crate::{
    files::{self, Access},
    keys,
};

/// Suspend a member at once, by one officer alone, for at most 72 hours
///
/// Hand the object to any node of the network (`verbund membership take FILE`); it reaches the others by itself.
#[derive(Debug, Args)]
pub struct Suspend {
    /// The member
    member: MemberId,
    /// Why
    #[arg(long, value_name = "CODE")]
    reason: Reason,
    /// For how long
    #[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u64).range(1..=72), default_value_t = 72)]
    hours: u64,
    /// The officer's private key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Where to write the object
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Reason codes; never free text.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Reason {
    /// A key is or may be in foreign hands
    KeyCompromise,
    /// The node behaves wrongly
    Malfunction,
    /// A breach of the cooperative's rules
    Breach,
    /// The member asked for it
    OwnRequest,
}

impl From<Reason> for SuspensionReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::KeyCompromise => Self::KeyCompromise,
            Reason::Malfunction => Self::Malfunction,
            Reason::Breach => Self::Breach,
            Reason::OwnRequest => Self::OwnRequest,
        }
    }
}

impl Suspend {
    pub(super) fn run(self, mut office: Office<'_>) -> anyhow::Result<()> {
        let mut authority = office.authority()?;
        if self.out.exists() {
            return Err(crate::AuthorityError::Exists { path: self.out }.into());
        }
        let officer = keys::read_key(&self.key)?;
        let made = authority.suspend(&self.member, self.reason.into(), Duration::from_secs(self.hours * 3600), &officer, office.now)?;
        files::write_new(&self.out, &made.bytes, Access::Public)?;
        office.show(&Sheet::new().text("written", self.out.display()).and(signed_sheet(&made)))
    }
}

/// End a suspension early: write what the board's threshold must sign
#[derive(Debug, Args)]
pub struct Reinstate {
    /// The member
    member: MemberId,
    /// Where to write the object, to be signed with `sign` and taken with `take-suspension`
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Reinstate {
    pub(super) fn run(self, mut office: Office<'_>) -> anyhow::Result<()> {
        let authority = office.authority()?;
        let object = authority.reinstatement(&self.member, office.now)?;
        files::write_new(&self.out, &object.to_bytes(), Access::Public)?;
        let board = authority.published().map(|held| held.document.board.as_slice());
        let content = inspect::BoardObject::read(&object)?;
        office.show(&Sheet::new().text("written", self.out.display()).and(content.sheet(&object, board)))
    }
}

/// Take a signed suspension or reinstatement, checking it as every node will
#[derive(Debug, Args)]
pub struct TakeSuspension {
    /// The object
    file: PathBuf,
}

impl TakeSuspension {
    pub(super) fn run(self, mut office: Office<'_>) -> anyhow::Result<()> {
        let mut authority = office.authority()?;
        let taken = authority.take_suspension(&files::read(&self.file)?, office.now)?;
        office.show(&Sheet::new().text("taken", self.file.display()).and(signed_sheet(&taken)))
    }
}

fn signed_sheet(object: &SignedSuspension) -> Sheet {
    inspect::suspension_sheet(&object.suspension).list("signed by", &object.signers).text("digest", object.digest)
}
