//! A session that times out returns to the same page with the typed text intact: every form of the table of all pages is sent too late, and
//! what was typed is looked for at the page to which signing in leads.

mod former;

use std::collections::BTreeSet;

use verbund_node::{
    control::{Command, referral},
    domain::account::Site,
    portal::routes::{Form as Kept, ROUTES, Route, fits},
    store::account::{self, draft::MAX_DRAFTS},
};
use verbund_protocol::id::LocalId;
use verbund_tests::{people::word, post_office::PostOffice, town::Town};

use super::*;
use crate::web::{
    next_code,
    notice::{equip, start},
    papers::{PDF, form as with_file},
};

/// Forms that keep what was typed and are on no page of this walk, and why.
const ELSEWHERE: &[(&str, &str)] = &[
    ("/cases/{id}/ask", "shown only after another form; the clinics it names are ticked on the page of the search, as those of that form"),
    ("/asked/{id}/documents", "nothing to type; its ticks are those of the form that sends the referral, on the same page: web::social::follow"),
    ("/inquiries/{id}/take-back", "of the one page that shows all forms of an inquiry, like those of this walk"),
    ("/inquiries/{id}/arrived", "the same"),
    ("/inquiries/{id}/no-show", "the same"),
    ("/inquiries/{id}/filed", "the same"),
    ("/inquiries/{id}/report", "the same"),
    ("/inquiries/{id}/settle", "the same"),
    ("/inquiries/{id}/reopen", "the same"),
    ("/inquiries/{id}/referral", "a button of the same page"),
    ("/inquiries/{id}/cancel", "the same as /inquiries/{id}/take-back"),
];

/// What a field of a form is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::web) enum Kind {
    Hidden,
    Text,
    /// One of several; whether it is chosen.
    Choice(bool),
    Button,
}

#[derive(Clone, Debug)]
pub(in crate::web) struct Field {
    pub name: String,
    pub kind: Kind,
    pub value: String,
}

/// A form as a browser reads it.
#[derive(Clone, Debug)]
pub(in crate::web) struct Form {
    pub action: String,
    pub file: bool,
    pub fields: Vec<Field>,
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let after = tag.split_once(&format!(" {name}=\""))?.1;
    after.split_once('"').map(|(value, _)| value.to_owned())
}

/// Returns the fields in a piece of a page.
fn fields(html: &str) -> Vec<Field> {
    let (mut found, mut select) = (Vec::new(), String::new());
    for part in html.split('<').skip(1) {
        let (tag, after) = part.split_once('>').unwrap_or((part, ""));
        let (name, value) = (attribute(tag, "name").unwrap_or_default(), attribute(tag, "value").unwrap_or_default());
        let field = |kind| Field { name: name.clone(), kind, value: value.clone() };
        match tag.split_whitespace().next().unwrap_or_default() {
            "input" if tag.contains(" disabled") => {}
            "input" => match attribute(tag, "type").as_deref() {
                Some("hidden") => found.push(field(Kind::Hidden)),
                Some("checkbox" | "radio") => found.push(field(Kind::Choice(tag.ends_with(" checked")))),
                Some("file") => {}
                _ => found.push(field(Kind::Text)),
            },
            "textarea" => found.push(Field { name, kind: Kind::Text, value: after.to_owned() }),
            "select" => select = name,
            "option" => found.push(Field { name: select.clone(), kind: Kind::Choice(tag.ends_with(" selected")), value }),
            "button" if !name.is_empty() => found.push(field(Kind::Button)),
            _ => {}
        }
    }
    found
}

/// Returns the forms of a page.
pub(in crate::web) fn forms(page: &str) -> Vec<Form> {
    let form = |rest: &str| {
        let (head, body) = rest.split_once('>').unwrap();
        let mut all = fields(body.split("</form>").next().unwrap());
        // Fields may stand elsewhere and name their form.
        if let Some(id) = attribute(head, "id") {
            let named = page.split('<').filter(|part| part.contains(&format!(" form=\"{id}\"")));
            all.extend(named.flat_map(|part| fields(&format!("<{part}"))));
        }
        Form { action: attribute(head, "action").unwrap(), file: head.contains("multipart"), fields: all }
    };
    page.split("<form ").skip(1).map(form).collect()
}

/// Returns the row of the table to which a form is sent.
pub(in crate::web) fn row(site: Site, action: &str) -> &'static Route {
    let here = |route: &&Route| route.method == "POST" && route.sites.contains(&site);
    let exact = ROUTES.iter().filter(here).find(|route| route.path == action);
    exact.or_else(|| ROUTES.iter().filter(here).find(|route| fits(route.path, action))).unwrap_or_else(|| panic!("nothing takes the form {action}"))
}

