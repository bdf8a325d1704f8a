//! The member list in the draft.

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, ValueEnum};
use verbund_protocol::{
    id::MemberId,
    membership::{Facility, Role},
};

use super::{Office, inspect, sheet::Sheet};
use crate::{Admission, facilities, files};

/// List a node in the draft: a new member, a further node, or a node's new keys
///
/// Member and node are those that both certificates name. For a member that is listed already, only what is given changes.
#[derive(Debug, Args)]
pub struct Admit {
    /// The member's id, compared with the certificates
    #[arg(long, value_name = "ID")]
    member: Option<MemberId>,
    /// The member's name as people write it; the certificates' if not given
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// The issued auth certificate
    #[arg(long, value_name = "FILE")]
    auth_cert: PathBuf,
    /// The issued sign certificate
    #[arg(long, value_name = "FILE")]
    sign_cert: PathBuf,
    /// File with the member's facilities (TOML with [[facility]], or JSON), as `verbund init --facility` writes it
    #[arg(long, value_name = "FILE")]
    facilities: Option<PathBuf>,
    /// A facility: "ik=260120196; kind=acute; name=Klinikum; place=Musterstadt; lat=48.1; lon=11.5"; may be repeated
    #[arg(long = "facility", value_name = "LINE", conflicts_with = "facilities")]
    facility: Vec<Facility>,
    /// Whether its nodes relay for members without an inbound port
    #[arg(long, value_name = "ON|OFF")]
    relay: Option<Switch>,
    /// An observer sees public records only and opens no conversations
    #[arg(long)]
    observer: bool,
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// Yes.
    On,
    /// No.
    Off,
}

impl Admit {
    pub(super) fn run(self, mut office: Office<'_>) -> anyhow::Result<()> {
        let mut authority = office.authority()?;
        let facilities = match &self.facilities {
            Some(path) => facilities::read(path)?,
            None => self.facility,
        };
        let admission = Admission {
            auth_pem: files::read_text(&self.auth_cert)?,
            sign_pem: files::read_text(&self.sign_cert)?,
            name: self.name,
            facilities,
            relay: self.relay.map(|switch| switch == Switch::On),
            role: self.observer.then_some(Role::Observer),
        };
        let named = authority.named(&admission, office.now)?;
        if let Some(expected) = self.member.filter(|expected| *expected != named) {
            bail!("--member {expected}, but the certificates are {named}'s");
        }
        let member = authority.admit(admission, office.now)?;
        office.show(&Sheet::new().text("listed", member).and(inspect::draft_sheet(&authority)))
    }
}

/// Take a member off the list in the draft
#[derive(Debug, Args)]
pub struct Remove {
    /// The member
    member: MemberId,
}

impl Remove {
    pub(super) fn run(self, mut office: Office<'_>) -> anyhow::Result<()> {
        let mut authority = office.authority()?;
        authority.remove(&self.member, office.now)?;
        office.show(&Sheet::new().text("removed", &self.member).and(inspect::draft_sheet(&authority)))
    }
}

/// Say in the draft whether a member's nodes relay for others
#[derive(Debug, Args)]
pub struct Relay {
    /// The member
    member: MemberId,
    /// Whether they do
    relay: Switch,
}

impl Relay {
    pub(super) fn run(self, mut office: Office<'_>) -> anyhow::Result<()> {
        let mut authority = office.authority()?;
        authority.set_relay(&self.member, self.relay == Switch::On, office.now)?;
        office.show(&inspect::draft_sheet(&authority))
    }
}

/// Replace the bootstrap addresses in the draft
#[derive(Debug, Args)]
pub struct Bootstrap {
    /// Multiaddrs to try when no other address is known, such as /dns4/verbund.klinikum.example/tcp/443
    #[arg(value_name = "ADDR")]
    addresses: Vec<String>,
}

impl Bootstrap {
    pub(super) fn run(self, mut office: Office<'_>) -> anyhow::Result<()> {
        let mut authority = office.authority()?;
        authority.set_bootstrap(self.addresses, office.now)?;
        office.show(&inspect::draft_sheet(&authority))
    }
}
