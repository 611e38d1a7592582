//! Starts and stops the local server.

use crate::{
    banner::{Banner, Callers},
    callers::{self, Known},
    clock::MovableClock,
    database::{self, Embedded},
    faults::{Faults, FaultyClient},
    flows, gateway, keys,
    log::{DevLog, LOG},
    phone::{Phone, PhoneSettings},
    private_file::create_folder,
    state::{self, Announcement, Claim, Found},
};
use anyhow::{Context as _, bail};
use aws_config::SdkConfig;
use ringbolt_core::{
    dialects::twiml::signature::TwimlKeys,
    flow::Flow,
    identity::IdentifierForm,
    pin::{PinHash, PinHasher},
};
use ringbolt_dynamodb::{
    Store, client,
    tables::{self, TableNames},
};
use ringbolt_lambda::{
    App, LastResort, Webhook,
    app::{Clock, system_clock},
    signed::Signatures,
    token::WebhookTokens,
};
use ringbolt_simulator::{LOCAL_PUBLIC_URL, LOCAL_TOKEN, LOCAL_TWIML_KEY};
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

/// How long requests in progress may take during shutdown.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often to try claiming a folder that another command is using.
const CLAIM_ATTEMPTS: u32 = 40;
const CLAIM_INTERVAL: Duration = Duration::from_millis(50);

/// What to start.
#[derive(Clone)]
pub struct Options {
    /// The port on 127.0.0.1; 0 picks a free one.
    pub port: u16,
    /// The folder for the database and the key; `None` keeps them in memory.
    pub state: Option<PathBuf>,
    /// Flow files and folders; empty means the demo flow.
    pub flows: Vec<PathBuf>,
    /// A CSV file of callers. Without one, the demo flow gets the demo callers.
    pub callers: Option<PathBuf>,
    /// The webhook token.
    pub token: String,
    /// Whose signatures the voice webhook takes; `None` for those of [`LOCAL_TWIML_KEY`], from this machine only.
    pub signatures: Option<Signatures>,
    /// How long a request may take before the fallback is answered.
    pub deadline: Duration,
    /// The stage whose ids are used, if IVRs have an id for each stage.
    pub stage: Option<String>,
    /// The clock; `None` means the machine's clock.
    pub clock: Option<Clock>,
}

/// A running local Ringbolt.
#[derive(Debug)]
pub struct Running {
    /// The address of the webhooks.
    pub address: SocketAddr,
    /// The text to show to the person who started it.
    pub banner: String,
    /// The call flows, as loaded at the start.
    pub flows: Vec<Arc<Flow>>,
    stop: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
    watched: JoinHandle<()>,
    embedded: Embedded,
    claim: Option<Claim>,
}

/// The signatures of the simulator.
pub(crate) fn locally_signed(public_url: &str) -> anyhow::Result<Signatures> {
    let keys = TwimlKeys::from_json(&serde_json::json!({ "twilio": [LOCAL_TWIML_KEY] }).to_string())?;
    Ok(Signatures::new(keys, Some(public_url.parse()?)))
}

/// The names of the tables in a local database.
#[must_use]
pub fn local_tables() -> TableNames {
    TableNames {
        callers: "ringbolt-callers".to_owned(),
        calls: "ringbolt-calls".to_owned(),
        counters: "ringbolt-counters".to_owned(),
    }
}

/// The name of the audit log's table in a local database.
pub const LOCAL_AUDIT_TABLE: &str = "ringbolt-audit";

