//! What one run of a target came to, by the output of libFuzzer.

use std::fmt;

use anyhow::{Context, Result};

/// The head of the table whose rows are outcomes.
pub const HEADER: &str = "target                     executions     a second  finds";

/// The most lines of a target's output that are shown of a find.
const LINES_OF_FIND: usize = 12;

/// What one run of a target came to.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The target.
    pub target: String,
    /// How many inputs it was run with.
    pub executions: u64,
    /// How many that were in a second.
    pub per_second: u64,
    /// What broke a promise, if an input did: the message, and where the input is.
    pub find: Option<String>,
}

impl Outcome {
    /// Reads the output of a run that ended well or not.
    ///
    /// # Errors
    /// The output has no statistics, and it isn't a find: the target did not run.
    pub fn read(target: &str, ended_well: bool, output: &str) -> Result<Self> {
        let number = |name: &str| {
            let value = output.lines().rev().find_map(|line| line.strip_prefix("stat::")?.strip_prefix(name));
            value.and_then(|value| value.trim_start_matches(':').trim().parse().ok())
        };
        let last_lines = || {
            let lines: Vec<&str> = output.lines().filter(|line| !line.starts_with("stat::")).collect();
            lines[lines.len().saturating_sub(LINES_OF_FIND)..].join("\n")
        };
        let executions = number("number_of_executed_units");
        let find = (!ended_well).then(|| format!("{target}:\n{}", found(output).unwrap_or_else(last_lines)));
        if find.is_none() {
            executions.with_context(|| format!("{target} did not run:\n{}", last_lines()))?;
        }
        Ok(Self {
            target: target.to_owned(),
            executions: executions.unwrap_or_default(),
            per_second: number("average_exec_per_sec").unwrap_or_default(),
            find,
        })
    }
}

/// The message of a panic or of libFuzzer, and the file with the input.
fn found(output: &str) -> Option<String> {
    let lines: Vec<&str> = output.lines().collect();
    let begins = lines.iter().position(|line| line.contains("panicked at") || line.contains("ERROR: libFuzzer"))?;
    let message = lines[begins..].iter().take_while(|line| !line.starts_with("stack backtrace")).take(LINES_OF_FIND);
    let file = lines.iter().find_map(|line| line.split_once("Test unit written to ").map(|(_, file)| file));
    let again = file.map(|file| format!("the input is in {file}; run it again with this file as the only argument"));
    Some(message.copied().map(str::to_owned).chain(again).collect::<Vec<_>>().join("\n"))
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { target, executions, per_second, find } = self;
        write!(f, "{target:<24} {executions:>12} {per_second:>12} {:>6}", usize::from(find.is_some()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "#2\tINITED\nDone 1000 runs in 0 second(s)\nstat::number_of_executed_units: 1000\n\
                        stat::average_exec_per_sec:     500\n";

    #[test]
    fn counts_come_from_the_statistics() {
        let outcome = Outcome::read("csv", true, GOOD).unwrap();
        assert_eq!((outcome.executions, outcome.per_second, outcome.find), (1_000, 500, None));
    }

    #[test]
    fn a_find_names_the_message_and_the_input() {
        let output = format!(
            "#2\tINITED\nthread panicked at src/forms.rs:9:5:\nassertion failed\nstack backtrace:\n   0: x\n\
             artifact_prefix='f/csv-'; Test unit written to f/csv-crash-0a\n{GOOD}"
        );
        let find = Outcome::read("csv", false, &output).unwrap().find.unwrap();
        assert!(
            find.contains("assertion failed") && find.contains("f/csv-crash-0a") && !find.contains("0: x"),
            "{find}"
        );
        let killed = Outcome::read("csv", false, "#2\tINITED\n").unwrap();
        assert!(killed.find.unwrap().contains("INITED"));
    }

    #[test]
    fn a_target_that_did_not_run_is_an_error() {
        assert!(Outcome::read("csv", true, "INFO: nothing\n").unwrap_err().to_string().contains("INFO: nothing"));
    }
}
