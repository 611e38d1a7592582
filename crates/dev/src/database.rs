//! The embedded DynamoDB. It runs in this process, is reached over HTTP, and stores data in a file or in memory.

use anyhow::Context as _;
use dynoxide::Database;
use std::path::Path;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// An embedded DynamoDB served on the loopback interface.
#[derive(Debug)]
pub struct Embedded {
    /// The database's address: `http://127.0.0.1:PORT`.
    pub endpoint: String,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), String>>,
}

/// Starts an embedded database, in memory if there is no file.
///
/// # Errors
/// The file cannot be opened or is not a database, or no port is free.
pub async fn start(file: Option<&Path>) -> anyhow::Result<Embedded> {
    let database = match file {
        None => Database::memory().context("the in-memory database could not be created")?,
        Some(file) => {
            let path = file.to_str().context("the database's path is not valid Unicode")?;
            Database::new(path).map_err(|error| {
                // The library goes on to give advice about encryption, which does not apply here.
                let reason = error.to_string();
                let reason = reason.split(". ").next().unwrap_or_default();
                anyhow::anyhow!("The database {path} cannot be opened: {reason}. Delete it to start over.")
            })?
        }
    };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("no port is free for the database")?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async move { stopped.await.unwrap_or_default() };
    let served = tokio::spawn(dynoxide::server::serve_with_shutdown(listener, database, shutdown));
    Ok(Embedded { endpoint, stop, served })
}

impl Embedded {
    /// Stops the database once its last request has ended. Idle client connections are closed.
    ///
    /// # Errors
    /// The server failed earlier.
    pub async fn stop(self) -> anyhow::Result<()> {
        // A failed send means that the server has already ended; its return value says why.
        self.stop.send(()).unwrap_or_default();
        self.served.await.context("the embedded database ended early")?.map_err(anyhow::Error::msg)
    }
}
