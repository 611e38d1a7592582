//! The state folder: which process uses its database, and how commands find a running `ringbolt dev`.
//!
//! A process that opens the database holds the lock on `dev.lock`; the operating system releases it if the process is
//! killed. A running `ringbolt dev` publishes its addresses in `dev.json`. If nobody holds the lock, that file is
//! stale.

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

/// The database's file name in the folder.
pub const DATABASE: &str = "dynamodb.sqlite";
/// The PIN keys' file name in the folder.
pub const PIN_KEYS: &str = "pin-keys.json";
const LOCK: &str = "dev.lock";
/// How long a `ringbolt dev` may take to accept a connection.
const PATIENCE: Duration = Duration::from_secs(2);
/// The name of the file in which a running `ringbolt dev` publishes its addresses.
pub const ANNOUNCEMENT: &str = "dev.json";

/// The addresses of a running `ringbolt dev`, for commands on the same machine.
#[derive(Clone, PartialEq, Eq)]
pub struct Announcement {
    /// The embedded database, `http://127.0.0.1:PORT`.
    pub database: String,
    /// The access key id that the database asks for.
    pub database_key: String,
    /// The webhooks, `http://127.0.0.1:PORT`.
    pub address: String,
    /// The webhook token.
    pub token: String,
    /// The flow files in use; empty for the built-in demo flow.
    pub flows: Vec<PathBuf>,
    /// The stage for which they are loaded.
    pub stage: Option<String>,
}

/// Exclusive use of the database until dropped.
#[derive(Debug)]
pub struct Claim {
    folder: PathBuf,
    /// Closing the file releases the lock.
    _lock: fs::File,
}

/// Who uses a folder's database.
#[derive(Debug)]
pub enum Found {
    /// It was free and is now claimed.
    Free(Claim),
    /// A `ringbolt dev` is running there.
    Running(Announcement),
    /// Another command is using it, or a `ringbolt dev` is starting.
    Busy,
}

/// Checks who uses a folder's database, and claims it if it is free.
///
/// # Errors
/// The folder cannot be read or written, or `dev.json` has an unexpected format.
pub fn look(folder: &Path) -> anyhow::Result<Found> {
    let path = folder.join(LOCK);
    let opened = fs::OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let lock = opened.with_context(|| format!("{} cannot be written", path.display()))?;
    match lock.try_lock() {
        Ok(()) => {
            let claim = Claim { folder: folder.to_owned(), _lock: lock };
            // Remove the announcement of a process that was killed.
            claim.withdraw()?;
            Ok(Found::Free(claim))
        }
        Err(fs::TryLockError::WouldBlock) => {
            // The lock's holder may not have removed a stale announcement yet.
            let running = read(folder)?.filter(|announcement| answers(&announcement.database));
            Ok(running.map_or(Found::Busy, Found::Running))
        }
        Err(fs::TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("{} cannot be locked", path.display()))
        }
    }
}

/// Whether a process listens at `http://127.0.0.1:PORT`.
fn answers(address: &str) -> bool {
    let address = address.strip_prefix("http://").and_then(|address| address.parse::<SocketAddr>().ok());
    address.is_some_and(|address| TcpStream::connect_timeout(&address, PATIENCE).is_ok())
}

impl Claim {
    /// Publishes the addresses.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn announce(&self, announcement: &Announcement) -> anyhow::Result<()> {
        let Announcement { database, database_key, address, token, flows, stage } = announcement;
        let flows: Vec<_> = flows.iter().map(|path| path.to_string_lossy()).collect();
        let document = json!({
            "database": database, "database_key": database_key, "address": address, "token": token, "flows": flows,
            "stage": stage,
        });
        let text = document.to_string();
        let path = self.folder.join(ANNOUNCEMENT);
        // The write is atomic, so readers find all of it or nothing.
        private_file::replace(&path, text.as_bytes()).with_context(|| format!("{} cannot be written", path.display()))
    }

    /// Removes the announcement.
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
            database_key: field("database_key")?,
            address: field("address")?,
            token: field("token")?,
            flows: flows.collect(),
            stage: field("stage"),
        })
    };
    announcement()
        .map(Some)
        .with_context(|| format!("{} was written by another version of `ringbolt dev`; restart it", path.display()))
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
    use std::net::{SocketAddr, TcpListener};

    fn announcement(database: SocketAddr) -> Announcement {
        Announcement {
            database: format!("http://{database}"),
            database_key: "0123abcd".to_owned(),
            address: "http://127.0.0.1:2".to_owned(),
            token: "sesame".to_owned(),
            flows: vec![PathBuf::from("/flows/bank.yaml")],
            stage: Some("dev".to_owned()),
        }
    }

    fn folder() -> PathBuf {
        let unique = format!("ringbolt-state-{}-{:?}", std::process::id(), std::thread::current().id());
        let folder = std::env::temp_dir().join(unique.replace(['(', ')'], ""));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_folder_has_one_owner_and_the_announcement_of_a_killed_process_is_stale() {
        let folder = folder();
        let Found::Free(claim) = look(&folder).unwrap() else { panic!("it is free") };
        assert!(matches!(look(&folder).unwrap(), Found::Busy));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let database = listener.local_addr().unwrap();
        claim.announce(&announcement(database)).unwrap();
        let Found::Running(found) = look(&folder).unwrap() else { panic!("it was announced") };
        assert_eq!(found, announcement(database));
        assert!(!format!("{found:?}").contains("sesame") && !format!("{found:?}").contains("0123abcd"));

        // The process is killed: nothing listens at port 1. The next one takes the lock before it removes the announcement.
        claim.announce(&announcement(([127, 0, 0, 1], 1).into())).unwrap();
        assert!(matches!(look(&folder).unwrap(), Found::Busy), "nothing listens there");
        drop(claim);
        let Found::Free(claim) = look(&folder).unwrap() else { panic!("the lock was released") };
        assert!(matches!(look(&folder).unwrap(), Found::Busy), "a stale announcement is ignored");
        drop(claim);
        fs::remove_dir_all(folder).unwrap();
    }
}
