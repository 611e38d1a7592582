//! Runs the store tests on Amazon's DynamoDB Local, as a second opinion on the embedded engine.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::tally::Tally;
use crate::test_run::count_tests;
use crate::tools;
use crate::workspace::Workspace;

/// The integration test, in the package `ringbolt-tests`.
const TEST: &str = "store";
/// Makes the test use this DynamoDB instead of the embedded one.
const ENDPOINT_VARIABLE: &str = "RINGBOLT_TEST_DYNAMODB_ENDPOINT";
/// The server starts in about 3 s on an idle machine.
const START_TIMEOUT: Duration = Duration::from_secs(90);
const POLL_INTERVAL: Duration = Duration::from_millis(50);

pub fn prepare(workspace: &Workspace) -> Result<()> {
    tools::java()?;
    tools::dynamodb_local(workspace).map(drop)
}

pub fn store_tests(workspace: &Workspace) -> Result<Tally> {
    let java = tools::java()?;
    let folder = tools::dynamodb_local(workspace)?;
    let server = Server::start(workspace, java, &folder)?;
    println!("DynamoDB Local is running at {}", server.endpoint());
    // With `--workspace`, dependencies have the same features as in the `tests` step, so nothing is rebuilt.
    let arguments = ["test", "--workspace", "--no-fail-fast", "--test", TEST];
    count_tests(workspace.cargo().args(arguments).env(ENDPOINT_VARIABLE, server.endpoint()))
}

/// An in-memory DynamoDB Local that is stopped on drop.
struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    fn start(workspace: &Workspace, java: &str, folder: &Path) -> Result<Self> {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
        let address = free.local_addr()?;
        drop(free);
        let process = workspace
            .child(java)
            .current_dir(folder)
            .args(["-Djava.library.path=./DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar", "-inMemory", "-sharedDb"])
            .args(["-port", &address.port().to_string()])
            .stdin(Stdio::null())
            .spawn()
            .context("java cannot be started")?;
        let mut server = Self { process, address };
        server.wait_until_it_answers()?;
        Ok(server)
    }

    fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    fn wait_until_it_answers(&mut self) -> Result<()> {
        let start = Instant::now();
        while start.elapsed() < START_TIMEOUT {
            if let Some(status) = self.process.try_wait()? {
                bail!("DynamoDB Local ended with {status} before it answered");
            }
            if answers_http(self.address).is_ok_and(|answers| answers) {
                return Ok(());
            }
            std::thread::sleep(POLL_INTERVAL);
        }
        bail!("DynamoDB Local did not answer within {} s", START_TIMEOUT.as_secs());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let stopped = self.process.kill().and_then(|()| self.process.wait());
        if let Err(error) = stopped {
            eprintln!("DynamoDB Local (process {}) could not be stopped: {error}", self.process.id());
        }
    }
}

/// Whether the server speaks HTTP. Any status counts; a bare GET gets a 400.
fn answers_http(address: SocketAddr) -> std::io::Result<bool> {
    let timeout = Duration::from_secs(2);
    let mut stream = TcpStream::connect_timeout(&address, timeout)?;
    stream.set_read_timeout(Some(timeout))?;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut start = [0; 5];
    stream.read_exact(&mut start)?;
    Ok(&start == b"HTTP/")
}
