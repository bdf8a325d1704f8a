//! `patient`: this clinic's patients.

use verbund_protocol::id::LocalId;

use super::Call;
use crate::{
    domain::patient::{Patient, Person, Search},
    workflow::{
        WorkError,
        patient::{self, Erased},
        purpose::{self, Purpose},
    },
};

/// What can be asked.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// Enter a patient.
    Add(Box<Person>),
    /// Replace an entry; the former one stays as a version.
    Change {
        /// Whose entry.
        patient: LocalId,
        /// What is to be there from now on.
        person: Box<Person>,
    },
    /// Show an entry.
    Show(LocalId),
    /// Show what an entry said before.
    Versions(LocalId),
    /// Look patients up.
    Find(Search),
    /// State why one looks at somebody who is not in treatment here.
    Purpose {
        /// Whom.
        patient: LocalId,
        /// What for.
        purpose: Purpose,
        /// What there is to say about it.
        words: String,
    },
    /// Erase a patient for good.
    Erase(LocalId),
}

/// A reply of this area.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// The new entry.
    Added(Box<Patient>),
    /// The entry as it is from now on.
    Changed(Box<Patient>),
    /// An entry.
    Shown(Box<Patient>),
    /// What it said before, newest first.
    Versions(Vec<Patient>),
    /// Who was found.
    Found(Vec<patient::Found>),
    /// The purpose was noted.
    PurposeStated,
    /// What was erased and what stays.
    Erased(Erased),
}

impl Command {
    /// Runs the command.
    ///
    /// # Errors
    /// [`WorkError`]; nothing has changed then.
    pub async fn run(self, call: &mut Call<'_>) -> Result<Reply, WorkError> {
        call.desk
            .ask(&call.actor, move |work| match self {
                Self::Add(person) => patient::add(work, &person).map(|added| Reply::Added(Box::new(added))),
                Self::Change { patient, person } => patient::change(work, patient, &person, None).map(|changed| Reply::Changed(Box::new(changed))),
                Self::Show(id) => patient::show(work, id).map(|shown| Reply::Shown(Box::new(shown))),
                Self::Versions(id) => patient::versions(work, id).map(Reply::Versions),
                Self::Find(search) => patient::find(work, &search).map(Reply::Found),
                Self::Purpose { patient, purpose, words } => purpose::state(work, patient, purpose, &words).map(|()| Reply::PurposeStated),
                Self::Erase(id) => patient::erase(work, id).map(Reply::Erased),
            })
            .await
    }
}
