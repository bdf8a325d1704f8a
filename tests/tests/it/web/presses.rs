//! A second press on a slow evening: every form of the table of all pages is sent twice from one page, and after the second time there is not a
//! row more in the database than after the first. A form that is not pressed here names the test that does so, or the reason why it need not be.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use verbund_node::{
    cli::demo::browser::{Answer, Browser},
    domain::{account::Site, actor::Role},
    portal::routes::{Form as Kept, ROUTES},
    store::{Store, key::KeyFile},
};
use verbund_protocol::id::LocalId;
use verbund_tests::{people::eventually, post_office::PostOffice, town::Town};

use super::{
    CANARY, House,
    notice::{equip, start},
    papers::{PDF, form as with_file, send_to},
    social::{
        PLAN,
        late::{Kind, forms, row},
    },
};

/// Forms that are pressed twice in another test: the form, the test's file, and what stands there.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    ("/offers/{id}/choose", include_str!("patient/twice.rs"), "/offers/{}/choose"),
    ("/cases/{id}/ask", include_str!("social/twice.rs"), "post(\"ask\""),
    ("/asked/{id}/choose", include_str!("social/twice.rs"), "{asked}/choose"),
    ("/asked/{id}/documents", include_str!("social/follow.rs"), "The same form once more hands nothing over twice."),
    ("/asked/{id}/payer", include_str!("social/twice.rs"), "{asked}/payer"),
    ("/asked/{id}/date", include_str!("social/twice.rs"), "{asked}/date"),
    ("/inquiries/{id}/offer", include_str!("admissions/twice.rs"), "twice(\"offer\""),
    ("/inquiries/{id}/payer", include_str!("admissions/twice.rs"), "twice(\"payer\""),
    ("/inquiries/{id}/accept", include_str!("admissions/twice.rs"), "twice(\"accept\""),
    ("/inquiries/{id}/date", include_str!("admissions/twice.rs"), "twice(\"date\""),
    ("/inquiries/{id}/arrived", include_str!("admissions/twice.rs"), "said_once(\"arrived\""),
    ("/inquiries/{id}/no-show", include_str!("admissions/twice.rs"), "said_once(\"no-show\""),
    ("/inquiries/{id}/refuse", include_str!("admissions/twice.rs"), "said_once(\"refuse\""),
    ("/inquiries/{id}/filed", include_str!("admissions/twice.rs"), "said_once(\"filed\""),
    ("/inquiries/{id}/referral", include_str!("admissions/twice.rs"), "said_once(\"referral\""),
    ("/inquiries/{id}/gone", include_str!("admissions/twice.rs"), "said_once(\"gone\""),
    ("/inquiries/{id}/cancel", include_str!("admissions/twice.rs"), "said_once(\"cancel\""),
    ("/inquiries/{id}/take-back", include_str!("admissions/twice.rs"), "said_once(\"take-back\""),
    ("/inquiries/{id}/decline", include_str!("admissions/twice.rs"), "said_once(\"decline\""),
    ("/inquiries/{id}/ask", include_str!("admissions/twice.rs"), "said_once(\"ask\""),
];

/// What is one message in a conversation, which its table of steps lets nobody say a second time: `protocol/src/referral/table.rs` and its model.
const ONE_MESSAGE: &[&str] = &[
    "/offers/{id}/withdraw",
    "/offers/{id}/again",
    "/cases/{id}/again",
    "/asked/{id}/answer",
    "/asked/{id}/refer",
    "/asked/{id}/withdraw",
    "/inquiries/{id}/confirm",
    "/inquiries/{id}/report",
    "/inquiries/{id}/settle",
    "/inquiries/{id}/reopen",
];

/// Forms that are pressed twice nowhere, and why.
const EXCUSED: &[(&str, &str)] = &[
    ("/patients/{id}/documents", "two files of one size and title may be two: both are kept, in sight, and whoever added one too many erases it"),
    ("/asked/{id}/settle", "a call that is done is done"),
    ("/mail/code", "a code counts once: workflow::notice"),
    ("/mail/kinds", "ticks that are set are set"),
    ("/mail/second", "a tick that is set is set"),
    ("/mail/remove", "an address that is gone is gone"),
    ("/access/remove-passkey", "a passkey that is gone is gone, and no test has one here: web::chromium"),
];

/// Tables that tell of looks and of sessions only.
const LOOKS: &[&str] = &["audit", "audit_about", "audit_look", "session", "former_session", "draft", "attempt", "known_device"];

