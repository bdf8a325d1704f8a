//! The web pages under load: a clinic's patients and staff at once, and one page against the least that serves the same bytes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use rustls::ClientConfig;
use serde_json::json;
use verbund_node::{
    cli::demo::{browser::Browser, portals},
    domain::account::Site,
    runtime::service,
};

use super::{
    Plan, Row, bare,
    caller::{Caller, Cookies, News, trust},
    memory::slope,
    report::{Runs, percentile},
    scene::{self, Desk},
    tell,
};
use crate::town::Town;

/// The hospital whose pages are asked for; those that offer places.
const HERE: usize = 0;
const OWNERS: [usize; 2] = [2, 3];
/// How long somebody looks at a page before the next: far less than people do.
const LOOK: Duration = Duration::from_secs(1);
/// What patients ask for in turn.
const PATIENT_PAGES: [&str; 5] = ["/", "/offers", "/wishes", "/documents", "/shared"];
/// Connections that ask without a pause.
const CALLERS: usize = 200;
/// Of so many looks of a social worker at a case, one ends with a change.
const CHANGE_EVERY: usize = 10;

/// Open cases of the longest list that is looked at: more than it shows.
const LONGEST: usize = 500;

/// What social workers change.
#[derive(Clone, Copy, PartialEq)]
enum Change {
    /// They write a note, which stays on the case's page and is news for others.
    Note,
    /// They change the language of their pages there and back: nothing on any page grows by it.
    Language,
}

/// Cases that have ended, each of a patient of its own: what a clinic has seen in some years.
const FORMER: usize = 20_000;

/// How people look at pages.
#[derive(Clone, Copy)]
struct Pace {
    /// How long they stay.
    stay: Duration,
    /// How long they look at a page before the next.
    look: Duration,
    /// What social workers change.
    change: Change,
}

/// A clinic with people who can sign in.
struct Scene {
    town: Town,
    patients: Vec<Browser>,
    staff: Vec<Browser>,
    cases: Vec<String>,
}

impl Scene {
    /// Patients with two offers each, and social workers; all signed in through the ordinary pages.
    fn set(patients: usize, staff: usize) -> anyhow::Result<Self> {
        let mut town = Town::start(4, 4_000);
        for at in OWNERS {
            town.publish(at, town.department(at), 200)?;
        }
        let mut desk = Desk::at(&town, HERE)?;
        let to: Vec<String> = OWNERS.iter().map(|at| scene::ik(&town, *at).to_owned()).collect();
        let to: Vec<&str> = to.iter().map(String::as_str).collect();
        let (mut browsers, mut cases) = (Vec::new(), Vec::new());
        for nth in 0..patients {
            let patient = desk.patient()?;
            cases.push(desk.open_case(patient)?);
            let code = scene::text(&desk.ask("account", json!({ "invite": patient }))?["code"]["code"])?;
            let mut browser = portals::browser(&town.village, &town.village.clinics[HERE], Site::Patient)?;
            let page = browser.get("/invitation")?;
            let page = browser.submit(&page, "/invitation", &[("code", &code), ("birth", "3.4.1951")])?;
            portals::set_up(&mut browser, &page, &format!("patient-{nth}"), service::now())?;
            browsers.push(browser);
        }
        let from = scene::ik(&town, HERE).to_owned();
        let asked = desk.inquire(&cases, &from, &to)?;
        desk.until_drained(Duration::from_millis(10))?;
        for (nth, at) in OWNERS.into_iter().enumerate() {
            let mut owner = Desk::at(&town, at)?;
            let offer = json!({ "department": null, "date": scene::today().plus(10), "stay_days": 21, "hold_hours": 48, "room": "single", "therapies": ["physio", "hydro"], "auto_confirm": false });
            owner.ask_all("referral", asked.iter().skip(nth).step_by(OWNERS.len()).map(|id| json!({ "offer": { "id": id, "offer": offer } })))?;
            owner.until_drained(Duration::from_millis(10))?;
        }
        let mut workers = Vec::new();
        for nth in 0..staff {
            let login = format!("social-{nth}");
            let code =
                scene::text(&desk.ask("account", json!({ "add": { "login": login, "name": format!("Sonja Beispiel {nth}"), "roles": ["social-service"] } }))?["code"]["code"])?;
            let mut browser = portals::browser(&town.village, &town.village.clinics[HERE], Site::Staff)?;
            let page = browser.get("/invitation")?;
            let page = browser.submit(&page, "/invitation", &[("code", &code), ("login", &login)])?;
            portals::set_up(&mut browser, &page, &login, service::now())?;
            workers.push(browser);
        }
        Ok(Self { town, patients: browsers, staff: workers, cases })
    }

