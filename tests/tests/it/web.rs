//! The web pages of real nodes: who may see what, forms that did not come from here, attempts that are slowed down.

mod admissions;
mod bedside;
mod canary;
mod chromium;
mod demo;
mod doors;
mod entry;
mod guessing;
mod hostile;
mod injected;
mod journey;
mod logo;
mod looks;
mod messages;
mod notice;
mod offline;
mod operation;
mod origin;
mod others;
mod paper;
mod papers;
mod patient;
mod presses;
mod proof;
mod purpose;
mod rules;
mod sign_in;
mod social;
mod tour;
mod ward;

use verbund_node::{
    cli::demo::{
        browser::{Answer, Browser},
        portals::{self, Login},
    },
    control::{
        Command,
        account::{Command as Account, Reply as AccountReply},
        patient::{Command as Patient, Reply as PatientReply},
    },
    domain::{
        account::{Account as Held, Session, Site, factor},
        actor::Role,
        patient::Person,
    },
    runtime::service::now,
    store::{
        Db, Store,
        account::{self, session},
        key::KeyFile,
    },
};
use verbund_protocol::id::LocalId;
use verbund_tests::town::Town;

/// A name that nobody bears, to be searched for where no name may be.
const CANARY: &str = "Zwetschgenmuster";

/// One clinic and its people.
struct House {
    town: Town,
    /// Which clinic of the town is looked at.
    at: usize,
}

impl House {
    fn new() -> Self {
        Self::of(1)
    }

    /// The first of several clinics.
    fn of(clinics: usize) -> Self {
        Self { town: Town::start(clinics, 40 * clinics as u32), at: 0 }
    }

    fn browser(&self, site: Site) -> Browser {
        portals::browser(&self.town.village, &self.town.village.clinics[self.at], site).unwrap()
    }

    fn patient(&mut self, given: &str) -> LocalId {
        let person: Person = serde_json::from_value(serde_json::json!({ "family": CANARY, "given": given, "birth_date": "1951-04-03" })).unwrap();
        match self.town.ask(self.at, &Command::Patient(Patient::Add(Box::new(person)))).unwrap() {
            PatientReply::Added(patient) => patient.id,
            other => panic!("{other:?}"),
        }
    }

    fn code(&mut self, command: Account) -> String {
        match self.town.ask(self.at, &Command::Account(command)).unwrap() {
            AccountReply::Code { code, .. } => code,
            other => panic!("{other:?}"),
        }
    }

    /// A member of staff who has set everything up, and a browser that is signed in.
    fn staff(&mut self, login: &str, roles: &[Role]) -> (Browser, Login) {
        let code = self.code(Account::Add { login: login.into(), name: format!("{login} Beispiel"), roles: roles.to_vec() });
        let mut browser = self.browser(Site::Staff);
        let page = browser.get("/invitation").unwrap();
        let page = browser.submit(&page, "/invitation", &[("code", &code), ("login", login)]).unwrap();
        let login = portals::set_up(&mut browser, &page, login, now()).unwrap();
        (browser, login)
    }

    /// Makes all sessions of the stopped node's staff half an hour older than they are.
    fn age_sessions(&self) {
        self.age(30, |db| account::staff(db).unwrap());
    }

    /// Has a patient's proof at the stopped node be half an hour old; she was there a few minutes ago.
    fn age_patient(&self, patient: LocalId) {
        self.age(6, |db| account::of_patient(db, patient).unwrap());
    }

    fn age(&self, unseen: u64, accounts: impl FnOnce(&Db) -> Vec<Held>) {
        let minutes = |minutes: u64| std::time::Duration::from_secs(minutes * 60);
        let back = minutes(30);
        self.open(|db| {
            for account in accounts(db) {
                for held in session::of_account(db, account.id).unwrap() {
                    session::end(db, account.id, &held.id).unwrap();
                    let older = Session {
                        opened_at: held.opened_at.minus(back),
                        seen_at: held.seen_at.minus(minutes(unseen)),
                        changed_at: held.changed_at.minus(back),
                        proved_at: held.proved_at.minus(back),
                        ..held
                    };
                    session::add(db, &older).unwrap();
                }
            }
        });
    }

    /// Lends the database of the stopped node.
    fn open(&self, with: impl FnOnce(&Db)) {
        let folder = &self.town.village.clinics[self.at].folder;
        let key = KeyFile::new(&folder.join("identity/database.key"), &folder.join("data")).unwrap();
        with(Store::unlock(&folder.join("data"), &key).unwrap().db());
    }

    /// A patient who has set everything up.
    fn visitor(&mut self, login: &str) -> (LocalId, Browser, Login) {
        let id = self.patient(login);
        let (browser, login) = self.invited(id, login);
        (id, browser, login)
    }

    /// Lets a patient who is here already set everything up.
    fn invited(&mut self, patient: LocalId, login: &str) -> (Browser, Login) {
        let code = self.code(Account::Invite(patient));
        let mut browser = self.browser(Site::Patient);
        let page = browser.get("/invitation").unwrap();
        let page = browser.submit(&page, "/invitation", &[("code", &code), ("birth", "3.4.1951")]).unwrap();
        let login = portals::set_up(&mut browser, &page, login, now()).unwrap();
        (browser, login)
    }
}

/// The password step.
fn type_password(browser: &mut Browser, login: &str, password: &str) -> Answer {
    let page = browser.get("/sign-in").unwrap();
    browser.submit(&page, "/sign-in", &[("login", login), ("password", password)]).unwrap()
}

/// The code that an app shows next: good already, and later than any that was used.
fn next_code(login: &Login) -> String {
    code_in(login, 30)
}

/// The code that an app shows so many seconds from now.
fn code_in(login: &Login, seconds: u64) -> String {
    factor::totp_code(&base32(&login.totp_secret), now().plus(std::time::Duration::from_secs(seconds))).unwrap()
}

/// RFC 4648, by hand: what an app does with the secret it was told.
fn base32(text: &str) -> Vec<u8> {
    let bits: Vec<u8> = text.bytes().flat_map(|c| (0..5).rev().map(move |bit| ((if c >= b'A' { c - b'A' } else { c - b'2' + 26 }) >> bit) & 1)).collect();
    bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |sum, bit| sum << 1 | bit)).collect()
}
