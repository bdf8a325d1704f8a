//! Pages that only an answer to a form shows, or that stand between two steps, in the looks that readers choose: the tour, which follows links,
//! comes by none of them.

use verbund_node::{
    cli::demo::browser::{Answer, Browser},
    domain::{account::Site, actor::Role},
};
use verbund_tests::chromium::{Look, Window};

use super::{
    bedside::{code, stands, tablet},
    chromium::{axe, picture},
    papers::{PDF, form, send_to},
    patient::{FIRST, HERE, Stay},
    type_password,
};

/// Every width and brightness.
const LOOKS: [Look; 4] = [Look::PHONE, Look { dark: true, ..Look::PHONE }, Look::DESKTOP, Look { dark: true, ..Look::DESKTOP }];

/// A page as it came: what it is called, and from where.
struct Came {
    name: &'static str,
    origin: String,
    html: String,
    language: &'static str,
}

/// What has come so far, in one language.
struct Pages {
    all: Vec<Came>,
    language: &'static str,
}

impl Pages {
    /// Keeps a page, which is the one that is meant if there is something of it in its text.
    fn keep(&mut self, browser: &Browser, name: &'static str, page: &Answer, mark: &str) {
        let html = page.text();
        assert!(html.contains(mark) && html.contains(&format!("<html lang=\"{}\"", self.language)), "{name} in {}: {html}", self.language);
        self.all.push(Came { name, origin: browser.origin.clone(), html, language: self.language });
    }

    /// Has somebody's pages come in the language that it is about.
    fn speak(&self, browser: &mut Browser, path: &str) {
        let page = browser.get(path).unwrap();
        browser.submit(&page, "/language", &[("language", self.language), ("back", "/imprint")]).unwrap();
    }

    /// What goes wrong with an address, a form, and too much of it.
    fn faults(&mut self, browser: &mut Browser) {
        let lost = browser.get("/nowhere").unwrap();
        self.keep(browser, "error-lost", &lost, "class=\"button\" href=\"/\"");
        let forged = browser.post("/language", &[("form", "00"), ("language", "de"), ("back", "/")]).unwrap();
        assert_eq!(forged.status, 403);
        self.keep(browser, "error-form", &forged, "class=\"button\" href=\"/\"");
        let large = browser.post("/language", &[("form", "00"), ("back", &"x".repeat(80 << 10))]).unwrap();
        assert_eq!(large.status, 413);
        self.keep(browser, "error-large", &large, "class=\"button\" href=\"/\"");
    }

    /// Whoever is not signed in.
    fn strangers(&mut self, stay: &Stay, site: Site) {
        let mut stranger = stay.house.browser(site);
        self.speak(&mut stranger, "/sign-in");
        self.faults(&mut stranger);
        let wrong = type_password(&mut stranger, "niemand", "falsch falsch falsch");
        self.keep(&stranger, "sign-in-wrong", &wrong, "role=\"alert\"");
        let page = stranger.get("/invitation").unwrap();
        let wrong = stranger.submit(&page, "/invitation", &[("code", "2222-2222-2222"), ("login", "niemand"), ("birth", "3.4.1951")]).unwrap();
        self.keep(&stranger, "invitation-wrong", &wrong, "role=\"alert\"");
        if site == Site::Patient {
            let second = type_password(&mut stranger, &stay.login.user, &stay.login.password);
            self.keep(&stranger, "second", &second, "id=\"code\"");
            let wrong = stranger.submit(&second, "/sign-in/second", &[("code", "000000")]).unwrap();
            self.keep(&stranger, "second-wrong", &wrong, "role=\"alert\"");
        }
    }

    /// The patient herself, who has chosen.
    fn patients(&mut self, erna: &mut Browser) {
        self.speak(erna, "/");
        self.faults(erna);
        self.list(erna);
        let page = erna.get("/proxies").unwrap();
        // Another name in each language: the same again is no second invitation.
        let invited = erna.submit(&page, "/proxies", &[("name", &format!("Ben {}", self.language)), ("scope", "look")]).unwrap();
        self.keep(erna, "proxy-invited", &invited, "class=\"qr\"");
        let wrong = erna.submit(&page, "/proxies", &[("name", ""), ("scope", "decide"), ("until", "gestern")]).unwrap();
        self.keep(erna, "proxies-wrong", &wrong, "role=\"alert\"");
        let page = erna.get("/wishes").unwrap();
        let wrong = erna.submit(&page, "/wishes", &[("about-1", "clinic"), ("why-1", "Dort war ich schon.")]).unwrap();
        self.keep(erna, "wishes-wrong", &wrong, "role=\"alert\"");
    }

    /// A list of codes, which is shown once.
    fn list(&mut self, browser: &mut Browser) {
        let page = browser.get("/setup/second").unwrap();
        let list = browser.submit(&page, "/setup/list", &[]).unwrap();
        self.keep(browser, "setup-list", &list, "class=\"codes\"");
    }

    /// The page that says what leaving the chosen clinic means.
    fn leaving(&mut self, erna: &mut Browser, name: &'static str, path: &str) {
        self.speak(erna, "/");
        let page = erna.get(path).unwrap();
        self.keep(erna, name, &page, &format!("action=\"{path}\""));
    }

