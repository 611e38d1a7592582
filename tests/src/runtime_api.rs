//! A Lambda Runtime API of the tests' own: it runs the binary of a function as a process, gives it events and takes its
//! answers ("Using the Lambda runtime API for custom runtimes", in Lambda's developer guide).
//!
//! Unlike Amazon's emulator, it runs as many instances at once as a test likes, and leaves the process to the test: to
//! freeze it, to limit it, to measure it.

mod log;
mod pool;

pub use log::Log;
pub use pool::Pool;

use crate::{environment::Environment, process::signal};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Path, Request, State},
    http::{Response, StatusCode},
    routing::{get, post},
};
use serde_json::Value;
use std::{
    collections::HashMap,
    path::Path as FilePath,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{
    net::TcpListener,
    sync::{Mutex as Turns, mpsc, oneshot, watch},
    time::timeout,
};

/// The longest that anything here may take; far more than a busy machine needs.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long Lambda gives a function for an event.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The memory size of a function, in MB.
const MEMORY_SIZE: &str = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE";

/// A running instance of a function. It is killed on drop.
pub struct Instance {
    child: Mutex<Child>,
    pid: u32,
    api: Arc<Api>,
    events: mpsc::Sender<Invocation>,
    /// An instance has one event at a time.
    turn: Turns<()>,
    ended: watch::Receiver<bool>,
    answered: AtomicU64,
    /// What it has written.
    pub log: Log,
}

/// What a function did with an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Handled {
    /// It answered.
    Answered(Value),
    /// It reported an error.
    Failed(Value),
    /// It ended.
    Ended,
}

struct Invocation {
    id: String,
    event: String,
}

struct Api {
    events: Turns<mpsc::Receiver<Invocation>>,
    waiting: Mutex<HashMap<String, oneshot::Sender<Handled>>>,
    /// How often the function has asked for an event.
    asked: watch::Sender<u64>,
    given: AtomicU64,
}

impl Instance {
    /// Starts a function, and waits until it asks for its first event.
    ///
    /// # Panics
    /// It ended instead.
    pub async fn start(bootstrap: &FilePath, environment: &Environment) -> Self {
        let instance = Self::launch(Command::new(bootstrap), environment).await;
        instance.until_idle().await;
        instance
    }

