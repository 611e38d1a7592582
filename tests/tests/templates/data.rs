//! The templates' tables and secrets.

use crate::{number, template};
use ringbolt_core::pin::PinKeys;
use ringbolt_dynamodb::tables::{AT, AUDIT, CALLERS, CALLS, CALLS_BY_IVR_DAY, FLOWS, IVR_DAY, PK, SK, TTL};
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
    let tables = [("Callers", CALLERS, true), ("Calls", CALLS, true), ("Flows", FLOWS, false), ("Audit", AUDIT, false)];
    for (name, shape, expires) in tables {
        let table = &data["Resources"][format!("{name}Table")]["Properties"];
        assert_eq!(table["KeySchema"], schema(PK, shape.sort_key.then_some(SK)), "{name}");

        let mut attributes = BTreeMap::from([(PK, "S")]);
        if shape.sort_key {
            attributes.insert(SK, "S");
        }
        if shape.by_ivr_day {
            attributes.extend([(IVR_DAY, "S"), (AT, "N")]);
            let index = json!([{
                "IndexName": CALLS_BY_IVR_DAY,
                "KeySchema": schema(IVR_DAY, Some(AT)),
                "Projection": { "ProjectionType": "KEYS_ONLY" },
            }]);
            assert_eq!(table["GlobalSecondaryIndexes"], index, "{name}");
        } else {
            assert!(table["GlobalSecondaryIndexes"].is_null(), "{name}");
        }
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
        assert_eq!(table["SSESpecification"]["SSEEnabled"], "true", "{name}");
        assert_eq!(table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], "true", "{name}");
    }
}

#[test]
fn data_is_retained_in_prod_and_deleted_in_dev() {
    let data = template(DATA);
    for (name, resource) in data["Resources"].as_object().unwrap() {
        assert_eq!(resource["DeletionPolicy"], json!({ "Ref": "RemovalPolicy" }), "{name}");
        assert_eq!(resource["UpdateReplacePolicy"], json!({ "Ref": "RemovalPolicy" }), "{name}");
        if resource["Type"] == "AWS::DynamoDB::Table" {
            let protection = &resource["Properties"]["DeletionProtectionEnabled"];
            assert_eq!(*protection, json!({ "Ref": "DeletionProtection" }), "{name}");
        }
    }
    let root = template("template.yaml");
    let given = &root["Resources"]["Data"]["Properties"]["Parameters"];
    assert_eq!(given["RemovalPolicy"], json!({ "Fn::If": ["IsProd", "Retain", "Delete"] }));
    assert_eq!(given["DeletionProtection"], json!({ "Fn::If": ["IsProd", "true", "false"] }));
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
