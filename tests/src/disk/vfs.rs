//! The disks as SQLite sees them: one file system for each thread, registered once, on which every disk is a directory.

use std::{
    borrow::Cow,
    cell::OnceCell,
    collections::BTreeMap,
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sqlite_vfs::{DatabaseHandle, LockKind, OpenAccess, OpenOptions, Vfs};

use super::Inner;

static NEXT: AtomicU64 = AtomicU64::new(1);
static DISKS: Mutex<BTreeMap<u64, Weak<Mutex<Inner>>>> = Mutex::new(BTreeMap::new());

thread_local! {
    static NAME: OnceCell<String> = const { OnceCell::new() };
}

/// Makes a disk known; returns its number.
pub(super) fn enter(inner: &Arc<Mutex<Inner>>) -> u64 {
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    locked(&DISKS).insert(id, Arc::downgrade(inner));
    id
}

/// Forgets a disk.
pub(super) fn leave(id: u64) {
    locked(&DISKS).remove(&id);
}

/// Returns the name of this thread's file system. Each thread has its own because the crate's registration is not made to be
/// opened from two threads at once.
pub(super) fn name() -> String {
    NAME.with(|name| {
        name.get_or_init(|| {
            let name = format!("verbund-disk-{}", NEXT.fetch_add(1, Ordering::Relaxed));
            sqlite_vfs::register(&name, Disks, false).expect("SQLite takes a file system under a new name");
            name
        })
        .clone()
    })
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn find(path: &str) -> io::Result<(Arc<Mutex<Inner>>, &str)> {
    let (id, name) = path.trim_start_matches('/').split_once('/').ok_or(io::ErrorKind::NotFound)?;
    let id: u64 = id.parse().map_err(|_| io::ErrorKind::NotFound)?;
    let inner = locked(&DISKS).get(&id).and_then(Weak::upgrade).ok_or(io::ErrorKind::NotFound)?;
    Ok((inner, name))
}

struct Disks;

impl Vfs for Disks {
    type Handle = Handle;

    fn open(&self, path: &str, options: OpenOptions) -> io::Result<Handle> {
        let (inner, name) = find(path)?;
        let mut disk = locked(&inner);
        disk.working()?;
        match (disk.files.contains_key(name), options.access) {
            (true, OpenAccess::CreateNew) => return Err(io::ErrorKind::AlreadyExists.into()),
            (false, OpenAccess::Read | OpenAccess::Write) => return Err(io::ErrorKind::NotFound.into()),
            (false, OpenAccess::Create | OpenAccess::CreateNew) => drop(disk.files.insert(name.to_owned(), Default::default())),
            (true, OpenAccess::Read | OpenAccess::Write | OpenAccess::Create) => {}
        }
        let life = disk.life;
        drop(disk);
        Ok(Handle { inner, name: name.to_owned(), life, lock: LockKind::None })
    }
    fn delete(&self, path: &str) -> io::Result<()> {
        let (inner, name) = find(path)?;
        let mut disk = locked(&inner);
        disk.operate()?;
        disk.files.remove(name).map(drop).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
    fn exists(&self, path: &str) -> io::Result<bool> {
        let Ok((inner, name)) = find(path) else { return Ok(false) };
        let there = locked(&inner).files.contains_key(name);
        Ok(there)
    }
    fn temporary_name(&self) -> String {
        "/0/temporary".into()
    }
    fn random(&self, buffer: &mut [i8]) {
        // SQLite seeds its own dice from its first file system only; what is here does not matter, and is the same every time.
        buffer.iter_mut().zip(0_i8..=i8::MAX).for_each(|(byte, n)| *byte = n.wrapping_mul(31) ^ 0x55);
    }
    fn sleep(&self, _: Duration) -> Duration {
        // Whoever waits for a lock here waits for itself.
        Duration::ZERO
    }
    fn full_pathname<'a>(&self, path: &'a str) -> io::Result<Cow<'a, str>> {
        Ok(path.into())
    }
}

struct Handle {
    inner: Arc<Mutex<Inner>>,
    name: String,
    life: u64,
    lock: LockKind,
}

impl Handle {
    /// Returns the disk, if this handle belongs to its present life.
    fn disk(&self) -> io::Result<MutexGuard<'_, Inner>> {
        let disk = locked(&self.inner);
        if disk.life == self.life { Ok(disk) } else { Err(io::Error::other("the process that opened this is gone")) }
    }
}

impl DatabaseHandle for Handle {
    type WalIndex = NoSharedMemory;

    fn size(&self) -> io::Result<u64> {
        Ok(self.disk()?.file(&self.name)?.seen().len() as u64)
    }
    fn read_exact_at(&mut self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let mut disk = self.disk()?;
        disk.working()?;
        let seen = disk.file(&self.name)?.seen();
        let there = seen.get(offset as usize..).unwrap_or_default();
        let len = there.len().min(buffer.len());
        buffer[..len].copy_from_slice(&there[..len]);
        // Of a short read SQLite wants the rest as zeros.
        buffer[len..].fill(0);
        if len == buffer.len() { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
    fn write_all_at(&mut self, data: &[u8], offset: u64) -> io::Result<()> {
        self.disk()?.write(&self.name, offset, data)
    }
    fn sync(&mut self, _: bool) -> io::Result<()> {
        self.disk()?.sync(&self.name)
    }
    fn set_len(&mut self, length: u64) -> io::Result<()> {
        let mut disk = self.disk()?;
        disk.operate()?;
        disk.file(&self.name)?.set_length(length);
        Ok(())
    }
    fn lock(&mut self, lock: LockKind) -> io::Result<bool> {
        self.lock = lock;
        Ok(true)
    }
    fn reserved(&mut self) -> io::Result<bool> {
        Ok(matches!(self.lock, LockKind::Reserved | LockKind::Pending | LockKind::Exclusive))
    }
    fn current_lock(&self) -> io::Result<LockKind> {
        Ok(self.lock)
    }
    fn wal_index(&self, _: bool) -> io::Result<NoSharedMemory> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// In exclusive locking mode SQLite keeps the log's index in its own memory.
struct NoSharedMemory;

impl sqlite_vfs::wip::WalIndex for NoSharedMemory {
    fn enabled() -> bool {
        false
    }
    fn map(&mut self, _: u32) -> io::Result<[u8; 32768]> {
        Err(io::ErrorKind::Unsupported.into())
    }
    fn lock(&mut self, _: std::ops::Range<u8>, _: sqlite_vfs::wip::WalIndexLock) -> io::Result<bool> {
        Err(io::ErrorKind::Unsupported.into())
    }
    fn delete(self) -> io::Result<()> {
        Ok(())
    }
}
