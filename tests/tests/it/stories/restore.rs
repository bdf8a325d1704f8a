//! A clinic loses its disk, restores yesterday's backup, and gets back from the others what happened since.

use std::{fs, path::PathBuf, process::Command as Program};

use verbund_node::{
    control::{
        Command, audit,
        backup::{Command as Safe, Reply},
        referral,
    },
    workflow::overview::Detail,
};
use verbund_protocol::id::ConversationId;
use verbund_tests::{
    people::eventually,
    town::{Town, programs},
};

const ASKER: usize = 0;
const OWNER: usize = 2;

/// Makes a backup of a running clinic.
fn back_up(town: &mut Town, at: usize) -> PathBuf {
    let target = town.folder().join(format!("backup-{at}"));
    let reply = town.told(at, Command::Backup(Safe::Make(target)));
    let Reply::Made(made) = reply else { panic!("another reply: {reply:?}") };
    assert!(made.missing.is_empty());
    made.target
}

/// Kills a clinic, loses its data directory, restores the backup with the program as an operator does, and starts the node again.
fn lose_and_restore(town: &mut Town, at: usize, backup: &PathBuf) {
    town.kill(at);
    let clinic = &town.village.clinics[at];
    fs::remove_dir_all(clinic.folder.join("data")).unwrap();
    let done = Program::new(programs().join("verbund")).arg("--config").arg(clinic.config()).arg("restore").arg(backup).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    town.restart(at);
}

fn await_recovered(town: &mut Town, at: usize) {
    eventually("every member has given back what it holds", || {
        let reply = town.told(at, Command::Backup(Safe::Recovery));
        let Reply::Recovery(progress) = reply else { panic!("another reply: {reply:?}") };
        if progress.since.is_none() { Ok(()) } else { Err(format!("{progress:?}")) }
    });
}

/// A person has looked at what came back.
fn looked_at(town: &mut Town, at: usize, id: ConversationId) {
    assert_eq!(town.show(at, id).unwrap().summary.trouble.as_deref(), Some("restored"));
    let _: referral::Reply = town.told(at, Command::Referral(Box::new(referral::Command::Settle(id))));
}

fn all_is_well(town: &mut Town, at: usize) {
    let reply = town.told(at, Command::Backup(Safe::Check));
    let Reply::Checked(integrity) = reply else { panic!("another reply: {reply:?}") };
    assert!(integrity.is_good(), "{integrity:?}");
    let reply = town.told(at, Command::Audit(audit::Command::Verify { with_peers: true }));
    let audit::Reply::Verified(verified) = reply else { panic!("another reply: {reply:?}") };
    assert!(verified.is_good(), "an honest restore is not taken for a lie: {verified:?}");
    assert!(verified.peers.iter().all(|peer| peer.found.is_some()), "{verified:?}");
}

/// The asking clinic's backup knows of an offer; the choice, its confirmation and the referral were made later.
#[test]
fn a_restored_asker_goes_on_where_it_was() {
    let mut town = Town::start(3, 60);
    town.publish(OWNER, town.department(OWNER), 2).unwrap();
    let discharge = town.discharge(ASKER);
    town.release(ASKER, discharge.patient, OWNER);
    let id = town.inquire(ASKER, discharge.case, &[OWNER])[0];
    town.await_step(OWNER, id, "requested");
    town.offer(OWNER, id, true);
    town.await_step(ASKER, id, "offered");
    let document = town.add_document(ASKER, discharge.patient, b"%PDF-1.7\n a letter");
    let backup = back_up(&mut town, ASKER);
    town.choose(ASKER, id);
    town.await_step(ASKER, id, "confirmed");
    town.refer(ASKER, id, vec![document]);
    town.await_step(OWNER, id, "referred");
    let before = town.agree(ASKER, OWNER, id);

    lose_and_restore(&mut town, ASKER, &backup);
    await_recovered(&mut town, ASKER);
    looked_at(&mut town, ASKER, id);
    let after = town.agree(ASKER, OWNER, id);
    let digests = |detail: &Detail| detail.messages.iter().map(|line| (line.digest, line.outcome.clone())).collect::<Vec<_>>();
    assert_eq!(digests(&after), digests(&before));
    town.accept(OWNER, id);
    town.await_step(ASKER, id, "accepted");
    town.agree(ASKER, OWNER, id);
    all_is_well(&mut town, ASKER);
}

/// The owner's backup does not know that it has promised its only place: the promise holds, and the place is not promised again.
#[test]
fn a_restored_owner_keeps_its_word() {
    let mut town = Town::start(3, 60);
    town.publish(OWNER, town.department(OWNER), 1).unwrap();
    let discharge = town.discharge(ASKER);
    town.release(ASKER, discharge.patient, OWNER);
    let id = town.inquire(ASKER, discharge.case, &[OWNER])[0];
    town.await_step(OWNER, id, "requested");
    let backup = back_up(&mut town, OWNER);
    town.offer(OWNER, id, false);
    town.await_step(ASKER, id, "offered");

    lose_and_restore(&mut town, OWNER, &backup);
    await_recovered(&mut town, OWNER);
    looked_at(&mut town, OWNER, id);
    let second = town.discharge(ASKER);
    let other = town.inquire(ASKER, second.case, &[OWNER])[0];
    town.await_step(OWNER, other, "requested");
    let offer =
        serde_json::json!({"department": null, "date": town.today(OWNER).plus(10), "stay_days": 14, "hold_hours": 48, "room": "double", "therapies": [], "auto_confirm": false});
    let offer = referral::Command::Offer { id: other, offer: serde_json::from_value(offer).unwrap() };
    let refused = town.ask::<serde_json::Value>(OWNER, &Command::Referral(Box::new(offer))).unwrap_err();
    assert!(refused.to_string().contains("place"), "{refused}");
    town.choose(ASKER, id);
    town.await_step(OWNER, id, "chosen");
    town.confirm(OWNER, id);
    town.await_step(ASKER, id, "confirmed");
    town.agree(ASKER, OWNER, id);
    all_is_well(&mut town, OWNER);
}
