//! Statements from a file: CSV as a spreadsheet writes it, or JSON. Every fault is named by its line, and a file with one
//! fault is not taken at all.

use std::{fmt, str::FromStr};

use verbund_protocol::{capacity::DepartmentId, limits::MAX_HORIZON_DAYS, time::Day};

use super::{DEFAULT_VALID_HOURS, Stated};

/// Largest file, bytes.
pub const MAX_FILE: usize = 4 << 20;
/// Most faults that are listed.
const MAX_FAULTS: usize = 20;
/// The columns of a CSV file; `facility`, `department`, `beds` and `free` are needed.
pub const COLUMNS: [&str; 13] =
    ["facility", "department", "name", "beds", "first_day", "free", "settings", "indications", "constraints", "payers", "rooms", "languages", "valid_hours"];

/// A file cannot be taken, and where it is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct FileError(pub Vec<Fault>);

/// A fault at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line, counted from 1.
    pub line: u64,
    /// The column, if it is in one.
    pub column: Option<&'static str>,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.column {
            Some(column) => write!(f, "line {}, {column}: {}", self.line, self.what),
            None => write!(f, "line {}: {}", self.line, self.what),
        }
    }
}

/// Reads statements: JSON if the text begins with `[` or `{`, else CSV. `today` is the first day where a row names none.
///
/// # Errors
/// [`FileError`] lists the faults with their lines.
pub fn read(text: &str, today: Day) -> Result<Vec<Stated>, FileError> {
    if text.len() > MAX_FILE {
        return Err(one(1, format!("the file is larger than {} MiB", MAX_FILE >> 20)));
    }
    let text = text.trim_start_matches('\u{feff}');
    let stated = if text.trim_start().starts_with(['[', '{']) { json(text, today)? } else { csv(text, today)? };
    if stated.is_empty() { Err(one(1, "the file states nothing".into())) } else { Ok(stated) }
}

fn one(line: u64, what: String) -> FileError {
    FileError(vec![Fault { line, column: None, what }])
}

fn json(text: &str, today: Day) -> Result<Vec<Stated>, FileError> {
    let many = if text.trim_start().starts_with('[') { serde_json::from_str::<Vec<Stated>>(text) } else { serde_json::from_str(text).map(|stated| vec![stated]) };
    let mut stated = many.map_err(|error| one(error.line() as u64, error.to_string()))?;
    for entry in stated.iter_mut().filter(|entry| entry.first_day == Day(0)) {
        entry.first_day = today;
    }
    Ok(stated)
}

fn csv(text: &str, today: Day) -> Result<Vec<Stated>, FileError> {
    let head = text.lines().next().unwrap_or_default();
    // German spreadsheets separate by semicolons.
    let delimiter = if head.contains(';') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::All).flexible(false).comment(Some(b'#')).from_reader(text.as_bytes());
    let head = reader.headers().map_err(|error| one(1, error.to_string()))?.clone();
    let columns = columns(&head)?;
    let (mut all, mut faults) = (Vec::new(), Vec::new());
    for row in reader.records() {
        match row {
            Ok(row) => {
                let line = row.position().map_or(0, csv::Position::line);
                let cells = Cells { line, columns: &columns, row: &row };
                match cells.stated(today) {
                    Ok(stated) => all.push((line, stated)),
                    Err(fault) => faults.push(fault),
                }
            }
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                faults.push(Fault { line, column: None, what: unequal(&error, head.len()) });
            }
        }
        if faults.len() >= MAX_FAULTS {
            break;
        }
    }
    for (at, (line, stated)) in all.iter().enumerate() {
        if let Some((first, _)) = all[..at].iter().find(|(_, other)| other.id == stated.id) {
            faults.push(Fault { line: *line, column: Some("department"), what: format!("{} stands in line {first} already", stated.id) });
        }
    }
    faults.sort_by_key(|fault| fault.line);
    if faults.is_empty() { Ok(all.into_iter().map(|(_, stated)| stated).collect()) } else { Err(FileError(faults)) }
}

