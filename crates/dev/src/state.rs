//! The state folder: who works on its database, and how others find a `ringbolt dev` that runs.
//!
//! Whoever opens the database holds the lock of `dev.lock`; the operating system takes it back from a process that was
//! killed. A running `ringbolt dev` says in `dev.json` where it is: without the lock being held, that is a leftover.

use crate::private_file;
use anyhow::Context as _;
use serde_json::{Value, json};
use std::{
    fmt, fs,
    io::ErrorKind,
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    time::Duration,
};

/// The database, within the folder.
pub const DATABASE: &str = "dynamodb.sqlite";
/// The PIN keys, within the folder.
pub const PIN_KEYS: &str = "pin-keys.json";
const LOCK: &str = "dev.lock";
/// How long a `ringbolt dev` may take to accept a connection.
const PATIENCE: Duration = Duration::from_secs(2);
/// Where a running `ringbolt dev` says that it is, within the folder.
pub const ANNOUNCEMENT: &str = "dev.json";

/// Where a `ringbolt dev` is, for commands on the same machine.
#[derive(Clone, PartialEq, Eq)]
pub struct Announcement {
    /// The embedded database, `http://127.0.0.1:PORT`.
    pub database: String,
    /// The webhooks, `http://127.0.0.1:PORT`.
    pub address: String,
    /// The webhook token.
    pub token: String,
    /// The flow files that it answers from; none is the demo that is built in.
    pub flows: Vec<PathBuf>,
}

/// The database is ours alone until this is dropped.
#[derive(Debug)]
pub struct Claim {
    folder: PathBuf,
    /// Closing it gives the lock back.
    _lock: fs::File,
}

/// How a folder stands.
#[derive(Debug)]
pub enum Found {
    /// Nobody works on its database; now we do.
    Free(Claim),
    /// A `ringbolt dev` runs there.
    Running(Announcement),
    /// Another command works on it, or a `ringbolt dev` is about to start.
    Busy,
}

/// Looks who works on the database of a folder, and claims it where nobody does.
///
/// # Errors
/// The folder cannot be read or written, or `dev.json` is none of ours.
pub fn look(folder: &Path) -> anyhow::Result<Found> {
    let path = folder.join(LOCK);
    let opened = fs::OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let lock = opened.with_context(|| format!("{} cannot be written", path.display()))?;
    match lock.try_lock() {
        Ok(()) => {
            let claim = Claim { folder: folder.to_owned(), _lock: lock };
            // What a killed one left behind.
            claim.withdraw()?;
            Ok(Found::Free(claim))
        }
        Err(fs::TryLockError::WouldBlock) => {
            // Between taking the lock and removing what a killed one left behind there is a moment.
            let running = read(folder)?.filter(|announcement| answers(&announcement.database));
            Ok(running.map_or(Found::Busy, Found::Running))
        }
        Err(fs::TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("{} cannot be locked", path.display()))
        }
    }
}

/// Whether somebody listens at `http://127.0.0.1:PORT`. On one machine that is known at once.
fn answers(address: &str) -> bool {
    let address = address.strip_prefix("http://").and_then(|address| address.parse::<SocketAddr>().ok());
    address.is_some_and(|address| TcpStream::connect_timeout(&address, PATIENCE).is_ok())
}

impl Claim {
    /// Says where we are.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn announce(&self, announcement: &Announcement) -> anyhow::Result<()> {
        let Announcement { database, address, token, flows } = announcement;
        let flows: Vec<_> = flows.iter().map(|path| path.to_string_lossy()).collect();
        let text = json!({ "database": database, "address": address, "token": token, "flows": flows }).to_string();
        let path = self.folder.join(ANNOUNCEMENT);
        // Whoever reads it finds all of it or nothing.
        private_file::replace(&path, text.as_bytes()).with_context(|| format!("{} cannot be written", path.display()))
    }

    /// Takes the announcement back.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn withdraw(&self) -> anyhow::Result<()> {
        let path = self.folder.join(ANNOUNCEMENT);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(error).with_context(|| format!("{} cannot be removed", path.display()))
            }
            _ => Ok(()),
        }
    }
}

fn read(folder: &Path) -> anyhow::Result<Option<Announcement>> {
    let path = folder.join(ANNOUNCEMENT);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
    };
    let document: Value = serde_json::from_str(&text).unwrap_or_default();
    let field = |name: &str| document[name].as_str().map(str::to_owned);
    let announcement = || {
        let flows = document["flows"].as_array()?.iter().filter_map(|path| Some(PathBuf::from(path.as_str()?)));
        Some(Announcement {
            database: field("database")?,
            address: field("address")?,
            token: field("token")?,
            flows: flows.collect(),
        })
    };
    announcement()
        .map(Some)
        .with_context(|| format!("{} is not what this version of `ringbolt dev` writes; restart it", path.display()))
}

impl fmt::Debug for Announcement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Announcement")
            .field("database", &self.database)
            .field("address", &self.address)
            .field("flows", &self.flows)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    fn announcement(database: &TcpListener) -> Announcement {
        Announcement {
            database: format!("http://{}", database.local_addr().unwrap()),
            address: "http://127.0.0.1:2".to_owned(),
            token: "sesame".to_owned(),
            flows: vec![PathBuf::from("/flows/bank.yaml")],
        }
    }

    fn folder() -> PathBuf {
        let unique = format!("ringbolt-state-{}-{:?}", std::process::id(), std::thread::current().id());
        let folder = std::env::temp_dir().join(unique.replace(['(', ')'], ""));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_folder_is_claimed_by_one_and_a_killed_ones_announcement_is_a_leftover() {
        let folder = folder();
        let Found::Free(claim) = look(&folder).unwrap() else { panic!("it is free") };
        assert!(matches!(look(&folder).unwrap(), Found::Busy));
        let database = TcpListener::bind("127.0.0.1:0").unwrap();
        claim.announce(&announcement(&database)).unwrap();
        let Found::Running(found) = look(&folder).unwrap() else { panic!("it was announced") };
        assert_eq!(found, announcement(&database));
        assert!(!format!("{found:?}").contains("sesame"));

        // It is killed, and the next one has the lock before it removes the announcement.
        drop(database);
        assert!(matches!(look(&folder).unwrap(), Found::Busy), "nobody answers there");
        drop(claim);
        let Found::Free(claim) = look(&folder).unwrap() else { panic!("nobody holds it any more") };
        assert!(matches!(look(&folder).unwrap(), Found::Busy), "a leftover is no announcement");
        drop(claim);
        fs::remove_dir_all(folder).unwrap();
    }
}
