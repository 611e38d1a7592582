//! `ringbolt dev` whose output nobody reads (`ringbolt dev | less`).

use crate::dev::{http::Address, process::with_token};
use std::{
    io::Read as _,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// More than fit into a pipe.
const REQUESTS: usize = 900;

#[test]
fn a_reader_who_stops_holds_up_no_webhook_and_not_the_end() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ringbolt"))
        .args(["dev", "--port", "0", "--memory"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    let mut banner = Vec::new();
    while !String::from_utf8_lossy(&banner).contains("\nPINs and counters are ") {
        let mut piece = [0; 64];
        let read = out.read(&mut piece).unwrap();
        assert!(read > 0, "it did not start");
        banner.extend_from_slice(&piece[..read]);
    }
    let text = String::from_utf8_lossy(&banner).into_owned();
    let port = text.split_once("http://127.0.0.1:").unwrap().1.chars().take_while(char::is_ascii_digit);
    let address = Address { port: port.collect::<String>().parse().unwrap() };
    for number in 0..REQUESTS {
        let path = format!("/dialogtech/demo/next-action?ivr_id=40006&ivr_session_id=s-{number}");
        assert_eq!(address.get(&with_token(&path)).status, 200);
    }
    let interrupt = format!("kill -INT {}", child.id());
    assert!(Command::new("sh").args(["-c", &interrupt]).status().unwrap().success());
    let began = Instant::now();
    let ended = loop {
        match child.try_wait().unwrap() {
            None if began.elapsed() < Duration::from_secs(60) => std::thread::yield_now(),
            ended => break ended,
        }
    };
    child.kill().unwrap_or_default();
    assert!(ended.is_some_and(|status| status.success()), "it does not end");
}
