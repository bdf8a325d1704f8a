//! Backups while the node runs, and restoring one into an empty data directory.
//!
//! A backup is a directory: the database as one moment saw it (compact, encrypted with the same key), the finished document files that
//! moment knew, and `manifest`, signed with the node's sign key and written last: without it the backup is incomplete. No key is ever
//! part of it; the key file and the identity are kept apart, or whoever finds the backup could read it.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use minicbor::{Decode, Encode};
use rusqlite::OpenFlags;
use sha2::Digest as _;
use verbund_protocol::{
    cbor::{self, Malformed},
    id::{Digest, DocumentRoot, LocalId, MemberId, NetworkId, NodeId},
    limits::MAX_BACKUP_MANIFEST,
    sign::{self, Kind, PublicKey, SecretKey, SignatureError},
    time::Timestamp,
};

use super::{
    DATABASE_FILE, Readers, StoreError, audit,
    blob::{BlobError, BlobStore},
    document,
    key::{private_directory, private_options, sync_parent},
    meta, migrations, open,
};

mod restore;

pub use restore::{Restored, begin_recovery, restore};

const MANIFEST_FILE: &str = "manifest";
const DOCUMENTS: &str = "documents";

/// A backup could not be made or restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file or directory cannot be used.
    #[error("cannot {what} {path}")]
    Disk {
        /// What was tried.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The target holds something already.
    #[error("{path} is not empty: name a new directory")]
    NotEmpty {
        /// The target.
        path: PathBuf,
    },
    /// The data directory to restore into is in use.
    #[error("{path} is not empty: a backup is restored into an empty data directory only, so stop the node and move the old one away")]
    InUse {
        /// The data directory.
        path: PathBuf,
    },
    /// The target lies in the data directory, where it would be lost together with the data.
    #[error("{path} lies inside the data directory: name a directory elsewhere, best on another disk")]
    Inside {
        /// The target.
        path: PathBuf,
    },
    /// No manifest: not a backup, or one that was cut off.
    #[error("{path} holds no complete backup: the manifest, which is written last, is missing")]
    Incomplete {
        /// The backup.
        path: PathBuf,
    },
    /// The manifest cannot be read.
    #[error("the backup's manifest is damaged")]
    Malformed(#[from] Malformed),
    /// The manifest is not validly signed.
    #[error("the backup's manifest is damaged or forged")]
    Signature(#[from] SignatureError),
    /// Somebody else's backup.
    #[error("this is a backup of {found}, signed by a key that is not this node's: restore with the identity (sign key) it was made with")]
    Signer {
        /// Whose backup it says it is.
        found: String,
    },
    /// A file is not what the manifest says.
    #[error("{file} in the backup is damaged: use another backup")]
    Damaged {
        /// Which file.
        file: String,
    },
    /// Another key is needed.
    #[error("the backup is encrypted with another key (its id is {wanted}, yours is {given}): give the key file that was in use then")]
    Key {
        /// Id of the key it needs.
        wanted: LocalId,
        /// Id of the key given.
        given: LocalId,
    },
    /// A document file.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl BackupError {
    fn disk<'p>(what: &'static str, path: &'p Path) -> impl FnOnce(io::Error) -> Self + 'p {
        move |source| Self::Disk { what, path: path.into(), source }
    }
}

/// A document file in a backup. Its name is the root over its content, so it proves itself.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DocumentFile {
    /// Root over the ciphertext, and the file's name.
    #[n(0)]
    pub root: DocumentRoot,
    /// Size of the ciphertext in bytes.
    #[n(1)]
    pub size: u64,
}

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Manifest {
    /// The network.
    #[n(0)]
    pub network: NetworkId,
    /// The member whose data it is.
    #[n(1)]
    pub member: MemberId,
    /// The member's node.
    #[n(2)]
    pub node: NodeId,
    /// When it was made.
    #[n(3)]
    pub made_at: Timestamp,
    /// Schema of the database.
    #[n(4)]
    pub schema: u32,
    /// The node's epoch.
    #[n(5)]
    pub epoch: u32,
    /// Length of the audit chain.
    #[n(6)]
    pub audit_len: u64,
    /// Head of the audit chain.
    #[n(7)]
    pub audit_head: Digest,
    /// Tells which key opens it, without saying anything about the key.
    #[n(8)]
    pub key_id: LocalId,
    /// SHA-256 of the database file.
    #[n(9)]
    pub database: Digest,
    /// Size of the database file in bytes.
    #[n(10)]
    pub database_size: u64,
    /// The documents that are in the backup.
    #[n(11)]
    pub documents: Vec<DocumentFile>,
    /// Documents the database names whose file was not there; none, unless one was erased at that very moment or is damaged.
    #[n(12)]
    pub missing: Vec<DocumentRoot>,
}

/// Who makes a backup.
#[derive(Clone, Debug)]
pub struct Maker {
    /// The network.
    pub network: NetworkId,
    /// The member.
    pub member: MemberId,
    /// The member's node.
    pub node: NodeId,
    /// Signs the manifest.
    pub key: SecretKey,
}

/// Writes a backup into `target`, a new or empty directory, while the node goes on working. Call it on a thread that may wait.
///
/// Document files never change once they are finished, so on the same disk they are linked instead of copied.
///
/// # Errors
/// [`BackupError`]; what has been written has no manifest and is not taken for a backup.
pub fn write(readers: &Readers, target: &Path, maker: &Maker, now: Timestamp) -> Result<Manifest, BackupError> {
    prepare(target, readers.data_dir())?;
    let (reader, key) = readers.copier()?;
    let database = target.join(DATABASE_FILE);
    // Reads one moment of the database through, checks every page's authentication on the way, and leaves out what was deleted.
    let name = database.to_str().ok_or_else(|| BackupError::disk("write", &database)(io::Error::new(io::ErrorKind::InvalidInput, "the path is not UTF-8")))?;
    reader.execute("VACUUM INTO ?1", [name]).map_err(StoreError::from)?;
    drop(reader);
    let snapshot = open::connect(&database, &key, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let head = audit::head(&snapshot)?;
    let (schema, epoch, known) = (migrations::schema_version(&snapshot)?, meta::epoch(&snapshot)?, document::files(&snapshot)?);
    drop(snapshot);
    let (documents, missing) = collect(&readers.data_dir().join(DOCUMENTS), &target.join(DOCUMENTS), &known)?;
    let (hash, database_size) = hash(&database)?;
    let Maker { network, member, node, .. } = maker.clone();
    let (audit_len, audit_head, key_id) = (head.len, head.hash, key.id());
    let manifest = Manifest { network, member, node, made_at: now, schema, epoch, audit_len, audit_head, key_id, database: hash, database_size, documents, missing };
    seal(target, &manifest, maker)?;
    Ok(manifest)
}

fn prepare(target: &Path, data: &Path) -> Result<(), BackupError> {
    private_directory(target).map_err(BackupError::disk("create", target))?;
    let real = |path: &Path| path.canonicalize().map_err(BackupError::disk("find", path));
    if real(target)?.starts_with(real(data)?) {
        return Err(BackupError::Inside { path: target.into() });
    }
    if empty(target)? { Ok(()) } else { Err(BackupError::NotEmpty { path: target.into() }) }
}

/// Returns whether `dir` holds nothing but, at most, a lock file.
fn empty(dir: &Path) -> Result<bool, BackupError> {
    let mut entries = fs::read_dir(dir).map_err(BackupError::disk("list", dir))?;
    Ok(entries.all(|entry| entry.is_ok_and(|entry| entry.file_name() == open::LOCK_FILE)))
}

type Collected = (Vec<DocumentFile>, Vec<DocumentRoot>);

/// Links or copies the documents' files; returns those that are there and those that are not.
fn collect(from: &Path, to: &Path, known: &[(DocumentRoot, u64)]) -> Result<Collected, BackupError> {
    private_directory(to).map_err(BackupError::disk("create", to))?;
    let (mut there, mut missing) = (Vec::new(), Vec::new());
    for (root, size) in known {
        let (source, copy) = (from.join(root.to_string()), to.join(root.to_string()));
        let done = fs::hard_link(&source, &copy).or_else(|_| copy_durably(&source, &copy));
        match done {
            Ok(()) => there.push(DocumentFile { root: *root, size: *size }),
            // Erased since: erasure wins.
            Err(error) if error.kind() == io::ErrorKind::NotFound => missing.push(*root),
            Err(error) => return Err(BackupError::disk("copy", &source)(error)),
        }
    }
    File::open(to).and_then(|dir| dir.sync_all()).map_err(BackupError::disk("write", to))?;
    Ok((there, missing))
}

fn copy_durably(from: &Path, to: &Path) -> io::Result<()> {
    let mut source = File::open(from)?;
    let mut copy = private_options().create_new(true).open(to)?;
    io::copy(&mut source, &mut copy)?;
    copy.sync_all()
}

/// Makes the database durable and returns its hash and size.
fn hash(path: &Path) -> Result<(Digest, u64), BackupError> {
    let failed = || BackupError::disk("read", path);
    let mut file = File::open(path).map_err(failed())?;
    file.sync_all().map_err(failed())?;
    let (mut hasher, mut size, mut buffer) = (sha2::Sha256::new(), 0, vec![0; 1 << 20]);
    loop {
        match file.read(&mut buffer).map_err(failed())? {
            0 => return Ok((Digest(hasher.finalize().into()), size)),
            read => {
                hasher.update(&buffer[..read]);
                size += read as u64;
            }
        }
    }
}

fn seal(target: &Path, manifest: &Manifest, maker: &Maker) -> Result<(), BackupError> {
    let path = target.join(MANIFEST_FILE);
    let signed = sign::sign(&maker.network, Kind::Manifest, cbor::write(manifest), &maker.key);
    let mut file = private_options().create_new(true).open(&path).map_err(BackupError::disk("write", &path))?;
    let written = file.write_all(&signed).and_then(|()| file.sync_all()).and_then(|()| sync_parent(&path));
    written.map_err(BackupError::disk("write", &path))
}

/// Reads and verifies the manifest of the backup in `dir`. It must be signed by one of `trusted`: the node's own sign keys, now and before.
///
/// # Errors
/// [`BackupError`].
pub fn manifest(dir: &Path, network: &NetworkId, trusted: &[PublicKey]) -> Result<Manifest, BackupError> {
    let path = dir.join(MANIFEST_FILE);
    let mut bytes = Vec::new();
    match File::open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(BackupError::Incomplete { path: dir.into() }),
        Err(error) => return Err(BackupError::disk("read", &path)(error)),
        // One more than allowed is enough to see that it is too long.
        Ok(file) => file.take(MAX_BACKUP_MANIFEST as u64 + 1).read_to_end(&mut bytes).map_err(BackupError::disk("read", &path))?,
    };
    let opened = sign::open(network, Kind::Manifest, &bytes, MAX_BACKUP_MANIFEST)?;
    let manifest: Manifest = cbor::read(&opened.payload, MAX_BACKUP_MANIFEST)?;
    if !trusted.contains(&opened.signer) {
        return Err(BackupError::Signer { found: format!("{} / {} / {}", manifest.network, manifest.member, manifest.node) });
    }
    Ok(manifest)
}

/// Verifies that every file of the backup in `dir` is what its manifest says.
///
/// # Errors
/// [`BackupError::Damaged`] names the first that is not.
pub fn verify(dir: &Path, manifest: &Manifest) -> Result<(), BackupError> {
    let damaged = |file: String| BackupError::Damaged { file };
    let (hash, size) = hash(&dir.join(DATABASE_FILE))?;
    if (hash, size) != (manifest.database, manifest.database_size) {
        return Err(damaged(DATABASE_FILE.into()));
    }
    verify_documents(dir, manifest).map_err(|root| damaged(format!("{DOCUMENTS}/{root}")))
}

/// Returns the first document whose file below `dir` is not what it was, if any.
fn verify_documents(dir: &Path, manifest: &Manifest) -> Result<(), DocumentRoot> {
    for document in &manifest.documents {
        let good = BlobStore::open(dir).and_then(|blobs| super::integrity::verify(&blobs, document.root, document.size));
        good.map_err(|_| document.root)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
