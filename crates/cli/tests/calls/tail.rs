//! `ringbolt call tail`, which follows the log until it is stopped.

use crate::calls::{
    aws::Aws,
    deployment::{Deployment, bare},
    dev::Folder,
};
use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

/// Far more than a busy machine needs for a line.
const PATIENCE: Duration = Duration::from_secs(60);

struct Tail(Child, Receiver<String>);

impl Tail {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (lines, read) = channel();
        thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| lines.send(line)));
        Self(child, read)
    }

    fn line(&self) -> String {
        self.1.recv_timeout(PATIENCE).expect("no further line")
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        self.0.kill().unwrap_or_default();
        self.0.wait().map(drop).unwrap_or_default();
    }
}

#[test]
fn the_log_of_dev_is_followed_across_restarts_and_rotation() {
    let mut folder = Folder::new();
    let log_in = |folder: &Folder, call: &str, pin: &str| {
        folder.next(&format!("ivr_response_id={call}&ivr_id=12345&account=90786&pin={pin}"));
    };
    log_in(&folder, "before", "4711");
    let mut command = bare(&["call", "tail", "--local", "--outcome", "verified", "--since", "1h"]);
    command.current_dir(folder.path());
    let tail = Tail::start(command);
    let line = tail.line();
    assert!(line.contains("next-action") && line.contains("before") && line.contains("verified"), "{line}");
    log_in(&folder, "wrong", "9630");
    log_in(&folder, "second", "4711");
    assert!(tail.line().contains("second"));
    folder.stop();
    folder.start();
    log_in(&folder, "third", "4711");
    assert!(tail.line().contains("third"));
    // The server renames a full log. Lines before and after that come once, and in order.
    let log = folder.path().join(".ringbolt/dev.log");
    for (before, after) in [("fourth", "fifth"), ("sixth", "seventh")] {
        log_in(&folder, before, "4711");
        std::fs::OpenOptions::new().write(true).open(&log).unwrap().set_len(4 * 1024 * 1024).unwrap();
        log_in(&folder, after, "4711");
        assert!(log.with_extension("log.1").exists());
        assert!(tail.line().contains(before));
        assert!(tail.line().contains(after));
    }
    let text = std::fs::read_to_string(log).unwrap();
    assert!(!text.contains("4711") && !text.contains("90786"), "{text}");
}

/// A line as the functions log it.
fn logged(call: &str, at: i64) -> String {
    let report = ringbolt_lambda::Report {
        outcome: ringbolt_core::outcome::Outcome::Fallback,
        call: call.to_owned(),
        visited: Some(Box::new(ringbolt_lambda::answer::Visited {
            name: Some("login".to_owned()),
            id: Some("12345".to_owned()),
            line: Some(44),
            session: None,
        })),
        failed: Some(Box::new(ringbolt_lambda::Failed {
            kind: "deadline",
            text: "the deadline has passed".to_owned(),
            rule: None,
            line: None,
        })),
        ..Default::default()
    };
    let invocation = ringbolt_lambda::metrics::Invocation {
        stack: None,
        function: "next-action",
        request_id: &format!("request-{call}"),
        cold: false,
        at: ringbolt_core::time::EpochMs(at),
        elapsed: std::time::Duration::from_millis(1),
    };
    ringbolt_lambda::metrics::answered(&invocation, "bank", &report, 200).to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_live_tail_is_followed_over_its_end_and_each_line_is_shown_once() {
    let (deployment, aws) = (Deployment::new().await, Aws::start("{}", "{}"));
    let now = ringbolt_lambda::app::system_clock()().0;
    // More than a page of CloudWatch Logs, in three log groups.
    for (number, call) in ["a", "b", "c", "d", "e"].into_iter().enumerate() {
        aws.log("next-action", &logged(call, now - 100 + number as i64));
    }
    aws.log("auth-webhook", "START RequestId: x");
    aws.log("auth-webhook", &logged("f", now));
    let tail = Tail::start(aws.command(&deployment, &["call", "tail", "--since", "1"]));
    for call in ["a", "b", "c", "d", "e", "f"] {
        let line = tail.line();
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words[1..5], ["next-action", "bank", call, "fallback"], "{line}");
        assert!(line.contains("the deadline has passed (IVR login, line 44)"), "{line}");
    }
    aws.log("transcription-postback", &logged("g", now));
    assert!(tail.line().contains(" g "));
    // CloudWatch Logs ends a session after three hours. What is logged until the next one begins is read.
    aws.end_live_tails();
    aws.log("next-action", &logged("h", now));
    assert!(tail.line().contains(" h "));
    aws.await_live_tails(2);
    aws.log("next-action", &logged("i", now));
    assert!(tail.line().contains(" i "));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_live_tail_is_filtered_and_printed_as_documents() {
    let (deployment, aws) = (Deployment::new().await, Aws::start("{}", "{}"));
    let tail = Tail::start(aws.command(&deployment, &["call", "tail", "--json", "--call", "mine"]));
    aws.await_live_tails(1);
    let now = ringbolt_lambda::app::system_clock()().0;
    aws.log("next-action", &logged("other", now));
    aws.log("next-action", &logged("mine", now));
    let line: serde_json::Value = serde_json::from_str(&tail.line()).unwrap();
    crate::calls::json::fits("call-tail", &line);
    assert_eq!((&line["call"], &line["failed"], &line["ivr"]), (&"mine".into(), &"deadline".into(), &"login".into()));
    assert_eq!(line["session_id"], serde_json::Value::Null);
    assert!(line["at"].as_str().unwrap().ends_with('Z'), "{line}");
}

#[test]
fn a_missing_log_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = bare(&["call", "tail", "--local"]);
    let said = crate::calls::Said::new(&command.current_dir(folder.path()).output().unwrap());
    said.fails(1, &["there is no folder .ringbolt", "ringbolt dev"]);
    let said = crate::calls::Said::new(&bare(&["call", "tail"]).output().unwrap());
    said.fails(2, &["--stack NAME"]);
}
