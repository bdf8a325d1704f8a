//! `verbund patient`.

use std::{
    io::Write,
    path::{Path, PathBuf},
    str::FromStr,
};

use clap::{Args, Subcommand};
use verbund_protocol::{
    id::{Ik, LocalId},
    person::{Gender, Kvnr},
};

use super::{
    Terminal,
    file::read_text,
    table::{Table, pairs},
    usage,
};
use crate::{
    control::{
        Command,
        client::ClientError,
        patient::{Command as Ask, Reply},
    },
    domain::{
        patient::{Insurance, Patient as Entry, Person, Search},
        purpose::{Purpose, STATED_FOR},
    },
    workflow::patient::Found,
};

/// Largest entry read from a file, bytes.
const MAX_ENTRY: u64 = 64 << 10;

/// This clinic's patients: enter, look up, change, erase
#[derive(Debug, Args)]
pub struct Patient {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Enter a patient
    #[command(after_help = PRIVATE)]
    Add(Words),
    /// Change an entry; what is not named stays, and the former entry stays as a version
    #[command(after_help = PRIVATE)]
    Change {
        /// The patient's id
        id: LocalId,
        #[command(flatten)]
        words: Words,
    },
    /// Show an entry
    Show {
        /// The patient's id
        id: LocalId,
    },
    /// Show what an entry said before
    Versions {
        /// The patient's id
        id: LocalId,
    },
    /// Look patients up
    Find(Find),
    /// State why you look at somebody who is not in treatment here; it counts for an hour, and the privacy officer gets a list
    Purpose {
        /// The patient's id
        id: LocalId,
        /// question, treating, return, billing, complaint, quality or other
        #[arg(long, value_name = "WORD", value_parser = purpose)]
        why: Purpose,
        /// A few words beside it; other needs some
        #[arg(long, default_value = "")]
        words: String,
    },
    /// Erase a patient for good: entry, versions and consents; the audit stays and names nobody
    Erase {
        /// The patient's id
        id: LocalId,
        /// Nothing brings a patient back: say that you mean it
        #[arg(long)]
        yes: bool,
    },
}

const PRIVATE: &str = "Words on the command line can be seen by other users of this machine; with --file - they are read from standard input instead.\n\
    The file is JSON: {\"family\": \"Huber\", \"given\": \"Anna\", \"birth_date\": \"1951-04-03\", \"gender\": \"female\", \"kvnr\": \"X110411675\", \"insurance\": \"GKV\",\n\
    \"payer\": \"108310400\", \"case_number\": \"4711\", \"phone\": \"…\", \"address\": {\"street\": \"…\", \"postal_code\": \"…\", \"city\": \"…\"},\n\
    \"contact\": {\"name\": \"…\", \"phone\": \"…\", \"relation\": \"daughter\"}, \"representative\": {\"name\": \"…\", \"phone\": \"…\", \"basis\": \"court|proxy|parent|spouse\"}}";

#[derive(Args)]
struct Words {
    /// Read the whole entry from a JSON file; - for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["family", "given", "birth_date", "gender", "kvnr", "insurance", "payer", "case_number", "phone"])]
    file: Option<PathBuf>,
    /// Family name
    #[arg(long, value_name = "NAME")]
    family: Option<String>,
    /// Given names
    #[arg(long, value_name = "NAME")]
    given: Option<String>,
    /// Day of birth, such as 1951-04-03
    #[arg(long, value_name = "DAY")]
    birth_date: Option<String>,
    /// female, male, other or unknown
    #[arg(long)]
    gender: Option<Gender>,
    /// Number of the health insurance card
    #[arg(long)]
    kvnr: Option<String>,
    /// GKV, PKV, BG, SEL, SOZ, GPV, PPV or BEI
    #[arg(long, value_name = "KIND")]
    insurance: Option<Insurance>,
    /// Who pays, by IK
    #[arg(long, value_name = "IK")]
    payer: Option<Ik>,
    /// The hospital's own number of the stay
    #[arg(long, value_name = "NUMBER")]
    case_number: Option<String>,
    /// Phone number
    #[arg(long, value_name = "NUMBER")]
    phone: Option<String>,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Words(..)")
    }
}

/// Look patients up; what is not named does not restrict
#[derive(Args)]
struct Find {
    /// Beginnings of names, in any order
    name: Vec<String>,
    /// Day of birth
    #[arg(long, value_name = "DAY")]
    birth_date: Option<String>,
    /// Number of the health insurance card
    #[arg(long)]
    kvnr: Option<String>,
    /// The hospital's own number of the stay
    #[arg(long, value_name = "NUMBER")]
    case_number: Option<String>,
}

