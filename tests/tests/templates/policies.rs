//! The policies of the people who deploy and operate, as files that an administrator attaches.

use crate::{template, text};
use serde_json::Value;
use std::collections::BTreeSet;

/// The files of each role. A deployer needs both: together they are too large for one policy of IAM.
const DEPLOYER: [&str; 2] = ["deployer", "deployer-data"];
const OPERATOR: [&str; 1] = ["operator"];
/// The largest managed policy that IAM accepts, without white space.
const MOST_CHARACTERS: usize = 6_144;
/// Actions whose permissions IAM cannot limit to resources, or for which a resource would name nothing of ours.
const FOR_ALL_RESOURCES: [&str; 21] = [
    "cloudformation:GetTemplateSummary",
    "cloudformation:ListStacks",
    "cloudformation:ValidateTemplate",
    "cloudwatch:",
    "lambda:GetAccountSettings",
    "lambda:CreateEventSourceMapping",
    "lambda:DeleteEventSourceMapping",
    "lambda:GetEventSourceMapping",
    "lambda:ListEventSourceMappings",
    "lambda:ListTags",
    "lambda:TagResource",
    "lambda:UpdateEventSourceMapping",
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:Describe",
    "logs:GetLogDelivery",
    "logs:GetQueryResults",
    "logs:ListLogDeliveries",
    "logs:UpdateLogDelivery",
    "logs:StopQuery",
    "secretsmanager:GetRandomPassword",
];
/// These also work on the whole account.
const ACCOUNT_WIDE: [&str; 3] = ["logs:DeleteQueryDefinition", "logs:PutQueryDefinition", "logs:PutResourcePolicy"];

fn policy(name: &str) -> Value {
    serde_json::from_str(&text(&format!("infra/policies/{name}.json"))).unwrap()
}

fn each(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|item| item.as_str().unwrap()).collect()
}

fn statements(names: &[&str]) -> Vec<Value> {
    names.iter().flat_map(|name| policy(name)["Statement"].as_array().unwrap().clone()).collect()
}

fn actions(names: &[&str]) -> BTreeSet<String> {
    statements(names).iter().flat_map(|statement| each(&statement["Action"])).map(str::to_owned).collect()
}

#[test]
fn policies_name_single_actions_and_the_resources_of_ringbolt() {
    for name in DEPLOYER.iter().chain(&OPERATOR) {
        let policy = policy(name);
        assert_eq!(policy["Version"], "2012-10-17");
        assert!(policy.to_string().len() <= MOST_CHARACTERS, "{name} has {}", policy.to_string().len());
        let mut ids = BTreeSet::new();
        for statement in policy["Statement"].as_array().unwrap() {
            assert!(ids.insert(statement["Sid"].as_str().unwrap()), "{statement}");
            assert_eq!(statement["Effect"], "Allow");
            let whole_account = each(&statement["Resource"]) == ["*"];
            for action in each(&statement["Action"]) {
                assert!(!action.contains('*'), "{name}: {action}");
                let may = FOR_ALL_RESOURCES.iter().chain(&ACCOUNT_WIDE).any(|known| action.starts_with(known));
                assert!(may || !whole_account, "{name}: {action} on all resources");
            }
        }
    }
}

