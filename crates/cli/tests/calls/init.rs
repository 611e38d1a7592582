//! `ringbolt init`: files that the other commands take.

use crate::calls::deployment::{Said, bare, run};
use std::{fs, path::Path};

async fn ringbolt(folder: &Path, arguments: &[&str]) -> Said {
    let mut command = bare(arguments);
    command.current_dir(folder);
    run(command, "").await
}

/// The PINs in a file of callers.
fn pins(csv: &str) -> Vec<&str> {
    csv.lines().skip(1).map(|row| row.split(',').nth(1).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_files_are_written_without_a_terminal_and_check_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (name, options) in [
        ("bank", &["--kind", "account", "--support", "8005550121", "--hours", "none"][..]),
        ("door", &["--kind", "wix"]),
        ("info", &["--kind", "menu", "--provider", "twiml", "--hours", "sat 09:00-12:00"]),
    ] {
        let said = ringbolt(folder, &[&["init", "flows", "--yes", "--name", name], options].concat()).await;
        said.says(&format!("Wrote flows/{name}.yaml\n")).says(&format!("Wrote flows/{name}.calls.yaml\n"));
        said.says(&format!("ringbolt dev --flow flows/{name}.yaml")).says("ringbolt flow push");
        let checked = ringbolt(folder, &["flow", "check", &format!("flows/{name}.yaml")]).await;
        checked.says("is in order");
        let calls = fs::read_to_string(folder.join(format!("flows/{name}.calls.yaml"))).unwrap();
        assert!(calls.contains("  - call: ") && calls.contains("    steps:\n"), "{calls}");
        let Ok(callers) = fs::read_to_string(folder.join(format!("flows/{name}.callers.csv"))) else {
            assert_eq!(name, "info", "without a login there are no callers");
            continue;
        };
        for pin in pins(&callers) {
            assert!(!said.out.contains(pin) && calls.contains(pin), "{said:?}");
        }
        let import = ["pin", "import", &format!("flows/{name}.callers.csv"), "--realm", name, "--dry-run"];
        ringbolt(folder, &import).await.says("2");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_written_flow_runs_with_its_callers() {
    let folder = tempfile::tempdir().unwrap();
    let said = ringbolt(folder.path(), &["init", "--yes", "--name", "bank", "--json"]).await;
    assert_eq!(said.json()["written"], serde_json::json!(["bank.yaml", "bank.callers.csv", "bank.calls.yaml"]));
    let dev = crate::calls::dev::Folder::with(folder, &["--flow", "bank.yaml", "--callers", "bank.callers.csv"]);
    let callers = fs::read_to_string(dev.path().join("bank.callers.csv")).unwrap();
    let pin = pins(&callers)[0].to_owned();
    // The only flow that runs is meant, and its own questions are keyed.
    let said = dev.fed(&["trigger", "login-get", "--user", "90786", "--pin-stdin"], &pin).await;
    said.says("The PIN is right: the call goes to the IVR `menu` (10002), with `firstname`.");
    assert!(!said.out.contains(&pin));
    dev.ringbolt(&["trigger", "survey"]).await.fails(2, &["give the id of an IVR of this flow"]);
    dev.ringbolt(&["trigger", "survey", "--ivr", "menu", "--field", "choice=2"]).await.says("`support` (10004)");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_overwritten_or_assumed_silently() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("bank.calls.yaml"), "mine").unwrap();
    let init = ["init", "--yes", "--name", "bank"];
    ringbolt(folder, &init).await.fails(1, &["bank.calls.yaml exists already, so nothing was written", "--overwrite"]);
    assert!(fs::read_dir(folder).unwrap().count() == 1, "nothing else was written");
    let said = ringbolt(folder, &[&init[..], &["--overwrite"]].concat()).await;
    said.says("Wrote bank.yaml").says("Replaced bank.calls.yaml");
    ringbolt(folder, &["init", "--name", "x"])
        .await
        .fails(2, &["no terminal", "--kind, --support, --hours, --provider", "--yes"]);
    let clash = ["init", "--yes", "--kind", "menu", "--provider", "wix-answers"];
    ringbolt(folder, &clash).await.fails(2, &["go together"]);
    let zone = ["init", "--yes", "--zone", "Nowhere/Land"];
    ringbolt(folder, &zone).await.fails(2, &["these answers make no valid flow", "Nowhere/Land"]);
    assert_eq!(ringbolt(folder, &["init", "--name", "B A"]).await.code, Some(2));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |file: &str| folder.join(file).metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("bank.callers.csv"), mode("bank.calls.yaml")), (0o600, 0o600), "both contain PINs");
    }
}
