//! Starting and stopping: cleanly, twice at once, and with the wrong key.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use verbund_node::store::key::{DatabaseKey, KeyFile};
use verbund_tests::town::{Town, programs};

/// SIGTERM leaves no socket and exit code 0; what was waiting is sent after the next start.
#[test]
fn a_clean_stop_leaves_nothing_behind_and_loses_nothing() {
    let mut town = Town::start(3, 60);
    let case = town.discharge(0).case;
    assert_eq!(town.stop(1).code(), Some(0));
    let id = town.inquire(0, case, &[1])[0];
    let socket = town.village.clinics[0].folder.join("control.sock");
    assert!(socket.exists());
    assert_eq!(town.stop(0).code(), Some(0));
    assert!(!socket.exists(), "the socket is gone");
    let nobody = town.verbund(0, &["status"]);
    assert_eq!(nobody.status.code(), Some(3), "no node answers: {}", String::from_utf8_lossy(&nobody.stderr));
    town.restart(0);
    town.restart(1);
    town.await_step(1, id, "requested");
    town.agree(0, 1, id);
}

/// A second node on the same data directory is refused, and the first goes on.
#[test]
fn a_second_node_on_the_same_data_is_refused() {
    let mut town = Town::found(2, 20);
    town.launch(0);
    town.wait_ready(0);
    let second = town.verbund(0, &["run"]);
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(1), "{said}");
    assert!(said.contains("another process works on the data directory") && said.contains("stop it first"), "{said}");
    town.today(0);
}

/// A wrong database key is refused with the key named as the cause; nothing is changed, so the right key still opens it.
#[test]
fn a_wrong_database_key_is_refused() {
    let mut town = Town::found(2, 20);
    town.launch(0);
    town.wait_ready(0);
    assert_eq!(town.stop(0).code(), Some(0));
    let folder = town.village.clinics[0].folder.clone();
    let (key, kept) = (folder.join("identity/database.key"), folder.join("identity/kept.key"));
    std::fs::rename(&key, &kept).unwrap();
    KeyFile::new(&key, &folder.join("data")).unwrap().create(&DatabaseKey::generate().unwrap()).unwrap();
    let refused = town.verbund(0, &["run"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("the key does not open the database") && said.contains("give the key file"), "{said}");
    std::fs::rename(&kept, &key).unwrap();
    town.restart(0);
    town.today(0);
}

/// A demo that is killed leaves no clinics running: each stops cleanly when its parent is gone.
#[test]
fn a_killed_demo_takes_its_clinics_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let village = folder.path().join("demo");
    let mut demo = Command::new(programs().join("verbund")).args(["demo", "--clinics", "2", "--beds", "20", "--dir"]).arg(&village).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(demo.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("2 nodes run")), "the demo starts its nodes");
    demo.kill().unwrap();
    demo.wait().unwrap();
    let logs: Vec<_> = fs::read_dir(&village).unwrap().map(|entry| entry.unwrap().path().join("node.log")).filter(|log| log.exists()).collect();
    assert_eq!(logs.len(), 2);
    let give_up = Instant::now() + Duration::from_secs(60);
    for log in logs {
        while !fs::read_to_string(&log).unwrap().contains("stopped_by_core=false") {
            assert!(Instant::now() < give_up, "{} does not stop", log.display());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
