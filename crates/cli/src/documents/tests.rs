use super::{WITHOUT_JSON, definition_of, printed, reference::reference, schema};
use crate::Cli;
use clap::{Command, CommandFactory as _};
use schemars::generate::SchemaSettings;
use serde_json::Value;
use std::{collections::BTreeSet, env, fs, path::PathBuf};

/// Compares a document with what the code says; writes it if `RINGBOLT_UPDATE_DOCS` is set.
fn is_up_to_date(name: &str, expected: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    if env::var_os("RINGBOLT_UPDATE_DOCS").is_some() {
        fs::write(&path, expected).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == expected,
        "docs/{name} is not what the code says: RINGBOLT_UPDATE_DOCS=1 cargo test --workspace --bin ringbolt documents"
    );
}

#[test]
fn the_schema_in_the_documents_is_the_codes() {
    is_up_to_date("output.schema.json", &format!("{:#}\n", schema()));
}

#[test]
fn the_reference_in_the_documents_is_the_codes() {
    is_up_to_date("json.md", &reference(&schema()));
}

#[test]
fn the_schema_is_a_schema() {
    jsonschema::draft202012::new(&schema()).unwrap();
}

/// The commands that have no commands of their own.
fn leaves(command: &Command, words: &str, found: &mut BTreeSet<String>) {
    for command in command.get_subcommands() {
        let words = format!("{words} {}", command.get_name()).trim().to_owned();
        if command.has_subcommands() {
            leaves(command, &words, found);
        } else {
            found.insert(words);
        }
    }
}

#[test]
fn every_command_has_a_definition_or_refuses_json() {
    let mut found = BTreeSet::new();
    leaves(&Cli::command(), "", &mut found);
    let mut of = SchemaSettings::draft2020_12().into_generator();
    let defined: BTreeSet<String> = printed(&mut of).iter().map(|printed| printed.command.to_owned()).collect();
    let without = WITHOUT_JSON.map(str::to_owned).into();
    assert!(defined.is_subset(&found), "{:?}", defined.difference(&found));
    let undefined: Vec<&String> =
        found.difference(&defined).filter(|command| !BTreeSet::contains(&without, *command)).collect();
    assert_eq!(undefined, Vec::<&String>::new());
    let names: BTreeSet<String> = defined.iter().map(|command| definition_of(command)).collect();
    assert_eq!(names.len(), defined.len(), "two commands have the same name for their definition");
}

#[test]
fn every_field_and_value_is_described_and_is_never_left_out() {
    let schema = schema();
    for (name, one) in schema["$defs"].as_object().unwrap() {
        assert!(one["description"].is_string(), "{name}");
        let fields = one["properties"].as_object().into_iter().flatten();
        for (field, shape) in fields {
            assert!(shape["description"].is_string(), "{name}.{field}");
            let required = one["required"].as_array().unwrap();
            assert!(required.contains(&Value::from(field.as_str())), "{name}.{field} can be left out");
            let is_snake = field.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            assert!(is_snake, "{name}.{field}");
        }
        for value in one["oneOf"].as_array().into_iter().flatten() {
            assert!(value["const"].is_string() && value["description"].is_string(), "{name}: {value}");
        }
    }
}

#[test]
fn times_and_nothing_else_have_names_that_end_with_at() {
    for (name, one) in schema()["$defs"].as_object().unwrap() {
        for (field, shape) in one["properties"].as_object().into_iter().flatten() {
            let is_time = shape.to_string().contains("#/$defs/Time\"");
            assert_eq!(is_time, field == "at" || field.ends_with("_at"), "{name}.{field}");
        }
    }
}
