//! A function under the Runtime Interface Emulator.

use crate::{
    environment::{ENROLMENT, Environment, bootstrap, emulator, logical_id},
    output::Output,
    process::{PATIENCE, Process},
};
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Full};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use ringbolt_tests::app::{Function, root};
use serde_json::Value;
use std::{
    net::{SocketAddr, TcpListener},
    process::Command,
    time::{Duration, Instant},
};
use tokio::{net::TcpStream, sync::Mutex, time};

/// Allows one invocation at a time across all tests. An emulator crashes if it is called while busy. Also, a function
/// gives its database only 250 ms to answer, which is too little while other functions compute Argon2 on every core.
static GATE: Mutex<()> = Mutex::const_new(());

/// How many pairs of ports to try, since a free port may be taken before the emulator opens it.
const STARTS: u32 = 5;

/// A function that waits for events.
pub struct Emulated {
    /// Its folder in `events/`.
    events: &'static str,
    process: Process,
    address: SocketAddr,
}

/// The answer of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub content_type: String,
    pub body: String,
}

impl Emulated {
    /// Starts the emulator. It starts the function at the first event.
    pub async fn start(function: Function, environment: &Environment) -> Self {
        Self::start_package(function.name(), logical_id(function), environment).await
    }

    /// The same for the enrolment function.
    pub async fn start_enrolment(environment: &Environment) -> Self {
        Self::start_package("enrol", ENROLMENT, environment).await
    }

    async fn start_package(package: &'static str, id: &str, environment: &Environment) -> Self {
        for _ in 0..STARTS {
            let [address, runtime_api] = free_addresses();
            let mut command = Command::new(emulator());
            environment
                .apply(&mut command)
                .env("AWS_LAMBDA_FUNCTION_NAME", package)
                .env("AWS_LAMBDA_FUNCTION_TIMEOUT", "30")
                .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
                .args(["--runtime-interface-emulator-address", &address.to_string()])
                .args(["--runtime-api-address", &runtime_api.to_string()])
                .arg(bootstrap(id));
            let mut process = Process::start(&mut command);
            if listens(&mut process, address).await && listens(&mut process, runtime_api).await {
                return Self { events: package, process, address };
            }
        }
        panic!("the emulator did not start on any of {STARTS} pairs of ports");
    }

    /// Sends an event and reads the answer as API Gateway would.
    ///
    /// # Panics
    /// The function did not answer. The emulator reports errors and timeouts in the body, with status 200.
    pub async fn invoke(&self, event: &str) -> Reply {
        let answer = self.invoke_raw(event).await;
        let text = answer.to_string();
        let Some(status) = answer["statusCode"].as_u64() else { panic!("not an answer: {text}") };
        assert_eq!(answer["isBase64Encoded"], false, "{text}");
        assert_eq!(answer["headers"]["cache-control"], "no-store", "{text}");
        Reply {
            status: status.try_into().unwrap(),
            content_type: answer["headers"]["content-type"].as_str().unwrap().to_owned(),
            body: answer["body"].as_str().unwrap().to_owned(),
        }
    }

    /// Sends an event of any kind and returns the raw answer.
    pub async fn invoke_raw(&self, event: &str) -> Value {
        let text = time::timeout(PATIENCE, self.post(event)).await.expect("no answer at all");
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("not an answer: {text}"))
    }

    /// Sends an event file unchanged.
    pub async fn invoke_file(&self, case: &str) -> Reply {
        self.invoke(&self.file(case)).await
    }

    /// The text of an event file.
    pub fn file(&self, case: &str) -> String {
        let path = root().join("events").join(self.events).join(format!("{case}.json"));
        std::fs::read_to_string(path).unwrap()
    }

    /// The id of the function's process.
    ///
    /// # Panics
    /// The function is not running.
    pub fn function_process(&self) -> String {
        let children = self.process.children();
        assert_eq!(children.len(), 1, "{children:?}");
        children[0].clone()
    }

    /// Stops the function and the emulator, and returns their output.
    pub fn stop(self) -> Output {
        Output::new(self.process.stop())
    }

    async fn post(&self, event: &str) -> String {
        let _alone = GATE.lock().await;
        let url = format!("http://{}/2015-03-31/functions/function/invocations", self.address);
        let request = Request::post(url).body(Full::new(Bytes::from(event.to_owned()))).unwrap();
        let response = Client::builder(TokioExecutor::new()).build_http().request(request).await.unwrap();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(body.to_vec()).unwrap()
    }
}

/// Two addresses that were free a moment ago.
fn free_addresses() -> [SocketAddr; 2] {
    // Hold both until both are known, so that they differ.
    let held = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    held.map(|listener| listener.local_addr().unwrap())
}

/// Waits until the process listens; `false` if it ends first.
async fn listens(process: &mut Process, address: SocketAddr) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if process.ended().is_some() {
            return false;
        }
        if TcpStream::connect(address).await.is_ok() {
            return true;
        }
        time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the emulator is running but not listening");
}
