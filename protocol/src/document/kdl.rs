//! The document types this Verbund uses: an extract of the Klinische Dokumentenklassen-Liste
//! (<http://dvmd.de/fhir/CodeSystem/kdl>, DVMD, edition 2026) as versioned data, not as code.
//!
//! A received document whose type is not in the extract is kept and shown by its code: the sender may run a newer one.

use std::sync::LazyLock;

use crate::{id::KdlCode, time::Day};

/// One document type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The code.
    pub code: KdlCode,
    /// First day on which new documents may carry it.
    pub valid_from: Day,
    /// What people call it here; not the list's official wording.
    pub label: &'static str,
}

/// Fields separated by semicolons: code, first valid day, label.
const TABLE: &str = include_str!("kdl.csv");

/// Returns all types, in the order of their codes.
pub fn entries() -> &'static [Entry] {
    static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| TABLE.lines().filter_map(entry).collect());
    &ENTRIES
}

fn entry(line: &'static str) -> Option<Entry> {
    let mut fields = line.splitn(3, ';');
    Some(Entry { code: fields.next()?.parse().ok()?, valid_from: fields.next()?.parse().ok()?, label: fields.next()? })
}

/// Returns the entry of `code`, if the extract has it and it is valid on `day`.
pub fn find(code: &KdlCode, day: Day) -> Option<&'static Entry> {
    entries().iter().find(|entry| entry.code == *code && entry.valid_from <= day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole_and_sorted() {
        assert_eq!(entries().len(), TABLE.lines().count());
        assert!(entries().windows(2).all(|pair| pair[0].code < pair[1].code));
    }

    #[test]
    fn a_type_counts_from_its_first_day() {
        let code: KdlCode = "AD010115".parse().unwrap();
        assert_eq!(find(&code, "2026-11-23".parse().unwrap()).map(|entry| entry.label), Some("discharge report"));
        assert_eq!(find(&code, "2020-01-01".parse().unwrap()), None);
        assert_eq!(find(&"ZZ999999".parse().unwrap(), "2026-11-23".parse().unwrap()), None);
    }

    #[test]
    fn the_shape_of_a_code() {
        for bad in ["", "A", "ad010115", "AD01011", "AD0101155", "AD01011x", "Ä0010115"] {
            assert!(bad.parse::<KdlCode>().is_err(), "{bad}");
        }
    }
}
