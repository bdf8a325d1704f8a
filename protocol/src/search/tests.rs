#![allow(clippy::unwrap_used)]

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::{
    capacity::{CapacityRecord, Merged, SignedCapacity},
    id::NetworkId,
    membership::{Facility, FacilityKind, Member, NetworkDocument, Role},
    sign::SecretKey,
};

const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

fn network() -> NetworkId {
    "test".parse().unwrap()
}
fn ik(which: u32) -> Ik {
    Ik::with_check_digit(10_000_000 + which)
}
fn today() -> Day {
    NOW.day()
}

/// `count` members with one facility each, every one 0.1 degrees (11.1 km) north of the one before.
fn document(count: u32) -> NetworkDocument {
    let member = |at: u32| Member {
        id: format!("m{at}").parse().unwrap(),
        name: format!("Member {at}"),
        facilities: vec![Facility {
            ik: ik(at),
            name: format!("Clinic {at}"),
            site: None,
            kind: FacilityKind::Rehab,
            latitude: 48_000_000 + 100_000 * i32::try_from(at % 60).unwrap(),
            longitude: 11_000_000,
            place: "Ort".into(),
        }],
        nodes: vec![],
        relay: false,
        roles: vec![Role::Clinic],
    };
    NetworkDocument {
        network: network(),
        version: 1,
        valid_from: Timestamp(0),
        valid_until: NOW,
        board: vec![],
        threshold: 1,
        authorities: vec![],
        members: (0..count).map(member).collect(),
        bootstrap: vec![],
        min_protocol: 1,
        catalogues: vec![],
    }
}

/// A department of facility `at` that has a place from the second day on and can do everything usual.
fn record(at: u32) -> CapacityRecord {
    CapacityRecord {
        id: DepartmentId { facility: ik(at), department: "2300".parse().unwrap() },
        order: Order { epoch: 1, seq: 1 },
        observed_at: NOW,
        valid_until: NOW.plus(Duration::from_secs(72 * 3600)),
        beds: 40,
        first_day: today(),
        free: [vec![0], vec![2; 27]].concat(),
        settings: vec![Setting::new(1)],
        indications: vec![Ahb::new(4)],
        constraints: vec![Constraint::new(1), Constraint::new(4)],
        payers: vec![Payer::new(1), Payer::new(2)],
        rooms: vec![Room::new(1)],
        languages: vec![Language::new(2)],
        name: "Orthopädie".into(),
    }
}
fn signed(record: CapacityRecord) -> SignedCapacity {
    record.sign(&network(), &SecretKey::from_seed(&[1; 32])).unwrap()
}
fn board(records: impl IntoIterator<Item = CapacityRecord>) -> Board {
    let mut board = Board::new(&document(60));
    for record in records {
        assert_eq!(board.take(signed(record)), Some(Merged::Newer));
    }
    board
}
fn query() -> Query {
    Query { indication: Some(Ahb::new(4)), payer: Some(Payer::new(1)), origin: Coordinates::from_degrees(48.0, 11.0), ..Query::between(today(), today().plus(14)) }
}
fn search(board: &Board, query: &Query) -> Found {
    board.search(query, NOW, &[])
}
fn order(found: &Found) -> Vec<Ik> {
    found.hits.iter().map(|hit| hit.id.facility.clone()).collect()
}
fn excluded(found: &Found) -> Vec<(Reason, u32, u32)> {
    found.excluded.iter().map(|e| (e.reason, e.places, e.alone)).collect()
}

