//! Stories in progress, so that every page has something to show: entered by the demo's people at their own pages, answered by the other
//! clinics at their commands.

use anyhow::{Context as _, ensure};
use serde_json::json;
use verbund_protocol::time::Day;

use super::{
    browser::{Answer, Browser},
    cast::Player,
    portals::People,
};
use crate::{domain::calendar, runtime::service};

/// Patients of the social worker, fictional as their names say: family, given, born.
const PATIENTS: [(&str, &str, &str); 3] = [("Beispiel", "Gerda", "1944-02-11"), ("Beispiel", "Max", "1959-08-30"), ("Beispiel", "Otto", "1948-12-01")];
/// A document as small as one can be.
const LETTER: &[u8] = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n";

/// Plays until Gerda has a case without consent, Max's inquiries wait for answers, one of them by fax at a clinic without a node, Erna can
/// choose among offers, has a letter to read, an answer and a new question of her own, and Otto's referral lies at the rehab clinic.
///
/// # Errors
/// Names the step that did not hold.
pub fn play(players: &[Player], people: &mut People) -> anyhow::Result<()> {
    let (asker, today) = (&players[0], calendar::day(service::now()));
    let rehab = people.rehab;
    let mut patients = Vec::new();
    for (family, given, birth_date) in PATIENTS {
        let person = json!({ "family": family, "given": given, "birth_date": birth_date, "gender": "unknown", "insurance": "GKV",
            "address": { "street": "Musterweg 7", "postal_code": "80331", "city": "München" } });
        let added = asker.ask("patient", json!({ "add": person }))?;
        patients.push(added["added"]["id"].as_str().context("the patient's id")?.to_owned());
    }
    open(&mut people.sonja, &patients[0])?;

    let max = open(&mut people.sonja, &patients[1])?;
    prepare(&mut people.sonja, &max, today, true)?;
    ask(&mut people.sonja, &max, &players[rehab], 2)?;
    let page = people.sonja.get(&format!("/cases/{max}"))?;
    done(&people.sonja.submit(&page, &format!("/cases/{max}/phone"), &[("clinic", "Rehaklinik ohne Knoten (erfunden)"), ("fax", "0800 0000000")])?)?;

    let erna = open(&mut people.sonja, &people.patient)?;
    let page = people.erna.get("/consent")?;
    people.erna.submit(&page, "/consent", &[("decision", "give")])?;
    let page = people.erna.get("/wishes")?;
    people.erna.submit(&page, "/wishes", &[("about-1", "near-home"), ("why-1", "Meine Tochter wohnt in der Nähe und kann mich besuchen.")])?;
    write(&mut people.erna, "Kann meine Tochter bei der Aufnahme in der Rehaklinik dabei sein?")?;
    answer(&mut people.sonja, "Ja, sehr gern. Sagen Sie der Rehaklinik vorher kurz Bescheid; die Nummer steht bei Ihrem Platz.")?;
    write(&mut people.erna, "Danke! Und wer bringt mich dorthin?")?;
    let id = letter(asker, &people.patient, "Arztbrief (Demo)")?;
    let page = people.paula.get(&format!("/patients/{}/documents", people.patient))?;
    done(&people.paula.submit(&page, &format!("/documents/{id}/release"), &[])?)?;
    prepare(&mut people.sonja, &erna, today, false)?;
    for (nth, id) in ask(&mut people.sonja, &erna, &players[rehab], 3)?.into_iter().enumerate() {
        if nth < 2 {
            offer(players, &id, today.plus(10 + nth as u32))?;
        }
    }

    let otto = open(&mut people.sonja, &patients[2])?;
    prepare(&mut people.sonja, &otto, today, true)?;
    let asked = ask(&mut people.sonja, &otto, &players[rehab], 1)?;
    refer(players, people, &patients[2], &asked[0], today)
}

fn open(sonja: &mut Browser, patient: &str) -> anyhow::Result<String> {
    let page = sonja.get(&format!("/patients/{patient}"))?;
    let case = sonja.submit(&page, &format!("/patients/{patient}/case"), &[("variant", "rehab")])?;
    case.path.strip_prefix("/cases/").map(str::to_owned).with_context(|| format!("no case was opened: {}", case.path))
}