/// A form, filled in.
struct Typed {
    form: Form,
    page: String,
    sent: Vec<(String, String)>,
}

impl Typed {
    /// Types something into every field that takes text, and chooses the last of what can be chosen.
    fn new(form: Form, page: &str, count: &mut usize) -> Self {
        let mut sent: Vec<(String, String)> = Vec::new();
        for (nth, field) in form.fields.iter().enumerate() {
            let last = !form.fields[nth + 1..].iter().any(|other| other.name == field.name);
            match field.kind {
                Kind::Hidden => sent.push((field.name.clone(), field.value.clone())),
                Kind::Choice(_) if last => sent.push((field.name.clone(), field.value.clone())),
                Kind::Button if !sent.iter().any(|(name, _)| *name == field.name) => sent.push((field.name.clone(), field.value.clone())),
                Kind::Choice(_) | Kind::Button => {}
                Kind::Text => {
                    *count += 1;
                    sent.push((field.name.clone(), format!("zx{count}")));
                }
            }
        }
        Self { form, page: page.to_owned(), sent }
    }

    fn send(&self, browser: &mut Browser) -> Answer {
        let pairs: Vec<(&str, &str)> = self.sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        if self.form.file {
            let (origin, kind) = (browser.origin.clone(), "multipart/form-data; boundary=----verbund");
            let body = with_file(&pairs, Some(("brief.pdf", &[PDF, &vec![b'x'; 1 << 20]].concat())));
            return browser.ask("POST", &self.form.action, &[("content-type", kind), ("origin", &origin)], &body).unwrap();
        }
        browser.post(&self.form.action, &pairs).unwrap()
    }

    /// Everything that was typed stands in the form of the page again.
    fn is_in(&self, page: &Answer) {
        let text = page.text();
        let again = forms(&text).into_iter().filter(|form| form.action == self.form.action);
        let shown: Vec<Field> = again.flat_map(|form| form.fields).collect();
        for field in &self.form.fields {
            let sent = self.sent.iter().filter(|(name, _)| *name == field.name).map(|(_, value)| value);
            match field.kind {
                Kind::Hidden | Kind::Button => {}
                // Whoever confirms having seen somebody does so once more.
                Kind::Choice(_) if field.name == "seen" => {}
                Kind::Text => {
                    for value in sent {
                        let there = shown.iter().any(|other| other.name == field.name && other.value == *value);
                        assert!(there, "{}: {} = {value} is gone: {text}", self.form.action, field.name);
                    }
                }
                Kind::Choice(_) => {
                    for value in sent.filter(|value| !value.is_empty()) {
                        let there = shown.iter().any(|other| other.name == field.name && other.value == *value && other.kind == Kind::Choice(true));
                        assert!(there, "{}: {} = {value} is not chosen any more: {text}", self.form.action, field.name);
                    }
                }
            }
        }
    }
}

/// Somebody with pages open.
struct Person {
    site: Site,
    browser: Browser,
    login: Login,
    forms: Vec<Typed>,
}

impl Person {
    /// Looks at pages and types into every form there that keeps what is typed. A form of a button takes no text.
    fn new(site: Site, mut browser: Browser, login: Login, pages: &[String], walked: &mut BTreeSet<&'static str>, count: &mut usize) -> Self {
        let mut typed = Vec::new();
        for path in pages {
            let page = browser.get(path).unwrap();
            assert!(page.status == 200 && page.path == *path, "{path}: {} {}", page.status, page.path);
            for form in forms(&page.text()) {
                let row = row(site, &form.action);
                let takes_text = form.fields.iter().any(|field| field.kind == Kind::Text);
                match row.form {
                    Kept::Typed(_) if walked.insert(row.path) => typed.push(Typed::new(form, path, count)),
                    Kept::Typed(_) => {}
                    Kept::Button(_) | Kept::Never => assert!(!takes_text || row.path == "/mail/code", "{path}: {} loses what is typed", row.path),
                }
            }
        }
        Self { site, browser, login, forms: typed }
    }

