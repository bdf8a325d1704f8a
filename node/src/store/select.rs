//! A question whose conditions depend on what is asked for. Only those stand in the statement, so that an index can serve it: a plan
//! does not depend on the values bound, and "(?1 IS NULL OR x = ?1)" reads the whole table.

use rusqlite::ToSql;

/// A statement that grows by its conditions.
pub struct Select<'a> {
    sql: String,
    bound: Vec<&'a dyn ToSql>,
    narrowed: bool,
}

impl<'a> Select<'a> {
    /// Begins with `SELECT … FROM …`.
    pub fn new(from: &str) -> Self {
        Self { sql: from.to_owned(), bound: Vec::new(), narrowed: false }
    }

    /// Adds a condition without a value.
    pub fn only(&mut self, condition: &str) {
        self.sql.push_str(if std::mem::replace(&mut self.narrowed, true) { " AND " } else { " WHERE " });
        self.sql.push_str(condition);
    }

    /// Adds a condition with one `?` for the value, if there is one.
    pub fn only_if<T: ToSql>(&mut self, condition: &str, value: &'a Option<T>) {
        if let Some(value) = value {
            self.only(condition);
            self.bound.push(value);
        }
    }

    /// Ends with the order and the limit, and returns the statement and what is to be bound.
    pub fn limited(mut self, order: &str, limit: &'a i64) -> (String, Vec<&'a dyn ToSql>) {
        self.sql.push_str(order);
        self.sql.push_str(" LIMIT ?");
        self.bound.push(limit);
        (self.sql, self.bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_asked_for_stands_in_the_statement() {
        let (some, none, limit) = (Some(1), None::<i64>, 5);
        let mut select = Select::new("SELECT a FROM t");
        select.only_if("b = ?", &none);
        select.only_if("c = ?", &some);
        select.only("d IS NULL");
        let (sql, bound) = select.limited(" ORDER BY a", &limit);
        assert_eq!((sql.as_str(), bound.len()), ("SELECT a FROM t WHERE c = ? AND d IS NULL ORDER BY a LIMIT ?", 2));
        let (sql, bound) = Select::new("SELECT a FROM t").limited("", &limit);
        assert_eq!((sql.as_str(), bound.len()), ("SELECT a FROM t LIMIT ?", 1));
    }
}
