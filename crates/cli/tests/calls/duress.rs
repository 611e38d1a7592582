//! A duress PIN, as operators see it.

use crate::calls::{
    deployment::{bare, run},
    dev::Folder,
};
use serde_json::Value;

const RIGHT: &str = "629184";
const DURESS: &str = "815294";

/// A `ringbolt dev` whose flow asks to be told, and in which the caller 90786 has a PIN and a duress PIN.
async fn folder() -> Folder {
    let verify = "    verify_pin:\n";
    assert!(ringbolt_dev::DEMO_FLOW.contains(verify));
    let flow = ringbolt_dev::DEMO_FLOW.replacen(verify, "    verify_pin:\n      duress: true\n", 1);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("told.yaml"), flow).unwrap();
    let folder = Folder::with(folder, &["--flow", "told.yaml"]);
    let keyed = async |operation, options: &[&str], pin| {
        let words = [&["pin", operation, "--local", "--realm", "demo", "90786", "--stdin"], options].concat();
        let mut command = bare(&words);
        command.current_dir(folder.path());
        run(command, &format!("{pin}\n")).await
    };
    keyed("set", &[], RIGHT).await.says("The PIN is set");
    keyed("add", &["--duress"], DURESS).await.says("The duress PIN is added; the caller's other PINs stay.");
    folder
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn list_show_explain_and_the_log_tell_a_duress_pin_from_the_right_one() {
    let folder = folder().await;
    for (call, pin) in [("r-1", RIGHT), ("r-2", DURESS)] {
        folder.next(&format!("ivr_session_id=s-{call}&ivr_response_id={call}&ivr_id=12345&account=90786&pin={pin}"));
    }
    let listed = folder.ringbolt(&["call", "list", "--local", "--json"]).await;
    let listed: Vec<Value> = listed.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for call in &listed {
        crate::calls::json::fits("call-list", call);
        assert_eq!(
            (&call["duress"], &call["outcomes"][0]),
            (&(call["response_id"] == "r-2").into(), &"verified".into())
        );
    }
    assert_eq!(listed.len(), 2);
    let table = folder.ringbolt(&["call", "list", "--local"]).await;
    assert_eq!(table.says("verified (duress PIN)").out.matches("duress").count(), 1);
    for (call, is_duress) in [("r-1", false), ("r-2", true)] {
        let shown = folder.ringbolt(&["call", "show", "--local", call]).await;
        assert_eq!(shown.says("outcome   verified").out.contains("the caller keyed their duress PIN"), is_duress);
        assert_eq!(shown.out.contains("answered: verified, a duress PIN"), is_duress, "{shown:?}");
        let explained = folder.ringbolt(&["call", "explain", "--local", call]).await;
        assert_eq!(explained.says("PIN").out.contains("It was the caller's duress PIN"), is_duress, "{explained:?}");
        let document = folder.ringbolt(&["call", "explain", "--local", "--json", call]).await.json();
        assert_eq!(document["events"][0]["duress"], is_duress, "{document:#}");
    }
    let log = std::fs::read_to_string(folder.path().join(".ringbolt/dev.log")).unwrap();
    assert_eq!(log.matches(r#""duress":true"#).count(), 1);
    assert!(!log.contains(DURESS));
}
