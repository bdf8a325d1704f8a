//! The whole way in browsers, over real clinics: a social worker, a patient on her phone, and a rehab clinic's admissions. Nobody reloads
//! a page: what the others do appears by itself.

use verbund_node::{
    cli::demo::portals::Login,
    domain::{account::Site, actor::Role},
};
use verbund_protocol::id::LocalId;
use verbund_tests::{
    chromium::{Look, Window},
    people::eventually,
    town::Town,
};

use super::{
    CANARY, House, canary,
    chromium::{at, axe, choose_file, look_at},
    next_code,
    papers::PDF,
};

/// The hospital, the rehab clinic in a browser, and one that answers at its commands.
const HERE: usize = 0;
const REHAB: usize = 2;
const OTHER: usize = 3;

/// What is read, in the language of the run.
struct Words {
    consent_missing: &'static str,
    consented: &'static str,
    two_asked: &'static str,
    offers: &'static str,
    unconfirmed: &'static str,
    refer: &'static str,
    referred: &'static str,
    taken: &'static str,
    travel: &'static str,
    withdrawn: &'static str,
    arrived: &'static str,
    over: &'static str,
    completed: &'static str,
}

const GERMAN: Words = Words {
    consent_missing: "Einwilligung in das Entlassmanagement einholen",
    consented: "Gegeben am",
    two_asked: "2 Kliniken sind angefragt",
    offers: "2 Kliniken bieten Ihnen einen Platz an.",
    unconfirmed: "Gewählt, noch nicht bestätigt",
    refer: "Überweisung senden",
    referred: "Überweisung ist dort",
    taken: "Die Klinik nimmt Sie auf",
    travel: "Aufnahme vorbereiten",
    withdrawn: "von uns zurückgezogen",
    arrived: "Sie sind angekommen",
    over: "Ihre Reha ist zu Ende",
    completed: "abgeschlossen",
};

const ENGLISH: Words = Words {
    consent_missing: "Ask for consent to discharge management",
    consented: "Given on",
    two_asked: "2 clinics are being asked",
    offers: "2 clinics offer you a place.",
    unconfirmed: "Chosen, not yet confirmed",
    refer: "send the referral",
    referred: "has the referral",
    taken: "The clinic takes you",
    travel: "Prepare the admission",
    withdrawn: "withdrawn by us",
    arrived: "You have arrived",
    over: "Your rehabilitation is over",
    completed: "completed",
};

/// Signs somebody in who has set everything up.
pub(super) async fn sign_in(house: &House, site: Site, login: &Login, look: Look) -> Window {
    let window = Window::open(look).await;
    window.go(&at(house, site, "/sign-in")).await;
    window.fill("#login", &login.user).await;
    window.fill("#password", &login.password).await;
    window.click("form[action='/sign-in'] button.main, form[action='/sign-in'] button").await;
    window.fill("#code", &next_code(login)).await;
    window.click("main button.main").await;
    window.see("form[action='/sign-out']").await;
    window
}

/// The people of a journey, each at an own browser.
struct Journey {
    house: House,
    words: &'static Words,
    axe: String,
    patient: LocalId,
    sonja: Window,
    erna: Window,
    rolf: Window,
    /// Where the rehab clinic's staff go.
    rehab: String,
}

impl Journey {
    async fn begin(language: &'static str, words: &'static Words, phone: Look, desk: Look) -> Self {
        let mut town = Town::found(4, 80);
        for at in 0..4 {
            town.log_all(at);
            town.launch(at);
        }
        (0..4).for_each(|at| town.wait_ready(at));
        let mut house = House { town, at: HERE };
        for at in [REHAB, OTHER] {
            house.town.publish(at, house.town.department(at), 9).unwrap();
        }
        let (patient, _, erna) = house.visitor("erna");
        let (_, sonja) = house.staff("sonja", &[Role::SocialService]);
        let look = |look: Look| Look { language, traced: true, ..look };
        let sonja = sign_in(&house, Site::Staff, &sonja, look(desk)).await;
        let erna = sign_in(&house, Site::Patient, &erna, look(phone)).await;
        house.at = REHAB;
        let (_, rolf) = house.staff("rolf", &[Role::Admissions]);
        let rolf = sign_in(&house, Site::Staff, &rolf, look(desk)).await;
        let rehab = at(&house, Site::Staff, "");
        house.at = HERE;
        Self { house, words, axe: axe(), patient, sonja, erna, rolf, rehab }
    }

