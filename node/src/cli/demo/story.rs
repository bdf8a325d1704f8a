//! The story, played once: from free places and a discharge to arrival and proof, over the control sockets of real nodes.

use std::{io::Read, time::Instant};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use verbund_protocol::{
    membership::FacilityKind,
    search::Query,
    time::{Day, Timestamp},
};

use super::{Screen, cast::Player, figures::round};
use crate::{domain::calendar, runtime::service};

/// The department that the demo's rehabilitation clinics state places of: orthopaedics.
const DEPARTMENT: &str = "2300";
/// Bytes of the large document.
const LARGE: u64 = 64 << 20;
/// Bytes of the small ones, with their types after the KDL and their titles.
const SMALL: [(&str, &str, u64); 2] = [("AD010109", "Befundbericht", 180 << 10), ("TH130107", "Medikationsplan", 40 << 10)];

/// What the story brought to light.
#[derive(Debug, Default)]
pub struct Told {
    /// The conversations, with the place of the asked clinic in the cast.
    pub conversations: Vec<(String, usize)>,
    /// Speed of the large document's handoff.
    pub mib_per_s: f64,
    /// Microseconds of each search.
    pub search_us: Vec<f64>,
}

/// A document-like stream of a given length: a PDF's head, then noise that cannot be compressed.
struct Paper {
    head: &'static [u8],
    left: u64,
    state: u64,
}

impl Paper {
    fn new(size: u64, seed: u64) -> Self {
        Self { head: b"%PDF-1.7\n% Verbund demo: fictional content\n", left: size, state: seed | 1 }
    }
}

impl Read for Paper {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        for byte in &mut buffer[..length] {
            *byte = match self.head.split_first() {
                Some((first, rest)) => {
                    self.head = rest;
                    *first
                }
                None => {
                    // xorshift64: cheap, and nothing depends on its quality.
                    self.state ^= self.state << 13;
                    self.state ^= self.state >> 7;
                    self.state ^= self.state << 17;
                    self.state as u8
                }
            };
        }
        self.left -= length as u64;
        Ok(length)
    }
}

/// Every clinic states its free places: what is free of its beds, with what it can meet.
///
/// # Errors
/// If a statement is refused.
pub fn publish(players: &[Player]) -> anyhow::Result<()> {
    for (at, player) in players.iter().enumerate() {
        let plan = &player.clinic.plan;
        let rehab = plan.facility.kind == FacilityKind::Rehab;
        let free = plan.beds.min(u32::from(u16::MAX)) / 40 + 2;
        let change = json!({
            "id": { "facility": plan.facility.ik, "department": if rehab { DEPARTMENT } else { "0100" } },
            "name": if rehab { "Orthopädische Rehabilitation" } else { "Innere Medizin" },
            "beds": plan.beds.min(u32::from(u16::MAX)),
            "free": vec![free + (at as u32 % 3); 28],
            "settings": [if rehab { "inpatient" } else { "acute" }],
            "indications": if rehab { vec!["locomotor", "geriatric"] } else { vec!["acute"] },
            "payers": ["drv", "gkv"],
            "rooms": ["single", "double"],
            "constraints": if at % 2 == 0 { vec!["isolation-contact"] } else { vec![] },
        });
        player.ask("capacity", json!({ "publish": change }))?;
    }
    Ok(())
}

/// Waits until every clinic's free places are searchable at every clinic.
///
/// # Errors
/// If they are not within a minute.
pub fn wait_until_visible(players: &[Player]) -> anyhow::Result<()> {
    for player in players {
        player.until("all free places are known", |player| {
            let status = player.ask("status", json!("show"))?["status"].take();
            Ok((status["departments"].as_u64() >= Some(players.len() as u64)).then_some(()))
        })?;
    }
    Ok(())
}

/// Plays the story between the first acute clinic and the best three rehabilitation clinics it finds.
///
/// # Errors
/// Names the step that did not hold.
pub fn play(players: &[Player], screen: &Screen) -> anyhow::Result<Told> {
    let (asker, today) = (&players[0], calendar::day(service::now()));
    let mut told = Told::default();
    let hits = search(asker, players, today, &mut told)?;
    screen.say(format!("search at {}: {} clinics fit; the best are {}", asker.name(), hits.len(), hits.iter().take(3).map(|hit| hit.1.clone()).collect::<Vec<_>>().join(", ")));

    let patient = admit_patient(asker)?;
    let opened = asker.ask("referral", json!({ "open-case": { "patient": patient, "variant": "rehab", "discharge": today.plus(8), "exception": null } }))?;
    let case = text(&opened["case"]["case"])?;
    screen.say("a fictional patient is to be discharged in 8 days; the consent to discharge management is recorded");

    let asked: Vec<usize> = hits.iter().take(3).map(|hit| hit.0).collect();
    told.conversations = inquire(asker, players, &case, &asked, today)?;
    screen.say(format!("inquiry to {} clinics: coded fields only, no name leaves the house", asked.len()));
    answer(asker, players, &told.conversations, today, screen)?;

    let (chosen, owner) = told.conversations[0].clone();
    let rehab = &players[owner];
    choose(asker, rehab, &patient, &chosen, screen)?;
    hand_over(asker, rehab, &patient, &chosen, &mut told, screen)?;
    finish(asker, rehab, &chosen, today, screen)?;
    for (id, owner) in &told.conversations[1..] {
        players[*owner].until("the inquiries not chosen are over", |player| {
            let step = player.conversation(id)?["step"].take();
            Ok((step == "withdrawn" || step == "declined").then_some(()))
        })?;
    }
    screen.say("the clinics not chosen were told so; their copies of the inquiry are erased after 14 days");
    Ok(told)
}

