//! The embedded DynamoDB. It runs in this process, stores data in a file or in memory, and is reached over HTTP by who
//! has its key.

mod in_process;
mod operations;
mod served;

pub use in_process::InProcess;

use anyhow::Context as _;
use dynoxide::Database;
use ringbolt_dynamodb::client;
use std::{fmt, path::Path};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// An embedded DynamoDB served on the loopback interface.
pub struct Embedded {
    /// The database's address: `http://127.0.0.1:PORT`.
    pub endpoint: String,
    /// The access key id that every request must be signed with.
    pub key: String,
    stop: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
}

/// Starts an embedded database with a random key, in memory if there is no file.
///
/// # Errors
/// The file cannot be opened or is not a database, or no port is free.
pub async fn start(file: Option<&Path>) -> anyhow::Result<Embedded> {
    start_with_key(file, format!("{:032x}", rand::random::<u128>())).await
}

/// Starts an embedded database with this key.
///
/// # Errors
/// As for [`start`].
pub async fn start_with_key(file: Option<&Path>, key: String) -> anyhow::Result<Embedded> {
    let database = open(file)?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("no port is free for the database")?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async move { stopped.await.unwrap_or_default() };
    let router = served::router(database, address.port(), key.clone());
    let served = axum::serve(listener, router).with_graceful_shutdown(shutdown);
    let served = tokio::spawn(async move { served.await });
    Ok(Embedded { endpoint: format!("http://{address}"), key, stop, served })
}

fn open(file: Option<&Path>) -> anyhow::Result<Database> {
    let Some(file) = file else { return Database::memory().context("the in-memory database could not be created") };
    let path = file.to_str().context("the database's path is not valid Unicode")?;
    Database::new(path).map_err(|error| {
        // The library goes on to give advice about encryption, which does not apply here.
        let reason = error.to_string();
        let reason = reason.split(". ").next().unwrap_or_default();
        anyhow::anyhow!("The database {path} cannot be opened: {reason}. Delete it to start over.")
    })
}

impl Embedded {
    /// The configuration of clients of this database.
    #[must_use]
    pub fn sdk(&self) -> aws_config::SdkConfig {
        client::local_config(&self.endpoint, &self.key)
    }

    /// Stops the database once its last request has ended. Idle client connections are closed.
    ///
    /// # Errors
    /// The server failed earlier.
    pub async fn stop(self) -> anyhow::Result<()> {
        // A failed send means that the server has already ended; its return value says why.
        self.stop.send(()).unwrap_or_default();
        self.served.await.context("the embedded database ended early")?.context("the embedded database failed")
    }
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedded").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}
