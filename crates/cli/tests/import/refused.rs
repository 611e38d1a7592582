//! The file of refused rows: it never overwrites another file, and a resumed import requires it unchanged.

use crate::import::Deployment;
use std::fs;

const IMPORT: [&str; 6] = ["pin", "import", "callers.csv", "--realm", "demo", "--allow-weak"];

/// A CSV in which every tenth row is refused.
fn csv(rows: usize) -> String {
    (0..rows).fold("user,pin\n".to_owned(), |text, row| {
        let pin = if row % 10 == 0 { String::new() } else { format!("8374{row:04}") };
        format!("{text}user-{row},{pin}\n")
    })
}

fn list(rows: usize) -> String {
    (0..rows)
        .step_by(10)
        .fold("line,user,reason\n".to_owned(), |text, row| format!("{text}{},user-{row},the PIN is empty\n", row + 2))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_not_a_list_of_refused_rows_is_never_overwritten() {
    let deployment = Deployment::new().await;
    let precious = "user,pin\nada,\nbob,837462\n";
    for name in ["callers.csv", "other.csv", "callers.refused.csv"] {
        deployment.write(name, precious);
    }
    fs::create_dir(deployment.path("sub")).unwrap();
    fs::hard_link(deployment.path("callers.csv"), deployment.path("hard.csv")).unwrap();
    let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, deployment.path(name)).unwrap();
    link("callers.csv", "soft.csv");
    let absolute = deployment.path("callers.csv").to_str().unwrap().to_owned();
    for dry_run in [&["--dry-run"][..], &[]] {
        for (refused, code, sentence) in [
            (Some("./callers.csv"), 2, "which is the file to import: name another file with --refused"),
            (Some("sub/../callers.csv"), 2, "which is the file to import"),
            (Some(absolute.as_str()), 2, "which is the file to import"),
            (Some("hard.csv"), 2, "which is the file to import"),
            (Some("soft.csv"), 2, "which is the file to import"),
            (Some("./callers.csv.journal"), 2, "which is the journal of the import"),
            (Some("other.csv"), 1, "other.csv already exists and is not a list of refused rows"),
            (None, 1, "callers.refused.csv already exists and is not a list of refused rows"),
            (Some("sub"), 1, "sub is a folder"),
            (Some("nowhere/refused.csv"), 1, "there is no folder nowhere"),
            (Some("/dev/null"), 1, "/dev/null already exists and is not a list of refused rows"),
        ] {
            let refused = refused.map(|refused| ["--refused", refused]);
            let arguments = [&IMPORT[..], dry_run, refused.as_ref().map_or(&[], |refused| &refused[..])].concat();
            let (exit, out, err) = deployment.run(&arguments).await;
            assert_eq!((exit, out.as_str()), (code, ""), "{arguments:?}: {err}");
            assert!(err.lines().last().unwrap().contains(sentence), "{arguments:?}: {err}");
            assert!(!deployment.path("callers.csv.journal").exists(), "{arguments:?}");
        }
    }
    for name in ["callers.csv", "other.csv", "callers.refused.csv"] {
        assert_eq!(deployment.read(name), precious, "{name}");
    }
    assert!(deployment.callers().await.is_empty());
    // The audit log has no unfinished changes either.
    let (code, out, err) = deployment.run(&["audit", "list", "--json"]).await;
    let none = serde_json::json!({ "changes": [], "more": false, "unreadable": [] });
    assert_eq!((code, serde_json::from_str::<serde_json::Value>(&out).unwrap()), (0, none), "{err}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_leaves_the_list_of_an_interrupted_import_alone_and_a_lost_list_is_reported() {
    const ROWS: usize = 2_000;
    let deployment = Deployment::new().await;
    deployment.write("callers.csv", csv(ROWS));
    let mut running = deployment.start(&IMPORT);
    running.wait_for("stderr", |said| said.contains(" %)")).await;
    running.signal("INT");
    assert_eq!(running.end().await.0, 130);
    let begun = deployment.read("callers.refused.csv");
    assert!(begun.lines().count() > 10 && begun.len() < list(ROWS).len());

    let (code, out, err) = deployment.run(&[&IMPORT[..], &["--dry-run"]].concat()).await;
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("An unfinished import of this file uses callers.refused.csv"), "{err}");
    assert!(out.contains("Refused 200 rows, listed with reasons in callers.dry-run.refused.csv."), "{out}");
    assert_eq!(deployment.read("callers.dry-run.refused.csv"), list(ROWS));
    assert_eq!(deployment.read("callers.refused.csv"), begun);

    let journal = deployment.read("callers.csv.journal");
    for left in [None, Some(&begun[..begun.len() - 1])] {
        match left {
            None => fs::remove_file(deployment.path("callers.refused.csv")).unwrap(),
            Some(text) => deployment.write("callers.refused.csv", text),
        }
        let (code, out, err) = deployment.run(&IMPORT).await;
        assert_eq!((code, out.as_str()), (1, ""), "{err}");
        let said = err.lines().last().unwrap();
        assert!(said.contains("callers.refused.csv, the list of refused rows, is not as the interrupted"), "{err}");
        assert!(said.ends_with("restore it, or delete callers.csv.journal to start again"), "{err}");
        assert_eq!(deployment.read("callers.csv.journal"), journal);
    }
    deployment.write("callers.refused.csv", &begun);
    let (code, out, err) = deployment.run(&IMPORT).await;
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("Resuming after ") && out.contains("Refused 200 rows, "), "{out}{err}");
    assert_eq!(deployment.read("callers.refused.csv"), list(ROWS));
    assert_eq!(deployment.callers().await.len(), ROWS - ROWS / 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_earlier_list_is_replaced_by_one_that_only_the_owner_can_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let deployment = Deployment::new().await;
    deployment.write("callers.csv", "user,pin\nada,\nbob,837462\n");
    deployment.write("callers.refused.csv", "line,user,reason\n7,zoe,the PIN is empty\n");
    let path = deployment.path("callers.refused.csv");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(deployment.run(&IMPORT).await.0, 1);
    assert_eq!(deployment.read("callers.refused.csv"), "line,user,reason\n2,ada,the PIN is empty\n");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    deployment.write("callers.csv", "user,pin\nbob,837462\n");
    assert_eq!(deployment.run(&IMPORT).await.0, 0);
    assert!(!path.exists());
}