    /// Sends all forms after the session has run out; signs in once, and finds everything again.
    fn comes_back(&self) {
        let mut signed: Option<Browser> = None;
        for some in self.forms.chunks(MAX_DRAFTS) {
            for typed in some {
                let away = typed.send(&mut self.browser.clone());
                let led = away.header("location").unwrap_or_else(|| panic!("{}: {} {}", typed.form.action, away.status, away.text()));
                let row = row(self.site, &typed.form.action);
                let page = row.form.page(row.path, &typed.form.action, None).unwrap();
                assert_eq!((away.status, led), (303, format!("/sign-in?next={page}").as_str()), "{}", typed.form.action);
                signed.get_or_insert_with(|| self.signs_in(typed, &page));
            }
            for typed in some {
                let row = row(self.site, &typed.form.action);
                let page = row.form.page(row.path, &typed.form.action, None).unwrap();
                typed.is_in(&signed.as_mut().unwrap().get(&page).unwrap());
            }
        }
    }

    /// Signs in as the page says, and is where the form was.
    fn signs_in(&self, typed: &Typed, page: &str) -> Browser {
        let mut browser = self.browser.clone();
        let away = browser.get(&format!("/sign-in?next={page}")).unwrap();
        assert!(away.text().contains("auf derselben Seite weiter"), "{}", away.text());
        let next = away.hidden("next").unwrap();
        let step = browser.submit(&away, "/sign-in", &[("login", &self.login.user), ("password", &self.login.password), ("next", &next)]).unwrap();
        let back = browser.submit(&step, "/sign-in/second", &[("code", &next_code(&self.login)), ("next", &next)]).unwrap();
        assert_eq!(back.path, page, "{} of {}: {}", typed.form.action, typed.page, back.text());
        typed.is_in(&back);
        // Whoever follows the same link a second time is led to the same page.
        assert_eq!(browser.get(&format!("/sign-in?next={page}")).unwrap().path, page);
        browser
    }
}

impl Desk {
    /// Opens a case for somebody else.
    fn another(&mut self, given: &str) -> LocalId {
        self.patient = self.house.patient(given);
        let page = self.sonja.get(&format!("/patients/{}", self.patient)).unwrap();
        let case = self.sonja.submit(&page, &format!("/patients/{}/case", self.patient), &[("variant", "rehab")]).unwrap();
        self.case = case.path.rsplit('/').next().unwrap().to_owned();
        self.patient
    }
}

/// Has clinics ask the house's own admissions: one inquiry is new, one chosen, one referred and opened.
fn inquiries(house: &mut House, rolf: &mut Browser) -> Vec<String> {
    let own = house.town.department(0);
    house.town.publish(0, own, 9).unwrap();
    let mut pages = Vec::new();
    for steps in 0..3 {
        let discharge = house.town.discharge(1);
        let id = house.town.inquire(1, discharge.case, &[0])[0];
        house.town.await_step(0, id, "requested");
        let path = format!("/inquiries/{id}");
        if steps > 0 {
            house.town.offer(0, id, false);
            house.town.await_step(1, id, "offered");
            house.town.release(1, discharge.patient, 0);
            house.town.choose(1, id);
            house.town.await_step(0, id, "chosen");
        }
        if steps > 1 {
            house.town.confirm(0, id);
            house.town.await_step(1, id, "confirmed");
            house.town.refer(1, id, vec![]);
            house.town.await_step(0, id, "referred");
            let page = rolf.get(&path).unwrap();
            rolf.submit(&page, &format!("{path}/referral"), &[]).unwrap();
        }
        pages.push(path);
    }
    pages
}

