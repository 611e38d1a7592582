//! Files that only their owner can read, even if they replace a file that others could read.
//!
//! On systems without permission bits, a file inherits its folder's permissions.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// Opens a file for reading and writing, creating it if missing.
///
/// # Errors
/// The file cannot be written, or others can read it and this process may not change that.
pub fn open(path: &Path) -> io::Result<File> {
    opened(path, OpenOptions::new().read(true).write(true).create(true).truncate(false))
}

/// Opens a file for appending, creating it if missing.
///
/// # Errors
/// The same as [`open`].
pub fn append(path: &Path) -> io::Result<File> {
    opened(path, OpenOptions::new().append(true).create(true))
}

/// Creates a new file.
///
/// # Errors
/// The name is already taken, even by a dangling link, or the file cannot be written.
pub fn create_new(path: &Path) -> io::Result<File> {
    opened(path, OpenOptions::new().write(true).create_new(true))
}

/// Creates a folder and its parents, private to their owner. An existing folder keeps its permissions. The folder
/// protects SQLite's files, which have default permissions.
///
/// # Errors
/// The folder cannot be created.
pub fn create_folder(path: &Path) -> io::Result<()> {
    let mut folder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder.recursive(true).create(path)
}

/// Flushes a file's folder to disk. Until then, a crash of the machine can undo that the file was created or renamed.
///
/// # Errors
/// The folder cannot be opened or flushed.
#[cfg(unix)]
pub fn sync_folder_of(path: &Path) -> io::Result<()> {
    match File::open(folder_of(path))?.sync_all() {
        // Some file systems, such as network drives, cannot flush a folder.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        synced => synced,
    }
}

/// Does nothing, because this system cannot flush a folder.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn sync_folder_of(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Writes a whole file atomically: see [`Replacement`].
///
/// # Errors
/// The file cannot be written; the old content remains.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = Replacement::begin(path)?;
    file.write_all(content)?;
    file.finish()
}

/// A file that replaces another once it is completely written and flushed to disk. Until then the other file is
/// unchanged. Dropping this value before [`Replacement::finish`] leaves nothing behind.
///
/// Links are followed. Pipes, devices and anything in `/dev` are written to directly.
#[derive(Debug)]
pub struct Replacement(To);

#[derive(Debug)]
enum To {
    /// A pipe or a device.
    Stream(File),
    /// A temporary file, which only its owner can read, and the file that it will replace.
    File { part: NamedTempFile, whole: PathBuf },
}

impl Replacement {
    /// Starts a replacement of the file at `path`, in the same folder.
    ///
    /// # Errors
    /// The path is a folder or read-only, or its folder cannot be written.
    pub fn begin(path: &Path) -> io::Result<Self> {
        // `/dev/stdout` can lead to a file that the shell has open. Replacing it would lose output for the shell.
        let of_the_system = path.starts_with("/dev") || path.starts_with("/proc");
        let whole = match fs::metadata(path) {
            Ok(found) if of_the_system || !found.is_file() => {
                return Ok(Self(To::Stream(OpenOptions::new().append(true).open(path)?)));
            }
            Ok(found) if found.permissions().readonly() => return Err(io::ErrorKind::PermissionDenied.into()),
            Ok(_) => fs::canonicalize(path)?,
            Err(_) => path.to_owned(),
        };
        let mut name = whole.file_name().map(OsString::from).ok_or(io::ErrorKind::InvalidInput)?;
        name.push(".");
        let part = tempfile::Builder::new().prefix(&name).suffix(".part").tempfile_in(folder_of(&whole))?;
        Ok(Self(To::File { part, whole }))
    }

    /// Replaces the other file.
    ///
    /// # Errors
    /// Flushing or renaming failed; the old content remains. If only the folder cannot be flushed, the new content is there
    /// and may be lost if the machine crashes.
    pub fn finish(self) -> io::Result<()> {
        match self.0 {
            To::Stream(mut file) => file.flush(),
            To::File { part, whole } => {
                part.as_file().sync_all()?;
                part.persist(&whole)?;
                sync_folder_of(&whole)
            }
        }
    }

    fn file(&mut self) -> &mut File {
        match &mut self.0 {
            To::Stream(file) => file,
            To::File { part, .. } => part.as_file_mut(),
        }
    }
}

