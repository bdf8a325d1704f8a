//! Documents between real processes: handed over, killed in the middle on either side, withdrawn in the middle.

use std::{
    fs::File,
    io::{Read, Write as _},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use verbund_node::{
    control::{
        Command,
        client::ClientError,
        document::{Command as Ask, Reply, Shown},
    },
    store::document::State,
};
use verbund_protocol::{
    id::LocalId,
    limits::{DOCUMENT_RANGE, MAX_DOCUMENT_LOSS, RANGES_IN_FLIGHT},
};
use verbund_tests::town::Town;

const AKUT: usize = 0;
const REHA: usize = 1;
/// Most memory a node may have taken while it moved a document, however large that was, MiB.
const MOST_MEMORY: f64 = 200.0;

/// Large enough that a test sees a transfer in its middle; `scripts/test --large` makes it 2 GiB.
fn large() -> u64 {
    if std::env::var_os("VERBUND_TEST_LARGE").is_some() { 2 << 30 } else { 384 << 20 }
}

/// Two clinics, a patient of the first, and her consent that documents go to the second.
struct Story {
    town: Town,
    patient: LocalId,
    consent: LocalId,
}

fn command(value: Value) -> Command {
    serde_json::from_value(value).unwrap()
}

impl Story {
    fn begin() -> Self {
        let mut town = Town::start(2, 40);
        let person = json!({"family": "Beispiel", "given": "Anna", "birth_date": "1951-04-03", "insurance": "GKV", "gender": "female"});
        let patient: Value = town.ask(AKUT, &command(json!({"area": "patient", "do": {"add": person}}))).unwrap();
        let patient: LocalId = serde_json::from_value(patient["added"]["id"].clone()).unwrap();
        let reha = &town.village.clinics[REHA].plan;
        let recipient = json!({"member": reha.member, "facility": reha.facility.ik});
        let now = verbund_node::runtime::service::now();
        let decision = json!({"kind": "document-handoff", "given": true, "recipient": recipient, "form": "Einwilligung 2026-01", "by": "patient", "how": "desk", "document": null, "at": now, "until": null});
        let consent: Value = town.ask(AKUT, &command(json!({"area": "consent", "do": {"record": {"patient": patient, "decision": decision}}}))).unwrap();
        let consent = serde_json::from_value(consent["recorded"]["id"].clone()).unwrap();
        Self { town, patient, consent }
    }

    fn add(&mut self, size: u64, seed: u64) -> LocalId {
        let new = json!({"patient": self.patient, "kind": "AD010115", "title": "Entlassungsbericht", "size": size, "extension": "pdf"});
        let mut client = self.town.client(AKUT);
        client.send(&command(json!({"area": "document", "do": {"add": new}}))).unwrap();
        client.send_bytes(&mut Pdf::new(seed), size).unwrap();
        let reply = client.answer().unwrap();
        let Reply::Added(added) = reply else { panic!("another reply: {reply:?}") };
        added.id
    }

    /// Hands a document over and returns its name at the other clinic.
    fn hand_over(&mut self, document: LocalId) -> LocalId {
        let known = self.received();
        let to = self.town.village.clinics[REHA].plan.facility.ik.clone();
        let handoff = json!({"alone": {"patient": self.patient, "from": null, "to": to, "documents": [document]}});
        let _: Value = self.town.ask(AKUT, &command(json!({"area": "document", "do": {"handoff": handoff}}))).unwrap();
        watch("the offer to arrive", || self.received().into_iter().find(|id| !known.contains(id)))
    }

    fn received(&mut self) -> Vec<LocalId> {
        self.town.documents_of(REHA, None, None, true).into_iter().map(|shown| shown.id).collect()
    }

    fn show(&mut self, at: usize, id: LocalId) -> Shown {
        let reply = self.town.ask(at, &Command::Document(Ask::Show(id))).unwrap();
        let Reply::Shown(shown) = reply else { panic!("another reply: {reply:?}") };
        *shown
    }

    /// Waits until at least `bytes` have arrived and returns how many had.
    fn reaches(&mut self, id: LocalId, bytes: u64) -> u64 {
        watch("the transfer to come so far", || {
            let shown = self.show(REHA, id);
            assert_eq!(shown.state, State::Arriving, "it was over before it could be seen in its middle");
            shown.progress.map(|progress| progress.here).filter(|here| *here >= bytes)
        })
    }

    fn until(&mut self, id: LocalId, state: State) -> Shown {
        watch("the document to stand so", || {
            let shown = self.show(REHA, id);
            (shown.state == state).then_some(shown)
        })
    }

    /// Reads a document at the second clinic and compares it with what was added.
    fn compare(&mut self, id: LocalId, size: u64, seed: u64) {
        let mut client = self.town.client(REHA);
        let reply = client.ask(&Command::Document(Ask::Export(id))).unwrap();
        let Reply::Exported(shown) = reply else { panic!("another reply: {reply:?}") };
        assert_eq!(shown.size, Some(size));
        client.receive_bytes(&mut Compare(Pdf::new(seed)), size).unwrap();
    }

    fn files(&self, at: usize) -> Vec<PathBuf> {
        let folder = self.town.village.clinics[at].folder.join("data/documents");
        folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect()
    }
}

/// Asks again until there is an answer; five minutes are an end.
fn watch<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(300);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "waited five minutes for {what}");
        std::thread::yield_now();
    }
}