#[test]
fn the_order_is_date_then_distance_then_wishes_and_says_so() {
    let mut late = record(0);
    late.free = [vec![0; 5], vec![1; 20]].concat();
    let board = board([late, record(1), record(3)]);
    // Clinic 0 is at the origin but free four days later: 500 points; clinic 1: 100 + 11 km; clinic 3: 100 + 33 km.
    let found = search(&board, &query());
    assert_eq!(order(&found), [ik(1), ik(3), ik(0)]);
    assert_eq!(found.hits[0].why, [(Why::Wait(1), 100), (Why::Distance(11), 44)]);
    assert_eq!((found.hits[0].points, found.hits[0].free, found.hits[0].earliest), (144, 2, today().plus(1)));
    assert_eq!((found.matching, found.departments), (3, 3));
    let wished = Query { wishes: Wishes { facilities: vec![ik(0)], near: Some((Coordinates::from_degrees(48.3, 11.0).unwrap(), 5)) }, ..query() };
    let found = search(&board, &wished);
    assert_eq!(order(&found), [ik(0), ik(3), ik(1)]);
    assert_eq!(found.hits[0].why, [(Why::Wait(5), 500), (Why::Distance(0), 0), (Why::Named, -1400)]);
    assert_eq!(found.hits[1].why.last(), Some(&(Why::Near(0), -500)));
}

#[test]
fn what_is_left_out_is_counted_by_its_reasons() {
    let with = |at: u32, change: fn(&mut CapacityRecord)| {
        let mut record = record(at);
        change(&mut record);
        record
    };
    let board = board([
        record(0),
        with(1, |r| r.indications = vec![Ahb::new(1)]),
        with(2, |r| r.constraints = vec![Constraint::new(1)]),
        with(3, |r| {
            r.constraints.clear();
            r.payers = vec![Payer::new(2)];
        }),
        with(4, |r| r.free = vec![0; 28]),
        with(5, |r| {
            r.observed_at = NOW.minus(Duration::from_secs(60));
            r.valid_until = NOW;
        }),
        with(6, |r| r.id.department = "0300".parse().unwrap()),
        with(7, |r| r.rooms.clear()),
        with(8, |r| r.languages.clear()),
        with(9, |r| r.settings = vec![Setting::new(2)]),
        record(20),
        record(30),
        record(31),
    ]);
    let query = Query {
        constraints: vec![Constraint::new(1), Constraint::new(4)],
        department: Some("2300".parse().unwrap()),
        room: Some(Room::new(1)),
        languages: vec![Language::new(2), Language::new(1)],
        setting: Some(Setting::new(1)),
        max_km: Some(200),
        ..query()
    };
    let found = board.search(&query, NOW, &[("m30".parse().unwrap(), Barred::Own), ("m31".parse().unwrap(), Barred::NotServing)]);
    assert_eq!(order(&found), [ik(0)]);
    let dialysis = Constraint::new(4);
    assert_eq!(
        excluded(&found),
        [
            (Reason::Constraint(dialysis), 2, 1),
            (Reason::Own, 1, 1),
            (Reason::NotServing, 1, 1),
            (Reason::Expired, 1, 1),
            (Reason::Indication, 1, 1),
            (Reason::Department, 1, 1),
            (Reason::Setting(Setting::new(1)), 1, 1),
            (Reason::Constraint(Constraint::new(1)), 1, 0),
            (Reason::Payer(Payer::new(1)), 1, 0),
            (Reason::Room(Room::new(1)), 1, 1),
            (Reason::Language(Language::new(2)), 1, 1),
            (Reason::Full, 1, 1),
            (Reason::TooFar, 1, 1),
        ]
    );
}

#[test]
fn a_stale_statement_is_grey_and_further_down_and_an_expired_one_is_hidden() {
    let mut old = record(0);
    old.observed_at = NOW.minus(Duration::from_secs(30 * 3600));
    let board = board([old, record(1)]);
    let found = search(&board, &query());
    assert_eq!(order(&found), [ik(1), ik(0)]);
    assert!(!found.hits[0].stale && found.hits[1].stale);
    assert_eq!((found.hits[1].age_s, found.hits[1].why.last()), (30 * 3600, Some(&(Why::Stale(30), 150))));
    let later = NOW.plus(Duration::from_secs(72 * 3600));
    assert_eq!(excluded(&board.search(&query(), later, &[])), [(Reason::Expired, 2, 2)]);
}

