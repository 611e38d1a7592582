//! Holds what a command prints with `--json` to the schema in the documents.

use jsonschema::Validator;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{LazyLock, Mutex, PoisonError},
};

/// The schema, in which no object may have fields that are not described.
static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    let mut schema = serde_json::from_str(include_str!("../../../../docs/output.schema.json")).unwrap();
    close(&mut schema);
    schema
});

/// The validators made so far, by definition.
static VALIDATORS: Mutex<BTreeMap<String, Validator>> = Mutex::new(BTreeMap::new());

fn close(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if object.contains_key("properties") {
                object.insert("additionalProperties".to_owned(), false.into());
            }
            object.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// The names of all commands' definitions.
#[allow(dead_code, reason = "one of the test binaries runs every command")]
pub fn definitions() -> BTreeSet<String> {
    let definitions = SCHEMA["$defs"].as_object().unwrap().iter();
    let commands = definitions.filter(|(name, one)| one.get("x-form").is_some() && *name != "stderr");
    commands.map(|(name, _)| name.clone()).collect()
}

/// The name of the definition of a command, if it has one.
fn definition(arguments: &[String]) -> Option<String> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).filter(|word| *word != "--json").take(3).collect();
    (1..=words.len()).rev().map(|length| words[..length].join("-")).find(|name| SCHEMA["$defs"].get(name).is_some())
}

/// Asserts that a document fits a definition.
#[track_caller]
pub fn fits(name: &str, document: &Value) {
    let mut validators = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner);
    let validator = validators.entry(name.to_owned()).or_insert_with(|| {
        let schema = json!({ "$ref": format!("#/$defs/{name}"), "$defs": &SCHEMA["$defs"] });
        jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap()
    });
    let faults: Vec<String> =
        validator.iter_errors(document).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "{name}: {faults:#?}\n{document:#}");
}

#[track_caller]
fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("this is not JSON ({error}): {text}"))
}

/// Asserts that what a command with `--json` printed is as documented. Without `--json`, everything is.
#[track_caller]
pub fn is_as_documented(arguments: &[String], code: Option<i32>, out: &str, err: &str) {
    let asks = arguments.iter().any(|argument| argument == "--json");
    if !asks || arguments.iter().any(|argument| argument == "--help") {
        return;
    }
    if let Some(name) = definition(arguments) {
        if SCHEMA["$defs"][&name]["x-form"] == "a document a line" {
            out.lines().for_each(|line| fits(&name, &parsed(line)));
        } else if !out.is_empty() {
            fits(&name, &parsed(out));
        }
    }
    let lines: Vec<Value> = err.lines().map(parsed).collect();
    lines.iter().for_each(|line| fits("stderr", line));
    let errors: Vec<&Value> = lines.iter().filter(|line| line.get("error").is_some()).collect();
    match code {
        Some(0) => assert!(errors.is_empty(), "{arguments:?}: {errors:?}"),
        Some(code) => {
            assert_eq!(errors.len(), 1, "{arguments:?} ends with {code} and one error: {lines:?}");
            assert_eq!(errors[0]["error"]["exit_code"], code, "{arguments:?}");
            assert_eq!(lines.last(), errors.last().copied(), "{arguments:?}: the error is last");
        }
        // A signal has ended it.
        None => {}
    }
}

/// The arguments of a command, as text.
pub fn arguments(command: &std::process::Command) -> Vec<String> {
    command.get_args().map(|argument| argument.to_string_lossy().into_owned()).collect()
}
