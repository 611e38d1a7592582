//! What `cargo xtask fuzz` is asked for.

/// How long each target runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Seconds. How many inputs that is depends on the machine.
    Seconds(u64),
    /// Inputs.
    Runs(u64),
}

impl Bound {
    /// libFuzzer's argument.
    pub fn as_argument(self) -> String {
        match self {
            Self::Seconds(seconds) => format!("-max_total_time={seconds}"),
            Self::Runs(runs) => format!("-runs={runs}"),
        }
    }
}

/// What is run.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    /// How long each target runs: a minute, unless something else is asked for.
    pub bound: Bound,
    /// Where the random numbers begin.
    pub seed: u32,
    /// The targets; all of them if none is named.
    pub targets: Vec<String>,
}

impl Options {
    /// Parses `[--seconds N | --runs N] [--seed N] [TARGET]...`; `None` if it is anything else.
    pub fn parse(arguments: &[&str]) -> Option<Self> {
        let mut options = Self { bound: Bound::Seconds(60), seed: 1, targets: Vec::new() };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match *argument {
                "--seconds" => options.bound = Bound::Seconds(positive(rest.next()?)?),
                "--runs" => options.bound = Bound::Runs(positive(rest.next()?)?),
                "--seed" => options.seed = u32::try_from(positive(rest.next()?)?).ok()?,
                name if name.starts_with('-') => return None,
                name => options.targets.push(name.to_owned()),
            }
        }
        Some(options)
    }
}

/// Zero would mean without an end, or a seed that differs each time.
fn positive(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_target_runs_for_a_minute_unless_something_else_is_asked_for() {
        let all = Options { bound: Bound::Seconds(60), seed: 1, targets: vec![] };
        assert_eq!(Options::parse(&[]), Some(all));
        let some = Options { bound: Bound::Runs(1_000), seed: 7, targets: vec!["flow".to_owned(), "csv".to_owned()] };
        assert_eq!(Options::parse(&["--runs", "1000", "flow", "--seed", "7", "csv"]), Some(some));
        for wrong in [&["--seconds"][..], &["--runs", "0"], &["--runs", "many"], &["--seed", "0"], &["--jobs", "2"]] {
            assert_eq!(Options::parse(wrong), None, "{wrong:?}");
        }
    }
}
