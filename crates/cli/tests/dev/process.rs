//! Starts the command in a temporary folder, captures its output, and stops it.

use crate::dev::http::{Address, Reply};
use std::{
    io::Read,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Condvar, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Long enough for a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// How to start the command.
pub struct Start {
    folder: Arc<TempDir>,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
}

impl Start {
    /// `ringbolt dev --port 0` in a new folder.
    pub fn new() -> Self {
        Self::bare(&["dev", "--port", "0"])
    }

    /// `ringbolt` with these arguments in a new folder.
    pub fn bare(arguments: &[&str]) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        Self { folder, arguments: arguments.iter().map(ToString::to_string).collect(), environment: Vec::new() }
    }

    /// Adds arguments.
    pub fn with(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(ToString::to_string));
        self
    }

    /// Sets a variable.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds a file to the folder.
    pub fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.path(name), content).unwrap();
        self
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts the command and waits for its banner.
    pub fn run(&self) -> Ringbolt {
        let mut ringbolt = self.spawn();
        let ready = |out: &str| out.contains("\nPINs and counters are ");
        let banner = ringbolt.stdout.wait_for(ready).unwrap_or_else(|| {
            ringbolt.child.kill().unwrap();
            panic!("it did not start; it printed:\n{}\n{}", ringbolt.stdout.text(), ringbolt.stderr.text())
        });
        let (_, rest) = banner.split_once("http://127.0.0.1:").expect("the banner has an address");
        let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
        ringbolt.address = Address { port: port.parse().unwrap() };
        ringbolt
    }

    /// Runs a command that fails to start. Returns the exit code, standard output and standard error.
    pub fn fail(&self) -> (i32, String, String) {
        let mut ringbolt = self.spawn();
        let status = ringbolt.wait();
        let (stdout, stderr) = ringbolt.output();
        (status.code().expect("it was not ended by a signal"), stdout, stderr)
    }

    fn spawn(&self) -> Ringbolt {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ringbolt"))
            .args(&self.arguments)
            .current_dir(self.folder.path())
            .envs(self.environment.iter().cloned())
            // Errors must stay one sentence even if backtraces are enabled.
            .env("RUST_BACKTRACE", "1")
            // A busy machine must not cause the fallback.
            .env("RINGBOLT_DEADLINE_MS", "20000")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = Stream::listen(child.stdout.take().unwrap());
        let stderr = Stream::listen(child.stderr.take().unwrap());
        let folder = Arc::clone(&self.folder);
        Ringbolt { child, address: Address { port: 0 }, stdout, stderr, folder }
    }
}

/// A running `ringbolt dev`, which is killed on drop.
pub struct Ringbolt {
    child: Child,
    pub address: Address,
    pub stdout: Stream,
    pub stderr: Stream,
    folder: Arc<TempDir>,
}

impl Ringbolt {
    /// Its working folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Sends a GET with the default token.
    pub fn get(&self, path_and_query: &str) -> Reply {
        self.address.get(&with_token(path_and_query))
    }

    /// Sends a POST with the default token.
    pub fn post(&self, path_and_query: &str, content_type: &str, body: &str) -> Reply {
        self.address.post(&with_token(path_and_query), content_type, body.as_bytes())
    }

    /// Calls the auth webhook of Wix Answers with a user's input.
    pub fn wix(&self, call_id: &str, user: &str, input: &str) -> Reply {
        let body = serde_json::json!({ "callId": call_id, "user": { "id": user, "banned": false }, "input": input });
        self.post("/wix-answers/demo/auth", "application/json", &body.to_string())
    }

    /// Calls the next-action webhook of DialogTech by GET.
    pub fn next(&self, query: &str) -> Reply {
        self.get(&format!("/dialogtech/demo/next-action?{query}"))
    }

    /// Sends a signal, such as `INT`.
    pub fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(began.elapsed() < PATIENCE, "it does not end");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends it with a signal. Returns standard output and standard error.
    pub fn end(mut self, signal: &str) -> (String, String) {
        self.signal(signal);
        self.wait();
        self.output()
    }

    /// Its standard output and standard error, once it has ended.
    pub fn output(&mut self) -> (String, String) {
        (self.stdout.until_end(), self.stderr.until_end())
    }
}

impl Drop for Ringbolt {
    fn drop(&mut self) {
        // Both fail harmlessly if it has already ended.
        self.child.kill().unwrap_or_default();
        self.child.wait().map(drop).unwrap_or_default();
    }
}

pub fn with_token(path_and_query: &str) -> String {
    let separator = if path_and_query.contains('?') { '&' } else { '?' };
    format!("{path_and_query}{separator}auth=dev-token-not-secret")
}

/// Output that is captured as it is printed.
pub struct Stream {
    shared: Arc<(Mutex<Printed>, Condvar)>,
    reader: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Printed {
    bytes: Vec<u8>,
    ended: bool,
}

impl Stream {
    fn listen(mut from: impl Read + Send + 'static) -> Self {
        let shared = Arc::<(Mutex<Printed>, Condvar)>::default();
        let theirs = Arc::clone(&shared);
        let reader = thread::spawn(move || {
            let mut buffer = [0; 4096];
            loop {
                let read = from.read(&mut buffer).unwrap_or(0);
                let mut printed = theirs.0.lock().unwrap();
                printed.bytes.extend_from_slice(&buffer[..read]);
                printed.ended = read == 0;
                theirs.1.notify_all();
                if printed.ended {
                    return;
                }
            }
        });
        Self { shared, reader: Some(reader) }
    }

    /// The output so far.
    pub fn text(&self) -> String {
        String::from_utf8(self.shared.0.lock().unwrap().bytes.clone()).unwrap()
    }

    /// Waits until the output satisfies a condition. `None` if it never does.
    pub fn wait_for(&self, is: impl Fn(&str) -> bool) -> Option<String> {
        let waits = |printed: &mut Printed| !printed.ended && !is(&String::from_utf8_lossy(&printed.bytes));
        drop(self.shared.1.wait_timeout_while(self.shared.0.lock().unwrap(), PATIENCE, waits).unwrap());
        Some(self.text()).filter(|text| is(text))
    }

    /// Waits until this text is printed.
    pub fn expect(&self, text: &str) -> String {
        self.wait_for(|out| out.contains(text)).unwrap_or_else(|| panic!("{text:?} is not in:\n{}", self.text()))
    }

    fn until_end(&mut self) -> String {
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        self.text()
    }
}
