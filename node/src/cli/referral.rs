//! `verbund referral`: from the choice to the report back, and what waits in the outbox.

use std::{fs, io::Write, path::PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use verbund_protocol::{
    catalogue::{AhbException, Cancel, DateChange, Decline, NoShow, PayerDecision, ReportMissing, Withdraw},
    id::{ConversationId, Ik, LocalId, MemberId},
    time::Day,
};

use super::{
    Terminal, ask_referral,
    offer::{One, Reason},
    table::{Table, pairs},
};
use crate::{
    control::referral::{Command, Reply},
    workflow::{
        overview::{Detail, Queue, Summary},
        referral::NewReferral,
    },
};

/// From the choice to the report back
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List conversations
    List(List),
    /// Show one conversation with all its messages and receipts
    Show(One),
    /// Choose an offer for the patient; nobody is named yet
    Choose(One),
    /// Send the identified referral, and documents, to the clinic that confirmed the place
    Send(Send),
    /// Hand further documents to the clinic that has the referral
    HandOver(HandOver),
    /// Hand documents to a clinic outside a referral, on a consent of its own
    HandOverAlone(HandOverAlone),
    /// Read the identified referral, or at the asking clinic the report
    Open(One),
    /// Note that it is in the patient's record
    Filed(One),
    /// Take the patient
    Accept(Accept),
    /// Decline after reading; what was received is erased, and that is signed
    Refuse(Reason<Decline>),
    /// Change the day of admission
    Date(Date),
    /// Record what the payer decided
    Payer(Payer),
    /// The patient has arrived; once more with another day, before the report: the day is corrected
    Arrived(Arrived),
    /// The patient's transport is booked
    #[cfg(feature = "raised-version")]
    TransportBooked(Arrived),
    /// The patient did not come
    NoShow(Reason<NoShow>),
    /// Send the report home
    Report(Report),
    /// Withdraw, as the asking clinic
    Withdraw(Reason<Withdraw>),
    /// Cancel, as the owner of the bed
    Cancel(Reason<Cancel>),
    /// Note that a person has settled what was in trouble
    Settle(One),
    /// Show what waits to be delivered
    Queues,
    /// Send again what was given up for a member
    TryAgain(TryAgain),
}

/// List
#[derive(Debug, Args)]
pub struct List {
    /// Of this case only
    #[arg(long, value_name = "CASE")]
    case: Option<LocalId>,
    /// Also those that are over
    #[arg(long)]
    all: bool,
}

/// Send the referral
#[derive(Debug, Args)]
pub struct Send {
    /// The conversation
    #[arg(value_name = "CONVERSATION")]
    id: ConversationId,
    /// JSON file with what is added to the patient's record: diagnoses, procedures, payer_name, staff, note
    #[arg(long, value_name = "FILE")]
    details: Option<PathBuf>,
    /// Documents to hand over
    #[arg(long, value_name = "ID", num_args = 1..)]
    document: Vec<LocalId>,
}

/// Hand over
#[derive(Debug, Args)]
pub struct HandOver {
    /// The conversation
    #[arg(value_name = "CONVERSATION")]
    id: ConversationId,
    /// The documents
    #[arg(value_name = "ID", required = true)]
    document: Vec<LocalId>,
}

/// Hand over outside a referral
#[derive(Debug, Args)]
pub struct HandOverAlone {
    /// The patient
    #[arg(long, value_name = "ID")]
    patient: LocalId,
    /// The facility that hands over
    #[arg(long, value_name = "IK")]
    from: Ik,
    /// The facility that receives
    #[arg(long, value_name = "IK")]
    to: Ik,
    /// The documents
    #[arg(value_name = "ID", required = true)]
    document: Vec<LocalId>,
}

/// Accept
#[derive(Debug, Args)]
pub struct Accept {
    /// The conversation
    #[arg(value_name = "CONVERSATION")]
    id: ConversationId,
    /// Day of admission, if another than agreed
    #[arg(long, value_name = "DAY")]
    date: Option<Day>,
    /// Why the AHB begins later than 14 days after discharge
    #[arg(long, value_name = "CODE")]
    exception: Option<AhbException>,
}

