//! What doors see of the store: the forms of its records, and the long work that runs beside the single writer (backup,
//! integrity, reading the audit). Doors never reach past the workflow; this is where it lets them through, by name.

pub use crate::store::{StoreError, audit, backup, blob, document, integrity, key, patient};
