//! The configuration file. Every setting has a default except who the node is; unknown keys and bad values are refused by
//! name. `config.example.toml` shows every one and is loaded by a test.

use std::{
    collections::BTreeMap,
    io::Read as _,
    path::{Path, PathBuf},
    time::Duration,
};

use verbund_protocol::{
    address::is_address,
    id::{MemberId, NetworkId, NodeId},
    limits,
};

use super::{
    actor::{Actor, Role},
    holiday::Holidays,
};

pub mod mail;
pub mod web;

/// Largest configuration file, bytes: room for thousands of people.
const MAX_CONFIG: u64 = 1 << 20;

/// The configuration is not usable.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {path}")]
    Read {
        /// Which file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Not TOML, an unknown key, or a value of the wrong kind. The text names line and key.
    #[error("configuration {path}: {message}\n(config.example.toml shows every setting)")]
    Syntax {
        /// Which file.
        path: String,
        /// Line, key and fault.
        message: String,
    },
    /// A value that is well-formed but cannot be used.
    #[error("configuration {path}: {key}: {what}")]
    Value {
        /// Which file.
        path: String,
        /// Which setting.
        key: String,
        /// What is wrong and what would be right.
        what: String,
    },
}

/// The whole configuration.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Who this node is and where it keeps things.
    pub node: NodeSection,
    /// How it is reached and reaches others.
    #[serde(default)]
    pub mesh: MeshSection,
    /// Free places.
    #[serde(default)]
    pub capacity: CapacitySection,
    /// Referrals.
    #[serde(default)]
    pub referral: ReferralSection,
    /// Documents.
    #[serde(default)]
    pub documents: DocumentsSection,
    /// Who may look at patients.
    #[serde(default)]
    pub access: AccessSection,
    /// Public holidays that depend on the place.
    #[serde(default)]
    pub holidays: Holidays,
    /// Web pages.
    #[serde(default)]
    pub web: web::WebSection,
    /// E-mail.
    pub mail: Option<mail::MailSection>,
    /// Logs.
    #[serde(default)]
    pub log: LogSection,
    /// People who may use the control socket.
    #[serde(default, rename = "person")]
    pub people: Vec<Person>,
}

/// Who this node is and where it keeps things. Relative paths are relative to the configuration file.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeSection {
    /// Network name.
    pub network: NetworkId,
    /// Member id.
    pub member: MemberId,
    /// Node id within the member.
    pub node: NodeId,
    /// Database and documents.
    #[serde(default = "defaults::data_dir")]
    pub data_dir: PathBuf,
    /// Keys and certificates.
    #[serde(default = "defaults::identity_dir")]
    pub identity_dir: PathBuf,
    /// The database key, outside the data directory.
    #[serde(default = "defaults::database_key")]
    pub database_key: PathBuf,
    /// The control socket.
    #[serde(default = "defaults::control_socket")]
    pub control_socket: PathBuf,
}

/// How the node is reached and reaches others.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MeshSection {
    /// Multiaddrs to listen on.
    pub listen: Vec<String>,
    /// Multiaddrs under which others reach this node; empty: not reachable from outside.
    pub announce: Vec<String>,
    /// Further addresses to try at start, besides those of the network document and those learnt.
    pub bootstrap: Vec<String>,
    /// Standing links to hold.
    pub links: usize,
    /// Seconds after which an unused connection beyond the standing links is closed.
    pub idle_seconds: u64,
    /// Most seconds between comparisons with a random member; after one that brought something the next comes after five.
    pub sync_seconds: u64,
}

/// Free places.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CapacitySection {
    /// Hours for which a statement of free places is valid unless it says otherwise.
    pub valid_hours: u64,
}

/// Referrals.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReferralSection {
    /// Hours an asked clinic has to answer an inquiry.
    pub answer_hours: u64,
    /// Hours an offered place is held unless the offer says otherwise.
    pub hold_hours: u64,
}

/// Documents.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DocumentsSection {
    /// Largest document that may be added, MiB.
    pub max_mib: u64,
    /// Days for which a recipient may fetch a handed-over document.
    pub grant_days: u64,
}

/// Who may look at patients.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccessSection {
    /// Days after the last thing that happened (entry, end of a case) for which staff need not say why they look at a patient.
    pub after_treatment_days: u64,
}

/// Logs.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogSection {
    /// `text` or `json`.
    pub format: LogFormat,
    /// A level (`error`, `warn`, `info`, `debug`, `trace`) or `tracing` filter directives.
    pub level: String,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// One person who may use the control socket.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Name of the operating system's user.
    pub user: String,
    /// The person's name as the audit shows it.
    pub name: String,
    /// What the person may do.
    pub roles: Vec<Role>,
}

mod defaults {
    use std::path::PathBuf;

    pub fn data_dir() -> PathBuf {
        "data".into()
    }
    pub fn identity_dir() -> PathBuf {
        "identity".into()
    }
    pub fn database_key() -> PathBuf {
        "identity/database.key".into()
    }
    pub fn control_socket() -> PathBuf {
        "control.sock".into()
    }
}

