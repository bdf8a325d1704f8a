//! Walks the table of all pages once more, with people who are signed in: what is another's answers exactly as what is not there, and a form
//! without this browser's token does nothing. A new row with a name in its path must be told here whose it is.

use verbund_node::{
    cli::demo::browser::{Answer, Browser},
    domain::{account::Site, actor::Role},
    portal::routes::{ROUTES, Route, Who},
};
use verbund_protocol::id::{ConversationId, LocalId};

use super::{
    messages,
    papers::{form, send_to},
    patient::{FIRST, HERE, Stay},
    social::PLAN,
    type_password,
};

/// Names that nothing bears.
const NOTHING: &str = "0011223344556677";
const NO_CONVERSATION: &str = "00112233445566778899aabbccddeeff";
/// The team that every clinic has.
const TEAM: &str = "736f7a69616c0001";

/// A hospital in which there is something of every kind, and those who may see it or not.
struct World {
    stay: Stay,
    /// Another patient.
    frieda: Browser,
    other: LocalId,
    /// Staff with every role, and a nurse.
    olga: Browser,
    wanda: Browser,
    /// Two who have proved their password alone.
    halves: [Browser; 2],
    /// Asked of others, and asked of this clinic.
    asking: ConversationId,
    asked: ConversationId,
    document: String,
    thread: String,
    proxy: String,
    bedside: String,
    case: String,
    entry: String,
    other_case: String,
    rule: String,
    account: String,
    consent: String,
}

/// Returns what stands between two texts for the first time.
fn between(page: &str, before: &str, after: &str) -> String {
    let from = page.find(before).unwrap_or_else(|| panic!("no {before}: {page}")) + before.len();
    page[from..].split(after).next().unwrap().to_owned()
}

impl World {
    fn new() -> Self {
        let (mut stay, ids) = Stay::offered();
        let patient = stay.patient;
        let (other, frieda, _) = stay.house.visitor("frieda");
        let (mut olga, login) = stay.house.staff("olga", &Role::ALL);
        let (mut wanda, _) = stay.house.staff("wanda", &[Role::Ward]);
        let mut halves = [Site::Patient, Site::Staff].map(|site| stay.house.browser(site));
        for (half, login) in halves.iter_mut().zip([&stay.login, &login]) {
            assert_eq!(type_password(half, &login.user, &login.password).path, "/sign-in/second");
        }
        let document = stay.house.town.add_document(HERE, patient, b"%PDF-1.7\n%%EOF\n").to_string();
        let page = olga.get(&format!("/patients/{patient}/documents")).unwrap();
        olga.submit(&page, &format!("/documents/{document}/release"), &[]).unwrap();
        let thread = messages::write(&mut stay.browser, "Eine Frage.").replace("/messages/", "");
        let page = stay.browser.get("/proxies").unwrap();
        stay.browser.submit(&page, "/proxies", &[("name", "Ben Beispiel"), ("scope", "look")]).unwrap();
        let proxy = between(&stay.browser.get("/proxies").unwrap().text(), "action=\"/proxies/", "/end\"");
        let beside = format!("/patients/{patient}/bedside");
        let page = wanda.get(&beside).unwrap();
        let begun = wanda.submit(&page, &beside, &[("matter", "wishes"), ("seen", "yes")]).unwrap();
        let bedside = between(&begun.text(), "href=\"/bedsides/", "\"");
        let case = between(&olga.get("/cases/all").unwrap().text().replace("/cases/all", ""), "href=\"/cases/", "\"");
        let today = stay.house.town.today(HERE);
        let day = today.to_string();
        let page = olga.get(&format!("/cases/{case}")).unwrap();
        let plan = [PLAN, &[("earliest", day.as_str()), ("discharge", day.as_str()), ("operated", day.as_str())]].concat();
        let planned = olga.submit(&page, &format!("/cases/{case}/plan"), &plan).unwrap();
        assert!(!planned.text().contains("role=\"alert\""), "{}", planned.text());
        let faxed = olga.submit(&page, &format!("/cases/{case}/phone"), &[("clinic", "Rehaklinik Seeblick"), ("fax", "0800 111")]).unwrap();
        let entry = faxed.path.rsplit('/').next().unwrap().to_owned();
        assert!(faxed.path.contains("/phone/"), "{}", faxed.text());
        let page = olga.get(&format!("/patients/{other}")).unwrap();
        let opened = olga.submit(&page, &format!("/patients/{other}/case"), &[("variant", "rehab")]).unwrap();
        let other_case = opened.path.rsplit('/').next().unwrap().to_owned();
        let page = olga.get("/rules/new").unwrap();
        let rule = olga.submit(&page, "/rules/new", &[("name", "Kein Vertrag"), ("payer", "drv"), ("reason", "payer")]).unwrap();
        let rule = rule.path.rsplit('/').next().unwrap().to_owned();
        let account = between(&olga.get("/accounts").unwrap().text(), "action=\"/accounts/", "/");
        let consent = stay.decisions()[0].id.to_string();
        let town = &mut stay.house.town;
        let department = town.department(HERE);
        town.publish(HERE, department, 4).unwrap();
        let discharge = town.discharge(FIRST);
        let asked = town.inquire(FIRST, discharge.case, &[HERE])[0];
        town.await_step(HERE, asked, "requested");
        Self { stay, frieda, other, olga, wanda, halves, asking: ids[0], asked, document, thread, proxy, bedside, case, entry, other_case, rule, account, consent }
    }

