//! `ringbolt pin export-users`

use crate::import::Deployment;
use ringbolt_core::pin::PinKeys;
use ringbolt_tests::{Fault, Wire};
use std::{fs, os::unix::fs::PermissionsExt as _};

/// The number of unfinished files.
fn parts(deployment: &Deployment) -> usize {
    let names = fs::read_dir(deployment.folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.to_string_lossy().ends_with(".part")).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn users_are_listed_with_their_attributes_and_without_a_pin_or_tag() {
    let deployment = Deployment::new().await;
    deployment.write("callers.csv", "user,pin,name\nada,837461,\"Ada, Countess\"\nada,926384,Ada\nbob,837462,\n");
    assert_eq!(deployment.run(&["pin", "import", "callers.csv", "--realm", "demo"]).await.0, 0);
    deployment.write("other.csv", "user,pin\ncarl,837463\n");
    assert_eq!(deployment.run(&["pin", "import", "other.csv", "--realm", "demo-2"]).await.0, 0);

    let export = ["pin", "export-users", "--realm", "demo"];
    let (code, out, err) = deployment.run(&export).await;
    assert_eq!((code, err.as_str()), (0, ""));
    let mut lines: Vec<&str> = out.lines().collect();
    lines[1..].sort_unstable();
    let expected =
        ["user,status,pins,attributes", r#"ada,active,2,"{""name"":""Ada""}""#, r#"bob,active,1,"{""name"":""""}""#];
    assert_eq!(lines, expected);

    deployment.write("users.csv", "everybody may read it");
    fs::set_permissions(deployment.path("users.csv"), fs::Permissions::from_mode(0o644)).unwrap();
    let (code, out, err) = deployment.run(&[&export[..], &["--out", "users.csv"]].concat()).await;
    assert_eq!((code, out.as_str(), err.as_str()), (0, "", "Wrote 2 callers to users.csv.\n"));
    assert_eq!(deployment.read("users.csv").lines().count(), 3);
    assert_eq!(fs::metadata(deployment.path("users.csv")).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(parts(&deployment), 0);

    // Here standard output is a file opened by the test.
    let before = fs::metadata(deployment.path("stdout")).unwrap().permissions().mode() & 0o777;
    let (code, out, err) = deployment.run(&[&export[..], &["--out", "/dev/stdout"]].concat()).await;
    assert_eq!((code, err.as_str(), out.lines().count()), (0, "Wrote 2 callers to /dev/stdout.\n", 3), "{out}");
    assert_eq!(fs::metadata(deployment.path("stdout")).unwrap().permissions().mode() & 0o777, before, "the same file");

    let (_, out, _) = deployment.run(&[&export[..], &["--json"]].concat()).await;
    let users: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(users.iter().any(|user| user["user"] == "ada" && user["pins"] == 2), "{out}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pin_under_two_keys_counts_once() {
    let deployment = Deployment::new().await;
    deployment.write("callers.csv", "user,pin\nada,837461\nada,926384\nbob,837462\n");
    let key = |letter: &str| letter.repeat(PinKeys::MIN_CHARS);
    let keys = serde_json::json!({ "current": key("n"), "previous": key("a") }).to_string();
    let import = ["pin", "import", "callers.csv", "--realm", "demo"];
    assert_eq!(deployment.start_with(&import, &[("RINGBOLT_PIN_KEYS", &keys)]).end().await.0, 0);
    assert_eq!(deployment.callers().await["ada"].pins.len(), 4);

    let export = ["pin", "export-users", "--realm", "demo"];
    let (_, out, err) = deployment.run(&export).await;
    assert!(out.contains("ada,active,2,{}\n") && out.contains("bob,active,1,{}\n"), "{out}{err}");
    let (_, out, err) = deployment.run(&[&export[..], &["--json"]].concat()).await;
    let users: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(users.iter().any(|user| user["user"] == "ada" && user["pins"] == 2), "{out}{err}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_item_is_listed_and_does_not_hide_the_others() {
    let deployment = Deployment::new().await;
    deployment.write("callers.csv", "user,pin\nada,837461\nbob,837462\nzoe,837463\n");
    assert_eq!(deployment.run(&["pin", "import", "callers.csv", "--realm", "demo"]).await.0, 0);
    let client = deployment.database.client().await;
    let damage = client.update_item().table_name(&deployment.database.tables.callers);
    let key = aws_sdk_dynamodb::types::AttributeValue::S("demo#bob".to_owned());
    let text = aws_sdk_dynamodb::types::AttributeValue::S("three".to_owned());
    let damage =
        damage.key("pk", key).update_expression("SET attempts = :three").expression_attribute_values(":three", text);
    damage.send().await.unwrap();

    let export = ["pin", "export-users", "--realm", "demo"];
    let (code, out, err) = deployment.run(&export).await;
    assert_eq!((code, out.lines().count()), (1, 4), "{out}{err}");
    assert!(out.contains("ada,active,1,{}\n") && out.contains("bob,unreadable,,\n"), "{out}");
    assert!(err.starts_with("1 item cannot be read and is listed as `unreadable`. "), "{err}");
    let (code, _, err) = deployment.run(&[&export[..], &["--out", "users.csv"]].concat()).await;
    assert_eq!((code, deployment.read("users.csv").lines().count()), (1, 4), "{err}");
    let (code, out, err) = deployment.run(&[&export[..], &["--json"]].concat()).await;
    assert!(code == 1 && out.contains(r#""status":"unreadable","pins":null,"attributes":null"#), "{out}");
    assert_eq!(err.lines().count(), 1, "{err}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_export_keeps_the_old_file_and_leaves_no_partial_one() {
    let mut deployment = Deployment::new().await;
    let wire = Wire::to(&deployment.endpoint).await;
    deployment.endpoint = wire.endpoint.clone();
    deployment.write("users.csv", "user,status,pins,attributes\n");
    // The database never answers.
    wire.set(Fault::HoldUntil(usize::MAX));
    let mut running = deployment.start(&["pin", "export-users", "--realm", "demo", "--out", "users.csv"]);
    running.wait_for("stderr", |_| !wire.take_operations().is_empty()).await;
    assert_eq!(parts(&deployment), 1);
    running.signal("INT");
    assert_eq!(running.end().await, (130, String::new(), "ringbolt: interrupted; nothing was written\n".to_owned()));
    assert_eq!((parts(&deployment), deployment.read("users.csv").lines().count()), (0, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_pipe_is_not_a_failure() {
    let deployment = Deployment::new().await;
    // More than fits into the output buffer.
    let rows: String = (0..300).map(|row| format!("user-{row},8374{row:04}\n")).collect();
    deployment.write("callers.csv", format!("user,pin\n{rows}"));
    assert_eq!(deployment.run(&["pin", "import", "callers.csv", "--realm", "demo", "--allow-weak"]).await.0, 0);
    for (realm, json) in [("demo", &[][..]), ("demo", &["--json"]), ("empty", &[])] {
        let arguments = [&["pin", "export-users", "--realm", realm], json].concat();
        let (code, _, err) = deployment.start_unread(&arguments).end().await;
        assert_eq!((code, err.as_str()), (0, ""), "{arguments:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_is_not_there_is_named_without_a_temporary_file() {
    let deployment = Deployment::new().await;
    let (code, _, err) =
        deployment.run(&["pin", "export-users", "--realm", "demo", "--out", "nowhere/users.csv"]).await;
    let sentence = "nowhere/users.csv cannot be written: there is no folder nowhere";
    assert!(code == 1 && err.contains(sentence) && !err.contains(".part"), "{err}");
}
