//! Follows a log file that is renamed when it is full, as `ringbolt dev` does it.

use super::super::log::rotated;
use same_file::Handle;
use std::{
    io::{ErrorKind, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

/// A log file as far as it has been read. The file stays open, so that its last lines are still there after it was
/// renamed, or replaced by the next one.
pub(super) struct Follower {
    path: PathBuf,
    /// `None` until the file exists.
    open: Option<Open>,
    /// Earlier lines that are read first.
    before: Vec<u8>,
}

struct Open {
    file: Handle,
    at: u64,
    /// The beginning of a line whose end is not written yet.
    partial: Vec<u8>,
}

impl Follower {
    /// Begins at the end of the file, or with all lines of it and of the file that it replaced.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn begin(path: &Path, with_earlier: bool) -> std::io::Result<Self> {
        let mut open = Open::at_path(path)?;
        let mut before = Vec::new();
        if with_earlier {
            // If it was rotated right now, the replaced file is the one that is open.
            let replaced = Open::at_path(&rotated(path))?;
            let replaced = replaced.filter(|replaced| open.as_ref().is_none_or(|open| open.file != replaced.file));
            if let Some(mut replaced) = replaced {
                replaced.read(&mut before)?;
            }
        } else if let Some(open) = &mut open {
            open.at = open.file.as_file().metadata()?.len();
        }
        Ok(Self { path: path.to_owned(), open, before })
    }

    /// Passes the lines that were written since the last time to `each`.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn poll(&mut self, mut each: impl FnMut(&str)) -> std::io::Result<()> {
        lines(&mut std::mem::take(&mut self.before), &mut each);
        // It is looked up before it is read: a file that is renamed by then gets no more lines.
        let present = Open::at_path(&self.path)?;
        if let Some(open) = &mut self.open {
            open.poll(&mut each)?;
        }
        let Some(mut present) = present else { return Ok(()) };
        if self.open.as_ref().is_some_and(|open| open.file == present.file) {
            return Ok(());
        }
        if let Some(replaced) = self.open.take() {
            // If the log was rotated twice, the file between the two is the one that was replaced last.
            let between = Open::at_path(&rotated(&self.path))?;
            let between = between.filter(|between| between.file != replaced.file && between.file != present.file);
            if let Some(mut between) = between {
                between.poll(&mut each)?;
            }
        }
        present.poll(&mut each)?;
        self.open = Some(present);
        Ok(())
    }
}

impl Open {
    /// `None` if there is no such file.
    fn at_path(path: &Path) -> std::io::Result<Option<Self>> {
        match Handle::from_path(path) {
            Ok(file) => Ok(Some(Self { file, at: 0, partial: Vec::new() })),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn poll(&mut self, each: &mut impl FnMut(&str)) -> std::io::Result<()> {
        let mut bytes = std::mem::take(&mut self.partial);
        self.read(&mut bytes)?;
        lines(&mut bytes, each);
        self.partial = bytes;
        Ok(())
    }

    /// Reads to the end. A file that is shorter than before was emptied.
    fn read(&mut self, bytes: &mut Vec<u8>) -> std::io::Result<()> {
        let file = self.file.as_file_mut();
        if file.metadata()?.len() < self.at {
            self.at = 0;
            bytes.clear();
        }
        file.seek(SeekFrom::Start(self.at))?;
        self.at += file.read_to_end(bytes)? as u64;
        Ok(())
    }
}

/// Takes the whole lines out of a buffer.
fn lines(bytes: &mut Vec<u8>, each: &mut impl FnMut(&str)) {
    let Some(end) = bytes.iter().rposition(|byte| *byte == b'\n') else { return };
    let rest = bytes.split_off(end + 1);
    let whole = std::mem::replace(bytes, rest);
    String::from_utf8_lossy(&whole).lines().for_each(each);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        fs::{self, File},
        io::Write as _,
    };

    struct Log {
        _folder: tempfile::TempDir,
        path: PathBuf,
        file: File,
    }

    impl Log {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("dev.log");
            let file = Self::create(&path);
            Self { _folder: folder, path, file }
        }

        fn create(path: &Path) -> File {
            File::options().create(true).append(true).open(path).unwrap()
        }

        fn write(&mut self, text: &str) {
            self.file.write_all(text.as_bytes()).unwrap();
        }

        /// As `ringbolt dev` does it.
        fn rotate(&mut self) {
            fs::rename(&self.path, rotated(&self.path)).unwrap();
            self.file = Self::create(&self.path);
        }
    }

    fn poll(follower: &mut Follower) -> String {
        let mut seen = Vec::new();
        follower.poll(|line| seen.push(line.to_owned())).unwrap();
        seen.join(" ")
    }

    #[test]
    fn no_line_is_lost_or_repeated_when_the_file_is_renamed() {
        let mut log = Log::new();
        log.write("a\n");
        let mut follower = Follower::begin(&log.path, false).unwrap();
        assert_eq!(poll(&mut follower), "");
        log.write("b\nc");
        assert_eq!(poll(&mut follower), "b");
        log.write("c\nd\n");
        log.rotate();
        log.write("e\n");
        assert_eq!(poll(&mut follower), "cc d e");
        assert_eq!(poll(&mut follower), "");
        for text in ["f\n", "g\n"] {
            log.write(text);
            log.rotate();
        }
        log.write("h\n");
        assert_eq!(poll(&mut follower), "f g h");
        log.rotate();
        assert_eq!(poll(&mut follower), "");
        log.write("i\n");
        assert_eq!(poll(&mut follower), "i");
    }

    #[test]
    fn earlier_lines_come_first_and_once() {
        let mut log = Log::new();
        log.write("a\n");
        log.rotate();
        log.write("b\n");
        let mut follower = Follower::begin(&log.path, true).unwrap();
        log.write("c\n");
        assert_eq!(poll(&mut follower), "a b c");
        assert_eq!(poll(&mut follower), "");
    }

    #[test]
    fn a_file_that_appears_late_or_is_emptied_is_read_from_its_beginning() {
        let mut log = Log::new();
        fs::remove_file(&log.path).unwrap();
        let mut follower = Follower::begin(&log.path, true).unwrap();
        assert_eq!(poll(&mut follower), "");
        log.file = Log::create(&log.path);
        log.write("abc\nd");
        assert_eq!(poll(&mut follower), "abc");
        log.file.set_len(0).unwrap();
        log.write("e\n");
        assert_eq!(poll(&mut follower), "e");
    }
}
