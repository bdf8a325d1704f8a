//! Golden vectors: the exact bytes that a version wrote, as hexadecimal digits in `vectors/NAME.hex`. One that is there never
//! changes; later versions read it.
#![allow(dead_code, reason = "each of the test programs that include this file uses a part of it")]

use std::{fs, path::PathBuf};

/// Set this variable to have vectors written that are missing.
const WRITE: &str = "VERBUND_WRITE_VECTORS";

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(format!("{name}.hex"))
}

/// Returns the bytes of hexadecimal digits; everything else between them is passed over.
pub fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().filter_map(|c| c.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn hex(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.as_bytes().chunks(100).map(|line| format!("{}\n", String::from_utf8_lossy(line))).collect()
}

/// Returns the bytes of a vector.
pub fn vector(name: &str) -> Vec<u8> {
    unhex(&fs::read_to_string(file(name)).unwrap_or_else(|error| panic!("{}: {error}", file(name).display())))
}

/// Checks that this version writes the very bytes of the vector. A missing one is a failure, unless it is to be written.
pub fn check(name: &str, written: &[u8]) {
    let file = file(name);
    if !file.exists() {
        let advice = format!("{} is missing: run the test once with {WRITE}=1, look at what it wrote, and commit it", file.display());
        assert!(std::env::var_os(WRITE).is_some(), "{advice}");
        fs::write(&file, hex(written)).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
    assert_eq!(hex(written), hex(&vector(name)), "{name}");
}
