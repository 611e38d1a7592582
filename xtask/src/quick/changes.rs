//! Which crates a change of files concerns.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

/// Files outside of every crate, and the crates whose tests read them. The first line that fits counts.
const READ_BY: [(&str, &[&str]); 10] = [
    ("flows", &["ringbolt-core"]),
    ("events", &["ringbolt-core", "ringbolt-tests"]),
    ("docs/flows.md", &["ringbolt-core", "xtask"]),
    ("docs/flow.schema.json", &["ringbolt-core"]),
    ("docs/output.schema.json", &["ringbolt"]),
    ("docs/deploy.md", &["ringbolt-tests", "xtask"]),
    ("docs", &["xtask"]),
    ("SECURITY.md", &["xtask"]),
    ("template.yaml", &["ringbolt-tests"]),
    ("infra", &["ringbolt-tests"]),
];
/// These decide how every crate is built.
const OF_ALL: [&str; 3] = ["Cargo.toml", "Cargo.lock", ".cargo/config.toml"];
/// Tests in other languages. Steps of `cargo xtask test` run them.
const ELSEWHERE: [&str; 4] = ["tests/browser", "tests/deploy", "tests/twiml", "fuzz"];

/// A crate of the workspace.
#[derive(Debug)]
pub struct Crate {
    /// Its name.
    pub name: String,
    /// Its folder, from the workspace's root.
    pub folder: PathBuf,
    /// The crates of the workspace that it needs, for tests too.
    pub needs: Vec<String>,
}

/// What changed.
#[derive(Debug, PartialEq, Eq)]
pub struct Changed {
    /// The crates with changed files.
    pub crates: BTreeSet<String>,
    /// The other crates that need one of these, directly or not.
    pub concerned: BTreeSet<String>,
}

impl Changed {
    /// What a change of these files concerns; paths are from the workspace's root.
    pub fn of(files: &[PathBuf], crates: &[Crate]) -> Self {
        let changed: BTreeSet<String> = files.iter().flat_map(|file| crates_of(file, crates)).collect();
        let mut known = changed.clone();
        loop {
            let is_next =
                |one: &&Crate| !known.contains(&one.name) && one.needs.iter().any(|need| known.contains(need));
            let next: Vec<String> = crates.iter().filter(is_next).map(|one| one.name.clone()).collect();
            if next.is_empty() {
                break;
            }
            known.extend(next);
        }
        Self { concerned: known.difference(&changed).cloned().collect(), crates: changed }
    }
}

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |names: &BTreeSet<String>| names.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        match (self.crates.is_empty(), self.concerned.is_empty()) {
            (true, _) => f.write_str("nothing that a crate is built from"),
            (false, true) => f.write_str(&list(&self.crates)),
            (false, false) => write!(f, "{}; needed by {}", list(&self.crates), list(&self.concerned)),
        }
    }
}

fn crates_of(file: &Path, crates: &[Crate]) -> Vec<String> {
    if OF_ALL.iter().any(|path| file == Path::new(path)) {
        return crates.iter().map(|one| one.name.clone()).collect();
    }
    if ELSEWHERE.iter().any(|folder| file.starts_with(folder)) {
        return Vec::new();
    }
    if let Some(owner) = crates.iter().find(|one| file.starts_with(&one.folder)) {
        return vec![owner.name.clone()];
    }
    let readers = READ_BY.iter().find(|(path, _)| file.starts_with(path));
    readers.into_iter().flat_map(|(_, readers)| readers.iter().map(|name| (*name).to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crates() -> Vec<Crate> {
        let one = |name: &str, folder: &str, needs: &[&str]| Crate {
            name: name.to_owned(),
            folder: folder.into(),
            needs: needs.iter().map(|need| (*need).to_owned()).collect(),
        };
        vec![
            one("ringbolt-core", "crates/core", &[]),
            one("ringbolt-dynamodb", "crates/dynamodb", &["ringbolt-core"]),
            one("ringbolt-dev", "crates/dev", &["ringbolt-dynamodb"]),
            one("ringbolt-tests", "tests", &["ringbolt-dev"]),
            one("xtask", "xtask", &[]),
        ]
    }

    fn changed(files: &[&str]) -> String {
        Changed::of(&files.iter().map(PathBuf::from).collect::<Vec<_>>(), &crates()).to_string()
    }

    #[test]
    fn what_needs_a_changed_crate_is_concerned_however_far_away() {
        let dependents = "needed by ringbolt-dev, ringbolt-dynamodb, ringbolt-tests";
        assert_eq!(changed(&["crates/core/src/lib.rs"]), format!("ringbolt-core; {dependents}"));
        assert_eq!(
            changed(&["crates/dev/src/a.rs", "xtask/src/b.rs"]),
            "ringbolt-dev, xtask; needed by ringbolt-tests"
        );
        assert_eq!(changed(&["tests/tests/quiet.rs"]), "ringbolt-tests");
    }

    #[test]
    fn a_file_outside_of_every_crate_concerns_those_whose_tests_read_it() {
        assert!(changed(&["flows/bank.yaml"]).starts_with("ringbolt-core; needed by "));
        assert_eq!(changed(&["docs/testing.md"]), "xtask");
        assert!(changed(&["docs/flows.md"]).starts_with("ringbolt-core, xtask; "));
        assert_eq!(changed(&["Cargo.lock"]), "ringbolt-core, ringbolt-dev, ringbolt-dynamodb, ringbolt-tests, xtask");
    }

    #[test]
    fn what_no_crate_is_built_from_concerns_none() {
        let nothing = "nothing that a crate is built from";
        assert_eq!(changed(&[]), nothing);
        assert_eq!(changed(&["LICENSE", "tests/browser/login.test.mjs", "fuzz/src/lib.rs"]), nothing);
    }
}
