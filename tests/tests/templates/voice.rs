//! The voice webhook: optional, and nothing of it costs anything without it.

use crate::{keys, template};
use ringbolt_lambda::signed::PublicUrl;
use serde_json::{Value, json};

const CONDITION: &str = "WithVoiceWebhook";
/// For the alarms that watch a rollout of it.
const CANARY: &str = "WithVoiceWebhookCanary";

#[test]
fn it_is_deployed_only_if_the_parameter_says_so() {
    let root = template("template.yaml");
    let parameter = &root["Parameters"]["VoiceWebhook"];
    assert_eq!((&parameter["Default"], &parameter["AllowedValues"]), (&json!("false"), &json!(["true", "false"])));
    let conditions = &root["Conditions"];
    assert_eq!(conditions[CONDITION], json!({ "Fn::Equals": [{ "Ref": "VoiceWebhook" }, "true"] }));
    let both = json!({ "Fn::And": [{ "Condition": CONDITION }, { "Condition": "WithCanary" }] });
    assert_eq!(conditions[CANARY], both);
    let given = &root["Resources"]["Data"]["Properties"]["Parameters"]["VoiceWebhook"];
    assert_eq!(*given, json!({ "Ref": "VoiceWebhook" }), "the secret of the providers' keys");
}

#[test]
fn everything_of_it_has_the_condition() {
    let root = template("template.yaml");
    let observability = template("infra/observability.yaml");
    let mut found = 0;
    for part in [&root["Resources"], &root["Outputs"], &observability["Resources"]] {
        for (name, of_it) in part.as_object().unwrap() {
            if !name.starts_with("VoiceWebhook") && !name.starts_with("TwimlKey") {
                continue;
            }
            let condition = if name.contains("Canary") { CANARY } else { CONDITION };
            assert_eq!(of_it["Condition"], condition, "{name}");
            found += 1;
        }
    }
    assert_eq!(found, 22);
    // Without the function, the alarms' template gets empty names.
    assert_eq!(
        observability["Conditions"][CONDITION]["Fn::Not"][0],
        json!({ "Fn::Equals": [{ "Ref": "VoiceWebhookName" }, ""] })
    );
    let given = &root["Resources"]["Observability"]["Properties"]["Parameters"];
    for name in ["VoiceWebhookName", "VoiceWebhookLogGroupName"] {
        assert_eq!(given[name]["Fn::If"][0], CONDITION, "{name}");
        assert_eq!(given[name]["Fn::If"][2], "", "{name}");
    }
}

#[test]
fn the_api_has_its_routes_only_with_it() {
    let root = template("template.yaml");
    let paths = &root["Resources"]["HttpApi"]["Properties"]["DefinitionBody"]["paths"];
    let conditional: Vec<&String> = paths
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, methods)| !methods["Fn::If"].is_null())
        .map(|(path, _)| path)
        .collect();
    let own: Vec<&String> = paths.as_object().unwrap().keys().filter(|path| path.starts_with("/twiml/")).collect();
    assert_eq!(conditional, own);
    for path in own {
        let [condition, with, without] = paths[path]["Fn::If"].as_array().unwrap().as_slice() else { panic!("{path}") };
        assert_eq!((condition, without), (&json!(CONDITION), &json!({ "Ref": "AWS::NoValue" })), "{path}");
        assert_eq!(keys(with), ["post".to_owned()].into(), "{path}");
    }
}

#[test]
fn it_has_no_webhook_token_and_no_other_function_has_the_providers_keys() {
    let root = template("template.yaml");
    for (name, resource) in root["Resources"].as_object().unwrap() {
        if resource["Type"] != "AWS::Serverless::Function" && resource["Type"] != "AWS::IAM::Role" {
            continue;
        }
        let of_it = name.starts_with("VoiceWebhook");
        assert_eq!(resource.to_string().contains("TwimlKeySecretArn"), of_it, "{name}");
        assert!(!of_it || !resource.to_string().contains("WebhookTokenSecretArn"), "{name}");
    }
}

/// The function's domain comes from the event without it; a reference to the API would be a circle, because the API's routes
/// refer to the function.
#[test]
fn a_public_url_that_the_template_takes_starts_the_function() {
    let root = template("template.yaml");
    let variables = &root["Resources"]["VoiceWebhookFunction"]["Properties"]["Environment"]["Variables"];
    assert_eq!(variables["RINGBOLT_PUBLIC_URL"], json!({ "Ref": "PublicUrl" }));
    for (value, good) in [
        ("https://calls.example.com", true),
        ("https://calls.example.com/", true),
        ("https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com", true),
        ("https://example.com:8443/ringbolt", true),
        ("http://calls.example.com", false),
        ("https://", false),
        ("https://calls.example.com/?a=b", false),
        ("https://ada@calls.example.com", false),
        ("calls.example.com", false),
    ] {
        let pattern = root["Parameters"]["PublicUrl"]["AllowedPattern"].as_str().unwrap();
        let allowed = regex_lite::Regex::new(&format!("^(?:{pattern})$")).unwrap().is_match(value);
        assert_eq!(allowed, good, "{value}");
        assert!(!good || value.parse::<PublicUrl>().is_ok(), "{value}");
    }
    assert_eq!(root["Parameters"]["PublicUrl"]["Default"], Value::from(""));
}
