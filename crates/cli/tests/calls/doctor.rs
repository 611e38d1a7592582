//! `ringbolt doctor`: every fault has its own sentence.

use crate::calls::{
    aws::{Aws, KEYS},
    deployment::{Deployment, bare, run},
    dev::Folder,
};
use aws_sdk_dynamodb::types::TimeToLiveSpecification;
use ringbolt_tests::NOBODY;
use serde_json::Value;

const TOKEN: &str = "a-token-0123456789";

fn tokens() -> String {
    format!(r#"{{"current":"{TOKEN}"}}"#)
}

/// The findings of a run with `--json`, as `check: verdict: sentence`.
fn findings(said: &crate::calls::Said) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let line = |check: &Value| [&check["check"], &check["verdict"], &check["says"]].map(text).join(": ");
    said.json()["checks"].as_array().unwrap().iter().map(line).collect()
}

#[track_caller]
fn finds(said: &crate::calls::Said, expected: &str) {
    let found = findings(said);
    assert!(found.iter().any(|line| line.contains(expected)), "{expected:?} is not in {found:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_healthy_local_deployment_passes_and_the_test_caller_is_removed() {
    let folder = Folder::new();
    let said = folder.ringbolt(&["doctor", "--local"]).await;
    said.says("Through the auth webhook").says("Through the next-action webhook").says("All checks passed.");
    // The count of callers shows that the test caller is gone.
    let status = folder.ringbolt(&["secret", "rotate-pin-key", "begin", "--local", "--yes"]).await;
    assert_eq!(status.code, Some(0));
    let status = folder.ringbolt(&["secret", "rotate-pin-key", "status", "--local", "--json"]).await.json();
    assert_eq!(status["callers"], 5, "only the demo callers");
}

/// A flow may lock a caller after one wrong PIN, and may allow a calling number one attempt.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strict_flows_are_no_fault_and_the_test_caller_is_in_the_audit_log() {
    let lockout = "lockout: { attempts: 3, lock: 30m, longest: 24h, suspend_after: 20 }";
    let limits = "limits: { attempts_per_call: 3 }";
    assert!(ringbolt_dev::DEMO_FLOW.contains(lockout) && ringbolt_dev::DEMO_FLOW.contains(limits));
    let strict = ringbolt_dev::DEMO_FLOW
        .replace(lockout, "lockout: { attempts: 1, lock: 30m }")
        .replace(limits, "limits: { attempts_per_call: 3, per_ani: { attempts: 1, window: 1h } }");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("strict.yaml"), strict).unwrap();
    let folder = Folder::with(folder, &["--flow", "strict.yaml"]);
    for _ in 0..2 {
        let said = folder.ringbolt(&["doctor", "--local"]).await;
        said.says("Through the auth webhook").says("Through the next-action webhook").says("All checks passed.");
    }
    let log = folder.ringbolt(&["audit", "list", "--local", "--json"]).await.json();
    let changes = log["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 4, "two test callers for each run: {log:#}");
    for change in changes {
        assert_eq!((&change["command"], &change["outcome"]), (&"doctor".into(), &"done".into()));
        assert_eq!(change["detail"], "the test caller is removed");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_dev_and_one_with_other_keys_are_reported() {
    let mut folder = Folder::new();
    // The keys in the file differ from those that it has read.
    let keys = serde_json::json!({ "current": "z".repeat(90) }).to_string();
    std::fs::write(folder.path().join(".ringbolt/pin-keys.json"), keys).unwrap();
    let said = folder.ringbolt(&["doctor", "--local", "--json"]).await;
    assert_eq!(said.code, Some(1));
    finds(
        &said,
        "caller: fail: Through the auth webhook and the flow `demo`: a wrong PIN was not counted in this table: the function uses another table, PIN key or PinHash",
    );

    std::fs::write(folder.path().join(".ringbolt/pin-keys.json"), r#"{"current":"sesame"}"#).unwrap();
    let said = folder.ringbolt(&["doctor", "--local", "--json"]).await;
    finds(&said, "pin keys: fail: The secret with the PIN keys is malformed");
    assert!(!said.out.contains("sesame"));
    folder.stop();
    let said = folder.ringbolt(&["doctor", "--local", "--json"]).await;
    finds(&said, "api: fail: no `ringbolt dev` is running");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_of_a_stack_have_their_sentences() {
    let deployment = Deployment::new().await;
    let aws = Aws::start(&tokens(), &deployment.keys);
    let doctor = async |arguments: &[&str]| {
        run(aws.command(&deployment, &[&["doctor", "--json"], arguments].concat()), "").await
    };
    // No webhook accepts the token, no flow is published, and the test database has no backups.
    let said = doctor(&[]).await;
    assert_eq!(said.code, Some(1));
    finds(&said, "tables: ok: The tables of callers, calls, counters, the audit log, call flows are healthy.");
    finds(&said, "flows: fail: No call flow is published");
    finds(&said, "api: fail: The webhooks reject the token in the secret (they answer 401, 401, 401)");
    finds(&said, "clock: warn: The API's answer has no date");
    finds(&said, "caller: warn: No test caller was tried");
    assert!(!said.out.contains(TOKEN));

    deployment.publish(ringbolt_dev::DEMO_FLOW).await;
    aws.take_tokens(&[TOKEN]);
    let said = doctor(&[]).await;
    finds(&said, "api: ok: All webhooks accept the token.");
    // The stand-in for the API answers 404 to everything.
    finds(&said, "caller: fail: Through the auth webhook and the flow `demo`: the webhook answered 404");
    let scanned = deployment.client.scan().table_name("callers").send().await.unwrap();
    assert_eq!(scanned.count(), 0, "the test caller is removed");

    finds(
        &doctor(&["--calls-table", "elsewhere"]).await,
        "tables: fail: The table of calls, elsewhere: there is no such table",
    );
    finds(&doctor(&["--callers-table", "calls"]).await, "tables: fail: The table of callers, calls, lacks the keys");
    finds(&doctor(&["--api-url", NOBODY]).await, "api: fail: no answer from http://127.0.0.1:1");
    let off = TimeToLiveSpecification::builder().enabled(false).attribute_name("expires_at").build().unwrap();
    deployment.client.update_time_to_live().table_name("callers").time_to_live_specification(off).send().await.unwrap();
    finds(&doctor(&[]).await, "tables: fail: TTL is off in the table of callers, callers");
    aws.set_status("UPDATE_ROLLBACK_FAILED");
    finds(&doctor(&[]).await, "deployment: fail: The stack prod is in the state UPDATE_ROLLBACK_FAILED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn live_flows_of_a_realm_that_disagree_are_a_fault() {
    let deployment = Deployment::new().await;
    let aws = Aws::start(&tokens(), &deployment.keys);
    let doctor = async || run(aws.command(&deployment, &["doctor", "--json", "--without-caller"]), "").await;
    let flow = |name: &str, attempts: u32| {
        format!(
            "flow: {name}\nrealm: bank\nlockout: {{ attempts: {attempts} }}\nfallback: {{ do: hangup }}\n\
             ivrs:\n  desk: {{ id: 1, do: hangup }}\n"
        )
    };
    deployment.publish(&flow("day", 3)).await;
    deployment.publish(&flow("night", 5)).await;
    let said = doctor().await;
    assert_eq!(said.code, Some(1));
    finds(
        &said,
        "flows: fail: Live flows of the realm `bank` disagree, so a function that starts now answers with neither of the \
         two: the flows `day` and `night` share the realm `bank`, so they must have the same `lockout`: ",
    );
    finds(&said, "Give both the same, and push all flows of the realm in one command.");
    deployment.publish(&flow("night", 3)).await;
    finds(&doctor().await, "flows: ok: The live call flows work with this version: day, night.");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_and_misconfigured_functions_are_reported() {
    let deployment = Deployment::new().await;
    let aws = Aws::start(&tokens(), &deployment.keys);
    let doctor = async || run(aws.command(&deployment, &["doctor", "--json", "--without-caller"]), "").await;
    finds(
        &doctor().await,
        "functions: ok: Deployed and configured as in the stack: auth webhook, next-action webhook, transcription postback.",
    );

    aws.configure("auth", "/State", "Failed".into());
    aws.configure("next", "/Environment/Variables/RINGBOLT_CALLERS_TABLE", "elsewhere".into());
    aws.configure("next", "/Environment/Variables/RINGBOLT_PIN_KEYS", r#"{"current":"sesame"}"#.into());
    aws.configure("next", "/Environment/Variables/RINGBOLT_PIN_HASH", "argon2id".into());
    aws.configure("postback", "/Timeout", 1.into());
    let said = doctor().await;
    assert_eq!(said.code, Some(1));
    finds(&said, "functions: fail: The auth webhook does not run (Lambda gave no reason): redeploy the stack.");
    finds(
        &said,
        "functions: fail: The next-action webhook uses RINGBOLT_CALLERS_TABLE=elsewhere, but the stack says callers",
    );
    finds(
        &said,
        &format!("functions: fail: The next-action webhook does not use the secret {KEYS} as RINGBOLT_PIN_KEYS"),
    );
    finds(&said, "functions: fail: The next-action webhook uses another PIN hash");
    finds(&said, "functions: fail: The transcription postback times out in Lambda after 1000 ms");
    assert!(!said.out.contains("sesame"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_enrolment_function_is_checked_if_the_stack_has_one() {
    let deployment = Deployment::new().await;
    let aws = Aws::start(&tokens(), &deployment.keys);
    let doctor = async || run(aws.command(&deployment, &["doctor", "--json", "--without-caller"]), "").await;
    assert!(!doctor().await.out.contains("enrolment"));

    let key = deployment.hasher().keys().current().id().to_owned();
    let ready = |key: &str, fault: Value| serde_json::json!({ "ready": { "keys": [key], "fault": fault } });
    aws.enrol_with(200, ready(&key, Value::Null));
    // It is no webhook: these would be faults of one.
    for place in ["CALLS_TABLE", "COUNTERS_TABLE", "FLOWS_TABLE", "WEBHOOK_TOKENS"] {
        let place = format!("/Environment/Variables/RINGBOLT_{place}").leak();
        aws.configure("enrol", place, "".into());
    }
    let said = doctor().await;
    finds(&said, "next-action webhook, transcription postback, enrolment function.");
    finds(&said, "enrolment: ok: The enrolment function runs, and has the PIN keys of the secret.");

    aws.enrol_with(200, ready("ffffffff", Value::Null));
    finds(&doctor().await, "enrolment: fail: The enrolment function has other PIN keys than the secret");
    aws.enrol_with(200, ready(&key, "denied".into()));
    finds(&doctor().await, "enrolment: fail: the enrolment function enrol reports that its role may not write");
    aws.enrol_with(404, serde_json::json!({ "__type": "ResourceNotFoundException", "Message": "x" }));
    finds(&doctor().await, "enrolment: fail: there is no enrolment function enrol in eu-west-1");
    aws.enrol_with(403, serde_json::json!({ "__type": "AccessDeniedException", "Message": "x" }));
    finds(
        &doctor().await,
        "enrolment: warn: The enrolment function was not checked: these credentials may not lambda:",
    );
    aws.configure("enrol", "/Environment/Variables/RINGBOLT_CALLERS_TABLE", "elsewhere".into());
    aws.configure("enrol", "/Environment/Variables/RINGBOLT_PIN_HASH", "argon2id".into());
    let said = doctor().await;
    finds(&said, "The enrolment function uses RINGBOLT_CALLERS_TABLE=elsewhere, but the stack says callers");
    finds(&said, "The enrolment function uses another PIN hash");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_and_parameters_that_do_not_fit_together_are_warnings() {
    let deployment = Deployment::new().await;
    let aws = Aws::start(&tokens(), &deployment.keys);
    let doctor = async || run(aws.command(&deployment, &["doctor", "--json", "--without-caller"]), "").await;
    finds(&doctor().await, "limits: ok: The account's limits and the stack's parameters fit together.");

    aws.limit(10, 10);
    aws.parameters(&[("Stage", "prod"), ("DeletionProtection", "false"), ("LatencyAlarmMs", "1000")]);
    let said = doctor().await;
    finds(&said, "limits: warn: The account runs at most 10 functions at the same time");
    finds(&said, "limits: warn: The tables of this prod stack are not protected from deletion");
    finds(&said, "limits: warn: LatencyAlarmMs is 1000, but every answer is sent within the 1000 ms of DeadlineMs");

    aws.limit(1000, 40);
    aws.parameters(&[("ReservedConcurrency", "320"), ("MemorySize", "128")]);
    let said = doctor().await;
    finds(&said, "limits: warn: The account has 40 unreserved of 1000 concurrent executions");
    // This stack's PINs are keyed, so a little memory is enough.
    assert!(!findings(&said).iter().any(|line| line.contains("Argon2id")), "{said:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_secrets_and_missing_credentials_are_reported() {
    let deployment = Deployment::new().await;
    let aws = Aws::start(r#"{"current":"short"}"#, "not json");
    let said = run(aws.command(&deployment, &["doctor", "--json"]), "").await;
    finds(
        &said,
        "token: fail: The secret with the webhook token is malformed, so no function can start: a webhook token must have at least 16",
    );
    finds(&said, "pin keys: fail: The secret with the PIN keys is malformed");
    assert!(!said.out.contains("not json"));

    let mut command = bare(&["doctor", "--stack", "prod", "--json"]);
    command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
    let said = run(command, "").await;
    assert_eq!(said.code, Some(1));
    finds(&said, "deployment: fail: there are no AWS credentials");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_clock_is_reported() {
    let folder = Folder::new();
    let api = dated("Sat, 01 Jan 2000 00:00:00 GMT");
    let said = folder.ringbolt(&["doctor", "--local", "--json", "--api-url", &api]).await;
    finds(&said, "clock: fail: The clock of this machine is ");
    finds(&said, "s ahead of the API's, so AWS rejects its signatures");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_check_removes_its_test_caller() {
    let deployment = Deployment::new().await;
    let aws = Aws::start(&tokens(), &deployment.keys);
    deployment.publish(ringbolt_dev::DEMO_FLOW).await;
    aws.take_tokens(&[TOKEN]);
    aws.hang();
    let mut command = aws.command(&deployment, &["doctor"]);
    let child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    while !aws.hangs() {
        tokio::task::yield_now().await;
    }
    let there = deployment.client.scan().table_name("callers").send().await.unwrap();
    assert_eq!(there.count(), 1, "the test caller is enrolled by now");
    let kill = format!("kill -INT {}", child.id());
    assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
    let said = crate::calls::Said::new(&output);
    assert_eq!(said.code, Some(130), "{said:?}");
    assert!(said.err.contains("interrupted; the test caller is removed"), "{said:?}");
    let left = deployment.client.scan().table_name("callers").send().await.unwrap();
    assert_eq!(left.count(), 0);
}

/// A server that rejects every request with this date.
fn dated(date: &'static str) -> String {
    use std::io::{Read as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut buffer = [0; 4096];
            assert!(stream.read(&mut buffer).unwrap_or(0) < buffer.len(), "one read is the whole request");
            let answer = format!("HTTP/1.1 401 X\r\ndate: {date}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).unwrap_or_default();
        }
    });
    address
}
