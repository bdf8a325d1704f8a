//! Transcripts: Markdown pages whose `console` blocks are run and compared, so that documentation cannot drift from the
//! program.
//!
//! A line `$ command` is run by the shell in the folder of a demo cooperative; the lines below it are its standard output
//! and standard error. In them `…` stands for any text within a line, a line `…` alone for any lines, and `{name}` for a
//! word that later commands and outputs use by writing `{name}` again. A command that must fail ends with `# exit N`; one whose
//! outcome another node has a hand in ends with `# soon` and is repeated until it prints what it should, for a minute at most.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

/// How long a command marked `# soon` may take to print what it should.
const SOON: Duration = Duration::from_secs(60);
/// Pause between two tries of one.
const PAUSE: Duration = Duration::from_millis(50);

/// A command with what it must print.
#[derive(Debug)]
struct Step {
    line: usize,
    command: String,
    exit: i32,
    soon: bool,
    expected: Vec<String>,
}

/// Runs the page at `path` in `folder`, with `programs` first on the search path.
///
/// # Errors
/// Names the page, line, command, and what differed.
pub fn run(path: &Path, folder: &Path, programs: &Path) -> Result<usize, String> {
    let page = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| format!("{page}: {error}"))?;
    let search = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap_or_default());
    let mut names = BTreeMap::new();
    let steps = steps(&text);
    for step in &steps {
        let begun = Instant::now();
        loop {
            let mut tried = names.clone();
            match once(step, folder, &search, &mut tried) {
                Ok(()) => {
                    names = tried;
                    break;
                }
                Err(_) if step.soon && begun.elapsed() < SOON => std::thread::sleep(PAUSE),
                Err(error) => return Err(format!("{page}:{}: {error}", step.line)),
            }
        }
    }
    Ok(steps.len())
}

/// Runs one command and compares what it prints.
fn once(step: &Step, folder: &Path, search: &str, names: &mut BTreeMap<String, String>) -> Result<(), String> {
    let command = fill(&step.command, names);
    let ran = Command::new("sh").args(["-c", &format!("{{ {command}\n}} 2>&1")]).current_dir(folder).env("PATH", search).output();
    let ran = ran.map_err(|error| format!("cannot run a shell: {error}"))?;
    let output = String::from_utf8_lossy(&ran.stdout).into_owned();
    let complain = |what: String| format!("$ {command}\n{what}\n--- output\n{output}---");
    if ran.status.code() != Some(step.exit) {
        return Err(complain(format!("ended with {}, expected exit {}", ran.status, step.exit)));
    }
    let lines: Vec<&str> = output.lines().map(str::trim_end).collect();
    compare(&step.expected, &lines, names).map_err(complain)
}

fn steps(text: &str) -> Vec<Step> {
    let (mut steps, mut inside) = (Vec::<Step>::new(), false);
    for (at, line) in text.lines().enumerate() {
        if line.starts_with("```") {
            inside = line.trim_end() == "```console";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            let (command, soon) = command.strip_suffix("# soon").map_or((command, false), |command| (command.trim_end(), true));
            let (command, exit) = match command.rsplit_once("# exit ") {
                Some((command, exit)) => (command.trim_end(), exit.trim().parse().unwrap_or(-1)),
                None => (command, 0),
            };
            steps.push(Step { line: at + 1, command: command.to_owned(), exit, soon, expected: Vec::new() });
        } else if let Some(step) = steps.last_mut().filter(|_| inside) {
            match step.command.strip_suffix('\\') {
                // A command continued over lines, as in a shell.
                Some(before) if step.expected.is_empty() => step.command = format!("{}{}", before, line.trim_start()),
                _ => step.expected.push(line.trim_end().to_owned()),
            }
        }
    }
    steps
}

fn fill(text: &str, names: &BTreeMap<String, String>) -> String {
    names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// Compares lines; `…` alone skips any number of them, as few as possible.
fn compare(expected: &[String], lines: &[&str], names: &mut BTreeMap<String, String>) -> Result<(), String> {
    let Some((first, rest)) = expected.split_first() else {
        return match lines.first() {
            None => Ok(()),
            Some(line) => Err(format!("not expected: {line}")),
        };
    };
    if first == "…" {
        let mut last = String::new();
        for skipped in 0..=lines.len() {
            let mut tried = names.clone();
            match compare(rest, &lines[skipped..], &mut tried) {
                Ok(()) => {
                    *names = tried;
                    return Ok(());
                }
                Err(error) => last = error,
            }
        }
        return Err(last);
    }
    let Some((line, others)) = lines.split_first() else { return Err(format!("missing: {first}")) };
    matches(&fill(first, names), line, names).ok_or_else(|| {
        let mut text = format!("expected: {first}\n     got: {line}");
        if !names.is_empty() {
            write!(text, "\n   names: {names:?}").expect("writing to memory does not fail");
        }
        text
    })?;
    compare(rest, others, names)
}

/// Matches one line and notes the names it binds.
fn matches(pattern: &str, line: &str, names: &mut BTreeMap<String, String>) -> Option<()> {
    let open = pattern.char_indices().find(|(at, c)| *c == '…' || (*c == '{' && pattern[*at..].contains('}')));
    let Some((at, mark)) = open else { return (pattern == line).then_some(()) };
    let rest_of_line = line.strip_prefix(&pattern[..at])?;
    if mark == '…' {
        let after = &pattern[at + '…'.len_utf8()..];
        return rest_of_line.char_indices().map(|(end, _)| end).chain([rest_of_line.len()]).find_map(|end| {
            let mut tried = names.clone();
            matches(after, &rest_of_line[end..], &mut tried).map(|()| *names = tried)
        });
    }
    let (name, after) = pattern[at + 1..].split_once('}')?;
    let end = rest_of_line.find(char::is_whitespace).unwrap_or(rest_of_line.len());
    // A name stands for one word, which the pattern may close with punctuation.
    (1..=end).rev().filter(|end| rest_of_line.is_char_boundary(*end)).find_map(|end| {
        let mut tried = names.clone();
        tried.insert(name.to_owned(), rest_of_line[..end].to_owned());
        matches(&fill(after, &tried), &rest_of_line[end..], &mut tried).map(|()| *names = tried)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expected: &[&str], lines: &[&str]) -> Result<BTreeMap<String, String>, String> {
        let mut names = BTreeMap::new();
        compare(&expected.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>(), lines, &mut names).map(|()| names)
    }

    #[test]
    fn patterns_bind_names_and_skip_text() {
        let names = check(&["case {case}, opened …", "…", "end {case}"], &["case ab12, opened today", "x", "y", "end ab12"]).unwrap();
        assert_eq!(names["case"], "ab12");
        assert!(check(&["end {a}", "end {a}"], &["end 1", "end 2"]).is_err(), "a name keeps its first value");
        assert!(check(&["a"], &["a", "b"]).is_err());
        assert!(check(&["a", "b"], &["a"]).is_err());
        assert!(check(&["a…c"], &["abbc"]).is_ok());
        assert!(check(&["a…c"], &["abbd"]).is_err());
    }

    #[test]
    fn commands_exits_and_continuations_are_read() {
        let steps = steps("text\n```console\n$ verbund x \\\n    --y\nout\n$ verbund z # exit 2\n```\n$ not inside\n");
        assert_eq!(steps.len(), 2);
        assert_eq!((steps[0].command.as_str(), steps[0].expected.len()), ("verbund x --y", 1));
        assert_eq!((steps[1].command.as_str(), steps[1].exit), ("verbund z", 2));
    }
}
