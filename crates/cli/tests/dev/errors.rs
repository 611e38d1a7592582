//! If `ringbolt dev` cannot start, it says why in one sentence on standard error and does nothing else.

use crate::dev::Start;
use std::net::TcpListener;

/// Asserts a failure with one line on standard error that contains all of these parts and no internals.
#[track_caller]
fn fails_in_one_line(start: &Start, with: &[&str]) -> String {
    let stderr = fails(start, with);
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    stderr
}

#[track_caller]
fn fails(start: &Start, with: &[&str]) -> String {
    let (code, stdout, stderr) = start.fail();
    assert_ne!(code, 0);
    assert_eq!(stdout, "", "nothing suggests that it started");
    for part in with {
        assert!(stderr.contains(part), "{part:?} is not in: {stderr}");
    }
    for machinery in ["panicked", "backtrace", "Caused by", "Error {", "src/"] {
        assert!(!stderr.contains(machinery), "{stderr}");
    }
    stderr
}

#[test]
fn a_taken_port_is_named_and_nothing_is_left_behind() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let start = Start::bare(&["dev", "--port", &port]);
    fails_in_one_line(&start, &[&format!("Port {port} is already in use"), "--port"]);
    assert!(!start.path(".ringbolt").exists());
}

#[test]
fn an_unusable_folder_is_named_with_a_remedy() {
    fails_in_one_line(&Start::new().file(".ringbolt", ""), &[".ringbolt is a file", "--memory"]);
    let start = Start::new();
    std::fs::create_dir(start.path(".ringbolt")).unwrap();
    let start = start.file(".ringbolt/dynamodb.sqlite", "not a database, but long enough to be read as one");
    fails_in_one_line(&start, &[".ringbolt/dynamodb.sqlite cannot be opened", "Delete it"]);
    std::fs::remove_file(start.path(".ringbolt/dynamodb.sqlite")).unwrap();
    let start = start.file(".ringbolt/pin-keys.json", r#"{"current":"837461837461"}"#);
    let stderr = fails_in_one_line(&start, &["PIN key"]);
    assert!(!stderr.contains("837461"), "{stderr}");
}

#[test]
fn a_missing_flow_is_named() {
    fails_in_one_line(&Start::new().with(&["--flow", "bank.yaml"]), &["The flow file bank.yaml does not exist."]);
    let start = Start::new().with(&["--flow", "flows"]);
    std::fs::create_dir(start.path("flows")).unwrap();
    fails(&start, &["no flow file (*.yaml)"]);
}

#[test]
fn every_mistake_in_a_flow_is_named_with_its_line() {
    let flow = "flow: demo\nrealm: Demo!\nlockout: { attempts: 99 }\nfallbck: {}\nwix_answers:\n  success: \
                5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064\n  failure: not-a-guid\n";
    let stderr = fails(
        &Start::new().with(&["--flow", "flow.yaml"]).file("flow.yaml", flow),
        &["flow.yaml: line 2", "flow.yaml: line 3", "flow.yaml: line 4", "`fallback`?", "flow.yaml: line 7"],
    );
    assert!(stderr.lines().all(|line| line.starts_with("flow.yaml: line ") || line.starts_with("ringbolt: ")));
}

#[test]
fn success_that_equals_failure_is_refused() {
    let flow = "flow: demo\nrealm: demo\nfallback: { wix_answers: disconnect }\nwix_answers:\n  success: \
                5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064\n  failure: 5A9E9D0D-6D65-4494-AD7E-0EE7BC7AA064\n";
    let start = Start::new().with(&["--flow", "flow.yaml"]).file("flow.yaml", flow);
    fails(&start, &["flow.yaml: line 6", "a caller who isn't verified comes where `verified` leads"]);
}

#[test]
fn mistakes_in_a_csv_are_named_by_line_without_pins() {
    let missing = Start::new().with(&["--callers", "callers.csv"]);
    fails_in_one_line(&missing, &["callers.csv could not be read"]);
    let cases: [(&[u8], &[&str]); 9] = [
        (b"", &["callers.csv is empty"]),
        (b"user,first_name\n90786,Ada\n", &["no column `pin`"]),
        (b"user|pin\n90786|837461\n", &["no column `user`", "with `,` between them"]),
        (b"90786,837461\n", &["no column `user`"]),
        (b"user,pin\n90786,837461\n90787,83746x\n", &["line 3", "digits only"]),
        (b"user,pin\n90786,837\n", &["line 2", "4 to 12 digits"]),
        (b"user,pin\n,837461\n", &["line 2", "user id is empty"]),
        (b"user,pin\n90786,837461,837461\n", &["line 2", "3 fields", "the first row has 2"]),
        (b"user,pin,name\n90786,837461,Andr\xe9\n", &["line 2", "UTF-8"]),
    ];
    for (csv, with) in cases {
        let start = Start::new().with(&["--callers", "callers.csv"]).file("callers.csv", csv);
        let stderr = fails_in_one_line(&start, with);
        assert!(stderr.starts_with("ringbolt: callers.csv") && !stderr.contains("837"), "{stderr}");
        assert!(!start.path(".ringbolt").exists(), "nothing was written");
    }
}

#[test]
fn a_mistyped_command_line_is_explained() {
    fails(&Start::bare(&["dev", "--prot", "80"]), &["unexpected argument '--prot'", "--port"]);
    fails(&Start::bare(&["dev", "--port", "70000"]), &["'70000'", "--port"]);
    fails(&Start::bare(&["dev", "--token", ""]), &["--token"]);
    fails(&Start::bare(&["dve"]), &["'dve'", "Usage: ringbolt"]);
    fails(&Start::bare(&[]), &["Usage: ringbolt", "dev"]);
}
