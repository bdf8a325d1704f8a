//! `verbund capacity`: state free places, see what is published.

use std::{io::Write, path::PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use verbund_protocol::{
    capacity::DepartmentId,
    catalogue::{Ahb, Constraint, Language, Payer, Room, Setting},
    id::{DepartmentKey, Ik},
    time::Day,
};

use super::{Terminal, file::read_text, search::age, table::Table};
use crate::{
    control::{
        Command,
        capacity::{Command as Capacity, Reply},
    },
    domain::capacity::file,
    workflow::capacity::{Change, ProofShown, Shown},
};

/// Largest file of free places, bytes: it crosses the control socket as one line of JSON, in which a character may take six.
const MAX_IMPORT: u64 = crate::control::server::MAX_LINE / 8;

/// State free places and see what is published
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Change what is stated about one department and publish it
    Publish(Box<Publish>),
    /// State what a CSV or JSON file says: all of it, or nothing if a line is wrong
    Import(Import),
    /// Say that what is stated is still right
    Renew(Renew),
    /// Show own departments, those of one facility, or all
    Show(Show),
    /// Ask a clinic live whether places of a department are free
    Confirm(Confirm),
    /// Show contradictions that were kept as proof
    Proofs,
}

/// Change what is stated about one department and publish it
#[derive(Debug, Args)]
pub struct Publish {
    /// Institutionskennzeichen of the facility
    #[arg(long, value_name = "IK")]
    facility: Ik,
    /// Department key, four to six digits
    #[arg(long, value_name = "KEY")]
    department: DepartmentKey,
    /// Short name of the department
    #[arg(long)]
    name: Option<String>,
    /// All beds of the department
    #[arg(long)]
    beds: Option<u16>,
    /// Free places by day, held ones included: "3 3 2", or "3x14" for fourteen days alike
    #[arg(long, value_name = "PLACES")]
    free: Option<String>,
    /// The day that the first of --free is for [default: today]
    #[arg(long, value_name = "DAY", requires = "free")]
    first_day: Option<Day>,
    /// Inpatient, day, acute; may be repeated
    #[arg(long, value_name = "CODE", num_args = 1..)]
    setting: Option<Vec<Setting>>,
    /// Indication groups treated
    #[arg(long, value_name = "CODE", num_args = 1..)]
    indication: Option<Vec<Ahb>>,
    /// Needs that can be met: dialysis, isolation-contact, oxygen, …
    #[arg(long, value_name = "CODE", num_args = 1..)]
    can: Option<Vec<Constraint>>,
    /// Payers with whom there is a contract
    #[arg(long, value_name = "CODE", num_args = 1..)]
    payer: Option<Vec<Payer>>,
    /// Kinds of rooms
    #[arg(long, value_name = "CODE", num_args = 1..)]
    room: Option<Vec<Room>>,
    /// Languages spoken besides German
    #[arg(long, value_name = "CODE", num_args = 1..)]
    language: Option<Vec<Language>>,
    /// For how many hours the statement counts unless it is renewed [default: 72]
    #[arg(long, value_name = "HOURS")]
    valid_hours: Option<u16>,
}

/// State what a CSV or JSON file says
#[derive(Debug, Args)]
pub struct Import {
    /// The file; columns of a CSV file: facility, department, name, beds, first_day, free, settings, indications, constraints, payers, rooms, languages, valid_hours
    file: PathBuf,
}

/// Say that what is stated is still right
#[derive(Debug, Args)]
pub struct Renew {
    /// Departments as IK/KEY; all if none is given
    #[arg(value_name = "IK/KEY", value_parser = department)]
    departments: Vec<DepartmentId>,
}

/// Show departments
#[derive(Debug, Args)]
pub struct Show {
    /// Of this facility only
    #[arg(long, value_name = "IK")]
    facility: Option<Ik>,
    /// Of all facilities
    #[arg(long)]
    all: bool,
}

/// Ask a clinic live
#[derive(Debug, Args)]
pub struct Confirm {
    /// The department as IK/KEY
    #[arg(value_name = "IK/KEY", value_parser = department)]
    department: DepartmentId,
    /// From which day on [default: today]
    #[arg(long, value_name = "DAY")]
    from: Option<Day>,
    /// How many days
    #[arg(long, default_value_t = 14)]
    days: u16,
}

