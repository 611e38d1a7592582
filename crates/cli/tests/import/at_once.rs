//! Two imports into one realm do not run at the same time.

use crate::import::Deployment;
use ringbolt_tests::{Fault, Wire};

/// Enough rows to be at work while the other import is tried.
fn csv(name: &str) -> String {
    (0..3_000).fold("user,pin\n".to_owned(), |text, row| format!("{text}{name}-{row:04},8374{row:04}\n"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_import_into_a_realm_is_refused_while_the_first_one_runs() {
    let mut deployment = Deployment::new().await;
    let wire = Wire::to(&deployment.endpoint).await;
    let endpoint = std::mem::replace(&mut deployment.endpoint, wire.endpoint.clone());
    deployment.write("one.csv", csv("one"));
    deployment.write("two.csv", "user,pin\nada,837461\n");
    let into = |file: &'static str, realm: &'static str| ["pin", "import", file, "--realm", realm, "--allow-weak"];
    let mut first = deployment.start(&into("one.csv", "demo"));
    first.wait_for("stderr", |said| said.contains(" %)")).await;
    // The first one waits for its database, so that it does not end before the second one is refused.
    wire.set(Fault::ServerError);
    deployment.endpoint = endpoint;
    let (code, out, err) = deployment.start_second(&into("two.csv", "demo")).end().await;
    assert_eq!((code, out.as_str()), (1, ""), "{err}");
    assert!(err.contains("another import into the realm demo is running"), "{err}");
    assert!(!deployment.path("two.csv.journal").exists(), "it has not begun");
    wire.set(Fault::None);
    first.signal("INT");
    assert_eq!(first.end().await.0, 130);

    // An interrupted import releases the realm.
    let (code, out, err) = deployment.run(&into("two.csv", "demo")).await;
    assert!(code == 0 && out.starts_with("Imported 1 row of 1 caller into "), "{out}{err}");
}