/// The patient writes to the team that is offered first.
fn write(erna: &mut Browser, text: &str) -> anyhow::Result<()> {
    let page = erna.get("/messages")?;
    let shown = page.text();
    let to = shown.split("name=\"to\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).context("a team to write to")?;
    done(&erna.submit(&page, "/messages", &[("to", to), ("text", text)])?)
}

/// Somebody of the team answers what waits first.
fn answer(sonja: &mut Browser, text: &str) -> anyhow::Result<()> {
    let inbox = sonja.get("/messages")?.text();
    let thread = inbox.split("href=\"/messages/").nth(1).and_then(|rest| rest.split('"').next()).context("a message that waits")?.to_owned();
    let page = sonja.get(&format!("/messages/{thread}"))?;
    let seen = page.hidden("seen").context("how far the talk has come")?;
    done(&sonja.submit(&page, &format!("/messages/{thread}"), &[("seen", &seen), ("text", text)])?)
}

/// Adds a letter about a patient, and returns its id.
fn letter(player: &Player, patient: &str, title: &str) -> anyhow::Result<String> {
    let letter = json!({ "add": { "patient": patient, "kind": "ED110112", "title": title, "size": LETTER.len(), "extension": "pdf" } });
    let letter = player.ask_with("document", letter, &mut &LETTER[..], LETTER.len() as u64)?;
    letter["added"]["id"].as_str().map(str::to_owned).context("the letter's id")
}

/// Consent on paper, if the patient does not give it herself, and the plan.
fn prepare(sonja: &mut Browser, case: &str, today: Day, on_paper: bool) -> anyhow::Result<()> {
    let page = sonja.get(&format!("/cases/{case}"))?;
    if on_paper {
        let fields = [("form_name", "Anlage 1b (Demo)"), ("kept", "Patientenakte"), ("who", "patient"), ("decision", "given")];
        done(&sonja.submit(&page, &format!("/cases/{case}/consent"), &fields)?)?;
    }
    let (discharge, earliest) = (today.plus(6).to_string(), today.plus(7).to_string());
    let plan = [
        ("indication", "locomotor"),
        ("payer", "drv"),
        ("icd", "M16"),
        ("discharge", &discharge),
        ("earliest", &earliest),
        ("flexible", "10"),
        ("surgery", "hip-replacement"),
        ("side", "left"),
        ("operated", &today.to_string()),
        ("setting", "inpatient"),
        ("approval", "applied"),
    ];
    let page = sonja.get(&format!("/cases/{case}/plan"))?;
    done(&sonja.submit(&page, &format!("/cases/{case}/plan"), &plan)?)
}

/// Asks the rehab clinic that has a browser, and so many others that there are `count`. Returns the conversations.
fn ask(sonja: &mut Browser, case: &str, rehab: &Player, count: usize) -> anyhow::Result<Vec<String>> {
    let page = sonja.get(&format!("/cases/{case}/search"))?;
    let mut targets: Vec<String> = page.text().split("name=\"target\" value=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect();
    targets.sort_by_key(|target| !target.starts_with(rehab.ik()));
    let fields: Vec<(&str, &str)> = targets.iter().take(count).map(|target| ("target", target.as_str())).collect();
    let preview = sonja.submit(&page, &format!("/cases/{case}/preview"), &fields)?;
    done(&preview)?;
    let sent = sonja.submit(&preview, &format!("/cases/{case}/ask"), &fields)?;
    done(&sent)?;
    let asked: Vec<String> = sent.text().split("href=\"/asked/").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect();
    ensure!(asked.len() == fields.len().max(1), "{} clinics were to be asked, {} were", fields.len(), asked.len());
    Ok(asked)
}

/// The clinic that was asked offers a place.
fn offer(players: &[Player], id: &str, date: Day) -> anyhow::Result<()> {
    let peer = players[0].conversation(id)?["facility"].take();
    let owner = players.iter().find(|player| peer == player.ik()).context("a clinic of the demo was asked")?;
    owner.until_step(id, "requested")?;
    let offer = json!({ "department": null, "date": date, "stay_days": 21, "hold_hours": 48, "room": "single", "therapies": ["physio", "hydro"], "auto_confirm": false });
    owner.ask("referral", json!({ "offer": { "id": id, "offer": offer } }))?;
    players[0].until_step(id, "offered").map(drop)
}

/// Offered, chosen on paper, confirmed, and referred with a letter.
fn refer(players: &[Player], people: &mut People, patient: &str, id: &str, today: Day) -> anyhow::Result<()> {
    offer(players, id, today.plus(9))?;
    let path = format!("/asked/{id}");
    let page = people.sonja.get(&path)?;
    let paper = [("form_name", "Anlage 1b (Demo)"), ("kept", "Patientenakte"), ("who", "patient")];
    done(&people.sonja.submit(&page, &format!("{path}/choose"), &paper)?)?;
    let rehab = &players[people.rehab];
    rehab.until_step(id, "chosen")?;
    rehab.ask("referral", json!({ "confirm": id }))?;
    players[0].until_step(id, "confirmed")?;
    let letter = letter(&players[0], patient, "Entlassbrief (Demo)")?;
    let page = people.sonja.get(&path)?;
    let fields =
        [("diagnosis", "M16.1"), ("diagnosis-text", "Primäre Coxarthrose, einseitig"), ("staff", "Sonja Beispiel, 089 0000-0"), ("note", ""), ("document", letter.as_str())];
    done(&people.sonja.submit(&page, &format!("{path}/refer"), &fields)?)?;
    rehab.until_step(id, "referred").map(drop)
}

/// Checks that a page has no fault to tell of.
fn done(page: &Answer) -> anyhow::Result<()> {
    let fault = page.text().split("role=\"alert\"").nth(1).map(|rest| rest.chars().take(200).collect::<String>());
    ensure!(page.status == 200 && fault.is_none(), "{} answered {}: {}", page.path, page.status, fault.unwrap_or_default());
    Ok(())
}
