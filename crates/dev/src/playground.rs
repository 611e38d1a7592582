//! The real functions with one flow, an embedded database in memory and a clock of their own: where scripted calls play.

use crate::{
    callers,
    clock::MovableClock,
    database::{self, Embedded},
    faults::{DatabaseFault, Faults, FaultyClient},
    functions, keys,
    server::local_tables,
    server::locally_signed,
};
use anyhow::Context as _;
use ringbolt_core::{
    caller::{Attributes, CallerItem, Status},
    dialects,
    flow::Flow,
    identity::{CallerId, UserId},
    pin::{CallerPin, PinHash, PinHasher},
    time::EpochMs,
};
use ringbolt_dynamodb::{Store, client, tables};
use ringbolt_lambda::{App, LastResort, Webhook, flows::Flows, token::WebhookTokens};
use ringbolt_simulator::{LOCAL_PUBLIC_URL, LOCAL_TOKEN, Reply, Request};
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

/// How long a webhook may take: busy machines must not turn an answer into the fallback.
const DEADLINE: Duration = Duration::from_secs(30);

/// Functions, database and clock.
pub struct Playground {
    app: App,
    flow: Arc<Flow>,
    clock: MovableClock,
    faults: Faults,
    embedded: Embedded,
}

impl Playground {
    /// Starts it, with nobody enrolled. PINs are kept under the keyed hash, which is quick.
    ///
    /// # Errors
    /// The embedded database could not be started.
    pub async fn start(flow: Arc<Flow>, at: EpochMs) -> anyhow::Result<Self> {
        let embedded = database::start(None).await?;
        let (clock, faults) = (MovableClock::still(at), Faults::default());
        let sdk = embedded.sdk();
        tables::create_missing(&client::webhook_client(&sdk, DEADLINE), &local_tables())
            .await
            .context("the tables could not be created")?;
        let sdk = sdk.into_builder().http_client(FaultyClient::new(faults.clone())).build();
        let webhook = Webhook {
            store: Store::new(client::eager_client(&sdk, DEADLINE), local_tables()),
            tokens: WebhookTokens::for_local_use(LOCAL_TOKEN),
            deadline: DEADLINE,
            retention: Duration::from_secs(90 * 86_400),
            clock: clock.for_functions(),
        };
        let hasher = PinHasher::new(keys::load(None)?, PinHash::Keyed);
        let flows = Flows::unpublished([Arc::clone(&flow)]);
        let signatures = Some(locally_signed(LOCAL_PUBLIC_URL)?);
        let app = App { webhook, signatures, flows, hasher, last_resort: LastResort::default() };
        Ok(Self { app, flow, clock, faults, embedded })
    }

    /// Enrols a caller in the flow's realm.
    ///
    /// # Errors
    /// The user id isn't valid for the flow, or the database did not answer.
    pub async fn enrol(
        &self,
        user: &str,
        pins: &[CallerPin],
        attributes: &Attributes,
        status: Status,
    ) -> anyhow::Result<()> {
        let caller = self.caller_id(user)?;
        let tags = pins.iter().map(|pin| self.app.hasher.enrol(&caller, pin)).collect::<Result<Vec<_>, _>>()?;
        let tags: Vec<_> = tags.into_iter().flatten().collect();
        let store = &self.app.webhook.store;
        store.create_caller(&caller, &tags, attributes, status).await.context("a caller could not be enrolled")?;
        Ok(())
    }

    /// Enrols the callers of a CSV file, as `ringbolt dev --callers` does; without one the demo callers, if it is the demo
    /// flow.
    ///
    /// # Errors
    /// The file can't be read as a list of callers, or the database did not answer.
    pub async fn enrol_callers(&self, csv: Option<&Path>) -> anyhow::Result<()> {
        let enrolments = match csv {
            Some(csv) => callers::read_csv(csv)?,
            None if self.flow.realm.as_str() == "demo" => callers::demo()?,
            None => Vec::new(),
        };
        callers::hint_at_names(&enrolments, &self.flow);
        callers::enrol(&self.app.webhook.store, &self.app.hasher, &self.flow, &enrolments).await
    }

    /// The caller's item; `None` if nobody is enrolled under this user.
    ///
    /// # Errors
    /// The user id isn't valid for the flow, or the database did not answer.
    pub async fn caller(&self, user: &str) -> anyhow::Result<Option<CallerItem>> {
        Ok(self.app.webhook.store.caller(&self.caller_id(user)?).await?)
    }

    fn caller_id(&self, user: &str) -> anyhow::Result<CallerId> {
        let user = match user.starts_with('#') {
            true => UserId::from_stored(user),
            false => UserId::parse(user, self.flow.identifier),
        };
        Ok(CallerId { realm: self.flow.realm.clone(), user: user.context("the user id is not valid for this flow")? })
    }

    /// What the clock shows.
    #[must_use]
    pub fn now(&self) -> EpochMs {
        self.clock.now()
    }

    /// Sets the clock, which only moves when it is told to.
    pub fn set_clock(&self, at: EpochMs) {
        self.clock.set(at);
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Makes the database unreachable, or reachable again.
    pub fn break_database(&self, broken: bool) {
        self.faults.set_database(if broken { DatabaseFault::Down } else { DatabaseFault::None });
    }

    /// Sends a webhook to the function that answers it.
    pub async fn send(&self, request: &Request) -> Reply {
        let began = Instant::now();
        let Some(found) = dialects::find(&request.path) else { return functions::no_route() };
        functions::reply(functions::send(&self.app, found, request, self.now()).await, began.elapsed())
    }

    /// Stops the database.
    ///
    /// # Errors
    /// It failed earlier.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.embedded.stop().await
    }
}
