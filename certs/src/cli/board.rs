//! Board keys, and what is signed with them.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use verbund_protocol::{limits::MAX_NETWORK_DOCUMENT, sign::MultiSigned};

use super::{Office, inspect, public_key, sheet::Sheet};
use crate::{
    files::{self, Access},
    keys,
};

/// `verbund-authority board-key`
#[derive(Debug, Subcommand)]
pub enum BoardKey {
    /// Make a key for one officer; it stays with that officer
    New {
        /// Where to write the private key; its public half goes beside it with the ending .pub
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Show the public half of a key
    Show {
        /// The private key
        file: PathBuf,
    },
}

impl BoardKey {
    pub(super) fn run(self, mut office: Office<'_>) -> anyhow::Result<()> {
        let sheet = match self {
            Self::New { out } => {
                let key = keys::new_key();
                let mut beside = out.clone().into_os_string();
                beside.push(".pub");
                keys::write_key(&out, &key)?;
                files::write_new(beside.as_ref(), format!("{}\n", key.public()).as_bytes(), Access::Public)?;
                Sheet::new().text("board key", key.public()).text("private", out.display()).text("public", PathBuf::from(beside).display())
            }
            Self::Show { file } => Sheet::new().text("board key", keys::read_key(&file)?.public()),
        };
        office.show(&sheet)
    }
}

/// Add a board signature to a draft, suspension or reinstatement
#[derive(Debug, Args)]
pub struct Sign {
    /// What to sign; the signature is added to this file
    file: PathBuf,
    /// The officer's private key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Sign without asking
    #[arg(long)]
    yes: bool,
}

impl Sign {
    pub(super) fn run(self, mut office: Office<'_>) -> anyhow::Result<()> {
        let key = keys::read_key(&self.key)?;
        let bytes = files::read(&self.file)?;
        let shown = self.file.display();
        let mut signed = MultiSigned::read(&bytes, MAX_NETWORK_DOCUMENT).with_context(|| format!("{shown} is nothing a board signs"))?;
        let content = inspect::BoardObject::read(&signed).with_context(|| format!("{shown} is nothing a board signs"))?;
        let board = content.board().map(<[_]>::to_vec).or_else(|| office.authority().ok().and_then(|authority| authority.published().map(|held| held.document.board.clone())));
        let mut what = content.sheet(&signed, board.as_deref());
        if board.is_some_and(|board| !board.contains(&key.public())) {
            what = what.text("note", "this key is not on the board shown: the signature counts only if it is on the board before");
        }
        office.confirm(&what, &format!("Sign with board key {}?", key.public()), self.yes)?;
        signed.add_signature(content.network(), content.kind(), &key);
        files::write(&self.file, &signed.to_bytes(), Access::Public)?;
        office.show(&Sheet::new().text("signed", shown).text("board key", key.public()).number("signatures", signed.attached() as u64))
    }
}

/// Hand over to another board in the draft
///
/// Publishing the draft then needs the threshold of the present board and of the new one.
#[derive(Debug, Args)]
pub struct RotateBoard {
    /// A key of the new board: 64 hexadecimal digits or a .pub file; once for each
    #[arg(long = "board", value_name = "KEY", required = true)]
    board: Vec<String>,
    /// How many of them must sign
    #[arg(long, default_value_t = 2)]
    threshold: u8,
}

impl RotateBoard {
    pub(super) fn run(self, mut office: Office<'_>) -> anyhow::Result<()> {
        let board = self.board.iter().map(|word| public_key(word)).collect::<anyhow::Result<Vec<_>>>()?;
        let mut authority = office.authority()?;
        authority.rotate_board(board, self.threshold, office.now)?;
        office.show(&inspect::draft_sheet(&authority))
    }
}
