//! The files of `--out`.

use anyhow::bail;
use std::path::Path;

/// Checks that the file's folder exists. A failure to write would otherwise name the temporary file that takes the file's
/// place.
///
/// # Errors
/// There is no such folder.
pub(crate) fn require_folder(path: &Path) -> anyhow::Result<()> {
    match path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
        Some(folder) => bail!("{} cannot be written: there is no folder {}", path.display(), folder.display()),
        None => Ok(()),
    }
}
