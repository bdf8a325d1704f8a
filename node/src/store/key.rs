//! The database key: 256 random bits in a file of its own, outside the data directory and outside every backup.

use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use sha2::Digest as _;
use verbund_protocol::id::LocalId;
use zeroize::{Zeroize as _, Zeroizing};

use super::{Db, StoreError};

/// First word of a key file; the key follows as 64 hexadecimal digits.
const HEADING: &str = "verbund-database-key-1";
/// A key file is one short line; anything longer is something else.
const MAX_FILE: u64 = 256;

/// A key file cannot be used. The key itself is never part of the message.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("cannot {what} the key file {path}")]
    File {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Others than the owner may read it.
    #[error("the key file {path} is open to others (mode {mode:03o}): run chmod 600 {path}")]
    Permissions {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// It lies in the data directory, where it would protect nothing and travel with copies.
    #[error("the key file {path} lies inside the data directory: move it elsewhere and set `node.database_key`")]
    Inside {
        /// The file.
        path: PathBuf,
    },
    /// Not a key file.
    #[error("{path} is not a key file: it holds the word {HEADING} and 64 hexadecimal digits")]
    Shape {
        /// The file.
        path: PathBuf,
    },
    /// The system gave no randomness.
    #[error("the system's random source failed")]
    Random,
}

/// The 256-bit key of a database. Wiped when dropped; shows nothing of itself.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseKey(Box<[u8; 32]>);

impl DatabaseKey {
    /// Returns the key made of `bytes`.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Box::new(bytes))
    }

    /// Returns a new key from the system's random source.
    ///
    /// # Errors
    /// [`KeyError::Random`].
    pub fn generate() -> Result<Self, KeyError> {
        let mut key = Self(Box::new([0; 32]));
        aws_lc_rs::rand::fill(key.0.as_mut_slice()).map_err(|_| KeyError::Random)?;
        Ok(key)
    }

    /// Returns what tells keys apart without saying anything about them: the first 8 bytes of a hash over the key.
    pub fn id(&self) -> LocalId {
        let hash = sha2::Sha256::new().chain_update(b"verbund database key id").chain_update(self.0.as_slice()).finalize();
        let mut id = [0; 8];
        id.copy_from_slice(&hash[..8]);
        LocalId(id)
    }

    /// Gives the key to a fresh connection. A raw key needs no derivation from a passphrase, so opening is instant.
    pub(super) fn apply(&self, conn: &Db) -> Result<(), StoreError> {
        // Pages are sealed with HMAC-SHA256, for which processors have instructions, instead of SHA-512, which costs twice the time here.
        // As the default, so that the copies SQLite makes by itself (`VACUUM INTO`) are sealed alike.
        conn.execute_batch("PRAGMA cipher_default_hmac_algorithm = HMAC_SHA256")?;
        self.pragma(conn, "key")?;
        // Pages stay 4096 bytes, the disk's own block: a small commit writes little. Locking and wiping all of SQLite's memory
        // (`cipher_memory_security`) stays off: it slows every allocation, while the same data lies in this process's own
        // memory anyway; hosts keep swap encrypted or off.
        Ok(conn.execute_batch("PRAGMA cipher_page_size = 4096; PRAGMA cipher_memory_security = OFF;")?)
    }

    /// Runs `PRAGMA key` or `PRAGMA rekey`; the statement's text is wiped after use.
    pub(super) fn pragma(&self, conn: &Db, word: &str) -> Result<(), StoreError> {
        let statement = Zeroizing::new(format!("PRAGMA {word} = \"x'{}'\"", *self.hex()));
        // Both answer a row (`ok`), which execute_batch reads over.
        Ok(conn.execute_batch(&statement)?)
    }

    fn hex(&self) -> Zeroizing<String> {
        use fmt::Write as _;
        let mut hex = Zeroizing::new(String::with_capacity(64));
        for byte in self.0.iter() {
            write!(hex, "{byte:02x}").expect("writing to memory does not fail");
        }
        hex
    }

    fn from_hex(hex: &str) -> Option<Self> {
        let mut key = Self(Box::new([0; 32]));
        if hex.len() != 64 || !hex.is_ascii() {
            return None;
        }
        for (index, byte) in key.0.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&hex[index * 2..index * 2 + 2], 16).ok()?;
        }
        Some(key)
    }
}

impl Drop for DatabaseKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for DatabaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseKey(..)")
    }
}

