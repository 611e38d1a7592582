//! Starting and stopping it all.

use crate::{
    banner::{Banner, Callers},
    callers,
    database::{self, Embedded},
    flows, gateway, keys,
    log::{DevLog, LOG},
    private_file::create_folder,
    state::{self, Announcement, Claim, Found},
};
use anyhow::{Context as _, bail};
use ringbolt_core::{
    identity::IdentifierForm,
    pin::{PinHash, PinHasher},
};
use ringbolt_dynamodb::{
    Store, client,
    tables::{self, TableNames},
};
use ringbolt_lambda::{
    App, Webhook,
    app::{Clock, system_clock},
    token::WebhookTokens,
};
use std::{
    collections::BTreeSet,
    fs,
    io::ErrorKind,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle, time::timeout};

/// How long requests under way may take when all is to stop.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often a folder is looked at that a command is working on, before the start is given up, and how long between.
const LOOKS: u32 = 40;
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// What to start.
#[derive(Clone)]
pub struct Options {
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// The folder for database and key; without one they are in memory.
    pub state: Option<PathBuf>,
    /// Flow files and folders; none means the demo flow.
    pub flows: Vec<PathBuf>,
    /// A CSV of callers; without one, and with the demo flow, the demo's callers.
    pub callers: Option<PathBuf>,
    /// The webhook token.
    pub token: String,
    /// When the fallback is answered.
    pub deadline: Duration,
    /// What time it is; the machine's clock where there is none.
    pub clock: Option<Clock>,
}

/// A local Ringbolt that answers.
#[derive(Debug)]
pub struct Running {
    /// Where it answers.
    pub address: SocketAddr,
    /// What to show to the person who started it.
    pub banner: String,
    /// The embedded database's address.
    pub database: String,
    stop: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
    watched: JoinHandle<()>,
    embedded: Embedded,
    claim: Option<Claim>,
}

/// What the tables of a local database are called.
#[must_use]
pub fn local_tables() -> TableNames {
    TableNames { callers: "ringbolt-callers".to_owned(), calls: "ringbolt-calls".to_owned() }
}

/// What the table of administrative changes is called in a local database.
pub const LOCAL_AUDIT_TABLE: &str = "ringbolt-audit";

/// Opens the database, creates tables, loads flows, enrols callers, and listens.
///
/// # Errors
/// One sentence that says what to do: a taken port, a folder that cannot be written, a flow with mistakes, a CSV that
/// cannot be read.
pub async fn start(options: Options) -> anyhow::Result<Running> {
    // First what a person gets wrong most: nothing is written before it is right.
    let (flows, flows_on_disk) = flows::load(&options.flows)?;
    let is_demo = options.flows.is_empty() && options.callers.is_none();
    let enrolments = match &options.callers {
        Some(csv) => callers::read_csv(csv)?,
        None if is_demo => callers::demo()?,
        None => Vec::new(),
    };
    let listener = listen(options.port).await?;
    let address = listener.local_addr()?;

    let state = options.state.as_deref();
    let claim = match state {
        Some(folder) => {
            writable(folder)?;
            Some(claim(folder).await?)
        }
        None => None,
    };
    let log = state.map(|folder| {
        DevLog::open(folder).with_context(|| format!("{} cannot be written", folder.join(LOG).display()))
    });
    let log = log.transpose()?;
    let embedded = database::start(state.map(|folder| folder.join(state::DATABASE)).as_deref()).await?;
    let hasher =
        PinHasher::new(keys::load(state.map(|folder| folder.join(state::PIN_KEYS)).as_deref())?, PinHash::default());
    let client = client::webhook_client(&client::local_config(&embedded.endpoint).await, options.deadline);
    let names = local_tables();
    create_tables(&embedded.endpoint).await?;
    let store = Store::new(client, names);
    let live = flows.all();
    let mut realms = BTreeSet::new();
    for flow in &live {
        // Flows of one realm share their callers.
        if !realms.insert((&flow.realm, flow.identifier == IdentifierForm::Digits)) {
            continue;
        }
        callers::enrol(&store, &hasher, flow, &enrolments).await.context("the callers could not be enrolled")?;
    }
    let banner = Banner {
        address: format!("http://{address}"),
        token: &options.token,
        flows: &live,
        files: flows_on_disk.paths(),
        callers: match &options.callers {
            Some(csv) => Callers::Csv { path: csv, count: enrolments.len() },
            None if is_demo => Callers::Demo,
            None => Callers::None,
        },
        state,
    };
    let banner = banner.text();
    if let Some(claim) = &claim {
        claim.announce(&Announcement {
            database: embedded.endpoint.clone(),
            address: format!("http://{address}"),
            token: options.token.clone(),
            flows: flows_on_disk
                .paths()
                .iter()
                .map(|path| path.canonicalize().unwrap_or_else(|_| path.clone()))
                .collect(),
        })?;
    }
    let clock = options.clock.unwrap_or_else(system_clock);
    let webhook = Webhook {
        store,
        tokens: WebhookTokens::for_local_use(&options.token),
        deadline: options.deadline,
        retention: Duration::from_secs(90 * 86_400),
        clock: clock.clone(),
    };
    let app = App { webhook, flows, hasher };
    let gateway = Arc::new(gateway::Gateway { app, flows: flows_on_disk, clock, log });
    let watched = tokio::spawn(gateway::watch(Arc::clone(&gateway)));
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async move { stopped.await.unwrap_or_default() };
    let served = axum::serve(listener, gateway::router(gateway)).with_graceful_shutdown(shutdown);
    let served = tokio::spawn(async move { served.await });
    Ok(Running { address, banner, database: embedded.endpoint.clone(), stop, served, watched, embedded, claim })
}

