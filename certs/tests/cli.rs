//! The office's command line as its officers use it, seen from outside, with `openssl` as the second opinion.
#![allow(clippy::unwrap_used)]

use std::{
    fs,
    io::Write as _,
    os::unix::fs::MetadataExt as _,
    path::Path,
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;
use verbund_certs::{new_key, testing};
use verbund_protocol::certificate::Purpose;

/// A desk with three board keys on it and an authority founded in `office`.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        for officer in ["anna", "bela", "cara"] {
            desk.ok(&["board-key", "new", "--out", &format!("{officer}.key")]);
        }
        let boards = ["--board", "anna.key.pub", "--board", "bela.key.pub", "--board", "cara.key.pub"];
        desk.ok(&[&["init", "--network", "bayern"][..], &boards].concat());
        desk
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn run(&self, words: &[&str], typed: &str) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_verbund-authority"))
            .args(["--dir", "office"])
            .args(words)
            .current_dir(self.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that reads nothing may have closed its input already.
        let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
        child.wait_with_output().unwrap()
    }

    /// Runs a command that must succeed and returns what it printed.
    fn ok(&self, words: &[&str]) -> String {
        let output = self.run(words, "");
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that must be refused and returns the reason.
    fn refused(&self, words: &[&str]) -> String {
        let output = self.run(words, "");
        assert_eq!(output.status.code(), Some(1), "{words:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    fn request(&self, member: &str, purpose: Purpose) -> String {
        let name = format!("urn:verbund:bayern:{member}:1").parse().unwrap();
        let file = format!("{member}-{purpose}.csr");
        fs::write(self.path().join(&file), testing::request(&name, "Klinikum Müsterstadt", purpose, &new_key())).unwrap();
        file
    }

    /// Issues both certificates of a clinic and lists it in the draft.
    fn admit(&self, member: &str) {
        let certificates = [Purpose::Auth, Purpose::Sign].map(|purpose| {
            let out = format!("{member}-{purpose}.pem");
            self.ok(&["issue", "--csr", &self.request(member, purpose), "--out", &out, "--yes"]);
            out
        });
        self.ok(&["admit", "--member", member, "--auth-cert", &certificates[0], "--sign-cert", &certificates[1]]);
    }

    fn openssl(&self, words: &[&str]) -> Output {
        Command::new("openssl").args(words).current_dir(self.path()).output().expect("openssl is installed")
    }
}

#[test]
fn a_clinic_is_admitted_by_two_of_three_officers() {
    let desk = Desk::new();
    desk.admit("kh-a");
    desk.ok(&["sign", "office/draft.cbor", "--key", "anna.key", "--yes"]);
    assert!(desk.refused(&["publish"]).contains("1 valid signatures of the current board, 2 are needed"));
    fs::copy(desk.path().join("office/draft.cbor"), desk.path().join("stick.cbor")).unwrap();
    desk.ok(&["sign", "stick.cbor", "--key", "bela.key", "--yes"]);
    let said = desk.ok(&["publish", "stick.cbor"]);
    assert!(said.contains("published          office/document-1.cbor"), "{said}");
    assert!(said.contains("kh-a: Klinikum Müsterstadt, node 1, IK none"), "{said}");

    let seen = desk.ok(&["--json", "inspect", "office/document-1.cbor"]);
    let seen: serde_json::Value = serde_json::from_str(&seen).unwrap();
    assert_eq!((seen["version"].as_u64(), seen["signed_by"].as_array().unwrap().len()), (Some(1), 2));
    assert_eq!(seen["members"][0]["id"], "kh-a");
    assert!(desk.refused(&["publish"]).contains("there is no draft"));
}

#[test]
fn openssl_reads_and_verifies_what_is_issued() {
    let desk = Desk::new();
    desk.admit("kh-a");
    let said = |words: &[&str]| String::from_utf8(desk.openssl(words).stdout).unwrap();
    let auth = said(&["x509", "-in", "kh-a-auth.pem", "-noout", "-text"]);
    for line in [
        "Version: 3 (0x2)",
        "Signature Algorithm: ED25519",
        "serialNumber = kh-a",
        "URI:urn:verbund:bayern:kh-a:1, DNS:member.verbund",
        "Digital Signature",
        "TLS Web Server Authentication, TLS Web Client Authentication",
        "X509v3 Authority Key Identifier",
        "X509v3 Subject Key Identifier",
        "CA:FALSE",
    ] {
        assert!(auth.contains(line), "{line} in\n{auth}");
    }
    let sign = said(&["x509", "-in", "kh-a-sign.pem", "-noout", "-text"]);
    assert!(sign.contains("Non Repudiation") && sign.contains("2.25.8016234190554518867.1"), "{sign}");
    assert!(said(&["x509", "-in", "office/ca.pem", "-noout", "-text"]).contains("CA:TRUE, pathlen:0"));

    for purpose in ["sslclient", "sslserver"] {
        assert!(desk.openssl(&["verify", "-purpose", purpose, "-CAfile", "office/ca.pem", "kh-a-auth.pem"]).status.success());
        assert!(!desk.openssl(&["verify", "-purpose", purpose, "-CAfile", "office/ca.pem", "kh-a-sign.pem"]).status.success(), "no TLS with the sign certificate");
    }
    let other = Desk::new();
    fs::copy(other.path().join("office/ca.pem"), desk.path().join("other.pem")).unwrap();
    assert!(!desk.openssl(&["verify", "-CAfile", "other.pem", "kh-a-auth.pem"]).status.success());
    assert!(desk.openssl(&["pkey", "-in", "anna.key", "-noout"]).status.success());
}

#[test]
fn nothing_is_issued_or_signed_without_a_yes() {
    let desk = Desk::new();
    let csr = desk.request("kh-a", Purpose::Auth);
    let words = ["issue", "--csr", &csr, "--out", "a.pem"];
    for typed in ["", "no\n", "y\n"] {
        let output = desk.run(&words, typed);
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).contains("not confirmed, nothing was done"));
    }
    assert!(!desk.path().join("a.pem").exists());
    assert!(desk.ok(&["register"]).contains("issued   none"));
    let asked = desk.run(&words, "yes\n");
    assert!(asked.status.success());
    let shown = String::from_utf8(asked.stderr).unwrap();
    for line in ["a request for a certificate for auth", "member        kh-a", "organization  Klinikum Müsterstadt", "member is     a new member"] {
        assert!(shown.contains(line), "{line} in\n{shown}");
    }
    assert!(!desk.run(&["sign", "office/draft.cbor", "--key", "anna.key"], "no\n").status.success());
}

