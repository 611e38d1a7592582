//! Runs `cargo test`, pytest or Node's test runner and counts the results in its output.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::tally::Tally;
use crate::workspace::described;

/// Runs a `cargo test` command, shows its output immediately, and counts its tests.
///
/// # Errors
/// The command cannot be started, or its output cannot be read.
pub fn count_tests(command: &mut Command) -> Result<Tally> {
    show_and_count(command, count_line, &mut std::io::stdout())
}

/// Like [`count_tests`], for pytest. It needs at least `-rs`, so that it lists skipped tests.
///
/// # Errors
/// The same as [`count_tests`].
pub fn count_pytest(command: &mut Command) -> Result<Tally> {
    show_and_count(command, count_line_of_pytest, &mut std::io::stdout())
}

/// Like [`count_tests`], for `node --test --test-reporter=spec`.
///
/// # Errors
/// The same as [`count_tests`].
pub fn count_node_tests(command: &mut Command) -> Result<Tally> {
    show_and_count(command, count_line_of_node, &mut std::io::stdout())
}

fn show_and_count(command: &mut Command, count: fn(&mut Tally, &str), screen: &mut impl Write) -> Result<Tally> {
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("{} cannot be started", described(command)))?;
    let mut lines = BufReader::new(child.stdout.take().context("no output to read")?);
    let mut tally = Tally::default();
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        screen.write_all(&line)?;
        screen.flush()?;
        count(&mut tally, &String::from_utf8_lossy(&line));
        line.clear();
    }
    let status = child.wait()?;
    if !status.success() && tally.failed == 0 {
        // The tests did not compile, or crashed without a result.
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

fn count_line_of_pytest(tally: &mut Tally, line: &str) {
    let line = without_colours(line);
    let line = line.trim_end();
    if let Some(skipped) = line.strip_prefix("SKIPPED [")
        && let Some((number, reason)) = skipped.split_once("] ")
    {
        let times = number.parse().unwrap_or(1);
        tally.skipped.extend(std::iter::repeat_n(format!("test {reason}"), times));
    } else if line.starts_with("==") && line.ends_with("==") {
        // `=== 1 failed, 21 passed, 2 skipped, 1 error in 41.16s (0:00:41) ===`
        let counts = line.trim_matches(['=', ' ']).split(" in ").next().unwrap_or_default();
        for part in counts.split(", ") {
            match part.split_once(' ') {
                Some((number, "passed")) => tally.passed += number.parse().unwrap_or(0),
                Some((number, "failed" | "error" | "errors")) => tally.failed += number.parse().unwrap_or(0),
                _ => {}
            }
        }
    }
}

fn count_line_of_node(tally: &mut Tally, line: &str) {
    let line = without_colours(line);
    let line = line.trim();
    // `﹣ name of the test (0.2ms) # the reason`
    if let Some(skipped) = line.strip_prefix('\u{fe63}') {
        tally.skipped.push(format!("test {}", skipped.trim()));
    }
    // `ℹ pass 21`, at the end
    match line.strip_prefix("\u{2139} ").and_then(|count| count.split_once(' ')) {
        Some(("pass", number)) => tally.passed += number.parse().unwrap_or(0),
        Some(("fail" | "cancelled", number)) => tally.failed += number.parse().unwrap_or(0),
        _ => {}
    }
}

/// Removes colour codes: `CARGO_TERM_COLOR=always` also affects the test programs.
fn without_colours(line: &str) -> String {
    let mut pieces = line.split('\u{1b}');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |plain, piece| plain + piece.split_once('m').map_or("", |(_, text)| text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_all_test_programs_are_added_up() {
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
    fn pytest_counts_come_from_its_last_line() {
        let mut tally = Tally::default();
        for line in [
            "============================= test session starts ==============================\n",
            "tests/deploy/test_1_stack.py ....s...                    [100%]\n",
            "=========================== short test summary info ============================\n",
            "SKIPPED [2] test_1_stack.py:7: needs a moon\n",
            "FAILED test_1_stack.py::test_a - assert 5 failed\n",
            "============== 1 failed, 21 passed, 2 skipped, 1 error in 41.16s (0:00:41) ==============\n",
        ] {
            count_line_of_pytest(&mut tally, line);
        }
        let skipped = vec!["test test_1_stack.py:7: needs a moon".to_owned(); 2];
        assert_eq!(tally, Tally { passed: 21, failed: 2, skipped });
    }

    #[test]
    fn node_counts_come_from_its_last_lines() {
        let mut tally = Tally::default();
        for line in [
            "✔ a caller is let in (812.4ms)\n",
            "✖ a caller hangs up (30001.2ms)\n",
            "﹣ a caller on the moon (0.2ms) # needs a moon\n",
            "ℹ tests 24\n",
            "ℹ suites 0\n",
            "ℹ pass 21\n",
            "ℹ fail 1\n",
            "ℹ cancelled 1\n",
            "ℹ skipped 1\n",
            "ℹ todo 0\n",
        ] {
            count_line_of_node(&mut tally, line);
        }
        let skipped = vec!["test a caller on the moon (0.2ms) # needs a moon".to_owned()];
        assert_eq!(tally, Tally { passed: 21, failed: 2, skipped });
    }

    #[test]
    fn a_command_that_dies_without_a_result_is_a_failure() {
        let mut dying = Command::new("sh");
        dying.args(["-c", "echo 'test result: ok. 5 passed; 0 failed; 0 ignored'; exit 101"]);
        // Not to the real standard output: the outer run of xtask would count that line.
        let mut screen = Vec::new();
        let counted = show_and_count(&mut dying, count_line, &mut screen).unwrap();
        assert_eq!(counted, Tally { passed: 5, failed: 1, skipped: vec![] });
        assert!(screen.starts_with(b"test result: ok. 5 passed"));
    }
}