/// Searches two hundred times; returns the hits as place in the cast, and in words.
fn search(asker: &Player, players: &[Player], today: Day, told: &mut Told) -> anyhow::Result<Vec<(usize, String)>> {
    let mut query = Query::between(today.plus(8), today.plus(21));
    query.indication = Some("locomotor".parse()?);
    query.payer = Some("drv".parse()?);
    let wanted = json!({ "query": query, "from_place": asker.clinic.plan.facility.place, "near_place": null });
    let find = |confirm: usize| asker.ask("search", json!({ "find": { "wanted": wanted, "confirm": confirm } }));
    for _ in 0..200 {
        told.search_us.push(find(0)?["took_us"].as_f64().context("a search says how long it took")?);
    }
    let found = find(3)?;
    let confirmed = found["confirmed"].as_array().map_or(0, Vec::len);
    ensure!(confirmed > 0, "no clinic answered the live question whether its places are still free");
    let mut hits = Vec::new();
    for hit in found["hits"].as_array().into_iter().flatten() {
        let place = players.iter().position(|player| hit["id"]["facility"] == player.ik()).context("a hit belongs to a clinic of the demo")?;
        hits.push((place, format!("{} ({} km, from {})", players[place].name(), hit["km"].as_f64().unwrap_or_default().round(), hit["earliest"].as_str().unwrap_or_default())));
    }
    ensure!(!hits.is_empty(), "no rehabilitation clinic fits");
    Ok(hits)
}

/// Enters the patient and records the consent to discharge management.
fn admit_patient(asker: &Player) -> anyhow::Result<String> {
    let person = json!({
        "family": "Mustermann", "given": "Erika", "birth_date": "1951-04-03", "gender": "female", "kvnr": "X110411675", "insurance": "GKV",
        "address": { "street": "Beispielweg 1", "postal_code": "80331", "city": "München" }, "phone": "089 000000",
    });
    let patient = text(&asker.ask("patient", json!({ "add": person }))?["added"]["id"])?;
    consent(asker, &patient, "discharge-management", None)?;
    Ok(patient)
}

fn consent(asker: &Player, patient: &str, kind: &str, recipient: Option<&Player>) -> anyhow::Result<()> {
    let recipient = recipient.map(|rehab| json!({ "member": rehab.clinic.plan.member, "facility": rehab.ik() }));
    let decision = json!({
        "kind": kind, "given": true, "recipient": recipient, "form": "Anlage 1b (Demo)", "by": "patient", "how": "desk", "at": service::now(),
    });
    asker.ask("consent", json!({ "record": { "patient": patient, "decision": decision } })).map(drop)
}

/// Asks the clinics; returns each conversation with the asked clinic's place in the cast.
fn inquire(asker: &Player, players: &[Player], case: &str, asked: &[usize], today: Day) -> anyhow::Result<Vec<(String, usize)>> {
    let in_a_day = (service::now().secs() / 60 + 24 * 60) * 60;
    let profile = json!({
        "variant": "rehab", "basis": "consent", "department": DEPARTMENT, "age": "70", "sex": null, "indication": "locomotor", "icd": "M16",
        "operation": null, "function": { "singer": null, "barthel": null, "mobility": null, "weight_bearing": null, "travel": null },
        "earliest": today.plus(9), "flexible_days": 5, "setting": "inpatient", "region": "80", "single_room": false, "companion": false,
        "transport": null, "constraints": [], "diet": null, "language": null, "payer": "drv", "approval": "applied", "urgency": null,
        "answer_by": Timestamp::from_secs(in_a_day), "rare_reason": null,
    });
    let to: Vec<Value> = asked.iter().map(|at| json!({ "facility": players[*at].ik(), "department": DEPARTMENT })).collect();
    let sent = asker.ask("referral", json!({ "inquire": { "case": case, "from": asker.ik(), "to": to, "inquiry": profile } }))?;
    let ids = sent["inquired"]["conversations"].as_array().context("an inquiry names its conversations")?;
    ids.iter().zip(asked).map(|(id, at)| Ok((text(id)?, *at))).collect()
}

