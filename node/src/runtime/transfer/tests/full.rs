//! Documents on a disk that is really full: a small file system of the test's own, in a namespace of the test's own.

use std::{path::Path, process::Command};

use super::{clinic::SMALL_DISK, *};
use crate::store::blob::BlobError;

/// Room on the small disk: half of a document of [`large`].
const ROOM: usize = RANGES / 2 * DOCUMENT_RANGE;
/// This test's name, for running it once more inside.
const INSIDE: &str = "runtime::transfer::tests::full::a_full_disk_refuses_documents_and_a_transfer_goes_on_when_there_is_room";

/// Runs this test once more where `folder` is a file system of `bytes`. Needs no rights where users may make namespaces.
fn inside_a_small_disk(folder: &Path, bytes: usize) {
    const SETUP: &str = "mount -t tmpfs -o size=$1,mode=700 none \"$2\" && exec \"$3\" --exact \"$4\" --nocapture";
    let mut program = Command::new("unshare");
    program.args(["--user", "--map-root-user", "--mount", "--", "sh", "-c", SETUP, "sh", &bytes.to_string()]);
    let done = program.arg(folder).arg(std::env::current_exe().unwrap()).arg(INSIDE).env(SMALL_DISK, folder).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(
        done.status.success() && said.contains("1 passed"),
        "{said}\nthis test needs a mount namespace: allow it (sysctl kernel.unprivileged_userns_clone=1, in a container --security-opt seccomp=unconfined), \
         run as root, or leave it out: scripts/test --without-netns"
    );
}

/// A document that does not fit is refused and leaves nothing; one that is being received keeps what has arrived and goes on from
/// there when there is room.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_documents_and_a_transfer_goes_on_when_there_is_room() {
    let Some(folder) = std::env::var_os(SMALL_DISK) else {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("documents");
        std::fs::create_dir(&folder).unwrap();
        return inside_a_small_disk(&folder, ROOM + 2 * large().len());
    };
    // Of the small disk, so much is taken that half of the document has room.
    let ballast = Path::new(&folder).join("ballast");
    std::fs::write(&ballast, vec![0; 2 * large().len()]).unwrap();
    let (akut, reha) = joined();
    let bytes = large();
    let document = akut.add(&bytes).await;

    let refused = reha.try_add(&bytes).await;
    assert!(matches!(refused, Err(BlobError::Full)), "{refused:?}");
    assert_eq!(reha.names(), ["ballast"], "nothing is half-written");

    let received = akut.hand_to(&reha, &[document]).await[0];
    reha.start();
    assert_eq!(reha.trouble(received).await, "disk-full");
    let here = reha.parts_here(received).await;
    assert!((1..RANGES).contains(&here), "{here} ranges had room, and stay");
    assert!(!reha.names().iter().any(|name| name.len() == 64), "{:?}", reha.names());

    std::fs::remove_file(ballast).unwrap();
    let asked = reha.asked.load(Ordering::SeqCst);
    reha.set_clock(NOW.plus(RETRY_MAX));
    reha.transfers.fetch();
    reha.until(received, State::Held).await;
    assert_eq!(reha.asked.load(Ordering::SeqCst) - asked, RANGES - here, "only what was missing is fetched");
    assert_eq!(reha.read(received).await, bytes);
    reha.try_add(&pdf(100_000)).await.unwrap();
}
