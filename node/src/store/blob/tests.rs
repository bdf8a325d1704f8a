#![allow(clippy::unwrap_used)]

use std::io::{Cursor, Read};

use proptest::prelude::*;
use verbund_protocol::{
    document::{DocumentKey, RangeAnswer, segment},
    limits::{DOCUMENT_RANGE, DOCUMENT_SEGMENT, MAX_DOCUMENT},
};

use super::*;

struct Folder {
    store: BlobStore,
    dir: tempfile::TempDir,
}

fn folder() -> Folder {
    let dir = tempfile::tempdir().unwrap();
    Folder { store: BlobStore::open(dir.path()).unwrap(), dir }
}

impl Folder {
    fn files(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.dir.path().join("documents")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
    fn add(&self, bytes: &[u8]) -> Result<Added, BlobError> {
        self.store.add(bytes, Some(bytes.len() as u64), &Named::default(), &key())
    }
    fn read(&self, added: &Added, key: &DocumentKey) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        let blob = self.store.blob(added.root, added.cipher_size).map_err(io::Error::other)?;
        blob.plain(key).read_to_end(&mut out)?;
        Ok(out)
    }
}

fn key() -> DocumentKey {
    DocumentKey::new([42; 32])
}

/// Returns a PDF-like document of `size` bytes, at least 5, in which no two places look alike.
fn document(size: usize) -> Vec<u8> {
    let mut bytes = b"%PDF-".to_vec();
    let mut state = 0x9e37_79b9_u32;
    bytes.extend((bytes.len()..size).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    }));
    bytes
}

/// Copies a document from one folder to another range by range, as a transfer does; stops after `at_most` ranges.
fn carry(from: &Folder, added: &Added, to: &Incoming, at_most: usize) -> usize {
    let blob = from.store.blob(added.root, added.cipher_size).unwrap();
    let missing = to.have().into_iter().enumerate().filter(|(_, there)| !there).map(|(number, _)| number).take(at_most);
    missing.map(|number| accept(&blob, to, number)).count()
}

fn accept(blob: &Blob, to: &Incoming, number: usize) {
    let offset = (number * DOCUMENT_RANGE) as u64;
    let answer = blob.answer(offset).unwrap();
    let Ok(RangeAnswer::Range(encoded)) = RangeAnswer::read(&answer) else { panic!("no range") };
    to.accept(offset, encoded).unwrap();
}

#[test]
fn every_size_around_the_borders_comes_back() {
    let folder = folder();
    let (segment, range) = (DOCUMENT_SEGMENT, DOCUMENT_RANGE);
    for size in [5, 6, segment - 1, segment, segment + 1, 2 * segment, 15 * segment, 16 * segment - 1, 16 * segment, range - 256, range, range + 1, 2 * range + 7, 5 * range] {
        let bytes = document(size);
        let added = folder.add(&bytes).unwrap();
        assert_eq!((added.plain_size, added.cipher_size), (size as u64, segment::cipher_size(size as u64)));
        assert_eq!(folder.read(&added, &key()).unwrap(), bytes, "{size}");
        folder.store.blob(added.root, added.cipher_size).unwrap().verify().unwrap();
    }
    assert!(folder.files().iter().all(|name| name.len() == 64), "only finished files remain");
}

/// The root is nothing of our own making: plain BLAKE3 over the ciphertext, as `b3sum` prints it.
#[test]
fn the_root_is_the_plain_hash_of_the_ciphertext() {
    let folder = folder();
    for size in [5, DOCUMENT_RANGE - 256, DOCUMENT_RANGE - 255, 3 * DOCUMENT_RANGE + 1] {
        let added = folder.add(&document(size)).unwrap();
        let file = fs::read(folder.store.path(&added.root)).unwrap();
        assert_eq!(blake3::hash(&file[..added.cipher_size as usize]).as_bytes(), &added.root.0);
        assert!(!file.windows(5).any(|window| window == b"%PDF-"), "the file shows plaintext");
    }
}

/// What we send is what `bao-tree` itself reads, so another implementation can be written against it.
#[test]
fn ranges_are_standard_verified_streaming() {
    use bao_tree::{BaoTree, BlockSize, ChunkNum, ChunkRanges, io::sync::DecodeResponseIter};
    let folder = folder();
    let added = folder.add(&document(3 * DOCUMENT_RANGE)).unwrap();
    let blob = folder.store.blob(added.root, added.cipher_size).unwrap();
    let answer = blob.answer(DOCUMENT_RANGE as u64).unwrap();
    let Ok(RangeAnswer::Range(encoded)) = RangeAnswer::read(&answer) else { panic!("no range") };
    let tree = BaoTree::new(added.cipher_size, BlockSize::from_chunk_log(10));
    let ranges = ChunkRanges::from(ChunkNum(1024)..ChunkNum(2048));
    let items: Result<Vec<_>, _> = DecodeResponseIter::new(blake3::Hash::from(added.root.0), tree, Cursor::new(encoded), &ranges).collect();
    assert!(items.unwrap().iter().any(|item| item.is_leaf()));
}

