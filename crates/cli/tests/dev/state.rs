//! The files that `ringbolt dev` leaves behind, and how it stops.

use crate::dev::Start;
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

#[test]
fn memory_leaves_nothing_behind() {
    let ringbolt = Start::new().with(&["--memory"]).run();
    assert_eq!(ringbolt.wix("c-1", "602efa31-01d8-482d-8ff2-26910b026703", "1234").body.len(), 36);
    let folder = ringbolt.folder().to_owned();
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_pin_key() {
    use std::os::unix::fs::PermissionsExt as _;
    let ringbolt = Start::new().run();
    let key = ringbolt.folder().join(".ringbolt/pin-keys.json");
    assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn ctrl_c_ends_it_within_seconds_even_with_open_connections() {
    let mut ringbolt = Start::new().with(&["--memory"]).run();
    let connect = || TcpStream::connect(("127.0.0.1", ringbolt.address.port)).unwrap();
    // One client keeps its connection after an answer, and one never completes its request.
    let (mut idle, mut half) = (connect(), connect());
    idle.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    assert_ne!(idle.read(&mut [0; 64]).unwrap(), 0);
    half.write_all(b"POST /wix-answers/demo/auth HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n{").unwrap();
    ringbolt.get("/");

    let began = Instant::now();
    ringbolt.signal("INT");
    let status = ringbolt.wait();
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
    assert_eq!(status.code(), Some(0));
    let (stdout, stderr) = ringbolt.output();
    // The half request may end after that, with a line of its own.
    assert!(stdout.lines().any(|line| line == "Stopping."), "{stdout}");
    assert_eq!(stderr, "");
}

#[test]
fn it_keeps_answering_when_nobody_reads_its_output() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_ringbolt"))
        .args(["dev", "--port", "0", "--memory"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // As `ringbolt dev | head -1` does.
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let port = first.split("127.0.0.1:").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
    let address = crate::dev::http::Address { port: port.parse().unwrap() };
    let answer = address.get("/dialogtech/demo/next-action?ivr_id=40006&auth=dev-token-not-secret");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(answer.xml(), "<action><app>hangup</app></action>");
}
