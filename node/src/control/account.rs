//! `account`: accounts of staff at the web pages, and invitations of patients.

use verbund_protocol::{id::LocalId, time::Timestamp};

use super::Call;
use crate::{
    domain::{
        account::{Account, Login},
        actor::Role,
    },
    workflow::{
        WorkError,
        account::{
            invite::{self, Invited},
            staff,
        },
    },
};

/// What can be asked.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// Add an account.
    Add {
        /// The user name.
        login: String,
        /// The person's name.
        name: String,
        /// What the person may do.
        roles: Vec<Role>,
    },
    /// List all accounts of staff.
    List,
    /// Change name and roles.
    Change {
        /// Which account.
        account: LocalId,
        /// The person's name.
        name: String,
        /// What the person may do.
        roles: Vec<Role>,
    },
    /// Lock somebody out, or let them in again.
    Lock {
        /// Which account.
        account: LocalId,
        /// Whether to lock.
        locked: bool,
    },
    /// Invite a patient.
    Invite(LocalId),
    /// Take away every way to sign in and make a new set-up code.
    StartOver(LocalId),
}

/// A reply of this area.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// A set-up code, shown this once.
    Code {
        /// The account it opens.
        account: LocalId,
        /// The code.
        code: String,
        /// Until when it works.
        ends_at: Timestamp,
    },
    /// The accounts, by name.
    Accounts(Vec<Account>),
    /// It is done.
    Done,
}

impl From<Invited> for Reply {
    fn from(invited: Invited) -> Self {
        Self::Code { account: invited.account, code: invited.code.to_string(), ends_at: invited.ends_at }
    }
}

impl Command {
    /// Runs the command.
    ///
    /// # Errors
    /// [`WorkError`]; nothing has changed then.
    pub async fn run(self, call: &mut Call<'_>) -> Result<Reply, WorkError> {
        call.desk
            .ask(&call.actor, move |work| match self {
                Self::Add { login, name, roles } => {
                    let login: Login = login.parse().map_err(|fault| WorkError::invalid(format!("user name: {fault}"), "choose another user name"))?;
                    staff::add(work, &login, &name, &roles).map(Reply::from)
                }
                Self::List => staff::list(work).map(Reply::Accounts),
                Self::Change { account, name, roles } => staff::change(work, account, &name, &roles).map(|()| Reply::Done),
                Self::Lock { account, locked } => staff::lock(work, account, locked).map(|()| Reply::Done),
                Self::Invite(patient) => invite::patient(work, patient).map(Reply::from),
                Self::StartOver(account) => staff::start_over(work, account).map(Reply::from),
            })
            .await
    }
}
