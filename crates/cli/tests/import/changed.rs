//! If a file or a journal changes during an import, no row is silently missing or imported twice.

use crate::import::Deployment;
use ringbolt_tests::{Fault, Wire};
use std::fs::OpenOptions;

const IMPORT: [&str; 6] = ["pin", "import", "callers.csv", "--realm", "demo", "--allow-weak"];
const ROWS: usize = 3_000;

fn csv(rows: usize) -> String {
    (0..rows).fold("user,pin\n".to_owned(), |text, row| format!("{text}user-{row:04},8374{row:04}\n"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_fails_and_keeps_its_journal_if_the_file_loses_rows() {
    let mut deployment = Deployment::new().await;
    let wire = Wire::to(&deployment.endpoint).await;
    deployment.endpoint = wire.endpoint.clone();
    deployment.write("callers.csv", csv(ROWS));
    let mut running = deployment.start(&IMPORT);
    running.wait_for("stderr", |said| said.contains(" %)")).await;
    // The database fails while the file is cut, so that the import does not reach its end first.
    wire.set(Fault::ServerError);
    let file = OpenOptions::new().write(true).open(deployment.path("callers.csv")).unwrap();
    file.set_len(csv(400).len() as u64).unwrap();
    wire.set(Fault::None);
    let (code, out, err) = running.end().await;
    assert_eq!((code, out.as_str()), (1, ""), "{err}");
    let last = err.lines().last().unwrap();
    assert!(last.contains("callers.csv changed during the import, after ") && last.contains(" of 3,000 rows"), "{err}");
    assert!(last.ends_with(": delete callers.csv.journal and import the file again"), "{err}");
    assert!(deployment.path("callers.csv.journal").exists());
    let (_, out, _) = deployment.run(&["audit", "list"]).await;
    assert!(out.contains("the file changed; ") && out.contains("failed"), "{out}");
    let (code, _, err) = deployment.run(&IMPORT).await;
    assert!(code == 1 && err.contains("the file has changed since then"), "{err}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_with_a_wrong_position_is_not_resumed() {
    let deployment = Deployment::new().await;
    deployment.write("callers.csv", csv(ROWS));
    let mut running = deployment.start(&IMPORT);
    running.wait_for("stderr", |said| said.contains(" %)")).await;
    running.signal("INT");
    assert_eq!(running.end().await.0, 130);
    let journal = deployment.read("callers.csv.journal");
    let last: serde_json::Value = serde_json::from_str(journal.lines().last().unwrap()).unwrap();
    let at = last["at"]["offset"].as_u64().unwrap();
    // Beyond the end, at the end of an earlier row, and inside a row.
    for offset in [99_999_999, at - 19, at - 1] {
        let mut line = last.clone();
        line["at"]["offset"] = offset.into();
        let changed = format!("{journal}{line}\n");
        deployment.write("callers.csv.journal", &changed);
        let (code, out, err) = deployment.run(&IMPORT).await;
        assert_eq!((code, out.as_str()), (1, ""), "{err}");
        assert!(err.contains("callers.csv.journal was changed or damaged: it records "), "{err}");
        assert_eq!(deployment.read("callers.csv.journal"), changed);
    }
    deployment.write("callers.csv.journal", &journal);
    let (code, out, err) = deployment.run(&IMPORT).await;
    assert!(code == 0 && out.starts_with("Imported 3,000 rows of 3,000 callers into "), "{out}{err}");
}
