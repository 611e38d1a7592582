//! The phone page: a telephone in the browser, which dials the flows of this `ringbolt dev`.
//!
//! The calls are here; the page is a view of them. It gets the whole call again whenever anything in it changes, over a
//! stream of events. A page that doesn't read its stream is dropped from it, so it never holds up a webhook.

mod actions;
mod assets;
mod chosen;
mod clock;
mod files;
mod routes;
mod session;
mod view;

pub(crate) use routes::router;

use crate::{callers::Known, clock::MovableClock, faults::Faults, gateway::Gateway};
use ringbolt_dynamodb::Store;
use serde_json::{Value, json};
use session::Session;
use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};
use tokio::sync::broadcast;

/// How many calls are remembered.
const MOST_CALLS: usize = 20;

/// How many updates a page may lag behind before it is dropped from the stream.
const MOST_UPDATES: usize = 256;

/// What the page works on.
pub(crate) struct PhoneSettings {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) clock: MovableClock,
    pub(crate) faults: Faults,
    /// The same database without the faults: the page shows what is there.
    pub(crate) store: Store,
    pub(crate) callers: Vec<Known>,
    pub(crate) token: String,
    pub(crate) address: SocketAddr,
}

/// A call that may be in use by a request.
type SharedSession = Arc<tokio::sync::Mutex<Session>>;

/// What the page's routes share.
pub(crate) struct Phone {
    pub(crate) gateway: Arc<Gateway>,
    clock: MovableClock,
    faults: Faults,
    store: Store,
    callers: Vec<Known>,
    token: String,
    address: SocketAddr,
    provider_retries: AtomicBool,
    calls: Mutex<VecDeque<(String, SharedSession)>>,
    numbers: AtomicU64,
    updates: broadcast::Sender<Update>,
    /// Different in every process, so that a page notices a restart.
    process: String,
}

/// Something for every page.
#[derive(Clone, Debug)]
pub(crate) struct Update {
    kind: &'static str,
    data: String,
}

impl Phone {
    pub(crate) fn new(settings: PhoneSettings) -> Arc<Self> {
        let (updates, _) = broadcast::channel(MOST_UPDATES);
        let PhoneSettings { gateway, clock, faults, store, callers, token, address } = settings;
        Arc::new(Self {
            gateway,
            clock,
            faults,
            store,
            callers,
            token,
            address,
            provider_retries: AtomicBool::new(false),
            calls: Mutex::default(),
            numbers: AtomicU64::new(1),
            updates,
            process: format!("{:016x}", rand::random::<u64>()),
        })
    }

    /// Tells every page. Without a page nobody is told.
    fn publish(&self, kind: &'static str, data: &Value) {
        self.updates.send(Update { kind, data: data.to_string() }).map(drop).unwrap_or_default();
    }

    /// Tells every page that the flow files have changed.
    pub(crate) fn flows_changed(&self) {
        self.publish("flows", &json!({ "flows": view::flows(self) }));
    }

    fn remember(&self, session: Session) -> SharedSession {
        let id = session.id.clone();
        let shared = Arc::new(tokio::sync::Mutex::new(session));
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.push_front((id, Arc::clone(&shared)));
        calls.truncate(MOST_CALLS);
        shared
    }

    fn session(&self, id: &str) -> Option<SharedSession> {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.iter().find(|(known, _)| known == id).map(|(_, session)| Arc::clone(session))
    }

    /// Every call, the newest first.
    fn sessions(&self) -> Vec<SharedSession> {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.iter().map(|(_, session)| Arc::clone(session)).collect()
    }

    fn provider_retries(&self) -> bool {
        self.provider_retries.load(Ordering::Relaxed)
    }
}
