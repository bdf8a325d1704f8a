//! Every page, looked at: found by following the links of the demo's people, in the looks that readers choose. A page of the table that
//! nobody comes by must be named here with the test that looks at it.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use serde_json::{Value, json};
use verbund_node::{
    cli::demo::{browser::Browser, portals},
    domain::account::Site,
    portal::routes::{ROUTES, fits},
    runtime::service::now,
};
use verbund_tests::{
    chromium::{Look, Window},
    town::programs,
};

use super::{
    chromium::{axe, bare_text, picture, window_of},
    demo::Demo,
};

/// Most pages of one pattern that one person looks at: others differ only in names.
const MOST: usize = 3;
/// Pages that following links does not lead to, and why.
const ELSEWHERE: &[(&str, &str)] = &[
    ("/sign-in/second", "between two steps: web::looks"),
    ("/assets/{name}", "no page"),
    ("/bedside", "before a tablet is open: web::looks"),
    ("/bedside/done", "after it: web::looks"),
    ("/forget", "no page"),
    ("/bedsides/{id}", "while it is: web::looks"),
    ("/live", "no page"),
    ("/offers/{id}/withdraw", "only after a choice: web::looks"),
    ("/documents/{id}", "a file: web::papers and web::patient::papers"),
    ("/cases/{id}/phone/{entry}/fax", "a file: web::social::phone"),
    ("/inquiries/{id}/", "one form of the inquiry's page, shown again after a fault: web::admissions"),
];
/// What the demo's people and clinics are called, and what they have written: in no catalogue.
const DATA: &[&str] = &[
    "Rehaklinik",
    "Reha-Klinik Höhenprobe",
    "Rehazentrum Seebeispiel",
    "Orthopädische Rehabilitation",
    "Ingolstadt",
    "Kempten",
    "Garmisch-Partenkirchen",
    "Musterweg",
    "Mustermann",
    "Sozialdienst",
    "(Demo)",
    "Meine Tochter wohnt",
    "Kann meine Tochter",
    "Ja, sehr gern.",
    "Danke! Und wer",
    "Kein Vertrag mit der Rente",
    "Fiktive Rentenversicherung",
    "Befundbericht",
    "Bilddaten und Berichte",
    "Medikationsplan",
    "Innere Medizin",
    "Coxarthrose",
    "München",
    "reha-",
    "klinik-",
    "ida ·",
    "paul ·",
    "paula ·",
    "sonja ·",
    // A moment: written by the rules of the language, not by a catalogue.
    "\u{a0}Uhr",
];

/// Somebody who looks at pages.
struct Visitor {
    name: String,
    site: Site,
    browser: Browser,
    paths: Vec<String>,
}

/// Returns whether another test looks at pages of this pattern.
fn elsewhere(pattern: &str) -> bool {
    ELSEWHERE.iter().any(|(known, _)| *known == pattern || known.ends_with('/') && pattern.starts_with(known))
}

/// Returns the pages of its own site that a page leads to.
fn links(html: &str) -> BTreeSet<String> {
    let found = html.split("href=\"").skip(1).filter_map(|rest| rest.split(['"', '#']).next());
    found.filter(|path| path.starts_with('/') && !path.starts_with("/assets/") && !path.contains('?')).map(str::to_owned).collect()
}

fn pattern(site: Site, path: &str) -> Option<&'static str> {
    let here = |route: &&verbund_node::portal::routes::Route| route.method == "GET" && route.sites.contains(&site);
    // A name in the table comes before a pattern that fits as well.
    let exact = ROUTES.iter().filter(here).find(|route| route.path == path);
    exact.or_else(|| ROUTES.iter().filter(here).find(|route| fits(route.path, path))).map(|route| route.path)
}

impl Visitor {
    /// Returns which pages say something in the pseudo-language that is neither in a catalogue nor data.
    fn hard_coded(&mut self) -> Vec<String> {
        let data: Vec<String> = DATA.iter().map(|word| (*word).to_owned()).collect();
        let page = self.browser.get(self.paths.first().unwrap()).unwrap();
        self.browser.submit(&page, "/language", &[("language", "qps"), ("back", "/")]).unwrap();
        let bare = |path: &String, browser: &mut Browser| (path.clone(), bare_text(&browser.get(path).unwrap().text(), &data));
        let said = self.paths.iter().map(|path| bare(path, &mut self.browser)).filter(|(_, bare)| !bare.is_empty());
        said.map(|(path, bare)| format!("{} at {path}: {bare:?} stands in no catalogue", self.name)).collect()
    }

