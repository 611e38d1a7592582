//! The files that an import writes beside the CSV, and that none of them is another one, under whatever name.

use super::journal::Journal;
use crate::exit::Usage;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where an import writes.
#[derive(Debug)]
pub(crate) struct Places {
    pub(crate) journal: PathBuf,
    /// The list of refused rows.
    pub(crate) refused: PathBuf,
}

impl Places {
    /// Those of an import, with the file of `--refused` or the one that is named after the CSV.
    ///
    /// # Errors
    /// One sentence: the list of refused rows would be the CSV itself, or the journal.
    pub(crate) fn of(csv: &Path, refused: Option<&Path>) -> anyhow::Result<Self> {
        let mut journal = csv.to_owned().into_os_string();
        journal.push(".journal");
        let places = Self {
            journal: PathBuf::from(journal),
            refused: refused.map_or_else(|| csv.with_extension("refused.csv"), Path::to_owned),
        };
        for (file, what) in [(csv, "the file that is to be imported"), (&places.journal, "the journal of the import")] {
            if same(&places.refused, file) {
                let shown = places.refused.display();
                return Err(Usage::new(format!(
                    "the refused rows cannot be listed in {shown}, which is {what}: name another file with --refused"
                )));
            }
        }
        Ok(places)
    }

    /// Where a dry run lists refused rows: in a file of its own where the list is one that an import under way, running
    /// or interrupted, goes on with.
    pub(crate) fn for_dry_run(&self, csv: &Path) -> PathBuf {
        let taken = self.journal.exists()
            && Journal::refused_of(&self.journal).is_none_or(|list| {
                // The journal has the path as it was typed, perhaps in another folder.
                list.file_name() == self.refused.file_name() || same(&list, &self.refused)
            });
        if taken { csv.with_extension("dry-run.refused.csv") } else { self.refused.clone() }
    }
}

/// Whether two paths lead to one file, or would once it is there.
fn same(one: &Path, other: &Path) -> bool {
    let (resolved, other_resolved) = (resolved(one), resolved(other));
    (resolved.is_some() && resolved == other_resolved) || one_inode(one, other)
}

/// A path from the root, without links; of a file that is not there, that of its folder with its name.
fn resolved(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok().or_else(|| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(fs::canonicalize(folder).ok()?.join(path.file_name()?))
    })
}

/// Two names of one file.
#[cfg(unix)]
fn one_inode(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (fs::metadata(one), fs::metadata(other)) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn one_inode(_: &Path, _: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_neither_the_csv_nor_the_journal_however_they_are_spelled() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("sub")).unwrap();
        fs::write(path("callers.csv"), "user,pin\n").unwrap();
        let mut others = vec!["callers.csv", "./callers.csv", "sub/../callers.csv", "callers.csv.journal"];
        others.push("sub/../callers.csv.journal");
        #[cfg(unix)]
        {
            fs::hard_link(path("callers.csv"), path("hard.csv")).unwrap();
            std::os::unix::fs::symlink(path("callers.csv"), path("soft.csv")).unwrap();
            others.extend(["hard.csv", "soft.csv"]);
        }
        for other in others {
            let error = Places::of(&path("callers.csv"), Some(&path(other))).unwrap_err();
            assert!(error.is::<Usage>() && error.to_string().contains("name another file with --refused"), "{error}");
        }
        let places = Places::of(&path("callers.csv"), None).unwrap();
        assert_eq!((places.journal, places.refused), (path("callers.csv.journal"), path("callers.refused.csv")));
        assert!(Places::of(&path("callers.csv"), Some(&path("other.csv"))).is_ok());
        assert!(Places::of(&path("callers.csv"), Some(&path("nowhere/other.csv"))).is_ok(), "looked at later");
    }

    #[test]
    fn a_dry_run_has_a_list_of_its_own_while_an_import_is_under_way() {
        let folder = tempfile::tempdir().unwrap();
        let csv = folder.path().join("callers.csv");
        let dry = |refused: Option<&str>| {
            let refused = refused.map(|name| folder.path().join(name));
            let list = Places::of(&csv, refused.as_deref()).unwrap().for_dry_run(&csv);
            list.file_name().unwrap().to_str().unwrap().to_owned()
        };
        assert_eq!(dry(None), "callers.refused.csv");
        // What is no journal of ours says nothing, so it could be any list.
        fs::write(folder.path().join("callers.csv.journal"), "Dear diary\n").unwrap();
        assert_eq!(dry(Some("x.csv")), "callers.dry-run.refused.csv");
        let head = serde_json::json!({
            "ringbolt_import": 1, "run": "run-1", "keys": [],
            "import": { "file": "", "realm": "", "table": "", "place": "", "options": "", "refused": "sub/x.csv" },
        });
        fs::write(folder.path().join("callers.csv.journal"), format!("{head}\n")).unwrap();
        assert_eq!(dry(Some("x.csv")), "callers.dry-run.refused.csv", "it can have been begun in another folder");
        assert_eq!(dry(Some("y.csv")), "y.csv");
        assert_eq!(dry(None), "callers.refused.csv");
    }
}
