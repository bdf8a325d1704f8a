//! The treatment ends while somebody has a page of the patient open: the purpose that is missing costs nobody what they have typed, and leads
//! back to the page the form came from. Before it is stated nothing is done, and nothing of her is shown.

use verbund_node::{
    cli::demo::browser::{Answer, Browser},
    domain::actor::Role,
};
use verbund_protocol::id::LocalId;

use super::{
    CANARY, House,
    papers::{PDF, form as with_file},
};

const AGAIN: &str = "Was Sie eingegeben haben, steht wieder hier";

struct Ward {
    house: House,
    patient: LocalId,
    own: String,
    petra: Browser,
    /// A page from before, with which forms are sent.
    page: Answer,
    document: String,
    proxy: String,
}

impl Ward {
    fn new() -> Self {
        let mut house = House::new();
        let (patient, mut erna, _) = house.visitor("erna");
        let (mut petra, _) = house.staff("petra", &[Role::Physician]);
        let document = house.town.add_document(0, patient, PDF).to_string();
        let page = erna.get("/proxies").unwrap();
        erna.submit(&page, "/proxies", &[("name", "Anna Beispiel"), ("scope", "look")]).unwrap();
        let own = format!("/patients/{patient}");
        let proxies = petra.get(&format!("{own}/proxies")).unwrap().text();
        let proxy = proxies.split(&format!("action=\"{own}/proxies/")).nth(1).unwrap().split('/').next().unwrap().to_owned();
        let page = petra.get(&format!("{own}/edit")).unwrap();
        let mut ward = Self { house, patient, own, petra, page, document, proxy };
        ward.end();
        ward
    }

    /// Her treatment was over a month ago.
    fn end(&mut self) {
        self.house.town.kill(0);
        self.house.open(|db| assert_eq!(db.execute("UPDATE patient SET changed_at = changed_at - 31 * 86400 * 1000", []).unwrap(), 1));
        self.house.town.restart(0);
    }

    /// What was stated was stated too long ago, and so was what was changed for it.
    fn forget(&mut self) {
        self.house.town.kill(0);
        self.house.open(|db| {
            for (table, column) in [("purpose", "at"), ("patient", "changed_at"), ("patient_version", "changed_at")] {
                let moved = db.execute(&format!("UPDATE {table} SET {column} = {column} - 2 * 3600 * 1000"), []).unwrap();
                assert!(moved > 0 || table == "patient_version");
            }
        });
        self.house.town.restart(0);
    }

    /// Sends a form from the page at `from`, and returns where that leads.
    fn send(&mut self, from: &str, to: &str, fields: &[(&str, &str)], file: bool) -> String {
        let (token, origin) = (self.page.hidden("form").unwrap(), self.petra.origin.clone());
        let fields = [&[("form", token.as_str())], fields].concat();
        let (kind, body) = if file {
            ("multipart/form-data; boundary=----verbund", with_file(&fields, Some(("brief.pdf", &[PDF, &vec![b'x'; 1 << 20]].concat()))))
        } else {
            let text: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", value.replace(' ', "+"))).collect();
            ("application/x-www-form-urlencoded", text.join("&").into_bytes())
        };
        let referer = format!("{origin}{from}");
        let headers = [("content-type", kind), ("origin", origin.as_str()), ("referer", referer.as_str())];
        let answer = self.petra.ask("POST", to, &headers, &body).unwrap();
        assert!(answer.status == 303 && !answer.text().contains(CANARY), "{to}: {} {}", answer.status, answer.text());
        answer.header("location").unwrap().to_owned()
    }

    /// States a purpose on the page that was led to, and returns the page after it.
    fn state(&mut self, asked: &str) -> Answer {
        let page = self.petra.get(asked).unwrap();
        assert!(page.text().contains("zurzeit nicht in Behandlung") && !page.text().contains(CANARY), "{}", page.text());
        let next = page.hidden("next").unwrap();
        self.petra.submit(&page, &format!("{}/purpose", self.own), &[("purpose", "question"), ("next", &next)]).unwrap()
    }

    fn asks(&self, next: &str) -> String {
        format!("{}/purpose?next={next}", self.own)
    }
}

