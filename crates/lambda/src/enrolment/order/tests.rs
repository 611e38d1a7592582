use super::*;
use crate::enrolment::{ExistingCallers, Pin};
use ringbolt_core::pin::CallerPin;
use serde_json::{Value, json};

fn set() -> Value {
    json!({ "operation": "set", "realm": "bank", "entries": [{ "user": "90786", "pins": ["815294"] }] })
}

/// `set()` with one value replaced or added.
fn with(pointer: &str, value: Value) -> Value {
    let mut request = set();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match (request.pointer_mut(parent).unwrap(), name.parse::<usize>()) {
        (Value::Array(list), Ok(index)) => list[index] = value,
        (parent, _) => parent[name] = value,
    }
    request
}

fn refused(request: &Value) -> Refusal {
    Order::parse(&request.to_string()).unwrap_err()
}

fn entries(count: usize) -> Value {
    json!(vec![json!({ "user": "90786", "pins": ["815294"] }); count])
}

#[test]
fn requests_that_the_command_makes_are_read_back() {
    let entry = Entry {
        user: "90786".to_owned(),
        pins: vec![Pin::from(&CallerPin::parse("815294").unwrap())],
        attributes: None,
        row: 7,
    };
    let request = Request {
        operation: Operation::Import,
        realm: Some("bank".to_owned()),
        run: Some("0123456789abcdef".to_owned()),
        existing: Some(ExistingCallers::Skip),
        allow_weak: true,
        entries: vec![entry.clone()],
    };
    let text = serde_json::to_string(&request).unwrap();
    let Ok(Order::Enrol(read)) = Order::parse(&text) else { panic!("{text}") };
    assert_eq!(read.how, Enrol::Import { run: "0123456789abcdef".to_owned(), existing: Existing::Skip });
    assert_eq!((read.entries, read.allow_weak, read.realm.as_str()), (vec![entry], true, "bank"));
    assert_eq!(Order::parse(r#"{"operation":"check"}"#), Ok(Order::Check));
}

#[test]
fn a_newer_operation_is_told_from_a_mistake() {
    let newer = json!({ "operation": "forget", "whom": { "user": "90786" } });
    assert_eq!(refused(&newer), Refusal::UnknownOperation);
    assert!(matches!(refused(&with("/operation", json!(1))), Refusal::Unreadable { .. }));
}

#[test]
fn a_request_that_cannot_be_read_is_refused_with_a_place_and_without_a_quotation() {
    for request in [
        with("/entries/0/pinn", json!("815294")),
        with("/entries/0/pins", json!("815294")),
        with("/entries/0/pins", json!([815_294])),
        with("/entries/0/pins/0", json!({ "815294": null })),
        with("/entries/0/user", json!(815_294)),
        with("/entries", json!({ "815294": 1 })),
        with("/815294", json!(1)),
        with("/allow_weak", json!("815294")),
        with("/existing", json!("815294")),
        json!([]),
        json!("815294"),
    ] {
        let refusal = refused(&request);
        assert!(matches!(refusal, Refusal::Unreadable { .. }), "{request}: {refusal}");
        assert!(!format!("{refusal} {refusal:?}").contains("8152"), "{refusal}");
    }
    for text in
        ["", "815294", "{\"operation\":\"set\",\"realm\":\"bank\",\"entries\":[{\"user\":\"1\",\"pins\":[\"815294"]
    {
        assert!(matches!(Order::parse(text), Err(Refusal::Unreadable { .. })), "{text}");
    }
}

#[test]
fn fields_out_of_their_ranges_are_named() {
    let many_pins = json!([{ "user": "90786", "pins": vec!["815294"; MAX_PINS + 1] }]);
    for (request, field, part) in [
        (with("/entries", json!([])), "entries", "1 to 25, not 0"),
        (with("/entries", entries(MAX_ENTRIES + 1)), "entries", "not 26"),
        (with("/entries", entries(10_000)), "entries", "not 10000"),
        (with("/entries", many_pins), "pins", "at most 100, not 101"),
        (with("/realm", json!("Bank!")), "realm", "no name of a realm"),
        (with("/realm", Value::Null), "realm", "missing"),
        (with("/run", json!("a1")), "run", "only an import"),
        (with("/existing", json!("skip")), "run", "only an import"),
        (with("/operation", json!("import")), "run", "64 letters and digits"),
        (with("/operation", json!("check")), "entries", "a check has none"),
    ] {
        let Refusal::Invalid { field: found, what } = refused(&request) else { panic!("{request}") };
        assert!(found == field && what.contains(part), "{found}: {what}");
    }
    for run in ["", "a b", "a/b", &"a".repeat(65)] {
        let request =
            json!({ "operation": "import", "realm": "bank", "run": run, "existing": "add", "entries": entries(1) });
        assert!(matches!(refused(&request), Refusal::Invalid { .. }), "{run}");
    }
    let mut added = with("/operation", json!("add"));
    added["entries"][0]["attributes"] = json!({ "first_name": "Ada" });
    assert!(matches!(refused(&added), Refusal::Invalid { field, .. } if field == "attributes"));
    assert!(Order::parse(&with("/entries", entries(MAX_ENTRIES)).to_string()).is_ok());
}

#[test]
fn a_request_prints_neither_users_nor_pins_nor_attributes() {
    let mut request = set();
    request["entries"][0]["attributes"] = json!({ "first_name": "Ada" });
    let read: Request = serde_json::from_value(request.clone()).unwrap();
    let shown = format!("{read:?} {:?}", Order::parse(&request.to_string()));
    for secret in ["815294", "90786", "Ada", "first_name"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