    async fn look(&self, window: &Window, name: &str) {
        look_at(window, &self.axe, &format!("journey-{name}")).await;
    }

    /// A case is opened; the patient agrees on her phone; the plan is filled in.
    async fn prepare(&mut self) {
        let (sonja, erna) = (&self.sonja, &self.erna);
        sonja.go(&at(&self.house, Site::Staff, &format!("/patients/{}", self.patient))).await;
        sonja.click("button[value=rehab]").await;
        sonja.read(self.words.consent_missing).await;
        self.look(sonja, "case-new").await;
        erna.click("a[href='/consent']").await;
        self.look(erna, "consent").await;
        erna.click("button[value=give]").await;
        erna.see("a[href='/wishes']").await;
        erna.click("a.button[href='/wishes']").await;
        erna.click("#about-1 option[value='near-home']").await;
        erna.fill("#why-1", "Meine Tochter wohnt in der Nähe.").await;
        self.look(erna, "wishes").await;
        erna.click("form[action='/wishes'] button.main").await;
        erna.read("Meine Tochter wohnt in der Nähe.").await;
        erna.click(".clinic a").await;
        sonja.read(self.words.consented).await;
        sonja.click("a[href$='/plan']").await;
        for choice in ["#indication option[value=locomotor]", "#payer option[value=drv]", "#surgery option[value=hip-replacement]", "#mobility option:nth-child(2)"] {
            sonja.click(choice).await;
        }
        let today = self.house.town.today(HERE);
        sonja.fill("#icd", "M16").await;
        sonja.fill("#discharge", &today.plus(2).to_string()).await;
        sonja.fill("#earliest", &today.plus(3).to_string()).await;
        self.look(sonja, "plan").await;
        sonja.click("main button.main").await;
    }

    /// Both clinics are asked, and offer a place.
    async fn ask(&mut self) {
        let sonja = &self.sonja;
        sonja.click("a[href$='/search'].main").await;
        for ik in [REHAB, OTHER].map(|at| self.house.town.department(at).facility.to_string()) {
            sonja.click(&format!("input[value^='{ik}/']")).await;
        }
        self.look(sonja, "search").await;
        sonja.click("button.main[form=pick]").await;
        sonja.see("form[action$='/ask'] button.main").await;
        self.look(sonja, "preview").await;
        sonja.click("form[action$='/ask'] button.main").await;
        sonja.read(self.words.two_asked).await;
        let rolf = &self.rolf;
        rolf.click("a[href='/inquiries']").await;
        rolf.click("main a[href^='/inquiries/']:not([href='/inquiries/ended'])").await;
        self.look(rolf, "inquiry").await;
        rolf.click("form[action$='/offer'] button.main").await;
        rolf.see("form[action$='/take-back']").await;
        let town = &mut self.house.town;
        let other = eventually("the other clinic has the inquiry, too", || town.conversations(OTHER).first().map(|c| c.id).ok_or_else(|| "nothing there".into()));
        self.house.town.offer(OTHER, other, false);
    }

    /// She compares and chooses; the clinic confirms.
    async fn choose(&mut self) {
        let (erna, rolf) = (&self.erna, &self.rolf);
        erna.read(self.words.offers).await;
        self.look(erna, "start-offers").await;
        erna.click("a.main[href='/offers']").await;
        self.look(erna, "offers").await;
        let asked = self.house.town.conversations(REHAB)[0].id;
        erna.click(&format!("a[href='/offers/{asked}/choose']")).await;
        self.look(erna, "choose").await;
        erna.click("form[action$='/choose'] button.main").await;
        erna.read(self.words.unconfirmed).await;
        self.look(erna, "chosen").await;
        rolf.see("form[action$='/confirm']").await;
        self.look(rolf, "to-confirm").await;
        rolf.click("form[action$='/confirm'] button.main").await;
    }

