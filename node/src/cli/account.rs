//! `verbund account`: accounts of staff at the web pages. The first administrator is made here; others then on the page "Konten".

use std::io::Write;

use clap::{Args, Subcommand};
use verbund_protocol::id::LocalId;

use super::{Terminal, table::Table};
use crate::{
    control::{
        Command,
        account::{Command as Ask, Reply},
    },
    domain::actor::Role,
};

/// Accounts of the web pages: staff, and invitations of patients
#[derive(Debug, Args)]
pub struct Account {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Add an account; prints a set-up code that its holder uses once, with the user name, within 14 days
    Add {
        /// User name: 3 to 64 letters, digits and . - _ @ +
        login: String,
        /// The person's name, as colleagues and patients read it
        #[arg(long)]
        name: String,
        /// What the person may do; may be given several times
        #[arg(long = "role", value_name = "ROLE")]
        roles: Vec<Role>,
    },
    /// List all accounts
    List,
    /// Change name and roles; what somebody may do changes with their next click
    Change {
        /// The account's id, see `list`
        account: LocalId,
        /// The person's name
        #[arg(long)]
        name: String,
        /// What the person may do; may be given several times
        #[arg(long = "role", value_name = "ROLE")]
        roles: Vec<Role>,
    },
    /// Lock somebody out at once
    Lock {
        /// The account's id, see `list`
        account: LocalId,
    },
    /// Let somebody in again
    Unlock {
        /// The account's id, see `list`
        account: LocalId,
    },
    /// Invite a patient; prints the code that a letter carries
    Invite {
        /// The patient's id, see `verbund patient find`
        patient: LocalId,
    },
    /// Take away every way to sign in, end all sessions and print a new set-up code
    StartOver {
        /// The account's id, see `list`
        account: LocalId,
    },
}

impl Account {
    /// Runs the command.
    ///
    /// # Errors
    /// If no node answers or it refuses.
    pub fn run<W: Write>(self, mut terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        let ask = match self.verb {
            Verb::Add { login, name, roles } => Ask::Add { login, name, roles },
            Verb::List => Ask::List,
            Verb::Change { account, name, roles } => Ask::Change { account, name, roles },
            Verb::Lock { account } => Ask::Lock { account, locked: true },
            Verb::Unlock { account } => Ask::Lock { account, locked: false },
            Verb::Invite { patient } => Ask::Invite(patient),
            Verb::StartOver { account } => Ask::StartOver(account),
        };
        let reply: Reply = terminal.ask(&Command::Account(ask))?;
        terminal.show(&reply, |reply, out| match reply {
            Reply::Code { account, code, ends_at } => {
                writeln!(out, "account {account}\ncode {code}\nworks once, until {ends_at}; hand it over in person")
            }
            Reply::Accounts(accounts) => {
                let mut table = Table::new(&["account", "user name", "name", "state", "roles"]);
                for account in accounts {
                    let roles = account.roles.iter().map(|role| role.word()).collect::<Vec<_>>().join(",");
                    table.row([account.id.to_string(), account.login.clone().unwrap_or_default(), account.name.clone(), account.state.to_string(), roles]);
                }
                table.write(out, "no accounts: add the first with `verbund account add LOGIN --name NAME --role it`")
            }
            Reply::Done => writeln!(out, "done"),
        })
    }
}
