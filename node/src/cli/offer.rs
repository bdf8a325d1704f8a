//! `verbund offer`: answer inquiries.

use std::io::Write;

use clap::{Args, Subcommand};
use verbund_protocol::{
    catalogue::{Decline, OfferEnd, Question, Room, Therapy},
    id::{ConversationId, DepartmentKey},
    time::Day,
};

use super::{
    Terminal, ask_referral,
    referral::{show_conversation, show_list},
};
use crate::{
    control::referral::{Command, Reply},
    workflow::offer::NewOffer,
};

/// Answer inquiries: ask, offer a held place, decline
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List the inquiries this clinic was asked
    List(List),
    /// Ask the asking clinic coded questions
    Ask(Ask),
    /// Offer a place and hold it
    Make(Make),
    /// Decline an inquiry
    Decline(Reason<Decline>),
    /// Take an offer back
    TakeBack(Reason<OfferEnd>),
    /// Confirm a chosen place
    Confirm(One),
    /// Say that a chosen place is gone
    Gone(Reason<OfferEnd>),
}

/// List
#[derive(Debug, Args)]
pub struct List {
    /// Also those that are over
    #[arg(long)]
    all: bool,
}

/// One conversation
#[derive(Debug, Args)]
pub struct One {
    /// The conversation
    #[arg(value_name = "CONVERSATION")]
    pub id: ConversationId,
}

/// A step with a coded reason
#[derive(Debug, Args)]
pub struct Reason<T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static> + Clone + Send + Sync + 'static> {
    /// The conversation
    #[arg(value_name = "CONVERSATION")]
    pub id: ConversationId,
    /// Why (verbund inquiry codes LIST)
    #[arg(long, value_name = "CODE")]
    pub reason: T,
}

/// Ask
#[derive(Debug, Args)]
pub struct Ask {
    /// The conversation
    #[arg(value_name = "CONVERSATION")]
    id: ConversationId,
    /// What is asked (verbund inquiry codes question)
    #[arg(value_name = "QUESTION", required = true)]
    questions: Vec<Question>,
}

/// Offer
#[derive(Debug, Args)]
pub struct Make {
    /// The conversation
    #[arg(value_name = "CONVERSATION")]
    id: ConversationId,
    /// Day of admission
    #[arg(long, value_name = "DAY")]
    date: Day,
    /// The department, if not the one asked
    #[arg(long, value_name = "KEY")]
    department: Option<DepartmentKey>,
    /// How many days the place is for
    #[arg(long, value_name = "DAYS", default_value_t = 21)]
    stay_days: u16,
    /// For how many hours the place is held
    #[arg(long, value_name = "HOURS", default_value_t = 24)]
    hold_hours: u16,
    /// Kind of room
    #[arg(long, value_name = "CODE", default_value = "double")]
    room: Room,
    /// Therapies offered
    #[arg(long, value_name = "CODE", num_args = 1..)]
    therapy: Vec<Therapy>,
    /// Confirm a choice within the hold at once, without a person
    #[arg(long)]
    auto_confirm: bool,
}

impl Verb {
    /// Runs the command.
    ///
    /// # Errors
    /// If no node answers or it refuses.
    pub fn run<W: Write>(self, mut terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        let command = match self {
            Self::List(List { all }) => Command::List { side: Some("owner".into()), case: None, all },
            Self::Ask(Ask { id, questions }) => Command::Ask { id, questions },
            Self::Make(Make { id, date, department, stay_days, hold_hours, room, therapy, auto_confirm }) => {
                let offer = NewOffer { department, date, stay_days, hold_hours, room, therapies: therapy, auto_confirm };
                Command::Offer { id, offer }
            }
            Self::Decline(Reason { id, reason }) => Command::Decline { id, reason },
            Self::TakeBack(Reason { id, reason }) => Command::TakeBack { id, reason },
            Self::Confirm(One { id }) => Command::Confirm(id),
            Self::Gone(Reason { id, reason }) => Command::Gone { id, reason },
        };
        let reply = ask_referral(&terminal, command)?;
        terminal.show(&reply, |reply, out| match reply {
            Reply::Detail(detail) => show_conversation(detail, out),
            Reply::List(list) => show_list(list, out),
            _ => Ok(()),
        })
    }
}
