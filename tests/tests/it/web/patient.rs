//! The patient's way in her own browser, over real nodes: consent, wishes, choice, and the days that go wrong.

use verbund_node::{
    cli::demo::browser::{Answer, Browser},
    control::{Command, consent, referral},
    domain::consent::{Consent, DecidedBy, How, Kind},
    workflow::inquiry::NewCase,
};
use verbund_protocol::{
    id::{ConversationId, LocalId},
    inquiry::Variant,
};
use verbund_tests::{people::eventually, town::Town};

use super::{House, Login, next_code};

mod away;
mod chromium;
mod lapsed;
mod papers;
mod proxy;
mod twice;
mod withdrawn;

/// The patient's hospital and two rehabilitation clinics.
pub(super) const HERE: usize = 0;
pub(super) const FIRST: usize = 2;
pub(super) const SECOND: usize = 3;

/// A patient in her browser, at a hospital among others.
pub(super) struct Stay {
    pub house: House,
    pub patient: LocalId,
    pub browser: Browser,
    pub login: Login,
}

impl Stay {
    pub fn new() -> Self {
        Self::of(House { town: Town::start(4, 80), at: HERE })
    }

    /// At a hospital that runs already.
    pub fn of(mut house: House) -> Self {
        let (patient, browser, login) = house.visitor("erna");
        for at in [FIRST, SECOND] {
            house.town.publish(at, house.town.department(at), 9).unwrap();
        }
        Self { house, patient, browser, login }
    }

    /// She has agreed, and clinics are being asked.
    pub fn asked() -> (Self, Vec<ConversationId>) {
        let mut stay = Self::new();
        stay.consent();
        let ids = stay.inquire();
        (stay, ids)
    }

    /// Both clinics have offered a place.
    pub fn offered() -> (Self, Vec<ConversationId>) {
        let (mut stay, ids) = Self::asked();
        stay.offer(FIRST, ids[0]);
        stay.offer(SECOND, ids[1]);
        (stay, ids)
    }

    pub fn get(&mut self, path: &str) -> String {
        let page = self.browser.get(path).unwrap();
        assert_eq!(page.status, 200, "{path}");
        page.text()
    }

    fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.browser.get(if path == "/consent/withdraw" { "/consent" } else { path }).unwrap();
        self.browser.submit(&page, path, fields).unwrap()
    }

    pub fn consent(&mut self) {
        let page = self.submit("/consent", &[("decision", "give")]);
        assert_eq!(page.path, "/");
    }

    pub fn inquire(&mut self) -> Vec<ConversationId> {
        let town = &mut self.house.town;
        let discharge = Some(town.today(HERE).plus(5));
        let new = NewCase { patient: self.patient, variant: Variant::Rehab, discharge, exception: None };
        let reply: referral::Reply = town.told(HERE, Command::Referral(Box::new(referral::Command::OpenCase(new))));
        let referral::Reply::Case { case } = reply else { panic!("{reply:?}") };
        let ids = town.inquire(HERE, case, &[FIRST, SECOND]);
        for (at, id) in [FIRST, SECOND].into_iter().zip(&ids) {
            town.await_step(at, *id, "requested");
        }
        ids
    }

    pub fn offer(&mut self, at: usize, id: ConversationId) {
        self.house.town.offer(at, id, false);
        self.house.town.await_step(HERE, id, "offered");
    }

    fn name(&self, at: usize) -> String {
        self.house.town.village.clinics[at].plan.facility.name.clone()
    }

    /// Chooses on the page that says what it means.
    pub fn choose(&mut self, id: ConversationId) -> Answer {
        let path = format!("/offers/{id}/choose");
        let page = self.browser.get(&path).unwrap();
        let offer = page.hidden("offer").unwrap();
        self.browser.submit(&page, &path, &[("offer", &offer)]).unwrap()
    }

    pub fn decisions(&mut self) -> Vec<Consent> {
        let reply: consent::Reply = self.house.town.told(HERE, Command::Consent(consent::Command::List(self.patient)));
        let consent::Reply::Decisions(all) = reply else { panic!("{reply:?}") };
        all
    }
}

