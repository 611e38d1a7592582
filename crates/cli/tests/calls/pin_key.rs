//! `ringbolt secret rotate-pin-key`: correct PINs are accepted at every point.

use crate::calls::{
    aws::{Aws, KEYS},
    deployment::{Deployment, caller, run},
    dev::Folder,
};
use ringbolt_core::{
    attempt::{Attempt, AuthOutcome, Fingerprint},
    lockout::Lockout,
    pin::{CallerPin, Guess, PinHash, PinHasher, PinKeys},
};
use ringbolt_dynamodb::Store;
use ringbolt_tests::{Fault, Wire};
use std::{
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

/// A stack with callers enrolled under the single key of its secret.
async fn stack(callers: u32) -> (Deployment, Aws) {
    let deployment = Deployment::new().await;
    let aws = Aws::start("{}", &deployment.keys);
    let (store, hasher) = (deployment.store(), deployment.hasher());
    for number in 0..callers {
        let tags = hasher.enrol(&caller(&number.to_string()), &pin(number)).unwrap();
        store.replace_pins(&caller(&number.to_string()), &tags).await.unwrap();
    }
    (deployment, aws)
}

fn pin(number: u32) -> CallerPin {
    CallerPin::parse(&format!("{}", 481_516 + number)).unwrap()
}

/// The hasher of functions that start with the current secret.
fn function(aws: &Aws) -> PinHasher {
    PinHasher::new(PinKeys::from_json(&aws.secret(KEYS).to_string()).unwrap(), PinHash::Keyed)
}

/// Asserts that all of these functions verify the callers' correct PINs and no wrong ones.
async fn call(store: &Store, functions: &[&PinHasher], callers: impl Iterator<Item = u32>, at: &str) {
    static CALL: AtomicU32 = AtomicU32::new(0);
    for number in callers {
        for hasher in functions {
            let who = caller(&number.to_string());
            for (guess, right) in [(pin(number + 1), false), (pin(number), true)] {
                let prepared = hasher.prepare(&who, &Guess::from(&guess)).unwrap();
                let id = CALL.fetch_add(1, Ordering::Relaxed).to_string();
                let fingerprint = Fingerprint::new(hasher.keys().current(), &id, &prepared, 0);
                let now = ringbolt_lambda::app::system_clock()();
                let attempt = Attempt { prepared: &prepared, fingerprint, lockout: &Lockout::default(), now };
                let outcome = store.attempt(hasher, &attempt).await.unwrap().outcome;
                assert_eq!(
                    matches!(outcome, AuthOutcome::Verified { .. }),
                    right,
                    "{at}, caller {number}: {outcome:?}"
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_key_is_not_switched_while_the_enrolment_function_may_have_the_old_one() {
    let (deployment, aws) = stack(1).await;
    aws.enrol_with(200, serde_json::Value::Null);
    let rotate = async |arguments: &[&str]| {
        run(aws.command(&deployment, &[&["secret", "rotate-pin-key"], arguments].concat()), "").await
    };
    rotate(&["begin", "--yes"]).await.says("SecretsGeneration");
    rotate(&["run"]).await.says("written: 1.");
    aws.deploy();
    aws.configure("enrol", "/LastModified", "2020-01-01T00:00:00.000+0000".into());
    rotate(&["finish", "--yes"]).await.fails(1, &["the enrolment function of the stack prod last changed before"]);
    aws.deploy();
    rotate(&["finish", "--yes"]).await.says("The new key is the current one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_rotated_step_by_step_and_no_correct_pin_is_refused() {
    let (deployment, aws) = stack(20).await;
    let store = deployment.store();
    let rotate = async |arguments: &[&str]| {
        run(aws.command(&deployment, &[&["secret", "rotate-pin-key"], arguments].concat()), "").await
    };
    let before = function(&aws);
    rotate(&["run"]).await.fails(1, &["no rotation of the PIN key is in progress"]);
    rotate(&["finish", "--yes"]).await.fails(1, &["no rotation"]);
    rotate(&["begin"]).await.fails(2, &["add --yes"]);

    rotate(&["begin", "--yes"]).await.says("SecretsGeneration").says("rotate-pin-key run");
    let secret = aws.secret(KEYS);
    assert_eq!(secret["current"].as_str().unwrap().len(), PinKeys::MIN_CHARS);
    rotate(&["begin", "--yes"]).await.says("has already begun");
    assert_eq!(aws.secret(KEYS), secret, "a second begin does not add another key");
    let begun = function(&aws);
    call(&store, &[&before, &begun], 0..20, "begun").await;
    rotate(&["finish", "--yes"])
        .await
        .fails(1, &["cannot become the current one yet", "SecretsGeneration", "--restarted"]);
    // During an update, and right after it, an old instance can still answer.
    aws.deploy();
    aws.configure("auth", "/LastUpdateStatus", "InProgress".into());
    rotate(&["finish", "--yes"]).await.fails(1, &["the auth webhook of the stack prod is being updated"]);
    aws.configure("auth", "/LastUpdateStatus", "Successful".into());
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%3f+0000").to_string();
    aws.configure("next", "/LastModified", now.into());
    rotate(&["finish", "--yes"]).await.fails(1, &["has just restarted", "run this command again after"]);
    aws.deploy();
    rotate(&["finish", "--yes"]).await.fails(1, &["20 of 20 callers have a PIN only under the old key", "run"]);

    rotate(&["run"]).await.says("The PINs of 20 callers exist under the new key; callers written: 20.");
    rotate(&["run", "--yes"]).await.says("written: 0.");
    call(&store, &[&begun], 0..20, "copied").await;
    let status = rotate(&["status", "--json"]).await.json();
    assert_eq!(
        (&status["stage"], &status["callers_only_under_old_key"], &status["callers_under_old_key"]),
        (&"begun".into(), &0.into(), &20.into())
    );

    rotate(&["finish", "--yes"]).await.says("The new key is the current one");
    let switched = function(&aws);
    assert_eq!(aws.secret(KEYS)["previous"], secret["current"]);
    call(&store, &[&begun, &switched, &begun, &switched], 0..20, "switched").await;
    rotate(&["begin", "--yes"]).await.fails(1, &["is not finished"]);
    rotate(&["finish", "--yes"]).await.fails(1, &["the old key cannot be removed yet"]);
    aws.deploy();
    call(&store, &[&switched], 0..20, "restarted").await;
    rotate(&["finish", "--yes"]).await.says("exist only under the new key, and the old key is removed");
    let settled = function(&aws);
    let now = aws.secret(KEYS);
    assert_eq!((&now["current"], now.get("previous"), now.get("next")), (&secret["next"], None, None));
    // What finds the records of calls from before is kept, and it is not the key.
    let keys = PinKeys::from_json(&now.to_string()).unwrap();
    let before = serde_json::json!({ "current": secret["current"] }).to_string();
    let ada = crate::calls::deployment::caller("90786");
    let written = PinKeys::from_json(&before).unwrap().reference(&ada);
    assert!(keys.references(&ada).contains(&written));
    assert!(!now.to_string().contains(secret["current"].as_str().unwrap()));
    call(&store, &[&switched, &settled], 0..20, "finished").await;
    let changes = run(aws.command(&deployment, &["audit", "verify"]), "").await;
    assert_eq!(changes.code, Some(0), "{changes:?}");
}

/// Starts the command in the background, with its requests going through a wire.
fn start(aws: &Aws, deployment: &Deployment, wire: &Wire, arguments: &[&str]) -> std::process::Child {
    let mut command = aws.command(deployment, arguments);
    command.env("AWS_ENDPOINT_URL_DYNAMODB", &wire.endpoint);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits until this many of these operations have passed.
async fn passed(wire: &Wire, operation: &str, count: usize) {
    let mut seen = 0;
    while seen < count {
        seen += wire.take_operations().iter().filter(|passed| *passed == operation).count();
        tokio::task::yield_now().await;
    }
}

async fn ended(child: std::process::Child) -> crate::calls::Said {
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
    crate::calls::Said::new(&output)
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_run_loses_nothing_and_the_next_one_continues() {
    let (deployment, aws) = stack(600).await;
    let store = deployment.store();
    let begin = ["secret", "rotate-pin-key", "begin", "--yes"];
    assert_eq!(run(aws.command(&deployment, &begin), "").await.code, Some(0));
    let functions = function(&aws);
    let wire = Wire::to(&deployment.embedded.endpoint).await;
    // Slow the requests down, so that the run does not end before Ctrl-C.
    wire.set(Fault::Delay(std::time::Duration::from_millis(20)));
    let child = start(&aws, &deployment, &wire, &["secret", "rotate-pin-key", "run"]);
    passed(&wire, "UpdateItem", 60).await;
    let kill = format!("kill -INT {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    let said = ended(child).await;
    said.fails(130, &["interrupted after", "Continue with the same command"]);

    let status = run(aws.command(&deployment, &["secret", "rotate-pin-key", "status", "--json"]), "").await.json();
    let left = status["callers_only_under_old_key"].as_u64().unwrap();
    assert!(left > 0 && left < 600, "{status}");
    call(&store, &[&functions], (0..600).step_by(7), "half done").await;
    let said = run(aws.command(&deployment, &["secret", "rotate-pin-key", "run"]), "").await;
    said.says(&format!("The PINs of 600 callers exist under the new key; callers written: {left}."));
    call(&store, &[&functions], (0..600).step_by(7), "done").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn throttling_slows_a_run_down_but_does_not_end_it() {
    let (deployment, aws) = stack(20).await;
    assert_eq!(run(aws.command(&deployment, &["secret", "rotate-pin-key", "begin", "--yes"]), "").await.code, Some(0));
    let wire = Wire::to(&deployment.embedded.endpoint).await;
    // More than the SDK's own attempts for all twenty callers together.
    wire.set(Fault::ThrottleUpdates(80));
    let child = start(&aws, &deployment, &wire, &["secret", "rotate-pin-key", "run"]);
    ended(child).await.says("The PINs of 20 callers exist under the new key; callers written: 20.");
    let updates = wire.take_operations().iter().filter(|operation| *operation == "UpdateItem").count();
    assert!(updates >= 100, "80 were throttled and 20 passed, of {updates}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_enrolled_only_under_the_old_key_is_detected() {
    let (deployment, aws) = stack(3).await;
    let rotate = async |arguments: &[&str]| {
        run(aws.command(&deployment, &[&["secret", "rotate-pin-key"], arguments].concat()), "").await
    };
    let stale = deployment.hasher();
    rotate(&["begin", "--yes"]).await.says("is added next to the current one");
    aws.deploy();
    rotate(&["run"]).await.says("written: 3.");
    deployment.store().replace_pins(&caller("late"), &stale.enrol(&caller("late"), &pin(9)).unwrap()).await.unwrap();
    rotate(&["finish", "--yes"]).await.fails(1, &["1 of 4 callers have a PIN only under the old key"]);
    let lost = PinHasher::new(ringbolt_tests::pin_keys('z', &[]), PinHash::Keyed);
    deployment.store().replace_pins(&caller("lost"), &lost.enrol(&caller("lost"), &pin(9)).unwrap()).await.unwrap();
    let said = rotate(&["run"]).await;
    said.says("exist under the new key; callers written: 1.");
    assert!(said.err.contains("One caller has a PIN under a key that is not in the secret"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn locally_the_file_is_rotated_and_a_dev_with_the_old_keys_is_detected() {
    let mut folder = Folder::new();
    let set = ["pin", "set", "--local", "--realm", "demo", "555", "--stdin"];
    assert_eq!(folder.fed(&set, "629184\n").await.code, Some(0));
    let rotate = async |folder: &Folder, arguments: &[&str]| {
        folder.ringbolt(&[&["secret", "rotate-pin-key"], arguments, &["--local"]].concat()).await
    };
    let verified = |folder: &Folder, call: &str| {
        let answer = folder.next(&format!("ivr_session_id={call}&ivr_id=12345&account=555&pin=629184"));
        assert!(answer.contains("<id>23456</id>"), "{answer}");
    };
    rotate(&folder, &["begin", "--yes"]).await.says("Restart `ringbolt dev`");
    verified(&folder, "c-1");
    rotate(&folder, &["run"]).await.says("The PINs of 6 callers exist under the new key");
    verified(&folder, "c-1b");
    rotate(&folder, &["finish", "--yes"]).await.fails(1, &["is still running with the old secret"]);
    folder.stop();
    folder.start();
    verified(&folder, "c-2");
    rotate(&folder, &["finish", "--yes"]).await.says("The new key is the current one");
    verified(&folder, "c-3");
    folder.stop();
    rotate(&folder, &["finish", "--yes"]).await.says("the old key is removed");
    folder.start();
    verified(&folder, "c-4");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(folder.path().join(".ringbolt/pin-keys.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
