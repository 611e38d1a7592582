//! Damage that spreadsheets do to a CSV is noticed before anything is written.

use crate::import::{Deployment, process::tags};
use ringbolt_dynamodb::tables;

const IMPORT: [&str; 5] = ["pin", "import", "callers.csv", "--realm", "demo"];

/// Six-digit PINs, every tenth with a leading zero, which a spreadsheet has dropped.
fn saved_as_integers() -> String {
    (0..200_u32).fold("user,pin\n".to_owned(), |text, row| {
        let pin = if row % 10 == 0 { 37_461 + 97 * row } else { 274_613 + 2_017 * row };
        format!("{text}user-{row:03},{pin}\n")
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropped_leading_zeros_stop_an_import_until_the_length_is_given() {
    let deployment = Deployment::new().await;
    deployment.write("callers.csv", saved_as_integers());
    let import = |more: &[&'static str]| [&IMPORT[..], &["--allow-weak"], more].concat();
    let (code, out, err) = deployment.run(&import(&[])).await;
    assert_eq!((code, out.as_str()), (1, ""), "{err}");
    assert!(err.contains("PINs by length: 20 with 5 digits, 180 with 6 digits"), "{err}");
    assert!(err.contains("none of them begins with 0") && err.contains("--digits 6"), "{err}");
    assert!(deployment.callers().await.is_empty() && !deployment.path("callers.csv.journal").exists());

    // The dry run answers as the import does.
    let (code, out, err) = deployment.run(&import(&["--dry-run"])).await;
    assert!(code == 1 && out.contains("--digits 6") && out.contains("\nNo row could be imported."), "{out}{err}");
    let (code, out, err) = deployment.run(&import(&["--dry-run", "--json"])).await;
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &document["importable_rows"]), (1, &0.into()), "{err}");
    assert!(document["refused_as_a_whole"].as_str().unwrap().contains("none of them begins with 0"), "{out}");

    let (code, out, err) = deployment.run(&import(&["--digits", "6", "--dry-run"])).await;
    assert!(code == 1 && out.contains("180 rows could be imported") && out.contains("Refused 20 rows"), "{out}{err}");
    let list = deployment.read("callers.refused.csv");
    assert!(list.contains("2,user-000,\"the PIN has 5 digits, not 6\""), "{list}");
    let (code, out, err) = deployment.run(&import(&["--digits", "any"])).await;
    assert!(code == 0 && out.starts_with("Imported 200 rows of 200 callers into "), "{out}{err}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_in_scientific_notation_is_neither_a_user_nor_a_pin() {
    let deployment = Deployment::new().await;
    deployment.write("callers.csv", "user,pin\n9.07865E+11,837461\nada,\"8,37E+05\"\n1e5,837463\n");
    let (code, out, err) = deployment.run(&IMPORT).await;
    assert!(code == 1 && out.starts_with("Imported 1 row of 1 caller into "), "{out}{err}");
    let reason = "is a number in scientific notation, as spreadsheets write long ones; save the column as text";
    assert_eq!(
        deployment.read("callers.refused.csv"),
        format!("line,user,reason\n2,,\"the user {reason}\"\n3,ada,\"the PIN {reason}\"\n")
    );
    assert!(deployment.callers().await["1e5"].pins.iter().eq(&tags("1e5", &["837463"])));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn semicolons_are_recognised_and_a_column_that_a_flow_reads_under_another_name_is_named() {
    let deployment = Deployment::new().await;
    deployment.write("callers.csv", "user;pin;First_Name\nada;837461;Ada\n");
    tables::create_missing_flows(&deployment.database.client().await, "call-flows").await.unwrap();
    let with_flows = |arguments: &[&str]| deployment.start_with(arguments, &[("RINGBOLT_FLOWS_TABLE", "call-flows")]);
    deployment.write("demo.yaml", ringbolt_dev::DEMO_FLOW);
    let (code, _, err) = with_flows(&["flow", "push", "demo.yaml"]).end().await;
    assert_eq!(code, 0, "{err}");
    for dry_run in [&["--dry-run"][..], &[]] {
        let (code, out, err) = with_flows(&[&IMPORT[..], dry_run].concat()).end().await;
        assert_eq!(code, 0, "{out}{err}");
        let hint = "The flow `demo` reads `caller.first_name`, but the column is `First_Name`: rename it, or the attribute \
                    is missing.";
        assert!(err.contains(hint), "{err}");
    }
    assert!(deployment.callers().await["ada"].pins.iter().eq(&tags("ada", &["837461"])));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_rows_are_counted_by_reason() {
    let deployment = Deployment::new().await;
    let dates = (1..=28).fold(String::new(), |text, day| format!("{text}user-{day},{day:02}0785\n"));
    deployment.write("callers.csv", format!("user,pin\nada,837461\nbob,\n{dates}"));
    let (code, out, err) = deployment.run(&[&IMPORT[..], &["--json"]].concat()).await;
    assert_eq!(code, 1, "{err}");
    let reasons = serde_json::json!({ "the PIN is easy to guess: it must not be a date": 28, "the PIN is empty": 1 });
    assert_eq!(serde_json::from_str::<serde_json::Value>(&out).unwrap()["refused_by_reason"], reasons);
    let (_, out, _) = deployment.run(&[&IMPORT[..], &["--dry-run"]].concat()).await;
    assert!(out.contains("\n28: the PIN is easy to guess: it must not be a date\n1: the PIN is empty\n"), "{out}");
}
