//! A proxy of connections, for what happens on a network: it loses, cuts, repeats and holds what goes through it, at one
//! call site or at all.
//!
//! [`crate::Wire`] counts and fails whole requests. This one has the bytes of both sides. Without TLS the SDK speaks
//! HTTP/1.1, so `Connection: close` and a close between two requests take the place of HTTP/2's GOAWAY.

mod http1;
mod site;

pub use site::Site;

use http1::Message;
use std::{
    fmt, io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::AsyncReadExt as _,
    net::{TcpListener, TcpSocket, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// What happens to a request or its reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// The reply comes a little later.
    Slow,
    /// The request is delivered twice, one after the other. The second reply is passed on.
    Duplicated,
    /// The reply says that the connection will be closed, and it is.
    Goodbye,
    /// The connection is closed after the reply, unannounced.
    ClosedAfter,
    /// The connection is closed, and the request is not delivered.
    Closed,
    /// The connection is reset, and the request is not delivered.
    Reset,
    /// The request is not delivered, and nothing comes back.
    Silence,
    /// The request is delivered, and the connection is closed instead of a reply.
    ReplyLost,
    /// The request is delivered, and nothing comes back.
    ReplyHeld,
    /// The request is delivered, and the connection is closed in the middle of the reply.
    ReplyCut,
    /// The request is delivered, and the reply stops in the middle.
    ReplyStalled,
    /// The request is delivered, and the reply is replaced by an internal error.
    ReplyFailed,
    /// The service throttles.
    Throttled,
    /// The service has an internal error.
    ServerError,
    /// A load balancer answers that the service is unavailable, in HTML.
    Unavailable,
    /// The service denies access.
    Denied,
    /// Something answers 200 in HTML.
    Nonsense,
}

impl Trouble {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::Slow,
        Self::Duplicated,
        Self::Goodbye,
        Self::ClosedAfter,
        Self::Closed,
        Self::Reset,
        Self::Silence,
        Self::ReplyLost,
        Self::ReplyHeld,
        Self::ReplyCut,
        Self::ReplyStalled,
        Self::ReplyFailed,
        Self::Throttled,
        Self::ServerError,
        Self::Unavailable,
        Self::Denied,
        Self::Nonsense,
    ];
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Slow => "slow",
            Self::Duplicated => "duplicated",
            Self::Goodbye => "Connection: close",
            Self::ClosedAfter => "closed after the reply",
            Self::Closed => "closed before the reply",
            Self::Reset => "reset",
            Self::Silence => "silence",
            Self::ReplyLost => "reply lost",
            Self::ReplyHeld => "reply held",
            Self::ReplyCut => "reply cut",
            Self::ReplyStalled => "reply stalled",
            Self::ReplyFailed => "done, then 500",
            Self::Throttled => "throttled",
            Self::ServerError => "500",
            Self::Unavailable => "503 in HTML",
            Self::Denied => "denied",
            Self::Nonsense => "200 in HTML",
        })
    }
}

/// How long [`Trouble::Slow`] takes: shorter than any time limit of the tests.
const SLOW: Duration = Duration::from_millis(50);

/// A proxy in front of a service.
pub struct Network {
    /// The proxy's address.
    pub endpoint: String,
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: JoinHandle<()>,
}

struct Shared {
    upstream: SocketAddr,
    plan: Mutex<Plan>,
    /// How often the trouble has happened.
    happened: watch::Sender<usize>,
    /// Raised when all connections that are open now die.
    generation: watch::Sender<Generation>,
}

