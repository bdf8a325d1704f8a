//! Where nodes are reached: the newest signed record of each.

use rusqlite::params;
use verbund_protocol::{
    id::{MemberId, NodeId},
    time::Timestamp,
};

use super::{Db, StoreError, millis};

/// Keeps `bytes` as the record of a node, in place of an earlier one.
///
/// # Errors
/// The store's.
pub fn put(db: &Db, member: &MemberId, node: &NodeId, bytes: &[u8], now: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT INTO address (member, node, bytes, kept_at) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (member, node) DO UPDATE SET bytes = excluded.bytes, kept_at = excluded.kept_at";
    db.prepare_cached(sql)?.execute(params![member.as_str(), node.as_str(), bytes, millis(now)])?;
    Ok(())
}

/// Forgets the record of a node.
///
/// # Errors
/// The store's.
pub fn remove(db: &Db, member: &MemberId, node: &NodeId) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM address WHERE member = ?1 AND node = ?2")?.execute([member.as_str(), node.as_str()])?;
    Ok(())
}

/// Returns all records.
///
/// # Errors
/// The store's.
pub fn all(db: &Db) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut statement = db.prepare_cached("SELECT bytes FROM address ORDER BY member, node")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::store::Store;

    #[test]
    fn a_node_has_one_record() {
        let store = Store::in_memory().unwrap();
        let (member, node) = ("a".parse().unwrap(), "1".parse().unwrap());
        put(store.db(), &member, &node, b"old", Timestamp(1)).unwrap();
        put(store.db(), &member, &node, b"new", Timestamp(2)).unwrap();
        put(store.db(), &member, &"2".parse().unwrap(), b"second", Timestamp(2)).unwrap();
        assert_eq!(all(store.db()).unwrap(), [b"new".to_vec(), b"second".to_vec()]);
        remove(store.db(), &member, &node).unwrap();
        assert_eq!(all(store.db()).unwrap(), [b"second".to_vec()]);
    }
}
