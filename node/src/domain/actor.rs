//! Who acts: a person with roles, or the node itself. Every act is recorded with its actor.

use std::{fmt, str::FromStr};

use verbund_protocol::id::LocalId;

use super::account::{Account, Kind};

/// What a person may do at this clinic (DESIGN section 11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Ward staff.
    Ward,
    /// Physicians.
    Physician,
    /// Social service and discharge management: finds rehab places.
    SocialService,
    /// Admissions: answers inquiries.
    Admissions,
    /// States free places.
    Capacity,
    /// Operates the node; sees no patient data.
    It,
    /// Reads the audit; sees who saw what.
    PrivacyOfficer,
}

impl Role {
    /// All roles, in the order people are shown them.
    pub const ALL: [Self; 7] = [Self::Ward, Self::Physician, Self::SocialService, Self::Admissions, Self::Capacity, Self::It, Self::PrivacyOfficer];
    /// Roles that treat patients and may see their data.
    pub const CARE: &'static [Self] = &[Self::Ward, Self::Physician, Self::SocialService, Self::Admissions];

    /// Returns the word used in configuration and audit.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ward => "ward",
            Self::Physician => "physician",
            Self::SocialService => "social-service",
            Self::Admissions => "admissions",
            Self::Capacity => "capacity",
            Self::It => "it",
            Self::PrivacyOfficer => "privacy-officer",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Role {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let known = || Self::ALL.map(Self::word).join(", ");
        Self::ALL.into_iter().find(|role| role.word() == text).ok_or_else(|| format!("unknown role, one of: {}", known()))
    }
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A member of staff, by the name the configuration gives the operating system's user.
    Person {
        /// The person's name as the audit shows it.
        name: String,
        /// What the person may do.
        roles: Vec<Role>,
    },
    /// A patient at the clinic's web pages, or somebody who acts for one.
    Visitor {
        /// `patient` or `proxy` with the account's random id, as the audit shows it: never a name, since the audit outlives it.
        name: String,
        /// The account.
        account: LocalId,
        /// The patient whom everything is about.
        patient: LocalId,
        /// Whether it is the patient in person.
        in_person: bool,
    },
    /// A patient at a tablet at the bedside, for one matter, with staff beside her.
    Bedside {
        /// `bedside` with its random id, as the audit shows it.
        name: String,
        /// Which time at the bedside.
        id: LocalId,
        /// The patient.
        patient: LocalId,
        /// As what somebody stands beside her.
        role: Role,
    },
    /// The node itself: clocks, arrivals from the mesh, retention.
    Node,
}

impl Actor {
    /// Returns who acts when somebody is signed in with `account`.
    pub fn of(account: &Account) -> Self {
        match (account.kind, account.patient) {
            (Kind::Patient | Kind::Proxy, Some(patient)) => {
                let in_person = account.kind == Kind::Patient;
                Self::Visitor { name: format!("{} {}", account.kind, account.id), account: account.id, patient, in_person }
            }
            _ => Self::Person { name: account.name.clone(), roles: account.roles.clone() },
        }
    }
    /// Returns the patient whom everything a visitor does is about; nobody for others.
    pub const fn patient(&self) -> Option<LocalId> {
        match self {
            Self::Visitor { patient, .. } | Self::Bedside { patient, .. } => Some(*patient),
            Self::Person { .. } | Self::Node => None,
        }
    }
    /// Returns whether the actor has any of `roles`. The node itself may do everything it does.
    pub fn has_any(&self, roles: &[Role]) -> bool {
        match self {
            Self::Visitor { .. } | Self::Bedside { .. } => false,
            Self::Person { roles: held, .. } => held.iter().any(|role| roles.contains(role)),
            Self::Node => true,
        }
    }
    /// Returns the name for the audit.
    pub fn name(&self) -> &str {
        match self {
            Self::Person { name, .. } | Self::Visitor { name, .. } | Self::Bedside { name, .. } => name,
            Self::Node => "node",
        }
    }
    /// Returns the roles for the audit, as words joined by commas.
    pub fn role_words(&self) -> String {
        match self {
            Self::Person { roles, .. } => roles.iter().map(|role| role.word()).collect::<Vec<_>>().join(","),
            Self::Visitor { in_person, .. } => if *in_person { "patient" } else { "proxy" }.into(),
            Self::Bedside { role, .. } => format!("bedside with {role}"),
            Self::Node => "node".into(),
        }
    }
}
