//! The files that an import writes next to the CSV, and the check that none of them is another one under a different name.

use super::journal::Journal;
use crate::exit::Usage;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The files that an import writes.
#[derive(Debug)]
pub(crate) struct ImportFiles {
    pub(crate) journal: PathBuf,
    /// The list of refused rows.
    pub(crate) refused: PathBuf,
}

impl ImportFiles {
    /// The files for importing a CSV. Without `--refused`, the list is named after the CSV.
    ///
    /// # Errors
    /// The list of refused rows would overwrite the CSV or the journal.
    pub(crate) fn new(csv: &Path, refused: Option<&Path>) -> anyhow::Result<Self> {
        let mut journal = csv.to_owned().into_os_string();
        journal.push(".journal");
        let files = Self {
            journal: PathBuf::from(journal),
            refused: refused.map_or_else(|| csv.with_extension("refused.csv"), Path::to_owned),
        };
        for (file, what) in [(csv, "the file to import"), (&files.journal, "the journal of the import")] {
            if same(&files.refused, file) {
                let shown = files.refused.display();
                return Err(Usage::new(format!(
                    "the refused rows cannot be listed in {shown}, which is {what}: name another file with --refused"
                )));
            }
        }
        Ok(files)
    }

    /// The list of refused rows for a dry run. It is a separate file if an unfinished import uses the usual one.
    pub(crate) fn for_dry_run(&self, csv: &Path) -> PathBuf {
        let taken = self.journal.exists()
            && Journal::refused_of(&self.journal).is_none_or(|list| {
                // The journal has the path as typed, perhaps relative to another folder.
                list.file_name() == self.refused.file_name() || same(&list, &self.refused)
            });
        if taken { csv.with_extension("dry-run.refused.csv") } else { self.refused.clone() }
    }
}

/// Whether two paths name the same file, even if it does not exist yet.
fn same(one: &Path, other: &Path) -> bool {
    let (resolved, other_resolved) = (resolved(one), resolved(other));
    (resolved.is_some() && resolved == other_resolved) || one_inode(one, other)
}

/// The absolute path without links. If the file does not exist, its folder is resolved.
fn resolved(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok().or_else(|| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(fs::canonicalize(folder).ok()?.join(path.file_name()?))
    })
}

/// Whether two paths are hard links to the same file.
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
    fn the_list_may_not_be_the_csv_or_the_journal_under_any_name() {
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
            let error = ImportFiles::new(&path("callers.csv"), Some(&path(other))).unwrap_err();
            assert!(error.is::<Usage>() && error.to_string().contains("name another file with --refused"), "{error}");
        }
        let files = ImportFiles::new(&path("callers.csv"), None).unwrap();
        assert_eq!((files.journal, files.refused), (path("callers.csv.journal"), path("callers.refused.csv")));
        assert!(ImportFiles::new(&path("callers.csv"), Some(&path("other.csv"))).is_ok());
        assert!(ImportFiles::new(&path("callers.csv"), Some(&path("nowhere/other.csv"))).is_ok(), "checked later");
    }

    #[test]
    fn a_dry_run_has_its_own_list_while_an_import_is_unfinished() {
        let folder = tempfile::tempdir().unwrap();
        let csv = folder.path().join("callers.csv");
        let dry = |refused: Option<&str>| {
            let refused = refused.map(|name| folder.path().join(name));
            let list = ImportFiles::new(&csv, refused.as_deref()).unwrap().for_dry_run(&csv);
            list.file_name().unwrap().to_str().unwrap().to_owned()
        };
        assert_eq!(dry(None), "callers.refused.csv");
        // A foreign journal does not name its list, so it could be any file.
        fs::write(folder.path().join("callers.csv.journal"), "Dear diary\n").unwrap();
        assert_eq!(dry(Some("x.csv")), "callers.dry-run.refused.csv");
        let head = serde_json::json!({
            "ringbolt_import": 1, "run": "run-1", "keys": [],
            "import": { "file": "", "realm": "", "table": "", "place": "", "options": "", "refused": "sub/x.csv" },
        });
        fs::write(folder.path().join("callers.csv.journal"), format!("{head}\n")).unwrap();
        assert_eq!(dry(Some("x.csv")), "callers.dry-run.refused.csv", "the import may have started in another folder");
        assert_eq!(dry(Some("y.csv")), "y.csv");
        assert_eq!(dry(None), "callers.refused.csv");
    }
}