/// Something that begins like a PDF and in which no two MiB are alike.
struct Pdf {
    at: u64,
    seed: u64,
}

impl Pdf {
    fn new(seed: u64) -> Self {
        Self { at: 0, seed }
    }
}

impl Read for Pdf {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        const HEAD: &[u8; 8] = b"%PDF-1.7";
        let mut rest = &mut *out;
        while !rest.is_empty() {
            // Which bytes come depends on where they stand alone, however they are asked for.
            let from = (self.at % 8) as usize;
            let start = self.at - from as u64;
            let word = if start == 0 { *HEAD } else { (start ^ self.seed).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes() };
            let count = rest.len().min(8 - from);
            rest[..count].copy_from_slice(&word[from..from + count]);
            self.at += count as u64;
            rest = &mut rest[count..];
        }
        Ok(out.len())
    }
}

/// Takes what arrives and fails at the first byte that differs.
struct Compare(Pdf);

impl std::io::Write for Compare {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut expected = vec![0; bytes.len()];
        self.0.read_exact(&mut expected)?;
        if expected == bytes { Ok(bytes.len()) } else { Err(std::io::Error::other("other bytes than were added")) }
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_bytes_of_a_made_up_document_do_not_depend_on_how_they_are_read() {
    let mut whole = vec![0; 4_000];
    Pdf::new(9).read_exact(&mut whole).unwrap();
    let (mut parts, mut source) = (Vec::new(), Pdf::new(9));
    for length in (1..).take(80) {
        let mut part = vec![0; length];
        source.read_exact(&mut part).unwrap();
        parts.extend(part);
    }
    assert_eq!(whole[..parts.len()], parts);
}

/// Bytes that may be fetched a second time after a kill: what was in flight, and the promised most beyond it.
const AGAIN: u64 = MAX_DOCUMENT_LOSS + (RANGES_IN_FLIGHT * DOCUMENT_RANGE) as u64;

#[test]
fn a_transfer_survives_kill_9_of_either_side() {
    let mut story = Story::begin();
    let document = story.add(large(), 1);
    let received = story.hand_over(document);

    let before = story.reaches(received, 32 << 20);
    story.town.kill(REHA);
    let part = story.files(REHA).into_iter().find(|path| path.extension().is_some_and(|e| e == "part"));
    assert!(part.is_some(), "killed in the middle");
    story.town.restart(REHA);
    let after = story.reaches(received, 1);
    assert!(after + AGAIN >= before, "of {before} bytes only {after} were still there");

    let before = story.reaches(received, after + (32 << 20));
    story.town.kill(AKUT);
    story.town.restart(AKUT);
    story.until(received, State::Held);
    assert!(before < large());
    story.compare(received, large(), 1);
    assert_eq!(story.files(REHA).len(), 1, "nothing half-written remains");
    for at in [AKUT, REHA] {
        let taken = story.town.node(at).resident_mib().unwrap();
        assert!(taken < MOST_MEMORY, "a document of {} MiB took {taken} MiB of memory", large() >> 20);
    }
}

#[test]
fn taking_the_consent_back_stops_a_running_transfer() {
    let mut story = Story::begin();
    let document = story.add(large(), 2);
    let received = story.hand_over(document);
    story.reaches(received, 16 << 20);
    let _: Value = story.town.ask(AKUT, &command(json!({"area": "consent", "do": {"revoke": story.consent}}))).unwrap();
    let ended = story.until(received, State::Withdrawn);
    assert_eq!(ended.title, None, "what it was is erased with its key");
    watch("the part to be removed", || story.files(REHA).is_empty().then_some(()));
    let given = story.show(AKUT, document).given;
    assert!(given.iter().all(|grant| grant.revoked_at.is_some()));
    let refused = story.town.ask::<Reply>(REHA, &Command::Document(Ask::Export(received))).unwrap_err();
    assert!(matches!(refused, ClientError::Refused(refusal) if refusal.code == "withdrawn"));
}

#[test]
fn what_is_refused_leaves_nothing_behind_and_says_why() {
    let mut story = Story::begin();
    let folder = story.town.place().to_owned();
    let run = |file: &Path, more: &[&str], story: &Story| {
        let mut program = std::process::Command::new(verbund_tests::town::programs().join("verbund"));
        program.arg("--config").arg(story.town.village.clinics[AKUT].config()).args(["document", "add"]).arg(file);
        program.args(["--patient", &story.patient.to_string(), "--kind", "AD010115", "--title", "Bericht"]).args(more);
        let output = program.output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        File::create(&path).unwrap().write_all(bytes).unwrap();
        path
    };
    for (name, bytes, says) in [
        ("script.pdf", &b"#!/bin/sh\nrm -rf /\n"[..], "a script"),
        ("letter.png", b"%PDF-1.7\n", "extension"),
        ("empty.pdf", b"", "empty"),
        ("page.txt", b"<html><script>x</script></html>", "a web page"),
        ("bundle.zip", b"PK\x03\x04\x14\0\0\0\x08\0", "archives"),
    ] {
        let (done, said) = run(&file(name, bytes), &[], &story);
        assert!(!done && said.contains(says) && said.contains("remedy"), "{name}: {said}");
        assert!(!said.contains("Beispiel"));
    }
    let (done, said) = run(&folder.join("nowhere.pdf"), &[], &story);
    assert!(!done && said.contains("cannot read"), "{said}");
    assert!(story.files(AKUT).is_empty());
    let (done, said) = run(&file("letter.pdf", b"%PDF-1.7\nall good"), &[], &story);
    assert!(done, "{said}");
    assert_eq!(story.files(AKUT).len(), 1);
    let out = folder.join("out.pdf");
    let all = story.town.documents_of(AKUT, Some(story.patient), None, false);
    let id = all[0].id.to_string();
    let export = || {
        let mut program = std::process::Command::new(verbund_tests::town::programs().join("verbund"));
        program.arg("--config").arg(story.town.village.clinics[AKUT].config()).args(["document", "export", &id, "--out"]).arg(&out);
        program.output().unwrap()
    };
    assert!(export().status.success());
    assert_eq!(std::fs::read(&out).unwrap(), b"%PDF-1.7\nall good");
    assert!(String::from_utf8_lossy(&export().stderr).contains("is there already"));
}
