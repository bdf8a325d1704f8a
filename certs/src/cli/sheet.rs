//! What commands print: named values, for people in lines, for programs as one JSON object.

use std::io::{self, Write};

use serde_json::{Map, Value};

/// Named values in the order they are shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet(Vec<Entry>);

/// A value for programs, and its lines for people.
#[derive(Clone, Debug)]
struct Entry {
    name: &'static str,
    value: Value,
    lines: Vec<String>,
}

impl Sheet {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Adds a text.
    pub(super) fn text(mut self, name: &'static str, value: impl ToString) -> Self {
        let text = value.to_string();
        self.0.push(Entry { name, value: Value::from(text.as_str()), lines: vec![text] });
        self
    }

    /// Adds a number.
    pub(super) fn number(mut self, name: &'static str, value: u64) -> Self {
        self.0.push(Entry { name, value: Value::from(value), lines: vec![value.to_string()] });
        self
    }

    /// Adds a list of texts, shown one a line.
    pub(super) fn list<T: ToString>(self, name: &'static str, items: impl IntoIterator<Item = T>) -> Self {
        let items = items.into_iter().map(|item| item.to_string());
        self.table(name, items.map(|text| (text.clone(), Value::from(text))))
    }

    /// Adds a list of which each item has a line for people and a value for programs.
    pub(super) fn table(mut self, name: &'static str, items: impl IntoIterator<Item = (String, Value)>) -> Self {
        let (mut lines, values): (Vec<_>, Vec<_>) = items.into_iter().unzip();
        if lines.is_empty() {
            lines.push("none".into());
        }
        self.0.push(Entry { name, value: Value::Array(values), lines });
        self
    }

    /// Adds every value of `other`.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    pub(super) fn write(&self, out: &mut dyn Write, json: bool) -> io::Result<()> {
        if json {
            let object: Map<String, Value> = self.0.iter().map(|entry| (entry.name.replace(' ', "_"), entry.value.clone())).collect();
            writeln!(out, "{}", Value::Object(object))?;
        } else {
            let width = self.0.iter().map(|entry| entry.name.len()).max().unwrap_or_default();
            for entry in &self.0 {
                for (at, line) in entry.lines.iter().enumerate() {
                    writeln!(out, "{:width$}  {line}", if at == 0 { entry.name } else { "" })?;
                }
            }
        }
        out.flush()
    }
}
