//! All SQL of the node: one encrypted SQLite file per data directory, one writer, readers apart.
//!
//! - [`Store`] is the writer. [`Store::begin`] opens the one transaction of a batch ([`Batch`]); within it every step runs in a
//!   [`savepoint`], and only [`Batch::commit`] makes anything true. Commit waits for the disk (`synchronous=FULL`).
//! - Functions of an area (`store/<area>.rs`) take `&Db`, which is a connection inside such a transaction. They never commit.
//! - [`Readers`] are read-only connections for questions that need not wait for the writer.
//!
//! A failing disk never lies here: a full one refuses the batch and keeps what was committed ([`StoreError::Full`]); one that cannot
//! promise durability any more ([`StoreError::Fsync`]) stops the node, because nothing after it could be trusted.

use std::{ops::Deref, path::PathBuf};

use rusqlite::{Transaction, TransactionBehavior};

mod column;
mod migrations;
mod open;
mod readers;
mod room;
mod rotate;
#[cfg(test)]
mod scans;
mod select;

pub mod account;
pub mod address;
pub mod audit;
pub mod backup;
pub mod bedside;
pub mod blob;
pub mod capacity;
pub mod case;
pub mod caseload;
pub mod consent;
pub mod conversation;
pub mod disk;
pub mod document;
pub mod hold;
pub mod integrity;
pub mod key;
pub mod mailbox;
pub mod membership;
pub mod meta;
pub mod news;
pub mod outbox;
pub mod paper;
pub mod patient;
pub mod post;
pub mod proxy;
pub mod pulse;
pub mod purpose;
pub mod rule;
pub mod team;
pub mod thread;
pub mod wish;

pub use column::{json, millis, moment, moment_opt, parsed, parsed_opt};
pub use key::DatabaseKey;
pub use migrations::{KNOWN_SCHEMA, schema_version};
pub use open::DATABASE_FILE;
pub use readers::{Reader, Readers};

/// A connection, as store functions see it: inside the transaction of a [`Batch`], or a [`Reader`]'s.
pub type Db = rusqlite::Connection;

