//! The JSON Schema of flow files, for editors that complete and check as you type.

use super::tables::FLOW;
use super::{Key, Kind, Mapping, Presence};
use serde_json::{Map, Value, json};

/// The schema (draft 2020-12). It says less than the loader: only `ringbolt flow check` knows what templates may speak of,
/// which names exist, and what is proved of a flow.
#[must_use]
pub fn schema() -> Value {
    let mut definitions = Map::new();
    let root = reference_to(&FLOW, &mut definitions);
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Ringbolt call flow",
    });
    schema["$ref"] = root["$ref"].clone();
    schema["$defs"] = Value::Object(definitions);
    schema
}

const GUID: &str = "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}";

fn reference_to(mapping: &'static Mapping, definitions: &mut Map<String, Value>) -> Value {
    if !definitions.contains_key(mapping.name) {
        // Its place is taken before its keys are looked at, which may lead back to it.
        definitions.insert(mapping.name.to_owned(), Value::Null);
        let schema = of_mapping(mapping, definitions);
        definitions.insert(mapping.name.to_owned(), schema);
    }
    json!({ "$ref": format!("#/$defs/{}", mapping.name.replace(' ', "%20")) })
}

fn of_mapping(mapping: &'static Mapping, definitions: &mut Map<String, Value>) -> Value {
    let mut schema: Value = serde_json::from_str(mapping.together).unwrap_or_default();
    schema["type"] = json!("object");
    schema["additionalProperties"] = json!(false);
    if !mapping.about.is_empty() {
        schema["description"] = json!(mapping.about);
    }
    let required = |key: &&Key| key.presence == Presence::Required;
    let required: Vec<&str> = mapping.keys.iter().filter(required).map(|key| key.name).collect();
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    for key in mapping.keys {
        let mut of_key = of_kind(&key.value, definitions);
        let default = match key.presence {
            Presence::Default(default) => format!(" Default: {default}."),
            _ => String::new(),
        };
        of_key["description"] = json!(format!("{}{default}", key.about));
        schema["properties"][key.name] = of_key;
    }
    schema
}

fn of_kind(kind: &'static Kind, definitions: &mut Map<String, Value>) -> Value {
    // A number without quotes is as good a text as one with them.
    let text = || json!({ "type": ["string", "number", "boolean"] });
    let matching = |pattern: &str| json!({ "type": ["string", "integer"], "pattern": pattern });
    match kind {
        Kind::Name => matching("^[a-z0-9][a-z0-9_-]{0,62}$"),
        Kind::Text | Kind::Template | Kind::Condition | Kind::Constant => text(),
        Kind::Word(words) => json!({ "enum": words }),
        Kind::Whole(from, to) => json!({ "type": "integer", "minimum": from, "maximum": to }),
        Kind::Flag => json!({ "enum": [true, false, 1, 0] }),
        Kind::Duration => json!({ "type": "string", "pattern": "^[0-9]+[smhd]$" }),
        Kind::Id => json!({ "type": ["string", "integer"], "pattern": "^[0-9]{1,20}$", "minimum": 0 }),
        Kind::IdByStage => {
            let id = of_kind(&Kind::Id, definitions);
            json!({ "anyOf": [id, { "type": "object", "additionalProperties": id, "minProperties": 1 }] })
        }
        Kind::IvrName => matching("^[a-z0-9][a-z0-9_-]{0,62}$"),
        Kind::Prompt => json!({ "type": ["string", "number", "boolean"], "minLength": 1 }),
        Kind::Digits => {
            json!({ "type": ["string", "integer"], "pattern": "^ *[0-9]{1,2}( *- *[0-9]{1,2})? *$", "minimum": 1, "maximum": 32 })
        }
        Kind::Guid => json!({ "type": "string", "pattern": format!("^{GUID}$") }),
        Kind::Number => matching(r"\{[{%]|^[-+(). 0-9]{10,}$"),
        Kind::Reply => matching(&format!("^(disconnect|[a-z0-9][a-z0-9_-]{{0,62}}|{GUID})$")),
        Kind::Voice => matching("^[A-Za-z0-9._-]{1,64}$"),
        Kind::Url => json!({ "type": "string", "pattern": "^https://[A-Za-z0-9][-.:A-Za-z0-9]*([/?#][^ {}<>\"]*)?$" }),
        Kind::Zone => json!({ "type": "string", "minLength": 1 }),
        Kind::Spans => {
            let span = r"[0-9]{1,2}:[0-9]{2} *- *[0-9]{1,2}:[0-9]{2}";
            let spans = json!({ "type": "string", "pattern": format!("^ *(closed|{span}( *, *{span})*) *$") });
            json!({ "anyOf": [spans, { "type": "array", "items": spans }] })
        }
        Kind::List(items, from, to) => {
            let mut schema = json!({ "type": "array", "items": of_kind(items, definitions), "minItems": from });
            if *to < usize::MAX {
                schema["maxItems"] = json!(to);
            }
            schema
        }
        Kind::Mapping(mapping) => reference_to(mapping, definitions),
        Kind::Named { pattern, values, .. } => {
            let mut schema = json!({ "type": "object", "additionalProperties": false });
            schema["patternProperties"][*pattern] = of_kind(values, definitions);
            schema
        }
        Kind::Nothing => json!({ "anyOf": [{ "type": "null" }, { "type": "object", "maxProperties": 0 }] }),
        Kind::OneOf(kinds) => {
            json!({ "anyOf": kinds.iter().map(|kind| of_kind(kind, definitions)).collect::<Vec<_>>() })
        }
    }
}
