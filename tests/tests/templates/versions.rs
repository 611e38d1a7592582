//! A function's version is made of its code and its parameters.

use crate::{FUNCTIONS, STEERING, logical_id, template};
use serde_json::Value;
use std::collections::BTreeSet;

/// Properties of a function in the template that are not part of a version's configuration.
const NOT_IN_A_VERSION: [&str; 5] =
    ["ReservedConcurrentExecutions", "DeploymentPreference", "Role", "LoggingConfig", "VersionDescription"];

/// The names in `Ref`, `Fn::Sub` and the conditions of `Fn::If`.
fn references(value: &Value, root: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("Ref", Value::String(name)) => _ = found.insert(name.clone()),
                    ("Fn::Sub", Value::String(text)) => found.extend(variables(text)),
                    ("Fn::If", Value::Array(parts)) => {
                        references(&root["Conditions"][parts[0].as_str().unwrap()], root, found);
                        parts[1..].iter().for_each(|part| references(part, root, found));
                    }
                    _ => references(value, root, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, root, found)),
        _ => {}
    }
}

fn variables(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split("${").skip(1).map(|rest| rest.split('}').next().unwrap().to_owned())
}

/// The template's parameters that a function's configuration depends on.
fn configured_by(root: &Value, function: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for properties in [&root["Globals"]["Function"], function] {
        for (name, value) in properties.as_object().unwrap() {
            if !NOT_IN_A_VERSION.contains(&name.as_str()) {
                references(value, root, &mut found);
            }
        }
    }
    found.retain(|name| root["Parameters"].get(name).is_some());
    found
}

/// Without this, a changed parameter would not reach the callers: SAM makes a new version only if the template's text or
/// the code changes. With a parameter too many, Lambda would refuse a second version of an unchanged function.
#[test]
fn a_changed_parameter_makes_a_new_version_and_no_other_change_does() {
    let root = template("template.yaml");
    for function in FUNCTIONS {
        let function = &root["Resources"][format!("{}Function", logical_id(function))];
        let properties = &function["Properties"];
        let description = properties["VersionDescription"]["Fn::Sub"].as_str().unwrap();
        let described: BTreeSet<_> = variables(description).collect();
        assert_eq!(described, configured_by(&root, properties));
        assert_eq!(
            (&properties["AutoPublishAlias"], &properties["AutoPublishAliasAllProperties"]),
            (&"live".into(), &"true".into())
        );
        assert_eq!(function["UpdateReplacePolicy"], "Retain", "the alias can be set back to a former version");
        assert_eq!(function["DeletionPolicy"], Value::Null, "SAM would hand it on to the versions, which must stay");
    }
}

/// The longest value that a parameter can have.
fn longest(parameter: &Value) -> usize {
    if let Some(values) = parameter["AllowedValues"].as_array() {
        return values.iter().map(|value| value.as_str().unwrap().len()).max().unwrap();
    }
    if let Some(most) = parameter["MaxValue"].as_str() {
        return most.len();
    }
    match parameter["AllowedPattern"].as_str().unwrap() {
        "[A-Za-z0-9-]{1,32}" => 32,
        "([0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})?" => 36,
        "([2-9][0-9]{9})?" => 10,
        "(https?://.{1,70})?" => "https://".len() + 70,
        "(https://[A-Za-z0-9][A-Za-z0-9._~:/-]{0,46})?" => "https://".len() + 47,
        other => panic!("how long can {other} be?"),
    }
}

#[test]
fn the_longest_description_of_a_version_fits() {
    const MOST: usize = 256;
    let root = template("template.yaml");
    for function in FUNCTIONS {
        let properties = &root["Resources"][format!("{}Function", logical_id(function))]["Properties"];
        let text = properties["VersionDescription"]["Fn::Sub"].as_str().unwrap();
        let fixed = text.len() - variables(text).map(|name| name.len() + "${}".len()).sum::<usize>();
        let values: usize = variables(text).map(|name| longest(&root["Parameters"][name])).sum();
        assert!(fixed + values <= MOST, "{function:?}: {}", fixed + values);
    }
}

#[test]
fn what_the_queue_holds_and_the_canarys_alarms_use_the_live_version_too() {
    let resources = &template("template.yaml")["Resources"];
    let mapping = &resources["TranscriptionsMapping"]["Properties"]["FunctionName"];
    assert_eq!(mapping["Ref"], "TranscriptionPostbackFunction.Alias");
    for id in STEERING.map(logical_id) {
        let alarms = resources[format!("{id}Function")]["Properties"]["DeploymentPreference"]["Alarms"].as_array();
        let named: Vec<_> = alarms.unwrap().iter().map(|alarm| alarm["Fn::If"][1]["Ref"].as_str().unwrap()).collect();
        assert_eq!(named, [&format!("{id}CanaryAlarm"), &format!("{id}CanaryErrorsAlarm"), "ApiCanaryAlarm"]);
        let dimensions = &resources[format!("{id}CanaryErrorsAlarm")]["Properties"]["Dimensions"];
        assert_eq!(dimensions[2]["Value"]["Fn::GetAtt"], format!("{id}Function.Version.Version"));
    }
}