    /// The referral goes to the one clinic, which takes her.
    async fn refer(&mut self) {
        let (sonja, erna, rolf) = (&self.sonja, &self.erna, &self.rolf);
        sonja.read(self.words.refer).await;
        self.look(sonja, "case-confirmed").await;
        sonja.click("#next ~ p a.main").await;
        sonja.fill("#diagnosis", "M16.1").await;
        sonja.fill("#diagnosis-text", "Primäre Coxarthrose").await;
        self.look(sonja, "refer").await;
        sonja.click("form[action$='/refer'] button.main").await;
        sonja.read(self.words.referred).await;
        assert!(!rolf.text().await.contains(CANARY), "no name is shown before somebody opens the referral");
        rolf.see("form[action$='/referral']").await;
        rolf.click("form[action$='/referral'] button").await;
        rolf.read(CANARY).await;
        self.look(rolf, "referral").await;
        rolf.click("main a[href^='/inquiries/']").await;
        rolf.click("form[action$='/accept'] button").await;
        erna.read(self.words.taken).await;
        self.look(erna, "taken").await;
        sonja.click("p.hello a").await;
        sonja.read(self.words.travel).await;
        sonja.read(self.words.withdrawn).await;
        self.look(sonja, "case-accepted").await;
    }

    /// She arrives, and the report comes home.
    async fn report(&mut self) {
        let (sonja, erna, rolf) = (&self.sonja, &self.erna, &self.rolf);
        rolf.click("form[action$='/arrived'] button").await;
        erna.read(self.words.arrived).await;
        self.look(erna, "arrived").await;
        rolf.click(".todo a[href$='/documents']").await;
        rolf.click("#kind option[value=ED110112]").await;
        rolf.fill("#title", "Bericht").await;
        choose_file(rolf, &self.house, "#file", "bericht.pdf", PDF).await;
        rolf.click("main form button.main").await;
        rolf.see("main a[href^='/documents/']").await;
        let id = self.house.town.conversations(REHAB)[0].id;
        rolf.go(&format!("{}/inquiries/{id}", self.rehab)).await;
        rolf.click("input[name=report-document]").await;
        rolf.fill("#report-consent", "Akte").await;
        rolf.fill("#report-discharged", &self.house.town.today(REHAB).to_string()).await;
        self.look(rolf, "report").await;
        rolf.click("form[action$='/report'] button").await;
        rolf.see("main:not(:has(.todo))").await;
        erna.read(self.words.over).await;
        self.look(erna, "over").await;
        sonja.read(self.words.completed).await;
        self.look(sonja, "case-completed").await;
        assert_eq!(self.house.town.await_documents(HERE, id, 1).len(), 1);
    }

    /// Who she is stands nowhere but where she was treated.
    async fn end(mut self) {
        for window in [self.sonja, self.erna, self.rolf] {
            canary::in_no_address(&window).await;
            window.close().await;
        }
        for at in [HERE, 1, REHAB, OTHER] {
            canary::in_nothing_told(&mut self.house.town, at);
        }
        // What was gossiped and asked lies with those who were not chosen, and with whom nobody asked.
        for at in [1, OTHER] {
            assert_eq!(canary::tables(&mut self.house, at), Vec::<String>::new(), "clinic {at}");
        }
        for at in [HERE, REHAB] {
            assert!(canary::tables(&mut self.house, at).iter().any(|table| table == "patient"), "clinic {at} treats her");
        }
    }
}

async fn whole(language: &'static str, words: &'static Words, phone: Look, desk: Look) {
    let mut journey = Journey::begin(language, words, phone, desk).await;
    journey.prepare().await;
    journey.ask().await;
    journey.choose().await;
    journey.refer().await;
    journey.report().await;
    journey.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_consent_to_a_bed_with_a_phone_and_two_desks() {
    whole("de", &GERMAN, Look::PHONE, Look::DESKTOP).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_consent_to_a_bed_in_english_the_patient_at_a_desk_and_the_staff_at_phones() {
    whole("en", &ENGLISH, Look { dark: true, ..Look::DESKTOP }, Look::PHONE).await;
}
