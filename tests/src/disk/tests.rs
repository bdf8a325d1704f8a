#![allow(clippy::unwrap_used)]

use verbund_node::store::{integrity, meta};
use verbund_protocol::time::Timestamp;

use super::*;

const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

fn key() -> DatabaseKey {
    DatabaseKey::from_bytes([7; 32])
}

/// Gives out one order number durably.
fn count(store: &Store) -> Result<u64, StoreError> {
    store.write(|db| meta::next_order(db, "test")).map(|order| order.seq)
}

fn counted(store: &Store) -> u64 {
    count(store).unwrap() - 1
}

#[test]
fn what_was_acknowledged_survives_every_crash_point() {
    for key in [None, Some(key())] {
        let disk = Disk::new(1);
        let store = disk.store(key.as_ref()).unwrap();
        assert_eq!(count(&store).unwrap(), 1);
        assert_eq!(count(&store).unwrap(), 2);
        drop(store);
        // As many operations as the commit below takes when nothing stops it.
        let whole = Disk::of(&disk.image(), 0);
        let store = whole.store(key.as_ref()).unwrap();
        let before = whole.operations();
        assert_eq!(count(&store).unwrap(), 3);
        let operations = whole.operations() - before;
        assert!(operations >= 2, "a commit writes and syncs");
        drop(store);
        let (mut lost, mut kept) = (0, 0);
        for seed in 0..8 {
            for stop in 0..=operations {
                let disk = Disk::of(&disk.image(), seed);
                let store = disk.store(key.as_ref()).unwrap();
                disk.stop_after(stop);
                let acknowledged = count(&store).is_ok();
                let losses = disk.power_cut();
                drop(store);
                let store = disk.store(key.as_ref()).unwrap();
                let found = counted(&store);
                assert!(found == 3 || (found == 2 && !acknowledged), "stopped after {stop} of {operations}: {found}, {losses:?}");
                (lost, kept) = (lost + losses.dropped + losses.torn, kept + u64::from(found == 3));
            }
        }
        assert!(lost > 0 && kept > 0, "some power cuts strike before the sync, some after it");
    }
}

#[test]
fn a_killed_process_keeps_what_it_wrote_and_its_connection_is_dead() {
    let disk = Disk::new(2);
    let store = disk.store(None).unwrap();
    assert_eq!(count(&store).unwrap(), 1);
    disk.kill();
    assert!(matches!(count(&store), Err(StoreError::Io(_) | StoreError::Fsync(_))));
    drop(store);
    assert_eq!(counted(&disk.store(None).unwrap()), 1);
}

#[test]
fn a_failed_sync_is_fatal_and_a_full_disk_is_not() {
    let disk = Disk::new(3);
    let store = disk.store(None).unwrap();
    assert_eq!(count(&store).unwrap(), 1);
    disk.limit(Some(0));
    let full = (0..2_000).find_map(|_| store.write(|db| meta::started(db, &"x".repeat(2_000), NOW)).err());
    assert!(matches!(full, Some(StoreError::Full)), "{full:?}");
    assert!(disk.refused() > 0);
    disk.limit(None);
    assert_eq!(count(&store).unwrap(), 2);
    disk.fail_syncs(true);
    assert!(count(&store).is_err_and(|error| error.is_fatal()));
    assert_eq!(disk.failed_syncs(), 1);
}

#[test]
fn a_store_with_a_key_notices_a_flipped_bit() {
    let disk = Disk::new(4);
    drop(disk.store(Some(&key())).unwrap());
    assert_eq!(disk.rot(64), 64);
    let found = disk.store(Some(&key())).and_then(|store| integrity::pages(store.db()));
    assert!(!found.as_ref().is_ok_and(Vec::is_empty), "{found:?}");
}

#[test]
fn the_same_seed_loses_the_same() {
    let lost = |seed| {
        let disk = Disk::new(seed);
        let store = disk.store(None).unwrap();
        (0..9).for_each(|_| drop(count(&store)));
        disk.stop_after(2); // the log is written, not synced
        (0..9).for_each(|_| drop(count(&store)));
        let losses = disk.power_cut();
        drop(store);
        (losses, counted(&disk.store(None).unwrap()))
    };
    assert_eq!(lost(5), lost(5));
    assert!((6..40).any(|seed| lost(seed) != lost(5)), "other seeds, other losses");
}
