//! Where no name may be: searched for a name that nobody bears, in everything that browsers ask for, nodes log and tell, and other clinics keep.

use verbund_tests::{chromium::Window, town::Town};

use super::{CANARY, House};

/// What says who somebody is: her name, and how her birth date is written.
const SAYS_WHO: [&str; 4] = [CANARY, "1951-04-03", "3.4.1951", "03.04.1951"];

fn names(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase();
    SAYS_WHO.into_iter().find(|word| text.contains(&word.to_lowercase()))
}

/// No address that a browser asked for says who somebody is.
pub(super) async fn in_no_address(window: &Window) {
    let addresses = window.addresses().await;
    assert!(addresses.iter().filter(|address| address.contains("/live")).count() > 0 && addresses.len() > 20, "the browser's addresses are known: {addresses:?}");
    for address in addresses {
        assert_eq!(names(&address), None, "{address}");
    }
}

/// Nothing that a node logged, or tells those who look after it, says who somebody is.
pub(super) fn in_nothing_told(town: &mut Town, at: usize) {
    let log = town.node(at).log();
    assert!(log.contains("TRACE"), "the node says all it can: {log}");
    let line = log.lines().find(|line| names(line).is_some());
    assert_eq!(line, None, "the log of clinic {at}");
    for command in
        [&["status", "--json"][..], &["doctor", "--json"], &["audit", "list", "--limit", "1000"], &["membership", "list"], &["referral", "queues"], &["document", "status"]]
    {
        let done = town.verbund(at, command);
        let told = [done.stdout, done.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
        assert!(!told.is_empty() && names(&told).is_none(), "{command:?} of clinic {at}: {told}");
    }
}

/// Returns the tables of a stopped clinic's database that say who somebody is, among them all that came from other clinics.
pub(super) fn tables(house: &mut House, at: usize) -> Vec<String> {
    house.town.stop(at);
    let before = std::mem::replace(&mut house.at, at);
    let mut found = Vec::new();
    house.open(|db| {
        let mut tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").unwrap();
        let tables: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert!(tables.iter().any(|name| name == "capacity") && tables.len() > 30, "{tables:?}");
        for table in tables {
            let mut all = db.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
            let columns = all.column_count();
            let mut rows = all.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                let holds = |column: usize| row.get_ref(column).unwrap().as_bytes().is_ok_and(|bytes| names(&String::from_utf8_lossy(bytes)).is_some());
                if (0..columns).any(holds) && !found.contains(&table) {
                    found.push(table.clone());
                }
            }
        }
    });
    house.at = before;
    found
}