#[test]
fn a_wrong_key_opens_nothing() {
    let folder = folder();
    let added = folder.add(&document(100_000)).unwrap();
    assert!(folder.read(&added, &DocumentKey::new([1; 32])).is_err());
}

#[test]
fn a_cut_or_missing_file_is_noticed() {
    let folder = folder();
    let added = folder.add(&document(200_000)).unwrap();
    let path = folder.store.path(&added.root);
    let whole = fs::read(&path).unwrap();
    for length in [0, 1, DOCUMENT_SEGMENT + 16, whole.len() - 1] {
        fs::write(&path, &whole[..length]).unwrap();
        assert!(matches!(folder.store.blob(added.root, added.cipher_size), Err(BlobError::Damaged)), "{length}");
    }
    // A manifest that lies about the size cannot hide the cut either: the last segment's seal says it is not the last.
    let sealed = segment::SEALED_SEGMENT as u64;
    fs::write(&path, &whole[..sealed as usize]).unwrap();
    let shorter = Added { cipher_size: sealed, ..added.clone() };
    assert!(folder.read(&shorter, &key()).is_err());
    fs::remove_file(&path).unwrap();
    assert!(matches!(folder.store.blob(added.root, added.cipher_size), Err(BlobError::Missing)));
}

#[test]
fn what_is_refused_leaves_nothing() {
    struct Failing(usize);
    impl Read for Failing {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(1).ok_or_else(|| io::Error::other("gone"))?;
            out.fill(b'a');
            Ok(out.len())
        }
    }
    let folder = folder();
    let add = |source: &mut dyn Read, announced| folder.store.add(source, announced, &Named::default(), &key());
    assert!(matches!(add(&mut Failing(40), None), Err(BlobError::Source(_))));
    assert!(matches!(add(&mut io::empty(), None), Err(BlobError::Empty)));
    assert!(matches!(add(&mut io::empty(), Some(0)), Err(BlobError::Empty)));
    assert!(matches!(add(&mut &b"short"[..], Some(9)), Err(BlobError::Length { announced: 9, came: 5 })));
    assert!(matches!(add(&mut &b"too long"[..], Some(3)), Err(BlobError::Length { announced: 3, came: 4 })));
    let long = document(3 * DOCUMENT_SEGMENT);
    assert!(matches!(add(&mut &long[..], Some(2 * DOCUMENT_SEGMENT as u64)), Err(BlobError::Length { .. })));
    assert!(matches!(add(&mut &b"x"[..], Some(MAX_DOCUMENT + 1)), Err(BlobError::TooLarge)));
    assert!(matches!(add(&mut &b"#!/bin/sh\n"[..], None), Err(BlobError::Sniff(_))));
    assert!(folder.files().is_empty());
}

#[test]
fn a_full_disk_is_named() {
    let full = io::Error::from(io::ErrorKind::StorageFull);
    assert!(matches!(BlobError::disk("write")(full), BlobError::Full));
}

#[test]
fn a_transfer_resumes_after_a_crash_at_any_range() {
    let from = folder();
    let bytes = document(6 * DOCUMENT_RANGE + 123);
    let added = from.add(&bytes).unwrap();
    let ranges = segment::ranges(added.cipher_size) as usize;
    for kept in 0..=ranges {
        let to = folder();
        let incoming = to.store.incoming(added.root, added.cipher_size).unwrap();
        carry(&from, &added, &incoming, kept);
        drop(incoming); // the process dies here; nothing is written at its end
        let again = to.store.incoming(added.root, added.cipher_size).unwrap();
        assert_eq!(again.have().iter().filter(|there| **there).count(), kept, "everything accepted is still there");
        assert_eq!(carry(&from, &added, &again, usize::MAX), ranges - kept, "and nothing is fetched twice");
        again.finish(&to.store).unwrap();
        assert_eq!(to.read(&added, &key()).unwrap(), bytes);
        assert_eq!(to.files(), vec![added.root.to_string()]);
    }
}

/// After a power loss a range may be there in part, or its hashes may not be: only what verifies counts.
#[test]
fn what_a_power_loss_tore_is_fetched_again() {
    let (from, to) = (folder(), folder());
    let added = from.add(&document(4 * DOCUMENT_RANGE)).unwrap();
    let incoming = to.store.incoming(added.root, added.cipher_size).unwrap();
    carry(&from, &added, &incoming, 3);
    let part = to.store.part(&added.root);
    let mut torn = fs::read(&part).unwrap();
    torn[DOCUMENT_RANGE + 4096..DOCUMENT_RANGE + 8192].fill(0);
    fs::write(&part, torn).unwrap();
    let again = to.store.incoming(added.root, added.cipher_size).unwrap();
    assert_eq!(again.have(), vec![true, false, true, false, false]);
    assert!(matches!(again.finish(&to.store), Err(BlobError::Incomplete)));
    // A part cut short before it had its size is begun anew.
    fs::write(&part, b"abc").unwrap();
    assert!(!to.store.incoming(added.root, added.cipher_size).unwrap().have().contains(&true));
}

