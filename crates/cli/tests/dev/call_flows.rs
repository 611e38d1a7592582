//! Flow files that change while `ringbolt dev` runs.

use crate::dev::Start;

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

/// What editors and people leave in a folder, and words that would clear the terminal.
#[test]
fn a_folder_may_have_a_locked_file_and_a_pipe_in_it_and_no_file_controls_the_terminal() {
    let start = Start::new().with(&["--memory", "--flow", "flows"]);
    let there = "mkdir flows && ln -s nobody@nowhere.1:2 'flows/.#bank.yaml' && mkfifo flows/pipe.yaml";
    assert!(
        std::process::Command::new("sh").args(["-c", there]).current_dir(start.path("")).status().unwrap().success()
    );
    let start = start.file("flows/bank.yaml", flow("8005550101"));
    let ringbolt = start.run();
    let _start =
        start.file("flows/bank.yaml", flow("8005550101").replace("hangup", "{ ivr: \"x\\e]0;y\\a\u{202e}\" }"));
    let complaint = ringbolt.stderr.expect("the previous version stays live");
    let (_, stderr) = ringbolt.end("INT");
    assert!(!stderr.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{complaint}");
    assert!(stderr.contains("x\\u{1b}]0;y\\u{7}\\u{202e}"), "{stderr}");
}

/// A flow of one's own, without what silence leads to.
const OWN: &str = "flow: bank\nrealm: bank\nfallback: { do: hangup }\nivrs:\n  login:\n    id: 777\n    verify_pin:\n      \
                   user: \"{{ answers.member }}\"\n      pin: \"{{ answers.code }}\"\n      verified: hangup\n      \
                   wrong: { ivr: login }\n";

#[test]
fn a_flow_of_ones_own_has_a_line_to_try_and_its_warnings_are_shown() {
    let ringbolt = Start::new().file("bank.yaml", OWN).with(&["--flow", "bank.yaml", "--token", "a&b"]).run();
    let banner = ringbolt.stdout.text();
    let address = format!("http://127.0.0.1:{}", ringbolt.address.port);
    let line = format!(
        "    curl -w \"\\n\" \"{address}/dialogtech/bank/next-action?auth=a%26b&ivr_session_id=s-1&ivr_response_id=r-1\
         &ivr_id=777&member=USER&code=PIN\"\n"
    );
    assert!(banner.contains("in place of USER and PIN") && banner.contains(&line), "{banner}");
    let said = ringbolt.stderr.expect("warning: `unanswered` is missing");
    assert!(said.contains("--> bank.yaml:8:"), "{said}");
    // The warnings of a changed flow are shown, too.
    let before = ringbolt.stderr.text().len();
    let changed = OWN.replace("fallback", "# changed\nfallback");
    std::fs::write(ringbolt.folder().join("bank.yaml"), changed).unwrap();
    ringbolt.stdout.expect("The call flow has changed and was reloaded.");
    ringbolt.stderr.wait_for(|err| err[before..].contains("--> bank.yaml:9:")).expect("the warnings are shown again");
    let (out, err) = ringbolt.end("TERM");
    assert!(out.ends_with("Stopping.\n") && !err.contains("a&b"), "{out}{err}");
}