/// Creates the tables of the local database at this endpoint that are not there yet.
///
/// # Errors
/// The database did not answer, or refused.
pub async fn create_tables(endpoint: &str) -> anyhow::Result<()> {
    // Nobody is on the line yet.
    let client = client::webhook_client(&client::local_config(endpoint).await, Duration::from_secs(20));
    tables::create_missing(&client, &local_tables()).await.context("the tables could not be created")?;
    tables::create_missing_audit(&client, LOCAL_AUDIT_TABLE).await.context("the table of changes could not be created")
}

impl Running {
    /// Lets the requests under way end, for two seconds at most, then stops.
    ///
    /// # Errors
    /// A server had failed.
    pub async fn stop(self) -> anyhow::Result<()> {
        // Where nobody waits for the signal any more, the server has ended already; why, is what it returned.
        self.stop.send(()).unwrap_or_default();
        self.watched.abort();
        // A client that has sent half a request, or keeps its connection, must not keep us.
        if let Ok(served) = timeout(PATIENCE, self.served).await {
            served.context("the server ended early")??;
        }
        if let Some(claim) = &self.claim {
            claim.withdraw()?;
        }
        timeout(PATIENCE, self.embedded.stop()).await.unwrap_or(Ok(()))
    }
}

/// Makes a folder's database ours. A command that works on it is waited for: most take a moment.
async fn claim(folder: &Path) -> anyhow::Result<Claim> {
    for _ in 0..LOOKS {
        match state::look(folder)? {
            Found::Free(claim) => return Ok(claim),
            Found::Running(other) => bail!(
                "Another `ringbolt dev` keeps its callers in {} and answers at {}. Stop it, or start in another folder or \
                 with --memory.",
                folder.display(),
                other.address
            ),
            Found::Busy => tokio::time::sleep(BETWEEN_LOOKS).await,
        }
    }
    bail!(
        "Another `ringbolt` command is working on the database in {}. Wait until it has ended, or start with --memory.",
        folder.display()
    )
}

async fn listen(port: u16) -> anyhow::Result<TcpListener> {
    match TcpListener::bind(("127.0.0.1", port)).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            bail!("Port {port} is taken on this machine, perhaps by another `ringbolt dev`. Choose one with --port.")
        }
        Err(error) => bail!("127.0.0.1:{port} cannot be listened on: {error}."),
    }
}

fn writable(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() && !folder.is_dir() {
        bail!("{} is a file, and must be a folder. Start in another folder, or with --memory.", folder.display());
    }
    let probe = folder.join("write-probe");
    let tried = create_folder(folder).and_then(|()| fs::write(&probe, b"")).and_then(|()| fs::remove_file(&probe));
    tried.map_err(|error| {
        anyhow::anyhow!(
            "The folder {} cannot be written: {error}. Start in another folder, or with --memory.",
            folder.display()
        )
    })
}
