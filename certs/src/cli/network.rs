//! Founding a network, and its documents.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use verbund_protocol::id::NetworkId;

use super::{Office, inspect, public_key, sheet::Sheet};
use crate::{Authority, AuthorityError, NewAuthority, files};

/// Found an authority: issuing key and draft of network document 1
///
/// Board keys are made before, one by each officer (`board-key new`); only their public halves are needed here.
#[derive(Debug, Args)]
pub struct Init {
    /// The network's name: 1 to 32 of a-z, 0-9 and '-'. It enters every signature and cannot change
    #[arg(long, value_name = "NAME")]
    network: NetworkId,
    /// A board member's public key: 64 hexadecimal digits or a .pub file; once for each
    #[arg(long = "board", value_name = "KEY", required = true)]
    board: Vec<String>,
    /// How many of them must sign
    #[arg(long, default_value_t = 2)]
    threshold: u8,
}

impl Init {
    pub(super) fn run(self, mut office: Office<'_>) -> anyhow::Result<()> {
        let board = self.board.iter().map(|word| public_key(word)).collect::<anyhow::Result<Vec<_>>>()?;
        let authority = Authority::create(office.dir, NewAuthority { network: self.network, board, threshold: self.threshold }, office.now)?;
        office.show(&Sheet::new().text("founded", office.dir.display()).text("issuing certificate", authority.certificate_path().display()).and(inspect::draft_sheet(&authority)))
    }
}

/// `verbund-authority document`
#[derive(Debug, Subcommand)]
pub enum Document {
    /// Make the next draft with twelve months of validity from now; its content is that of the draft or document before
    New,
    /// Show the draft, or the published document if there is no draft
    Show {
        /// Show the published document although there is a draft
        #[arg(long)]
        published: bool,
    },
}

impl Document {
    pub(super) fn run(self, mut office: Office<'_>) -> anyhow::Result<()> {
        let mut authority = office.authority()?;
        let sheet = match self {
            Self::New => {
                authority.renew(office.now)?;
                inspect::draft_sheet(&authority)
            }
            Self::Show { published: false } if authority.draft().is_some() => inspect::draft_sheet(&authority),
            Self::Show { .. } => inspect::published_sheet(authority.published().ok_or(AuthorityError::NothingPublished)?),
        };
        office.show(&sheet)
    }
}

/// Check the draft's signatures and write it as the next network document
#[derive(Debug, Args)]
pub struct Publish {
    /// Copies of the draft that officers signed elsewhere; their signatures are taken over first
    #[arg(value_name = "FILE")]
    copies: Vec<PathBuf>,
}

impl Publish {
    pub(super) fn run(self, mut office: Office<'_>) -> anyhow::Result<()> {
        let mut authority = office.authority()?;
        for path in &self.copies {
            let same = authority.take_signatures(&files::read(path)?).with_context(|| format!("cannot take signatures from {}", path.display()))?;
            if !same {
                bail!("{} is not a copy of the present draft: it was signed before the last change", path.display());
            }
        }
        let document = authority.publish()?;
        let path = office.dir.join(format!("document-{}.cbor", document.document.version));
        office.show(&Sheet::new().text("published", path.display()).and(inspect::published_sheet(&document)))
    }
}
