//! What `cargo xtask bench` is asked for.

use std::path::PathBuf;

use super::peers::PEERS;

/// The functions' names in the program that measures.
const FUNCTIONS: [&str; 6] = ["auth", "next-action", "next-action-pin", "postback", "voice", "enrol"];

/// What is measured.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// A folder with `FUNCTION/bootstrap`, instead of what `sam build` makes now.
    pub bootstraps: Option<PathBuf>,
    /// What is measured: groups, functions and peers.
    pub only: Vec<String>,
    /// Options of the program that measures.
    pub passed_on: Vec<String>,
}

impl Options {
    /// Parses `[--short] [--only NAME,…] [--memory MB,…] [--json FILE] [--bootstraps FOLDER]`; `None` if it is anything
    /// else.
    pub fn parse(arguments: &[&str]) -> Option<Self> {
        let mut options = Self::default();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match *argument {
                "--bootstraps" => options.bootstraps = Some(PathBuf::from(rest.next()?)),
                "--short" => options.passed_on.push("--short".to_owned()),
                "--json" | "--memory" => options.passed_on.extend([(*argument).to_owned(), (*rest.next()?).to_owned()]),
                "--only" => {
                    let names = *rest.next()?;
                    options.only = names.split(',').map(str::to_owned).collect();
                    options.passed_on.extend([(*argument).to_owned(), names.to_owned()]);
                }
                _ => return None,
            }
        }
        Some(options)
    }

    /// Whether a peer has to be built: not if functions or other peers are named.
    pub fn wants_peer(&self, name: &str) -> bool {
        let named = |names: &[&str]| self.only.iter().any(|one| names.contains(&one.as_str()));
        named(&[name]) || !(named(&FUNCTIONS) || named(&PEERS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_passed_on() {
        assert_eq!(Options::parse(&[]), Some(Options::default()));
        let options = Options::parse(&["--short", "--only", "keyed,naive-rust", "--bootstraps", "before"]).unwrap();
        assert_eq!(options.bootstraps, Some(PathBuf::from("before")));
        assert_eq!(options.passed_on, ["--short", "--only", "keyed,naive-rust"]);
        assert_eq!(["naive-rust", "node"].map(|name| options.wants_peer(name)), [true, false]);
        assert!(Options::default().wants_peer("node"));
        for wrong in [&["--json"][..], &["--long"], &["keyed"]] {
            assert_eq!(Options::parse(wrong), None, "{wrong:?}");
        }
    }
}
