//! `--existing skip`: a new caller gets all their PINs or none, so that a later import never leaves one out.

use crate::import::{Deployment, process::tags};
use std::fs;

const IMPORT: [&str; 7] = ["pin", "import", "callers.csv", "--realm", "demo", "--existing", "skip"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mended_second_pin_is_imported_with_the_first() {
    let deployment = Deployment::new().await;
    deployment.write("callers.csv", "user,pin\nada,837461\nbob,735182\nzoe,837463\nBOB,1234\nzoe,926384\n");
    let (code, out, err) = deployment.run(&IMPORT).await;
    assert_eq!(code, 1, "{err}");
    assert!(out.starts_with("Imported 3 rows of 2 callers into "), "{out}");
    assert_eq!(
        deployment.read("callers.refused.csv"),
        "line,user,reason\n\
         3,bob,\"another row of this caller is refused (line 5), and with --existing skip a new caller gets all PINs or none\"\n\
         5,bob,the PIN is easy to guess: it must not count up or down\n"
    );
    assert!(deployment.callers().await.keys().eq(["ada", "zoe"]));

    deployment.write("callers.csv", "user,pin\nada,837461\nbob,735182\nzoe,837463\nBOB,629184\nzoe,926384\n");
    let (code, out, err) = deployment.run(&IMPORT).await;
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with("Imported 2 rows of 1 caller into "), "{out}");
    assert!(out.contains("Skipped 3 rows of existing callers."), "{out}");
    let callers = deployment.callers().await;
    assert!(callers["bob"].pins.iter().eq(&tags("bob", &["735182", "629184"])), "both PINs");
    assert!(callers["zoe"].pins.iter().eq(&tags("zoe", &["837463", "926384"])));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_import_without_its_journal_loses_no_second_pin() {
    const ROWS: usize = 2_000;
    let deployment = Deployment::new().await;
    // Every caller's second PIN is far away from the first.
    let text =
        (0..2 * ROWS).fold("user,pin\n".to_owned(), |text, row| format!("{text}user-{:04},8374{row:04}\n", row % ROWS));
    deployment.write("callers.csv", text);
    let import = [&IMPORT[..], &["--allow-weak"]].concat();
    let mut running = deployment.start(&import);
    running.wait_for("stderr", |said| said.contains(" %)")).await;
    running.signal("INT");
    assert_eq!(running.end().await.0, 130);
    fs::remove_file(deployment.path("callers.csv.journal")).unwrap();
    let (code, _, err) = deployment.run(&import).await;
    assert_eq!(code, 0, "{err}");
    let callers = deployment.callers().await;
    assert_eq!(callers.len(), ROWS);
    for row in 0..ROWS {
        let (user, one, two) = (format!("user-{row:04}"), format!("8374{row:04}"), format!("8374{:04}", row + ROWS));
        assert!(callers[&user].pins.iter().eq(&tags(&user, &[&one, &two])), "{user}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_whose_user_cannot_be_read_stops_the_import_before_it_begins() {
    let deployment = Deployment::new().await;
    deployment.write("callers.csv", "user,pin\nbob,735182\nbob,629184,more\n");
    let (code, out, err) = deployment.run(&IMPORT).await;
    assert_eq!((code, out.as_str()), (1, ""), "{err}");
    assert!(err.contains("callers.csv, line 3: the row has 3 fields, but the first row has 2"), "{err}");
    assert!(err.contains("1 row could belong to any caller") && err.contains("nothing is imported"), "{err}");
    let (code, out, err) = deployment.run(&[&IMPORT[..], &["--dry-run"]].concat()).await;
    assert!(code == 1 && out.contains("1 row could belong to any caller"), "{out}{err}");
    assert!(out.contains("No row could be imported.") && out.contains("Refused 1 row"), "{out}");
    assert!(deployment.callers().await.is_empty() && !deployment.path("callers.csv.journal").exists());
}