    /// Starts any command that runs a function, and waits for nothing.
    ///
    /// # Panics
    /// There is no such program.
    pub async fn launch(mut command: Command, environment: &Environment) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (events, received) = mpsc::channel(1);
        let api = Arc::new(Api {
            events: Turns::new(received),
            waiting: Mutex::default(),
            asked: watch::Sender::default(),
            given: AtomicU64::new(0),
        });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .with_state(Arc::clone(&api));
        tokio::spawn(async move { axum::serve(listener, router).await });
        environment.apply(&mut command);
        if command.get_envs().all(|(name, _)| name != MEMORY_SIZE) {
            command.env(MEMORY_SIZE, "512");
        }
        let child = command
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "function")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "group")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "stream")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = child.unwrap_or_else(|error| panic!("{}: {error}", command.get_program().display()));
        let (log, ended) = Log::of(child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let pid = child.id();
        Self {
            child: Mutex::new(child),
            pid,
            api,
            events,
            turn: Turns::new(()),
            ended,
            answered: AtomicU64::new(0),
            log,
        }
    }

    /// The id of the process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// How many events it has answered.
    #[must_use]
    pub fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }

    /// Gives the function an event once it is its turn, and waits for what it does with it.
    ///
    /// # Panics
    /// It does nothing within two minutes.
    pub async fn handle(&self, event: String) -> Handled {
        let _turn = self.turn.lock().await;
        let id = format!("request-{}", self.api.given.fetch_add(1, Ordering::Relaxed));
        let (sender, handled) = oneshot::channel();
        self.api.waiting().insert(id.clone(), sender);
        let mut ended = self.ended.clone();
        if self.events.send(Invocation { id, event }).await.is_err() {
            return Handled::Ended;
        }
        let handled = async {
            tokio::select! {
                handled = handled => handled.unwrap_or(Handled::Ended),
                _ = ended.wait_for(|ended| *ended) => Handled::Ended,
            }
        };
        timeout(PATIENCE, handled).await.expect("the function does nothing with an event")
    }

    /// [`Instance::handle`] for an event that has to be answered.
    ///
    /// # Panics
    /// The function does not answer.
    pub async fn invoke(&self, event: &Value) -> Value {
        match self.handle(event.to_string()).await {
            Handled::Answered(answer) => {
                self.answered.fetch_add(1, Ordering::Relaxed);
                answer
            }
            other => panic!("{other:?}: {:?}", self.log.problems()),
        }
    }

    /// Waits until the function asks for its next event.
    ///
    /// # Panics
    /// It does not within two minutes, or ended.
    pub async fn until_idle(&self) {
        let (mut asked, mut ended) = (self.api.asked.subscribe(), self.ended.clone());
        let idle = async {
            tokio::select! {
                idle = asked.wait_for(|asked| *asked > self.api.given.load(Ordering::Relaxed)) => idle.is_ok(),
                _ = ended.wait_for(|ended| *ended) => false,
            }
        };
        let idle = timeout(PATIENCE, idle).await.expect("the function does not ask for events");
        assert!(idle, "the function ended: {:?}", self.log.problems());
    }

    /// Asks the process to end, and waits until it has.
    ///
    /// # Panics
    /// It does not end within two minutes.
    pub async fn end(&self) {
        signal(self.pid, "TERM");
        let mut ended = self.ended.clone();
        // An error says that nobody reads its output any more, because it has ended.
        timeout(PATIENCE, ended.wait_for(|ended| *ended)).await.expect("the function does not end").ok();
    }

    /// Stops the process, as Lambda does between two events, or in the middle of one.
    pub fn freeze(&self) {
        signal(self.pid, "STOP");
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        signal(self.pid, "CONT");
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        // It may have ended.
        child.kill().unwrap_or_default();
        child.wait().unwrap();
    }
}

impl Api {
    fn waiting(&self) -> std::sync::MutexGuard<'_, HashMap<String, oneshot::Sender<Handled>>> {
        self.waiting.lock().unwrap()
    }

    fn done(&self, id: &str, handled: Handled) -> StatusCode {
        match self.waiting().remove(id) {
            // The test may have given up.
            Some(waiting) => waiting.send(handled).map_or(StatusCode::GONE, |()| StatusCode::ACCEPTED),
            None => StatusCode::BAD_REQUEST,
        }
    }
}

async fn next(State(api): State<Arc<Api>>) -> Response<Body> {
    api.asked.send_modify(|asked| *asked += 1);
    let Some(Invocation { id, event }) = api.events.lock().await.recv().await else {
        return Response::builder().status(StatusCode::GONE).body(Body::empty()).unwrap();
    };
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + TIMEOUT;
    Response::builder()
        .header("lambda-runtime-aws-request-id", id)
        .header("lambda-runtime-deadline-ms", deadline.as_millis().to_string())
        .header("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-west-1:000000000000:function:function")
        .header("content-type", "application/json")
        .body(Body::from(event))
        .unwrap()
}

async fn response(State(api): State<Arc<Api>>, Path(id): Path<String>, request: Request) -> StatusCode {
    let answer = body(request).await;
    api.done(&id, Handled::Answered(answer))
}

async fn error(State(api): State<Arc<Api>>, Path(id): Path<String>, request: Request) -> StatusCode {
    let reported = body(request).await;
    api.done(&id, Handled::Failed(reported))
}

async fn init_error() -> StatusCode {
    StatusCode::ACCEPTED
}

async fn body(request: Request) -> Value {
    let bytes = to_bytes(request.into_body(), usize::MAX).await.unwrap();
    serde_json::from_slice(&bytes).unwrap()
}