impl std::fmt::Debug for Find {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Find(..)")
    }
}

/// Reads a purpose.
fn purpose(word: &str) -> Result<Purpose, String> {
    Purpose::named(word).ok_or_else(|| format!("one of: {}", Purpose::ALL.map(Purpose::word).join(", ")))
}

impl Patient {
    /// Runs the command.
    ///
    /// # Errors
    /// If no node answers, it refuses, or the file cannot be read.
    pub fn run<W: Write>(self, mut terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        let command = match self.verb {
            Verb::Add(words) => Ask::Add(Box::new(words.person(None)?)),
            Verb::Change { id, words } => {
                let Reply::Shown(present) = terminal.ask(&Command::Patient(Ask::Show(id)))? else { return Err(ClientError::Unexpected.into()) };
                Ask::Change { patient: id, person: Box::new(words.person(Some(present.person))?) }
            }
            Verb::Show { id } => Ask::Show(id),
            Verb::Versions { id } => Ask::Versions(id),
            Verb::Find(Find { name, birth_date, kvnr, case_number }) => {
                let name = (!name.is_empty()).then(|| name.join(" "));
                let (birth_date, kvnr) = (private("--birth-date", birth_date.as_deref())?, private("--kvnr", kvnr.as_deref())?);
                Ask::Find(Search { name, birth_date, kvnr, case_number })
            }
            Verb::Purpose { id, why, words } => Ask::Purpose { patient: id, purpose: why, words },
            Verb::Erase { id, yes } => {
                anyhow::ensure!(yes, "nothing brings an erased patient back; repeat with --yes if you mean it");
                Ask::Erase(id)
            }
        };
        let reply: Reply = terminal.ask(&Command::Patient(command))?;
        terminal.show(&reply, |reply, out| match reply {
            Reply::Added(patient) => writeln!(out, "patient {}", patient.id),
            Reply::Changed(patient) => writeln!(out, "patient {} version {}", patient.id, patient.version),
            Reply::Shown(patient) => pairs(out, &lines(patient)),
            Reply::Versions(versions) => many(versions, out, "the entry was never changed"),
            Reply::Found(found) => listed(found, out),
            Reply::PurposeStated => writeln!(out, "noted; you may look for {} minutes", STATED_FOR.as_secs() / 60),
            Reply::Erased(erased) => {
                writeln!(out, "erased: the entry, {} former versions, {} consents, {} documents", erased.versions, erased.consents, erased.documents)?;
                writeln!(out, "kept: {} audit entries and {} cases, which name nobody any more", erased.audit_kept, erased.cases_kept)
            }
        })
    }
}

/// Reads a word about a patient; unlike the command line's own reader, it does not repeat a wrong one.
fn private<T: FromStr<Err: std::fmt::Display>>(option: &str, word: Option<&str>) -> anyhow::Result<Option<T>> {
    word.map(|word| word.parse().map_err(|error| usage(option, error))).transpose()
}

impl Words {
    /// Returns the entry that the words make, out of `present` if there is one.
    fn person(self, present: Option<Person>) -> anyhow::Result<Person> {
        if let Some(path) = &self.file {
            return read(path);
        }
        let fresh = || anyhow::anyhow!("an entry needs --family, --given and --birth-date, or --file");
        let (birth_date, kvnr) = (private("--birth-date", self.birth_date.as_deref())?, private("--kvnr", self.kvnr.as_deref())?);
        let mut person = match (present, self.family.clone(), self.given.clone(), birth_date) {
            (Some(present), ..) => present,
            (None, Some(family), Some(given), Some(birth_date)) => Person {
                family,
                given,
                birth_date,
                gender: None,
                kvnr: None,
                insurance: None,
                payer: None,
                case_number: None,
                address: None,
                phone: None,
                contact: None,
                representative: None,
            },
            _ => return Err(fresh()),
        };
        person.family = self.family.unwrap_or(person.family);
        person.given = self.given.unwrap_or(person.given);
        person.birth_date = birth_date.unwrap_or(person.birth_date);
        person.gender = self.gender.or(person.gender);
        person.kvnr = kvnr.or(person.kvnr);
        person.insurance = self.insurance.or(person.insurance);
        person.payer = self.payer.or(person.payer);
        person.case_number = self.case_number.or(person.case_number);
        person.phone = self.phone.or(person.phone);
        Ok(person)
    }
}

