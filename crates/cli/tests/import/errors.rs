//! User errors: each gives one sentence, and nothing is imported.

use crate::import::Deployment;
use ringbolt_tests::{Fault, NOBODY, Wire};

/// Additional arguments, environment variables, and the expected sentence.
type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], &'a str);

const IMPORT: [&str; 5] = ["pin", "import", "callers.csv", "--realm", "demo"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_table_region_or_credential_is_named_in_one_sentence() {
    let deployment = Deployment::new().await;
    deployment.write("callers.csv", "user,pin\nada,837461\n");
    let calls = deployment.database.tables.calls.clone();
    let cases: [Case<'_>; 5] = [
        (&["--callers-table", "elsewhere"], &[], "nothing was imported: there is no such table in the DynamoDB at "),
        (&["--callers-table", &calls], &[], " is not a table of callers: check --callers-table"),
        (&[], &[("AWS_REGION", "")], "no AWS region is set"),
        (&[], &[("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "")], "there are no AWS credentials"),
        (&[], &[("AWS_ENDPOINT_URL_DYNAMODB", NOBODY)], "nothing was imported: DynamoDB could not be reached"),
    ];
    for (arguments, variables, sentence) in cases {
        for dry_run in [&["--dry-run"][..], &[]] {
            let running = deployment.start_with(&[&IMPORT[..], arguments, dry_run].concat(), variables);
            assert_one_sentence(running.end().await, sentence);
        }
    }
    // A dry run without a deployment needs none; with one, it checks what an import would need.
    let (dry_run, offline) =
        ([&IMPORT[..], &["--dry-run"]].concat(), [("RINGBOLT_CALLERS_TABLE", ""), ("AWS_REGION", "")]);
    let (code, out, err) = deployment.start_with(&dry_run, &offline).end().await;
    assert_eq!(
        (code, out.as_str(), err.as_str()),
        (0, "1 row could be imported. Nothing was written to a table.\n", "")
    );
    let (code, out, err) = deployment.run(&dry_run).await;
    assert!(code == 0 && out.starts_with("1 row could be imported. Nothing was written"), "{out}{err}");
    assert!(err.contains("1 PIN; hashing is fast here") || err.contains("1 PIN at "), "{err}");
    let wire = Wire::to(&deployment.endpoint).await;
    wire.set(Fault::Denied);
    let running = deployment.start_with(&IMPORT, &[("AWS_ENDPOINT_URL_DYNAMODB", &wire.endpoint)]);
    assert_one_sentence(running.end().await, "nothing was imported: these credentials may not ");
    assert!(deployment.callers().await.is_empty());
    assert!(!deployment.path("callers.csv.journal").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unusable_file_is_refused_before_any_request() {
    let deployment = Deployment::new().await;
    deployment.write("bars.csv", "user|pin\nada|837461\n");
    deployment.write("empty.csv", "");
    for (file, sentence) in [
        ("nowhere.csv", "nowhere.csv could not be read: No such file"),
        (".", ". is a folder, not a CSV"),
        ("empty.csv", "empty.csv is empty: its first row names the columns"),
        ("bars.csv", "bars.csv: it has no column `user`"),
    ] {
        let running = deployment.start_with(&["pin", "import", file, "--realm", "demo"], &[("AWS_REGION", "")]);
        assert_one_sentence(running.end().await, sentence);
    }
    let (code, _, err) = deployment.run(&["pin", "import", "empty.csv", "--realm", "No Realm"]).await;
    assert_eq!(code, 2, "{err}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_import_of_another_file_is_not_resumed() {
    let deployment = Deployment::new().await;
    deployment.write("callers.csv", "user,pin\nada,837461\n");
    // The journal of a process that was killed at once.
    let head = serde_json::json!({
        "ringbolt_import": 1, "run": "run-1", "keys": [],
        "import": { "file": "other", "realm": "demo", "table": "", "place": "", "options": "", "refused": "" },
    });
    deployment.write("callers.csv.journal", format!("{head}\n"));
    assert_one_sentence(deployment.run(&IMPORT).await, "interrupted, and the file has changed since then");
    assert!(deployment.callers().await.is_empty());
}

fn assert_one_sentence((code, out, err): (i32, String, String), sentence: &str) {
    assert_eq!((code, out.as_str()), (1, ""), "{err}");
    let said: Vec<&str> = err.lines().filter(|line| !line.starts_with("Working on ")).collect();
    assert!(said.len() == 1 && said[0].starts_with("ringbolt: ") && said[0].contains(sentence), "{sentence}: {err}");
}
