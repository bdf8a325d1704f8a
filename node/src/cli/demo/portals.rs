//! The demo's people at the web pages: each set up as in life, by invitation and the ordinary pages.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::json;
use verbund_protocol::{membership::FacilityKind, time::Timestamp};

use super::{
    browser::{Answer, Browser},
    cast::Player,
    found::{Clinic, Village},
};
use crate::domain::account::{Site, factor};

/// Somebody who can sign in.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Portal {
    /// Who: `patient`, `proxy` (the patient's daughter), `social-service`, `admissions`, `it`, `physician`.
    pub role: &'static str,
    /// At which clinic.
    pub clinic: String,
    /// Where.
    pub url: String,
    /// With what.
    pub login: Login,
}

/// What somebody signs in with.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Login {
    /// The user name.
    pub user: String,
    /// The password.
    pub password: String,
    /// The authenticator app's secret, base32.
    pub totp_secret: String,
}

/// How long an app shows a code.
const TOTP_SECONDS: u64 = 30;

/// The patient of the demo. Fictional.
const PATIENT: (&str, &str, &str) = ("Beispiel", "Erna", "1951-04-03");

/// The demo's people at their browsers, signed in.
pub struct People {
    /// The patient, by her random name.
    pub patient: String,
    /// The patient's browser.
    pub erna: Browser,
    /// The social worker's.
    pub sonja: Browser,
    /// The physician's, who works on the ward.
    pub paula: Browser,
    /// The place in the cast of the rehab clinic whose admissions have a browser, too.
    pub rehab: usize,
}

/// Sets the demo's people up: a patient and her daughter, a social worker, IT and a physician at the first acute hospital, admissions at the first rehab clinic.
///
/// # Errors
/// Names the step that did not hold.
pub fn open(village: &Village, players: &[Player], now: Timestamp) -> anyhow::Result<(Vec<Portal>, People)> {
    let begun = Instant::now();
    let now = || now.plus(begun.elapsed());
    let acute = players.first().context("the demo has a clinic")?;
    let rehab = players.iter().position(|player| player.clinic.plan.facility.kind == FacilityKind::Rehab).unwrap_or(0);
    let (portal, id, mut erna) = patient(village, acute, now())?;
    let mut open = vec![portal, daughter(village, acute, &mut erna, now())?];
    let mut add = |player, role, login, name| staff(village, player, role, login, name, now()).map(|(portal, browser)| (open.push(portal), browser).1);
    let sonja = add(acute, "social-service", "sonja", "Sonja Beispiel")?;
    add(&players[rehab], "admissions", "rolf", "Rolf Beispiel")?;
    add(acute, "it", "ida", "Ida Beispiel")?;
    let paula = add(acute, "physician", "paula", "Paula Beispiel")?;
    Ok((open, People { patient: id, erna, sonja, paula, rehab }))
}

/// Returns a browser at one of a clinic's sites.
///
/// # Errors
/// If the demo's certificate cannot be read.
pub fn browser(village: &Village, clinic: &Clinic, site: Site) -> anyhow::Result<Browser> {
    Browser::new(&clinic.url(site), &village.folder.join("web.crt"))
}

fn patient(village: &Village, player: &Player, now: Timestamp) -> anyhow::Result<(Portal, String, Browser)> {
    let (family, given, birth_date) = PATIENT;
    let person = json!({
        "family": family, "given": given, "birth_date": birth_date, "gender": "female", "kvnr": "T024791905", "insurance": "GKV", "phone": "089 000001",
        "address": { "street": "Musterweg 3", "postal_code": "80331", "city": "München" },
        "contact": { "name": "Anna Beispiel", "relation": "Tochter", "phone": "089 000002" },
    });
    let added = player.ask("patient", json!({ "add": person }))?;
    let id = added["added"]["id"].as_str().context("the patient's id")?;
    let invited = player.ask("account", json!({ "invite": id }))?;
    let code = invited["code"]["code"].as_str().context("the code on paper")?;
    let mut browser = browser(village, &player.clinic, Site::Patient)?;
    let page = browser.get("/invitation")?;
    let page = browser.submit(&page, "/invitation", &[("code", code), ("birth", birth_date)])?;
    let login = set_up(&mut browser, &page, "erna", now)?;
    Ok((Portal { role: "patient", clinic: player.name().to_owned(), url: browser.origin.clone(), login }, id.to_owned(), browser))
}

