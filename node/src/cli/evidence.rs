//! `verbund evidence`: export from the running node, and verify offline.

use std::{io::Write, path::PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use verbund_protocol::{
    cbor,
    evidence::{self, ConversationReport, Ending, Recorded, Report},
    id::{ConversationId, Digest, LocalId, MemberId},
    limits::{MAX_EVIDENCE, MAX_NETWORK_DOCUMENT},
    membership::{NetworkDocument, SignedDocument},
    sign::MultiSigned,
};

use super::{
    Terminal,
    file::{read, refuse_existing, write_new},
    table::Table,
};
use crate::{
    control::{Command, evidence as area},
    domain::identity,
};

/// Prove what was said and received
#[derive(Debug, Args)]
pub struct Evidence {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Write a bundle of signed headers and receipts that anyone can verify
    Export(Export),
    /// Verify a bundle, without a node and without a network
    Verify(Verify),
}

#[derive(Debug, Args)]
struct Export {
    /// One conversation
    #[arg(long, value_name = "ID", conflicts_with = "case", required_unless_present = "case")]
    conversation: Option<ConversationId>,
    /// All conversations of a case
    #[arg(long, value_name = "ID")]
    case: Option<LocalId>,
    /// Put bodies and salts in too: whoever reads the file reads what was said
    #[arg(long)]
    bodies: bool,
    /// File to write; must not exist
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

#[derive(Debug, Args)]
struct Verify {
    /// The bundle
    bundle: PathBuf,
    /// Network document to trust [default: this node's own]
    #[arg(long, value_name = "FILE")]
    document: Option<PathBuf>,
}

/// What verification found, with what it rests on.
#[derive(Debug, serde::Serialize)]
struct Verified {
    holds: bool,
    document_version: u64,
    board_fingerprint: Digest,
    #[serde(flatten)]
    report: Report,
}

impl Evidence {
    /// Runs the command.
    ///
    /// # Errors
    /// If no node answers, the bundle does not hold, or a file cannot be read or written.
    pub fn run<W: Write>(self, terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        match self.verb {
            Verb::Export(command) => command.run(terminal),
            Verb::Verify(command) => command.run(terminal),
        }
    }
}

impl Export {
    fn run<W: Write>(self, mut terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        let Self { conversation, case, bodies, output } = self;
        refuse_existing(&output)?;
        let mut client = terminal.connect()?;
        let exported: area::Exported = client.ask(&Command::Evidence(area::Command::Export { conversation, case, bodies }))?;
        write_new(&output, |file| Ok(client.receive_bytes(file, exported.bytes)?))?;
        terminal.show(&exported, |exported, out| writeln!(out, "wrote {} bytes to {}; check with `verbund evidence verify`", exported.bytes, output.display()))
    }
}

impl Verify {
    fn run<W: Write>(self, mut terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        let document = match self.document {
            Some(path) => path,
            None => identity::document_path(&terminal.load()?.node.identity_dir),
        };
        let trusted = read_document(&document)?;
        let bytes = read(&self.bundle, MAX_EVIDENCE as u64)?;
        let report = evidence::verify(&bytes, &trusted)?;
        let verified = Verified { holds: report.holds(), document_version: trusted.document.version, board_fingerprint: trusted.document.board_fingerprint(), report };
        terminal.show(&verified, |verified, out| print(verified, out))?;
        if verified.holds { Ok(()) } else { bail!("the bundle does not hold: see the faults above") }
    }
}

/// Reads a network document whose network is not known beforehand: the reader says by naming the file that it is the one to trust.
fn read_document(path: &std::path::Path) -> anyhow::Result<SignedDocument> {
    let bytes = read(path, MAX_NETWORK_DOCUMENT as u64)?;
    let cannot = || format!("cannot read {} as a network document", path.display());
    let signed = MultiSigned::read(&bytes, MAX_NETWORK_DOCUMENT).with_context(cannot)?;
    let document: NetworkDocument = cbor::read(signed.payload(), MAX_NETWORK_DOCUMENT).with_context(cannot)?;
    SignedDocument::read(&document.network, &bytes).with_context(cannot)
}

fn print(verified: &Verified, out: &mut impl Write) -> std::io::Result<()> {
    let Verified { holds, document_version, board_fingerprint, report } = verified;
    writeln!(out, "made by {} at {} in network {}", report.made_by, report.made_at, report.network)?;
    writeln!(out, "checked against network document {document_version}, board {board_fingerprint}: compare this with the cooperative's")?;
    for fault in &report.faults {
        writeln!(out, "FAULT {fault}")?;
    }
    for conversation in &report.conversations {
        print_conversation(conversation, out)?;
    }
    if !report.recorded.is_empty() {
        writeln!(
            out,
            "\nRECORDED BY STAFF of {}: clinics without a node, asked by fax and heard by phone. Nobody there has signed any of this; it is {}'s word alone",
            report.made_by, report.made_by
        )?;
    }
    for recorded in &report.recorded {
        print_recorded(recorded, out)?;
    }
    if let Some(ending) = &report.ending {
        print_ending(ending, &report.made_by, out)?;
    }
    writeln!(out, "{}", if *holds { "everything in it holds" } else { "NOT EVERYTHING HOLDS" })
}

/// What people typed, on one line.
fn typed(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn print_ending(ending: &Ending, made_by: &MemberId, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "\nRECORDED BY STAFF of {made_by}: how the case ended. Nobody else has signed this; it is {made_by}'s word alone")?;
    let by = ending.recorded_by.as_deref().map(|by| format!(", written by {}", typed(by))).unwrap_or_default();
    writeln!(out, "  {} at {}{by}", ending.outcome.word(), ending.at)?;
    match ending.carer.as_deref().zip(ending.phone.as_deref()) {
        Some((carer, phone)) => writeln!(out, "  from then on in the care of {}, phone {}", typed(carer), typed(phone)),
        None => Ok(()),
    }
}

fn print_recorded(recorded: &Recorded, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "\n{}\n  asked by fax {}", typed(&recorded.clinic), recorded.asked_at)?;
    let mut table = Table::new(&["noted for", "what", "day", "written down", "said by", "written by", "reason"]);
    let text = |text: &Option<String>| text.as_deref().map_or_else(|| "-".to_owned(), typed);
    for entry in &recorded.entries {
        let day = entry.day.map_or_else(|| "-".to_owned(), |day| day.to_string());
        table.row([entry.at.to_string(), entry.what.word().to_owned(), day, entry.recorded_at.to_string(), text(&entry.said_by), text(&entry.recorded_by), text(&entry.why)]);
    }
    table.write(out, "  no answer")
}

fn print_conversation(conversation: &ConversationReport, out: &mut impl Write) -> std::io::Result<()> {
    let name = |party: &Option<verbund_protocol::conversation::Party>| party.as_ref().map_or_else(|| "?".to_owned(), |party| format!("{} ({})", party.member, party.facility));
    writeln!(out, "\nconversation {}\n  {} asked {}", conversation.id, name(&conversation.asker), name(&conversation.owner))?;
    if let Some(step) = conversation.step {
        writeln!(out, "  it stood at: {step}")?;
    }
    let mut table = Table::new(&["written", "by", "no", "what", "received", "content"]);
    for line in &conversation.lines {
        let received = match &line.receipt {
            None => "no receipt".to_owned(),
            Some(proven) => proven.refused.map_or_else(|| proven.at.to_string(), |refusal| format!("{} refused: {refusal}", proven.at)),
        };
        table.row([line.made_at.to_string(), line.side.word().to_owned(), line.seq.to_string(), line.kind.clone(), received, if line.body { "shown" } else { "-" }.to_owned()]);
    }
    table.write(out, "  no messages")?;
    for lie in &conversation.contradictions {
        writeln!(out, "PROVEN {lie}")?;
    }
    conversation.faults.iter().try_for_each(|fault| writeln!(out, "FAULT {fault}"))
}