/// The first asks back and offers, the others offer, the last of three declines.
fn answer(asker: &Player, players: &[Player], conversations: &[(String, usize)], today: Day, screen: &Screen) -> anyhow::Result<()> {
    for (nth, (id, owner)) in conversations.iter().enumerate() {
        let rehab = &players[*owner];
        rehab.until_step(id, "requested")?;
        if nth == 0 {
            rehab.ask("referral", json!({ "ask": { "id": id, "questions": ["stairs"] } }))?;
            asker.until_step(id, "asked")?;
            asker.ask("referral", json!({ "answer": { "id": id, "answers": { "answers": [["stairs", "yes"]], "rare_reason": null } } }))?;
            rehab.until_step(id, "requested")?;
            screen.say(format!("{} asked one coded question and has its answer", rehab.name()));
        }
        if nth == 2 {
            rehab.ask("referral", json!({ "decline": { "id": id, "reason": "no-place" } }))?;
            asker.until_step(id, "declined")?;
            screen.say(format!("{} declines: no place in the period", rehab.name()));
            continue;
        }
        let offer = json!({
            "department": null, "date": today.plus(10 + nth as u32), "stay_days": 21, "hold_hours": 24, "room": "double", "therapies": ["physio", "hydro"], "auto_confirm": false,
        });
        rehab.ask("referral", json!({ "offer": { "id": id, "offer": offer } }))?;
        asker.until_step(id, "offered")?;
        screen.say(format!("{} offers a place from {}, held for 24 hours", rehab.name(), today.plus(10 + nth as u32)));
    }
    Ok(())
}

/// The patient chooses; the owner confirms the place.
fn choose(asker: &Player, rehab: &Player, patient: &str, id: &str, screen: &Screen) -> anyhow::Result<()> {
    consent(asker, patient, "identified-release", Some(rehab))?;
    asker.ask("referral", json!({ "choose": id }))?;
    screen.say(format!("the patient chooses {} and consents to the release to it; still nobody is named", rehab.name()));
    rehab.until_step(id, "chosen")?;
    rehab.ask("referral", json!({ "confirm": id }))?;
    asker.until_step(id, "confirmed")?;
    screen.say(format!("{} confirms the place", rehab.name()));
    Ok(())
}

/// Sends the identified referral with two small documents, then the large one by itself.
fn hand_over(asker: &Player, rehab: &Player, patient: &str, id: &str, told: &mut Told, screen: &Screen) -> anyhow::Result<()> {
    let mut small = Vec::new();
    for (kind, title, size) in SMALL {
        small.push(add(asker, patient, kind, title, size)?);
    }
    let large = add(asker, patient, "AD010115", "Bilddaten und Berichte", LARGE)?;
    let referral = json!({ "diagnoses": [], "procedures": [], "payer_name": "Fiktive Rentenversicherung", "staff": "Alex Beispiel", "note": null });
    asker.ask("referral", json!({ "refer": { "id": id, "referral": referral, "documents": small } }))?;
    rehab.until_step(id, "referred")?;
    held(rehab, id, small.len())?;
    screen.say("the identified referral and two documents are there, verified and receipted");
    let begun = Instant::now();
    asker.ask("document", json!({ "handoff": { "within": { "conversation": id, "documents": [large] } } }))?;
    held(rehab, id, small.len() + 1)?;
    let seconds = begun.elapsed().as_secs_f64();
    told.mib_per_s = round((LARGE >> 20) as f64 / seconds);
    screen.say(format!("a document of {} MiB is there too, verified range by range: {:.2} s, {:.0} MiB/s", LARGE >> 20, seconds, told.mib_per_s));
    Ok(())
}

fn add(asker: &Player, patient: &str, kind: &str, title: &str, size: u64) -> anyhow::Result<String> {
    let command = json!({ "add": { "patient": patient, "kind": kind, "title": title, "size": size, "extension": "pdf" } });
    let added = asker.ask_with("document", command, &mut Paper::new(size, size), size)?;
    text(&added["added"]["id"])
}

/// Waits until `count` documents of the conversation are held here, complete and verified.
fn held(rehab: &Player, id: &str, count: usize) -> anyhow::Result<()> {
    rehab.until(&format!("{count} documents are here"), |player| {
        let list = player.ask("document", json!({ "list": { "patient": null, "conversation": id } }))?;
        let rows = list["list"].as_array().map_or(&[][..], Vec::as_slice);
        Ok((rows.iter().filter(|row| row["state"] == "held").count() == count).then_some(()))
    })
}

/// Read, accepted, arrived.
fn finish(asker: &Player, rehab: &Player, id: &str, today: Day, screen: &Screen) -> anyhow::Result<()> {
    rehab.ask("referral", json!({ "open": id }))?;
    rehab.ask("referral", json!({ "accept": { "id": id, "date": null, "exception": null } }))?;
    asker.until_step(id, "accepted")?;
    asker.ask("referral", json!({ "payer": { "id": id, "decision": "approved", "on": today } }))?;
    screen.say(format!("{} has read the referral and accepts; the payer's approval is recorded on both sides", rehab.name()));
    rehab.ask("referral", json!({ "arrived": { "id": id, "on": today } }))?;
    asker.until_step(id, "admitted")?;
    screen.say("the patient has arrived; the sending clinic knows");
    Ok(())
}

fn text(value: &Value) -> anyhow::Result<String> {
    Ok(value.as_str().with_context(|| format!("expected a text, got {value}"))?.to_owned())
}
