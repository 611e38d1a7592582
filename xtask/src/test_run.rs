//! Runs `cargo test` and counts what it says.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::tally::Tally;
use crate::workspace::described;

/// Runs a `cargo test` command with its output shown as it comes, and counts its tests.
///
/// # Errors
/// Where the command cannot be started or its output not be read.
pub fn count_tests(command: &mut Command) -> Result<Tally> {
    show_and_count(command, &mut std::io::stdout())
}

fn show_and_count(command: &mut Command, screen: &mut impl Write) -> Result<Tally> {
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("{} cannot be started", described(command)))?;
    let mut lines = BufReader::new(child.stdout.take().context("no output to read")?);
    let mut tally = Tally::default();
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        screen.write_all(&line)?;
        screen.flush()?;
        count_line(&mut tally, &String::from_utf8_lossy(&line));
        line.clear();
    }
    let status = child.wait()?;
    if !status.success() && tally.failed == 0 {
        // It did not compile, or a test program died without a result.
        writeln!(screen, "{} ended with {status}", described(command))?;
        tally.failed = 1;
    }
    Ok(tally)
}

fn count_line(tally: &mut Tally, line: &str) {
    let line = without_colours(line);
    let line = line.trim_end();
    if let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) {
        for part in counts.split("; ") {
            match part.split_once(' ') {
                Some((number, "passed")) => tally.passed += number.parse().unwrap_or(0),
                Some((number, "failed")) => tally.failed += number.parse().unwrap_or(0),
                _ => {}
            }
        }
    } else if let Some((name, result)) = line.strip_prefix("test ").and_then(|rest| rest.split_once(" ... "))
        && result.starts_with("ignored")
    {
        tally.skipped.push(format!("test {name} is {result}"));
    }
}

/// `CARGO_TERM_COLOR=always` reaches the test programs too.
fn without_colours(line: &str) -> String {
    let mut pieces = line.split('\u{1b}');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |plain, piece| plain + piece.split_once('m').map_or("", |(_, text)| text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_all_test_programs_are_summed() {
        let mut tally = Tally::default();
        for line in [
            "running 3 tests\n",
            "test a::b ... ok\n",
            "test a::c ... FAILED\n",
            "test a::d ... ignored, needs a moon\n",
            "test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.01s\n",
            "test result: ok. 40 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.61s\n",
            "test result: \u{1b}[32mok\u{1b}[m. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\r\n",
            "a test result: ok. 7 passed\n",
        ] {
            count_line(&mut tally, line);
        }
        let skipped = vec!["test a::d is ignored, needs a moon".to_owned()];
        assert_eq!(tally, Tally { passed: 43, failed: 1, skipped });
    }

    #[test]
    fn a_command_that_dies_without_a_result_is_a_failure() {
        let mut dying = Command::new("sh");
        dying.args(["-c", "echo 'test result: ok. 5 passed; 0 failed; 0 ignored'; exit 101"]);
        // Not on the real screen: whoever counts these tests would count that line.
        let mut screen = Vec::new();
        assert_eq!(show_and_count(&mut dying, &mut screen).unwrap(), Tally { passed: 5, failed: 1, skipped: vec![] });
        assert!(screen.starts_with(b"test result: ok. 5 passed"));
    }
}
