//! The store's tests on Amazon's own DynamoDB Local, as the second opinion beside the embedded engine.

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
/// Tells that test which DynamoDB to use in place of the embedded one.
const ENDPOINT_VARIABLE: &str = "RINGBOLT_TEST_DYNAMODB_ENDPOINT";
/// It is up in about 3 s on an idle machine.
const STARTS_WITHIN: Duration = Duration::from_secs(90);
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(50);

pub fn store_tests(workspace: &Workspace) -> Result<Tally> {
    let java = tools::java()?;
    let folder = tools::dynamodb_local(workspace)?;
    let server = Server::start(workspace, java, &folder)?;
    println!("DynamoDB Local answers at {}", server.endpoint());
    // For the whole workspace, so that the features of dependencies are those of the step before and nothing is rebuilt.
    let arguments = ["test", "--workspace", "--no-fail-fast", "--test", TEST];
    count_tests(workspace.cargo().args(arguments).env(ENDPOINT_VARIABLE, server.endpoint()))
}

/// A DynamoDB Local in memory, stopped when this is dropped.
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
        while start.elapsed() < STARTS_WITHIN {
            if let Some(status) = self.process.try_wait()? {
                bail!("DynamoDB Local ended with {status} before it answered");
            }
            if answers_http(self.address).is_ok_and(|answers| answers) {
                return Ok(());
            }
            std::thread::sleep(LOOK_AGAIN_AFTER);
        }
        bail!("DynamoDB Local did not answer within {} s", STARTS_WITHIN.as_secs());
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

/// Any HTTP answer will do; to a bare GET it is a 400.
fn answers_http(address: SocketAddr) -> std::io::Result<bool> {
    let patience = Duration::from_secs(2);
    let mut stream = TcpStream::connect_timeout(&address, patience)?;
    stream.set_read_timeout(Some(patience))?;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut start = [0; 5];
    stream.read_exact(&mut start)?;
    Ok(&start == b"HTTP/")
}
