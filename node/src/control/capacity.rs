//! `capacity`: what this clinic states about its free places, and what others said about theirs.

use verbund_protocol::{
    capacity::{ConfirmationQuestion, DepartmentId},
    id::Ik,
    limits::MAX_HORIZON_DAYS,
    query::Question,
    time::Day,
};

use super::Call;
use crate::{
    domain::{actor::Actor, calendar, capacity::file},
    workflow::{
        Desk, WorkError,
        capacity::{self, Change, ProofShown, Shown},
        search::{self, Live},
    },
};

/// What can be asked.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// Change what is stated about one department and publish it.
    Publish(Box<Change>),
    /// State what a CSV or JSON file says; all of it or nothing.
    Import {
        /// The file's text.
        text: String,
    },
    /// Say that what is stated is still right; of all departments if none is named.
    Renew(Vec<DepartmentId>),
    /// Show own departments, those of one facility, or all.
    Show {
        /// Of this facility only.
        facility: Option<Ik>,
        /// Of all facilities.
        all: bool,
    },
    /// Ask the clinic itself whether places of a department are free.
    Confirm {
        /// Which department.
        id: DepartmentId,
        /// From which day on.
        from: Day,
        /// How many days.
        days: u16,
    },
    /// Show the contradictions kept as proof.
    Proofs,
}

/// A reply of this area.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// To [`Command::Publish`], [`Command::Import`] and [`Command::Renew`]: the departments published.
    Published(Vec<DepartmentId>),
    /// To [`Command::Show`].
    Departments(Vec<Shown>),
    /// To [`Command::Confirm`].
    Confirmed(Live),
    /// To [`Command::Proofs`].
    Proofs(Vec<ProofShown>),
}

impl Command {
    /// Runs the command.
    ///
    /// # Errors
    /// [`WorkError`]: a missing role, a fault in what is stated, a clinic that cannot be asked.
    pub async fn run(self, call: &mut Call<'_>) -> Result<Reply, WorkError> {
        let (desk, actor) = (call.desk, call.actor.clone());
        match self {
            Self::Publish(change) => desk.ask(&actor, move |work| capacity::change(work, *change)).await.map(Reply::Published),
            Self::Import { text } => {
                let stated = file::read(&text, calendar::day(desk.outside().now()))
                    .map_err(|error| WorkError::invalid(error.to_string(), "correct the lines named; nothing of the file was taken"))?;
                desk.ask(&actor, move |work| capacity::state(work, stated)).await.map(Reply::Published)
            }
            Self::Renew(ids) => desk.ask(&actor, move |work| capacity::renew(work, &ids)).await.map(Reply::Published),
            Self::Show { facility, all } => desk.ask(&actor, move |work| capacity::show(work, facility.as_ref(), all)).await.map(Reply::Departments),
            Self::Confirm { id, from, days } => confirm(desk, &actor, id, from, days).await.map(Reply::Confirmed),
            Self::Proofs => desk.ask(&actor, |work| capacity::proofs(work)).await.map(Reply::Proofs),
        }
    }
}

async fn confirm(desk: &Desk, actor: &Actor, id: DepartmentId, from: Day, days: u16) -> Result<Live, WorkError> {
    if !(1..=MAX_HORIZON_DAYS).contains(&usize::from(days)) {
        return Err(WorkError::invalid(format!("1 to {MAX_HORIZON_DAYS} days can be asked about"), "give a number of days in that range"));
    }
    let question = ConfirmationQuestion { id, from, days };
    let facility = question.id.facility.clone();
    let member =
        desk.ask(actor, move |work| work.membership.member_by_ik(&facility).map(|member| member.id.clone()).ok_or(WorkError::NotFound("facility in the member list"))).await?;
    let answer = desk.outside().query(member, Question::Capacity(question.clone()).to_bytes()).await;
    desk.ask(actor, move |work| Ok(search::judge(work, &question, answer))).await
}
