//! A backup made under load restores to one moment, and nothing damaged, forged or foreign is restored at all.
#![allow(clippy::unwrap_used)]

use std::os::unix::fs::FileExt as _;

use verbund_protocol::document::DocumentKey;

use super::*;
use crate::store::{
    DatabaseKey, Db, Store,
    blob::Named,
    key::{KeyError, KeyFile},
};

const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);
const LATER: Timestamp = Timestamp::from_secs(1_795_100_000);
const IT: (&str, &str) = ("Kim Beck", "it");

struct Clinic {
    dir: tempfile::TempDir,
    store: Store,
    documents: Vec<(DocumentRoot, u64)>,
}

fn key(seed: u8) -> DatabaseKey {
    DatabaseKey::from_bytes([seed; 32])
}

fn maker() -> Maker {
    Maker { network: "test".parse().unwrap(), member: "kh-a".parse().unwrap(), node: "1".parse().unwrap(), key: SecretKey::from_seed(&[7; 32]) }
}

fn note(db: &Db, action: &str) -> Result<(), StoreError> {
    audit::append(db, &audit::Entry { at: NOW, actor: "ben", roles: "ward", action, subject: None, purpose: "test", detail: "" }).map(drop)
}

fn clinic() -> Clinic {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let store = Store::open(&data, &key(1)).unwrap();
    let blobs = BlobStore::open(&data).unwrap();
    let mut added = Vec::new();
    for seed in 1..=2 {
        let bytes = [b"%PDF-1.7\n".to_vec(), vec![seed; 100_000]].concat();
        let document = blobs.add(&bytes[..], None, &Named::default(), &DocumentKey::new([seed; 32])).unwrap();
        added.push((document.root, document.cipher_size));
        store
            .write(|db| -> Result<(), StoreError> {
                let sql = "INSERT INTO document (id, root, cipher_size, state, added_by, added_at, changed_at) VALUES (?1, ?2, ?3, 'held', 'ben', 0, 0)";
                db.execute(sql, rusqlite::params![[seed; 8], document.root.0, document.cipher_size])?;
                note(db, "document.add")
            })
            .unwrap();
    }
    added.sort();
    Clinic { dir, store, documents: added }
}

impl Clinic {
    fn backup(&self, name: &str) -> Result<(PathBuf, Manifest), BackupError> {
        let target = self.dir.path().join(name);
        let manifest = write(&self.store.readers()?, &target, &maker(), NOW)?;
        Ok((target, manifest))
    }
    fn restore(&self, backup: &Path, name: &str) -> Result<Restored, BackupError> {
        restore(backup, &self.dir.path().join(name), &key(1), &maker().network, &[maker().key.public()], IT, LATER)
    }
}

#[test]
fn a_backup_restores_and_the_node_recovers() {
    let clinic = clinic();
    let (backup, manifest) = clinic.backup("backup").unwrap();
    assert_eq!(manifest.documents.iter().map(|d| (d.root, d.size)).collect::<Vec<_>>(), clinic.documents);
    assert!(manifest.missing.is_empty() && manifest.audit_len == 2 && manifest.key_id == key(1).id());
    // What happens after the backup is lost, and the new epoch says so.
    clinic.store.write(|db| note(db, "patient.read")).unwrap();
    let seen = audit::head(clinic.store.db()).unwrap();
    let restored = clinic.restore(&backup, "restored").unwrap();
    assert_eq!((restored.epoch, &restored.manifest), (LATER.secs() as u32, &manifest));
    let data = clinic.dir.path().join("restored");
    let store = Store::open(&data, &key(1)).unwrap();
    assert_eq!(document::files(store.db()).unwrap(), clinic.documents);
    assert_eq!(meta::recovering_since(store.db()).unwrap(), Some(LATER));
    assert!(!meta::may_speak_to(store.db(), &"kh-b".parse().unwrap()).unwrap());
    let newest = &audit::list(store.db(), &audit::Filter::default(), 1).unwrap()[0];
    assert_eq!((newest.seq, newest.action.as_str(), newest.actor.as_str(), newest.roles.as_str()), (3, "store.restore", "Kim Beck", "it"));
    let witness = audit::witness::Seen { epoch: 1, len: seen.len, head: seen.hash, seen_at: NOW };
    assert_eq!(audit::witness::compare(store.db(), &witness).unwrap(), audit::witness::Verdict::LostInRestore);
    let blobs = BlobStore::open(&data).unwrap();
    assert!(crate::store::integrity::check(store.db(), &blobs).unwrap().is_good());
    blobs.remove(&clinic.documents[0].0).unwrap();
    assert_eq!(crate::store::integrity::check(store.db(), &blobs).unwrap().documents_missing, [clinic.documents[0].0]);
}

#[test]
fn a_backup_is_one_moment_while_the_node_writes() {
    let clinic = clinic();
    let readers = clinic.store.readers().unwrap();
    // A writer in the middle of a batch neither blocks the backup nor shows in it.
    let batch = clinic.store.begin().unwrap();
    note(&batch, "patient.read").unwrap();
    let manifest = write(&readers, &clinic.dir.path().join("one"), &maker(), NOW).unwrap();
    assert_eq!(manifest.audit_len, 2);
    batch.commit().unwrap();
    assert_eq!(clinic.backup("two").unwrap().1.audit_len, 3);
}