#[test]
fn a_member_is_suspended_by_one_and_reinstated_by_two() {
    let desk = Desk::new();
    desk.admit("kh-a");
    ["anna.key", "bela.key"].iter().for_each(|key| drop(desk.ok(&["sign", "office/draft.cbor", "--key", key, "--yes"])));
    desk.ok(&["publish"]);
    let said = desk.ok(&["suspend", "kh-a", "--reason", "key-compromise", "--hours", "24", "--key", "cara.key", "--out", "s.cbor"]);
    assert!(said.contains("reason     key-compromise"), "{said}");
    desk.ok(&["reinstate", "kh-a", "--out", "r.cbor"]);
    desk.ok(&["sign", "r.cbor", "--key", "anna.key", "--yes"]);
    assert!(desk.refused(&["take-suspension", "r.cbor"]).contains("1 valid signatures of the current board, 2 needed"));
    desk.ok(&["sign", "r.cbor", "--key", "cara.key", "--yes"]);
    desk.ok(&["take-suspension", "r.cbor"]);
    assert!(desk.refused(&["reinstate", "kh-a", "--out", "again.cbor"]).contains("not suspended"));
}

#[test]
fn a_board_hands_over_with_the_signatures_of_both() {
    let desk = Desk::new();
    let sign = |keys: &[&str]| keys.iter().for_each(|key| drop(desk.ok(&["sign", "office/draft.cbor", "--key", key, "--yes"])));
    sign(&["anna.key", "bela.key"]);
    desk.ok(&["publish"]);
    desk.ok(&["board-key", "new", "--out", "dora.key"]);
    let said = desk.ok(&["rotate-board", "--board", "bela.key.pub", "--board", "cara.key.pub", "--board", "dora.key.pub"]);
    assert!(said.contains("0 of 2 by the present board") && said.contains("0 of 2 by the new board"), "{said}");
    sign(&["cara.key", "dora.key"]);
    assert!(desk.refused(&["publish"]).contains("1 valid signatures of the current board"));
    sign(&["anna.key"]);
    assert!(desk.ok(&["document", "show"]).contains("2 of 2 by the present board"));
    desk.ok(&["publish"]);
    assert!(!desk.ok(&["document", "show"]).contains(desk.ok(&["board-key", "show", "anna.key"]).trim_start_matches("board key").trim()), "anna is off the board");
}

#[test]
fn wrong_words_and_files_are_named() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["suspend", "kh-a", "--reason", "dislike", "--key", "k", "--out", "o"], "").status.code(), Some(2));
    assert_eq!(desk.run(&["suspend", "kh-a", "--reason", "breach", "--hours", "73", "--key", "k", "--out", "o"], "").status.code(), Some(2));
    assert!(desk.refused(&["issue", "--csr", "missing.csr", "--out", "a.pem"]).contains("cannot read missing.csr"));
    assert!(desk.refused(&["issue", "--csr", "anna.key", "--out", "a.pem"]).contains("not a certificate request in PEM"));
    assert!(desk.refused(&["inspect", "anna.key.pub"]).contains("neither PEM"));
    assert!(desk.refused(&["sign", "anna.key", "--key", "bela.key"]).contains("anna.key is nothing a board signs"));
    assert!(desk.refused(&["remove", "kh-z"]).contains("kh-z is not in the member list"));
    assert!(desk.refused(&["rotate-board", "--board", "12"]).contains("64 hexadecimal digits"));
    assert!(desk.refused(&["board-key", "new", "--out", "anna.key"]).contains("exists already"));
    assert!(desk.refused(&["init", "--network", "bayern", "--board", "anna.key.pub", "--threshold", "1"]).contains("exists already"));
    let shown = desk.ok(&["inspect", "anna.key"]);
    assert!(shown.contains("not shown") && !shown.contains("PRIVATE"), "{shown}");
}

#[test]
fn private_keys_are_private() {
    let desk = Desk::new();
    for file in ["anna.key", "office/ca.key"] {
        assert_eq!(fs::metadata(desk.path().join(file)).unwrap().mode() & 0o777, 0o600, "{file}");
    }
    let strays = |dir: &str| fs::read_dir(desk.path().join(dir)).unwrap().filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with('.')).count();
    assert_eq!((strays("."), strays("office")), (0, 0), "no half-written files are left");
}