#[test]
fn leftovers_are_swept_and_the_known_stay() {
    let folder = folder();
    let (kept, lost) = (folder.add(&document(100)).unwrap(), folder.add(&document(200)).unwrap());
    let temporary = folder.store.temporary().unwrap();
    std::mem::forget(temporary);
    drop(folder.store.incoming(lost.root, lost.cipher_size).unwrap());
    assert_eq!(folder.store.sweep(&HashSet::from([kept.root])).unwrap(), 3);
    assert_eq!(folder.files(), vec![kept.root.to_string()]);
    folder.store.remove(&kept.root).unwrap();
    folder.store.remove(&kept.root).unwrap();
    assert!(folder.files().is_empty());
}

/// 64 MiB in one go, so that many blocks, ranges and levels of the tree take part. `scripts/test --large` makes it 2 GiB.
#[test]
fn a_large_document_goes_through_whole() {
    struct Pattern(u64);
    impl Read for Pattern {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let count = out.len().min(self.0.try_into().unwrap_or(usize::MAX));
            out[..count].fill(b'a');
            self.0 -= count as u64;
            Ok(count)
        }
    }
    let mib: u64 = if std::env::var_os("VERBUND_TEST_LARGE").is_some() { 2048 } else { 64 };
    let (from, to) = (folder(), folder());
    let added = from.store.add(Pattern(mib << 20), Some(mib << 20), &Named::default(), &key()).unwrap();
    let incoming = to.store.incoming(added.root, added.cipher_size).unwrap();
    carry(&from, &added, &incoming, usize::MAX);
    incoming.finish(&to.store).unwrap();
    let plain = to.store.blob(added.root, added.cipher_size).unwrap().plain(&key());
    let counted = io::copy(&mut plain.take(u64::MAX), &mut io::sink()).unwrap();
    assert_eq!(counted, mib << 20);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever bit of a range changes, or wherever it is cut, nothing of it is kept.
    #[test]
    fn wrong_data_is_never_written(at: prop::sample::Index, bit in 0..8_u32, number in 0..3_usize, cut: bool) {
        let (from, to) = (folder(), folder());
        let added = from.add(&document(2 * DOCUMENT_RANGE + 500)).unwrap();
        let incoming = to.store.incoming(added.root, added.cipher_size).unwrap();
        let before = fs::read(incoming_path(&to, &added)).unwrap();
        let blob = from.store.blob(added.root, added.cipher_size).unwrap();
        let offset = (number * DOCUMENT_RANGE) as u64;
        let answer = blob.answer(offset).unwrap();
        let Ok(RangeAnswer::Range(encoded)) = RangeAnswer::read(&answer) else { panic!("no range") };
        let mut wrong = encoded.to_vec();
        let at = at.index(wrong.len());
        if cut { wrong.truncate(at) } else { wrong[at] ^= 1 << bit }
        prop_assert!(matches!(incoming.accept(offset, &wrong), Err(BlobError::Unverified)));
        // A right range in the wrong place is wrong too.
        prop_assert!(incoming.accept((offset + DOCUMENT_RANGE as u64) % (3 * DOCUMENT_RANGE as u64), encoded).is_err());
        prop_assert_eq!(fs::read(incoming_path(&to, &added)).unwrap(), before);
        prop_assert!(!incoming.have().contains(&true));
    }

    /// One changed bit anywhere in the ciphertext of a stored file is noticed on reading.
    #[test]
    fn tampering_is_noticed(size in 5..300_000_usize, at: prop::sample::Index, bit in 0..8_u32) {
        let folder = folder();
        let added = folder.add(&document(size)).unwrap();
        let path = folder.store.path(&added.root);
        let mut file = fs::read(&path).unwrap();
        file[at.index(added.cipher_size as usize)] ^= 1 << bit;
        fs::write(&path, file).unwrap();
        prop_assert!(folder.read(&added, &key()).is_err());
        prop_assert!(folder.store.blob(added.root, added.cipher_size).unwrap().verify().is_err());
    }

    /// A source that gives its bytes in odd pieces makes the same document.
    #[test]
    fn pieces_do_not_matter(size in 5..200_000_usize, piece in 1..70_000_usize) {
        struct Pieces<'b>(&'b [u8], usize);
        impl Read for Pieces<'_> {
            fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
                let count = out.len().min(self.1).min(self.0.len());
                let (now, later) = self.0.split_at(count);
                out[..count].copy_from_slice(now);
                self.0 = later;
                Ok(count)
            }
        }
        let folder = folder();
        let bytes = document(size);
        let whole = folder.add(&bytes).unwrap();
        let pieces = folder.store.add(Pieces(&bytes, piece), None, &Named::default(), &key()).unwrap();
        prop_assert_eq!(whole, pieces);
    }
}

fn incoming_path(folder: &Folder, added: &Added) -> PathBuf {
    folder.store.part(&added.root)
}
