//! Handing documents over: one large one against plain TLS and against `iroh-blobs`, and many small ones against one file.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use verbund_protocol::{id::LocalId, limits::MAX_DOCUMENTS_PER_MESSAGE};

use super::{
    Plan, Row,
    floor::{self, Carriage},
    report::Runs,
    scene::{self, Desk},
    tell,
};
use crate::town::Town;

const AKUT: usize = 0;
const REHA: usize = 1;
/// Bytes of a small document.
const SMALL: u64 = 20 << 10;

/// Two clinics, and a patient of the first who allows documents to go to the second.
struct Story {
    town: Town,
    sender: Desk,
    patient: LocalId,
    seed: u64,
}

impl Story {
    fn begin() -> anyhow::Result<Self> {
        let town = Town::start(2, 40);
        let mut sender = Desk::at(&town, AKUT)?;
        let patient = sender.patient()?;
        let plan = &town.village.clinics[REHA].plan;
        sender.consent(patient, "document-handoff", json!({ "member": plan.member, "facility": plan.facility.ik }))?;
        Ok(Self { town, sender, patient, seed: 0 })
    }

    fn files(&self, at: usize) -> PathBuf {
        self.town.village.clinics[at].folder.join("data/documents")
    }

    /// Adds a document and returns its name and its file at the sender.
    fn add(&mut self, size: u64) -> anyhow::Result<(Value, PathBuf)> {
        self.seed += 1;
        let shown = self.sender.add_document(self.patient, size, self.seed)?;
        Ok((shown["id"].clone(), self.files(AKUT).join(scene::text(&shown["root"])?)))
    }

    fn hand_over(&mut self, documents: &[Value]) -> anyhow::Result<()> {
        let to = scene::ik(&self.town, REHA).to_owned();
        let handoff = json!({ "alone": { "patient": self.patient, "from": null, "to": to, "documents": documents } });
        self.sender.ask("document", json!({ "handoff": handoff })).map(drop)
    }

    /// Hands documents over and returns how long it took from the command until the last of them is held at the other clinic.
    fn timed(&mut self, documents: &[Value]) -> anyhow::Result<Duration> {
        let folder = self.files(REHA);
        let already = finished(&folder)?;
        let mut receiver = Desk::at(&self.town, REHA)?;
        let begun = Instant::now();
        for some in documents.chunks(MAX_DOCUMENTS_PER_MESSAGE) {
            self.hand_over(some)?;
        }
        let wanted = already + documents.len();
        // Of one, the folder is cheap to look at; of ten thousand, looking every few milliseconds costs a fifth of all.
        let every = Duration::from_millis(if documents.len() > 1 { 50 } else { 4 });
        receiver.until("the documents are there", every, |receiver| {
            // What counts is that the node holds the documents.
            if finished(&folder)? < wanted {
                return Ok(None);
            }
            Ok(receiver.has_arrived()?.then_some(()))
        })?;
        Ok(begun.elapsed())
    }
}

/// Returns how many documents in a folder are complete.
fn finished(folder: &Path) -> anyhow::Result<usize> {
    let names = folder.read_dir()?.map(|entry| Ok(entry?.file_name().to_string_lossy().contains('.')));
    Ok(names.collect::<std::io::Result<Vec<bool>>>()?.into_iter().filter(|partial| !partial).count())
}

/// Measures the rows of documents.
///
/// # Errors
/// If a step does not work.
pub(super) fn measure(plan: &Plan) -> anyhow::Result<Vec<Row>> {
    let mut story = Story::begin()?;
    let mut rows = Vec::new();
    if plan.wants("document") || plan.wants("iroh") {
        rows.extend(large(plan, &mut story)?);
    }
    if plan.wants("small-documents") {
        rows.push(small(plan, &mut story)?);
    }
    Ok(rows)
}