impl House {
    /// How many rows each table of the running node has.
    fn rows(&self) -> BTreeMap<String, i64> {
        let folder = &self.town.village.clinics[self.at].folder;
        eventually("a copy of the database can be read", || {
            let copy = tempfile::tempdir().unwrap();
            // What has not reached the database's file yet is in its log.
            for file in ["verbund.db-wal", "verbund.db"] {
                fs::copy(folder.join("data").join(file), copy.path().join(file)).map_err(|error| error.to_string())?;
            }
            let key = KeyFile::new(&folder.join("identity/database.key"), copy.path()).map_err(|error| error.to_string())?;
            let store = Store::unlock(copy.path(), &key).map_err(|error| error.to_string())?;
            let db = store.db();
            let mut tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").unwrap();
            let names: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).filter(|name: &String| !LOOKS.contains(&name.as_str())).collect();
            let count = |name: &String| db.query_row(&format!("SELECT count(*) FROM {name}"), [], |row| row.get::<_, i64>(0)).map_err(|error| error.to_string());
            names.iter().map(|name| Ok((name.clone(), count(name)?))).collect::<Result<_, String>>()
        })
    }
}

/// Somebody at a site.
struct Person {
    site: Site,
    browser: Browser,
}

/// Who presses.
type Who = fn(&mut World) -> &mut Person;

const OLGA: Who = |world| &mut world.olga;
const SVEN: Who = |world| &mut world.sven;
const ERNA: Who = |world| &mut world.erna;

/// A hospital in which everything is pressed twice.
struct World {
    house: House,
    /// Staff with every role; a colleague; a patient at her own pages.
    olga: Person,
    sven: Person,
    erna: Person,
    patient: LocalId,
    /// Another patient, who has no access yet.
    frieda: LocalId,
    pressed: BTreeSet<&'static str>,
    wrong: Vec<String>,
    _office: PostOffice,
}

/// Returns what stands between two texts for the first time.
fn between(page: &str, before: &str, after: &str) -> String {
    let from = page.find(before).unwrap_or_else(|| panic!("no {before}: {page}")) + before.len();
    page[from..].split(after).next().unwrap().to_owned()
}

/// Returns what a browser sends of the form to `action` on a page as it is filled in, with these fields instead.
fn filled(page: &str, action: &str, fields: &[(&str, &str)]) -> (Vec<(String, String)>, bool) {
    let form = forms(page).into_iter().find(|form| form.action == action);
    let file = form.as_ref().is_some_and(|form| form.file);
    let kept = form.into_iter().flat_map(|form| form.fields).filter(|field| !fields.iter().any(|(name, _)| *name == field.name) && field.name != "form");
    let sent = kept.filter(|field| matches!(field.kind, Kind::Hidden | Kind::Text | Kind::Choice(true))).map(|field| (field.name, field.value));
    let typed = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    (sent.chain(typed).collect(), file)
}

fn send(browser: &mut Browser, page: &Answer, action: &str, sent: &[(String, String)], file: bool) -> Answer {
    let mut pairs: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    if file {
        let token = page.hidden("form").unwrap();
        pairs.insert(0, ("form", &token));
        return send_to(browser, action, &with_file(&pairs, Some(("brief.pdf", PDF))));
    }
    browser.submit(page, action, &pairs).unwrap()
}

impl World {
    fn new() -> Self {
        let office = PostOffice::open();
        let mut town = Town::found(1, 40);
        equip(&town, 0, &office.section());
        start(&mut town);
        let mut house = House { town, at: 0 };
        let (patient, erna, _) = house.visitor("erna");
        let frieda = house.patient("Frieda");
        let (olga, _) = house.staff("olga", &Role::ALL);
        let (sven, _) = house.staff("sven", &[Role::SocialService]);
        let person = |site, browser| Person { site, browser };
        let (olga, sven, erna) = (person(Site::Staff, olga), person(Site::Staff, sven), person(Site::Patient, erna));
        Self { house, olga, sven, erna, patient, frieda, pressed: BTreeSet::new(), wrong: vec![], _office: office }
    }

    /// Presses the button of the form to `action` on the page at `path` twice. Returns the answer to the first time.
    fn press(&mut self, who: Who, path: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let page = who(self).browser.get(path).unwrap();
        assert_eq!(page.status, 200, "{path}");
        self.press_on(who, &page, action, fields)
    }