/// She refuses, thinks better of it, and says what matters to her.
fn consents_and_wishes(stay: &mut Stay) {
    assert!(stay.get("/").contains("Einwilligung lesen"));
    assert!(stay.get("/consent").contains("§\u{a0}39 Absatz 1a"));
    let undecided = stay.submit("/consent", &[]);
    assert!(undecided.text().contains("role=\"alert\"") && stay.decisions().is_empty());
    assert!(stay.submit("/consent", &[("decision", "refuse")]).text().contains("unsere Hilfe nach der Entlassung nicht"));
    assert!(stay.submit("/consent", &[("decision", "give")]).text().contains("Was ist Ihnen bei der Reha wichtig?"));
    let all = stay.decisions();
    assert_eq!(all.iter().map(|consent| consent.decision.given).collect::<Vec<_>>(), [false, true]);
    let given = &all[1].decision;
    assert!(given.kind == Kind::DischargeManagement && given.by == DecidedBy::Patient && given.how == How::Electronic, "{given:?}");
    assert!(given.form.as_ref().unwrap().starts_with("Rahmenvertrag Entlassmanagement Anlage 1a/1b de ") && all[1].recorded_by.starts_with("patient "), "{:?}", all[1]);

    let nameless = stay.submit("/wishes", &[("about-1", "clinic"), ("why-1", "Dort war ich schon.")]);
    assert!(nameless.text().contains("Bitte schreiben Sie den Namen der Klinik dazu.") && nameless.text().contains("Dort war ich schon."));
    let saved = stay.submit("/wishes", &[("about-1", "near-home"), ("why-1", "Meine Tochter wohnt dort."), ("about-3", "language"), ("what-3", "Türkisch")]);
    assert!(saved.path == "/wishes" && saved.text().contains("Zuletzt gespeichert") && saved.text().contains("Meine Tochter wohnt dort."));
    let later = stay.submit("/wishes", &[("about-1", "single-room"), ("why-1", "Ich schlafe schlecht.")]);
    assert!(later.text().contains("Frühere Fassungen") && later.text().contains("Türkisch"));
    assert!(stay.get("/").contains("Wir suchen passende Kliniken"));
}