    fn tls(&self) -> anyhow::Result<Arc<ClientConfig>> {
        trust(&self.town.village.folder.join("web.crt"))
    }
}

/// What people waited for, milliseconds, patients' pages and staff's apart; and what happened meanwhile.
#[derive(Default)]
struct Waited {
    patients: Vec<f64>,
    staff: Vec<f64>,
    changes: usize,
    news: usize,
    /// Memory of the node while everybody is there, MiB; and of that what is its own.
    memory: f64,
    own: f64,
}

impl Waited {
    fn all(&self) -> Vec<f64> {
        self.patients.iter().chain(&self.staff).copied().collect()
    }
}

/// What one visitor did.
struct Visit {
    patient: bool,
    took: Vec<f64>,
    changes: usize,
    news: usize,
    cookies: Cookies,
}

/// Somebody looks at pages in their own time, and hears of changes as an open page does. Staff change something at cases.
fn visit(browser: &Browser, nth: usize, (pages, patient): (&[String], bool), tls: &Arc<ClientConfig>, pace: Pace) -> anyhow::Result<Visit> {
    let mut caller = Caller::open(&browser.origin, &browser.cookies, tls)?;
    let mut news = News::open(&browser.origin, &browser.cookies, tls)?;
    let (begun, mut took, mut cases, mut changes) = (Instant::now(), Vec::new(), 0_usize, 0);
    for turn in nth.. {
        if begun.elapsed() >= pace.stay {
            break;
        }
        let (asked, path) = (Instant::now(), &pages[turn % pages.len()]);
        caller.ask(path)?;
        if path.starts_with("/cases/") && path != "/cases/all" {
            cases += 1;
        }
        if cases > changes * CHANGE_EVERY {
            match pace.change {
                Change::Note => caller.send_form(&format!("{path}/note"), &[("kind", "call"), ("text", &format!("Niemand erreicht ({nth}, {}).", service::now().0))])?,
                Change::Language => caller.send_form("/language", &[("language", ["en", "de"][changes % 2]), ("back", path)])?,
            }
            changes += 1;
        }
        took.push(asked.elapsed().as_secs_f64() * 1e3);
        news.hear()?;
        std::thread::sleep(pace.look.saturating_sub(asked.elapsed()));
    }
    Ok(Visit { patient, took, changes, news: news.heard, cookies: caller.cookies })
}

/// Everybody looks at pages in their own time.
fn crowd(scene: &mut Scene, pace: Pace) -> anyhow::Result<Waited> {
    let tls = scene.tls()?;
    let staff_pages: Vec<String> = ["/cases".to_owned(), "/cases/all".to_owned()].into_iter().chain(scene.cases.iter().map(|case| format!("/cases/{case}"))).collect();
    let patient_pages: Vec<String> = PATIENT_PAGES.map(str::to_owned).into();
    let people = scene.patients.len() + scene.staff.len();
    let everybody = scene.patients.iter().map(|browser| (browser, &patient_pages, true)).chain(scene.staff.iter().map(|browser| (browser, &staff_pages, false)));
    let node = scene.town.node(HERE);
    let (waited, kept) = std::thread::scope(|scope| {
        let workers: Vec<_> = everybody
            .enumerate()
            .map(|(nth, (browser, pages, patient))| {
                let tls = &tls;
                scope.spawn(move || {
                    // Nobody keeps step with anybody.
                    std::thread::sleep(pace.look.mul_f64(nth as f64 / people as f64));
                    visit(browser, nth, (pages, patient), tls, pace)
                })
            })
            .collect();
        std::thread::sleep(pace.stay / 2);
        let (mut waited, mut kept) = (Waited { memory: node.resident_mib()?, own: node.own_mib()?, ..Waited::default() }, Vec::new());
        for worker in workers {
            let visit = worker.join().map_err(|_| anyhow::anyhow!("a caller broke off"))??;
            if visit.patient {
                waited.patients.extend(visit.took)
            } else {
                waited.staff.extend(visit.took)
            }
            waited.changes += visit.changes;
            waited.news += visit.news;
            kept.push(visit.cookies);
        }
        anyhow::Ok((waited, kept))
    })?;
    // Sessions change their tokens now and then.
    for (browser, cookies) in scene.patients.iter_mut().chain(&mut scene.staff).zip(kept) {
        browser.cookies = cookies;
    }
    Ok(waited)
}