    /// The same on a page that was an answer.
    fn press_on(&mut self, who: Who, page: &Answer, action: &str, fields: &[(&str, &str)]) -> Answer {
        let (sent, file) = filled(&page.text(), action, fields);
        let person = who(self);
        let route = row(person.site, action);
        let first = send(&mut person.browser, page, action, &sent, file);
        assert!(first.status == 200 && !first.text().contains("role=\"alert\""), "{action}: {} {}", first.status, first.text());
        let once = self.house.rows();
        let second = send(&mut who(self).browser, page, action, &sent, file);
        let twice = self.house.rows();
        let more: Vec<_> = twice.iter().filter(|(table, count)| once.get(*table) != Some(count)).map(|(table, count)| (table, once.get(table), count)).collect();
        // A code that was shown is worth nothing once another one is, and both are remembered.
        let codes = more.iter().all(|(table, ..)| ["invitation", "bedside"].contains(&table.as_str()));
        if !codes {
            self.wrong.push(format!("{action}: {more:?}"));
        }
        if second.status != 200 {
            self.wrong.push(format!("{action}: {} the second time: {}", second.status, second.text()));
        }
        self.pressed.insert(route.path);
        first
    }

    fn patients(&mut self) {
        let (erna, frieda) = (self.patient, format!("/patients/{}", self.frieda));
        self.press(OLGA, "/patients", "/patients", &[("name", CANARY)]);
        self.press(OLGA, "/patients/new", "/patients/new", &[("family", "Neumann"), ("given", "Nora"), ("birth", "3.4.1951")]);
        self.press(OLGA, &format!("{frieda}/edit"), &format!("{frieda}/edit"), &[("phone", "0821 7")]);
        self.press(OLGA, &format!("{frieda}/purpose"), &format!("{frieda}/purpose"), &[("purpose", "billing")]);
        let invited = self.press(OLGA, &frieda, &format!("{frieda}/invite"), &[]);
        // The second press made another code: the letter is for that.
        let again = self.olga.browser.submit(&invited, &format!("{frieda}/invite"), &[]).unwrap();
        self.press_on(OLGA, &again, &format!("{frieda}/letter"), &[]);
        let own = format!("/patients/{erna}");
        self.press(OLGA, &own, &format!("{own}/mail"), &[("address", "erna@beispiel.de")]);
        self.press(OLGA, "/calls", &format!("/calls/{erna}"), &[]);
        let begun = self.press(OLGA, &format!("{own}/bedside"), &format!("{own}/bedside"), &[("matter", "wishes"), ("seen", "yes")]);
        let bedside = format!("/bedsides/{}", between(&begun.text(), "href=\"/bedsides/", "\""));
        let page = self.olga.browser.get(&bedside).unwrap();
        self.press_on(OLGA, &page, &format!("{bedside}/end"), &[]);
        let document = self.house.town.add_document(0, erna, PDF);
        for act in ["release", "take-back"] {
            self.press(OLGA, &format!("{own}/documents"), &format!("/documents/{document}/{act}"), &[]);
        }
        self.press(OLGA, &format!("{own}/proxies"), &format!("{own}/proxies"), &[("name", "Anna Beispiel"), ("scope", "look")]);
        let proxies = self.olga.browser.get(&format!("{own}/proxies")).unwrap().text();
        let proxy = between(&proxies, &format!("action=\"{own}/proxies/"), "/end\"");
        self.press(OLGA, &format!("{own}/proxies"), &format!("{own}/proxies/{proxy}/end"), &[]);
        let list = self.olga.browser.get("/purposes").unwrap().text();
        let purpose = between(&list, "action=\"/purposes/", "/seen\"");
        self.press(OLGA, "/purposes", &format!("/purposes/{purpose}/seen"), &[]);
        self.press(OLGA, "/audit", "/audit", &[("actor", "olga Beispiel")]);
    }

    fn messages(&mut self) {
        let page = self.erna.browser.get("/messages").unwrap();
        let to = between(&page.text(), "name=\"to\" value=\"", "\"");
        let thread = self.press_on(ERNA, &page, "/messages", &[("to", &to), ("text", "Darf meine Tochter mit?")]).path;
        self.press(ERNA, &thread, &thread, &[("text", "Und der Hund?")]);
        self.press(SVEN, &thread, &format!("{thread}/take"), &[]);
        let colleague = between(&self.sven.browser.get(&thread).unwrap().text(), "<option value=\"person ", "\"");
        self.press(SVEN, &thread, &format!("{thread}/hand"), &[("to", &format!("person {colleague}"))]);
        self.press(OLGA, &thread, &thread, &[("text", "Ja, gern.")]);
        let begin = format!("/patients/{}/message", self.patient);
        let page = self.olga.browser.get(&begin).unwrap();
        let team = forms(&page.text()).into_iter().find(|form| form.action == begin).unwrap().fields.into_iter().find(|field| field.name == "team" && !field.value.is_empty());
        self.press_on(OLGA, &page, &begin, &[("team", &team.unwrap().value), ("text", "Bitte rufen Sie uns an.")]);
        let until = self.house.town.today(0).plus(3).to_string();
        self.press(OLGA, "/messages", "/absence", &[("until", &until)]);
        self.olga.browser.submit(&page, "/absence", &[("back", "yes")]).unwrap();
    }

