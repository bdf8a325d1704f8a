//! `patient`: this clinic's patients.

use verbund_protocol::id::LocalId;

use super::Call;
use crate::{
    domain::patient::{Patient, Person},
    workflow::records::patient::Search,
    workflow::{
        WorkError,
        patient::{self, Erased},
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
    /// Erase a patient for good.
    Erase(LocalId),
}

/// A reply of this area.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
pub enum Reply {
    /// One entry.
    One(Box<Patient>),
    /// Several entries.
    Many(Vec<Patient>),
    /// What was erased and what stays.
    Erased(Erased),
}

impl Command {
    /// Runs the command.
    ///
    /// # Errors
    /// [`WorkError`]; nothing has changed then.
    pub async fn run(self, call: &mut Call<'_>) -> Result<Reply, WorkError> {
        let one = |patient| Reply::One(Box::new(patient));
        call.desk
            .ask(&call.actor, move |work| match self {
                Self::Add(person) => patient::add(work, &person).map(one),
                Self::Change { patient, person } => patient::change(work, patient, &person).map(one),
                Self::Show(id) => patient::show(work, id).map(one),
                Self::Versions(id) => patient::versions(work, id).map(Reply::Many),
                Self::Find(search) => patient::find(work, &search).map(Reply::Many),
                Self::Erase(id) => patient::erase(work, id).map(Reply::Erased),
            })
            .await
    }
}
