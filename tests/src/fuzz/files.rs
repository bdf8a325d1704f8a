//! Readers of what other clinics, the mail server and a backup's medium give: ranges of documents, reports of failure, manifests.

use std::fs;

use verbund_node::{
    domain::notice::{Bounce, MailId},
    store::{
        backup::{self, Manifest},
        blob::{BlobError, BlobStore, Incoming, Named},
    },
};
use verbund_protocol::{
    cbor,
    document::{RangeAnswer, key::DocumentKey},
    id::{Digest, DocumentRoot, LocalId},
    limits::DOCUMENT_RANGE,
    sign::{self, Kind},
};

use super::{
    Run, Target,
    kit::{NOW, member_name, network, sign_key, went},
};

pub(super) const TARGETS: &[Target] = &[
    Target { name: "document-range", brief: 3_000, seeds: ranges, make: receive },
    Target { name: "backup-manifest", brief: 1_500, seeds: manifests, make: open_manifests },
    Target { name: "bounce", brief: 10_000, seeds: reports, make: read_reports },
];

/// Sizes of the documents that are received: smaller than a range, a whole one and a little more, two and a little more.
const SIZES: [usize; 3] = [700, DOCUMENT_RANGE + 100, 2 * DOCUMENT_RANGE + 900];

/// The documents as their sender has them.
struct Sender {
    _folder: tempfile::TempDir,
    documents: Vec<(DocumentRoot, u64)>,
    store: BlobStore,
}

impl Sender {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = BlobStore::open(folder.path()).expect("a new folder");
        let add = |(number, size): (usize, usize)| {
            let text = [b"%PDF-1.7\n".to_vec(), vec![b'a' + number as u8; size]].concat();
            let added = store.add(&text[..], None, &Named::default(), &DocumentKey::new([number as u8; 32])).expect("a document");
            (added.root, added.cipher_size)
        };
        let documents = SIZES.into_iter().enumerate().map(add).collect();
        Self { _folder: folder, documents, store }
    }

    /// Returns the right answer for the last range of a document: the others are too large to be tried often.
    fn last(&self, which: usize) -> (u64, Vec<u8>) {
        let (root, size) = self.documents[which];
        let offset = (size - 1) / DOCUMENT_RANGE as u64 * DOCUMENT_RANGE as u64;
        (offset, self.store.blob(root, size).and_then(|blob| blob.answer(offset)).expect("it was just added"))
    }
}

/// The first byte says which document, the second which range is said to have come: the last, the first, or one that is none.
fn ranges() -> Vec<Vec<u8>> {
    let sender = Sender::new();
    let of = |which: usize| {
        let right = sender.last(which).1;
        [0, 1, 2].map(|place| [&[which as u8, place], &right[..]].concat())
    };
    (0..SIZES.len()).flat_map(of).collect()
}

/// Nothing but the very bytes that the root names is ever taken.
fn receive() -> Run {
    let sender = Sender::new();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = BlobStore::open(folder.path()).expect("a new folder");
    let rights: Vec<(u64, Vec<u8>)> = (0..SIZES.len()).map(|which| sender.last(which)).collect();
    let coming: Vec<Incoming> = sender.documents.iter().map(|(root, size)| store.incoming(*root, *size).expect("there is room")).collect();
    Box::new(move |input| {
        let [which, place, encoded @ ..] = input else { return "nothing".into() };
        let which = usize::from(*which) % SIZES.len();
        let (last, ref right) = rights[which];
        let offset = match place % 4 {
            0 => last,
            1 => 0,
            2 => last + 1,
            _ => u64::MAX - u64::from(*place),
        };
        let answer = RangeAnswer::read(encoded);
        let Ok(RangeAnswer::Range(range)) = answer else { return format!("no range {}", went(&answer)) };
        let (taken, whole) = (coming[which].accept(offset, range), offset == last && RangeAnswer::read(right).is_ok_and(|right| right == RangeAnswer::Range(range)));
        assert_eq!(taken.is_ok(), whole, "document {which} at {offset}: {} bytes", range.len());
        if let Err(error) = &taken {
            assert!(matches!(error, BlobError::Unverified | BlobError::Range), "{error}");
        }
        format!("{which} {} {}", place % 4, went(&taken))
    })
}

fn manifest() -> Manifest {
    Manifest {
        network: network(),
        member: member_name(0).parse().expect("a member"),
        node: "1".parse().expect("a node"),
        made_at: NOW,
        schema: 25,
        epoch: 1,
        audit_len: 7,
        audit_head: Digest([1; 32]),
        key_id: LocalId([2; 8]),
        database: Digest([3; 32]),
        database_size: 4_096,
        documents: vec![],
        missing: vec![DocumentRoot([4; 32])],
    }
}

/// As everything signed: after an odd byte the rest is what the node itself has signed.
fn manifests() -> Vec<Vec<u8>> {
    let content = cbor::write(&manifest());
    vec![[&[0], &sign::sign(&network(), Kind::Manifest, content.clone(), &sign_key(0))[..]].concat(), [&[1], &content[..]].concat()]
}

fn open_manifests() -> Run {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let own = [sign_key(0).public()];
    let file = folder.path().join("manifest");
    Box::new(move |input| {
        fs::write(&file, super::kit::signed(Kind::Manifest, input)).expect("a temporary file");
        let read = backup::manifest(folder.path(), &network(), &own);
        let Ok(manifest) = &read else { return went(&read) };
        let again = cbor::read::<Manifest>(&cbor::write(manifest), 1 << 20);
        assert!(again.is_ok_and(|back| back == *manifest), "a manifest does not read back");
        // There is no database beside it.
        went(&backup::verify(folder.path(), manifest))
    })
}

fn reports() -> Vec<Vec<u8>> {
    let id = MailId([0xab; 16]);
    let report = |action: &str, status: &str| {
        format!(
            "Content-Type: multipart/report; report-type=delivery-status; boundary=\"x\"\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example\r\n\r\n\
             Final-Recipient: rfc822; erna@beispiel.example\r\nAction: {action}\r\nStatus: {status}\r\n\r\n--x\r\n\r\nMessage-ID: <{}{id}@klinik.example>\r\n\r\n--x--\r\n",
            MailId::PREFIX
        )
        .into_bytes()
    };
    vec![report("failed", "5.1.1"), report("failed", "5.7.26"), report("delayed", "4.4.1"), report("delivered", "2.0.0")]
}

fn read_reports() -> Run {
    Box::new(|input| {
        let read = Bounce::read(input);
        if let Some(bounce) = &read {
            let again = Bounce::of(&bounce.id.to_string(), &bounce.status);
            assert_eq!(again.as_ref(), Some(bounce), "a report's mail and status read back");
        }
        let has = |word: &str| String::from_utf8_lossy(input).to_ascii_lowercase().contains(word);
        format!("{} {} {} {}", read.is_some(), has("action: failed"), has("status: 5."), has(MailId::PREFIX))
    })
}
