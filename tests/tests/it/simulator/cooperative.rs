//! The simulated cooperative: two acute hospitals, three rehab clinics, and what their staff write down.

use std::time::Duration;

use verbund_node::{
    domain::{
        capacity::Stated,
        consent::{DecidedBy, Decision, How, Kind, Recipient},
        patient::Person,
    },
    workflow::{inquiry::Target, offer::NewOffer},
};
use verbund_protocol::{
    capacity::DepartmentId,
    id::Ik,
    inquiry::Inquiry,
    membership::{Facility, FacilityKind, Member, NetworkDocument, Node, Role, Suspension, SuspensionReason},
    sign::{Kind as Signed, MultiSigned},
    time::{Day, Timestamp},
};
use verbund_tests::simulator::World;

/// When every run begins.
pub const START: Timestamp = Timestamp::from_secs(1_795_000_020);
/// How many of the members are acute hospitals; they come first.
pub const ACUTE: usize = 2;
/// How many members there are.
pub const MEMBERS: usize = 5;
/// Departments of each rehab clinic.
pub const DEPARTMENTS: [&str; 2] = ["2300", "2800"];
/// Every family name begins with this, so that it is found on the wire.
pub const NAME: &str = "Geheimnis";

pub fn name(at: usize) -> String {
    if at < ACUTE { format!("acute-{}", at + 1) } else { format!("rehab-{}", at - ACUTE + 1) }
}
pub fn ik(at: usize) -> Ik {
    Ik::with_check_digit(26_091_000 + at as u32)
}
pub fn department(at: usize, which: usize) -> DepartmentId {
    DepartmentId { facility: ik(at), department: DEPARTMENTS[which].parse().unwrap() }
}

fn member(at: usize) -> Member {
    let id = name(at);
    let kind = if at < ACUTE { FacilityKind::Acute } else { FacilityKind::Rehab };
    let (latitude, longitude) = (48_000_000 + at as i32 * 100_000, 10_000_000);
    Member {
        name: format!("Klinik {id}"),
        facilities: vec![Facility { ik: ik(at), name: format!("Klinik {id}"), site: None, kind, latitude, longitude, place: "Weißenhorn".into() }],
        nodes: vec![Node { id: "1".parse().unwrap(), auth: World::key(&format!("{id} auth")).public(), sign: World::key(&format!("{id} sign")).public(), former_sign: vec![] }],
        id: id.parse().unwrap(),
        relay: false,
        roles: vec![Role::Clinic],
    }
}

/// Returns the network document of a version, without one of the members if so decided.
pub fn document(version: u64, without: Option<usize>) -> NetworkDocument {
    NetworkDocument {
        network: "sim".parse().unwrap(),
        version,
        valid_from: START.minus(Duration::from_secs(86_400)),
        valid_until: START.plus(Duration::from_secs(400 * 86_400)),
        board: vec![World::key("board").public()],
        threshold: 1,
        authorities: vec![],
        members: (0..MEMBERS).filter(|at| Some(*at) != without).map(member).collect(),
        bootstrap: vec![],
        min_protocol: 1,
        catalogues: vec![],
    }
}

/// Returns a member's suspension, signed by the board's only officer.
pub fn suspension(at: usize, from: Timestamp, until: Timestamp) -> Vec<u8> {
    let suspension = Suspension { network: "sim".parse().unwrap(), member: name(at).parse().unwrap(), from, until, reason: SuspensionReason::Malfunction, ends: None };
    let mut signed = MultiSigned::new(verbund_protocol::cbor::write(&suspension));
    signed.add_signature(&suspension.network, Signed::Suspension, &World::key("board"));
    signed.to_bytes()
}

pub fn stated(at: usize, today: Day, free: [u16; 2]) -> Vec<Stated> {
    let of = |which: usize| Stated { name: "Reha".into(), beds: 40, first_day: today, free: vec![free[which]; 45], ..Stated::new(department(at, which)) };
    vec![of(0), of(1)]
}

pub fn person(number: u64) -> Person {
    serde_json::from_value(serde_json::json!({"family": format!("{NAME}{number}"), "given": "Vera", "birth_date": "1951-04-03"})).unwrap()
}

pub fn decision(kind: Kind, recipient: Option<Recipient>, at: Timestamp) -> Decision {
    Decision { kind, given: true, recipient, form: Some("Anlage 1b 2024-03".into()), by: DecidedBy::Patient, how: How::Desk, document: None, at, until: None }
}

pub fn target(at: usize, which: usize) -> Target {
    Target { facility: ik(at), department: DEPARTMENTS[which].parse().unwrap() }
}

pub fn profile(now: Timestamp, answer_in: Duration) -> Inquiry {
    let inquiry: Inquiry = serde_json::from_value(serde_json::json!({
        "variant": "rehab", "basis": "consent", "department": "2300", "age": "70-79", "sex": null, "indication": "locomotor", "icd": "M16", "operation": null,
        "function": {"singer": "supervised", "barthel": null, "mobility": "crutches", "weight_bearing": null, "travel": null}, "earliest": now.day().plus(5), "flexible_days": 3,
        "setting": "inpatient", "region": "80", "single_room": false, "companion": false, "transport": null, "constraints": [], "diet": null, "language": null,
        "payer": "gkv", "approval": "applied", "urgency": null, "answer_by": now, "rare_reason": null
    }))
    .unwrap();
    Inquiry { answer_by: Timestamp(now.plus(answer_in).0 / 60_000 * 60_000), ..inquiry }
}

pub fn offer(date: Day, stay_days: u16, auto_confirm: bool) -> NewOffer {
    NewOffer { department: None, date, stay_days, hold_hours: 2, room: "double".parse().unwrap(), therapies: vec!["physio".parse().unwrap()], auto_confirm }
}
