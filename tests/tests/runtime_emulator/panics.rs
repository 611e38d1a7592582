//! Tests a panic inside the deployed binary. No known input causes one, so the test limits memory: Tokio panics if it
//! cannot start the thread on which a keyed PIN is hashed.
//!
//! This shows that the binary unwinds (cargo-lambda's own default is to abort), answers the fallback, and serves the
//! next caller in the same process.

use crate::{
    cases::{TEXT, XML},
    emulator::{Emulated, Reply},
    environment::{Environment, hasher},
};
use ringbolt_tests::{TestApp, TestDatabase, app::Function};
use std::{fs, process::Command};

const FALLBACK: &str =
    "<action><app>transfer</app><parameters><destination>8005550100</destination></parameters></action>";
/// Enough memory for an answer, but not for a thread, whose stack is 2 MiB.
const ROOM: u64 = 1 << 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_function_that_panics_answers_the_fallback_and_serves_the_next_caller() {
    for (function, refused, login, fallback) in [
        (Function::Auth, "no-token", "right-pin", (TEXT, "")),
        (Function::NextAction, "bad-token", "login-right-get", (XML, FALLBACK)),
    ] {
        let database = TestDatabase::start().await;
        let mut app = TestApp::demo(&database).await;
        app.app.hasher = hasher();
        app.enrol_demo().await;
        let emulated = Emulated::start(function, &Environment::on(&database, function)).await;
        // The function starts with the first event; this one needs no thread.
        assert_eq!(emulated.invoke_file(refused).await.status, 401);
        let process = emulated.function_process();

        limit_memory(&process, &(memory(&process) + ROOM).to_string());
        let (content_type, body) = fallback;
        let expected = Reply { status: 200, content_type: content_type.to_owned(), body: body.to_owned() };
        assert_eq!(emulated.invoke_file(login).await, expected, "{function:?}");

        limit_memory(&process, "unlimited");
        let answered = emulated.invoke_file(login).await;
        assert_ne!(answered, expected, "{function:?}");
        assert_eq!(emulated.function_process(), process, "{function:?}: another process");

        let output = emulated.stop();
        assert_eq!(output.outcomes(), ["refused", "fallback", "verified"], "{function:?}");
        let panics: Vec<_> = output.logs.iter().filter(|log| log["message"] == "panic").collect();
        assert_eq!(panics.len(), 1, "{function:?}");
        // Tokio reports the location of its caller, if known.
        assert!(panics[0]["place"].as_str().unwrap().contains(".rs:"), "{function:?}: {panics:?}");
        let failures: Vec<_> = output.logs.iter().filter_map(|log| log.get("failure")).collect();
        assert_eq!(failures, ["panic"], "{function:?}");
    }
}

/// The address space of a process, in bytes.
fn memory(process: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let size = status.lines().find_map(|line| line.strip_prefix("VmSize:")?.trim().strip_suffix(" kB")).unwrap();
    size.trim().parse::<u64>().unwrap() * 1024
}

/// Sets the soft limit, which can be raised again.
fn limit_memory(process: &str, bytes: &str) {
    let limited = Command::new("prlimit").args(["--pid", process, &format!("--as={bytes}:")]).status().unwrap();
    assert!(limited.success(), "prlimit: {limited}");
}
