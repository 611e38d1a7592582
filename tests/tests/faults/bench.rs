//! The functions on one database, each run behind a network of its own.

use crate::faults::{
    dialect::{Call, Dialect},
    expected::waits_for_a_limit,
};
use aws_sdk_dynamodb::{Client, config::retry::RetryPartition};
use ringbolt_core::{
    attempt::Fingerprint, caller::Status, flow::Flow, identity::FlowName, lockout::AniLimit, pin::Guess,
};
use ringbolt_dynamodb::{
    Store,
    callers::Change,
    client,
    flows::{FlowTable, Push},
    tables::create_missing_flows,
};
use ringbolt_lambda::{flows::Flows, queue::Queue};
use ringbolt_tests::{ACCESS_KEY, Network, TestApp, TestClock, TestDatabase, Trouble, app::NOON};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::sync::{Mutex, MutexGuard, Semaphore, SemaphorePermit};

/// No time limit plays a part.
const PATIENT: Duration = Duration::from_secs(600);
/// Where only a time limit ends a wait: two seconds for each attempt of the SDK.
const IMPATIENT: Duration = Duration::from_secs(8);
/// Far more than the deadline, because the machine may be busy. Without a deadline, nothing would ever be answered.
pub const IN_TIME: Duration = Duration::from_secs(300);

/// How many runs at once: those that wait for a time limit, and others.
const WAITING: usize = 32;
const WORKING: usize = 8;

const WINDOW: Duration = Duration::from_secs(3600);

const FLOW: &str = include_str!("flow.yaml");

/// A flow that records an answer.
const STORY: &str = "{ flow: story, realm: story, fallback: { do: hangup }, starts: story, ivrs: { story: { id: 777, \
                     asks: [{ prompt: 'What went wrong?', as: story, record: 60s, transcribe: true }], do: hangup } } }";

/// What all runs share.
pub struct Bench {
    base: TestApp,
    database: TestDatabase,
    client: Client,
    flows_table: String,
    runs: AtomicUsize,
    /// How often the flow was published. One at a time, because a publication replaces the one that it saw.
    publications: Mutex<usize>,
    waiting: Semaphore,
    working: Semaphore,
    _alone: MutexGuard<'static, ()>,
}

static ALONE: Mutex<()> = Mutex::const_new(());

/// One run: the functions behind a network, with a caller of their own.
pub struct Run {
    pub app: TestApp,
    pub network: Network,
    pub id: String,
    pub user: String,
    ani: String,
}

impl Bench {
    /// A bench, once no other test has one: runs that wait for time limits need a machine that is not too busy.
    pub async fn new() -> Self {
        let alone = ALONE.lock().await;
        let database = TestDatabase::start().await;
        let mut base = TestApp::with_flow(&database, FLOW).await;
        let flows = [FLOW, STORY].map(|text| Arc::new(Flow::load(text).unwrap()));
        base.app.flows = Flows::unpublished(flows);
        // One, because it takes long to load the system's certificates.
        let client = client::webhook_client(&client::local_config(&database.endpoint, ACCESS_KEY), PATIENT);
        let flows_table = database.tables.callers.replace("callers", "flows");
        create_missing_flows(&database.client().await, &flows_table).await.unwrap();
        let bench = Self {
            base,
            database,
            client,
            flows_table,
            runs: AtomicUsize::new(0),
            publications: Mutex::default(),
            waiting: Semaphore::new(WAITING),
            working: Semaphore::new(WORKING),
            _alone: alone,
        };
        bench.publish().await;
        bench
    }

    /// Publishes the flow again, as a new version.
    async fn publish(&self) {
        let mut publications = self.publications.lock().await;
        *publications += 1;
        let text = format!("{FLOW}# publication {publications}\n");
        let table = FlowTable::new(self.database.client().await, self.flows_table.clone());
        let push = Push::new(text, "ada".to_owned(), None, NOON).unwrap();
        table.publish(&FlowName::parse("demo").unwrap(), &push).await.unwrap();
    }

