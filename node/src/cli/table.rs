//! Tables for people: columns as wide as their widest cell, two spaces apart.

use std::io::Write;

/// A table with a head.
#[derive(Clone, Debug)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Returns a table with these column heads.
    pub fn new(heads: &[&str]) -> Self {
        Self { rows: vec![heads.iter().map(|head| head.to_uppercase()).collect()] }
    }
    /// Adds a row; missing cells are empty.
    pub fn row<I: IntoIterator<Item = S>, S: ToString>(&mut self, cells: I) {
        self.rows.push(cells.into_iter().map(|cell| cell.to_string()).collect());
    }
    /// Writes the table, or `none` if it has no rows.
    ///
    /// # Errors
    /// If `out` is closed.
    pub fn write(&self, out: &mut impl Write, none: &str) -> std::io::Result<()> {
        if self.rows.len() == 1 {
            return writeln!(out, "{none}");
        }
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in &self.rows {
            let line: String = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}  ")).collect();
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// Writes `name  value` lines with the values under each other.
///
/// # Errors
/// If `out` is closed.
pub fn pairs(out: &mut impl Write, pairs: &[(&str, String)]) -> std::io::Result<()> {
    let width = pairs.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    pairs.iter().try_for_each(|(name, value)| writeln!(out, "{name:width$}  {value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let mut table = Table::new(&["clinic", "free"]);
        table.row(["Rehaklinik Übersee", "3"]);
        table.row(["A", "12"]);
        let mut out = Vec::new();
        table.write(&mut out, "nothing").unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "CLINIC              FREE\nRehaklinik Übersee  3\nA                   12\n");
        let mut out = Vec::new();
        Table::new(&["x"]).write(&mut out, "nothing").unwrap();
        assert_eq!(out, b"nothing\n");
    }
}
