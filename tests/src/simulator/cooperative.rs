//! The simulated cooperative: acute hospitals, rehab clinics, and what their staff write down.

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
    id::{DepartmentKey, Ik, MemberId, NetworkId},
    inquiry::{Basis, Inquiry, Variant},
    membership::{Facility, FacilityKind, Member, NetworkDocument, Node, Role, Suspension, SuspensionReason},
    sign::{Kind as Signed, MultiSigned},
    time::{Day, Timestamp},
};

use super::World;

/// When every run begins.
pub const START: Timestamp = Timestamp::from_secs(1_795_000_020);
/// How many members there are of each kind; acute hospitals come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Acute hospitals.
    pub acute: usize,
    /// Rehab clinics.
    pub rehab: usize,
}

impl Size {
    /// The cooperative as it is.
    pub const FULL: Self = Self { acute: 40, rehab: 70 };

    /// Returns how many members there are.
    pub const fn members(self) -> usize {
        self.acute + self.rehab
    }
}

/// Departments of each clinic.
pub const DEPARTMENTS: [&str; 2] = ["2300", "2800"];
/// Every family name begins with this, so that it is found on the wire.
pub const NAME: &str = "Geheimnis";

/// Returns a member's id.
pub fn name(at: usize) -> String {
    format!("clinic-{at:03}")
}
/// Returns the member with this id.
pub fn member_of(id: &MemberId) -> usize {
    id.as_str().trim_start_matches("clinic-").parse().expect("ids are made by `name`")
}
/// Returns the institution number of a member's only facility.
pub fn ik(at: usize) -> Ik {
    Ik::with_check_digit(26_091_000 + at as u32)
}
/// Returns the member with this institution number.
pub fn of_ik(ik: &Ik) -> usize {
    ik.as_str()[..8].parse::<usize>().expect("numbers are made by `ik`") - 26_091_000
}
/// Returns one of a member's departments.
pub fn department(at: usize, which: usize) -> DepartmentId {
    DepartmentId { facility: ik(at), department: key(which) }
}

fn key(which: usize) -> DepartmentKey {
    DEPARTMENTS[which].parse().expect("a department's key")
}

fn member(size: Size, at: usize) -> Member {
    let id = name(at);
    let kind = if at < size.acute { FacilityKind::Acute } else { FacilityKind::Rehab };
    let (latitude, longitude) = (48_000_000 + at as i32 * 100_000, 10_000_000);
    Member {
        name: format!("Klinik {id}"),
        facilities: vec![Facility { ik: ik(at), name: format!("Klinik {id}"), site: None, kind, latitude, longitude, place: "Weißenhorn".into() }],
        nodes: vec![Node {
            id: "1".parse().expect("a node id"),
            auth: World::key(&format!("{id} auth")).public(),
            sign: World::key(&format!("{id} sign")).public(),
            former_sign: vec![],
        }],
        id: id.parse().expect("a member id"),
        relay: false,
        roles: vec![Role::Clinic],
    }
}

/// Returns the network's id.
pub fn network() -> NetworkId {
    "sim".parse().expect("a network id")
}

/// Returns the network document of a version, without one of the members if so decided.
pub fn document(size: Size, version: u64, without: Option<usize>) -> NetworkDocument {
    NetworkDocument {
        network: network(),
        version,
        valid_from: START.minus(Duration::from_secs(86_400)),
        valid_until: START.plus(Duration::from_secs(400 * 86_400)),
        board: vec![World::key("board").public()],
        threshold: 1,
        authorities: vec![],
        members: (0..size.members()).filter(|at| Some(*at) != without).map(|at| member(size, at)).collect(),
        bootstrap: vec![],
        min_protocol: 1,
        catalogues: vec![],
    }
}

/// Returns a member's suspension, signed by the board's only officer.
pub fn suspension(at: usize, from: Timestamp, until: Timestamp) -> Vec<u8> {
    let suspension = Suspension { network: network(), member: name(at).parse().expect("a member id"), from, until, reason: SuspensionReason::Malfunction, ends: None };
    let mut signed = MultiSigned::new(verbund_protocol::cbor::write(&suspension));
    signed.add_signature(&suspension.network, Signed::Suspension, &World::key("board"));
    signed.to_bytes()
}

/// Returns what a clinic states about both departments, in which so many places are free every day.
pub fn stated(at: usize, today: Day, free: [u16; 2]) -> Vec<Stated> {
    let of = |which: usize| Stated { name: "Reha".into(), beds: 40, first_day: today, free: vec![free[which]; 45], ..Stated::new(department(at, which)) };
    vec![of(0), of(1)]
}

/// Returns a patient.
pub fn person(number: u64) -> Person {
    serde_json::from_value(serde_json::json!({"family": format!("{NAME}{number}"), "given": "Vera", "birth_date": "1951-04-03"})).expect("a person")
}

/// Returns a decision of the patient, or of a physician where nobody could be asked.
pub fn decision(kind: Kind, recipient: Option<Recipient>, at: Timestamp) -> Decision {
    let by = match kind {
        Kind::TreatmentNecessity => DecidedBy::Physician { name: "Dr. Sim".into(), reason: "specialty".into() },
        Kind::DischargeManagement | Kind::IdentifiedRelease | Kind::DocumentHandoff => DecidedBy::Patient,
    };
    Decision { kind, given: true, recipient, named: None, form: Some("Anlage 1b 2024-03".into()), by, how: How::Desk, document: None, at, until: None }
}

/// Returns a clinic's department as the target of an inquiry.
pub fn target(at: usize, which: usize) -> Target {
    Target { facility: ik(at), department: key(which) }
}

/// Returns what an inquiry for rehabilitation says.
pub fn profile(now: Timestamp, answer_in: Duration) -> Inquiry {
    let inquiry: Inquiry = serde_json::from_value(serde_json::json!({
        "variant": "rehab", "basis": "consent", "department": "2300", "age": "70-79", "sex": null, "indication": "locomotor", "icd": "M16", "operation": null,
        "function": {"singer": "supervised", "barthel": null, "mobility": "crutches", "weight_bearing": null, "travel": null}, "earliest": now.day().plus(5), "flexible_days": 3,
        "setting": "inpatient", "region": "80", "single_room": false, "companion": false, "transport": null, "constraints": [], "diet": null, "language": null,
        "payer": "gkv", "approval": "applied", "urgency": null, "answer_by": now, "rare_reason": null
    }))
    .expect("an inquiry");
    Inquiry { answer_by: Timestamp(now.plus(answer_in).0 / 60_000 * 60_000), ..inquiry }
}

/// Returns what an inquiry for a transfer to another acute hospital says: nobody could be asked.
pub fn transfer(now: Timestamp, answer_in: Duration) -> Inquiry {
    let necessity = Basis::Necessity("specialty".parse().expect("a code"));
    Inquiry { variant: Variant::Transfer, basis: necessity, indication: "acute".parse().expect("a code"), ..profile(now, answer_in) }
}

/// Returns an offer.
pub fn offer(date: Day, stay_days: u16, auto_confirm: bool) -> NewOffer {
    NewOffer { department: None, date, stay_days, hold_hours: 2, room: "double".parse().expect("a code"), therapies: vec!["physio".parse().expect("a code")], auto_confirm }
}
