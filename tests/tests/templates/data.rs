//! The templates' tables and secrets.

use crate::{number, template};
use ringbolt_core::pin::PinKeys;
use ringbolt_dynamodb::tables::{AT, AUDIT, CALLERS, CALLS, COUNTERS, FLOWS, PK, SK, TTL};
use ringbolt_lambda::token::WebhookTokens;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const DATA: &str = "infra/data.yaml";

fn schema(partition: &str, sort: Option<&str>) -> Value {
    let key = |name: &str, kind: &str| json!({ "AttributeName": name, "KeyType": kind });
    let mut keys = vec![key(partition, "HASH")];
    keys.extend(sort.map(|sort| key(sort, "RANGE")));
    Value::Array(keys)
}

#[test]
fn the_tables_have_the_shapes_that_the_code_creates_locally() {
    let data = template(DATA);
    let tables = [
        ("Callers", CALLERS, true, true),
        ("Calls", CALLS, true, true),
        ("Counters", COUNTERS, true, false),
        ("Flows", FLOWS, false, true),
        ("Audit", AUDIT, false, true),
    ];
    for (name, shape, expires, restorable) in tables {
        let table = &data["Resources"][format!("{name}Table")]["Properties"];
        assert_eq!(table["KeySchema"], schema(PK, shape.sort_key.then_some(SK)), "{name}");

        let mut attributes = BTreeMap::from([(PK, "S")]);
        if shape.sort_key {
            attributes.insert(SK, "S");
        }
        let indexes: Vec<Value> = shape
            .indexes
            .iter()
            .map(|index| {
                attributes.extend([(index.partition, "S"), (AT, "N")]);
                json!({
                    "IndexName": index.name,
                    "KeySchema": schema(index.partition, Some(AT)),
                    "Projection": { "ProjectionType": "KEYS_ONLY" },
                })
            })
            .collect();
        let expected = if indexes.is_empty() { Value::Null } else { Value::Array(indexes) };
        assert_eq!(table["GlobalSecondaryIndexes"], expected, "{name}");
        let defined: BTreeMap<_, _> = table["AttributeDefinitions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|a| (a["AttributeName"].as_str().unwrap(), a["AttributeType"].as_str().unwrap()))
            .collect();
        assert_eq!(defined, attributes, "{name}");

        let ttl = if expires { json!({ "AttributeName": TTL, "Enabled": "true" }) } else { Value::Null };
        assert_eq!(table["TimeToLiveSpecification"], ttl, "{name}");
        assert_eq!(table["BillingMode"], "PAY_PER_REQUEST", "{name}");
        assert_eq!(table["SSESpecification"], Value::Null, "{name} has the key that AWS owns, which is not billed");
        let recovery = &table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"];
        assert_eq!(*recovery, if restorable { json!("true") } else { Value::Null }, "{name}");
        let streams = if ["Callers", "Calls"].contains(&name) { "WithStreams" } else { "" };
        assert_eq!(table["StreamSpecification"]["Fn::If"][0].as_str().unwrap_or_default(), streams, "{name}");
    }
}

#[test]
fn data_is_retained_in_prod_and_deleted_in_dev() {
    let data = template(DATA);
    for (name, resource) in data["Resources"].as_object().unwrap() {
        assert_eq!(resource["DeletionPolicy"], json!({ "Ref": "RemovalPolicy" }), "{name}");
        assert_eq!(resource["UpdateReplacePolicy"], json!({ "Ref": "ReplacementPolicy" }), "{name}");
        if resource["Type"] == "AWS::DynamoDB::Table" {
            let protection = &resource["Properties"]["DeletionProtectionEnabled"];
            assert_eq!(*protection, json!({ "Ref": "DeletionProtection" }), "{name}");
        }
    }
    let root = template("template.yaml");
    let given = &root["Resources"]["Data"]["Properties"]["Parameters"];
    // What a failed first deployment created is deleted again; so it must not be protected either.
    assert_eq!(given["RemovalPolicy"], json!({ "Fn::If": ["IsProd", "RetainExceptOnCreate", "Delete"] }));
    assert_eq!(given["ReplacementPolicy"], json!({ "Fn::If": ["IsProd", "Retain", "Delete"] }));
    assert_eq!(given["DeletionProtection"], json!({ "Ref": "DeletionProtection" }));
    assert_eq!(root["Parameters"]["DeletionProtection"]["Default"], "false");
}

/// CloudFormation generates a new secret whenever this block changes in any way, and then no PIN and no portal works.
#[test]
fn the_generation_of_secrets_never_changes() {
    let data = template(DATA);
    for (secret, length) in [("PinKeySecret", "88"), ("WebhookTokenSecret", "40")] {
        let golden = json!({
            "SecretStringTemplate": "{}",
            "GenerateStringKey": "current",
            "PasswordLength": length,
            "ExcludePunctuation": "true",
        });
        let found = &data["Resources"][secret]["Properties"]["GenerateSecretString"];
        assert_eq!(*found, golden, "{secret}: this edit would make a new secret in every deployment");
    }
}

/// CloudFormation stores this text again whenever it changes in any way, and then the providers' keys are gone.
#[test]
fn the_secret_of_the_providers_keys_begins_empty_and_its_text_never_changes() {
    let data = template(DATA);
    let secret = &data["Resources"]["TwimlKeySecret"];
    assert_eq!(secret["Properties"]["SecretString"], "{}");
    assert_eq!(secret["Condition"], "WithVoiceWebhook");
    assert_eq!(data["Conditions"]["WithVoiceWebhook"], json!({ "Fn::Equals": [{ "Ref": "VoiceWebhook" }, "true"] }));
}

#[test]
fn an_existing_table_or_secret_takes_the_place_of_the_stacks_own() {
    let (data, root) = (template(DATA), template("template.yaml"));
    let resources = ["CallersTable", "CallsTable", "FlowsTable", "AuditTable", "PinKeySecret", "WebhookTokenSecret"];
    for resource in resources {
        let existing = format!("Existing{resource}");
        let given = &root["Resources"]["Data"]["Properties"]["Parameters"][&existing];
        assert_eq!(*given, json!({ "Ref": existing }));
        assert_eq!(data["Conditions"][format!("Own{resource}")], json!({ "Fn::Equals": [{ "Ref": existing }, ""] }));
        let output = if resource.ends_with("Table") { "Name" } else { "Arn" };
        let chosen = json!({ "Fn::If": [format!("Own{resource}"), { "Ref": resource }, { "Ref": existing }] });
        assert_eq!(data["Outputs"][format!("{resource}{output}")]["Value"], chosen);
    }
    for table in ["Callers", "Calls", "Flows"] {
        let arn = &data["Outputs"][format!("{table}TableArn")]["Value"]["Fn::If"];
        assert_eq!(arn[0], format!("Own{table}Table"));
        assert_eq!(arn[1]["Fn::GetAtt"], format!("{table}Table.Arn"));
        assert!(arn[2]["Fn::Sub"].as_str().unwrap().ends_with(&format!(":table/${{Existing{table}Table}}")));
    }
}

/// A secret like those that Secrets Manager generates at the first deployment: letters and digits under one key.
fn generated(secret: &str) -> String {
    let data = template(DATA);
    let rules = &data["Resources"][secret]["Properties"]["GenerateSecretString"];
    assert_eq!(rules["ExcludePunctuation"], "true", "{secret} is pasted into URLs and environment variables");
    let mut document: Value = serde_json::from_str(rules["SecretStringTemplate"].as_str().unwrap()).unwrap();
    let length = usize::try_from(number(&rules["PasswordLength"])).unwrap();
    document[rules["GenerateStringKey"].as_str().unwrap()] =
        "aB3".chars().cycle().take(length).collect::<String>().into();
    document.to_string()
}

#[test]
fn the_functions_accept_the_generated_secrets() {
    PinKeys::from_json(&generated("PinKeySecret")).unwrap();
    WebhookTokens::from_json(&generated("WebhookTokenSecret")).unwrap();
}
