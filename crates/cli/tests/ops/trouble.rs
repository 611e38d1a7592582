//! Errors in reaching a deployment: each is explained in one sentence.

use crate::ops::{
    Deployment, Said,
    deployment::{bare, run},
    server,
};
use ringbolt_tests::NOBODY;
use std::process::Command;

const UNLOCK: [&str; 5] = ["caller", "unlock", "--realm", "bank", "90786"];

async fn unlock(change: impl FnOnce(&mut Command) -> &mut Command) -> Said {
    let mut command = bare(&UNLOCK);
    command.envs([("RINGBOLT_CALLERS_TABLE", "callers"), ("RINGBOLT_AUDIT_TABLE", "audit")]);
    change(&mut command);
    run(command, "").await
}

fn json_error(code: &str, message: &str) -> String {
    serde_json::json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": message }).to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_region_credential_or_table_is_explained() {
    unlock(|c| c.env_remove("AWS_REGION")).await.fails(1, &["no AWS region", "--region", "--local"]);
    unlock(|c| c.env_remove("AWS_ACCESS_KEY_ID")).await.fails(1, &["no AWS credentials", "--profile"]);
    unlock(|c| c.env_remove("RINGBOLT_CALLERS_TABLE"))
        .await
        .fails(2, &["the table of callers is not known", "--stack", "--local"]);
    unlock(|c| c.env_remove("RINGBOLT_AUDIT_TABLE")).await.fails(2, &["--audit-table (RINGBOLT_AUDIT_TABLE)"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_named_profile_takes_precedence_over_keys_in_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config");
    let keys = "aws_access_key_id = PRODKEY\naws_secret_access_key = x\n";
    std::fs::write(
        &file,
        format!("[profile prod]\nregion = eu-central-1\n{keys}[profile empty]\nregion = eu-central-1\n"),
    )
    .unwrap();
    let refusing = |key: &'static str| {
        server::answering_by(move |request| {
            let code = if request.contains(&format!("Credential={key}/")) { "ExpiredTokenException" } else { "Other" };
            (400, json_error(code, "x"))
        })
    };
    let with = async |profile: &str, key| {
        let file = &file;
        unlock(|c| {
            c.args(["--profile", profile]).env("AWS_CONFIG_FILE", file);
            c.env("AWS_ENDPOINT_URL_DYNAMODB", refusing(key))
        })
        .await
    };
    with("prod", "PRODKEY").await.fails(1, &["credentials have expired"]);
    with("empty", "test").await.fails(1, &["the profile empty has no credentials", "aws sso login --profile empty"]);
    with("nosuch", "test").await.fails(1, &["no profile nosuch in the AWS configuration files", "--profile"]);
    unlock(|c| c.env("AWS_ENDPOINT_URL_DYNAMODB", refusing("test"))).await.fails(1, &["credentials have expired"]);
}

/// A folder with the AWS configuration of a profile, as the home of a user.
fn home(profile: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config"), format!("[profile prod]\nregion = eu-west-1\n{profile}")).unwrap();
    folder
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ended_sign_in_is_named_and_not_taken_for_the_network() {
    let sso = "sso_session = work\nsso_account_id = 123456789012\nsso_role_name = Admin\n[sso-session work]\n\
               sso_region = eu-west-1\nsso_start_url = https://example.awsapps.com/start\n";
    let with = async |home: &tempfile::TempDir, arguments: &[&str]| {
        let mut command = bare(arguments);
        command.envs([("RINGBOLT_CALLERS_TABLE", "callers"), ("RINGBOLT_AUDIT_TABLE", "audit")]);
        command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
        command.env("HOME", home.path()).env("AWS_CONFIG_FILE", home.path().join("config"));
        command.env("AWS_ENDPOINT_URL_DYNAMODB", server::answering(400, json_error("ThrottlingException", "x")));
        run(command, "").await
    };
    let unlock = [&UNLOCK[..], &["--profile", "prod"]].concat();
    let signed_out = ["nobody is signed in with AWS SSO, or the sign-in has expired", "`aws sso login --profile prod`"];
    let never = home(sso);
    with(&never, &unlock).await.fails(1, &signed_out);
    // The name of a token's file is the SHA-1 digest of the session's name, "work".
    let cache = never.path().join(".aws/sso/cache");
    std::fs::create_dir_all(&cache).unwrap();
    let token = r#"{"accessToken":"t","expiresAt":"2020-01-01T00:00:00Z","region":"eu-west-1"}"#;
    std::fs::write(cache.join("e274eeff768c6396088ec6eb091f4bf4d47ab1e0.json"), token).unwrap();
    with(&never, &unlock).await.fails(1, &signed_out);
    let doctor = with(&never, &["doctor", "--profile", "prod", "--json"]).await;
    assert!(doctor.out.contains("sign in again") && !doctor.out.contains("check the network"), "{doctor:?}");
}

/// The credentials are good when the command starts, and cannot be had again for its first request.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_that_end_during_a_command_are_named_too() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = home("credential_process = ./credentials\n");
    let script = "#!/bin/sh\nif [ -e once ]; then echo 'the session is over' >&2; exit 1; fi\n: > once\n\
                  echo '{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"B\",\"SessionToken\":\"C\",\
                  \"Expiration\":\"2020-01-01T00:00:00Z\"}'\n";
    let file = home.path().join("credentials");
    std::fs::write(&file, script).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    let said = unlock(|c| {
        c.args(["--profile", "prod"]).current_dir(home.path()).env("AWS_CONFIG_FILE", home.path().join("config"));
        c.env("PATH", "/usr/bin:/bin")
            .env("AWS_ENDPOINT_URL_DYNAMODB", server::answering(400, json_error("Other", "x")))
    })
    .await;
    said.fails(1, &["the AWS credentials have expired: sign in again"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_table_and_a_silent_endpoint_are_named() {
    let bank = Deployment::new().await;
    let elsewhere = ["--callers-table", "elsewhere", "--audit-table", "audit"];
    let said = bank.ringbolt(&[&UNLOCK[..], &elsewhere].concat()).await;
    said.fails(1, &["the caller was not unlocked: there is no such table in the DynamoDB at http://127.0.0.1"]);
    let show = ["caller", "show", "--realm", "bank", "90786", "--callers-table", "calls"];
    bank.ringbolt(&show).await.fails(1, &["for the given table", "may be the wrong table", "check its name"]);
    let said = unlock(|c| c.env("AWS_ENDPOINT_URL_DYNAMODB", NOBODY)).await;
    said.fails(1, &["DynamoDB could not be reached or did not answer in time", NOBODY]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_of_dynamodb_say_what_to_do() {
    let not_allowed = "User: arn:aws:iam::123456789012:user/ada is not authorized to perform: dynamodb:GetItem on resource: \
                       arn:aws:dynamodb:eu-west-1:123456789012:table/audit";
    for (code, message, parts) in [
        ("AccessDeniedException", not_allowed, ["may not dynamodb:GetItem in", "administrator"]),
        ("ExpiredTokenException", "expired", ["credentials have expired", "sign in again"]),
        ("UnrecognizedClientException", "invalid", ["does not accept these credentials", "--profile"]),
        ("ThrottlingException", "slow down", ["is throttling requests", "try again"]),
        ("ResourceNotFoundException", "not found", ["no such table", "--region"]),
    ] {
        let endpoint = server::answering(400, json_error(code, message));
        let said = unlock(|c| c.env("AWS_ENDPOINT_URL_DYNAMODB", endpoint)).await;
        said.fails(1, &parts);
        assert!(!said.err.contains("user/ada"), "{said:?}");
    }
}

fn stack_xml(outputs: &[(&str, &str)]) -> String {
    let member = |(key, value): &(&str, &str)| {
        format!("<member><OutputKey>{key}</OutputKey><OutputValue>{value}</OutputValue></member>")
    };
    let outputs: String = outputs.iter().map(member).collect();
    format!(
        "<DescribeStacksResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><DescribeStacksResult>\
         <Stacks><member><StackName>prod</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime>\
         <StackStatus>CREATE_COMPLETE</StackStatus><Outputs>{outputs}</Outputs><Parameters><member><ParameterKey>PinHash\
         </ParameterKey><ParameterValue>keyed</ParameterValue></member></Parameters></member></Stacks>\
         </DescribeStacksResult></DescribeStacksResponse>"
    )
}

fn stack_error(code: &str, message: &str) -> String {
    format!(
        "<ErrorResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><Error><Type>Sender</Type><Code>{code}\
         </Code><Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stack_takes_precedence_over_the_environment() {
    let bank = Deployment::new().await;
    let outputs = [("CallersTableName", "callers"), ("AuditTableName", "audit"), ("PinKeySecretArn", "arn:key")];
    let secret = serde_json::json!({ "ARN": "arn:key", "Name": "key", "SecretString": bank.keys }).to_string();
    let mut set = bank.command(&["pin", "set", "--stack", "prod", "--realm", "bank", "90786", "--stdin"]);
    set.env("AWS_ENDPOINT_URL_CLOUDFORMATION", server::answering(200, stack_xml(&outputs)))
        .env("AWS_ENDPOINT_URL_SECRETS_MANAGER", server::answering(200, secret))
        .envs([("RINGBOLT_CALLERS_TABLE", "wrong"), ("RINGBOLT_PIN_KEYS", "wrong"), ("RINGBOLT_PIN_HASH", "argon2id")]);
    let said = run(set, "815294\n").await;
    said.says("The PIN is set");
    assert_eq!(said.err, "Working on the stack prod in eu-west-1.\n");
    let pins = bank.store().caller(&crate::ops::deployment::caller("90786")).await.unwrap().unwrap().pins;
    assert!(pins.iter().all(|tag| tag.contains(".k.")), "the stack's hash is used: {pins:?}");
    let outcome = bank.attempt("90786", "815294").await;
    assert!(matches!(outcome, ringbolt_core::attempt::AuthOutcome::Verified { .. }), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_or_foreign_stack_is_named() {
    let with = async |status: u16, body: String| {
        let endpoint = server::answering(status, body);
        unlock(|c| c.args(["--stack", "prod"]).env("AWS_ENDPOINT_URL_CLOUDFORMATION", endpoint)).await
    };
    with(400, stack_error("ValidationError", "Stack with id prod does not exist"))
        .await
        .fails(1, &["there is no stack prod in eu-west-1", "--region"]);
    let denied = "User: x is not authorized to perform: cloudformation:DescribeStacks on resource: y";
    with(403, stack_error("AccessDenied", denied))
        .await
        .fails(1, &["may not cloudformation:DescribeStacks in eu-west-1"]);
    with(403, stack_error("ExpiredToken", "expired")).await.fails(1, &["have expired"]);
    with(200, stack_xml(&[("Bucket", "b")])).await.fails(1, &["the stack prod has no output CallersTableName"]);
    let said = unlock(|c| c.args(["--stack", "prod"]).env("AWS_ENDPOINT_URL_CLOUDFORMATION", NOBODY)).await;
    said.fails(1, &["CloudFormation could not be reached"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_needs_no_secret_does_not_read_one() {
    let bank = Deployment::new().await;
    let with_secret = async |arguments: &[&str], status, body: &str| {
        let mut command = bank.command(arguments);
        let endpoint = server::answering(status, body);
        command.env("RINGBOLT_PIN_KEYS", "secretsmanager:arn:key").env("AWS_ENDPOINT_URL_SECRETS_MANAGER", endpoint);
        run(command, "815294\n").await
    };
    let set = ["pin", "set", "--realm", "bank", "90786", "--stdin"];
    bank.keyed(&set, "815294").await.says("set");
    let denied = r#"{"__type":"AccessDeniedException","Message":"no"}"#;
    with_secret(&UNLOCK, 400, denied).await.says("Failed attempts are reset to zero.");
    with_secret(&set, 400, denied).await.fails(1, &["may not secretsmanager:GetSecretValue in eu-west-1"]);
    let missing = r#"{"__type":"ResourceNotFoundException","Message":"no"}"#;
    with_secret(&set, 400, missing).await.fails(1, &["there is no secret arn:key in eu-west-1"]);
    let malformed = r#"{"ARN":"arn:key","Name":"key","SecretString":"{\"current\":\"sesame\"}"}"#;
    let said = with_secret(&set, 200, malformed).await;
    said.fails(1, &["the PIN keys cannot be used: `current` is too short"]);
    assert!(!said.err.contains("sesame"), "{said:?}");
}