    /// Follows all links from the start page.
    fn new(name: &str, site: Site, mut browser: Browser, more: &[&str]) -> Self {
        let (mut counts, mut seen) = (BTreeMap::<&str, usize>::new(), BTreeSet::new());
        let mut next: Vec<String> = ["/"].iter().chain(more).rev().map(|path| (*path).to_owned()).collect();
        let mut paths = Vec::new();
        while let Some(path) = next.pop() {
            let Some(pattern) = pattern(site, &path) else { panic!("{name}: a link leads to {path}, which is no page of the {site} site") };
            if !seen.insert(path.clone()) || elsewhere(pattern) {
                continue;
            }
            let count = counts.entry(pattern).or_default();
            *count += 1;
            if *count > MOST {
                continue;
            }
            let page = browser.get(&path).unwrap();
            assert_eq!(page.status, 200, "{name}: a link leads to {path}");
            next.extend(links(&page.text()).into_iter().rev());
            // Where a link leads on to another page, that one is looked at.
            if page.path == path {
                paths.push(path);
            }
        }
        Self { name: name.to_owned(), site, browser, paths }
    }
}

/// Adds a member of staff at the clinic whose pages are at `url`, and returns them signed in.
fn staff(demo: &Demo, url: &str, login: &str, roles: &[&str]) -> Browser {
    let folders = std::fs::read_dir(&demo.dir).unwrap().map(|entry| entry.unwrap().path().join("verbund.toml"));
    let config = folders.filter(|path| path.exists()).find(|path| std::fs::read_to_string(path).unwrap().contains(url)).unwrap();
    let mut add = Command::new(programs().join("verbund"));
    add.arg("-c").arg(&config).args(["--json", "account", "add", login, "--name", &format!("{login} Beispiel")]);
    for role in roles {
        add.args(["--role", role]);
    }
    let out = add.output().unwrap();
    let told: Value = serde_json::from_slice(&out.stdout).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&out.stderr)));
    let code = told["code"]["code"].as_str().unwrap().to_owned();
    let mut browser = Browser::new(url, &demo.dir.join("web.crt")).unwrap();
    let page = browser.get("/invitation").unwrap();
    let page = browser.submit(&page, "/invitation", &[("code", &code), ("login", login)]).unwrap();
    portals::set_up(&mut browser, &page, login, now()).unwrap();
    browser
}

/// Enters what the demo's stories lack, so that there is a page of every kind, and returns to which pages no link leads.
fn enter(role: &str, browser: &mut Browser) -> Vec<String> {
    match role {
        "admissions" => {
            let page = browser.get("/rules/new").unwrap();
            let rule = browser.submit(&page, "/rules/new", &[("name", "Kein Vertrag mit der Rente"), ("payer", "drv"), ("reason", "payer")]).unwrap();
            assert!(rule.path.starts_with("/rules/"), "{}", rule.text());
            vec![]
        }
        "physician" => {
            let page = browser.get("/patients").unwrap();
            let found = browser.submit(&page, "/patients", &[("name", "Beispiel")]).unwrap();
            let patients = links(&found.text()).into_iter().filter(|path| pattern(Site::Staff, path) == Some("/patients/{id}")).collect::<Vec<_>>();
            let purpose = format!("{}/purpose", patients[0]);
            patients.into_iter().chain([purpose]).collect()
        }
        "social-service" => {
            // Deeper than the first few cases that are looked at.
            let cases = browser.get("/cases").unwrap();
            let cases = links(&cases.text()).into_iter().filter(|path| pattern(Site::Staff, path) == Some("/cases/{id}"));
            cases.flat_map(|case| links(&browser.get(&case).unwrap().text())).filter(|path| pattern(Site::Staff, path) == Some("/cases/{id}/phone/{entry}")).collect()
        }
        "patient" | "it" => ["/setup", "/setup/password", "/setup/second", "/setup/app"].map(str::to_owned).into(),
        _ => vec![],
    }
}

/// Everybody who looks at pages.
fn visitors(demo: &Demo) -> Vec<Visitor> {
    let mut all = Vec::new();
    for portal in &demo.portals {
        let role = portal["role"].as_str().unwrap();
        let site = if ["patient", "proxy"].contains(&role) { Site::Patient } else { Site::Staff };
        let mut browser = demo.sign_in(portal).0;
        let more = enter(role, &mut browser);
        let mut visitor = Visitor::new(role, site, browser, &more.iter().map(String::as_str).collect::<Vec<_>>());
        // For a patient in treatment the page of the purpose is there, and leads on to the patient.
        visitor.paths.extend(more.into_iter().filter(|path| path.ends_with("/purpose")));
        all.push(visitor);
    }
    let url = |role: &str| demo.portals.iter().find(|portal| portal["role"] == role).unwrap()["url"].as_str().unwrap().to_owned();
    let (here, rehab) = (url("social-service"), url("admissions"));
    all.push(Visitor::new("privacy-officer", Site::Staff, staff(demo, &here, "paul", &["privacy-officer"]), &[]));
    all.push(Visitor::new("capacity", Site::Staff, staff(demo, &rehab, "karl", &["capacity"]), &[]));
    for (name, site, url) in [("stranger-patient", Site::Patient, url("patient")), ("stranger-staff", Site::Staff, here)] {
        let stranger = Browser::new(&url, &demo.dir.join("web.crt")).unwrap();
        all.push(Visitor {
            paths: ["/sign-in", "/invitation", "/imprint", "/privacy", "/accessibility"].map(str::to_owned).into(),
            ..Visitor::new(name, site, stranger, &["/sign-in"])
        });
    }
    all
}