/// Opens the database, creates tables, loads flows, enrols callers, and listens.
///
/// # Errors
/// A taken port, a folder that cannot be written or is in use, a flow with mistakes, a CSV file that cannot be read, or
/// a database that failed. The message says what to do.
pub async fn start(options: Options) -> anyhow::Result<Running> {
    // Check the likeliest mistakes first, before anything is written.
    let (flows, flows_on_disk) = flows::load(&options.flows, options.stage.as_deref())?;
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
    let sdk = embedded.sdk();
    create_tables(&sdk).await?;
    let store = Store::new(client::webhook_client(&sdk, options.deadline), local_tables());
    let live = flows.all();
    let mut realms = BTreeSet::new();
    for flow in &live {
        callers::hint_at_names(&enrolments, flow);
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
            database_key: embedded.key.clone(),
            address: format!("http://{address}"),
            token: options.token.clone(),
            stage: options.stage.clone(),
            flows: flows_on_disk
                .paths()
                .iter()
                .map(|path| path.canonicalize().unwrap_or_else(|_| path.clone()))
                .collect(),
        })?;
    }
    let (clock, faults) = (MovableClock::running(options.clock.unwrap_or_else(system_clock)), Faults::default());
    let sdk = sdk.into_builder().http_client(FaultyClient::new(faults.clone())).build();
    let webhook = Webhook {
        store: Store::new(client::webhook_client(&sdk, options.deadline), local_tables()),
        tokens: WebhookTokens::for_local_use(&options.token),
        deadline: options.deadline,
        retention: Duration::from_secs(90 * 86_400),
        clock: clock.for_functions(),
    };
    let any_host_if_signed = options.signatures.is_some();
    let signatures = match options.signatures {
        None => locally_signed(&format!("http://{address}"))?,
        Some(signatures) => signatures,
    };
    let app = App { webhook, signatures: Some(signatures), flows, hasher, last_resort: LastResort::default() };
    let gateway = Arc::new(gateway::Gateway {
        phone_app: App { signatures: Some(locally_signed(LOCAL_PUBLIC_URL)?), ..app.clone() },
        app,
        flows: flows_on_disk,
        clock: clock.for_functions(),
        log,
        port: address.port(),
        any_host: options.token != LOCAL_TOKEN,
        any_host_if_signed,
        turns: gateway::turns(),
    });
    let phone = Phone::new(PhoneSettings {
        gateway,
        clock,
        faults,
        store,
        callers: Known::of(&enrolments),
        token: options.token.clone(),
        address,
    });
    let watched = tokio::spawn(gateway::watch(Arc::clone(&phone)));
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async move { stopped.await.unwrap_or_default() };
    let served = axum::serve(listener, gateway::router(phone)).with_graceful_shutdown(shutdown);
    let served = tokio::spawn(async move { served.await });
    Ok(Running { address, banner, flows: live, stop, served, watched, embedded, claim })
}

/// Creates the missing tables of a local database.
///
/// # Errors
/// The database did not answer, or refused.
pub async fn create_tables(sdk: &SdkConfig) -> anyhow::Result<()> {
    // No caller is waiting yet, so the deadline can be long.
    let client = client::webhook_client(sdk, Duration::from_secs(20));
    tables::create_missing(&client, &local_tables()).await.context("the tables could not be created")?;
    tables::create_missing_audit(&client, LOCAL_AUDIT_TABLE).await.context("the audit table could not be created")
}

impl Running {
    /// Stops the server. Requests in progress get at most two seconds to finish.
    ///
    /// # Errors
    /// A server failed earlier, or the announcement cannot be removed.
    pub async fn stop(self) -> anyhow::Result<()> {
        // A failed send means that the server has already ended; its return value says why.
        self.stop.send(()).unwrap_or_default();
        self.watched.abort();
        // A client that sent half a request or keeps its connection open must not block the shutdown.
        if let Ok(served) = timeout(PATIENCE, self.served).await {
            served.context("the server ended early")??;
        }
        if let Some(claim) = &self.claim {
            claim.withdraw()?;
        }
        timeout(PATIENCE, self.embedded.stop()).await.unwrap_or(Ok(()))
    }
}

/// Claims a folder's database. Waits for a command that is using it, since most take only a moment.
async fn claim(folder: &Path) -> anyhow::Result<Claim> {
    for _ in 0..CLAIM_ATTEMPTS {
        match state::look(folder)? {
            Found::Free(claim) => return Ok(claim),
            Found::Running(other) => bail!(
                "Another `ringbolt dev` is using {} and runs at {}. Stop it, or start in another folder or with \
                 --memory.",
                folder.display(),
                other.address
            ),
            Found::Busy => tokio::time::sleep(CLAIM_INTERVAL).await,
        }
    }
    bail!(
        "Another `ringbolt` command is using the database in {}. Wait until it has ended, or start with --memory.",
        folder.display()
    )
}

async fn listen(port: u16) -> anyhow::Result<TcpListener> {
    match TcpListener::bind(("127.0.0.1", port)).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            bail!("Port {port} is already in use, perhaps by another `ringbolt dev`. Choose another one with --port.")
        }
        Err(error) => bail!("Cannot listen on 127.0.0.1:{port}: {error}."),
    }
}

fn writable(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() && !folder.is_dir() {
        bail!("{} is a file but must be a folder. Start in another folder, or with --memory.", folder.display());
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
