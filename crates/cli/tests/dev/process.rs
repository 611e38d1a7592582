//! The command as a process: started in a temporary folder, listened to, ended.

use crate::http::{Address, Reply};
use std::{
    io::Read,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Condvar, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Long enough for a debug build on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// How to start it.
pub struct Start {
    folder: Arc<TempDir>,
    arguments: Vec<String>,
}

impl Start {
    /// `ringbolt dev --port 0` in a new folder.
    pub fn new() -> Self {
        Self::bare(&["dev", "--port", "0"])
    }

    /// `ringbolt` with these arguments in a new folder.
    pub fn bare(arguments: &[&str]) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        Self { folder, arguments: arguments.iter().map(ToString::to_string).collect() }
    }

    /// With further arguments.
    pub fn with(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(ToString::to_string));
        self
    }

    /// With a file in the folder.
    pub fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.path(name), content).unwrap();
        self
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts it and waits until it says where it answers.
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

    /// Starts it where it cannot start, and gives the exit code and what stood on standard output and standard error.
    pub fn fail(&self) -> (i32, String, String) {
        let mut ringbolt = self.spawn();
        let status = ringbolt.wait();
        let (stdout, stderr) = ringbolt.output();
        (status.code().expect("no signal ended it"), stdout, stderr)
    }

    fn spawn(&self) -> Ringbolt {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ringbolt"))
            .args(&self.arguments)
            .current_dir(self.folder.path())
            // Where somebody has asked for backtraces, an error is a sentence all the same.
            .env("RUST_BACKTRACE", "1")
            // A busy machine is no reason for the fallback.
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

/// A Ringbolt that answers; it is killed when this is dropped.
pub struct Ringbolt {
    child: Child,
    pub address: Address,
    pub stdout: Stream,
    pub stderr: Stream,
    folder: Arc<TempDir>,
}

impl Ringbolt {
    /// The folder where it runs.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A GET with the default token.
    pub fn get(&self, path_and_query: &str) -> Reply {
        self.address.get(&with_token(path_and_query))
    }

    /// A POST with the default token.
    pub fn post(&self, path_and_query: &str, content_type: &str, body: &str) -> Reply {
        self.address.post(&with_token(path_and_query), content_type, body.as_bytes())
    }

    /// The auth webhook of Wix Answers: a user has keyed something.
    pub fn wix(&self, call_id: &str, user: &str, input: &str) -> Reply {
        let body = serde_json::json!({ "callId": call_id, "user": { "id": user, "banned": false }, "input": input });
        self.post("/wix-answers/demo/auth", "application/json", &body.to_string())
    }

    /// The next-action webhook of DialogTech, by GET.
    pub fn next(&self, query: &str) -> Reply {
        self.get(&format!("/dialogtech/demo/next-action?{query}"))
    }

    /// Sends it a signal, such as `INT`.
    pub fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Waits until it has ended.
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

    /// Ends it with a signal; gives all that it printed to standard output and standard error.
    pub fn end(mut self, signal: &str) -> (String, String) {
        self.signal(signal);
        self.wait();
        self.output()
    }

    /// All that it printed; it has ended.
    pub fn output(&mut self) -> (String, String) {
        (self.stdout.until_end(), self.stderr.until_end())
    }
}

impl Drop for Ringbolt {
    fn drop(&mut self) {
        // Both fail where it has ended already, and that is as well.
        self.child.kill().unwrap_or_default();
        self.child.wait().map(drop).unwrap_or_default();
    }
}

fn with_token(path_and_query: &str) -> String {
    let separator = if path_and_query.contains('?') { '&' } else { '?' };
    format!("{path_and_query}{separator}auth=dev-token-not-secret")
}

/// What it prints, as it comes.
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

    /// All that was printed so far.
    pub fn text(&self) -> String {
        String::from_utf8(self.shared.0.lock().unwrap().bytes.clone()).unwrap()
    }

    /// Waits until what was printed is as asked; `None` where it never was.
    pub fn wait_for(&self, is: impl Fn(&str) -> bool) -> Option<String> {
        let waits = |printed: &mut Printed| !printed.ended && !is(&String::from_utf8_lossy(&printed.bytes));
        drop(self.shared.1.wait_timeout_while(self.shared.0.lock().unwrap(), PATIENCE, waits).unwrap());
        Some(self.text()).filter(|text| is(text))
    }

    /// Waits until this text was printed.
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
