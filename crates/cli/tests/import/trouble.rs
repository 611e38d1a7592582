//! A database that throttles or is unavailable for a while.

use crate::import::{Deployment, process::tags};
use ringbolt_tests::{Fault, Wire};

const IMPORT: [&str; 6] = ["pin", "import", "callers.csv", "--realm", "demo", "--allow-weak"];

fn csv(rows: usize) -> String {
    (0..rows).fold("user,pin\n".to_owned(), |text, row| format!("{text}user-{row},8374{row:04}\n"))
}

async fn assert_all_in(deployment: &Deployment, rows: usize) {
    let callers = deployment.callers().await;
    assert_eq!(callers.len(), rows);
    for row in 0..rows {
        let user = format!("user-{row}");
        assert!(callers[&user].pins.iter().eq(&tags(&user, &[&format!("8374{row:04}")])), "{user}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_slows_down_while_dynamodb_throttles_and_finishes() {
    let mut deployment = Deployment::new().await;
    let wire = Wire::to(&deployment.endpoint).await;
    deployment.endpoint = wire.endpoint.clone();
    wire.set(Fault::ThrottleOneOf(3));
    deployment.write("callers.csv", csv(200));
    let (code, out, err) = deployment.run(&IMPORT).await;
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with("Imported 200 rows of 200 callers into "), "{out}");
    assert!(err.contains("slowed down by throttling to "), "{err}");
    assert!(wire.take_operations().len() >= 300, "a third of all requests were throttled");
    assert_all_in(&deployment, 200).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_stops_during_a_long_outage_and_resumes_later() {
    let mut deployment = Deployment::new().await;
    let wire = Wire::to(&deployment.endpoint).await;
    deployment.endpoint = wire.endpoint.clone();
    deployment.write("callers.csv", csv(2_000));
    for fault in [Fault::ServerError, Fault::Denied] {
        wire.set(Fault::None);
        let mut running = deployment.start(&[&IMPORT[..], &["--patience", "1"]].concat());
        // At least one row is done, so this run has started.
        running.wait_for("stderr", |said| said.contains(" %)")).await;
        wire.set(fault);
        let (code, out, err) = running.end().await;
        assert_eq!((code, out.as_str()), (1, ""), "{err}");
        let last = err.lines().last().unwrap();
        assert!(
            last.contains("the import stopped after ") && last.contains("the same command again to resume: "),
            "{err}"
        );
        let reason = if fault == Fault::Denied { "these credentials may not" } else { "DynamoDB could not be reached" };
        assert!(last.contains(reason), "{err}");
    }
    wire.set(Fault::None);
    let (code, out, err) = deployment.run(&IMPORT).await;
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with("Imported 2,000 rows of 2,000 callers into "), "{out}");
    assert_all_in(&deployment, 2_000).await;
}
