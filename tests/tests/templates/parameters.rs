//! Parameters that cannot be impossible, and `samconfig.toml`.

use crate::{template, text};
use regex_lite::Regex;
use serde_json::Value;
use std::collections::BTreeMap;

/// Whether a set of parameters passes the template's rules. `Err` has the sentence that the deployer reads.
fn deploys(given: &[(&str, &str)]) -> Result<(), String> {
    let root = template("template.yaml");
    let mut values: BTreeMap<String, String> = root["Parameters"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, parameter)| (name.clone(), parameter["Default"].as_str().unwrap_or("dev").to_owned()))
        .collect();
    values.extend(given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    for rule in root["Rules"].as_object().unwrap().values() {
        if !holds(&rule["RuleCondition"], &values) {
            continue;
        }
        for assertion in rule["Assertions"].as_array().unwrap() {
            if !holds(&assertion["Assert"], &values) {
                return Err(assertion["AssertDescription"].as_str().unwrap().to_owned());
            }
        }
    }
    Ok(())
}

fn holds(expression: &Value, values: &BTreeMap<String, String>) -> bool {
    let (function, given) = expression.as_object().unwrap().iter().next().unwrap();
    let given = given.as_array().unwrap();
    let value = |of: &Value| match of["Ref"].as_str() {
        Some(name) => values[name].clone(),
        None => of.as_str().unwrap().to_owned(),
    };
    match function.as_str() {
        "Fn::Equals" => value(&given[0]) == value(&given[1]),
        "Fn::Not" => !holds(&given[0], values),
        "Fn::And" => given.iter().all(|each| holds(each, values)),
        "Fn::Contains" => given[0].as_array().unwrap().iter().any(|each| value(each) == value(&given[1])),
        other => panic!("{other}"),
    }
}

const CERTIFICATE: &str = "arn:aws:acm:eu-west-1:123456789012:certificate/0b6f3c55";

#[test]
fn impossible_combinations_are_refused_with_a_sentence() {
    for (given, expected) in [
        (vec![("MemorySize", "256")], "With less than 512 MB, Argon2id"),
        (vec![("MemorySize", "128"), ("PinHash", "keyed,previous=argon2id")], "With less than 512 MB, Argon2id"),
        (vec![("DomainName", "ivr.example.com")], "DomainName needs CertificateArn"),
        (vec![("DefaultEndpoint", "disabled")], "DefaultEndpoint can only be disabled with a DomainName"),
        (vec![("DeletionProtection", "true")], "DeletionProtection is for Stage=prod"),
        (vec![("StreamEvents", "true"), ("ExistingCallersTable", "restored")], "StreamEvents reads the streams"),
        (vec![("StreamEvents", "true"), ("ExistingCallsTable", "restored")], "StreamEvents reads the streams"),
    ] {
        let refused = deploys(&given).unwrap_err();
        assert!(refused.starts_with(expected), "{given:?}: {refused}");
    }
}

#[test]
fn possible_combinations_deploy() {
    for given in [
        vec![],
        vec![("MemorySize", "128"), ("PinHash", "keyed")],
        vec![("Stage", "prod"), ("DeletionProtection", "true")],
        vec![("DomainName", "ivr.example.com"), ("CertificateArn", CERTIFICATE), ("DefaultEndpoint", "disabled")],
        vec![("ExistingCallersTable", "restored")],
        vec![("StreamEvents", "true"), ("ExistingFlowsTable", "restored")],
    ] {
        assert_eq!(deploys(&given), Ok(()), "{given:?}");
    }
}

/// Whether a parameter's pattern allows a value. CloudFormation matches the whole value.
fn allows(parameter: &str, value: &str) -> bool {
    let root = template("template.yaml");
    let pattern = root["Parameters"][parameter]["AllowedPattern"].as_str().unwrap();
    Regex::new(&format!("^(?:{pattern})$")).unwrap().is_match(value)
}

/// The queue calls its function twice at the same time, so a reserved concurrency of 1 would undercut it.
#[test]
fn the_reserved_concurrency_is_none_or_at_least_two() {
    for (value, good) in
        [("", true), ("0", true), ("1", false), ("2", true), ("10", true), ("9999", true), ("00", false), ("-1", false)]
    {
        assert_eq!(allows("ReservedConcurrency", value), good, "{value:?}");
    }
    let mapping = &template("template.yaml")["Resources"]["TranscriptionsMapping"]["Properties"];
    assert_eq!(mapping["ScalingConfig"]["MaximumConcurrency"], "2");
}

#[test]
fn addresses_and_arns_are_empty_or_right() {
    for (parameter, value, good) in [
        ("CertificateArn", CERTIFICATE, true),
        ("CertificateArn", "ivr.example.com", false),
        ("ExistingPinKeySecret", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:keys-AbCdEf", true),
        ("ExistingPinKeySecret", "keys", false),
        ("ExistingCallersTable", "ringbolt-Data-1A2B-CallersTable-3C4D", true),
        ("ExistingCallersTable", "arn:aws:dynamodb:eu-west-1:123456789012:table/callers", false),
        ("DynamoDbEndpoint", "https://vpce-0a1b2c3d4e5f-a1b2c3d4.dynamodb.us-east-1.vpce.amazonaws.com", true),
        ("DynamoDbEndpoint", "localhost:8000", false),
    ] {
        assert!(allows(parameter, ""), "{parameter}");
        assert_eq!(allows(parameter, value), good, "{parameter}={value}");
    }
}

#[test]
fn no_stack_becomes_a_dev_stack_by_an_omission() {
    assert_eq!(template("template.yaml")["Parameters"]["Stage"]["Default"], Value::Null);
    let config = text("samconfig.toml");
    for (environment, stage) in [("default", "dev"), ("prod", "prod")] {
        // Global, so that the build sees the same architecture as the deployment.
        let section = config.split(&format!("[{environment}.global.parameters]\n")).nth(1).unwrap();
        let section = section.split("\n[").next().unwrap();
        assert!(section.contains(&format!("parameter_overrides = [\"Stage={stage}\"")), "{section}");
        let deploy = config.split(&format!("[{environment}.deploy.parameters]\n")).nth(1).unwrap();
        let deploy = deploy.split("\n[").next().unwrap();
        assert!(!deploy.contains("parameter_overrides"), "{deploy}");
        assert!(deploy.contains(&format!("tags = [\"application=ringbolt\", \"stage={stage}\"]")), "{deploy}");
    }
}

#[test]
fn events_have_their_role_before_their_pipes() {
    let events = template("infra/events.yaml");
    assert_eq!(template("template.yaml")["Resources"]["Events"]["Condition"], Value::Null);
    for (name, resource) in events["Resources"].as_object().unwrap() {
        let conditional = resource["Condition"] == "WithStreamEvents";
        assert_eq!(conditional, resource["Type"] == "AWS::Pipes::Pipe", "{name}");
    }
}