    /// A case from the consent to its end, with two clinics that are asked by fax.
    fn case(&mut self) {
        let own = format!("/patients/{}", self.frieda);
        let case = self.press(OLGA, &own, &format!("{own}/case"), &[("variant", "rehab")]).path;
        let signed = [("form_name", "Anlage 1b"), ("kept", "Akte"), ("who", "patient")];
        self.press(OLGA, &case, &format!("{case}/consent"), &[&signed[..], &[("decision", "given")]].concat());
        let consents = format!("{own}/consents");
        let sheet = between(&self.olga.browser.get(&consents).unwrap().text(), &format!("action=\"{consents}/"), "\"");
        self.press(OLGA, &consents, &format!("{consents}/{sheet}"), &[]);
        self.press(OLGA, &case, &format!("{case}/note"), &[("kind", "call"), ("text", "Tochter ruft zurück")]);
        let today = self.house.town.today(0).to_string();
        let days = [("earliest", today.as_str()), ("discharge", today.as_str()), ("operated", today.as_str())];
        self.press(OLGA, &format!("{case}/plan"), &format!("{case}/plan"), &[PLAN, &days].concat());
        self.press(OLGA, &case, &format!("{case}/give"), &[("to", "sven Beispiel")]);
        self.press(OLGA, &format!("{case}/search"), &format!("{case}/search"), &[]);
        let target = self.house.town.department(0).to_string();
        self.press(OLGA, &format!("{case}/search"), &format!("{case}/favourite"), &[("favourite", &target), ("marked", "yes")]);
        self.press(OLGA, &format!("{case}/search"), &format!("{case}/preview"), &[("target", &target)]);

        let other = self.press(OLGA, &case, &format!("{case}/phone"), &[("clinic", "Rehaklinik Bergblick"), ("fax", "0800 222")]).path;
        self.press(OLGA, &other, &format!("{other}/withdraw"), &[]);
        let page = self.olga.browser.get(&case).unwrap();
        let entry = self.olga.browser.submit(&page, &format!("{case}/phone"), &[("clinic", "Rehaklinik Seeblick"), ("fax", "0800 111")]).unwrap().path;
        self.press(OLGA, &entry, &format!("{entry}/answer"), &[("said", "offered"), ("from", &today), ("person", "Frau See")]);
        self.press(OLGA, &entry, &format!("{entry}/choose"), &signed);
        self.press(OLGA, &entry, &format!("{entry}/name"), &[("admission", &today), ("staff", "Olga, 0821 1"), ("papers", "")]);
        self.press(OLGA, &entry, &format!("{entry}/payer"), &[("decision", "approved"), ("payer-day", &today)]);
        self.press(OLGA, &entry, &format!("{entry}/leave"), &[]);
        let page = self.olga.browser.get(&entry).unwrap();
        let chosen = self.olga.browser.submit(&page, &format!("{entry}/choose"), &signed).unwrap();
        assert!(chosen.text().contains("telefonisch gewählt"), "what was left can be chosen again at once: {}", chosen.text());
        self.press(OLGA, &entry, &format!("{entry}/arrival"), &[("came", "arrived"), ("arrival-day", &today), ("arrival-person", "Frau See")]);
        self.press(OLGA, &format!("{case}/evidence"), &format!("{case}/evidence"), &[]);
        self.press(OLGA, &case, &format!("{case}/end"), &[("how", "otherwise"), ("why", "Ist dort.")]);
    }