    /// Waits until a run with this trouble may begin.
    pub async fn turn(&self, trouble: Trouble) -> SemaphorePermit<'_> {
        let turns = if waits_for_a_limit(trouble) { &self.waiting } else { &self.working };
        turns.acquire().await.unwrap()
    }

    /// A new run for a caller with the PIN 4711.
    pub async fn run(&self, trouble: Trouble, status: Status) -> Run {
        let number = self.runs.fetch_add(1, Ordering::Relaxed);
        let user = (10_000 + number).to_string();
        self.base.enrol(&user, &["4711"], status).await;
        let network = Network::to(&self.database.endpoint).await;
        let deadline = if waits_for_a_limit(trouble) { IMPATIENT } else { PATIENT };
        let mut app = self.base.app.clone();
        app.webhook.store = Store::new(self.client(&network, deadline, number), self.database.tables.clone());
        app.webhook.deadline = deadline;
        let clock = TestClock::default();
        let of_app = clock.clone();
        app.webhook.clock = Arc::new(move || of_app.now());
        // 555-0100 to 555-0199 in a hundred area codes.
        let ani = format!("{}55501{:02}", 220 + number / 100, number % 100);
        Run { app: TestApp { app, clock }, network, id: format!("CA{number}"), user, ani }
    }

    /// Gives the functions of a run their flow from the table, through its network, and publishes a new one.
    pub async fn published(&self, run: &mut Run) {
        let deadline = run.app.app.webhook.deadline;
        let table = FlowTable::new(self.client(&run.network, deadline, usize::MAX), self.flows_table.clone());
        let clock = Arc::clone(&run.app.app.webhook.clock);
        run.app.app.flows = Flows::published(table, clock, None).await.unwrap();
        self.publish().await;
    }

    fn client(&self, network: &Network, deadline: Duration, number: usize) -> Client {
        let (timeouts, retries) = client::patience(deadline);
        // The SDK stops retrying after many failures in one process. Here, each run is a process.
        let partition = RetryPartition::custom(format!("run-{number}-{}", network.endpoint)).build();
        let config = self.client.config().to_builder().endpoint_url(&network.endpoint).timeout_config(timeouts);
        Client::from_conf(config.retry_config(retries).retry_partition(partition).build())
    }

    /// A queue behind a network, with the time limits of the run's function.
    pub async fn queue(&self, run: &Run, network: &Network) -> Queue {
        let url = format!("{}/000000000000/transcriptions", network.endpoint).parse().unwrap();
        let sdk = client::local_config(&network.endpoint, ACCESS_KEY);
        Queue::new(&sdk, url, run.app.app.webhook.deadline)
    }

    /// How many transcriptions are stored for a call.
    pub async fn transcripts(&self, id: &str) -> usize {
        let items = self.base.app.webhook.store.call(id).await.unwrap();
        items.iter().filter(|item| item["sk"].as_str().unwrap().starts_with("transcript#")).count()
    }

    /// The failed attempts in the item of a run's caller.
    pub async fn counted(&self, run: &Run) -> u32 {
        let caller = ringbolt_tests::caller(&run.user);
        self.base.app.webhook.store.caller(&caller).await.unwrap().unwrap().attempts
    }

    /// The tries of a run's call.
    pub async fn tries(&self, run: &Run) -> u32 {
        let (store, hasher) = (&self.base.app.webhook.store, &self.base.app.hasher);
        let caller = ringbolt_tests::caller(&run.user);
        store.call_tries(hasher.keys(), &caller.realm, &run.id, NOON).await.unwrap()
    }

    /// Whether at most one try was counted for a run's calling number. Counts one more to find out.
    pub async fn ani_tries_at_most_one(&self, run: &Run, dialect: Dialect) -> bool {
        let (store, hasher) = (&self.base.app.webhook.store, &self.base.app.hasher);
        let (caller, limit) = (ringbolt_tests::caller(&run.user), AniLimit { attempts: 2, window: WINDOW });
        let this = fingerprint(&self.base, &run.user, "another call");
        let (key, ani) = (hasher.keys().current(), dialect.ani(&run.ani));
        store.count_ani_try(key, &caller.realm, ani.as_str(), &this, &limit, NOON).await.unwrap()
    }

    pub async fn suspend(&self, run: &Run) {
        let caller = ringbolt_tests::caller(&run.user);
        let changed = self.base.app.webhook.store.set_status(&caller, Status::Suspended).await.unwrap();
        assert_eq!(changed, Change::Made);
    }
}

impl Run {
    pub fn call(&self) -> Call<'_> {
        Call { id: &self.id, ani: &self.ani, user: &self.user }
    }
}

fn fingerprint(app: &TestApp, user: &str, call: &str) -> Fingerprint {
    let hasher = &app.app.hasher;
    let prepared = hasher.prepare(&ringbolt_tests::caller(user), &Guess::keyed("0000").unwrap()).unwrap();
    Fingerprint::new(hasher.keys().current(), call, &prepared, 0)
}
