//! A proxy that speaks TLS, holds replies, and counts.
//!
//! A reply is held until a fixed time after its request, so the time that the embedded database takes is part of it and
//! not added to it. The round trips that open a connection are held in the same way: one for TCP, and one for TLS.

mod counted;
mod counts;

pub use counts::Counts;

use crate::authority::Authority;
use anyhow::{Context as _, Result};
use counted::{Bytes, Counted};
use http_body_util::{BodyExt as _, Full};
use hyper::{
    Request, Response,
    body::{Bytes as Body, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
};
use rustls::{ServerConfig, server::Acceptor};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, spawn_blocking},
};
use tokio_rustls::LazyConfigAcceptor;

/// A reply that is later than this by the time it is due is counted.
const LATE: Duration = Duration::from_millis(1);

/// How long things take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delays {
    /// Each of the round trips that open a connection.
    pub connect: Duration,
    /// From a request to its reply.
    pub reply: Duration,
}

/// A proxy in front of a service.
pub struct Proxy {
    /// `https://127.0.0.1:PORT`
    pub endpoint: String,
    shared: Arc<Shared>,
    listening: JoinHandle<()>,
}

struct Shared {
    upstream: String,
    client: Client<HttpConnector, Full<Body>>,
    server: Arc<ServerConfig>,
    delays: Mutex<Delays>,
    counts: Mutex<Counts>,
    bytes: Arc<Bytes>,
}

impl Proxy {
    /// Starts a proxy to the service at `http://127.0.0.1:PORT`.
    ///
    /// # Errors
    /// No port is free.
    pub async fn to(upstream: &str, authority: &Authority, delays: Delays) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no port is free")?;
        let endpoint = format!("https://{}", listener.local_addr()?);
        let shared = Arc::new(Shared {
            upstream: upstream.to_owned(),
            client: Client::builder(TokioExecutor::new()).build_http(),
            server: Arc::clone(&authority.server),
            delays: Mutex::new(delays),
            counts: Mutex::default(),
            bytes: Arc::default(),
        });
        let listening = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { endpoint, shared, listening })
    }

    /// Changes the delays of what comes from now on.
    pub fn set(&self, delays: Delays) {
        *self.shared.delays.lock().unwrap_or_else(PoisonError::into_inner) = delays;
    }

    /// Returns the counts since the last time, and starts again from zero.
    #[must_use]
    pub fn take_counts(&self) -> Counts {
        let mut counts = std::mem::take(&mut *self.shared.counts());
        (counts.received_bytes, counts.sent_bytes) = self.shared.bytes.take();
        counts
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Shared {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn delays(&self) -> Delays {
        *self.delays.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let accepted = Instant::now();
        shared.counts().connections += 1;
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            // A measured program breaks connections when it ends.
            carry(stream, accepted, &shared).await.unwrap_or_default();
        });
    }
}

async fn carry(stream: TcpStream, accepted: Instant, shared: &Arc<Shared>) -> Result<()> {
    stream.set_nodelay(true)?;
    // The kernel has completed TCP's handshake at once.
    until(accepted + shared.delays().connect).await;
    let stream = Counted::new(stream, Arc::clone(&shared.bytes));
    let hello = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
    until(Instant::now() + shared.delays().connect).await;
    let stream = hello.into_stream(Arc::clone(&shared.server)).await?;
    shared.counts().handshakes += 1;
    let service = service_fn(move |request| pass(Arc::clone(shared), request));
    Ok(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await?)
}

async fn pass(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Full<Body>>> {
    let received = Instant::now();
    let (mut head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let target = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    shared.counts().add(target, &body);
    head.headers.remove("host");
    head.uri = format!("{}{}", shared.upstream, head.uri.path()).parse()?;
    let reply = shared.client.request(Request::from_parts(head, Full::new(body))).await?;
    let (mut head, body) = reply.into_parts();
    // The body goes on in one piece, and on another connection.
    head.headers.remove("transfer-encoding");
    head.headers.remove("connection");
    let body = body.collect().await?.to_bytes();
    let due = received + shared.delays().reply;
    // Without a delay, every reply would be late.
    if shared.delays().reply > LATE && due + LATE < Instant::now() {
        shared.counts().late += 1;
    }
    until(due).await;
    Ok(Response::from_parts(head, Full::new(body)))
}

/// Waits on a thread, because the timers of tokio are only exact to a millisecond.
async fn until(when: Instant) {
    let Some(left) = when.checked_duration_since(Instant::now()) else { return };
    // It can only fail if this program ends.
    spawn_blocking(move || thread::sleep(left)).await.unwrap_or_default();
}