    /// Returns the path of a row with names that its reader may see, with names that are another's (or another thing's, where staff see all
    /// of a kind), and with names that nothing bears.
    fn paths(&self, site: Site, pattern: &str) -> Option<[String; 3]> {
        let (erna, frieda) = (self.stay.patient.to_string(), self.other.to_string());
        let (asking, asked) = (self.asking.to_string(), self.asked.to_string());
        let (doc, thread, proxy) = (&*self.document, &*self.thread, &*self.proxy);
        let area = pattern.split('/').nth(1)?;
        let second = pattern.split('/').nth(4).filter(|part| part.starts_with('{'));
        let named = |own: [&str; 2], others: [&str; 2], none: [&str; 2]| {
            let of = |[first, second]: [&str; 2]| {
                let named = pattern.replacen("{id}", first, 1);
                ["{consent}", "{proxy}", "{entry}"].into_iter().fold(named, |path, part| path.replace(part, second))
            };
            Some([of(own), of(others), of(none)])
        };
        let one = |own: &str, others: &str, none: &str| named([own, ""], [others, ""], [none, ""]);
        match (site, area, second) {
            (Site::Patient, "offers", None) => one(&asking, &asking, NO_CONVERSATION),
            (Site::Patient | Site::Staff, "messages", None) => one(thread, thread, NOTHING),
            (Site::Patient, "documents", None) => one(doc, doc, NOTHING),
            (Site::Patient, "proxies", None) => one(proxy, proxy, NOTHING),
            (Site::Staff, "patients", Some("{consent}")) => named([&erna, &self.consent], [&frieda, &self.consent], [&frieda, NOTHING]),
            (Site::Staff, "patients", Some("{proxy}")) => named([&erna, proxy], [&frieda, proxy], [&frieda, NOTHING]),
            (Site::Staff, "cases", Some("{entry}")) => named([&self.case, &self.entry], [&self.other_case, &self.entry], [&self.other_case, NOTHING]),
            (Site::Staff, "patients" | "calls", None) => one(&erna, doc, NOTHING),
            (Site::Staff, "bedsides", None) => one(&self.bedside, &erna, NOTHING),
            (Site::Staff, "cases", None) => one(&self.case, &erna, NOTHING),
            (Site::Staff, "asked", None) => one(&asking, &asked, NO_CONVERSATION),
            (Site::Staff, "inquiries", None) => one(&asked, &asking, NO_CONVERSATION),
            (Site::Staff, "rules", None) => one(&self.rule, TEAM, NOTHING),
            (Site::Staff, "documents", None) => one(doc, &erna, NOTHING),
            (Site::Staff, "purposes", None) => one(NOTHING, &erna, NOTHING),
            (Site::Staff, "teams", None) => one(TEAM, doc, NOTHING),
            // A patient's own account and those who act for her are none of staff's.
            (Site::Staff, "accounts", None) => one(&self.account, proxy, NOTHING),
            _ => None,
        }
    }