/// Returns how many times a second `path` is answered to callers who ask without a pause.
fn rate(origin: &str, sessions: &[Cookies], path: &str, tls: &Arc<ClientConfig>, span: Duration) -> anyhow::Result<f64> {
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|nth| {
                let (stop, cookies) = (&stop, &sessions[nth % sessions.len()]);
                scope.spawn(move || -> anyhow::Result<u64> {
                    let mut caller = Caller::open(origin, cookies, tls)?;
                    let mut count = 0;
                    while !stop.load(Ordering::Relaxed) {
                        caller.ask(path)?;
                        count += 1;
                    }
                    Ok(count)
                })
            })
            .collect();
        let begun = Instant::now();
        std::thread::sleep(span);
        stop.store(true, Ordering::Relaxed);
        let mut answered = 0;
        for caller in callers {
            answered += caller.join().map_err(|_| anyhow::anyhow!("a caller broke off"))??;
        }
        Ok(answered as f64 / begun.elapsed().as_secs_f64())
    })
}

/// Measures the rows.
///
/// # Errors
/// If a page is not served.
pub(super) fn measure(plan: &Plan) -> anyhow::Result<Vec<Row>> {
    let (patients, staff) = plan.size((3, 2), (200, 30));
    tell(&format!("web: {patients} patients and {staff} social workers set their accounts up"));
    let mut scene = Scene::set(patients, staff)?;
    let mut rows = Vec::new();
    if plan.wants("web") {
        rows.push(people(plan, &mut scene)?);
    }
    if plan.wants("page") {
        rows.push(page(plan, &scene)?);
    }
    if plan.wants("web-memory") {
        rows.push(memory(plan, &mut scene)?);
    }
    Ok(rows)
}

fn people(plan: &Plan, scene: &mut Scene) -> anyhow::Result<Row> {
    let pace = |seconds| Pace { stay: Duration::from_secs(plan.size(2, seconds)), look: LOOK, change: Change::Note };
    let before = crowd(scene, pace(20))?.memory; // everything is warm
    let waited = crowd(scene, pace(60))?;
    let after = waited.memory;
    // The node's own watch: of the latest pages, those while everything warmed up among them.
    let handler = Desk::at(&scene.town, HERE)?.status()?["page_us"]["p99"].as_f64().context("a node says how long its pages took")? / 1e3;
    let at = |samples: &[f64], percent| percentile(samples, percent);
    let former = let_years_go_by(plan, scene)?;
    let aged = at(&crowd(scene, pace(30))?.all(), 99.0);
    let (cases, list) = longest_list(plan, scene)?;
    let all = waited.all();
    let p99 = at(&all, 99.0);
    ensure!(waited.news > 0 && waited.changes > 0, "open pages hear of {} changes after {} notes", waited.news, waited.changes);
    Ok(Row {
        name: "web",
        what: format!(
            "{} patients and {} social workers at one node's pages at once, a page a second each with an open stream of news, over TLS",
            scene.patients.len(),
            scene.staff.len()
        ),
        against: "–".into(),
        aim: "p99 ≤ 100 ms; at the handler ≤ 20 ms".into(),
        measured: format!(
            "p99 {p99:.1} ms (patients {:.1}, staff {:.1}; at the handler {handler:.1}), p50 {:.1} ms, {} pages, {} notes written, {} news heard; {before:.1} → {after:.1} MiB in a minute; with {former} former cases p99 {aged:.1} ms; the list of {cases} cases p99 {list:.1} ms after each change",
            at(&waited.patients, 99.0),
            at(&waited.staff, 99.0),
            at(&all, 50.0),
            all.len(),
            waited.changes,
            waited.news
        ),
        ratio: None,
        reached: p99.max(aged) <= 100.0 && handler <= 20.0,
        figures: json!({ "notes": waited.changes, "news": waited.news, "p50_ms": at(&all, 50.0), "p99_ms": p99, "handler_p99_ms": handler, "patients_p99_ms": at(&waited.patients, 99.0), "staff_p99_ms": at(&waited.staff, 99.0), "pages": all.len(), "listed_cases": cases, "list_p99_ms": list, "former_cases": former, "aged_p99_ms": aged, "before_mib": before, "after_mib": after }),
    })
}