/// Reads `IK/KEY`.
pub(super) fn department(text: &str) -> Result<DepartmentId, String> {
    let (facility, department) = text.split_once('/').ok_or("a department is written as IK/KEY, for example 108310400/2300")?;
    Ok(DepartmentId { facility: facility.parse().map_err(|error| format!("{error}"))?, department: department.parse().map_err(|error| format!("{error}"))? })
}

impl Publish {
    fn change(self) -> anyhow::Result<Change> {
        Ok(Change {
            id: DepartmentId { facility: self.facility, department: self.department },
            name: self.name,
            beds: self.beds,
            first_day: self.first_day,
            free: self.free.as_deref().map(file::free).transpose().map_err(anyhow::Error::msg).context("--free")?,
            settings: self.setting,
            indications: self.indication,
            constraints: self.can,
            payers: self.payer,
            rooms: self.room,
            languages: self.language,
            valid_hours: self.valid_hours,
        })
    }
}

impl Verb {
    /// Runs the command.
    ///
    /// # Errors
    /// If no node answers or it refuses; if the file cannot be read.
    pub fn run<W: Write>(self, mut terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        let command = match self {
            Self::Publish(publish) => Capacity::Publish(Box::new(publish.change()?)),
            Self::Import(Import { file }) => Capacity::Import { text: read_text(&file, MAX_IMPORT)? },
            Self::Renew(Renew { departments }) => Capacity::Renew(departments),
            Self::Show(Show { facility, all }) => Capacity::Show { facility, all },
            Self::Confirm(Confirm { department, from, days }) => Capacity::Confirm { id: department, from: from.unwrap_or_else(super::search::today), days },
            Self::Proofs => Capacity::Proofs,
        };
        let reply: Reply = terminal.ask(&Command::Capacity(command))?;
        terminal.show(&reply, |reply, out| match reply {
            Reply::Published(ids) => ids.iter().try_for_each(|id| writeln!(out, "published {id}")),
            Reply::Departments(shown) => departments(shown, out),
            Reply::Confirmed(live) => writeln!(out, "{}  {}", live.id, live.detail),
            Reply::Proofs(proofs) => self::proofs(proofs, out),
        })
    }
}

fn departments(shown: &[Shown], out: &mut impl Write) -> std::io::Result<()> {
    let mut table = Table::new(&["department", "facility", "name", "beds", "from", "free by day", "age", "valid until", ""]);
    for row in shown {
        let free = |places: &[u16]| places.iter().take(14).map(u16::to_string).collect::<Vec<_>>().join(" ") + if places.len() > 14 { " …" } else { "" };
        let held = match &row.stated {
            Some(stated) if stated != &row.free => format!("{} (stated {})", free(&row.free), free(stated)),
            _ => free(&row.free),
        };
        let mark = if row.contradicted { "contradicted itself" } else { "" };
        let age = if row.age == "fresh" { age(row.age_s) } else { format!("{} {}", row.age.to_uppercase(), age(row.age_s)) };
        table.row([
            row.id.to_string(),
            row.facility.clone(),
            row.department.clone(),
            row.beds.to_string(),
            row.first_day.to_string(),
            held,
            age,
            row.valid_until.to_string(),
            mark.into(),
        ]);
    }
    table.write(out, "nothing is stated; see `verbund capacity publish --help`")
}

fn proofs(proofs: &[ProofShown], out: &mut impl Write) -> std::io::Result<()> {
    let mut table = Table::new(&["department", "member", "epoch", "count", "first seen", "statement", "other statement"]);
    for proof in proofs {
        let member = proof.member.as_ref().map_or("?", |member| member.as_str()).to_owned();
        let [a, b] = proof.digests.map(|digest| digest.to_string()[..16].to_owned());
        table.row([proof.id.to_string(), member, proof.order.epoch.to_string(), proof.order.seq.to_string(), proof.seen_at.to_string(), a, b]);
    }
    table.write(out, "no clinic has contradicted itself")
}