#[test]
fn what_was_typed_waits_until_a_purpose_is_stated() {
    let mut ward = Ward::new();
    let own = ward.own.clone();
    let edit = format!("{own}/edit");
    let typed = [("family", CANARY), ("given", "erna"), ("birth", "3.4.1951"), ("version", "1"), ("city", "Zeuzleben")];
    let asked = ward.send(&edit, &edit, &typed, false);
    assert_eq!(asked, ward.asks(&edit));
    let back = ward.state(&asked);
    assert!(back.path == edit && back.text().contains("value=\"Zeuzleben\"") && back.text().contains(AGAIN), "{} {}", back.path, back.text());
    let saved = ward.petra.submit(&back, &edit, &[&typed[..], &[("street", "Weg 1"), ("postal_code", "97440")]].concat()).unwrap();
    assert!(saved.path == own && saved.text().contains("Zeuzleben"), "{} {}", saved.path, saved.text());
    assert!(!ward.petra.get(&edit).unwrap().text().contains(AGAIN), "what was sent waits no more");
    // What was changed for a purpose makes her nobody's patient again.
    let (mut wanda, _) = ward.house.staff("wanda", &[Role::Ward]);
    assert_eq!(wanda.get(&own).unwrap().path, ward.asks(&own));

    // Forms with a file: what was typed comes back, the file has to be chosen again, and nothing of it is kept.
    ward.forget();
    let before = super::papers::stored(&ward.house);
    for (page, fields, shown) in [
        (format!("{own}/documents"), vec![("kind", "ED110112"), ("title", "Entlassbrief")], "value=\"Entlassbrief\""),
        (format!("{own}/proxies"), vec![("name", "Ben Beispiel"), ("scope", "look")], "value=\"Ben Beispiel\""),
    ] {
        let asked = ward.send(&page, &page, &fields, true);
        assert_eq!((asked.as_str(), super::papers::stored(&ward.house)), (ward.asks(&page).as_str(), before));
        let back = ward.state(&asked);
        assert!(back.path == page && back.text().contains(shown) && back.text().contains(AGAIN), "{} {}", back.path, back.text());
        ward.forget();
    }
}

#[test]
fn a_button_leads_back_to_its_page_and_a_letter_needs_a_purpose_too() {
    let mut ward = Ward::new();
    let (own, document, proxy) = (ward.own.clone(), ward.document.clone(), ward.proxy.clone());
    let page = |name: &str| format!("{own}/{name}");
    let code = ("code", "2222-2222-2222");
    for (from, to, fields, next) in [
        (page("documents"), format!("/documents/{document}/release"), vec![], page("documents")),
        (page("documents"), format!("/documents/{document}/take-back"), vec![], page("documents")),
        // A browser that does not say from where: the patient's page, which is there for certain.
        ("".into(), format!("/documents/{document}/release"), vec![], own.clone()),
        (page("proxies"), format!("{own}/proxies/{proxy}/end"), vec![], page("proxies")),
        (own.clone(), page("invite"), vec![], own.clone()),
        (own.clone(), page("letter"), vec![code], own.clone()),
        (own.clone(), page("start-over"), vec![("card", "seen")], own.clone()),
    ] {
        let asked = ward.send(&from, &to, &fields, false);
        assert_eq!(asked, ward.asks(&next), "{to}");
        let back = ward.state(&asked);
        assert!(back.status == 200 && back.path == next, "{to}: {} {}", back.status, back.path);
        ward.forget();
    }
    // Nothing of all that was done.
    ward.house.town.kill(0);
    let patient = ward.patient;
    ward.house.open(|db| {
        let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(count("SELECT count(*) FROM proxy WHERE ended_at IS NOT NULL"), 0);
        assert!(verbund_node::store::account::of_patient(db, patient).unwrap().iter().any(|account| account.state == verbund_node::domain::account::State::Open));
    });
}

#[test]
fn a_former_patient_is_found_by_name_and_year_and_shown_for_a_purpose() {
    let mut ward = Ward::new();
    let page = ward.petra.get("/patients").unwrap();
    let found = ward.petra.submit(&page, "/patients", &[("name", CANARY)]).unwrap().text();
    assert!(found.contains("Jahrgang 1951") && found.contains("nicht mehr in Behandlung") && !found.contains("3.4.1951"), "{found}");
    let asked = ward.asks(&ward.own);
    ward.state(&asked);
    let found = ward.petra.submit(&page, "/patients", &[("name", CANARY)]).unwrap().text();
    assert!(found.contains("geboren am 3.4.1951") && !found.contains("nicht mehr in Behandlung"), "{found}");
}