/// Opens cases until the list of all is as long as it gets, and has a social worker look at it, each time after a change, so that nothing of it is
/// remembered. Returns how many cases there are, and the 99th percentile of what she waits for, milliseconds.
fn longest_list(plan: &Plan, scene: &Scene) -> anyhow::Result<(usize, f64)> {
    let (tls, further) = (scene.tls()?, plan.size(2, LONGEST).saturating_sub(scene.cases.len()));
    let mut desk = Desk::at(&scene.town, HERE)?;
    for _ in 0..further {
        let patient = desk.patient()?;
        desk.open_case(patient)?;
    }
    let worker = scene.staff.first().context("there is a social worker")?;
    let mut caller = Caller::open(&worker.origin, &worker.cookies, &tls)?;
    let case = scene.cases.first().context("there is a case")?;
    let mut took = Vec::new();
    for nth in 0..plan.size(3, 200) {
        caller.ask(&format!("/cases/{case}"))?;
        caller.send_form(&format!("/cases/{case}/note"), &[("kind", "call"), ("text", &format!("Noch einmal angerufen ({nth})."))])?;
        let asked = Instant::now();
        caller.ask("/cases/all")?;
        took.push(asked.elapsed().as_secs_f64() * 1e3);
    }
    Ok((scene.cases.len() + further, percentile(&took, 99.0)))
}

/// Adds patients whose cases have ended, as social workers end them. Returns how many.
fn let_years_go_by(plan: &Plan, scene: &mut Scene) -> anyhow::Result<usize> {
    let (tls, former) = (scene.tls()?, plan.size(5, FORMER));
    tell(&format!("web: {former} cases of former patients"));
    let open = |desk: &mut Desk, _| desk.patient().and_then(|patient| desk.open_case(patient));
    let cases = scene::spread(&scene::socket(&scene.town, HERE), 16, former, open)?;
    let end = |worker: &mut Browser, cases: &[String]| -> anyhow::Result<()> {
        let mut caller = Caller::open(&worker.origin, &worker.cookies, &tls)?;
        for case in cases {
            caller.ask(&format!("/cases/{case}"))?;
            caller.send_form(&format!("/cases/{case}/end"), &[("how", "otherwise"), ("why", "Nach Hause entlassen.")])?;
        }
        // Sessions change their tokens now and then.
        worker.cookies = caller.cookies;
        Ok(())
    };
    let end = &end;
    std::thread::scope(|scope| {
        let shares = cases.chunks(former.div_ceil(scene.staff.len()));
        let workers: Vec<_> = scene.staff.iter_mut().zip(shares).map(|(worker, share)| scope.spawn(move || end(worker, share))).collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| anyhow::anyhow!("a social worker broke off"))?)
    })?;
    Ok(former)
}