impl Default for MeshSection {
    fn default() -> Self {
        Self { listen: vec!["/ip4/0.0.0.0/tcp/443".into()], announce: vec![], bootstrap: vec![], links: 10, idle_seconds: 120, sync_seconds: 15 }
    }
}
impl Default for CapacitySection {
    fn default() -> Self {
        Self { valid_hours: 72 }
    }
}
impl Default for ReferralSection {
    fn default() -> Self {
        Self { answer_hours: 24, hold_hours: 24 }
    }
}
impl Default for DocumentsSection {
    fn default() -> Self {
        Self { max_mib: 4096, grant_days: 30 }
    }
}
impl Default for AccessSection {
    fn default() -> Self {
        Self { after_treatment_days: 30 }
    }
}
impl Default for LogSection {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".into() }
    }
}

impl Config {
    /// Reads and checks the file at `path`; relative paths in it become relative to its folder.
    ///
    /// # Errors
    /// [`ConfigError`] names file, key and remedy.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let shown = path.display().to_string();
        let mut text = String::new();
        let read = std::fs::File::open(path).and_then(|file| file.take(MAX_CONFIG + 1).read_to_string(&mut text));
        let read = read.and_then(|size| if size as u64 > MAX_CONFIG { Err(std::io::Error::other("it is far too large for one")) } else { Ok(()) });
        read.map_err(|source| ConfigError::Read { path: shown.clone(), source })?;
        let mut config = Self::parse(&text, &shown)?;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let node = &mut config.node;
        let own = [&mut node.data_dir, &mut node.identity_dir, &mut node.database_key, &mut node.control_socket];
        for place in own.into_iter().chain(config.web.paths()).chain(config.mail.iter_mut().flat_map(mail::MailSection::paths)) {
            *place = folder.join(&*place);
        }
        Ok(config)
    }

    /// Reads and checks `text`, which came from `path`.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn parse(text: &str, path: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| ConfigError::Syntax { path: path.to_owned(), message: error.to_string().trim_end().to_owned() })?;
        config.check().map_err(|(key, what)| ConfigError::Value { path: path.to_owned(), key, what })?;
        Ok(config)
    }

    fn check(&self) -> Result<(), (String, String)> {
        within("mesh.links", self.mesh.links as u64, 1, 64, "links")?;
        within("mesh.idle_seconds", self.mesh.idle_seconds, 10, 86_400, "seconds")?;
        within("mesh.sync_seconds", self.mesh.sync_seconds, 1, 3_600, "seconds")?;
        within("capacity.valid_hours", self.capacity.valid_hours, 1, 24 * 14, "hours")?;
        within("referral.answer_hours", self.referral.answer_hours, 1, 24 * 14, "hours")?;
        within("referral.hold_hours", self.referral.hold_hours, 1, 24 * 7, "hours")?;
        within("documents.max_mib", self.documents.max_mib, 1, 4096, "MiB")?;
        within("documents.grant_days", self.documents.grant_days, 1, 30, "days")?;
        within("access.after_treatment_days", self.access.after_treatment_days, 0, 365, "days")?;
        self.web.check()?;
        self.mail.as_ref().map_or(Ok(()), mail::MailSection::check)?;
        if self.mesh.announce.len() > limits::MAX_ADDRESSES {
            return Err(("mesh.announce".into(), format!("at most {} addresses", limits::MAX_ADDRESSES)));
        }
        for (key, addresses) in [("mesh.listen", &self.mesh.listen), ("mesh.announce", &self.mesh.announce), ("mesh.bootstrap", &self.mesh.bootstrap)] {
            if let Some(wrong) = addresses.iter().find(|text| !is_address(text)) {
                return Err((key.into(), format!("{wrong:?} is not an address such as /dns4/verbund.klinikum.example/tcp/443 or /ip4/0.0.0.0/tcp/443")));
            }
        }
        if self.mesh.listen.is_empty() {
            return Err(("mesh.listen".into(), "needs at least one address such as /ip4/0.0.0.0/tcp/443".into()));
        }
        let mut seen = BTreeMap::new();
        for (at, person) in self.people.iter().enumerate() {
            if person.name.trim().is_empty() || person.name.len() > 200 {
                return Err((format!("person[{at}].name"), "1 to 200 bytes".into()));
            }
            if seen.insert(&person.user, at).is_some() {
                return Err((format!("person[{at}].user"), format!("the user {} is listed twice", person.user)));
            }
        }
        Ok(())
    }
}

fn within(key: &str, value: u64, least: u64, most: u64, unit: &str) -> Result<(), (String, String)> {
    if (least..=most).contains(&value) { Ok(()) } else { Err((key.to_owned(), format!("{value} is not within {least} to {most} {unit}"))) }
}

