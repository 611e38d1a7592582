//! Parses a template as JSON: `!Ref X` becomes `{"Ref": "X"}`, `!Sub X` becomes `{"Fn::Sub": "X"}`, scalars become
//! strings.

use saphyr_parser::{Event, Parser, Tag};
use serde_json::{Map, Value};

enum Open {
    List(Vec<Value>),
    Map { entries: Map<String, Value>, key: Option<String> },
}

/// Parses one document.
pub fn parse(text: &str) -> Value {
    let mut open: Vec<(Open, Option<String>)> = Vec::new();
    let mut root = None;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.unwrap();
        let finished = match event {
            Event::Scalar(text, _, _, tag) => (Value::String(text.into_owned()), function(tag.as_deref())),
            Event::SequenceStart(_, tag) => {
                open.push((Open::List(Vec::new()), function(tag.as_deref())));
                continue;
            }
            Event::MappingStart(_, tag) => {
                open.push((Open::Map { entries: Map::new(), key: None }, function(tag.as_deref())));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop().unwrap() {
                (Open::List(values), function) => (Value::Array(values), function),
                (Open::Map { entries, .. }, function) => (Value::Object(entries), function),
            },
            // CloudFormation does not support aliases.
            Event::Alias(_) => panic!("a YAML alias on line {}", span.start.line()),
            _ => continue,
        };
        let value = match finished {
            (value, None) => value,
            (value, Some(function)) => Value::Object(Map::from_iter([(function, value)])),
        };
        match open.last_mut() {
            None => root = Some(value),
            Some((Open::List(values), _)) => values.push(value),
            Some((Open::Map { entries, key }, _)) => match key.take() {
                None => *key = Some(value.as_str().unwrap().to_owned()),
                Some(key) => {
                    let line = span.start.line();
                    assert!(entries.insert(key.clone(), value).is_none(), "line {line} repeats the key {key}");
                }
            },
        }
    }
    root.unwrap()
}

fn function(tag: Option<&Tag>) -> Option<String> {
    let tag = tag?;
    assert_eq!(tag.handle, "!", "an unknown tag");
    Some(match tag.suffix.as_str() {
        name @ ("Ref" | "Condition") => name.to_owned(),
        name => format!("Fn::{name}"),
    })
}

#[test]
fn short_function_names_become_long_ones() {
    let parsed = parse("a: !Ref B\nc: !If [D, !Sub \"${E}\", !GetAtt F.G]\nh: { i: 1, j: [] }");
    let expected =
        r#"{"a":{"Ref":"B"},"c":{"Fn::If":["D",{"Fn::Sub":"${E}"},{"Fn::GetAtt":"F.G"}]},"h":{"i":"1","j":[]}}"#;
    assert_eq!(parsed, serde_json::from_str::<Value>(expected).unwrap());
}
