//! Flow files that change while `ringbolt dev` runs.

use crate::Start;

fn flow(destination: &str) -> String {
    format!(
        "flow: demo\nrealm: demo\nfallback: {{ dialogtech: hangup }}\ndialogtech:\n  ivrs:\n    \"1\": {{ transfer: {{ \
         destination: \"{destination}\" }} }}\n"
    )
}

#[test]
fn a_changed_flow_is_read_again_and_a_broken_one_leaves_the_old_one_live() {
    let start = Start::new().with(&["--memory", "--flow", "flow.yaml"]).file("flow.yaml", flow("8005550101"));
    let ringbolt = start.run();
    let destination = || ringbolt.next("ivr_id=1").xml().replace(|c: char| !c.is_ascii_digit(), "");
    assert_eq!(destination(), "8005550101");

    // Shown without a webhook that asks for it.
    let start = start.file("flow.yaml", flow("8005550102"));
    ringbolt.stdout.expect("The call flow has changed and was read again.");
    assert_eq!(destination(), "8005550102");

    let start = start.file("flow.yaml", flow("8005550103").replace("destination", "destinatoin"));
    let complaint = ringbolt.stderr.expect("flow.yaml: line 6,");
    assert!(complaint.contains("the one before stays live") && complaint.contains("destinatoin"), "{complaint}");
    assert_eq!(destination(), "8005550102");

    std::fs::remove_file(start.path("flow.yaml")).unwrap();
    ringbolt.stderr.expect("flow.yaml: cannot be read");
    assert_eq!(destination(), "8005550102");

    // At once, where the webhook comes before the next look at the file.
    let _start = start.file("flow.yaml", flow("8005550104"));
    assert_eq!(destination(), "8005550104");
}
