//! Failures around a function: in its environment, its flow, its database or its events.

use crate::{
    cases::{TEXT, XML},
    emulator::{Emulated, Reply},
    environment::{Environment, FUNCTIONS, STEERING, bootstrap, logical_id},
    output::Output,
    process::Process,
};
use ringbolt_tests::app::{Function, root};
use std::{fs, path::Path, process::Command};

const FLOW: &str = "flow: demo\nrealm: demo\nfalback:\n  wix_answers: disconnect\n";

#[test]
fn a_missing_variable_stops_the_start_and_is_named() {
    let with_a_token = [Function::Auth, Function::NextAction, Function::Transcription];
    for (functions, variables) in [
        (&FUNCTIONS[..], &["RINGBOLT_CALLERS_TABLE", "RINGBOLT_CALLS_TABLE", "RINGBOLT_COUNTERS_TABLE"][..]),
        (&with_a_token, &["RINGBOLT_WEBHOOK_TOKENS"]),
        (&[Function::Voice], &["RINGBOLT_TWIML_KEYS"]),
        (&STEERING, &["RINGBOLT_PIN_KEYS", "RINGBOLT_FLOW_FILES"]),
    ] {
        for (&function, variable) in functions.iter().flat_map(|f| variables.iter().map(move |v| (f, v))) {
            let reason = refuses_to_start(function, &Environment::without_database(function).without(variable));
            assert!(reason.contains(variable) && reason.contains(" not set"), "{function:?}: {reason}");
        }
    }
}

#[test]
fn a_wrong_value_stops_the_start_and_is_not_quoted() {
    let (next, voice) = (Function::NextAction, Function::Voice);
    for (function, variable, value) in [
        (next, "RINGBOLT_PIN_KEYS", r#"{"current":"not-secret-and-too-short"}"#),
        (next, "RINGBOLT_WEBHOOK_TOKENS", r#"{"current":"not-secret"}"#),
        (next, "RINGBOLT_WEBHOOK_TOKENS", "not-secret-without-any-json"),
        (next, "RINGBOLT_DEADLINE_MS", "1234567"),
        (next, "RINGBOLT_LOG_LEVEL", "2125550123"),
        (voice, "RINGBOLT_TWIML_KEYS", "{}"),
        (voice, "RINGBOLT_TWIML_KEYS", "not-secret-without-any-json"),
        (voice, "RINGBOLT_PUBLIC_URL", "calls.example.com"),
        (voice, "RINGBOLT_LAST_RESORT", "0b6f3c55"),
    ] {
        let environment = Environment::without_database(function).with(variable, value);
        let reason = refuses_to_start(function, &environment);
        assert!(reason.contains(variable), "{variable}: {reason}");
    }
}

#[test]
fn a_broken_flow_stops_the_start_and_the_reason_names_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("broken.yaml"), FLOW).unwrap();
    for function in STEERING {
        let environment = Environment::without_database(function).with("RINGBOLT_FLOW_FILES", "broken.yaml");
        let reason = refuses_to_start_in(folder.path(), function, &environment);
        assert!(reason.contains("broken.yaml: line 3, column 1: "), "{function:?}: {reason}");
    }
}

fn refuses_to_start(function: Function, environment: &Environment) -> String {
    refuses_to_start_in(&root(), function, environment)
}

/// Starts a function like Lambda does. No runtime API is needed because the function ends before using it.
fn refuses_to_start_in(folder: &Path, function: Function, environment: &Environment) -> String {
    let mut command = Command::new(bootstrap(logical_id(function)));
    environment.apply(&mut command).env("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1").current_dir(folder);
    let (status, written) = Process::start(&mut command).finish();
    assert!(status.code().is_some_and(|code| code != 0), "{function:?}: {status}");
    let output = Output::new(written);
    let last = output.logs.last().unwrap_or_else(|| panic!("{function:?} ended without any output"));
    assert_eq!(last["message"], "the function ends");
    assert_eq!(last["level"], "ERROR");
    last["reason"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_database_callers_hear_the_fallback_and_providers_are_asked_to_resend() {
    let fallback = "<action><app>transfer</app><parameters><destination>8005550100</destination></parameters></action>";
    let gone = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>";
    let later = "The transcription was not stored. Please send it again.\n";
    for (function, expected) in [
        (Function::Auth, vec![("right-pin", 200, TEXT, "", "fallback"), ("wrong-pin", 200, TEXT, "", "fallback")]),
        (
            Function::NextAction,
            vec![
                ("login-right-get", 200, XML, fallback, "fallback"),
                ("login-right-post", 200, XML, fallback, "fallback"),
                // A step that needs no database is answered as usual.
                ("app-hangup", 200, XML, "<action><app>hangup</app></action>", "answered"),
            ],
        ),
        (Function::Transcription, vec![("question-1", 503, TEXT, later, "not_stored")]),
        // A conversation needs the database only once its questions are answered.
        (Function::Voice, vec![("hung-up", 200, XML, gone, "asked")]),
    ] {
        let emulated = Emulated::start(function, &Environment::without_database(function)).await;
        for (file, status, content_type, body, _) in &expected {
            let reply = emulated.invoke_file(file).await;
            let expected =
                Reply { status: *status, content_type: (*content_type).to_owned(), body: (*body).to_owned() };
            assert_eq!(reply, expected, "{function:?}, {file}");
        }
        let outcomes: Vec<_> = expected.iter().map(|(_, _, _, _, outcome)| *outcome).collect();
        assert_eq!(emulated.stop().outcomes(), outcomes, "{function:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_events_are_answered_with_400() {
    for function in FUNCTIONS {
        let emulated = Emulated::start(function, &Environment::without_database(function)).await;
        let events = ["{}", "[]", r#""x""#, "null", "4711", r#"{"version":"1.0","httpMethod":"GET","path":"/"}"#];
        for event in events {
            let reply = emulated.invoke(event).await;
            assert_eq!((reply.status, reply.content_type.as_str()), (400, TEXT), "{function:?}, {event}");
            assert!(reply.body.contains("API Gateway"), "{}", reply.body);
        }
        assert_eq!(emulated.stop().outcomes(), vec!["refused"; events.len()], "{function:?}");
    }
}