/// Change the day
#[derive(Debug, Args)]
pub struct Date {
    /// The conversation
    #[arg(value_name = "CONVERSATION")]
    id: ConversationId,
    /// The new day
    #[arg(long, value_name = "DAY")]
    date: Day,
    /// Why
    #[arg(long, value_name = "CODE")]
    reason: DateChange,
    /// Why the AHB begins later than 14 days after discharge
    #[arg(long, value_name = "CODE")]
    exception: Option<AhbException>,
}

/// Payer
#[derive(Debug, Args)]
pub struct Payer {
    /// The conversation
    #[arg(value_name = "CONVERSATION")]
    id: ConversationId,
    /// The decision
    #[arg(long, value_name = "CODE")]
    decision: PayerDecision,
    /// When it was made
    #[arg(long, value_name = "DAY")]
    on: Day,
}

/// Arrival
#[derive(Debug, Args)]
pub struct Arrived {
    /// The conversation
    #[arg(value_name = "CONVERSATION")]
    id: ConversationId,
    /// When
    #[arg(long, value_name = "DAY")]
    on: Day,
}

/// Report
#[derive(Debug, Args)]
pub struct Report {
    /// The conversation
    #[arg(value_name = "CONVERSATION")]
    id: ConversationId,
    /// Day of discharge from the rehabilitation
    #[arg(long, value_name = "DAY")]
    discharged: Option<Day>,
    /// Documents of the report
    #[arg(long, value_name = "ID", num_args = 1..)]
    document: Vec<LocalId>,
    /// Why there is no report
    #[arg(long, value_name = "CODE", conflicts_with = "document")]
    missing: Option<ReportMissing>,
}

/// Try again
#[derive(Debug, Args)]
pub struct TryAgain {
    /// The member
    #[arg(value_name = "MEMBER")]
    member: MemberId,
}

impl Verb {
    /// Runs the command.
    ///
    /// # Errors
    /// If no node answers or it refuses.
    pub fn run<W: Write>(self, mut terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        let reply = ask_referral(&terminal, self.command()?)?;
        terminal.show(&reply, |reply, out| match reply {
            Reply::Detail(detail) => show_conversation(detail, out),
            Reply::List(list) => show_list(list, out),
            Reply::Queues(queues) => show_queues(queues, out),
            Reply::Accepted { patient } => writeln!(out, "accepted; the patient is {patient} in this clinic's records"),
            Reply::Content(content) => writeln!(out, "{}", serde_json::to_string_pretty(content).unwrap_or_default()),
            Reply::Case { .. } | Reply::Cases(_) | Reply::Preview(_) | Reply::Inquired { .. } | Reply::Taken(_) => Ok(()),
        })
    }

    fn command(self) -> anyhow::Result<Command> {
        Ok(match self {
            Self::List(List { case, all }) => Command::List { side: None, case, all },
            Self::Show(One { id }) => Command::Show(id),
            Self::Choose(One { id }) => Command::Choose(id),
            Self::Send(Send { id, details, document }) => Command::Refer { id, referral: Box::new(read_details(details)?), documents: document },
            Self::HandOver(HandOver { id, document }) => Command::HandOver { id, documents: document },
            Self::HandOverAlone(HandOverAlone { patient, from, to, document }) => Command::HandOverAlone { patient, from, to, documents: document },
            Self::Open(One { id }) => Command::Open(id),
            Self::Filed(One { id }) => Command::Filed(id),
            Self::Accept(Accept { id, date, exception }) => Command::Accept { id, date, exception },
            Self::Refuse(Reason { id, reason }) => Command::Refuse { id, reason },
            Self::Date(Date { id, date, reason, exception }) => Command::ChangeDate { id, date, reason, exception },
            Self::Payer(Payer { id, decision, on }) => Command::Payer { id, decision, on },
            Self::Arrived(Arrived { id, on }) => Command::Arrived { id, on },
            #[cfg(feature = "raised-version")]
            Self::TransportBooked(Arrived { id, on }) => Command::TransportBooked { id, on },
            Self::NoShow(Reason { id, reason }) => Command::NoShow { id, reason },
            Self::Report(Report { id, discharged, document, missing }) => Command::Report { id, discharged, documents: document, missing },
            Self::Withdraw(Reason { id, reason }) => Command::Withdraw { id, reason },
            Self::Cancel(Reason { id, reason }) => Command::Cancel { id, reason },
            Self::Settle(One { id }) => Command::Settle(id),
            Self::Queues => Command::Queues,
            Self::TryAgain(TryAgain { member }) => Command::TryAgain(member),
        })
    }
}

