//! `verbund demo` as somebody who tries it sees it: the printed logins go through the ordinary sign-in, and every page has content.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;
use verbund_node::cli::demo::{
    browser::{Answer, Browser},
    portals::Login,
};
use verbund_tests::town::programs;

use super::next_code;

/// The demo, which is ended with the test.
pub(super) struct Demo {
    child: Child,
    /// Its folder.
    pub dir: PathBuf,
    /// What it told: where the pages are, and who may sign in.
    pub portals: Vec<Value>,
    /// What else it tells; nobody reads it, but without a reader it would end.
    _out: BufReader<ChildStdout>,
    _folder: TempDir,
}

impl Demo {
    /// Starts it, and waits until all pages answer.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("demo");
        let mut demo = Command::new(programs().join("verbund"));
        demo.args(["demo", "--json", "--dir"]).arg(&dir).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = demo.spawn().unwrap();
        let mut first = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut first).unwrap();
        let told: Value = serde_json::from_str(&first).unwrap();
        Self { _out: out, child, dir, portals: told["portals"].as_array().unwrap().clone(), _folder: folder }
    }

    /// Returns a browser at the site of somebody who may sign in, signed in.
    pub fn sign_in(&self, portal: &Value) -> (Browser, Answer) {
        let text = |name: &str| portal["login"][name].as_str().unwrap().to_owned();
        let login = Login { user: text("user"), password: text("password"), totp_secret: text("totp_secret") };
        let mut browser = Browser::new(portal["url"].as_str().unwrap(), &self.dir.join("web.crt")).unwrap();
        let page = browser.get("/sign-in").unwrap();
        let step = browser.submit(&page, "/sign-in", &[("login", &login.user), ("password", &login.password)]).unwrap();
        let home = browser.submit(&step, "/sign-in/second", &[("code", &next_code(&login))]).unwrap();
        (browser, home)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_demos_people_sign_in_and_have_something_to_do() {
    let demo = Demo::start();
    let portals = &demo.portals;
    let expected = [
        ("patient", "14 Tage nach", "2 Kliniken bieten Ihnen einen Platz an."),
        ("proxy", "für Erna Beispiel", "2 Kliniken bieten"),
        ("social-service", "/cases", "Meine Fälle"),
        ("admissions", "/inquiries", "Anfragen ("),
        ("it", "/accounts", "Zustand dieses Knotens"),
        ("physician", "/patients", "Patienten"),
    ];
    assert_eq!(portals.iter().map(|portal| portal["role"].as_str().unwrap()).collect::<Vec<_>>(), expected.map(|(role, ..)| role));
    let said_on: [(&str, &str, &[&str]); 3] = [
        ("patient", "/messages", &["Kann meine Tochter", "Ja, sehr gern."]),
        ("patient", "/documents", &["Arztbrief (Demo)"]),
        ("social-service", "/messages", &["Beispiel, Erna"]),
    ];
    for (portal, (role, one, other)) in portals.iter().zip(expected) {
        let (mut browser, home) = demo.sign_in(portal);
        let home = home.text();
        assert!(home.contains(one) && home.contains(other), "{role}: {home}");
        for (_, path, said) in said_on.iter().filter(|(whose, ..)| *whose == role) {
            // There, or on a page that it leads to.
            let list = browser.get(path).unwrap().text();
            let below: Vec<String> =
                list.split("href=\"").filter_map(|rest| rest.split('"').next()).filter(|link| link.starts_with(&format!("{path}/"))).map(str::to_owned).collect();
            let pages = below.iter().map(|link| browser.get(link).unwrap().text()).chain([list.clone()]);
            assert!(pages.into_iter().any(|page| said.iter().all(|said| page.contains(said))), "{role} at {path}: {list}");
        }
        if role == "social-service" {
            let cases = browser.get("/cases").unwrap().text();
            for said in ["Beispiel, Erna", "Beispiel, Gerda", "Beispiel, Max", "Beispiel, Otto", "Einwilligung in das Entlassmanagement einholen", "2 Angebote liegen vor"] {
                assert!(cases.contains(said), "{said}: {cases}");
            }
        }
    }
}