impl Write for Replacement {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file().flush()
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(unix)]
fn opened(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
    let file = options.mode(0o600).open(path)?;
    // The mode above applies only to a new file; an existing one keeps its own.
    let found = file.metadata()?;
    let mode = found.permissions().mode();
    if found.is_file() && mode & 0o077 != 0 {
        file.set_permissions(fs::Permissions::from_mode(mode & 0o700))?;
    }
    Ok(file)
}

#[cfg(not(unix))]
fn opened(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    options.open(path)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("ringbolt-private-{name}-{}", std::process::id()));
            fs::create_dir_all(&folder).unwrap();
            Self(folder)
        }

        /// Creates a file that everybody can read.
        fn open_to_all(&self, name: &str) -> PathBuf {
            let path = self.0.join(name);
            fs::write(&path, "before").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
            path
        }

        fn names(&self) -> Vec<OsString> {
            let mut names: Vec<_> = fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap_or_default();
        }
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_file_that_others_could_read_becomes_private() {
        let folder = Folder::new("modes");
        for (name, made) in [
            ("opened", (|path| open(path).map(drop)) as fn(&Path) -> io::Result<()>),
            ("appended", |path| append(path).map(drop)),
            ("replaced", |path| replace(path, b"after")),
        ] {
            let path = folder.open_to_all(name);
            made(&path).unwrap();
            assert_eq!(mode(&path), 0o600, "{name}");
            fs::remove_file(&path).unwrap();
            made(&path).unwrap();
            assert_eq!(mode(&path), 0o600, "{name}, new");
        }
        assert_eq!(fs::read(folder.0.join("replaced")).unwrap(), b"after");
    }

    #[test]
    fn an_unfinished_replacement_changes_nothing_and_leaves_nothing_behind() {
        let folder = Folder::new("half");
        let path = folder.open_to_all("list.csv");
        let mut half = Replacement::begin(&path).unwrap();
        half.write_all(b"half a li").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"before");
        assert_eq!(folder.names().len(), 2);
        drop(half);
        assert_eq!((fs::read(&path).unwrap(), folder.names()), (b"before".to_vec(), vec!["list.csv".into()]));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        assert!(replace(&path, b"after").is_err(), "a read-only file");
        assert!(replace(&folder.0, b"after").is_err(), "a folder");
        assert_eq!((fs::read(&path).unwrap(), folder.names()), (b"before".to_vec(), vec!["list.csv".into()]));
    }

    #[test]
    fn a_link_is_followed_and_a_device_stays_a_device() {
        use std::os::unix::fs::FileTypeExt as _;
        let folder = Folder::new("links");
        let (path, link) = (folder.open_to_all("list.csv"), folder.0.join("link.csv"));
        symlink(&path, &link).unwrap();
        replace(&link, b"after").unwrap();
        assert!(link.is_symlink() && fs::read(&path).unwrap() == b"after");
        let null = folder.0.join("null");
        symlink("/dev/null", &null).unwrap();
        replace(&null, b"after").unwrap();
        assert!(null.is_symlink() && fs::metadata(&null).unwrap().file_type().is_char_device());
    }

    #[test]
    fn the_folder_of_a_file_can_be_flushed_if_it_exists() {
        let folder = Folder::new("flushed");
        sync_folder_of(&folder.0.join("not-yet-there")).unwrap();
        sync_folder_of(Path::new("in-the-current-folder")).unwrap();
        assert!(sync_folder_of(&folder.0.join("nowhere/file")).is_err());
    }

    #[test]
    fn create_new_never_writes_through_an_existing_name() {
        let folder = Folder::new("new");
        let link = folder.0.join("link");
        symlink(folder.0.join("nowhere"), &link).unwrap();
        assert!(create_new(&link).is_err() && create_new(&folder.open_to_all("file")).is_err());
    }

    #[test]
    fn a_new_folder_is_private_and_an_existing_one_keeps_its_permissions() {
        let outer = Folder::new("folder");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let folder = outer.0.join("a/b");
        create_folder(&folder).unwrap();
        assert_eq!(mode(&folder), 0o700);
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        create_folder(&folder).unwrap();
        assert_eq!(mode(&folder), 0o755);
    }
}