    /// Returns the browser of somebody who may ask for a row, but sees nothing of what [`World::paths`] calls another's.
    fn outsider(&mut self, site: Site, path: &str) -> &mut Browser {
        match site {
            Site::Patient => &mut self.frieda,
            Site::Staff if path.starts_with("/messages/") => &mut self.wanda,
            Site::Staff => &mut self.olga,
        }
    }

    /// Returns the browser of somebody who may send a row's form.
    fn insider(&mut self, site: Site, who: Who) -> &mut Browser {
        match (site, who) {
            (Site::Patient, Who::At(_)) => &mut self.halves[0],
            (Site::Staff, Who::At(_)) => &mut self.halves[1],
            (Site::Patient, _) => &mut self.stay.browser,
            (Site::Staff, _) => &mut self.olga,
        }
    }

    /// What the hospital has put down of whatever anybody did, but for these very looks at it.
    fn audit(&self) -> Vec<String> {
        let printed = self.stay.house.town.verbund(HERE, &["audit", "list", "--limit", "1000"]).stdout;
        // Whoever sends a file is shown the patient's page again, which is a look.
        let looks = ["audit.list", "patient.show", "proxy.list"];
        String::from_utf8(printed)
            .unwrap()
            .lines()
            .filter(|line| !looks.iter().any(|look| line.contains(look)))
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect()
    }
}

/// All rows of both sites.
fn rows() -> impl Iterator<Item = (Site, &'static Route)> {
    ROUTES.iter().flat_map(|route| route.sites.iter().map(move |site| (*site, route)))
}

/// Fields with which every form gets as far as asking what its path names.
const FIELDS: &[(&str, &str)] = &[
    ("text", "Ein Text."),
    ("act", "answer"),
    ("to", "736f7a69616c0001"),
    ("offer", "0000000000000000000000000000000000000000000000000000000000000000"),
    ("reason", "patient-wish"),
    ("why", "Ein Grund."),
    ("code", "2222-2222-2222"),
    ("card", "seen"),
    ("seen", "1"),
    ("matter", "consent"),
    ("variant", "rehab"),
    ("address", "erna@beispiel.de"),
    ("name", "Ein Name"),
    ("form_name", "Anlage 1b"),
    ("kept", "Akte"),
    ("who", "patient"),
    ("decision", "approved"),
    ("on", "1.11.2026"),
    ("wished", "3.12.2036"),
    ("date_reason", "later-discharge"),
    ("diagnosis", "m16.1"),
    ("decline-reason", "no-place"),
    ("offer-date", "3.12.2036"),
    ("offer-stay", "21"),
    ("offer-hold", "48"),
    ("offer-room", "double"),
    ("accept-date", "3.12.2036"),
    ("date-date", "3.12.2036"),
    ("date-reason", "place"),
    ("ask-question", "stairs"),
    ("take-back-reason", "mistake"),
    ("cancel-reason", "infection"),
    ("refuse-reason", "findings"),
    ("payer-decision", "approved"),
    ("payer-decided", "1.11.2026"),
    ("arrived-on", "1.11.2026"),
    ("no-show-reason", "readmitted"),
    ("said", "declined"),
    ("target", "260326822/2300"),
];

/// Sends a form, as one with a file if it is none without; that has room for few fields.
fn send(browser: &mut Browser, path: &str, token: Option<&str>) -> Answer {
    let fields: Vec<(&str, &str)> = token.map(|token| ("form", token)).into_iter().chain(FIELDS.iter().copied()).collect();
    let answer = browser.post(path, &fields).unwrap();
    if answer.status == 400 { send_to(browser, path, &form(&fields[..usize::from(token.is_some())], Some(("brief.pdf", b"%PDF-1.7\n")))) } else { answer }
}