#[test]
fn a_backup_holds_no_key_and_nothing_readable() {
    let clinic = clinic();
    let file = KeyFile::new(&clinic.dir.path().join("key"), &clinic.dir.path().join("data")).unwrap();
    file.create(&key(1)).unwrap();
    let (backup, _) = clinic.backup("backup").unwrap();
    let hex = "01".repeat(32);
    for path in [backup.join(DATABASE_FILE), backup.join(MANIFEST_FILE)] {
        let bytes = fs::read(path).unwrap();
        for plain in [&[1; 32][..], hex.as_bytes(), b"document.add", b"SQLite format 3"] {
            assert!(!bytes.windows(plain.len()).any(|window| window == plain));
        }
    }
    assert_eq!(fs::read_dir(&backup).unwrap().count(), 3);
    assert!(matches!(KeyFile::new(&clinic.dir.path().join("data/key"), &clinic.dir.path().join("data")), Err(KeyError::Inside { .. })));
}

#[test]
fn targets_must_be_new_and_elsewhere() {
    let clinic = clinic();
    assert!(matches!(clinic.backup("data/backup"), Err(BackupError::Inside { .. })));
    let (backup, _) = clinic.backup("backup").unwrap();
    assert!(matches!(clinic.backup("backup"), Err(BackupError::NotEmpty { .. })));
    assert!(matches!(clinic.restore(&backup, "data"), Err(BackupError::InUse { .. })));
    assert!(matches!(clinic.restore(&clinic.dir.path().join("data"), "new"), Err(BackupError::Incomplete { .. })));
    assert!(!clinic.dir.path().join("new").exists());
}

#[test]
fn nothing_damaged_is_restored() {
    let clinic = clinic();
    let document = format!("{DOCUMENTS}/{}", clinic.documents[0].0);
    for (round, file) in [DATABASE_FILE, MANIFEST_FILE, &document].into_iter().enumerate() {
        let (backup, _) = clinic.backup(&format!("backup-{round}")).unwrap();
        // Linked files share their content with the node's: break the link first.
        let path = backup.join(file);
        let bytes = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        fs::write(&path, &bytes).unwrap();
        let damaged = fs::OpenOptions::new().write(true).open(&path).unwrap();
        damaged.write_all_at(&[bytes[bytes.len() / 2] ^ 1], bytes.len() as u64 / 2).unwrap();
        let refused = clinic.restore(&backup, "restored").unwrap_err();
        let named = matches!(&refused, BackupError::Damaged { file: name } if name == file) || (file == MANIFEST_FILE && matches!(refused, BackupError::Signature(_)));
        assert!(named, "{refused}");
        assert!(!clinic.dir.path().join("restored").exists());
    }
}

#[test]
fn nothing_foreign_is_restored() {
    let clinic = clinic();
    let (backup, _) = clinic.backup("backup").unwrap();
    let data = clinic.dir.path().join("restored");
    let stranger = SecretKey::from_seed(&[8; 32]).public();
    let refused = restore(&backup, &data, &key(1), &maker().network, &[stranger], IT, LATER);
    assert!(matches!(refused, Err(BackupError::Signer { found }) if found == "test / kh-a / 1"));
    let refused = restore(&backup, &data, &key(2), &maker().network, &[maker().key.public()], IT, LATER);
    assert!(matches!(refused, Err(BackupError::Key { wanted, .. }) if wanted == key(1).id()));
    let refused = restore(&backup, &data, &key(1), &"other".parse().unwrap(), &[maker().key.public()], IT, LATER);
    assert!(matches!(refused, Err(BackupError::Signature(_))));
    assert!(!data.exists());
}

#[test]
fn a_restore_that_was_cut_off_does_not_start() {
    let clinic = clinic();
    let (backup, manifest) = clinic.backup("backup").unwrap();
    let data = clinic.dir.path().join("restored");
    private_directory(&data).unwrap();
    fs::copy(backup.join(DATABASE_FILE), data.join(crate::store::open::RESTORING_FILE)).unwrap();
    assert!(matches!(Store::open(&data, &key(1)), Err(StoreError::HalfRestored { .. })));
    // A restore that fails by itself leaves an empty directory, where the next attempt works.
    fs::remove_dir_all(&data).unwrap();
    let lying = Manifest { audit_len: 1, ..manifest };
    fs::remove_file(backup.join(MANIFEST_FILE)).unwrap();
    seal(&backup, &lying, &maker()).unwrap();
    assert!(matches!(clinic.restore(&backup, "restored"), Err(BackupError::Damaged { .. })));
    assert!(empty(&data).unwrap());
    fs::remove_file(backup.join(MANIFEST_FILE)).unwrap();
    seal(&backup, &Manifest { audit_len: 2, ..lying }, &maker()).unwrap();
    clinic.restore(&backup, "restored").unwrap();
}

#[test]
fn a_document_erased_meanwhile_is_named_as_missing() {
    let clinic = clinic();
    BlobStore::open(&clinic.dir.path().join("data")).unwrap().remove(&clinic.documents[0].0).unwrap();
    let (backup, manifest) = clinic.backup("backup").unwrap();
    assert_eq!(manifest.missing, [clinic.documents[0].0]);
    clinic.restore(&backup, "restored").unwrap();
}

/// A manifest of the greatest size is read and judged by its signature, one byte more is refused for its size; the rest of an endless
/// file is not even read.
#[test]
fn a_manifest_has_its_size() {
    let dir = tempfile::tempdir().unwrap();
    let of = |size: u64| {
        let file = fs::File::create(dir.path().join(MANIFEST_FILE)).unwrap();
        file.set_len(size).unwrap();
        manifest(dir.path(), &maker().network, &[maker().key.public()]).unwrap_err()
    };
    let too_large = |error: &BackupError| matches!(error, BackupError::Signature(SignatureError::Malformed(Malformed::TooLarge { .. })));
    let most = MAX_BACKUP_MANIFEST as u64;
    assert!(!too_large(&of(most)), "looked at, and found to be nothing signed");
    assert!(too_large(&of(most + 1)) && too_large(&of(most << 10)));
}
