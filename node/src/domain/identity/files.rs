//! Files of an identity are whole or not there: written beside their place, flushed, then renamed.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use verbund_protocol::limits::MAX_NETWORK_DOCUMENT;

use super::IdentityError;

/// Returns the bytes of a file; none here is longer than a network document.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, IdentityError> {
    File::open(path).and_then(read_bounded).map_err(failed("read", path))
}

/// Returns the text of a file that its owner alone may read.
pub(super) fn read_private(path: &Path) -> Result<String, IdentityError> {
    let file = File::open(path).map_err(failed("read", path))?;
    let mode = file.metadata().map_err(failed("read", path))?.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(IdentityError::Permissions { path: path.to_owned(), mode });
    }
    let not_text = |_| io::Error::new(io::ErrorKind::InvalidData, "not a text file");
    read_bounded(file).and_then(|bytes| String::from_utf8(bytes).map_err(not_text)).map_err(failed("read", path))
}

/// Writes a file that everybody may read, replacing an older one in one step.
///
/// # Errors
/// [`IdentityError::File`]; the older one is then untouched.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), IdentityError> {
    write_beside(path, bytes, 0o644).and_then(|beside| fs::rename(beside, path)).and_then(|()| sync_parent(path)).map_err(failed("write", path))
}

/// Writes a file that its owner alone may read, and that must not exist yet.
pub(super) fn write_new_private(path: &Path, bytes: &[u8]) -> Result<(), IdentityError> {
    let beside = write_beside(path, bytes, 0o600).map_err(failed("write", path))?;
    // A hard link, unlike a rename, fails when the name is taken, however short ago.
    let linked = fs::hard_link(&beside, path);
    let _ = fs::remove_file(&beside);
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(IdentityError::Exists { path: path.to_owned() }),
        other => other.and_then(|()| sync_parent(path)).map_err(failed("write", path)),
    }
}

/// Creates a folder that its owner alone may enter, and its parents.
pub(super) fn create_private_dir(path: &Path) -> Result<(), IdentityError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed("create", path))
}

fn read_bounded(file: File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(MAX_NETWORK_DOCUMENT as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > MAX_NETWORK_DOCUMENT {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("larger than {MAX_NETWORK_DOCUMENT} bytes")));
    }
    Ok(bytes)
}

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> IdentityError {
    move |source| IdentityError::File { doing, path: path.to_owned(), source }
}

fn write_beside(path: &Path, bytes: &[u8], mode: u32) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not a file name"))?;
    let beside = path.with_file_name(format!(".{}.{}", name.to_string_lossy(), std::process::id()));
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
