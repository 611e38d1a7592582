//! The enrolment function: optional, reached only through IAM, and without what it does not need.

use crate::{keys, number, template};
use ringbolt_lambda::config::{EnrolConfig, stack_name};
use serde_json::{Value, json};
use std::{cell::RefCell, collections::BTreeSet};

const CONDITION: &str = "WithEnrolFunction";

#[test]
fn it_is_deployed_only_if_the_parameter_says_so() {
    let root = template("template.yaml");
    let parameter = &root["Parameters"]["EnrolFunction"];
    assert_eq!((&parameter["Default"], &parameter["AllowedValues"]), (&json!("false"), &json!(["true", "false"])));
    assert_eq!(root["Conditions"][CONDITION], json!({ "Fn::Equals": [{ "Ref": "EnrolFunction" }, "true"] }));
    for resource in ["EnrolmentFunction", "EnrolmentRole", "EnrolmentLogGroup"] {
        assert_eq!(root["Resources"][resource]["Condition"], CONDITION, "{resource}");
    }
    // The command looks for these outputs.
    for (output, resource) in [("EnrolFunctionName", "EnrolmentFunction"), ("EnrolLogGroupName", "EnrolmentLogGroup")] {
        assert_eq!(root["Outputs"][output]["Condition"], CONDITION, "{output}");
        assert_eq!(root["Outputs"][output]["Value"], json!({ "Ref": resource }), "{output}");
    }
}

#[test]
fn nothing_invokes_it_but_people() {
    let root = template("template.yaml");
    let function = &root["Resources"]["EnrolmentFunction"]["Properties"];
    assert!(function["Events"].is_null() && function["FunctionUrlConfig"].is_null(), "{function}");
    for (name, resource) in root["Resources"].as_object().unwrap() {
        let invokes = ["AWS::Lambda::Permission", "AWS::Lambda::EventSourceMapping", "AWS::Lambda::Url"];
        if invokes.iter().any(|kind| resource["Type"] == *kind) {
            assert!(!resource.to_string().contains("EnrolmentFunction"), "{name}");
        }
    }
    assert!(!root["Resources"]["HttpApi"].to_string().contains("EnrolmentFunction"));
}

/// The variables that the template sets: its own and those of all functions, without those that it takes away again.
fn set(root: &Value) -> BTreeSet<String> {
    let own = &root["Resources"]["EnrolmentFunction"]["Properties"]["Environment"]["Variables"];
    let common = keys(&root["Globals"]["Function"]["Environment"]["Variables"]);
    let taken = |name: &String| own[name] == json!({ "Ref": "AWS::NoValue" });
    common.union(&keys(own)).filter(|name| !taken(name)).cloned().collect()
}

#[test]
fn it_gets_the_variables_that_it_reads_and_nothing_else() {
    let read = RefCell::new(BTreeSet::new());
    let get = |name: &str| -> Option<String> {
        read.borrow_mut().insert(name.to_owned());
        None
    };
    assert!(EnrolConfig::from_env(get).is_err());
    assert_eq!(stack_name(get), None);
    let mut set = set(&template("template.yaml"));
    assert!(set.remove("AWS_ENDPOINT_URL_DYNAMODB"), "the SDK reads it");
    assert_eq!(set, read.into_inner());
}

#[test]
fn a_request_with_the_most_pins_fits_into_its_timeout() {
    // The least memory that the template allows with Argon2id.
    const MS_AT_512_MB: u64 = 115;
    let function = &template("template.yaml")["Resources"]["EnrolmentFunction"]["Properties"];
    let timeout_ms = number(&function["Timeout"]) * 1_000;
    assert!(u64::try_from(ringbolt_lambda::enrolment::MAX_PINS).unwrap() * MS_AT_512_MB < timeout_ms);
}