/// How everything is looked at: in CI each person's pages in one look, with `--large` all of them in all.
fn looks(site: Site, nth: usize) -> Vec<Look> {
    let all: Vec<Look> = [Look::PHONE, Look::DESKTOP]
        .into_iter()
        .flat_map(|look| [false, true].map(|dark| Look { dark, ..look }))
        .flat_map(|look| ["de", "en", "de-simple"].map(|language| Look { language, ..look }))
        .collect();
    if std::env::var_os("VERBUND_TEST_LARGE").is_some() || std::env::var_os("VERBUND_PICTURES").is_some() {
        return all.into_iter().filter(|look| look.language != "de-simple" || site == Site::Patient).collect();
    }
    let fair = [
        Look { dark: true, ..Look::PHONE },
        Look { language: "en", ..Look::PHONE },
        Look { dark: true, ..Look::DESKTOP },
        Look { language: "en", dark: true, ..Look::DESKTOP },
        Look { language: "de-simple", ..Look::PHONE },
    ];
    let fair: Vec<Look> = fair.into_iter().filter(|look| look.language != "de-simple" || site == Site::Patient).collect();
    vec![fair[nth % fair.len()]]
}

/// What was found.
#[derive(Default)]
struct Found {
    faults: BTreeSet<String>,
    undecided: BTreeSet<String>,
}

impl Found {
    /// Keeps what is wrong with a page, and tells of it at once: the whole matrix takes long.
    fn keep(&mut self, faults: impl IntoIterator<Item = String>) {
        for fault in faults {
            eprintln!("fault: {fault}");
            self.faults.insert(fault);
        }
    }

    /// Looks at one page.
    async fn look(&mut self, window: &Window, axe: &str, visitor: &Visitor, path: &str) {
        window.go(&format!("{}{path}", visitor.browser.origin)).await;
        self.keep(window.disorder().await);
        let (faults, undecided) = window.examined(axe).await;
        self.keep(faults);
        self.undecided.extend(undecided);
        let pattern = pattern(visitor.site, path).unwrap_or(path).replace(['{', '}'], "");
        picture(window, &format!("tour-{}-{}-{}", visitor.name, pattern.trim_matches('/').replace('/', "-"), window.look.language)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_in_every_look() {
    let (demo, axe) = (Demo::start(), axe());
    let (mut visitors, mut found) = (visitors(&demo), Found::default());
    // The whole matrix takes long: it can be looked at in parts, which then say nothing of pages that nobody has looked at.
    let part = std::env::var("VERBUND_VISITORS").ok();
    if let Some(names) = &part {
        visitors.retain(|visitor| names.split(',').any(|name| name == visitor.name));
        assert!(!visitors.is_empty(), "nobody is called {names}");
    }
    for (nth, visitor) in visitors.iter_mut().enumerate() {
        found.keep(visitor.hard_coded());
        for look in looks(visitor.site, nth) {
            let page = visitor.browser.get(visitor.paths.first().unwrap()).unwrap();
            visitor.browser.submit(&page, "/language", &[("language", look.language), ("back", "/")]).unwrap();
            let window = window_of(&visitor.browser, look).await;
            for path in &visitor.paths {
                found.look(&window, &axe, visitor, path).await;
            }
            window.close().await;
            eprintln!("{}: {} pages in {look:?}", visitor.name, visitor.paths.len());
        }
        // The narrowest window, forced colours, the keyboard alone, and text spaced: once a page.
        let window = window_of(&visitor.browser, Look::NARROW).await;
        for path in &visitor.paths {
            window.force_colours(true).await;
            found.look(&window, &axe, visitor, path).await;
            found.keep(window.walked().await);
            window.force_colours(false).await;
            found.keep(window.spaced().await);
        }
        window.close().await;
    }
    let Found { faults, undecided } = found;
    if let Ok(file) = std::env::var("VERBUND_UNDECIDED") {
        std::fs::write(file, undecided.iter().map(|said| format!("{said}\n")).collect::<String>()).unwrap();
    }
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(undecided.is_empty(), "axe-core could not decide, and nobody has judged: {undecided:#?}");
    if let Some(names) = part {
        eprintln!("only {names} looked at pages: whether all pages were looked at is not checked");
        return;
    }
    let unseen: Vec<_> = ROUTES
        .iter()
        .filter(|route| route.method == "GET" && !elsewhere(route.path))
        .flat_map(|route| route.sites.iter().map(move |site| (*site, route.path)))
        .filter(|(site, path)| !visitors.iter().any(|visitor| visitor.site == *site && visitor.paths.iter().any(|seen| pattern(*site, seen) == Some(path))))
        .collect();
    assert_eq!(json!(unseen.iter().map(|(site, path)| format!("{site} {path}")).collect::<Vec<_>>()), json!([]), "nobody has looked at these pages");
}
