//! `ringbolt secret show-token` and `rotate-token`.

use crate::calls::{
    aws::{Aws, TOKENS},
    deployment::{Deployment, run},
    dev::Folder,
};

const OLD: &str = "old-token-0123456789";

fn start() -> Aws {
    let aws = Aws::start(&format!(r#"{{"current":"{OLD}"}}"#), "{}");
    aws.take_tokens(&[OLD]);
    aws
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_rotated_once_the_new_one_is_valid_and_the_old_one_unused() {
    let (deployment, aws) = (Deployment::new().await, start());
    let rotate = async |arguments: &[&str]| {
        run(aws.command(&deployment, &[&["secret", "rotate-token"], arguments].concat()), "").await
    };
    rotate(&["finish", "--yes"]).await.fails(1, &["no rotation of the token is in progress", "begin"]);
    rotate(&["begin"]).await.fails(2, &["add --yes"]);
    assert_eq!(aws.secret(TOKENS)["current"], OLD);

    let said = rotate(&["begin", "--yes"]).await;
    said.says("SecretsGeneration").says("show-token").says("rotate-token finish");
    let secret = aws.secret(TOKENS);
    let new = secret["current"].as_str().unwrap().to_owned();
    assert!(secret["previous"] == OLD && new.len() == 40 && new != OLD);
    assert!(!said.out.contains(&new) && !said.out.contains(OLD), "no token is printed");
    rotate(&["begin", "--yes"]).await.fails(1, &["a rotation of the token is in progress"]);

    rotate(&["finish", "--yes"]).await.fails(1, &["reject the new token", "SecretsGeneration"]);
    aws.take_tokens(&[&new, OLD]);
    aws.log(
        "next-action",
        r#"{"level":"INFO","message":"the token that is being replaced was used","token":"previous"}"#,
    );
    rotate(&["finish", "--yes"])
        .await
        .fails(1, &["the old token was used once in the last 24 hours", "--even-if-used"]);
    assert_eq!(aws.secret(TOKENS)["previous"], OLD);
    aws.forget_log();
    aws.deploy();
    // Functions that started before the rotation could not log which token was used.
    rotate(&["finish", "--yes"])
        .await
        .fails(1, &["cannot show yet", "for 24 hours", "--quiet-hours", "--even-if-used"]);
    assert_eq!(aws.secret(TOKENS)["previous"], OLD);
    aws.two_days_pass();
    rotate(&["finish"]).await.fails(2, &["no request with the old token in the last 24 hours", "--yes"]);
    aws.answer_with(500);
    rotate(&["finish", "--even-if-used", "--yes"]).await.fails(1, &["answer 500, 500, 500 to the new token"]);
    aws.answer_with(404);
    rotate(&["finish", "--yes"]).await.says("The old token is removed from the secret.");
    assert_eq!(aws.secret(TOKENS), serde_json::json!({ "current": new }));
    let changes = run(aws.command(&deployment, &["audit", "list"]), "").await;
    changes.says("secret rotate-token begin").says("secret rotate-token finish");
    assert!(!changes.out.contains(&new));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_concurrently_changed_secret_is_left_alone() {
    let (deployment, aws) = (Deployment::new().await, start());
    aws.meddle();
    let said = run(aws.command(&deployment, &["secret", "rotate-token", "begin", "--yes"]), "").await;
    said.fails(1, &["someone else has changed the secret", "run the command again"]);
    assert_eq!(aws.secret(TOKENS)["current"], "somebody-else-was-here-0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_token_is_printed_outside_a_terminal_only_with_yes() {
    let (deployment, aws) = (Deployment::new().await, start());
    let show = async |arguments: &[&str]| {
        run(aws.command(&deployment, &[&["secret", "show-token"], arguments].concat()), "").await
    };
    show(&[]).await.fails(2, &["Standard output is not a terminal", "--yes"]);
    let said = show(&["--yes"]).await;
    said.says(&format!("{}/wix-answers/FLOW/auth?auth={OLD}\n", aws.endpoint));
    assert!(said.err.contains("No call flow is published yet"), "{said:?}");
    deployment.publish(ringbolt_dev::DEMO_FLOW).await;
    let urls = show(&["--yes", "--json"]).await.json();
    assert_eq!(urls["urls"].as_array().unwrap().len(), 3);
    let what = ["Wix Answers, webhook IVR", "DialogTech, next action", "DialogTech, transcriptions"];
    for (url, what) in urls["urls"].as_array().unwrap().iter().zip(what) {
        assert_eq!(url["for"], format!("demo: {what}"));
    }
    assert_eq!(urls["urls"][1]["url"], format!("{}/dialogtech/demo/next-action?auth={OLD}", aws.endpoint));

    let folder = Folder::new();
    folder
        .ringbolt(&["secret", "show-token", "--local", "--yes"])
        .await
        .says("/dialogtech/demo/transcription?auth=dev-token");
    folder
        .ringbolt(&["secret", "rotate-token", "begin", "--local", "--yes"])
        .await
        .fails(1, &["takes its token from --token"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_secret_is_not_quoted() {
    let (deployment, aws) = (Deployment::new().await, Aws::start(r#"{"curent":"sesame-open-0123"}"#, "{}"));
    let said = run(aws.command(&deployment, &["secret", "rotate-token", "begin", "--yes"]), "").await;
    said.fails(1, &["does not have the expected form", TOKENS]);
    assert!(!said.err.contains("sesame"));
    let inline = ["secret", "rotate-token", "begin", "--yes", "--webhook-tokens", r#"{"current":"sesame-open-0123"}"#];
    let said = deployment.ringbolt(&inline).await;
    said.fails(2, &["--webhook-tokens is not a file", "secretsmanager:ARN", "RINGBOLT_WEBHOOK_TOKENS"]);
    assert!(!said.err.contains("sesame"));
    let mut command = deployment.command(&["secret", "rotate-token", "begin", "--yes"]);
    command.env("RINGBOLT_WEBHOOK_TOKENS", r#"{"current":"sesame-open-0123"}"#);
    let said = run(command, "").await;
    said.fails(2, &["a secret given directly cannot be changed"]);
    assert!(!said.err.contains("sesame"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_in_a_file_is_rotated_and_goes_only_over_https_or_stays_on_this_machine() {
    let (deployment, aws) = (Deployment::new().await, start());
    let file = deployment.folder.path().join("token.json");
    std::fs::write(&file, format!(r#"{{"current":"{OLD}"}}"#)).unwrap();
    let with_file = ["--webhook-tokens", "token.json"];
    let show = ["secret", "show-token", "--yes", "--api-url", "https://ivr.example.com"];
    deployment.ringbolt(&[&show[..], &with_file].concat()).await.says(&format!("?auth={OLD}"));
    let piped = [&show[..], &["--webhook-tokens", "-"]].concat();
    deployment.keyed(&piped, &format!(r#"{{"current":"{OLD}"}}"#)).await.says(&format!("?auth={OLD}"));
    deployment.ringbolt(&piped).await.fails(2, &["standard input has no line with the secret"]);
    let begin = ["secret", "rotate-token", "begin", "--yes"];
    deployment.ringbolt(&[&begin[..], &with_file].concat()).await.says("There is a new token");
    let rotated: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(rotated["previous"], OLD);
    for (arguments, code) in [(&["trigger", "login-get"][..], 2), (&["secret", "rotate-token", "finish", "--yes"], 2)] {
        let over_http = [arguments, &["--api-url", "http://ivr.example.com"], &with_file].concat();
        deployment
            .ringbolt(&over_http)
            .await
            .fails(code, &["http://ivr.example.com is not an address", "give one with https"]);
    }
    // Nobody answers at this proxy, but it is asked for the way to the API.
    let proxy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://user:word@{}", proxy.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let (mut stream, mut buffer) = (proxy.accept().unwrap().0, [0; 4096]);
        let read = std::io::Read::read(&mut stream, &mut buffer).unwrap();
        String::from_utf8_lossy(&buffer[..read]).into_owned()
    });
    let mut command = deployment.command(&[
        "trigger",
        "login-get",
        "--api-url",
        "https://ivr.example.com",
        "--webhook-tokens",
        "token.json",
    ]);
    command.env("HTTPS_PROXY", address);
    let said = run(command, "").await;
    assert!(said.code == Some(1) && said.err.contains("no answer from https://ivr.example.com"), "{said:?}");
    let asked = asked.join().unwrap();
    assert!(asked.starts_with("CONNECT ivr.example.com:443 HTTP/1.1\r\n"), "{asked}");
    assert!(asked.to_lowercase().contains("proxy-authorization: basic ") && !asked.contains(OLD), "{asked}");
    drop(aws);
}