#[test]
fn she_consents_wishes_chooses_and_is_taken() {
    let mut stay = Stay::new();
    consents_and_wishes(&mut stay);
    let ids = stay.inquire();
    assert!(stay.get("/").contains("Wir fragen gerade 2 Kliniken. Sie müssen nichts tun."));
    stay.offer(FIRST, ids[0]);
    stay.offer(SECOND, ids[1]);
    let start = stay.get("/");
    assert!(start.contains("2 Kliniken bieten Ihnen einen Platz an.") && start.contains("14 Tage nach Ihrer Entlassung"), "{start}");
    let (first, second) = (stay.name(FIRST), stay.name(SECOND));
    let list = stay.get("/offers");
    for word in [&first, &second, "km Luftlinie", "geo:", "Doppelzimmer", "aria-hidden=\"true\"", "<svg", "Orte und Umriss: GeoNames, CC BY 4.0."] {
        assert!(list.contains(word), "{word}: {list}");
    }
    let path = format!("/offers/{}/choose", ids[0]);
    let page = stay.browser.get(&path).unwrap();
    assert!(page.text().contains(&format!("Diesen Kliniken sagen wir dann ab: {second}")) && page.text().contains("href=\"geo:"), "{}", page.text());
    let other = stay.browser.submit(&page, &path, &[("offer", &"0".repeat(64))]).unwrap();
    assert!(other.text().contains("Die Klinik hat ihr Angebot inzwischen geändert") && stay.decisions().len() == 2, "{}", other.text());
    assert!(stay.choose(ids[0]).text().contains(&format!("Gewählt, noch nicht bestätigt: {first}")));
    let release = stay.decisions().pop().unwrap();
    assert_eq!(
        (release.decision.kind, release.decision.how, release.decision.recipient.unwrap().facility),
        (Kind::IdentifiedRelease, How::Electronic, stay.house.town.department(FIRST).facility)
    );
    assert!(stay.get(&format!("/offers/{}/choose", ids[1])).contains(&format!("Sie haben schon gewählt: {first}")));

    stay.house.town.await_step(FIRST, ids[0], "chosen");
    stay.house.town.confirm(FIRST, ids[0]);
    stay.house.town.await_step(HERE, ids[0], "confirmed");
    let leave = format!("/offers/{}/withdraw", ids[0]);
    let button = format!("<form method=\"post\" action=\"{leave}\">");
    let before = stay.browser.get("/").unwrap();
    assert!(before.text().contains(&format!("Ihr Platz ist bestätigt: {first}")) && before.text().contains(&button), "{}", before.text());
    assert!(stay.get("/offers").contains(&button) && stay.get("/messages").contains(&button));
    stay.house.town.refer(HERE, ids[0], vec![]);
    stay.house.town.await_step(FIRST, ids[0], "referred");
    assert!(stay.get("/").contains("Ihre Unterlagen sind unterwegs"));
    stay.house.town.accept(FIRST, ids[0]);
    stay.house.town.await_step(HERE, ids[0], "accepted");
    let start = stay.get("/");
    assert!(start.contains(&format!("Die Klinik nimmt Sie auf: {first}")) && start.contains("Tag der Aufnahme"), "{start}");
    let shared = stay.get("/shared");
    for word in ["Anfrage ohne Ihren Namen", "Ihr Name und Ihre Befunde", "angekommen am", "hat sich um Ihren Reha-Platz gekümmert"] {
        assert!(shared.contains(word), "{word}: {shared}");
    }

    for page in [start, stay.get("/offers")] {
        assert!(page.contains(&format!("href=\"{leave}\"")) && !page.contains(&button), "{page}");
    }
    let told = stay.browser.submit(&before, &leave, &[]).unwrap();
    assert!(told.text().contains("Die Klinik hat schon zugesagt."), "the button of before says first what follows: {}", told.text());
    assert_eq!(stay.house.town.show(HERE, ids[0]).unwrap().summary.step, "accepted");
    let sure = told.hidden("accepted").unwrap();
    stay.browser.submit(&told, &leave, &[("accepted", &sure)]).unwrap();
    stay.house.town.await_step(FIRST, ids[0], "withdrawn");
    let released = stay.decisions().pop().unwrap();
    assert!(released.decision.kind == Kind::IdentifiedRelease && released.revoked_at.is_some());
    assert_eq!(stay.browser.get(&leave).unwrap().status, 404, "there is nothing to leave any more");
}

/// Until the clinic has accepted, one button changes her mind, from wherever the next step stands.
#[test]
fn one_button_takes_the_choice_back_before_anybody_has_accepted() {
    let (mut stay, ids) = Stay::offered();
    let leave = format!("/offers/{}/withdraw", ids[0]);
    let chosen = stay.choose(ids[0]);
    assert!(chosen.text().contains("Ich habe es mir anders überlegt"), "{}", chosen.text());
    let back = stay.browser.submit(&chosen, &leave, &[]).unwrap();
    assert!(back.path == "/" && !back.text().contains("Gewählt, noch nicht bestätigt"), "{}", back.text());
    stay.house.town.await_step(FIRST, ids[0], "withdrawn");
    let release = stay.decisions().pop().unwrap();
    assert!(release.decision.kind == Kind::IdentifiedRelease && release.revoked_at.is_some());
    assert_eq!(stay.browser.submit(&chosen, &leave, &[]).unwrap().path, "/", "the same button once more changes nothing");
}