fn unequal(error: &csv::Error, columns: usize) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { len, .. } => format!("{len} cells, the first line has {columns}"),
        csv::ErrorKind::Utf8 { .. } => "not UTF-8: save the file as UTF-8".into(),
        _ => error.to_string(),
    }
}

/// Returns which column stands where.
fn columns(head: &csv::StringRecord) -> Result<Vec<&'static str>, FileError> {
    let name = |cell: &str| COLUMNS.into_iter().find(|column| *column == cell).ok_or_else(|| one(1, format!("\"{cell}\" is no column; there are: {}", COLUMNS.join(", "))));
    let columns = head.iter().map(name).collect::<Result<Vec<_>, _>>()?;
    for (at, column) in columns.iter().enumerate() {
        if columns[..at].contains(column) {
            return Err(one(1, format!("column {column} stands twice")));
        }
    }
    let missing: Vec<&str> = ["facility", "department", "beds", "free"].into_iter().filter(|needed| !columns.contains(needed)).collect();
    if missing.is_empty() { Ok(columns) } else { Err(one(1, format!("column {} is missing", missing.join(", ")))) }
}

/// One row with its place in the file.
struct Cells<'a> {
    line: u64,
    columns: &'a [&'static str],
    row: &'a csv::StringRecord,
}

impl Cells<'_> {
    fn cell(&self, column: &'static str) -> &str {
        self.columns.iter().position(|c| *c == column).and_then(|at| self.row.get(at)).unwrap_or_default()
    }
    fn fault(&self, column: &'static str, what: impl ToString) -> Fault {
        Fault { line: self.line, column: Some(column), what: what.to_string() }
    }
    fn parsed<T: FromStr<Err: ToString>>(&self, column: &'static str) -> Result<T, Fault> {
        self.cell(column).parse().map_err(|error: T::Err| self.fault(column, error.to_string()))
    }
    fn or<T: FromStr<Err: ToString>>(&self, column: &'static str, otherwise: T) -> Result<T, Fault> {
        if self.cell(column).is_empty() { Ok(otherwise) } else { self.parsed(column) }
    }
    /// Codes separated by spaces.
    fn codes<T: FromStr<Err: ToString>>(&self, column: &'static str) -> Result<Vec<T>, Fault> {
        self.cell(column).split_whitespace().map(|word| word.parse().map_err(|error: T::Err| self.fault(column, format!("\"{}\": {}", shown(word), error.to_string())))).collect()
    }

    fn stated(&self, today: Day) -> Result<Stated, Fault> {
        Ok(Stated {
            id: DepartmentId { facility: self.parsed("facility")?, department: self.parsed("department")? },
            name: self.cell("name").to_owned(),
            beds: self.number("beds")?,
            first_day: self.or("first_day", today)?,
            free: free(self.cell("free")).map_err(|what| self.fault("free", what))?,
            settings: self.codes("settings")?,
            indications: self.codes("indications")?,
            constraints: self.codes("constraints")?,
            payers: self.codes("payers")?,
            rooms: self.codes("rooms")?,
            languages: self.codes("languages")?,
            valid_hours: if self.cell("valid_hours").is_empty() { DEFAULT_VALID_HOURS } else { self.number("valid_hours")? },
        })
    }
    fn number(&self, column: &'static str) -> Result<u16, Fault> {
        self.cell(column).parse().map_err(|_| self.fault(column, "not a number from 0 to 65535"))
    }
}

/// At most the beginning of a word, so that an error does not repeat a whole line of something else.
fn shown(word: &str) -> String {
    word.chars().take(24).collect()
}