#[derive(Default)]
struct Plan {
    trouble: Option<(Site, Trouble)>,
    /// How often it still happens.
    left: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Generation {
    number: u64,
    /// How the connections of earlier generations end: closed, or dead without a word.
    is_silent: bool,
}

impl Network {
    /// Starts a proxy to the service at `http://127.0.0.1:PORT`.
    pub async fn to(upstream: &str) -> Self {
        let upstream = upstream.strip_prefix("http://").unwrap().parse().unwrap();
        let shared = Arc::new(Shared {
            upstream,
            plan: Mutex::default(),
            happened: watch::Sender::default(),
            generation: watch::Sender::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let listening = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { endpoint: format!("http://{address}"), address, shared, listening }
    }

    /// From now on, this happens to the next `times` requests of a call site, and to no other.
    pub fn set(&self, site: Site, trouble: Trouble, times: usize) {
        *self.shared.plan.lock().unwrap() = Plan { trouble: Some((site, trouble)), left: times };
    }

    /// From now on, all requests pass.
    pub fn clear(&self) {
        *self.shared.plan.lock().unwrap() = Plan::default();
    }

    /// Waits until troubles have happened so often. `false` if they have not within a minute.
    pub async fn happened(&self, times: usize) -> bool {
        let mut happened = self.shared.happened.subscribe();
        tokio::time::timeout(Duration::from_secs(60), happened.wait_for(|so_far| *so_far >= times)).await.is_ok()
    }

    /// Closes all connections that are open. New ones are fine.
    pub fn close_connections(&self) {
        self.next_generation(false);
    }

    /// From now on, nothing comes back on the connections that are open, as if a router had forgotten them. New ones are fine.
    pub fn forget_connections(&self) {
        self.next_generation(true);
    }

    /// Refuses connections, and closes those that are open.
    pub async fn refuse(&mut self) {
        self.listening.abort();
        // It ends with the error that it was cancelled; only then is the port closed.
        (&mut self.listening).await.unwrap_or_default();
        self.close_connections();
    }

    /// Accepts connections again, at the same address.
    pub fn accept_again(&mut self) {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind(self.address).unwrap();
        self.listening = tokio::spawn(accept(socket.listen(1024).unwrap(), Arc::clone(&self.shared)));
    }

    fn next_generation(&self, is_silent: bool) {
        self.shared.generation.send_modify(|now| *now = Generation { number: now.number + 1, is_silent });
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.listening.abort();
        self.close_connections();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let mut generations = shared.generation.subscribe();
            let mine = generations.borrow().number;
            let mut client = client;
            let ended = tokio::select! {
                // Both sides may break a connection whenever they like.
                carried = carry(&mut client, &shared) => { carried.unwrap_or_default(); None }
                ended = generations.wait_for(|now| now.number != mine) => ended.ok().map(|now| *now),
            };
            if ended.is_some_and(|now| now.is_silent) {
                hold(&mut client).await.unwrap_or_default();
            }
        });
    }
}

/// Carries requests and replies until one side closes the connection, or the plan does.
async fn carry(client: &mut TcpStream, shared: &Shared) -> io::Result<()> {
    let (mut asked, mut answered) = (Vec::new(), Vec::new());
    let mut upstream = TcpStream::connect(shared.upstream).await?;
    while let Some(request) = Message::read(client, &mut asked).await? {
        let trouble = shared.happens_to(&request);
        match trouble {
            Some(Trouble::Closed) => return Ok(()),
            Some(Trouble::Reset) => return client.set_zero_linger(),
            Some(Trouble::Silence) => return hold(client).await,
            _ => {}
        }
        if let Some(reply) = trouble.and_then(own_reply) {
            reply.write(client).await?;
            continue;
        }
        let request = request.sent_to(&shared.upstream.to_string());
        request.write(&mut upstream).await?;
        let mut reply = read_reply(&mut upstream, &mut answered).await?;
        match trouble {
            Some(Trouble::Slow) => tokio::time::sleep(SLOW).await,
            Some(Trouble::Duplicated) => {
                request.write(&mut upstream).await?;
                reply = read_reply(&mut upstream, &mut answered).await?;
            }
            Some(Trouble::Goodbye) => return reply.with_header("connection: close").write(client).await,
            Some(Trouble::ClosedAfter) => return reply.write(client).await,
            Some(Trouble::ReplyLost) => return Ok(()),
            Some(Trouble::ReplyHeld) => return hold(client).await,
            Some(Trouble::ReplyCut) => return reply.write_half(client).await,
            Some(Trouble::ReplyStalled) => {
                reply.write_half(client).await?;
                return hold(client).await;
            }
            Some(Trouble::ReplyFailed) => reply = failure("500 Internal Server Error", "InternalServerError"),
            _ => {}
        }
        reply.write(client).await?;
    }
    Ok(())
}

async fn read_reply(upstream: &mut TcpStream, read: &mut Vec<u8>) -> io::Result<Message> {
    Message::read(upstream, read).await?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

/// Swallows whatever comes until the client gives up.
async fn hold(client: &mut TcpStream) -> io::Result<()> {
    let mut swallowed = [0; 4096];
    while client.read(&mut swallowed).await? > 0 {}
    Ok(())
}

impl Shared {
    fn happens_to(&self, request: &Message) -> Option<Trouble> {
        let mut plan = self.plan.lock().unwrap();
        let (_, trouble) = plan.trouble.filter(|(site, _)| plan.left > 0 && site.sends(request))?;
        plan.left -= 1;
        self.happened.send_modify(|happened| *happened += 1);
        Some(trouble)
    }
}

/// What is answered without asking the service.
fn own_reply(trouble: Trouble) -> Option<Message> {
    let page = "<html>It works!</html>";
    Some(match trouble {
        Trouble::Throttled => failure("400 Bad Request", "ProvisionedThroughputExceededException"),
        Trouble::ServerError => failure("500 Internal Server Error", "InternalServerError"),
        Trouble::Denied => failure("400 Bad Request", "AccessDeniedException"),
        Trouble::Unavailable => Message::reply("503 Service Unavailable", "text/html", page),
        Trouble::Nonsense => Message::reply("200 OK", "text/html", page),
        _ => return None,
    })
}

fn failure(status: &str, code: &str) -> Message {
    let body = format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"for a test"}}"#);
    Message::reply(status, "application/x-amz-json-1.0", &body)
}
