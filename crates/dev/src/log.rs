//! The log of `ringbolt dev`: the lines that the functions write in AWS, in a file that does not grow for ever.

use crate::{line::complain, private_file};
use ringbolt_core::identity::FlowName;
use ringbolt_lambda::{
    Answer,
    metrics::{self, Invocation},
};
use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// The log, within the state folder.
pub const LOG: &str = "dev.log";

/// At this size the file becomes `dev.log.1`, in the place of the one before.
const LARGEST: u64 = 4 * 1024 * 1024;

/// The file, open for appending.
pub(crate) struct DevLog {
    path: PathBuf,
    open: Mutex<Option<File>>,
}

impl DevLog {
    /// The log of a state folder. Nobody but its owner can read it.
    pub(crate) fn open(folder: &Path) -> std::io::Result<Self> {
        let path = folder.join(LOG);
        let file = private_file::append(&path)?;
        Ok(Self { path, open: Mutex::new(Some(file)) })
    }

    /// Appends the line about an answer. What cannot be written is said once; the webhooks are answered all the same.
    pub(crate) fn answered(&self, invocation: &Invocation<'_>, flow: &str, answer: &Answer) {
        // A name that is none is whatever a stranger wrote into the URL.
        let flow = FlowName::parse(flow).map(|name| name.to_string()).unwrap_or_default();
        let line = metrics::answered(invocation, &flow, &answer.report, answer.status);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(file) = open.as_mut() else { return };
        let written = self.turn_over(file).and_then(|()| file.write_all(format!("{line}\n").as_bytes()));
        if let Err(error) = written {
            *open = None;
            complain(&format!("{} cannot be written any more: {error}.", self.path.display()));
        }
    }

    fn turn_over(&self, file: &mut File) -> std::io::Result<()> {
        if file.metadata()?.len() >= LARGEST {
            fs::rename(&self.path, self.path.with_extension("log.1"))?;
            *file = private_file::append(&self.path)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringbolt_core::time::EpochMs;
    use std::time::Duration;

    #[test]
    fn a_full_file_makes_room_and_the_one_before_is_kept() {
        let folder = std::env::temp_dir().join(format!("ringbolt-log-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let log = DevLog::open(&folder).unwrap();
        let tell = |call: &str| {
            let invocation = Invocation {
                function: "auth-webhook",
                request_id: "local",
                cold: false,
                at: EpochMs(1),
                elapsed: Duration::from_millis(2),
            };
            log.answered(&invocation, "demo", &Answer::text("").outcome("verified").call(Some(call)));
        };
        tell("first");
        File::options().append(true).open(folder.join(LOG)).unwrap().set_len(LARGEST).unwrap();
        tell("second");
        let (now, before) = (fs::read(folder.join(LOG)).unwrap(), fs::read(folder.join("dev.log.1")).unwrap());
        assert!(String::from_utf8(now).unwrap().contains("second"));
        assert_eq!(before.len() as u64, LARGEST);
        assert!(before.starts_with(b"{") && before[..1000].windows(5).any(|five| five == b"first"));
        fs::remove_dir_all(folder).unwrap();
    }
}
