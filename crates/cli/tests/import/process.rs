//! Runs the command as a process with its own folder and database.

use crate::import::json;
use ringbolt_core::{
    caller::CallerItem,
    identity::Realm,
    pin::{CallerPin, PinHash, PinHasher, PinKeys},
};
use ringbolt_dynamodb::tables;
use ringbolt_tests::{TestApp, TestDatabase, app::demo_flow, pin_keys};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Long enough for a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(1_200);

/// A test's tables and working folder.
pub struct Deployment {
    pub database: TestDatabase,
    /// The database endpoint that the command uses.
    pub endpoint: String,
    pub folder: TempDir,
}

impl Deployment {
    pub async fn new() -> Self {
        let database = TestDatabase::start().await;
        tables::create_missing_audit(&database.client().await, &audit_table(&database)).await.unwrap();
        let endpoint = database.endpoint.clone();
        Self { database, endpoint, folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Starts `ringbolt` with these arguments.
    pub fn start(&self, arguments: &[&str]) -> Running {
        self.start_with(arguments, &[])
    }

    /// Starts `ringbolt` with additional environment variables. An empty value removes the variable.
    pub fn start_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Running {
        let child = self.command(arguments, variables).spawn().unwrap();
        Running::new(child, &self.folder, "")
    }

    /// Starts a second `ringbolt` while another one runs. Its output goes to files of its own.
    pub fn start_second(&self, arguments: &[&str]) -> Running {
        let output = |name: &str| File::create(self.path(&format!("second.{name}"))).unwrap();
        let (stdout, stderr) = (output("stdout"), output("stderr"));
        let mut command = self.command_with(arguments, &[]);
        let child = command.stdout(stdout).stderr(stderr).spawn().unwrap();
        Running::new(child, &self.folder, "second.")
    }

    /// Starts `ringbolt` with a standard output whose reader is gone.
    pub fn start_unread(&self, arguments: &[&str]) -> Running {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let child = self.command(arguments, &[]).stdout(writer).spawn().unwrap();
        Running::new(child, &self.folder, "")
    }

    fn command(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
        let output = |name: &str| File::create(self.path(name)).unwrap();
        let mut command = self.command_with(arguments, variables);
        command.stdout(output("stdout")).stderr(output("stderr"));
        command
    }

    fn command_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
        let keys = serde_json::json!({ "current": "a".repeat(PinKeys::MIN_CHARS) }).to_string();
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringbolt"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("RINGBOLT_CALLERS_TABLE", &self.database.tables.callers)
            .env("RINGBOLT_CALLS_TABLE", &self.database.tables.calls)
            .env("RINGBOLT_AUDIT_TABLE", audit_table(&self.database))
            .env("RINGBOLT_PIN_KEYS", keys)
            .env("RINGBOLT_PIN_HASH", "keyed")
            .env("AWS_ENDPOINT_URL_DYNAMODB", &self.endpoint)
            .envs([
                ("AWS_ACCESS_KEY_ID", ringbolt_tests::ACCESS_KEY),
                ("AWS_SECRET_ACCESS_KEY", "test"),
                ("AWS_REGION", "eu-west-1"),
            ])
            .envs([("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_CONFIG_FILE", "/dev/null")])
            .stdin(Stdio::null());
        for (name, value) in variables {
            if value.is_empty() {
                command.env_remove(name)
            } else {
                command.env(name, value)
            };
        }
        command
    }

    /// Runs a command to its end. Returns exit code, standard output and standard error.
    pub async fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let (code, out, err) = self.start(arguments).end().await;
        json::is_as_documented(&json::arguments(&self.command_with(arguments, &[])), Some(code), &out, &err);
        (code, out, err)
    }

    /// Every caller of the realm `demo`, by user.
    pub async fn callers(&self) -> BTreeMap<String, CallerItem> {
        let store = self.database.store().await;
        let (mut callers, mut from) = (BTreeMap::new(), None);
        loop {
            let page = store.callers_page(&Realm::parse("demo").unwrap(), from.take()).await.unwrap();
            callers.extend(page.callers.into_iter().map(|(caller, item)| (caller.user.as_str().to_owned(), item)));
            from = page.next;
            if from.is_none() {
                return callers;
            }
        }
    }

    /// The functions, with the command's keys.
    pub async fn app(&self) -> TestApp {
        let mut app = TestApp::on(self.database.store().await, &demo_flow());
        app.app.hasher = hasher();
        app
    }
}

pub fn audit_table(database: &TestDatabase) -> String {
    format!("{}-audit", database.tables.callers)
}

/// The command's hasher.
pub fn hasher() -> PinHasher {
    PinHasher::new(pin_keys('a', &[]), PinHash::Keyed)
}

/// The tags of a user's PINs.
pub fn tags(user: &str, pins: &[&str]) -> Vec<String> {
    let caller = ringbolt_tests::caller(user);
    let tag = |pin: &&str| hasher().enrol(&caller, &CallerPin::parse(pin).unwrap()).unwrap()[0].as_str().to_owned();
    let mut tags: Vec<String> = pins.iter().map(tag).collect();
    tags.sort();
    tags
}

/// A running command, which is killed on drop.
pub struct Running {
    child: Child,
    folder: PathBuf,
    /// What the names of its output files begin with.
    prefix: &'static str,
}

impl Running {
    fn new(child: Child, folder: &TempDir, prefix: &'static str) -> Self {
        Self { child, folder: folder.path().to_owned(), prefix }
    }

    /// Waits until a file in the folder satisfies a condition.
    pub async fn wait_for(&mut self, file: &str, is: impl Fn(&str) -> bool) {
        let began = Instant::now();
        loop {
            let text = fs::read_to_string(self.folder.join(file)).unwrap_or_default();
            if is(&text) {
                return;
            }
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none() && began.elapsed() < PATIENCE, "{file}: {ended:?}\n{text}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Sends a signal, such as `INT`.
    pub fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Waits for its end. Returns exit code (-1 if a signal ended it), standard output and standard error.
    pub async fn end(mut self) -> (i32, String, String) {
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(began.elapsed() < PATIENCE, "it does not end");
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        let text = |name: &str| fs::read_to_string(self.folder.join(format!("{}{name}", self.prefix))).unwrap();
        (status.code().unwrap_or(-1), text("stdout"), text("stderr"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail harmlessly if it has already ended.
        self.child.kill().unwrap_or_default();
        self.child.wait().map(drop).unwrap_or_default();
    }
}