    /// Staff, with the codes that are shown once.
    fn staff(&mut self, stay: &Stay, olga: &mut Browser) {
        let patient = stay.patient;
        self.speak(olga, "/");
        self.faults(olga);
        let forbidden = olga.get("/capacity").unwrap();
        assert_eq!(forbidden.status, 403);
        self.keep(olga, "error-forbidden", &forbidden, "class=\"button\" href=\"/\"");
        self.list(olga);
        let page = olga.get("/accounts").unwrap();
        let added =
            olga.submit(&page, "/accounts", &[("name", &format!("Neu Beispiel {}", self.language)), ("login", &format!("neu-{}", self.language)), ("role", "ward")]).unwrap();
        self.keep(olga, "account-code", &added, "class=\"code\"");
        let wrong = olga.submit(&page, "/accounts", &[("name", ""), ("login", "x y"), ("role", "ward")]).unwrap();
        self.keep(olga, "accounts-wrong", &wrong, "role=\"alert\"");
        let path = format!("/patients/{patient}/proxies");
        let token = olga.get(&path).unwrap().hidden("form").unwrap();
        let name = format!("Anna {}", self.language);
        let fields = [("form", token.as_str()), ("name", name.as_str()), ("scope", "decide"), ("power", "power-of-attorney"), ("until", "31.12.2099")];
        let invited = send_to(olga, &path, &form(&fields, Some(("vollmacht.pdf", PDF))));
        self.keep(olga, "staff-proxy-invited", &invited, "class=\"qr\"");
        let wrong = send_to(olga, &path, &form(&fields[..3], Some(("vollmacht.txt", b"kein Dokument"))));
        self.keep(olga, "staff-proxies-wrong", &wrong, "role=\"alert\"");
    }

    /// A tablet at the bedside, for the choice and for the wishes, with the pages of staff beside it.
    fn beside(&mut self, stay: &Stay, olga: &mut Browser) {
        let mut stranger = stay.house.browser(Site::Patient);
        self.speak(&mut stranger, "/imprint");
        let page = stranger.get("/bedside").unwrap();
        self.keep(&stranger, "bedside", &page, "id=\"code\"");
        let wrong = stranger.submit(&page, "/bedside", &[("code", "2222-2222")]).unwrap();
        self.keep(&stranger, "bedside-wrong", &wrong, "role=\"alert\"");
        for (matter, name) in [("choice", "bedside-choice"), ("wishes", "bedside-wishes")] {
            let path = format!("/patients/{}/bedside", stay.patient);
            let page = olga.get(&path).unwrap();
            let begun = olga.submit(&page, &path, &[("matter", matter), ("seen", "yes")]).unwrap();
            self.keep(olga, "bedside-code", &begun, "class=\"code\"");
            let waiting = olga.get(&stands(&begun)).unwrap();
            self.keep(olga, "bedside-waiting", &waiting, "<h1");
            let (mut tablet, page) = tablet(&stay.house, &code(&begun));
            tablet.submit(&page, "/language", &[("language", self.language), ("back", page.path.as_str())]).unwrap();
            let page = tablet.get(&page.path).unwrap();
            self.keep(&tablet, name, &page, "data-bedside");
            let open = olga.get(&stands(&begun)).unwrap();
            self.keep(olga, "bedside-open", &open, "<h1");
            let done = tablet.submit(&page, "/bedside/end", &[]).unwrap();
            self.keep(&tablet, "bedside-done", &done, "<h1");
            let over = olga.get(&stands(&begun)).unwrap();
            self.keep(olga, "bedside-over", &over, "<h1");
        }
    }
}

/// Makes all pages, in both languages.
fn pages() -> (Stay, Vec<Came>) {
    let (mut stay, ids) = Stay::offered();
    let (mut olga, _) = stay.house.staff("olga", &[Role::It, Role::Ward, Role::SocialService]);
    assert_eq!(stay.choose(ids[0]).path, "/");
    let leave = format!("/offers/{}/withdraw", ids[0]);
    let mut all = Vec::new();
    for language in ["de", "en"] {
        let mut pages = Pages { all: Vec::new(), language };
        // Her language is the account's from then on, at the second step of signing in, too.
        pages.patients(&mut stay.browser);
        pages.strangers(&stay, Site::Patient);
        pages.strangers(&stay, Site::Staff);
        pages.leaving(&mut stay.browser, "withdraw", &leave);
        pages.staff(&stay, &mut olga);
        pages.beside(&stay, &mut olga);
        all.extend(pages.all);
    }
    let town = &mut stay.house.town;
    town.await_step(FIRST, ids[0], "chosen");
    town.confirm(FIRST, ids[0]);
    town.await_step(HERE, ids[0], "confirmed");
    town.refer(HERE, ids[0], vec![]);
    town.await_step(FIRST, ids[0], "referred");
    town.accept(FIRST, ids[0]);
    town.await_step(HERE, ids[0], "accepted");
    for language in ["de", "en"] {
        let mut pages = Pages { all: Vec::new(), language };
        pages.leaving(&mut stay.browser, "withdraw-accepted", &leave);
        all.extend(pages.all);
    }
    (stay, all)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_to_a_form_in_every_look() {
    let (axe, (_stay, all)) = (axe(), pages());
    let mut found = Vec::new();
    // A part where there is no time for all: narrow and dark, wide and light.
    let all_looks = ["VERBUND_TEST_LARGE", "VERBUND_PICTURES"].iter().any(|flag| std::env::var_os(flag).is_some());
    for look in if all_looks { &LOOKS[..] } else { &LOOKS[1..3] } {
        let window = Window::open(*look).await;
        window.lets_pages_be_written().await;
        for came in &all {
            window.go(&format!("{}/imprint", came.origin)).await;
            window.write(&came.html).await;
            let (faults, undecided) = window.examined(&axe).await;
            let of = format!("{} in {} at {}{}", came.name, came.language, look.width, if look.dark { ", dark" } else { "" });
            found.extend(window.disorder().await.into_iter().chain(faults).chain(undecided).map(|fault| format!("{of}: {fault}")));
            picture(&window, &format!("{}-{}", came.name, came.language)).await;
        }
        window.close().await;
    }
    assert_eq!(found, Vec::<String>::new());
}
