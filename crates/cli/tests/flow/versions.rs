//! `ringbolt flow diff` and `ringbolt flow show`

use crate::flow::deployment::{Deployment, Said, bank_flow};
use serde_json::Value;
use snapbox::{assert_data_eq, str};

/// A deployment with versions 1 to 3, of which the first and the last have the same text.
async fn deployed() -> Deployment {
    let deployment = Deployment::new().await;
    for number in [1, 2, 1] {
        deployment.publish(&bank_flow(&format!("800555010{number}"))).await;
    }
    deployment
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_difference_is_printed_as_a_patch_with_exit_code_1() {
    let deployment = deployed().await;
    let Said { code, out, err } = deployment.flow(&["diff", "bank", "1", "2"]).await;
    assert_eq!((code, err.as_str()), (Some(1), ""));
    assert_data_eq!(
        out,
        str![[r#"
--- bank, version 1
+++ bank, version 2
@@ -5,4 +5,4 @@
 ivrs:
   login:
     id: 12345
-    do: { transfer: { destination: "8005550101" } }
+    do: { transfer: { destination: "8005550102" } }

"#]]
    );
    let Said { code, out, err } = deployment.flow(&["diff", "bank", "1"]).await;
    assert_eq!((code, out.as_str()), (Some(0), ""));
    assert_eq!(err, "bank, version 1 and bank, version 3 are the same.\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_live_version_is_compared_with_a_file_and_with_what_it_replaced() {
    let deployment = deployed().await;
    deployment.write("bank.yaml", bank_flow("8005550102"));
    let Said { code, out, .. } = deployment.flow(&["diff", "bank", "bank.yaml"]).await;
    assert_eq!(code, Some(1));
    assert!(out.starts_with("--- bank, version 3\n+++ bank.yaml\n"), "{out}");
    let Said { code, out, .. } = deployment.flow(&["diff", "bank"]).await;
    assert_eq!(code, Some(1));
    assert!(out.starts_with("--- bank, version 2\n+++ bank, version 3\n"), "{out}");
    // `patch` needs the carriage returns of a file that has them.
    deployment.write("crlf.yaml", bank_flow("8005550102").replace('\n', "\r\n"));
    let Said { out, .. } = deployment.flow(&["diff", "bank", "crlf.yaml", "bank.yaml"]).await;
    assert_eq!(out.matches("\r\n").count(), bank_flow("8005550102").lines().count(), "{out:?}");
    let Said { code, .. } = deployment.flow(&["diff", "bank", "2", "bank.yaml"]).await;
    assert_eq!(code, Some(0));
    let live = bank_flow("8005550101");
    assert_eq!(deployment.flow_with_input(&["diff", "bank", "-"], live.as_bytes()).await.code, Some(0));
    let Said { out, .. } = deployment.flow(&["diff", "bank", "--json"]).await;
    let document: Value = serde_json::from_str(&out).unwrap();
    assert!(document["diff"].as_str().unwrap().contains("+    do:"), "{out}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_have_another_exit_code_than_differences() {
    let deployment = deployed().await;
    for (arguments, sentence) in [
        (&["bank", "7"][..], "the flow `bank` has no version 7; its newest is 3"),
        (&["bank", "missing.yaml"], "missing.yaml: there is no such file"),
        (&["bnak"], "there is no flow `bnak` in "),
        (&["bank", "--flows-table", "elsewhere"], "the live versions could not be read: there is no such table in "),
    ] {
        let Said { code, out, err } = deployment.flow(&[&["diff"], arguments].concat()).await;
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(err.starts_with(&format!("ringbolt: {sentence}")) && err.lines().count() == 1, "{err}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_is_shown_byte_for_byte() {
    let deployment = Deployment::new().await;
    let text = "flow: bank\r\nrealm: caf\u{e9}\u{1b}[2J # no line break at the end";
    deployment.publish(text).await;
    deployment.publish(&bank_flow("8005550101")).await;
    let Said { code, out, err } = deployment.flow(&["show", "bank", "--version", "1"]).await;
    assert_eq!((code, out.as_str(), err.as_str()), (Some(0), text, ""));
    let Said { out, .. } = deployment.flow(&["show", "bank"]).await;
    assert_eq!(out, bank_flow("8005550101"));
    let Said { code, err, .. } = deployment.flow(&["show", "bank", "--version", "3"]).await;
    assert_eq!((code, err.as_str()), (Some(1), "ringbolt: the flow `bank` has no version 3; its newest is 2\n"));
}