#[test]
fn days_outside_the_stated_ones_are_not_promised() {
    let board = board([record(0)]);
    let on = |from: Day, until: Day| search(&board, &Query { from, until, ..query() }).hits.first().map(|hit| hit.earliest);
    assert_eq!(on(today(), today()), None, "nothing is free today");
    assert_eq!(on(today().minus(10), today().plus(1)), Some(today().plus(1)));
    assert_eq!(on(today().plus(27), today().plus(40)), Some(today().plus(27)));
    assert_eq!(on(today().plus(28), today().plus(90)), None);
    assert_eq!(on(today().plus(64), today().plus(90)), None);
    assert_eq!(on(today().plus(1_000), Day(u32::MAX)), None);
}

#[test]
fn codes_of_a_newer_list_are_matched_exactly() {
    // 205 falls onto the same bit as 205 - 128 = 77, constraint 60 onto that of 12.
    let mut newer = record(0);
    newer.indications = vec![Ahb::new(205)];
    newer.constraints = vec![Constraint::new(60)];
    let mut plain = record(1);
    plain.indications = vec![Ahb::new(77)];
    plain.constraints = vec![Constraint::new(12)];
    let board = board([newer, plain]);
    let find =
        |indication: u16, constraint: u16| order(&search(&board, &Query { indication: Some(Ahb::new(indication)), constraints: vec![Constraint::new(constraint)], ..query() }));
    assert_eq!(find(205, 60), [ik(0)]);
    assert_eq!(find(77, 12), [ik(1)]);
    assert_eq!(find(205, 12), []);
    assert_eq!(find(77, 60), []);
}

#[test]
fn who_leaves_the_member_list_leaves_the_board() {
    let mut board = board([record(0), record(59)]);
    let gone = board.set_members(&document(59));
    assert_eq!(gone, [record(59).id]);
    assert_eq!(order(&search(&board, &query())), [ik(0)]);
    assert_eq!((board.len(), board.get(&record(59).id)), (1, None));
}

#[test]
fn a_facility_has_at_most_so_many_departments() {
    let department = |which: usize| CapacityRecord { id: DepartmentId { facility: ik(0), department: format!("{:04}", which).parse().unwrap() }, ..record(0) };
    let mut board = board((0..crate::limits::MAX_DEPARTMENTS).map(department));
    assert_eq!(board.take(signed(department(100))), None);
    assert_eq!(board.take(signed(record(1))), Some(Merged::Newer), "others are not affected");
    assert_eq!(board.take(signed(CapacityRecord { order: Order { epoch: 1, seq: 2 }, ..department(3) })), Some(Merged::Newer));
    assert_eq!(board.of_facility(&ik(0)).count(), crate::limits::MAX_DEPARTMENTS);
}

/// What the search must find, said in the simplest way.
fn plainly(board: &Board, query: &Query) -> Vec<(i32, DepartmentId)> {
    let fits = |r: &CapacityRecord| {
        r.valid_until > NOW
            && query.department.as_ref().is_none_or(|wanted| r.id.department.as_str()[..4] == wanted.as_str()[..4])
            && query.indication.is_none_or(|code| r.indications.contains(&code))
            && query.setting.is_none_or(|code| r.settings.contains(&code))
            && query.payer.is_none_or(|code| r.payers.contains(&code))
            && query.room.is_none_or(|code| r.rooms.contains(&code))
            && query.constraints.iter().all(|code| r.constraints.contains(code))
            && query.languages.iter().all(|code| code.number() == 1 || r.languages.contains(code))
    };
    let mut found = Vec::new();
    for r in board.iter().map(|held| &held.record.record).filter(|r| fits(r)) {
        let Some(day) = (query.from.0..=query.until.0).find(|day| r.free_on(Day(*day)) > 0) else { continue };
        let site = board.sites.iter().position(|site| site.ik == r.id.facility).unwrap();
        let km = crate::place::km_between(&query.origin.unwrap().unit(), &board.sites[site].unit);
        if query.max_km.is_some_and(|max| km > f64::from(max)) {
            continue;
        }
        let stale = NOW.since(r.observed_at) > crate::limits::CAPACITY_STALE;
        let named = query.wishes.facilities.contains(&r.id.facility);
        let sum =
            i32::try_from(day - query.from.0).unwrap() * points::PER_DAY + km.round() as i32 * points::PER_KM + i32::from(stale) * points::STALE + i32::from(named) * points::NAMED;
        found.push((sum, r.id.clone()));
    }
    found.sort();
    found
}

