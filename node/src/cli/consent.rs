//! `verbund consent`.

use std::io::Write;

use clap::{Args, Subcommand};
use verbund_protocol::{
    id::{Ik, LocalId, MemberId},
    time::Timestamp,
};

use super::{Terminal, table::Table};
use crate::{
    control::{
        Command,
        consent::{Command as Ask, Reply},
    },
    domain::consent::{Consent as Entry, DecidedBy, Decision, How, Kind, Recipient},
    runtime::service,
};

/// What patients allowed, refused or took back
#[derive(Debug, Args)]
pub struct Consent {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Record a decision of the patient or the legal representative, or a physician's necessity of treatment
    Record(Box<Record>),
    /// List all decisions about a patient
    List {
        /// The patient's id
        patient: LocalId,
    },
    /// Take a consent back: what rests on it ends
    Revoke {
        /// The consent's id
        id: LocalId,
    },
}

#[derive(Debug, Args)]
struct Record {
    /// The patient's id
    patient: LocalId,
    /// discharge-management (before anybody is asked), identified-release, document-handoff (both name the clinic), treatment-necessity
    #[arg(long)]
    kind: Kind,
    /// The patient refused: that is recorded too
    #[arg(long)]
    refused: bool,
    /// The member the release is for
    #[arg(long, requires = "facility")]
    member: Option<MemberId>,
    /// Its facility
    #[arg(long, value_name = "IK", requires = "member")]
    facility: Option<Ik>,
    /// The form and its version, such as "Anlage 1b 2024-03"
    #[arg(long, value_name = "TEXT")]
    form: Option<String>,
    /// The legal representative who decided, instead of the patient
    #[arg(long, value_name = "NAME", requires = "proof")]
    representative: Option<String>,
    /// What the representative showed
    #[arg(long, value_name = "TEXT", requires = "representative")]
    proof: Option<String>,
    /// The physician who answers for the necessity of treatment
    #[arg(long, value_name = "NAME", requires = "reason", conflicts_with = "representative")]
    physician: Option<String>,
    /// Why it could not wait, as a code
    #[arg(long, value_name = "CODE", requires = "physician")]
    reason: Option<String>,
    /// How it was taken down: paper, electronic or desk
    #[arg(long, default_value = "desk", value_parser = how)]
    how: How,
    /// Where the signed paper or file is
    #[arg(long, value_name = "TEXT")]
    document: Option<String>,
    /// From when; now if not named
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// Until when; open if not named
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,
}

fn how(text: &str) -> Result<How, String> {
    match text {
        "paper" => Ok(How::Paper),
        "electronic" => Ok(How::Electronic),
        "desk" => Ok(How::Desk),
        _ => Err("one of paper, electronic, desk".into()),
    }
}

impl Record {
    fn decision(self) -> (LocalId, Decision) {
        let by = match (self.representative.zip(self.proof), self.physician.zip(self.reason)) {
            (Some((name, proof)), _) => DecidedBy::Representative { name, proof },
            (None, Some((name, reason))) => DecidedBy::Physician { name, reason },
            (None, None) => DecidedBy::Patient,
        };
        let recipient = self.member.zip(self.facility).map(|(member, facility)| Recipient { member, facility });
        let at = self.at.unwrap_or_else(service::now);
        let decision =
            Decision { kind: self.kind, given: !self.refused, recipient, named: None, form: self.form, by, how: self.how, document: self.document, at, until: self.until };
        (self.patient, decision)
    }
}

impl Consent {
    /// Runs the command.
    ///
    /// # Errors
    /// If no node answers or it refuses.
    pub fn run<W: Write>(self, mut terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        let command = match self.verb {
            Verb::Record(record) => {
                let (patient, decision) = record.decision();
                Ask::Record { patient, decision: Box::new(decision) }
            }
            Verb::List { patient } => Ask::List(patient),
            Verb::Revoke { id } => Ask::Revoke(id),
        };
        let reply: Reply = terminal.ask(&Command::Consent(command))?;
        terminal.show(&reply, |reply, out| match reply {
            Reply::Recorded(consent) => writeln!(out, "consent {} {}", consent.id, standing(consent, service::now())),
            Reply::Decisions(decisions) => list(decisions, out),
            Reply::Revoked(revoked) => {
                for consent in &revoked.consents {
                    writeln!(out, "taken back: {} {}", consent.id, consent.decision.kind.word())?;
                }
                writeln!(out, "ended: {} conversations, {} permissions to fetch documents", revoked.conversations.len(), revoked.grants.len())?;
                writeln!(out, "what other clinics have received already cannot be called back; they are told")
            }
        })
    }
}

fn list(decisions: &[Entry], out: &mut impl Write) -> std::io::Result<()> {
    let now = service::now();
    let mut table = Table::new(&["id", "kind", "for", "standing", "decided by", "form", "from", "recorded by"]);
    for consent in decisions {
        let decision = &consent.decision;
        let recipient = decision.recipient.as_ref().map_or_else(String::new, |r| format!("{} {}", r.member, r.facility));
        let by = match &decision.by {
            DecidedBy::Patient => "patient".to_owned(),
            DecidedBy::Representative { name, .. } => format!("{name} (representative)"),
            DecidedBy::Physician { name, reason } => format!("{name} ({reason})"),
        };
        let form = decision.form.clone().unwrap_or_default();
        table.row([consent.id.to_string(), decision.kind.word().into(), recipient, standing(consent, now), by, form, decision.at.to_string(), consent.recorded_by.clone()]);
    }
    table.write(out, "nothing was decided yet")
}

/// Returns how a decision stands by itself; a later one about the same matter may have taken its place.
fn standing(consent: &Entry, now: Timestamp) -> String {
    match (consent.revoked_at, consent.decision.until) {
        (Some(at), _) => format!("taken back {at}"),
        _ if !consent.decision.given => "refused".into(),
        (None, Some(until)) if until <= now => format!("ended {until}"),
        (None, Some(until)) => format!("given until {until}"),
        (None, None) => "given".into(),
    }
}