/// The patient invites her daughter, who may look and arrange but not decide.
fn daughter(village: &Village, player: &Player, erna: &mut Browser, now: Timestamp) -> anyhow::Result<Portal> {
    let page = erna.get("/proxies")?;
    let invited = erna.submit(&page, "/proxies", &[("name", "Anna Beispiel"), ("scope", "arrange")])?;
    let code = invited.element("class=\"code\"").context("the daughter's code")?;
    let code = code.split_whitespace().last().context("the daughter's code")?.to_owned();
    let mut browser = browser(village, &player.clinic, Site::Patient)?;
    let page = browser.get("/invitation")?;
    let page = browser.submit(&page, "/invitation", &[("code", &code), ("birth", PATIENT.2)])?;
    let login = set_up(&mut browser, &page, "anna", now)?;
    Ok(Portal { role: "proxy", clinic: player.name().to_owned(), url: browser.origin, login })
}

fn staff(village: &Village, player: &Player, role: &'static str, user: &str, name: &str, now: Timestamp) -> anyhow::Result<(Portal, Browser)> {
    let added = player.ask("account", json!({ "add": { "login": user, "name": name, "roles": [role] } }))?;
    let code = added["code"]["code"].as_str().context("the set-up code")?;
    let mut browser = browser(village, &player.clinic, Site::Staff)?;
    let page = browser.get("/invitation")?;
    let page = browser.submit(&page, "/invitation", &[("code", code), ("login", user)])?;
    let login = set_up(&mut browser, &page, user, now)?;
    Ok((Portal { role, clinic: player.name().to_owned(), url: browser.origin.clone(), login }, browser))
}

/// Chooses password and authenticator app, as the pages ask for them. The code that the app shows at `now` stays unused, so that whoever has the
/// login can sign in at once.
///
/// # Errors
/// If a page is another than expected.
pub fn set_up(browser: &mut Browser, page: &Answer, user: &str, now: Timestamp) -> anyhow::Result<Login> {
    let begun = Instant::now();
    ensure!(page.status == 200 && page.text().contains("/setup/password"), "the code was not taken: status {}", page.status);
    let password = format!("drei blaue Boote für {user}");
    let page = browser.get("/setup/password")?;
    let page = browser.submit(&page, "/setup/password", &[("login", user), ("password", &password)])?;
    ensure!(page.text().contains("/setup/app"), "the password was not taken: status {}", page.status);
    let page = browser.get("/setup/app")?;
    let carried = page.hidden("secret").context("the app's secret")?;
    let secret = crate::portal::guard::unhex::<{ factor::TOTP_SECRET }>(&carried).context("the app's secret")?;
    let mut enter = |back: u64| {
        let shown = now.plus(begun.elapsed()).minus(Duration::from_secs(back));
        let code = factor::totp_code(&secret, shown).context("the app's code")?;
        browser.submit(&page, "/setup/app", &[("secret", &carried), ("code", &code)])
    };
    // The code before is good for one step of time, which may end just now; or `now` is older than the clinic's clock.
    let mut page = enter(TOTP_SECONDS)?;
    for back in [TOTP_SECONDS, 0] {
        if page.hidden("secret").is_some() {
            page = enter(back)?;
        }
    }
    ensure!(page.status == 200 && page.text().contains("/sign-out"), "the app was not taken: status {}", page.status);
    Ok(Login { user: user.to_owned(), password, totp_secret: factor::totp_text(&secret).replace(' ', "") })
}
