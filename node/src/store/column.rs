//! How protocol values lie in columns: moments as INTEGER milliseconds, names as TEXT, identifiers as BLOB (`id.0` both ways).
//!
//! A column is given by its name, or by its number where rows are read so often that looking names up would show.

use std::str::FromStr;

use rusqlite::{Row, RowIndex, types::Type};
use verbund_protocol::time::Timestamp;

/// Returns `at` as a column value: milliseconds since 1970, at most what a column holds.
pub fn millis(at: Timestamp) -> i64 {
    i64::try_from(at.0).unwrap_or(i64::MAX)
}

/// Returns the moment in `column`.
///
/// # Errors
/// The column holds no moment.
pub fn moment(row: &Row<'_>, column: impl RowIndex) -> rusqlite::Result<Timestamp> {
    row.get::<_, i64>(column).map(from_millis)
}

/// Returns the moment in `column`, or nothing if it is NULL.
///
/// # Errors
/// The column holds no moment.
pub fn moment_opt(row: &Row<'_>, column: impl RowIndex) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(from_millis))
}

fn from_millis(millis: i64) -> Timestamp {
    Timestamp(u64::try_from(millis).unwrap_or(0))
}

/// Returns the text in `column` as a `T`.
///
/// # Errors
/// The column holds no such text.
pub fn parsed<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(row: &Row<'_>, column: impl RowIndex) -> rusqlite::Result<T> {
    let index = column.idx(row.as_ref())?;
    parse(index, row.get_ref(index)?.as_str()?)
}

/// Returns the text in `column` as a `T`, or nothing if it is NULL.
///
/// # Errors
/// The column holds no such text.
pub fn parsed_opt<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(row: &Row<'_>, column: impl RowIndex) -> rusqlite::Result<Option<T>> {
    let index = column.idx(row.as_ref())?;
    row.get_ref(index)?.as_str_or_null()?.map(|text| parse(index, text)).transpose()
}

fn parse<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(index: usize, text: &str) -> rusqlite::Result<T> {
    text.parse().map_err(|error| rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(error)))
}

/// Returns the JSON in `column` as a `T`.
///
/// # Errors
/// The column holds no such JSON.
pub fn json<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: impl RowIndex) -> rusqlite::Result<T> {
    let index = column.idx(row.as_ref())?;
    serde_json::from_str(row.get_ref(index)?.as_str()?).map_err(|error| rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(error)))
}
