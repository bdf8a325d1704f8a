//! `verbund document`.

use std::{fs::File, io::Write, path::PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use verbund_protocol::id::{ConversationId, Ik, KdlCode, LocalId};

use super::{
    Terminal,
    file::{refuse_existing, write_new},
    table::{Table, pairs},
};
use crate::{
    control::{
        Command,
        client::ClientError,
        document::{self, Add as AddCommand, Reply, Shown},
    },
    workflow::document::{Given, NewDocument},
};

/// Add, read, hand over and fetch documents
#[derive(Debug, Args)]
pub struct Document {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Add a file to a patient's documents
    Add(Add),
    /// List documents, newest first
    List(List),
    /// Say everything about one document, also who may fetch it
    Show(One),
    /// Write a document to a file
    Export(Export),
    /// Show what is on its way here
    Status,
    /// Try again at once to fetch a document
    Fetch(One),
    /// Take back every permission to fetch a document
    Withdraw(One),
    /// Erase a document here for good
    Erase(Erase),
    /// Say which patient a received document is about
    Assign(Assign),
    /// Hand documents to another clinic, on a consent that names it
    Handoff(Handoff),
    /// List the document types in use
    Kinds,
}

/// Add a file to a patient's documents
#[derive(Debug, Args)]
struct Add {
    #[arg(value_name = "FILE", help = "The file; its content is checked, its name is not kept")]
    file: PathBuf,
    #[arg(long, value_name = "ID", help = "Whom it is about")]
    patient: LocalId,
    #[arg(long, value_name = "KDL", help = "What kind of document, see `verbund document kinds`")]
    kind: KdlCode,
    #[arg(long, value_name = "TEXT", help = "What people call it")]
    title: String,
    #[arg(long, value_name = "ID", help = "The document of which this is a newer version")]
    replaces: Option<LocalId>,
}

#[derive(Debug, Args)]
struct List {
    #[arg(long, value_name = "ID", help = "Only of this patient")]
    patient: Option<LocalId>,
    #[arg(long, value_name = "ID", help = "Only those that came in this conversation")]
    conversation: Option<ConversationId>,
    #[arg(long, help = "Also those erased, withdrawn or failed")]
    all: bool,
}

#[derive(Debug, Args)]
struct One {
    #[arg(value_name = "ID", help = "The document")]
    id: LocalId,
}

#[derive(Debug, Args)]
struct Assign {
    #[arg(value_name = "ID", help = "The document")]
    id: LocalId,
    #[arg(long, value_name = "ID", help = "The patient")]
    patient: LocalId,
}

#[derive(Debug, Args)]
struct Handoff {
    #[arg(value_name = "ID", required = true, help = "The documents")]
    documents: Vec<LocalId>,
    #[arg(long, value_name = "ID", conflicts_with_all = ["patient", "to", "from"], help = "To the other side of this referral or earlier handoff")]
    conversation: Option<ConversationId>,
    #[arg(long, value_name = "ID", required_unless_present = "conversation", help = "Whom the documents are about")]
    patient: Option<LocalId>,
    #[arg(long, value_name = "IK", required_unless_present = "conversation", help = "The facility that receives")]
    to: Option<Ik>,
    #[arg(long, value_name = "IK", help = "The facility that hands over, if this member has several")]
    from: Option<Ik>,
}

#[derive(Debug, Args)]
struct Export {
    #[arg(value_name = "ID", help = "The document")]
    id: LocalId,
    #[arg(long, value_name = "FILE", help = "Where to write it; an existing file is never overwritten")]
    out: PathBuf,
}

#[derive(Debug, Args)]
struct Erase {
    #[arg(value_name = "ID", help = "The document")]
    id: LocalId,
    #[arg(long, help = "Confirm that it cannot be brought back")]
    yes: bool,
}

impl Document {
    /// Runs the command.
    ///
    /// # Errors
    /// If no node answers, it refuses, or a file cannot be read or written.
    pub fn run<W: Write>(self, mut terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        let command = match self.verb {
            Verb::Add(add) => return add.run(terminal),
            Verb::Export(export) => return export.run(terminal),
            Verb::List(List { patient, conversation, all }) => document::Command::List { patient, conversation, all },
            Verb::Show(One { id }) => document::Command::Show(id),
            Verb::Status => document::Command::Status,
            Verb::Kinds => document::Command::Kinds,
            Verb::Assign(Assign { id, patient }) => document::Command::Assign { id, patient },
            Verb::Handoff(handoff) => document::Command::Handoff(handoff.into_command()?),
            Verb::Fetch(One { id }) => document::Command::Fetch(id),
            Verb::Withdraw(One { id }) => document::Command::Withdraw(id),
            Verb::Erase(Erase { id, yes }) => {
                if !yes {
                    bail!("erasing cannot be undone: say `verbund document erase {id} --yes` if you mean it");
                }
                document::Command::Erase(id)
            }
        };
        let reply: Reply = terminal.ask(&Command::Document(command))?;
        terminal.show(&reply, tell)
    }
}

fn tell(reply: &Reply, out: &mut impl Write) -> std::io::Result<()> {
    match reply {
        Reply::Added(one) => {
            let (kind, media_type) = (one.kind_label.as_deref().unwrap_or_default(), one.media_type.as_deref().unwrap_or_default());
            writeln!(out, "added document {} ({kind}, {media_type}, {} bytes)", one.id, one.size.unwrap_or_default())
        }
        Reply::List(shown) => table(shown, out, "no documents"),
        Reply::Shown(one) | Reply::Exported(one) => details(one, out),
        Reply::Arriving(shown) => arriving(shown, out),
        Reply::Kinds(kinds) => {
            let mut table = Table::new(&["kind", "meaning", "from"]);
            for kind in kinds {
                table.row([kind.code.as_str(), &kind.label, &kind.valid_from.to_string()]);
            }
            table.write(out, "no types in use")
        }
        Reply::Handed { conversation, documents } => writeln!(out, "{documents} document(s) handed over in conversation {conversation}"),
        Reply::Withdrawn { withdrawn } => writeln!(out, "permissions taken back: {withdrawn}"),
        Reply::Fetching { id } => writeln!(out, "document {id} is being fetched again"),
        Reply::Assigned { id } => writeln!(out, "document {id} is filed"),
        Reply::Erased { id } => writeln!(out, "document {id} is erased"),
    }
}

impl Handoff {
    fn into_command(self) -> anyhow::Result<document::Handoff> {
        let Self { documents, conversation, patient, to, from } = self;
        match (conversation, patient, to) {
            (Some(conversation), _, _) => Ok(document::Handoff::Within { conversation, documents }),
            (None, Some(patient), Some(to)) => Ok(document::Handoff::Alone { patient, from, to, documents }),
            (None, _, _) => bail!("say --conversation ID, or --patient ID and --to IK"),
        }
    }
}

impl Add {
    fn run<W: Write>(self, mut terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        let shown_path = self.file.display().to_string();
        let mut file = File::open(&self.file).with_context(|| format!("cannot read {shown_path}"))?;
        let metadata = file.metadata().with_context(|| format!("cannot read {shown_path}"))?;
        if !metadata.is_file() {
            bail!("{shown_path} is not a file");
        }
        let size = metadata.len();
        let extension = self.file.extension().and_then(|extension| extension.to_str()).map(str::to_owned);
        let new = NewDocument { patient: self.patient, kind: self.kind, title: self.title, replaces: self.replaces };
        let mut client = terminal.connect()?;
        client.send(&Command::Document(document::Command::Add(AddCommand { new, size, extension, media_type: None })))?;
        client.send_bytes(&mut file, size).with_context(|| format!("cannot send {shown_path} to the node"))?;
        let added: Reply = client.answer()?;
        terminal.show(&added, tell)
    }
}

impl Export {
    fn run<W: Write>(self, mut terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        let path = self.out.display().to_string();
        refuse_existing(&self.out)?;
        let mut client = terminal.connect()?;
        client.send(&Command::Document(document::Command::Export(self.id)))?;
        let reply: Reply = client.answer()?;
        let Reply::Exported(shown) = &reply else { return Err(ClientError::Unexpected.into()) };
        write_new(&self.out, |file| Ok(client.receive_bytes(file, shown.size.unwrap_or_default())?))?;
        terminal.show(&reply, |_, out| writeln!(out, "wrote document {} to {path} ({} bytes)", shown.id, shown.size.unwrap_or_default()))
    }
}

fn table(shown: &[Shown], out: &mut impl Write, none: &str) -> std::io::Result<()> {
    let mut table = Table::new(&["document", "kind", "meaning", "title", "bytes", "state", "from", "added"]);
    for one in shown {
        table.row([
            one.id.to_string(),
            one.kind.as_ref().map(ToString::to_string).unwrap_or_default(),
            one.kind_label.clone().unwrap_or_default(),
            one.title.clone().unwrap_or_default(),
            one.size.map(|size| size.to_string()).unwrap_or_default(),
            one.state.word().to_owned(),
            one.source.as_ref().map_or_else(|| "here".into(), ToString::to_string),
            one.added_at.to_string(),
        ]);
    }
    table.write(out, none)
}

fn arriving(shown: &[Shown], out: &mut impl Write) -> std::io::Result<()> {
    let mut table = Table::new(&["document", "from", "state", "here", "trouble", "next"]);
    for one in shown {
        table.row([
            one.id.to_string(),
            one.source.as_ref().map(ToString::to_string).unwrap_or_default(),
            one.state.word().to_owned(),
            one.progress.map_or_else(String::new, |progress| format!("{} %", progress.here.saturating_mul(100).checked_div(progress.whole).unwrap_or(0))),
            one.trouble.clone().unwrap_or_default(),
            one.next_at.map(|at| at.to_string()).unwrap_or_default(),
        ]);
    }
    table.write(out, "nothing is on its way here")
}

fn details(one: &Shown, out: &mut impl Write) -> std::io::Result<()> {
    let text = |value: Option<&str>| value.unwrap_or("-").to_owned();
    pairs(
        out,
        &[
            ("document", one.id.to_string()),
            ("title", text(one.title.as_deref())),
            ("kind", format!("{} {}", one.kind.as_ref().map_or("-", KdlCode::as_str), text(one.kind_label.as_deref()))),
            ("content", format!("{}, {} bytes", text(one.media_type.as_deref()), one.size.unwrap_or_default())),
            ("state", one.state.word().to_owned()),
            ("patient", one.patient.map_or_else(|| "-".into(), |id| id.to_string())),
            ("from", one.source.as_ref().map_or_else(|| format!("added here by {}", one.added_by), ToString::to_string)),
            ("added", one.added_at.to_string()),
            ("root", one.root.to_string()),
        ],
    )?;
    if let Some(trouble) = &one.trouble {
        writeln!(out, "not here yet: {trouble}")?;
    }
    let mut table = Table::new(&["may be fetched by", "until", "taken back", "why"]);
    for Given { recipient, expires_at, revoked_at, revoked_why, .. } in &one.given {
        let at = revoked_at.map(|at| at.to_string()).unwrap_or_default();
        table.row([recipient.to_string(), expires_at.to_string(), at, revoked_why.clone().unwrap_or_default()]);
    }
    table.write(out, "nobody may fetch it")
}
