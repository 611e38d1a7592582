//! `docs/json.md`: the schema for readers.

use super::definition_of;
use serde_json::{Map, Value};
use std::fmt::Write as _;

const BEGINNING: &str = include_str!("beginning.md");

/// The document.
pub(super) fn reference(schema: &Value) -> String {
    let definitions = schema["$defs"].as_object().unwrap();
    let (commands, types): (Vec<_>, Vec<_>) = definitions.iter().partition(|(_, one)| one.get("x-form").is_some());
    let mut text = BEGINNING.to_owned();
    text.push_str("\n| `ringbolt ...` | prints | which is |\n|---|---|---|\n");
    for (name, command) in commands.iter().filter(|(name, _)| *name != "stderr") {
        let form = command["x-form"].as_str().unwrap();
        let kinds: Vec<String> = command["anyOf"].as_array().unwrap().iter().map(kind_of_document).collect();
        writeln!(text, "| `{}` | {form} | {} |", words_of(name), kinds.join(", or ")).unwrap();
    }
    text.push_str("\n## Types\n");
    for (name, one) in types {
        writeln!(text, "\n### {name}\n\n{}", described(one)).unwrap();
        match (one["properties"].as_object(), one["oneOf"].as_array()) {
            (Some(fields), _) => write_fields(&mut text, fields),
            (None, Some(values)) => write_values(&mut text, values),
            (None, None) => {}
        }
    }
    text
}

/// The words of a command, from its definition's name. Only leaf commands have hyphens of their own.
fn words_of(name: &str) -> String {
    let mut of = schemars::generate::SchemaSettings::draft2020_12().into_generator();
    let commands = super::printed(&mut of);
    let command = commands.iter().map(|printed| printed.command).find(|command| definition_of(command) == name);
    command.unwrap().to_owned()
}

fn kind_of_document(schema: &Value) -> String {
    match schema.get("$ref") {
        Some(_) => type_of(schema),
        None => {
            let text = described(schema);
            let mut chars = text.trim_end_matches('.').chars();
            chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
        }
    }
}

fn write_fields(text: &mut String, fields: &Map<String, Value>) {
    text.push_str("\n| field | type | meaning |\n|---|---|---|\n");
    for (name, field) in fields {
        writeln!(text, "| `{name}` | {} | {} |", type_of(field), in_cell(&described(field))).unwrap();
    }
}

fn write_values(text: &mut String, values: &[Value]) {
    text.push_str("\n| value | meaning |\n|---|---|\n");
    for value in values {
        writeln!(text, "| `{}` | {} |", value["const"].as_str().unwrap(), in_cell(&described(value))).unwrap();
    }
}

fn described(schema: &Value) -> String {
    let text = schema["description"].as_str().unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn in_cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// A type in words: "list of [Change](#change)", "string or null".
pub(super) fn type_of(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap();
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(kinds) = schema["anyOf"].as_array() {
        return kinds.iter().map(type_of).collect::<Vec<_>>().join(" or ");
    }
    match &schema["type"] {
        Value::String(kind) => plain(kind, schema),
        Value::Array(kinds) => {
            kinds.iter().map(|kind| plain(kind.as_str().unwrap(), schema)).collect::<Vec<_>>().join(" or ")
        }
        _ => "anything".to_owned(),
    }
}

fn plain(kind: &str, schema: &Value) -> String {
    match kind {
        "array" => format!("list of {}", type_of(&schema["items"])),
        "object" => format!("map from string to {}", type_of(&schema["additionalProperties"])),
        kind => kind.to_owned(),
    }
}