/// Where the key of a data directory is kept, and beside it, during a rotation, its successor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFile(PathBuf);

impl KeyFile {
    /// Returns the key file at `path`, which must not lie in the data directory `data`.
    ///
    /// # Errors
    /// [`KeyError::Inside`]; links are followed before comparing.
    pub fn new(path: &Path, data: &Path) -> Result<Self, KeyError> {
        let resolve = |path: &Path| resolved(path).map_err(|source| KeyError::File { what: "find", path: path.into(), source });
        if resolve(path)?.starts_with(resolve(data)?) { Err(KeyError::Inside { path: path.into() }) } else { Ok(Self(path.into())) }
    }

    /// Returns the file's path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes `key` to the file, which must not exist yet. Durable when this returns.
    ///
    /// # Errors
    /// [`KeyError::File`].
    pub fn create(&self, key: &DatabaseKey) -> Result<(), KeyError> {
        write(&self.0, key)
    }

    /// Returns the key in the file.
    ///
    /// # Errors
    /// [`KeyError::File`] if it is missing, [`KeyError::Permissions`], [`KeyError::Shape`].
    pub fn read(&self) -> Result<DatabaseKey, KeyError> {
        read(&self.0)
    }

    fn next_path(&self) -> PathBuf {
        let mut name = self.0.clone().into_os_string();
        name.push(".next");
        name.into()
    }

    /// Returns the successor that an interrupted rotation left, if any.
    pub(super) fn read_next(&self) -> Result<Option<DatabaseKey>, KeyError> {
        let path = self.next_path();
        match read(&path) {
            Ok(key) => Ok(Some(key)),
            Err(KeyError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
            // Cut off while it was written: the database cannot know it yet.
            Err(KeyError::Shape { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes the successor beside the key. There must be none: it could be the one that opens the database, which only
    /// [`Store::unlock`](super::Store::unlock) finds out.
    pub(super) fn write_next(&self, key: &DatabaseKey) -> Result<(), KeyError> {
        write(&self.next_path(), key)
    }

    /// Makes the successor the key.
    pub(super) fn promote_next(&self) -> Result<(), KeyError> {
        let failed = |source| KeyError::File { what: "replace", path: self.0.clone(), source };
        fs::rename(self.next_path(), &self.0).map_err(failed)?;
        sync_parent(&self.0).map_err(failed)
    }

    /// Removes the successor, if there is one.
    pub(super) fn discard_next(&self) -> Result<(), KeyError> {
        let path = self.next_path();
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(KeyError::File { what: "remove", path, source }),
            _ => Ok(()),
        }
    }
}

fn write(path: &Path, key: &DatabaseKey) -> Result<(), KeyError> {
    let failed = |source| KeyError::File { what: "write", path: path.into(), source };
    let text = Zeroizing::new(format!("{HEADING} {}\n", *key.hex()));
    let mut file = private_options().create_new(true).open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).and_then(|()| sync_parent(path)).map_err(failed)
}

fn read(path: &Path) -> Result<DatabaseKey, KeyError> {
    let failed = |source| KeyError::File { what: "read", path: path.into(), source };
    let file = File::open(path).map_err(failed)?;
    let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyError::Permissions { path: path.into(), mode });
    }
    let mut text = Zeroizing::new(String::new());
    file.take(MAX_FILE).read_to_string(&mut text).map_err(failed)?;
    let digits = text.strip_prefix(HEADING).map(str::trim);
    digits.and_then(DatabaseKey::from_hex).ok_or_else(|| KeyError::Shape { path: path.into() })
}

/// Returns options that create files only the owner may read or write.
pub(super) fn private_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).mode(0o600);
    options
}

/// Creates `dir` and its parents for the owner alone, if they are missing.
pub(super) fn private_directory(dir: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

/// Makes a created, renamed or removed name durable.
pub(super) fn sync_parent(path: &Path) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(parent)?.sync_all()
}

/// Returns `path` without links and dots, as far as it exists; the rest is kept as written.
fn resolved(path: &Path) -> io::Result<PathBuf> {
    let absolute = std::path::absolute(path)?;
    let mut rest = Vec::new();
    for ancestor in absolute.ancestors() {
        if let Ok(real) = ancestor.canonicalize() {
            return Ok(rest.into_iter().rev().fold(real, |path, name| path.join(name)));
        }
        rest.extend(ancestor.file_name());
    }
    Ok(absolute)
}
