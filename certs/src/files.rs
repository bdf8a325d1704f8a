//! Files are whole or not there: written beside their place, flushed, then renamed.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use crate::AuthorityError;

/// Largest file that is read; a network document is the largest thing the authority handles.
const MAX_FILE: u64 = 4 << 20;

/// Who may read a file.
#[derive(Clone, Copy)]
pub(crate) enum Access {
    /// Everybody on the machine.
    Public,
    /// Its owner alone (mode 0600).
    Private,
}

/// Returns the content of a file of at most [`MAX_FILE`] bytes.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, AuthorityError> {
    let fail = |source| AuthorityError::File { doing: "read", path: path.to_owned(), source };
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes)).map_err(fail)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(AuthorityError::Unreadable { path: path.to_owned(), why: format!("larger than {MAX_FILE} bytes") });
    }
    Ok(bytes)
}

/// Returns the content of a text file.
pub(crate) fn read_text(path: &Path) -> Result<String, AuthorityError> {
    String::from_utf8(read(path)?).map_err(|_| AuthorityError::Unreadable { path: path.to_owned(), why: "not a text file".into() })
}

/// Writes a file, replacing an older one in one step.
pub(crate) fn write(path: &Path, bytes: &[u8], access: Access) -> Result<(), AuthorityError> {
    write_beside(path, bytes, access).and_then(|beside| fs::rename(beside, path)).and_then(|()| sync_parent(path)).map_err(|source| failed(path, source))
}

/// Writes a file that must not exist yet.
pub(crate) fn write_new(path: &Path, bytes: &[u8], access: Access) -> Result<(), AuthorityError> {
    let beside = write_beside(path, bytes, access).map_err(|source| failed(path, source))?;
    // A hard link, unlike a rename, fails when the name is taken, however short ago.
    let linked = fs::hard_link(&beside, path);
    let _ = fs::remove_file(&beside);
    match linked {
        Err(source) if source.kind() == io::ErrorKind::AlreadyExists => Err(AuthorityError::Exists { path: path.to_owned() }),
        other => other.and_then(|()| sync_parent(path)).map_err(|source| failed(path, source)),
    }
}

/// Creates a directory and its parents.
pub(crate) fn create_dir(path: &Path) -> Result<(), AuthorityError> {
    fs::create_dir_all(path).map_err(|source| AuthorityError::File { doing: "create", path: path.to_owned(), source })
}

fn failed(path: &Path, source: io::Error) -> AuthorityError {
    AuthorityError::File { doing: "write", path: path.to_owned(), source }
}

fn write_beside(path: &Path, bytes: &[u8], access: Access) -> io::Result<std::path::PathBuf> {
    let name = path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not a file name"))?;
    let beside = path.with_file_name(format!(".{}.{}", name.to_string_lossy(), std::process::id()));
    let mode = match access {
        Access::Public => 0o644,
        Access::Private => 0o600,
    };
    let _ = fs::remove_file(&beside);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(beside)
}

fn sync_parent(path: &Path) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(parent)?.sync_all()
}