/// The pages of the social service, with a case in every state that has a form, and those of two patients.
fn cases(desk: &mut Desk) -> (Vec<String>, Vec<String>, LocalId) {
    let erna = desk.patient;
    let ids = desk.ask_both();
    let owners: Vec<usize> = ids.iter().map(|id| desk.owner(*id)).collect();
    let questions = vec![word("stairs"), word("approval")];
    let _: referral::Reply = {
        desk.house.town.await_step(owners[0], ids[0], "requested");
        desk.house.town.told(owners[0], Command::Referral(Box::new(referral::Command::Ask { id: ids[0], questions })))
    };
    desk.house.town.await_step(0, ids[0], "asked");
    desk.house.town.await_step(owners[1], ids[1], "requested");
    desk.house.town.offer(owners[1], ids[1], false);
    desk.house.town.await_step(0, ids[1], "offered");
    let by_phone = desk.offered_by_phone();
    let mut pages = vec![format!("/asked/{}", ids[0]), format!("/asked/{}", ids[1]), by_phone, format!("/cases/{}/plan", desk.case)];

    let discharge = desk.house.town.discharge(0);
    let id = desk.house.town.inquire(0, discharge.case, &[2])[0];
    desk.house.town.await_step(2, id, "requested");
    desk.house.town.offer(2, id, false);
    desk.house.town.await_step(0, id, "offered");
    desk.house.town.release(0, discharge.patient, 2);
    desk.house.town.choose(0, id);
    desk.house.town.await_step(2, id, "chosen");
    desk.house.town.confirm(2, id);
    desk.house.town.await_step(0, id, "confirmed");
    pages.push(format!("/asked/{id}"));

    desk.another("Dora");
    desk.prepare();
    let path = desk.offered_by_phone();
    let page = desk.sonja.get(&path).unwrap();
    desk.sonja.submit(&page, &format!("{path}/choose"), &[("form_name", "Anlage 1b"), ("kept", "Akte"), ("who", "patient")]).unwrap();
    pages.push(path);
    // Nobody has been asked here, so that the search has something to tick; and nobody has decided there.
    desk.another("Frida");
    desk.prepare();
    pages.push(format!("/cases/{}/search", desk.case));
    let cora = desk.another("Cora");
    pages.push(format!("/cases/{}", desk.case));
    for page in ["", "/documents", "/proxies", "/bedside", "/message", "/purpose"] {
        pages.push(format!("/patients/{cora}{page}"));
    }
    pages.extend(["/patients", "/patients/new", "/messages"].map(str::to_owned));
    (pages, vec![format!("/offers/{}/choose", ids[1])], erna)
}

#[test]
fn every_form_that_comes_too_late_is_found_again() {
    let office = PostOffice::open();
    let mut town = Town::found(4, 160);
    equip(&town, 0, &office.section());
    start(&mut town);
    let mut desk = Desk::of(House { town, at: 0 });
    let (mut pages, offers, erna) = cases(&mut desk);
    let cora = desk.patient;
    let (mut rolf, rolfs) = desk.house.staff("rolf", &[Role::Admissions]);
    let mut asked = inquiries(&mut desk.house, &mut rolf);
    let rules = rolf.get("/rules/new").unwrap();
    let rule = rolf.submit(&rules, "/rules/new", &[("name", "Kein Vertrag"), ("payer", "drv"), ("reason", "payer")]).unwrap();
    asked.extend([rule.path.clone(), "/rules/new".into(), "/capacity".into(), "/capacity/new".into()]);
    let (ida, idas) = desk.house.staff("ida", &[Role::It]);
    let (petra, petras) = desk.house.staff("petra", &[Role::PrivacyOfficer]);
    let (ernas, ernas_login) = desk.house.invited(erna, "erna");
    let (mut coras, coras_login) = desk.house.invited(cora, "cora");
    let page = coras.get("/messages").unwrap();
    let to = page.text().split("name=\"to\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let thread = coras.submit(&page, "/messages", &[("to", &to), ("text", "Guten Tag")]).unwrap().path;
    pages.extend([thread.clone(), format!("/patients/{erna}/edit")]);

    let (mut walked, mut count) = (BTreeSet::new(), 0);
    let mut person = |site, browser, login, pages: &[String]| Person::new(site, browser, login, pages, &mut walked, &mut count);
    let named = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>();
    let people = [
        person(Site::Staff, desk.sonja.clone(), desk.login.clone(), &pages),
        person(Site::Staff, rolf, rolfs, &asked),
        person(Site::Staff, ida, idas, &named(&["/teams", "/accounts"])),
        person(Site::Staff, petra, petras, &named(&["/audit"])),
        person(Site::Patient, ernas, ernas_login, &offers),
        person(Site::Patient, coras, coras_login, &[named(&["/consent", "/wishes", "/messages", "/proxies", "/mail"]), vec![thread]].concat()),
    ];
    let kept = |route: &&Route| matches!(route.form, Kept::Typed(_));
    let missing: Vec<&str> =
        ROUTES.iter().filter(kept).map(|route| route.path).filter(|path| !walked.contains(path) && !ELSEWHERE.iter().any(|(known, _)| known == path)).collect();
    assert!(missing.is_empty(), "no page of this walk has these forms: {missing:?}");

    desk.house.town.kill(0);
    desk.house.age(60, |db| [account::staff(db).unwrap(), account::of_patient(db, erna).unwrap(), account::of_patient(db, cora).unwrap()].concat());
    desk.house.town.restart(0);
    for person in &people {
        person.comes_back();
    }
    assert!(!desk.house.town.node(0).log().contains(CANARY));
}
