//! Flow files that change while `ringbolt dev` runs.

use crate::Start;

fn flow(destination: &str) -> String {
    format!(
        "flow: demo\nrealm: demo\nfallback: {{ do: hangup }}\nivrs:\n  login:\n    id: 1\n    transfer: {{ destination: \
         \"{destination}\" }}\n"
    )
}

#[test]
fn a_changed_flow_is_reloaded_and_a_broken_one_leaves_the_old_one_live() {
    let start = Start::new().with(&["--memory", "--flow", "flow.yaml"]).file("flow.yaml", flow("8005550101"));
    let ringbolt = start.run();
    let destination = || ringbolt.next("ivr_id=1").xml().replace(|c: char| !c.is_ascii_digit(), "");
    assert_eq!(destination(), "8005550101");

    // The change is noticed without a request.
    let start = start.file("flow.yaml", flow("8005550102"));
    ringbolt.stdout.expect("The call flow has changed and was reloaded.");
    assert_eq!(destination(), "8005550102");

    let start = start.file("flow.yaml", flow("8005550103").replace("destination", "destinatoin"));
    let complaint = ringbolt.stderr.expect("flow.yaml: line 7,");
    assert!(complaint.contains("the previous version stays live") && complaint.contains("destinatoin"), "{complaint}");
    assert_eq!(destination(), "8005550102");

    std::fs::remove_file(start.path("flow.yaml")).unwrap();
    ringbolt.stderr.expect("flow.yaml: cannot be read");
    assert_eq!(destination(), "8005550102");

    // A request before the next check of the file sees the change too.
    let _start = start.file("flow.yaml", flow("8005550104"));
    assert_eq!(destination(), "8005550104");
}
