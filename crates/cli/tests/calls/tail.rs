//! `ringbolt call tail`, which follows the log until it is stopped.

use crate::{
    aws::Aws,
    deployment::{Deployment, bare},
    dev::Folder,
};
use std::{
    io::{BufRead as _, BufReader},
    process::{Child, ChildStdout, Command, Stdio},
};

struct Tail(Child, BufReader<ChildStdout>);

impl Tail {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self(child, out)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(self.1.read_line(&mut line).unwrap() > 0, "it ended");
        line
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
    let mut command = bare(&["call", "tail", "--local", "--outcome", "verified", "--since", "5"]);
    command.current_dir(folder.path());
    let mut tail = Tail::start(command);
    let line = tail.line();
    assert!(line.contains("next-action") && line.contains("before") && line.contains("verified"), "{line}");
    log_in(&folder, "wrong", "9630");
    log_in(&folder, "second", "4711");
    assert!(tail.line().contains("second"));
    folder.stop();
    folder.start();
    log_in(&folder, "third", "4711");
    assert!(tail.line().contains("third"));
    // As when the log is rotated.
    let log = folder.path().join(".ringbolt/dev.log");
    std::fs::OpenOptions::new().write(true).open(&log).unwrap().set_len(0).unwrap();
    log_in(&folder, "fourth", "4711");
    assert!(tail.line().contains("fourth"));
    let text = std::fs::read_to_string(log).unwrap();
    assert!(!text.contains("4711") && !text.contains("90786"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cloudwatch_is_followed_and_each_line_is_shown_once() {
    let (deployment, aws) = (Deployment::new().await, Aws::start("{}", "{}"));
    let now = ringbolt_lambda::app::system_clock()().0;
    let line = |call: &str, at: i64| {
        format!(
            r#"{{"_aws":{{"Timestamp":{at}}},"message":"answered","Function":"auth-webhook","flow":"bank","call":"{call}","outcome":"locked","status":200,"elapsed_ms":1}}"#
        )
    };
    aws.log("auth-webhook", &line("b", now - 1));
    aws.log("auth-webhook", "START RequestId: x");
    aws.log("next-action", &line("a", now - 2));
    let mut tail = Tail::start(aws.command(&deployment, &["call", "tail", "--since", "1", "--json"]));
    let (first, second) = (tail.line(), tail.line());
    assert!(first.contains(r#""call":"a""#) && second.contains(r#""call":"b""#), "{first}{second}");
    aws.log("transcription-postback", &line("c", now));
    let third = tail.line();
    assert!(third.contains(r#""call":"c""#), "{third}");
}

#[test]
fn a_missing_log_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = bare(&["call", "tail", "--local"]);
    let said = crate::Said::new(&command.current_dir(folder.path()).output().unwrap());
    said.fails(1, &["there is no folder .ringbolt", "ringbolt dev"]);
    let said = crate::Said::new(&bare(&["call", "tail"]).output().unwrap());
    said.fails(2, &["--stack NAME"]);
}