/// Reads free places by day: `3 3 2` or, for several days alike, `3x14 2x7`.
///
/// # Errors
/// Says how it is written.
pub fn free(text: &str) -> Result<Vec<u16>, String> {
    let mut days = Vec::new();
    for word in text.split([' ', '/']).filter(|word| !word.is_empty()) {
        let (number, times) = word.split_once(['x', 'X']).unwrap_or((word, "1"));
        let read = |text: &str| text.parse::<u16>().map_err(|_| format!("\"{}\": free places are written as 3 3 2, or 3x14 for fourteen days alike", shown(word)));
        let (number, times) = (read(number)?, read(times)?);
        if days.len() + usize::from(times) > MAX_HORIZON_DAYS {
            return Err(format!("more than {MAX_HORIZON_DAYS} days"));
        }
        days.extend(std::iter::repeat_n(number, times.into()));
    }
    if days.is_empty() { Err("no day is stated; a full department states 0".into()) } else { Ok(days) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TODAY: Day = Day(20_000);

    fn faults(text: &str) -> Vec<String> {
        read(text, TODAY).unwrap_err().0.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_spreadsheet_is_read() {
        let text = "\u{feff}facility;department;name;beds;first_day;free;indications;payers\n108310400;2300;Orthopädie;40;2026-12-01;3x2 1;locomotor rheumatic-inflammatory;drv gkv\n# a remark\n108310400;0300;;20;;0;heart;drv\n";
        let stated = read(text, TODAY).unwrap();
        assert_eq!(stated.len(), 2);
        assert_eq!((stated[0].free.as_slice(), stated[0].first_day), ([3, 3, 1].as_slice(), "2026-12-01".parse().unwrap()));
        assert_eq!(stated[0].indications.iter().map(ToString::to_string).collect::<Vec<_>>(), ["locomotor", "rheumatic-inflammatory"]);
        assert_eq!((stated[1].first_day, stated[1].valid_hours, stated[1].name.as_str()), (TODAY, 72, ""));
        let with_commas = "facility,department,beds,free\n108310400,2300,40,\"1 2\"\n";
        assert_eq!(read(with_commas, TODAY).unwrap()[0].free, [1, 2]);
    }

    #[test]
    fn every_fault_is_named_by_its_line() {
        let text = "facility,department,beds,free,payers\n108310401,2300,40,1,drv\n108310400,23,40,1,drv\n108310400,2300,many,1,drv\n108310400,2300,40,,drv\n108310400,2300,40,1x90,drv\n108310400,2300,40,1\n108310400,2300,40,1,drv\n108310400,2300,40,2,barmer\n108310400,2300,40,2,drv\n";
        let expected = [
            "line 2, facility: the check digit of this IK is wrong: expected 0 as the ninth digit",
            "line 3, department: a department key (Fachabteilungsschlüssel) is four to six digits, such as 2300",
            "line 4, beds: not a number from 0 to 65535",
            "line 5, free: no day is stated; a full department states 0",
            "line 6, free: more than 56 days",
            "line 7: 4 cells, the first line has 5",
            "line 9, payers: \"barmer\": not a code of the list payer; see `verbund inquiry codes payer`",
            "line 10, department: 108310400/2300 stands in line 8 already",
        ];
        assert_eq!(faults(text), expected);
        assert_eq!(faults("facility,department,beds\n1,2,3\n"), ["line 1: column free is missing"]);
        assert!(faults("facility,clinic\n")[0].starts_with("line 1: \"clinic\" is no column; there are: facility, "));
        assert_eq!(faults("facility,beds,beds\n"), ["line 1: column beds stands twice"]);
        assert_eq!(faults("facility,department,beds,free\n"), ["line 1: the file states nothing"]);
        assert_eq!(faults(""), ["line 1: column facility, department, beds, free is missing"]);
    }

    #[test]
    fn json_is_read_and_faults_have_lines_too() {
        let stated = read(r#"[{"id":{"facility":"108310400","department":"2300"},"beds":4,"free":[1,2],"payers":["drv"]}]"#, TODAY).unwrap();
        assert_eq!((stated[0].first_day, stated[0].free.as_slice()), (TODAY, [1, 2].as_slice()));
        assert!(faults("[\n{\"id\":{\"facility\":\"108310400\",\"department\":\"2300\"},\n\"bets\":4}]")[0].starts_with("line 3: unknown field `bets`"));
        assert!(faults("[\n{").concat().starts_with("line 2: "));
    }
}
