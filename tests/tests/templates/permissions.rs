//! The exact permissions of each function.

use crate::{packages, template, text};
use serde_json::Value;
use std::collections::BTreeSet;

/// Every allowed action with its resource, in addition to the function's own log.
fn expected(id: &str) -> &'static [&'static str] {
    match id {
        "AuthWebhook" => &[
            "dynamodb:UpdateItem CallersTableArn",
            "dynamodb:UpdateItem CountersTableArn",
            "dynamodb:GetItem FlowsTableArn",
            "secretsmanager:GetSecretValue PinKeySecretArn",
            "secretsmanager:GetSecretValue WebhookTokenSecretArn",
        ],
        "NextAction" => &[
            "dynamodb:UpdateItem CallersTableArn",
            "dynamodb:GetItem CallersTableArn",
            "dynamodb:UpdateItem CountersTableArn",
            "dynamodb:GetItem CountersTableArn",
            "dynamodb:UpdateItem CallsTableArn",
            "dynamodb:GetItem FlowsTableArn",
            "secretsmanager:GetSecretValue PinKeySecretArn",
            "secretsmanager:GetSecretValue WebhookTokenSecretArn",
        ],
        "TranscriptionPostback" => &[
            "dynamodb:UpdateItem CallsTableArn",
            "dynamodb:GetItem CallsTableArn",
            "secretsmanager:GetSecretValue WebhookTokenSecretArn",
            "sqs:SendMessage TranscriptionsQueueArn",
            "sqs:ReceiveMessage TranscriptionsQueueArn",
            "sqs:DeleteMessage TranscriptionsQueueArn",
            "sqs:GetQueueAttributes TranscriptionsQueueArn",
        ],
        // No webhook token: the provider signs its requests.
        "VoiceWebhook" => &[
            "dynamodb:UpdateItem CallersTableArn",
            "dynamodb:GetItem CallersTableArn",
            "dynamodb:UpdateItem CountersTableArn",
            "dynamodb:GetItem CountersTableArn",
            "dynamodb:UpdateItem CallsTableArn",
            "dynamodb:GetItem CallsTableArn",
            "dynamodb:GetItem FlowsTableArn",
            "secretsmanager:GetSecretValue PinKeySecretArn",
            "secretsmanager:GetSecretValue TwimlKeySecretArn",
        ],
        "Enrolment" => &["dynamodb:UpdateItem CallersTableArn", "secretsmanager:GetSecretValue PinKeySecretArn"],
        _ => panic!("{id} has no expectation"),
    }
}

/// The elements of a list, or a single value.
fn each(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |many| many.iter().collect())
}

#[test]
fn each_role_allows_exactly_what_its_function_does() {
    let root = template("template.yaml");
    for (_, id) in packages() {
        assert_eq!(
            root["Resources"][format!("{id}Function")]["Properties"]["Role"]["Fn::GetAtt"],
            format!("{id}Role.Arn")
        );
        let role = &root["Resources"][format!("{id}Role")]["Properties"];
        assert!(role["ManagedPolicyArns"].is_null(), "{id}: managed policies allow more than a function needs");
        let mut allowed = BTreeSet::new();
        for statement in role["Policies"][0]["PolicyDocument"]["Statement"].as_array().unwrap() {
            assert_eq!(statement["Effect"], "Allow", "{id}");
            for action in each(&statement["Action"]) {
                for resource in each(&statement["Resource"]) {
                    let resource = resource["Fn::GetAtt"].as_str().unwrap_or_else(|| panic!("{id}: {resource}"));
                    let resource = resource.strip_prefix("Data.Outputs.").unwrap_or(resource);
                    allowed.insert(format!("{} {resource}", action.as_str().unwrap()));
                }
            }
        }
        let log = ["logs:CreateLogStream", "logs:PutLogEvents"].map(|action| format!("{action} {id}LogGroup.Arn"));
        let expected = expected(id).iter().map(|allowed| (*allowed).to_owned()).chain(log).collect();
        assert_eq!(allowed, expected, "{id}");

        // The only other policy is for tracing, if enabled.
        let policies = role["Policies"].as_array().unwrap();
        assert_eq!(policies.len(), 2, "{id}");
        assert_eq!(policies[1]["Fn::If"][0], "WithTracing", "{id}");
        assert_eq!(policies[1]["Fn::If"][1]["PolicyName"], "Tracing", "{id}");
    }
}

#[test]
fn every_statement_gives_its_reason() {
    for file in ["template.yaml", "infra/events.yaml"] {
        let text = text(file);
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let mut statements = 0;
        for (index, _) in lines.iter().enumerate().filter(|(_, line)| **line == "- Effect: Allow") {
            // Trust policies need no reason.
            if lines[index + 1].starts_with("Principal:") {
                continue;
            }
            assert!(lines[index - 1].starts_with("# "), "{file}:{}: no reason", index + 1);
            statements += 1;
        }
        assert!(statements >= 3, "{file}");
    }
}