/// The action that creates a resource of a type.
fn creates(kind: &str) -> &'static str {
    match kind {
        "AWS::ApiGatewayV2::ApiMapping" | "AWS::ApiGatewayV2::DomainName" | "AWS::Serverless::HttpApi" => {
            "apigateway:POST"
        }
        "AWS::CloudWatch::Alarm" => "cloudwatch:PutMetricAlarm",
        "AWS::CloudWatch::Dashboard" => "cloudwatch:PutDashboard",
        "AWS::DynamoDB::Table" => "dynamodb:CreateTable",
        "AWS::Events::EventBus" => "events:CreateEventBus",
        "AWS::IAM::Role" => "iam:CreateRole",
        "AWS::Lambda::EventSourceMapping" => "lambda:CreateEventSourceMapping",
        "AWS::Lambda::Permission" => "lambda:AddPermission",
        "AWS::Logs::LogGroup" => "logs:CreateLogGroup",
        "AWS::Logs::QueryDefinition" => "logs:PutQueryDefinition",
        "AWS::Pipes::Pipe" => "pipes:CreatePipe",
        "AWS::SNS::Topic" => "sns:CreateTopic",
        "AWS::SQS::Queue" => "sqs:CreateQueue",
        "AWS::SecretsManager::Secret" => "secretsmanager:CreateSecret",
        "AWS::Serverless::Application" => "cloudformation:CreateStack",
        "AWS::Serverless::Function" => "lambda:CreateFunction",
        other => panic!("what does {other} need? Add it here and to infra/policies/deployer.json"),
    }
}

#[test]
fn a_deployer_may_create_every_resource_of_the_templates() {
    let allowed = actions(&DEPLOYER);
    for file in ["template.yaml", "infra/data.yaml", "infra/events.yaml", "infra/observability.yaml"] {
        for (name, resource) in template(file)["Resources"].as_object().unwrap() {
            let action = creates(resource["Type"].as_str().unwrap());
            assert!(allowed.contains(action), "{file}: {name} needs {action}");
        }
    }
    // Access logs are delivered by another service, which CloudFormation sets up with the deployer's permissions. Versions,
    // aliases and tags are SAM's and those of samconfig.toml.
    for action in [
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
        "logs:UpdateLogDelivery",
        "logs:PutResourcePolicy",
        "logs:DescribeResourcePolicies",
        "lambda:PublishVersion",
        "lambda:UpdateAlias",
        "codedeploy:CreateDeployment",
        "dynamodb:TagResource",
    ] {
        assert!(allowed.contains(action), "{action}");
    }
}

/// CloudFormation names a secret after the resource. A deployer may touch these and no other secret of the account.
#[test]
fn a_deployer_may_create_the_templates_secrets_only() {
    let data = template("infra/data.yaml");
    let secrets: BTreeSet<_> = data["Resources"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, resource)| resource["Type"] == "AWS::SecretsManager::Secret")
        .map(|(name, _)| format!("arn:aws:secretsmanager:*:*:secret:{name}-*"))
        .collect();
    let statements = statements(&DEPLOYER);
    let creating = statements.iter().find(|s| each(&s["Action"]).contains(&"secretsmanager:CreateSecret")).unwrap();
    let named: BTreeSet<_> = each(&creating["Resource"]).into_iter().map(str::to_owned).collect();
    assert_eq!(named, secrets);
}

#[test]
fn roles_are_passed_only_to_the_services_that_need_them() {
    let statements = statements(&DEPLOYER);
    let passing: Vec<_> =
        statements.iter().filter(|statement| each(&statement["Action"]).contains(&"iam:PassRole")).collect();
    let [passing] = passing.as_slice() else { panic!("{passing:?}") };
    let services = each(&passing["Condition"]["StringEquals"]["iam:PassedToService"]);
    assert_eq!(services, ["codedeploy.amazonaws.com", "lambda.amazonaws.com", "pipes.amazonaws.com"]);
}

/// Somebody with both the PIN keys and the table of callers can find out every PIN.
#[test]
fn neither_deployers_nor_operators_can_read_a_secret() {
    let (deployer, operator) = (actions(&DEPLOYER), actions(&OPERATOR));
    for allowed in [&deployer, &operator] {
        assert!(
            !allowed.contains("secretsmanager:GetSecretValue") && !allowed.contains("dynamodb:Scan"),
            "{allowed:?}"
        );
    }
    assert!(!deployer.contains("dynamodb:GetItem") && !deployer.contains("dynamodb:Query"), "{deployer:?}");
    assert!(operator.iter().all(|action| !action.starts_with("dynamodb:Delete")), "{operator:?}");
}