/// The store could not do what was asked. Nothing of the statement that failed remains.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No room left. The batch is refused; everything committed before is still there.
    #[error("the disk is full: free some space; what was acknowledged before is safe")]
    Full,
    /// The disk could not confirm a write. The node must stop: what the file holds now is only known after a restart.
    #[error("the disk did not confirm a write (fsync failed): replace the disk or check its mount, then start again")]
    Fsync(#[source] rusqlite::ffi::Error),
    /// Another disk error. The batch is refused.
    #[error("the disk failed to read or write")]
    Io(#[source] rusqlite::Error),
    /// An earlier failure ended the whole batch; nothing more may be written in it.
    #[error("the batch was already rolled back by an earlier failure")]
    RolledBack,
    /// Another connection holds the file longer than the store waits.
    #[error("the database is held by another connection: stop whatever else has it open")]
    Busy,
    /// A rule of the schema forbids this: a repeat of something unique, or a reference to something that is not there.
    #[error("the store's rules forbid this")]
    Conflict(#[source] rusqlite::Error),
    /// What was asked for is not there.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// A value that was read is not one that was ever written.
    #[error("the database is damaged ({0}): run `verbund integrity`, then restore a backup")]
    Corrupt(String),
    /// A page of the file does not read back as it was written. The node must stop: what it takes in from now on would be lost with the file.
    #[error("the database's file is damaged: run `verbund integrity`, then restore a backup")]
    Damaged(#[source] rusqlite::ffi::Error),
    /// Neither the key file nor its successor opens the file.
    #[error("the key does not open the database {path}: give the key file that belongs to this data directory")]
    WrongKey {
        /// The database file.
        path: PathBuf,
    },
    /// The database still has the key it had.
    #[error("the database could not be encrypted anew and keeps its key: stop whatever else has it open, see that the disk has room, and try again")]
    KeyNotChanged,
    /// A newer program wrote this file; it was not touched.
    #[error("the database has schema {found}, this program knows up to {known}: start the newer program that wrote it")]
    TooNew {
        /// Schema of the file.
        found: u32,
        /// Highest schema this program knows.
        known: u32,
    },
    /// The file is a SQLite database of something else.
    #[error("{path} is not a Verbund database")]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The data directory is another node's.
    #[error("the data directory belongs to {found}, the configuration to {wanted}: correct `node.data_dir` or `node.member`")]
    OtherNode {
        /// Whose it is.
        found: String,
        /// Who was to use it.
        wanted: String,
    },
    /// A restore was cut off before it was complete.
    #[error("a restore into {path} was not finished: empty the directory and restore again")]
    HalfRestored {
        /// The data directory.
        path: PathBuf,
    },
    /// Another process works on the data directory.
    #[error("another process works on the data directory {path}: stop it first")]
    Locked {
        /// The data directory.
        path: PathBuf,
    },
    /// The data directory cannot be used.
    #[error("cannot use the data directory {path}")]
    Directory {
        /// The directory or a file in it.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file is asked of a store that lives in memory only.
    #[error("this store is in memory only")]
    InMemory,
    /// The key file is missing or unusable.
    #[error(transparent)]
    Key(#[from] key::KeyError),
    /// A fault in a statement: a defect of the program.
    #[error("the store refused a statement")]
    Sql(#[source] rusqlite::Error),
}

impl StoreError {
    /// Returns whether the node must stop at once.
    pub fn is_fatal(&self) -> bool {
        matches!(self, Self::Fsync(_) | Self::Damaged(_))
    }
    /// Returns whether the whole batch is lost, not only the step that failed: the core then reloads its memory from the store.
    pub fn ends_batch(&self) -> bool {
        matches!(self, Self::Full | Self::Fsync(_) | Self::Damaged(_) | Self::Io(_) | Self::RolledBack | Self::Busy)
    }
    /// Returns this failure as everybody else in the batch is told of it. One that stops the node stays one.
    pub fn for_others(&self) -> Self {
        match self {
            Self::Full => Self::Full,
            Self::Fsync(cause) => Self::Fsync(*cause),
            Self::Damaged(cause) => Self::Damaged(*cause),
            _ => Self::RolledBack,
        }
    }
    /// Returns the error of a disk that did not confirm a file beside the database: it stops the node as well.
    pub fn file_sync() -> Self {
        Self::Fsync(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR_FSYNC))
    }
    /// Returns the error for stored text or bytes that do not read back as `what`.
    pub fn unreadable(what: &str) -> Self {
        Self::Corrupt(format!("unreadable {what}"))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::{Error, ErrorCode, ffi};
        match &error {
            Error::SqliteFailure(cause, _) => match cause.code {
                ErrorCode::DiskFull => Self::Full,
                ErrorCode::SystemIoFailure => match cause.extended_code {
                    ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_DIR_FSYNC => Self::Fsync(*cause),
                    _ => Self::Io(error),
                },
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
                ErrorCode::ConstraintViolation => Self::Conflict(error),
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Damaged(*cause),
                _ => Self::Sql(error),
            },
            Error::FromSqlConversionFailure(column, ..) | Error::IntegralValueOutOfRange(column, _) => Self::Corrupt(format!("unreadable value in column {column}")),
            Error::InvalidColumnType(_, name, _) => Self::Corrupt(format!("unreadable value in column {name}")),
            _ => Self::Sql(error),
        }
    }
}

/// The writer: owns the only connection that changes the file, and the lock on the data directory.
#[derive(Debug)]
pub struct Store {
    conn: Db,
    place: Option<open::Place>,
    #[cfg(test)]
    _watched: Option<scans::Watched>,
}

impl Store {
    /// Returns the writer's connection, for reading outside a batch (start-up, reload after a rollback).
    pub fn db(&self) -> &Db {
        &self.conn
    }

    /// Opens the one transaction of a batch. It holds the write lock from the start, so it cannot fail later for want of it.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if another connection writes; there is none in a running node.
    pub fn begin(&self) -> Result<Batch<'_>, StoreError> {
        Ok(Batch(Transaction::new_unchecked(&self.conn, TransactionBehavior::Immediate)?))
    }

    /// Runs `work` in a batch of its own and commits it. For start-up, tests and commands on a stopped node.
    ///
    /// # Errors
    /// The error of `work`, after which nothing has changed, or that of the commit.
    pub fn write<T, E: From<StoreError>>(&self, work: impl FnOnce(&Db) -> Result<T, E>) -> Result<T, E> {
        let batch = self.begin()?;
        let out = work(&batch)?;
        batch.commit()?;
        Ok(out)
    }
}

/// One transaction for many steps. Dropped without [`Batch::commit`], everything in it is undone.
pub struct Batch<'s>(Transaction<'s>);

impl Batch<'_> {
    /// Makes everything in the batch durable; returns when the disk has confirmed it.
    ///
    /// # Errors
    /// Nothing of the batch remains. [`StoreError::is_fatal`] tells whether the node may go on.
    pub fn commit(self) -> Result<(), StoreError> {
        if self.0.is_autocommit() {
            return Err(StoreError::RolledBack);
        }
        Ok(self.0.commit()?)
    }
}

impl Deref for Batch<'_> {
    type Target = Db;
    fn deref(&self) -> &Db {
        &self.0
    }
}

/// Runs one step inside an open batch: its changes stay if it returns `Ok` and are undone if it returns an error. May be nested.
///
/// # Errors
/// The step's own error; [`StoreError::RolledBack`] if SQLite has ended the whole batch meanwhile (it may, when the disk is full).
pub fn savepoint<T, E: From<StoreError>>(db: &Db, step: impl FnOnce(&Db) -> Result<T, E>) -> Result<T, E> {
    // Outside a transaction each statement would commit by itself; a batch that SQLite has rolled back must end here.
    if db.is_autocommit() {
        return Err(StoreError::RolledBack.into());
    }
    // Compiled once: a turn of small pieces spends a good part of its time here.
    let run = |sql: &str| db.prepare_cached(sql).and_then(|mut statement| statement.execute([])).map_err(StoreError::from);
    run("SAVEPOINT step")?;
    match step(db) {
        Ok(_) if db.is_autocommit() => Err(StoreError::RolledBack.into()),
        Ok(out) => {
            run("RELEASE step")?;
            Ok(out)
        }
        Err(error) => {
            if !db.is_autocommit() {
                db.execute_batch("ROLLBACK TO step; RELEASE step").map_err(StoreError::from)?;
            }
            Err(error)
        }
    }
}

#[cfg(test)]
mod tests;
