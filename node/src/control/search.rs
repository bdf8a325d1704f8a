//! `search`: a free place among all members.

use futures::future::join_all;
use verbund_protocol::{query::Question, search::Hit};

use super::Call;
use crate::workflow::{
    WorkError,
    search::{self, Outcome, Wanted},
};

/// Most clinics asked live in one search.
pub const MAX_CONFIRMED: usize = 8;

/// What can be asked.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// Search, and ask the best few live.
    Find {
        /// What is wanted.
        wanted: Box<Wanted>,
        /// How many of the best to ask live, at most [`MAX_CONFIRMED`].
        confirm: usize,
    },
}

impl Command {
    /// Runs the command.
    ///
    /// # Errors
    /// [`WorkError::Invalid`] if a place is unknown or the days make no sense.
    pub async fn run(self, call: &mut Call<'_>) -> Result<Outcome, WorkError> {
        let Self::Find { wanted, confirm } = self;
        let (desk, actor) = (call.desk, call.actor.clone());
        let until = wanted.query.until;
        let located = wanted.locate()?;
        let mut outcome = desk.ask(&actor, move |work| search::find(work, located)).await?;
        let asked = outcome.found.hits.iter().take(confirm.min(MAX_CONFIRMED));
        let live = asked.map(|hit: &Hit| async {
            let question = search::question(hit, until);
            let answer = desk.outside().query(hit.member.clone(), Question::Capacity(question.clone()).to_bytes()).await;
            (question, answer)
        });
        let answers = join_all(live).await;
        if !answers.is_empty() {
            let judge = move |work: &mut crate::workflow::Work<'_>| Ok(answers.into_iter().map(|(question, answer)| search::judge(work, &question, answer)).collect());
            outcome.confirmed = desk.ask(&actor, judge).await?;
        }
        Ok(outcome)
    }
}