/// Whether the node's memory stays flat while people come, look at pages for a while and go, again and again. It is read while all are there: what
/// is given back to the system after they have gone, and when, is the allocator's. What they change makes no page larger.
fn memory(plan: &Plan, scene: &mut Scene) -> anyhow::Result<Row> {
    let span = plan.size(Duration::from_secs(3), Duration::from_secs(60 * plan.minutes));
    let pace = Pace { stay: Duration::from_secs(plan.size(1, 10)), look: LOOK / plan.haste.max(1), change: Change::Language };
    let (begun, mut samples, mut own, mut waits, mut pages, mut changes) = (Instant::now(), Vec::new(), Vec::new(), Vec::new(), 0, 0);
    while begun.elapsed() < span {
        let waited = crowd(scene, pace)?;
        pages += waited.patients.len() + waited.staff.len();
        changes += waited.changes;
        let hours = begun.elapsed().as_secs_f64() / 3600.0;
        samples.push((hours, waited.memory));
        own.push((hours, waited.own));
        waits.push(percentile(&waited.all(), 99.0));
        if samples.len().is_multiple_of(30) {
            tell(&format!(
                "web-memory: {:.1} MiB, {:.1} its own, after {:.0} minutes, {pages} pages, p99 {:.1} ms",
                waited.memory,
                waited.own,
                hours * 60.0,
                percentile(&waits, 50.0)
            ));
        }
    }
    // In the first third everything is filled that is kept.
    let settled = |samples: &[(f64, f64)]| samples[samples.len() / 3..].to_vec();
    let (all, alone) = (settled(&samples), settled(&own));
    let (per_hour, own_per_hour) = (slope(&all), slope(&alone));
    // Nothing becomes slower with what the node has seen. The median of the visits' 99th percentiles.
    let third = waits.len().div_ceil(3);
    let (early, late) = (percentile(&waits[..third], 50.0), percentile(&waits[waits.len() - third..], 50.0));
    let (first, last) = (all.first().map_or(0.0, |sample| sample.1), all.last().map_or(0.0, |sample| sample.1));
    Ok(Row {
        name: "web-memory",
        what: format!(
            "memory of a node whose pages {} people look at, {} a second each, coming and going for {} minutes",
            scene.patients.len() + scene.staff.len(),
            plan.haste.max(1),
            span.as_secs() / 60
        ),
        against: "–".into(),
        aim: "flat: at most 1 MiB an hour; p99 ≤ 100 ms in the end, too".into(),
        measured: format!(
            "{:+.0} KiB an hour ({:+.0} its own), from {first:.1} to {last:.1} MiB in the last two thirds; {pages} pages, {changes} changes; p99 {early:.1} ms in the first third, {late:.1} in the last",
            per_hour * 1024.0,
            own_per_hour * 1024.0
        ),
        ratio: None,
        reached: per_hour <= 1.0 && late <= 100.0,
        figures: json!({ "p99_ms_first_third": early, "p99_ms_last_third": late, "mib_per_hour": per_hour, "own_mib_per_hour": own_per_hour, "pages": pages, "changes": changes, "samples_hours_mib": samples, "own_hours_mib": own }),
    })
}

fn page(plan: &Plan, scene: &Scene) -> anyhow::Result<Row> {
    let (tls, span) = (scene.tls()?, plan.size(Duration::from_millis(300), Duration::from_secs(5)));
    let first = scene.patients.first().context("there is a patient")?;
    let sessions: Vec<Cookies> = scene.patients.iter().take(CALLERS).map(|browser| browser.cookies.clone()).collect();
    let body = first.clone().get("/offers")?.body;
    let floor = bare::Server::start(&scene.town.village.folder, &body)?;
    let (mut ours, mut floors) = (Vec::new(), Vec::new());
    for _ in 0..plan.runs {
        ours.push(rate(&first.origin, &sessions, "/offers", &tls, span)?);
        floors.push(rate(&floor.origin, &sessions, "/offers", &tls, span)?);
    }
    let (product, least) = (Runs::of(&ours), Runs::of(&floors));
    let ratio = product.median / least.median;
    Ok(Row {
        name: "page",
        what: format!("a patient's page of offers ({:.1} kB), {CALLERS} callers without a pause", body.len() as f64 / 1e3),
        against: "the same bytes by bare axum and rustls after one read from SQLite".into(),
        aim: "≥ 0.4 ×".into(),
        measured: format!("{ratio:.2} × ({product} against {least} a second)"),
        ratio: Some(ratio),
        reached: ratio >= 0.4,
        figures: json!({ "pages_a_second": product, "floor_a_second": least, "bytes": body.len() }),
    })
}
