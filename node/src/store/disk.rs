//! How full the disk is.

use std::path::Path;

/// Returns free and all bytes of the file system that `path` lies on; nothing if the system does not say.
pub fn room(path: &Path) -> Option<(u64, u64)> {
    let stat = nix::sys::statvfs::statvfs(path).ok()?;
    let unit = stat.fragment_size();
    Some((stat.blocks_available().saturating_mul(unit), stat.blocks().saturating_mul(unit)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    #[test]
    fn a_disk_has_room_and_what_is_not_there_has_none() {
        let (free, all) = super::room(&std::env::temp_dir()).unwrap();
        assert!(free <= all && all > 0);
        assert_eq!(super::room(std::path::Path::new("/nowhere/at/all")), None);
    }
}
