//! The pages in `tests/transcripts` are documentation and tests at once.

use std::path::Path;

use verbund_tests::{town, transcript};

/// Every page runs against a cooperative of its own and prints what it says.
#[test]
fn every_transcript_holds() {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("transcripts");
    let mut paths: Vec<_> = pages.read_dir().unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == "md")).collect();
    paths.sort();
    assert!(!paths.is_empty());
    for path in paths {
        let town = town::Town::start(3, 60);
        let steps = transcript::run(&path, town.folder(), &town::programs()).unwrap_or_else(|error| panic!("{error}"));
        assert!(steps > 0, "{} has no commands", path.display());
    }
}
