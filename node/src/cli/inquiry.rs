//! `verbund inquiry`: ask clinics without naming the patient.

use std::{fs, io::Write, path::PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use verbund_protocol::{
    catalogue::{
        Ahb, Answer, Approval, Barthel, Catalogue, Constraint, Diet, Icd3, Language, Laterality, List, Mobility, Necessity, Payer, Question, RareReason, Region, Setting, Singer,
        Surgery, Transport, Travel, Urgency, Week, WeightBearing,
    },
    id::{ConversationId, Ik, LocalId},
    inquiry::{Answers, Basis, Function, Inquiry, Operation, Sex, Variant},
    time::{Day, Timestamp},
};

use super::{Terminal, ask_referral, referral::show_conversation, table::Table};
use crate::{
    control::referral::{Command, Reply},
    workflow::inquiry::Target,
};

/// Ask clinics without naming the patient
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Show exactly what asked clinics would read; nothing is sent
    Preview(Box<Profile>),
    /// Ask up to eight clinics
    Send(Box<Send>),
    /// Answer an asked clinic's questions
    Answer(Reply_),
    /// Show the codes of a list, or the lists
    Codes(Codes),
}

/// The pseudonymous profile: only codes, days and bands
#[derive(Debug, Args)]
pub struct Profile {
    /// Read the profile from a JSON file as `preview --json` prints it (field "inquiry"); other options are ignored
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// A transfer to another acute hospital
    #[arg(long)]
    transfer: bool,
    /// For a transfer without consent: why treatment makes it necessary
    #[arg(long, value_name = "CODE", requires = "transfer")]
    necessity: Option<Necessity>,
    /// Age in years; only the decade is sent
    #[arg(long, value_name = "YEARS", required_unless_present = "profile")]
    age: Option<u32>,
    /// Only if room planning needs it: female, male, other
    #[arg(long, value_parser = sex)]
    sex: Option<Sex>,
    /// Indication group
    #[arg(long, value_name = "CODE", required_unless_present = "profile")]
    indication: Option<Ahb>,
    /// Diagnosis, three characters, such as M16
    #[arg(long, value_name = "ICD")]
    icd: Option<Icd3>,
    /// Operation class
    #[arg(long, value_name = "CODE", requires_all = ["side", "week"])]
    surgery: Option<Surgery>,
    /// Side of the operation
    #[arg(long, value_name = "CODE")]
    side: Option<Laterality>,
    /// Any day in the week of the operation; only the week is sent
    #[arg(long, value_name = "DAY")]
    week: Option<Week>,
    /// SINGER band
    #[arg(long, value_name = "CODE")]
    singer: Option<Singer>,
    /// Barthel band
    #[arg(long, value_name = "CODE")]
    barthel: Option<Barthel>,
    /// Walking aid
    #[arg(long, value_name = "CODE")]
    mobility: Option<Mobility>,
    /// Weight-bearing class
    #[arg(long, value_name = "CODE")]
    weight_bearing: Option<WeightBearing>,
    /// Ability to travel
    #[arg(long, value_name = "CODE")]
    travel: Option<Travel>,
    /// Earliest day of transfer
    #[arg(long, value_name = "DAY", required_unless_present = "profile")]
    earliest: Option<Day>,
    /// How many days later would do
    #[arg(long, value_name = "DAYS", default_value_t = 7)]
    flexible_days: u8,
    /// Inpatient, day care, acute
    #[arg(long, value_name = "CODE", default_value = "inpatient")]
    setting: Setting,
    /// First two digits of the patient's postal code
    #[arg(long, value_name = "NN")]
    region: Option<Region>,
    /// A single room is wished
    #[arg(long)]
    single_room: bool,
    /// Someone comes along
    #[arg(long)]
    companion: bool,
    /// Kind of transport
    #[arg(long, value_name = "CODE")]
    transport: Option<Transport>,
    /// What the clinic must be able to meet
    #[arg(long, value_name = "CODE", num_args = 1..)]
    need: Vec<Constraint>,
    /// Diet
    #[arg(long, value_name = "CODE")]
    diet: Option<Diet>,
    /// Language, if not German
    #[arg(long, value_name = "CODE")]
    language: Option<Language>,
    /// Kind of payer
    #[arg(long, value_name = "CODE", required_unless_present = "profile")]
    payer: Option<Payer>,
    /// State of its approval
    #[arg(long, value_name = "CODE", default_value = "applied")]
    approval: Approval,
    /// Urgency of a transfer
    #[arg(long, value_name = "CODE", requires = "transfer")]
    urgency: Option<Urgency>,
    /// For how many hours an answer is useful
    #[arg(long, value_name = "HOURS", default_value_t = 24)]
    answer_hours: u32,
    /// Why rare codes are sent all the same (second confirmation)
    #[arg(long, value_name = "CODE")]
    rare_reason: Option<RareReason>,
}

/// Ask clinics
#[derive(Debug, Args)]
pub struct Send {
    /// The case
    #[arg(long, value_name = "CASE")]
    case: LocalId,
    /// Institutionskennzeichen of the facility that asks
    #[arg(long, value_name = "IK")]
    from: Ik,
    /// Whom to ask, as IK/DEPARTMENT; up to eight
    #[arg(long, value_name = "IK/KEY", num_args = 1.., required = true, value_parser = target)]
    to: Vec<Target>,
    #[command(flatten)]
    profile: Profile,
}