/// The spans this clinic has set for itself, as the workflow needs them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How long a statement of free places is valid unless it says otherwise.
    pub capacity_valid: Duration,
    /// How long an asked clinic has to answer an inquiry.
    pub answer_within: Duration,
    /// How long an offered place is held unless the offer says otherwise.
    pub hold_for: Duration,
    /// Largest document that may be added, bytes.
    pub max_document: u64,
    /// How long a recipient may fetch a handed-over document.
    pub grant_for: Duration,
    /// How long after the last thing that happened a patient counts as in treatment.
    pub after_treatment: Duration,
    /// The public holidays on which no hour of a promised answer counts.
    pub holidays: Holidays,
    /// Whether patients can be told by e-mail that there is something new.
    pub mail: bool,
    /// Whether admissions can be told by e-mail of a new inquiry.
    pub mail_admissions: bool,
}

impl Terms {
    /// Returns the terms of a configuration.
    pub fn of(config: &Config) -> Self {
        let mail_admissions = config.web.staff.is_some() && config.mail.as_ref().is_some_and(|mail| mail.admissions.is_some());
        let mail = config.web.patient.is_some() && config.mail.is_some();
        Self { mail, mail_admissions, holidays: config.holidays, ..Self::from_sections(&config.capacity, &config.referral, &config.documents, &config.access) }
    }
    fn from_sections(capacity: &CapacitySection, referral: &ReferralSection, documents: &DocumentsSection, access: &AccessSection) -> Self {
        const HOUR: u64 = 3_600;
        Self {
            capacity_valid: Duration::from_secs(capacity.valid_hours * HOUR),
            answer_within: Duration::from_secs(referral.answer_hours * HOUR),
            hold_for: Duration::from_secs(referral.hold_hours * HOUR),
            max_document: documents.max_mib << 20,
            grant_for: Duration::from_secs(documents.grant_days * 24 * HOUR),
            after_treatment: Duration::from_secs(access.after_treatment_days * 24 * HOUR),
            holidays: Holidays::default(),
            mail: false,
            mail_admissions: false,
        }
    }
}

impl Default for Terms {
    fn default() -> Self {
        Self::from_sections(&CapacitySection::default(), &ReferralSection::default(), &DocumentsSection::default(), &AccessSection::default())
    }
}

/// Who may use the control socket, by the operating system's user.
#[derive(Clone, Debug, Default)]
pub struct People {
    by_user: BTreeMap<String, Actor>,
}

impl People {
    /// Returns the people of a configuration.
    pub fn new(people: &[Person]) -> Self {
        let by_user = people.iter().map(|person| (person.user.clone(), Actor::Person { name: person.name.clone(), roles: person.roles.clone() })).collect();
        Self { by_user }
    }
    /// Returns the person behind a user number, if the configuration names one. A number stands for itself where the
    /// system has no name for it.
    pub fn actor(&self, uid: u32) -> Option<Actor> {
        let name = nix::unistd::User::from_uid(nix::unistd::Uid::from_raw(uid)).ok().flatten().map_or_else(|| uid.to_string(), |user| user.name);
        self.by_user.get(&name).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = "[node]\nnetwork = \"test\"\nmember = \"kh-a\"\nnode = \"1\"\n";

    #[test]
    fn the_example_shows_every_default() {
        let example = Config::parse(include_str!("../../../config.example.toml"), "config.example.toml").unwrap();
        let mut least = Config::parse(LEAST, "x").unwrap();
        least.node.network = example.node.network.clone();
        least.node.member = example.node.member.clone();
        least.people = example.people.clone();
        // Sites have no default: the example shows what they look like.
        assert!(example.web.patient.is_some() && example.web.staff.is_some());
        least.web = example.web.clone();
        // Nor has the mail server; what may be left out has.
        let mail = example.mail.clone().unwrap();
        let given = format!("{LEAST}[mail]\nserver = \"{}\"\nsender = \"{}\"", mail.server, mail.sender.as_str());
        let plain = Config::parse(&given, "x").unwrap().mail.unwrap();
        assert_eq!(mail::MailSection { user: None, password_file: None, admissions: None, ..mail.clone() }, plain);
        least.mail = Some(mail);
        assert_eq!(example, least, "the example's values are the defaults");
        assert!(!example.people.is_empty());
    }

    #[test]
    fn faults_are_named() {
        let refused = |text: &str| Config::parse(&format!("{LEAST}{text}"), "c.toml").unwrap_err().to_string();
        assert!(refused("[mesh]\nlniks = 3").contains("lniks"));
        assert!(refused("[mesh]\nlinks = 0").contains("mesh.links: 0 is not within 1 to 64 links"));
        assert!(refused("[mesh]\nlinks = \"many\"").contains("links"));
        assert!(refused("[mesh]\nannounce = [\"verbund.example:443\"]").contains("mesh.announce: \"verbund.example:443\" is not an address"));
        assert!(refused("[log]\nformat = \"xml\"").contains("xml"));
        assert!(refused("[[person]]\nuser=\"a\"\nname=\"A\"\nroles=[\"boss\"]").contains("boss"));
        let twice = "[[person]]\nuser=\"a\"\nname=\"A\"\nroles=[]\n[[person]]\nuser=\"a\"\nname=\"B\"\nroles=[]";
        assert!(refused(twice).contains("listed twice"));
        assert!(Config::parse("[node]\nnetwork = \"Ä\"\nmember=\"a\"\nnode=\"1\"", "c").unwrap_err().to_string().contains("network"));
    }
}