prop_compose! {
    fn any_record()(at in 0..60_u32, department in prop::sample::select(&["2300", "2399", "0300", "2800"]), indication in prop_oneof![1..6_u16, Just(90), Just(133)], constraints in prop::collection::vec(prop_oneof![1..6_u16, Just(49)], 0..5),
        payers in prop::collection::vec(1..4_u16, 0..3), room in 1..4_u16, language in prop_oneof![2..5_u16, Just(99)], setting in 1..3_u16,
        free in prop::collection::vec(0..2_u16, 0..20), first in 0..10_u32, age_h in 0..80_u64) -> CapacityRecord {
        let observed_at = NOW.minus(Duration::from_secs(age_h * 3600));
        CapacityRecord {
            id: DepartmentId { facility: ik(at), department: department.parse().unwrap() },
            observed_at,
            valid_until: observed_at.plus(Duration::from_secs(60 * 3600)),
            first_day: today().plus(first).minus(5),
            free,
            settings: vec![Setting::new(setting)],
            indications: vec![Ahb::new(indication)],
            constraints: constraints.into_iter().map(Constraint::new).collect(),
            payers: payers.into_iter().map(Payer::new).collect(),
            rooms: vec![Room::new(room)],
            languages: vec![Language::new(language)],
            ..record(at)
        }
    }
}
prop_compose! {
    fn any_query()(indication in prop::option::of(prop_oneof![1..6_u16, Just(5), Just(133)]), constraints in prop::collection::vec(prop_oneof![1..3_u16, Just(49)], 0..2), payer in prop::option::of(1..4_u16),
        room in prop::option::of(1..4_u16), language in prop::option::of(prop_oneof![1..4_u16, Just(99)]), setting in prop::option::of(1..3_u16), from in 0..10_u32, span in 0..20_u32,
        max_km in prop::option::of(0..600_u16), named in 0..60_u32, limit in 0..9_usize, department in prop::option::weighted(0.2, Just("2300"))) -> Query {
        Query {
            department: department.map(|key| key.parse().unwrap()),
            indication: indication.map(Ahb::new),
            setting: setting.map(Setting::new),
            constraints: constraints.into_iter().map(Constraint::new).collect(),
            payer: payer.map(Payer::new),
            room: room.map(Room::new),
            languages: language.into_iter().map(Language::new).collect(),
            max_km,
            wishes: Wishes { facilities: vec![ik(named)], near: None },
            limit,
            ..Query { from: today().plus(from), until: today().plus(from + span), ..query() }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// The fast scan finds what the plain one finds, in the same order, and accounts for every department.
    #[test]
    fn the_scan_agrees_with_its_definition(records in prop::collection::vec(any_record(), 0..220), query in any_query()) {
        let mut board = Board::new(&document(60)); // more departments than one word of bits holds
        for record in records {
            board.take(signed(record)).unwrap();
        }
        let found = search(&board, &query);
        let expected = plainly(&board, &query);
        prop_assert_eq!(found.matching as usize, expected.len());
        let points: Vec<i32> = found.hits.iter().map(|hit| hit.points).collect();
        prop_assert_eq!(points, expected.iter().take(query.limit).map(|(points, _)| *points).collect::<Vec<_>>());
        for hit in &found.hits {
            prop_assert!(expected.contains(&(hit.points, hit.id.clone())));
            prop_assert_eq!(hit.why.iter().map(|(_, points)| points).sum::<i32>(), hit.points);
        }
        let most = found.excluded.iter().map(|e| e.places).sum::<u32>();
        prop_assert!(found.excluded.iter().all(|e| e.alone <= e.places && e.places <= found.departments - found.matching));
        prop_assert!(most >= found.departments - found.matching, "every department is shown or counted");
    }
}