fn read(path: &Path) -> anyhow::Result<Person> {
    let text = read_text(path, MAX_ENTRY)?;
    serde_json::from_str(&text).map_err(|error| anyhow::anyhow!("{} is not a patient's entry: {}; see `verbund patient add --help`", path.display(), without_values(&error)))
}

/// Returns what is wrong with JSON without what stands in it: the entry of a patient must not come out again in an error.
fn without_values(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let quoting = ["invalid type: ", "invalid value: ", "unknown variant "].iter().any(|begin| text.starts_with(begin));
    match text.split_once(", expected ").filter(|_| quoting) {
        Some((_, expected)) => format!("expected {expected}"),
        None if quoting => format!("wrong value at line {} column {}", error.line(), error.column()),
        None => text,
    }
}

/// Whoever was found; of former patients name and year of birth.
fn listed(found: &[Found], out: &mut impl Write) -> std::io::Result<()> {
    let mut table = Table::new(&["id", "name", "born", "case", "version", "changed", "by"]);
    for one in found {
        let former = || [one.id.to_string(), one.name.clone(), one.born.clone(), "not in treatment (any more)".into(), String::new(), String::new(), String::new()];
        table.row(one.entry.as_ref().map_or_else(former, cells));
    }
    table.write(out, "nobody found")
}

fn cells(patient: &Entry) -> [String; 7] {
    let person = &patient.person;
    [
        patient.id.to_string(),
        person.full_name(),
        person.birth_date.to_string(),
        person.case_number.clone().unwrap_or_default(),
        patient.version.to_string(),
        patient.changed_at.to_string(),
        patient.changed_by.clone(),
    ]
}

fn many(patients: &[Entry], out: &mut impl Write, none: &str) -> std::io::Result<()> {
    let mut table = Table::new(&["id", "name", "born", "case", "version", "changed", "by"]);
    for patient in patients {
        table.row(cells(patient));
    }
    table.write(out, none)
}

fn lines(patient: &Entry) -> Vec<(&'static str, String)> {
    let person = &patient.person;
    let mut lines = vec![("id", patient.id.to_string()), ("name", person.full_name()), ("born", person.birth_date.to_string())];
    let word = |word: Option<String>, name: &'static str| word.map(|word| (name, word));
    let insured = |kind: Insurance| format!("{kind:?}").to_uppercase();
    lines.extend(word(person.gender.map(|gender| gender.to_string()), "gender"));
    lines.extend(word(person.kvnr.as_ref().map(Kvnr::to_string), "KVNR"));
    lines.extend(word(person.insurance.map(insured), "insurance"));
    lines.extend(word(person.payer.as_ref().map(Ik::to_string), "payer"));
    lines.extend(word(person.case_number.clone(), "case"));
    lines.extend(word(person.address.as_ref().map(|a| format!("{}, {} {}", a.street, a.postal_code, a.city)), "address"));
    lines.extend(word(person.phone.clone(), "phone"));
    lines.extend(word(person.contact.as_ref().map(|c| format!("{} ({}), {}", c.name, c.relation, c.phone)), "contact"));
    lines.extend(word(person.representative.as_ref().map(|r| format!("{} ({:?}), {}", r.name, r.basis, r.phone).to_owned()), "represented by"));
    lines.push(("version", format!("{}, {} by {}", patient.version, patient.changed_at, patient.changed_by)));
    lines
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Whatever is wrong with an entry, the error says where and what was expected, and repeats nothing of it.
    #[test]
    fn an_error_repeats_nothing_about_the_patient() {
        for entry in [
            r#"{"family": ["Geheim"]}"#,
            r#"{"family": 4711}"#,
            r#"{"address": "Geheim"}"#,
            r#"{"gender": "Geheim"}"#,
            r#"{"birth_date": "4711"}"#,
            r#"{"kvnr": "Geheim"}"#,
            r#"{"insurance": "Geheim"}"#,
            r#"{"family": "Geheim"}"#,
            r#"{"family": "Geheim", "family": "Geheim"}"#,
            r#""Geheim 4711""#,
            "Geheim",
        ] {
            let said = without_values(&serde_json::from_str::<Person>(entry).unwrap_err());
            assert!(!said.contains("Geheim") && !said.contains("4711"), "{said}");
            assert!(said.contains("line 1"), "{said}");
        }
        let said = private::<Kvnr>("--kvnr", Some("Geheim")).unwrap_err().to_string();
        assert!(said.contains("--kvnr") && !said.contains("Geheim"), "{said}");
    }
}
