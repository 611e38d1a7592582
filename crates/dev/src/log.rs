//! The log of `ringbolt dev`: the lines that the functions log in AWS, in a file of limited size.

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

/// At this size in bytes, the file is renamed to `dev.log.1`, replacing the previous one.
const LARGEST: u64 = 4 * 1024 * 1024;

/// The file, open for appending.
pub(crate) struct DevLog {
    path: PathBuf,
    open: Mutex<Option<File>>,
}

impl DevLog {
    /// Opens the log in a state folder. On Unix, only its owner can read it.
    pub(crate) fn open(folder: &Path) -> std::io::Result<Self> {
        let path = folder.join(LOG);
        let file = private_file::append(&path)?;
        Ok(Self { path, open: Mutex::new(Some(file)) })
    }

    /// Appends the line about an answer. If writing fails, that is reported once and webhooks are still answered.
    pub(crate) fn answered(&self, invocation: &Invocation<'_>, flow: &str, answer: &Answer) {
        // An invalid flow name can be anything that a stranger put into the URL.
        let flow = FlowName::parse(flow).map(|name| name.to_string()).unwrap_or_default();
        let line = metrics::answered(invocation, &flow, &answer.report, answer.status);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(file) = open.as_mut() else { return };
        let written = self.rotate_if_full(file).and_then(|()| file.write_all(format!("{line}\n").as_bytes()));
        if let Err(error) = written {
            *open = None;
            complain(&format!("{} can no longer be written: {error}.", self.path.display()));
        }
    }

    fn rotate_if_full(&self, file: &mut File) -> std::io::Result<()> {
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
    fn a_full_file_is_rotated_and_the_previous_one_is_kept() {
        let folder = std::env::temp_dir().join(format!("ringbolt-log-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let log = DevLog::open(&folder).unwrap();
        let log_call = |call: &str| {
            let invocation = Invocation {
                stack: None,
                function: "auth-webhook",
                request_id: "local",
                cold: false,
                at: EpochMs(1),
                elapsed: Duration::from_millis(2),
            };
            log.answered(
                &invocation,
                "demo",
                &Answer::text("").outcome(ringbolt_core::outcome::Outcome::Verified).call(Some(call)),
            );
        };
        log_call("first");
        File::options().append(true).open(folder.join(LOG)).unwrap().set_len(LARGEST).unwrap();
        log_call("second");
        let (now, before) = (fs::read(folder.join(LOG)).unwrap(), fs::read(folder.join("dev.log.1")).unwrap());
        assert!(String::from_utf8(now).unwrap().contains("second"));
        assert_eq!(before.len() as u64, LARGEST);
        assert!(before.starts_with(b"{") && before[..1000].windows(5).any(|five| five == b"first"));
        fs::remove_dir_all(folder).unwrap();
    }
}