fn large(plan: &Plan, story: &mut Story) -> anyhow::Result<Vec<Row>> {
    let size: u64 = plan.size(16 << 20, 1 << 30);
    let mib = (size >> 20) as f64;
    ensure!(plan.iroh.is_some() || !plan.only.iter().any(|row| row == "iroh"), "the row iroh needs the program that scripts/bench builds from tests/bench-iroh");
    let (mut product, mut plain, mut alike, mut iroh) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for run in 0..plan.runs {
        let (id, file) = story.add(size)?;
        let received = story.town.folder().join("floor.received");
        plain.push(floor::carry(&file, &received, Carriage::Plain)?.as_secs_f64());
        alike.push(floor::carry(&file, &received, Carriage::AsTheNode)?.as_secs_f64());
        product.push(story.timed(&[id])?.as_secs_f64());
        if let Some(program) = plan.iroh.as_deref().filter(|_| plan.wants("iroh")) {
            iroh.push(by_iroh(program, &file)?);
        }
        tell(&format!("document run {}: product {:.3} s, plain TLS {:.3} s, as the node does it {:.3} s, iroh {:?}", run + 1, product[run], plain[run], alike[run], iroh.get(run)));
        // Room for the next run; the disk's writing back of this one must not fall into it.
        std::fs::remove_file(&file)?;
        nix_sync();
    }
    let speed = |seconds: &[f64]| Runs::of(&seconds.iter().map(|seconds| mib / seconds).collect::<Vec<_>>());
    let ratios = |floors: &[f64]| Runs::of(&floors.iter().zip(&product).map(|(floor, product)| floor / product).collect::<Vec<_>>());
    let (ratio, as_alike) = (ratios(&plain), ratios(&alike));
    let mut rows = vec![Row {
        name: "document",
        what: format!("document of {mib} MiB handed over, disk to disk"),
        against: format!("plain TLS (AES-256-GCM) with disk and BLAKE3: {} MiB/s", speed(&plain)),
        aim: "≥ 0.7 ×".into(),
        measured: format!("{ratio} ×, {} MiB/s; {as_alike} × against plain TLS that hashes once and has the disk write meanwhile, as the node does", speed(&product)),
        ratio: Some(ratio.median),
        reached: ratio.median >= 0.7,
        figures: json!({ "product_s": product, "plain_tls_s": plain, "plain_as_node_s": alike, "ratio": ratio, "ratio_as_node": as_alike, "product_mib_per_s": speed(&product) }),
    }];
    if !iroh.is_empty() {
        let ratio = ratios(&iroh);
        rows.push(Row {
            name: "iroh",
            what: "the same".into(),
            against: format!("verified fetch by iroh-blobs, file store to file store: {} MiB/s", speed(&iroh)),
            aim: "≥ 2 ×".into(),
            measured: format!("{ratio} ×"),
            ratio: Some(ratio.median),
            reached: ratio.median >= 2.0,
            figures: json!({ "product_s": product, "iroh_s": iroh, "ratio": ratio }),
        });
    }
    Ok(rows)
}

/// Returns how long `iroh-blobs` takes to fetch a file from one file store into another, seconds.
fn by_iroh(program: &Path, file: &Path) -> anyhow::Result<f64> {
    let output = Command::new(program).arg(file).output().with_context(|| format!("cannot start {}", program.display()))?;
    ensure!(output.status.success(), "{} failed: {}", program.display(), String::from_utf8_lossy(&output.stderr));
    let said: Value = serde_json::from_slice(&output.stdout)?;
    said["seconds"].as_f64().context("the iroh program says how long it took")
}

fn small(plan: &Plan, story: &mut Story) -> anyhow::Result<Row> {
    let count = plan.size(200, 10_000);
    tell(&format!("adding {count} documents of {} KiB", SMALL >> 10));
    let (patient, first) = (story.patient, story.seed + 1);
    story.seed += count as u64;
    let socket = scene::socket(&story.town, AKUT);
    let documents = scene::spread(&socket, 16, count, |desk, at| Ok(desk.add_document(patient, SMALL, first + at as u64)?["id"].clone()))?;
    let (one, _) = story.add(SMALL * count as u64)?;
    nix_sync();
    let whole = story.timed(&[one])?.as_secs_f64();
    let each = story.timed(&documents)?.as_secs_f64();
    let ratio = whole / each;
    Ok(Row {
        name: "small-documents",
        what: format!("{count} documents of {} KiB", SMALL >> 10),
        against: format!("the bytes as one file: {whole:.2} s"),
        aim: "≥ 0.3 ×".into(),
        measured: format!("{ratio:.3} ×: {each:.2} s, {:.0} documents a second", count as f64 / each),
        ratio: Some(ratio),
        reached: ratio >= 0.3,
        figures: json!({ "documents": count, "one_file_s": whole, "documents_s": each, "documents_per_s": count as f64 / each }),
    })
}

/// Has the system write back what it holds, so that one measurement does not pay for the one before.
fn nix_sync() {
    // Without the program the figures are a little worse, nothing else.
    let _ = Command::new("sync").status();
}