/// Answer questions
#[derive(Debug, Args)]
pub struct Reply_ {
    /// The conversation
    #[arg(value_name = "CONVERSATION")]
    id: ConversationId,
    /// Answers as QUESTION=ANSWER
    #[arg(value_name = "QUESTION=ANSWER", required = true, value_parser = answer)]
    answers: Vec<(Question, Answer)>,
    /// Why rare answers are sent all the same
    #[arg(long, value_name = "CODE")]
    rare_reason: Option<RareReason>,
}

/// Show codes
#[derive(Debug, Args)]
pub struct Codes {
    /// The list; without it the lists are shown
    list: Option<String>,
}

fn sex(text: &str) -> Result<Sex, String> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|_| "female, male or other".to_owned())
}

fn target(text: &str) -> Result<Target, String> {
    let (facility, department) = text.split_once('/').ok_or("a department is written IK/KEY, such as 269900034/2300")?;
    Ok(Target { facility: facility.parse().map_err(|error| format!("{error}"))?, department: department.parse().map_err(|error| format!("{error}"))? })
}

fn answer(text: &str) -> Result<(Question, Answer), String> {
    let (question, answer) = text.split_once('=').ok_or("an answer is written QUESTION=ANSWER, such as isolation=no")?;
    Ok((question.parse().map_err(|error| format!("{error}"))?, answer.parse().map_err(|error| format!("{error}"))?))
}

impl Profile {
    /// Returns the inquiry these options describe. The department is set for each target when it is sent.
    fn inquiry(self, now: Timestamp) -> anyhow::Result<Inquiry> {
        if let Some(path) = &self.profile {
            let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
            return serde_json::from_str(&text).with_context(|| format!("{} is not a profile", path.display()));
        }
        let basis = self.necessity.map_or(Basis::Consent, Basis::Necessity);
        let operation = match (self.surgery, self.side, self.week) {
            (Some(class), Some(side), Some(week)) => Some(Operation { class, side, week }),
            _ => None,
        };
        let function = Function { singer: self.singer, barthel: self.barthel, mobility: self.mobility, weight_bearing: self.weight_bearing, travel: self.travel };
        let minutes = now.secs() / 60 + u64::from(self.answer_hours) * 60;
        Ok(Inquiry {
            variant: if self.transfer { Variant::Transfer } else { Variant::Rehab },
            basis,
            // 0000 is the DRV's key for "none"; each target's own takes its place.
            department: "0000".parse().context("0000 is a department key")?,
            age: verbund_protocol::catalogue::AgeBand::of(self.age.context("--age is missing")?),
            sex: self.sex,
            indication: self.indication.context("--indication is missing")?,
            icd: self.icd,
            operation,
            function,
            earliest: self.earliest.context("--earliest is missing")?,
            flexible_days: self.flexible_days,
            setting: self.setting,
            region: self.region,
            single_room: self.single_room,
            companion: self.companion,
            transport: self.transport,
            constraints: self.need,
            diet: self.diet,
            language: self.language,
            payer: self.payer.context("--payer is missing")?,
            approval: self.approval,
            urgency: self.urgency,
            answer_by: Timestamp::from_secs(minutes * 60),
            rare_reason: self.rare_reason,
        })
    }
}

impl Verb {
    /// Runs the command.
    ///
    /// # Errors
    /// If no node answers or it refuses; `codes` needs no node.
    pub fn run<W: Write>(self, mut terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        let now = super::now();
        let command = match self {
            Self::Codes(Codes { list }) => return codes(terminal, list.as_deref()),
            Self::Preview(profile) => Command::Preview(Box::new(profile.inquiry(now)?)),
            Self::Send(send) => Command::Inquire { case: send.case, from: send.from, to: send.to, inquiry: Box::new(send.profile.inquiry(now)?) },
            Self::Answer(Reply_ { id, answers, rare_reason }) => Command::Answer { id, answers: Answers { answers, rare_reason } },
        };
        let reply = ask_referral(&terminal, command)?;
        terminal.show(&reply, |reply, out| match reply {
            Reply::Inquired { conversations } => conversations.iter().try_for_each(|id| writeln!(out, "conversation {id}")),
            Reply::Preview(preview) => {
                writeln!(out, "The asked clinics read exactly this:")?;
                let fields = serde_json::to_value(&preview.inquiry).unwrap_or_default();
                for (name, value) in fields.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
                    writeln!(out, "  {name:15} {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned))?;
                }
                preview.fault.iter().try_for_each(|fault| writeln!(out, "It cannot be sent like this: {fault}"))
            }
            Reply::Detail(detail) => show_conversation(detail, out),
            _ => Ok(()),
        })
    }
}

fn codes<W: Write>(mut terminal: Terminal<'_, W>, list: Option<&str>) -> anyhow::Result<()> {
    let Some(word) = list else {
        let lists: Vec<&str> = List::ALL.iter().map(|list| list.word()).collect();
        return terminal.show(&lists, |lists, out| writeln!(out, "{}", lists.join("\n")));
    };
    let list = List::named(word).with_context(|| format!("there is no list {word}; `verbund inquiry codes` shows the lists"))?;
    let rows: Vec<_> = Catalogue::shipped().rows(list).collect();
    terminal.show(&rows, |rows, out| {
        let mut table = Table::new(&["code", "deutsch", "english", "from", "rare"]);
        for row in rows {
            table.row([row.key.as_str(), &row.de, &row.en, &row.valid_from.to_string(), if row.rare { "rare" } else { "" }]);
        }
        table.write(out, "empty")
    })
}
