//! Files named on the command line: read up to a bound, and written whole or not at all.

use std::{
    fs::{self, File, OpenOptions},
    io::Read as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};

/// Reads a file of at most `limit` bytes; `-` is standard input.
///
/// # Errors
/// Names the file, and the bound if it is larger.
pub fn read(path: &Path, limit: u64) -> anyhow::Result<Vec<u8>> {
    let cannot = || format!("cannot read {}", path.display());
    let mut bytes = Vec::new();
    // One more than allowed shows that there is more, whatever the file says about its size.
    if path.as_os_str() == "-" {
        std::io::stdin().take(limit + 1).read_to_end(&mut bytes).context("cannot read standard input")?;
    } else {
        File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut bytes)).with_context(cannot)?;
    }
    if bytes.len() as u64 > limit {
        bail!("{} has more than {limit} bytes, which is more than such a file may have: check which file was meant", path.display());
    }
    Ok(bytes)
}

/// Reads a text file of at most `limit` bytes; `-` is standard input.
///
/// # Errors
/// As [`read`]; or it is not UTF-8.
pub fn read_text(path: &Path, limit: u64) -> anyhow::Result<String> {
    String::from_utf8(read(path, limit)?).ok().with_context(|| format!("{} is not UTF-8: save it as UTF-8", path.display()))
}

/// Writes a new file for this user alone: `fill` writes it beside its place, and only the complete file gets its name.
///
/// # Errors
/// Names the file; if it is there already, it stays as it is.
pub fn write_new(path: &Path, fill: impl FnOnce(&mut File) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let cannot = || format!("cannot write {}", path.display());
    refuse_existing(path)?;
    let mut partial = path.as_os_str().to_owned();
    partial.push(".part");
    let partial = PathBuf::from(partial);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&partial).with_context(|| format!("cannot write {}", partial.display()))?;
    // A hard link, unlike a rename, never replaces a file that came meanwhile.
    let written = fill(&mut file).and_then(|()| Ok(file.sync_all()?)).and_then(|()| Ok(fs::hard_link(&partial, path)?));
    let _ = fs::remove_file(&partial);
    written.with_context(cannot)
}

/// Refuses a file that is there already, before anybody is asked for what it shall hold.
///
/// # Errors
/// It is there.
pub fn refuse_existing(path: &Path) -> anyhow::Result<()> {
    if path.symlink_metadata().is_ok() {
        bail!("{} is there already: name a file that is not", path.display());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_bound() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        fs::write(&path, "four").unwrap();
        assert_eq!(read_text(&path, 4).unwrap(), "four");
        assert!(read(&path, 3).unwrap_err().to_string().contains("more than 3 bytes"));
        assert!(read(Path::new("/dev/zero"), 1_000).is_err(), "whatever it says about its size");
        fs::write(&path, [0xff, 0xfe]).unwrap();
        assert!(read_text(&path, 4).unwrap_err().to_string().contains("UTF-8"));
        let nowhere = read(&dir.path().join("nowhere"), 4).unwrap_err();
        assert!(format!("{nowhere:#}").contains("nowhere: No such file"));
    }

    #[test]
    fn a_file_is_written_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let broken = write_new(&path, |file| {
            file.write_all(b"half")?;
            anyhow::bail!("the line broke")
        });
        assert!(format!("{:#}", broken.unwrap_err()).ends_with("the line broke"));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        let whole = |text: &'static [u8]| write_new(&path, move |file| Ok(file.write_all(text)?));
        whole(b"whole").unwrap();
        assert!(whole(b"other").unwrap_err().to_string().contains("is there already"));
        assert_eq!((fs::read(&path).unwrap().as_slice(), fs::read_dir(dir.path()).unwrap().count()), (&b"whole"[..], 1));
    }
}
