//! `verbund case`: what is being arranged for a patient.

use std::io::Write;

use clap::{Args, Subcommand};
use verbund_protocol::{catalogue::AhbException, id::LocalId, inquiry::Variant, time::Day};

use super::{Terminal, ask_referral, table::Table};
use crate::{
    control::referral::{Command, Reply},
    workflow::inquiry::NewCase,
};

/// Discharge cases: what is being arranged for a patient
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Open a case
    Open(Open),
    /// Note the day of discharge, or why an AHB may begin later than 14 days after it
    Set(Set),
    /// List cases
    List(List),
}

/// Open a case
#[derive(Debug, Args)]
pub struct Open {
    /// The patient
    #[arg(long, value_name = "ID")]
    patient: LocalId,
    /// A transfer to another acute hospital instead of a rehabilitation
    #[arg(long)]
    transfer: bool,
    /// Day of discharge, planned or done
    #[arg(long, value_name = "DAY")]
    discharge: Option<Day>,
    /// Why the AHB may begin later than 14 days after discharge (verbund inquiry codes ahb-exception)
    #[arg(long, value_name = "CODE")]
    exception: Option<AhbException>,
}

/// Change a case
#[derive(Debug, Args)]
pub struct Set {
    /// The case
    #[arg(value_name = "CASE")]
    case: LocalId,
    /// Day of discharge
    #[arg(long, value_name = "DAY")]
    discharge: Option<Day>,
    /// Why the AHB may begin later than 14 days after discharge
    #[arg(long, value_name = "CODE")]
    exception: Option<AhbException>,
}

/// List cases
#[derive(Debug, Args)]
pub struct List {
    /// Of this patient only
    #[arg(long, value_name = "ID")]
    patient: Option<LocalId>,
}

impl Verb {
    /// Runs the command.
    ///
    /// # Errors
    /// If no node answers or it refuses.
    pub fn run<W: Write>(self, mut terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        let command = match self {
            Self::Open(Open { patient, transfer, discharge, exception }) => {
                let variant = if transfer { Variant::Transfer } else { Variant::Rehab };
                Command::OpenCase(NewCase { patient, variant, discharge, exception })
            }
            Self::Set(Set { case, discharge, exception }) => Command::SetDischarge { case, discharge, exception },
            Self::List(List { patient }) => Command::Cases { patient },
        };
        let reply = ask_referral(&terminal, command)?;
        terminal.show(&reply, |reply, out| match reply {
            Reply::Case { case } => writeln!(out, "case {case}"),
            Reply::Cases(cases) => {
                let mut table = Table::new(&["case", "patient", "kind", "discharge", "opened", "by", "chosen", "state"]);
                for case in cases {
                    let patient = case.patient.map_or_else(|| "erased".into(), |id| id.to_string());
                    let (discharge, chosen) = (case.discharge.map(|day| day.to_string()), case.chosen.map(|id| id.to_string()));
                    let kind = if case.variant == Variant::Transfer { "transfer" } else { "rehab" };
                    let state = if case.closed_at.is_some() { "closed" } else { "open" };
                    table.row([
                        case.id.to_string(),
                        patient,
                        kind.into(),
                        discharge.unwrap_or_default(),
                        case.opened_at.to_string(),
                        case.opened_by.clone(),
                        chosen.unwrap_or_default(),
                        state.into(),
                    ]);
                }
                table.write(out, "no cases")
            }
            _ => Ok(()),
        })
    }
}