    fn operation(&mut self) {
        let rule = self.press(OLGA, "/rules/new", "/rules/new", &[("name", "Kein Vertrag"), ("payer", "drv"), ("reason", "payer")]).path;
        self.press(OLGA, &rule, &rule, &[("name", "Kein Vertrag mehr"), ("payer", "drv"), ("reason", "payer")]);
        self.press(OLGA, &rule, &format!("{rule}/switch"), &[("state", "on")]);
        let department = [("name", "Geriatrie"), ("key", "0200"), ("beds", "30"), ("indications", "geriatric"), ("settings", "inpatient"), ("payers", "gkv"), ("rooms", "double")];
        self.press(OLGA, "/capacity/new", "/capacity/new", &department);
        let facility = self.house.town.department(0).facility.to_string();
        let day = format!("{facility}-0200-{}", self.house.town.today(0));
        self.press(OLGA, "/capacity", "/capacity", &[("facility", &facility), ("department", "0200"), (&day, "3")]);
        self.press(OLGA, "/capacity", "/capacity/renew", &[("facility", &facility), ("department", "0200")]);

        let team = [("german", "Pflege"), ("english", "Nursing"), ("role", "ward"), ("hours", "24"), ("owner", ""), ("substitute", "")];
        let teams = self.press(OLGA, "/teams", "/teams", &team).text();
        let before = teams.split("value=\"Pflege\"").next().unwrap();
        let id = between(&before[before.rfind("action=\"/teams/").unwrap()..], "action=\"/teams/", "\"");
        self.press(OLGA, "/teams", &format!("/teams/{id}"), &[&team[..3], &[("hours", "12")], &team[4..]].concat());
        self.press(OLGA, "/teams", &format!("/teams/{id}/end"), &[]);

        self.press(OLGA, "/accounts", "/accounts", &[("name", "Nora Neu"), ("login", "nora"), ("role", "ward")]);
        let accounts = self.olga.browser.get("/accounts").unwrap().text();
        let before = accounts.split("value=\"Nora Neu\"").next().unwrap();
        let id = between(&before[before.rfind("action=\"/accounts/").unwrap()..], "action=\"/accounts/", "/change\"");
        self.press(OLGA, "/accounts", &format!("/accounts/{id}/change"), &[("name", "Nora Neuer"), ("role", "ward")]);
        for act in ["start-over", "lock"] {
            self.press(OLGA, "/accounts", &format!("/accounts/{id}/{act}"), &[]);
        }
    }

    fn patient(&mut self) {
        self.press(ERNA, "/consent", "/consent", &[("decision", "give")]);
        self.press(ERNA, "/wishes", "/wishes", &[("about-1", "near-home"), ("why-1", "Meine Tochter wohnt dort.")]);
        self.press(ERNA, "/consent", "/consent/withdraw", &[]);
        self.press(ERNA, "/proxies", "/proxies", &[("name", "Ben Beispiel"), ("scope", "look")]);
        let proxy = between(&self.erna.browser.get("/proxies").unwrap().text(), "action=\"/proxies/", "/end\"");
        self.press(ERNA, "/proxies", &format!("/proxies/{proxy}/end"), &[]);
        self.press(ERNA, "/mail", "/mail/address", &[("address", "erna@beispiel.de")]);
        self.press(ERNA, "/access", "/access/sign-out-elsewhere", &[]);
        let own = format!("/patients/{}", self.patient);
        self.press(OLGA, &own, &format!("{own}/start-over"), &[("card", "seen")]);
    }
}

#[test]
fn whatever_is_sent_twice_is_done_once() {
    let mut world = World::new();
    world.patients();
    world.messages();
    world.case();
    world.operation();
    world.patient();
    assert!(world.wrong.is_empty(), "{:#?}", world.wrong);

    let mut known: BTreeSet<&str> = BTreeSet::new();
    let excuses = ONE_MESSAGE.iter().chain(EXCUSED.iter().map(|(path, _)| path));
    for path in world.pressed.iter().chain(ELSEWHERE.iter().map(|(path, ..)| path)).chain(excuses) {
        assert!(known.insert(path), "{path} is proven and excused, or twice");
    }
    for (path, file, said) in ELSEWHERE {
        assert!(file.contains(said), "{path}: no {said} there");
    }
    // Codes and passwords, which are never kept, count once or take each other's place: web::sign_in, web::guessing.
    let rows: BTreeSet<&str> = ROUTES.iter().filter(|route| route.method == "POST" && route.form != Kept::Never).map(|route| route.path).collect();
    let missing: Vec<&&str> = rows.difference(&known).collect();
    assert!(missing.is_empty(), "nobody has pressed these twice: {missing:?}");
    let stale: Vec<&&str> = known.difference(&rows).collect();
    assert!(stale.is_empty(), "these are not there any more: {stale:?}");
}