#[test]
fn what_is_another_patients_is_not_there() {
    let (mut stay, ids) = Stay::offered();
    let (_, mut other, _) = stay.house.visitor("frieda");
    let form = other.get("/").unwrap().hidden("form").unwrap();
    for id in [ids[0].to_string(), "00".repeat(16), "x".into()] {
        for page in ["choose", "withdraw"] {
            assert_eq!(other.get(&format!("/offers/{id}/{page}")).unwrap().status, 404, "{id} {page}");
        }
        for act in ["choose", "withdraw", "again"] {
            assert_eq!(other.post(&format!("/offers/{id}/{act}"), &[("form", &form), ("offer", "00")]).unwrap().status, 404, "{id} {act}");
        }
    }
    let name = stay.name(FIRST);
    assert!(stay.get("/offers").contains(&name));
    for path in ["/", "/offers", "/shared", "/consent"] {
        assert!(!other.get(path).unwrap().text().contains(&name), "{path}");
    }
    assert_eq!(stay.house.town.show(HERE, ids[0]).unwrap().summary.step, "offered");
}

#[test]
fn taking_the_consent_back_ends_what_was_asked() {
    let (mut stay, ids) = Stay::offered();
    let page = stay.get("/consent");
    assert!(page.contains(&stay.name(FIRST)) && page.contains("Einwilligung zurücknehmen"), "{page}");
    let gone = stay.submit("/consent/withdraw", &[]);
    assert!(gone.path == "/" && gone.text().contains("Sie haben Ihre Einwilligung zurückgenommen."));
    for (at, id) in [FIRST, SECOND].into_iter().zip(ids) {
        stay.house.town.await_step(at, id, "withdrawn");
    }
    assert!(stay.submit("/consent", &[("decision", "give")]).text().contains("Bisher hatte keine Klinik Platz") || stay.get("/").contains("Was ist Ihnen"));
}

#[test]
fn the_page_tells_the_truth_while_the_chosen_clinic_is_away() {
    // The whole sentence: every page carries another "nicht erreichbar", for the script to show when the patient's own clinic is away.
    let away = "Die Klinik ist gerade nicht erreichbar; wir versuchen es weiter.";
    let (mut stay, ids) = Stay::offered();
    stay.house.town.kill(FIRST);
    assert!(stay.choose(ids[0]).text().contains("Gewählt, noch nicht bestätigt"));
    eventually("the page says that the clinic cannot be reached", || {
        let page = stay.get("/");
        if page.contains(away) { Ok(()) } else { Err(page) }
    });
    stay.house.town.restart(FIRST);
    stay.house.town.await_step(FIRST, ids[0], "chosen");
    eventually("the page no longer says so", || {
        let page = stay.get("/");
        if page.contains(away) { Err(page) } else { Ok(()) }
    });
    stay.house.town.confirm(FIRST, ids[0]);
    stay.house.town.await_step(HERE, ids[0], "confirmed");
    assert!(stay.get("/").contains("Ihr Platz ist bestätigt"));
}

#[test]
fn an_old_session_proves_itself_before_it_decides() {
    let mut house = House::new();
    let (patient, mut browser, login) = house.visitor("erna");
    house.town.stop(0);
    house.age_patient(patient);
    house.town.restart(0);
    let page = browser.get("/consent").unwrap();
    let asked = browser.submit(&page, "/consent", &[("decision", "give")]).unwrap();
    assert!(asked.path.starts_with("/sign-in?next=/consent"), "{}", asked.path);
    assert!(asked.text().contains("weisen Sie sich bitte noch einmal aus") && !asked.text().contains("abgemeldet"), "{}", asked.text());
    let second = browser.submit(&asked, "/sign-in", &[("login", &login.user), ("password", &login.password), ("next", "/consent")]).unwrap();
    let back = browser.submit(&second, "/sign-in/second", &[("code", &next_code(&login)), ("next", "/consent")]).unwrap();
    assert!(back.path == "/consent" && back.text().contains("Bitte drücken Sie den Knopf jetzt noch einmal."), "{}: {}", back.path, back.text());
    assert!(browser.submit(&back, "/consent", &[("decision", "give")]).unwrap().text().contains("Was ist Ihnen bei der Reha wichtig?"));
}