/// An answer without what differs between any two: nonces, tokens, and the name that was asked for.
fn bare(answer: &Answer, path: &str) -> (u16, Option<String>, String) {
    let mut text = answer.text().replace(path, "PATH");
    for name in path.split('/').filter(|part| part.len() >= 16) {
        text = text.replace(name, "NAME");
    }
    for mark in ["nonce=\"", "name=\"form\" value=\"", "data-form=\""] {
        let mut parts = text.split(mark);
        let first = parts.next().unwrap_or_default().to_owned();
        text = parts.fold(first, |all, part| all + mark + part.split_once('"').map_or(part, |(_, rest)| rest));
    }
    (answer.status, answer.header("location").map(|to| to.replace(path, "PATH")), text)
}

/// What answers for any name: with a page that asks why somebody looks, with a fault in another field, or by doing nothing.
const TELLS_NOTHING: &[&str] = &["/patients/{id}/purpose", "/purposes/{id}/seen", "/teams/{id}"];

/// Every row with a name in it: what is not the reader's is as absent as what is not there.
fn others_things_are_absent(world: &mut World) {
    let mut wrong = Vec::new();
    for (site, route) in rows().filter(|(_, route)| route.path.contains('{') && route.path != "/assets/{name}") {
        let Some([_, others, nothing]) = world.paths(site, route.path) else { panic!("{} of the {site} site: whose is it? Say it in World::paths", route.path) };
        let browser = world.outsider(site, &others);
        let token = browser.get("/").unwrap().hidden("form").unwrap();
        let mut ask = |path: &str| if route.method == "GET" { browser.ask("GET", path, &[], b"").unwrap() } else { send(browser, path, Some(&token)) };
        let (theirs, absent) = (ask(&others), ask(&nothing));
        let told = absent.status == 404 || TELLS_NOTHING.contains(&route.path);
        if !told || bare(&theirs, &others) != bare(&absent, &nothing) {
            wrong.push(format!("{} {others}: {}, but {nothing}: {}", route.method, theirs.status, absent.status));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Every form, without a token and with another person's: nothing happens, not even something that is put down.
fn forged_forms_do_nothing(world: &mut World) {
    let tokens = [(Site::Patient, world.frieda.get("/").unwrap()), (Site::Staff, world.wanda.get("/").unwrap())].map(|(site, page)| (site, page.hidden("form").unwrap()));
    let before = world.audit();
    let mut wrong = Vec::new();
    for (site, route) in rows().filter(|(_, route)| route.method == "POST") {
        let path = if route.path.contains('{') { world.paths(site, route.path).unwrap()[0].clone() } else { route.path.to_owned() };
        let (_, foreign) = tokens.iter().find(|(of, _)| *of == site).unwrap();
        let browser = world.insider(site, route.who);
        for token in [None, Some(""), Some("00112233445566778899aabbccddeeff"), Some(foreign.as_str())] {
            let status = send(browser, &path, token).status;
            // This world's consent was given at a screen: there is no sheet to photograph, whoever asks.
            let no_sheet = status == 404 && route.path == "/patients/{id}/consents/{consent}/paper";
            if status != 403 && !no_sheet {
                wrong.push(format!("{path} at the {site} site, token {token:?}: {status}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(world.audit(), before, "something happened");
    let World { stay, olga, halves: [first, second], .. } = world;
    for (browser, path) in [(&mut stay.browser, "/proxies"), (olga, "/patients"), (first, "/sign-in/second"), (second, "/sign-in/second")] {
        assert_eq!(browser.get(path).unwrap().path, path, "whoever was signed in still is");
    }
}

#[test]
fn nobody_reaches_what_is_anothers_and_no_forged_form_counts() {
    let mut world = World::new();
    forged_forms_do_nothing(&mut world);
    others_things_are_absent(&mut world);
}
