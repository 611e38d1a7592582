//! Tests the enrolment function under the emulator.

use crate::{emulator::Emulated, environment::Environment};
use ringbolt_core::identity::{CallerId, IdentifierForm, Realm, UserId};
use ringbolt_tests::{TestDatabase, app::root};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The event files in order, with their answers.
fn cases(keys: &Value) -> Vec<(&'static str, Value)> {
    let outcomes = |outcomes: &[&str]| {
        let each = outcomes.iter().map(|outcome| json!({ "outcome": outcome })).collect::<Vec<_>>();
        json!({ "outcomes": each })
    };
    let invalid = |sentence: &str| json!({ "outcome": "refused", "reason": "invalid", "sentence": sentence });
    let invalid_field =
        |field: &str, what: &str| json!({ "refused": { "reason": "invalid", "field": field, "what": what } });
    vec![
        ("check", json!({ "ready": { "keys": keys, "fault": null } })),
        ("set", outcomes(&["done"])),
        (
            "set-weak",
            json!({ "outcomes": [
                { "outcome": "refused", "reason": "weak", "sentence": "The PIN must not count up or down." },
            ] }),
        ),
        ("set-weak-allowed", outcomes(&["done"])),
        ("add", outcomes(&["done", "no_caller"])),
        ("import-skip", outcomes(&["skipped", "first"])),
        (
            "import-bad-rows",
            json!({ "outcomes": [
                invalid("the user id is empty"),
                invalid("a PIN has digits only"),
                invalid("there is no PIN"),
                invalid("an attribute has a name, and is a text, a number, true or false"),
                { "outcome": "first" },
            ] }),
        ),
        ("bad-realm", invalid_field("realm", "it is missing or no name of a realm")),
        ("unknown-operation", json!({ "refused": { "reason": "unknown_operation" } })),
        ("no-entries", invalid_field("entries", "a request has 1 to 25, not 0")),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_are_enrolled_and_nothing_about_them_is_printed() {
    let database = TestDatabase::start().await;
    let function = Emulated::start_enrolment(&Environment::of_enrolment(&database)).await;
    let keys = function.invoke_raw(&function.file("check")).await["ready"]["keys"].clone();
    assert_eq!(keys.as_array().unwrap().len(), 1, "{keys}");
    let mut files = BTreeSet::new();
    for (case, expected) in cases(&keys) {
        assert_eq!(function.invoke_raw(&function.file(case)).await, expected, "{case}");
        files.insert(format!("{case}.json"));
    }
    // Two rows for one caller are written in parallel, so either may be first.
    let imported = function.invoke_raw(&function.file("import")).await;
    let mut outcomes: Vec<&str> =
        imported["outcomes"].as_array().unwrap().iter().map(|outcome| outcome["outcome"].as_str().unwrap()).collect();
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["first", "first", "further"]);
    let unreadable = function.invoke_raw(&function.file("unknown-field")).await;
    assert_eq!(unreadable["refused"]["reason"], "unreadable");
    files.extend(["import.json".to_owned(), "unknown-field.json".to_owned()]);
    let folder = root().join("events/enrol").read_dir().unwrap();
    assert_eq!(folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<BTreeSet<_>>(), files);

    let store = database.store().await;
    for (user, pins) in [("90791", 2), ("90792", 1), ("90794", 2), ("90795", 1), ("90796", 2), ("90798", 1)] {
        let user = UserId::parse(user, IdentifierForm::Text).unwrap();
        let caller = CallerId { realm: Realm::parse("demo").unwrap(), user };
        let item = store.caller(&caller).await.unwrap().unwrap();
        assert_eq!(item.pins.len(), pins, "{}", caller.user.as_str());
    }

    // This also looks for PINs, users and attributes in all output.
    let output = function.stop();
    let enrolled: Vec<_> = output.logs.iter().filter_map(|log| log.get("Enrolled")).cloned().collect();
    assert_eq!(enrolled.iter().map(|count| count.as_u64().unwrap()).sum::<u64>(), 1 + 1 + 1 + 1 + 1 + 3);
}
