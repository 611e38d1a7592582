//! DynamoDB, embedded: a real one to talk to over HTTP, in this process, in a file or in memory.

use anyhow::Context as _;
use dynoxide::Database;
use std::path::Path;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// An embedded DynamoDB that is being served on the loopback interface.
#[derive(Debug)]
pub struct Embedded {
    /// Where it is: `http://127.0.0.1:PORT`.
    pub endpoint: String,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), String>>,
}

/// Starts one; without a file it lives in memory.
///
/// # Errors
/// The file cannot be opened or is no database, or no port is free.
pub async fn start(file: Option<&Path>) -> anyhow::Result<Embedded> {
    let database = match file {
        None => Database::memory().context("the database in memory could not be made")?,
        Some(file) => {
            let path = file.to_str().context("the path of the database is not Unicode")?;
            Database::new(path).map_err(|error| {
                // What the library advises about encryption is not for the reader of this.
                let reason = error.to_string();
                let reason = reason.split(". ").next().unwrap_or_default();
                anyhow::anyhow!("The database {path} cannot be opened: {reason}. Delete it to begin anew.")
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
    /// Stops it once its last request has ended. Clients' idle connections are closed.
    ///
    /// # Errors
    /// The server had failed.
    pub async fn stop(self) -> anyhow::Result<()> {
        // Where nobody waits for the signal any more, the server has ended already; why, is what it returned.
        self.stop.send(()).unwrap_or_default();
        self.served.await.context("the embedded database ended early")?.map_err(anyhow::Error::msg)
    }
}