fn read_details(path: Option<PathBuf>) -> anyhow::Result<NewReferral> {
    let Some(path) = path else { return Ok(NewReferral::default()) };
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} does not hold details of a referral", path.display()))
}

/// Writes a conversation with its messages and receipts.
///
/// # Errors
/// If `out` is closed.
pub fn show_conversation(detail: &Detail, out: &mut impl Write) -> std::io::Result<()> {
    let summary = &detail.summary;
    let department = summary.department.as_ref().map_or_else(|| "-".into(), ToString::to_string);
    let turn = summary.turn.as_deref().map_or("over", |turn| if turn == "us" { "this clinic's turn" } else { "the other clinic's turn" });
    let mut lines = vec![
        ("conversation", format!("{} ({})", summary.id, summary.side)),
        ("with", format!("{}, facility {}, department {department}", summary.peer, summary.facility)),
        ("step", format!("{} ({}), {turn}", shown(&summary.step), summary.status)),
    ];
    if let Some(date) = summary.date {
        lines.push(("admission", date.to_string()));
    }
    if let Some(offer) = &detail.offer {
        lines.push(("offer", format!("{} for {} days, room {}, held until {}", offer.date, offer.stay_days, offer.room, offer.held_until)));
    }
    if let Some(payer) = &detail.payer {
        lines.push(("payer", payer.clone()));
    }
    if let Some(questions) = detail.questions.as_ref().filter(|_| detail.answers.is_none()) {
        lines.push(("asked", questions.questions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")));
    }
    if let Some(trouble) = &summary.trouble {
        lines.push(("TROUBLE", format!("{trouble}: call the other clinic, then `verbund referral settle`")));
    }
    pairs(out, &lines)?;
    let mut table = Table::new(&["by", "nr", "message", "written", "receipt"]);
    for message in &detail.messages {
        let receipt = message.outcome.as_deref().unwrap_or("not delivered yet");
        table.row([&message.by, &message.seq.to_string(), &message.kind, &message.made_at.to_string(), receipt]);
    }
    table.write(out, "no messages")
}

/// Returns a step as people read it: nobody may take a choice for a promise (the owner of the bed alone confirms).
fn shown(step: &str) -> &str {
    if step == "chosen" { "chosen, not yet confirmed" } else { step }
}

/// Writes a list of conversations.
///
/// # Errors
/// If `out` is closed.
pub fn show_list(list: &[Summary], out: &mut impl Write) -> std::io::Result<()> {
    let mut table = Table::new(&["conversation", "side", "with", "department", "step", "turn", "admission", "due", "trouble"]);
    for row in list {
        table.row([
            row.id.to_string(),
            row.side.clone(),
            row.peer.to_string(),
            row.department.as_ref().map(ToString::to_string).unwrap_or_default(),
            shown(&row.step).into(),
            row.turn.clone().unwrap_or_else(|| "over".into()),
            row.date.map(|day| day.to_string()).unwrap_or_default(),
            row.due_at.map(|at| at.to_string()).unwrap_or_default(),
            row.trouble.clone().unwrap_or_default(),
        ]);
    }
    table.write(out, "no conversations")
}

fn show_queues(queues: &[Queue], out: &mut impl Write) -> std::io::Result<()> {
    let mut table = Table::new(&["member", "waiting", "failing since", "cause"]);
    for queue in queues {
        let since = queue.failing_since.map(|at| at.to_string()).unwrap_or_default();
        table.row([queue.member.to_string(), queue.waiting.to_string(), since, queue.cause.clone().unwrap_or_default()]);
    }
    table.write(out, "everything is delivered")
}
