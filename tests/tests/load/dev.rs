//! `ringbolt dev` with a thousand connections at once.

use crate::stage::alone;
use ringbolt_tests::{environment::path, figures, process::most_resident_kib};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::Arc,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::Barrier,
    task::JoinSet,
};

const CONNECTIONS: usize = 1_000;

/// Without a limit on how many are answered at once, it had more than 900 MiB.
const MOST_KIB: u64 = 768 * 1024;

/// A `ringbolt dev` that keeps everything in memory. It is killed on drop.
struct Dev {
    child: Child,
    address: SocketAddr,
    token: String,
}

impl Dev {
    fn start() -> Self {
        let folder = std::env::temp_dir();
        let mut command = Command::new(path("RINGBOLT_TEST_RINGBOLT"));
        command.args(["dev", "--memory", "--port", "0", "--json"]).current_dir(folder);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let started: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        let text = |name: &str| started[name].as_str().unwrap_or_else(|| panic!("{started}")).to_owned();
        let address = text("address").strip_prefix("http://").unwrap().parse().unwrap();
        // It would wait if nobody read what it writes.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address, token: text("token") }
    }

    /// A request of DialogTech's with a PIN.
    fn login(&self, call: &str, user: &str, pin: &str) -> String {
        format!(
            "GET /dialogtech/demo/next-action?auth={}&ivr_id=12345&ivr_session_id={call}&ivr_response_id={call}\
             &account={user}&pin={pin} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
            self.token, self.address
        )
    }

    async fn ask(&self, request: &str) -> &'static str {
        heard(&send(TcpStream::connect(self.address).await.unwrap(), request).await)
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        // It may have ended.
        self.child.kill().unwrap_or_default();
        self.child.wait().unwrap();
    }
}

async fn send(mut connection: TcpStream, request: &str) -> String {
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut reply = String::new();
    connection.read_to_string(&mut reply).await.unwrap();
    reply
}

fn heard(reply: &str) -> &'static str {
    assert!(reply.starts_with("HTTP/1.1 200 "), "{reply}");
    let parts = [
        ("<id>23456</id>", "let in"),
        ("<id>12345</id>", "asked again"),
        ("8005550111", "turned away"),
        ("8005550100", "fallback"),
    ];
    parts.into_iter().find(|(part, _)| reply.contains(part)).unwrap_or_else(|| panic!("{reply}")).1
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_connections_that_guess_at_once_count_three_and_leave_nothing_behind() {
    let _alone = alone().await;
    let dev = Dev::start();
    let right = "602efa31-01d8-482d-8ff2-26910b026703";
    assert_eq!(dev.ask(&dev.login("before", right, "1234")).await, "let in");

    let together = Arc::new(Barrier::new(CONNECTIONS + 1));
    let mut guesses = JoinSet::new();
    for number in 0..CONNECTIONS {
        let connection = TcpStream::connect(dev.address).await.unwrap();
        let request = dev.login(&format!("s{number}"), "90786", &(100_000 + number).to_string());
        let together = Arc::clone(&together);
        guesses.spawn(async move {
            together.wait().await;
            heard(&send(connection, &request).await)
        });
    }
    let another = dev.login("meanwhile", right, "1234");
    let connection = TcpStream::connect(dev.address).await.unwrap();
    together.wait().await;
    let meanwhile = heard(&send(connection, &another).await);
    let mut answers = BTreeMap::new();
    while let Some(answer) = guesses.join_next().await {
        *answers.entry(answer.unwrap()).or_insert(0) += 1;
    }
    println!("{CONNECTIONS} guesses at once: {answers:?}; another caller meanwhile: {meanwhile}");
    let compared = answers.get("asked again").copied().unwrap_or_default();
    assert!(compared <= 3 && !answers.contains_key("let in"), "{answers:?}");
    assert!(["let in", "fallback"].contains(&meanwhile), "{meanwhile}");

    // Everything answers again at once.
    for number in 0..5 {
        assert_eq!(dev.ask(&dev.login(&format!("after{number}"), right, "1234")).await, "let in", "{number}");
    }
    // Guesses whose callers heard the fallback are counted too, so three are needed at most to see the lock.
    let mut heard = Vec::new();
    for number in 0..4 {
        heard.push(dev.ask(&dev.login(&format!("lock{number}"), "90786", &(200_000 + number).to_string())).await);
    }
    let more = heard.iter().filter(|heard| **heard == "asked again").count();
    println!("after that: {heard:?}");
    assert!(compared + more <= 3 && heard[3] == "turned away", "{compared}, {heard:?}");
    let most = most_resident_kib(dev.child.id());
    println!("{most} KiB at most");
    assert!(most <= MOST_KIB, "{most} KiB");
    figures::note("guesses", "connections that guess at once at `ringbolt dev`", CONNECTIONS);
    figures::note("guesses", "of them heard as wrong, and four more guesses (at most 3)", compared + more);
    figures::note("load", "MiB that `ringbolt dev` had at most", most / 1024);
}
