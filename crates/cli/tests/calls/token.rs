//! `ringbolt secret show-token` and `rotate-token`.

use crate::{
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
async fn a_token_is_rotated_with_both_valid_and_the_old_one_unused() {
    let (deployment, aws) = (Deployment::new().await, start());
    let rotate = async |arguments: &[&str]| {
        run(aws.command(&deployment, &[&["secret", "rotate-token"], arguments].concat()), "").await
    };
    rotate(&["finish", "--yes"]).await.fails(1, &["is not being rotated", "begin"]);
    rotate(&["begin"]).await.fails(2, &["add --yes"]);
    assert_eq!(aws.secret(TOKENS)["current"], OLD);

    let said = rotate(&["begin", "--yes"]).await;
    said.says("SecretsGeneration").says("show-token").says("rotate-token finish");
    let secret = aws.secret(TOKENS);
    let new = secret["current"].as_str().unwrap().to_owned();
    assert!(secret["previous"] == OLD && new.len() == 40 && new != OLD);
    assert!(!said.out.contains(&new) && !said.out.contains(OLD), "no token is printed");
    rotate(&["begin", "--yes"]).await.fails(1, &["is being rotated already"]);

    rotate(&["finish", "--yes"]).await.fails(1, &["do not take the new token yet", "SecretsGeneration"]);
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
    // Until then the functions that ran could not tell the old token from the new one.
    rotate(&["finish", "--yes"]).await.fails(1, &["cannot say yet", "for 24 hours", "--quiet-hours", "--even-if-used"]);
    assert_eq!(aws.secret(TOKENS)["previous"], OLD);
    aws.two_days_pass();
    rotate(&["finish"]).await.fails(2, &["no request with the old token in the last 24 hours", "--yes"]);
    aws.answer_with(500);
    rotate(&["finish", "--even-if-used", "--yes"]).await.fails(1, &["answer 500, 500, 500 to the new token"]);
    aws.answer_with(404);
    rotate(&["finish", "--yes"]).await.says("The old token is taken out of the secret.");
    assert_eq!(aws.secret(TOKENS), serde_json::json!({ "current": new }));
    let changes = run(aws.command(&deployment, &["audit", "list"]), "").await;
    changes.says("secret rotate-token begin").says("secret rotate-token finish");
    assert!(!changes.out.contains(&new));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_that_somebody_else_changes_in_between_is_left_as_it_is() {
    let (deployment, aws) = (Deployment::new().await, start());
    aws.meddle();
    let said = run(aws.command(&deployment, &["secret", "rotate-token", "begin", "--yes"]), "").await;
    said.fails(1, &["somebody else has changed the secret", "give the command again"]);
    assert_eq!(aws.secret(TOKENS)["current"], "somebody-else-was-here-0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_token_is_shown_in_the_addresses_only_where_it_is_asked_for() {
    let (deployment, aws) = (Deployment::new().await, start());
    let show = async |arguments: &[&str]| {
        run(aws.command(&deployment, &[&["secret", "show-token"], arguments].concat()), "").await
    };
    show(&[]).await.fails(2, &["Standard output is no terminal", "--yes"]);
    let said = show(&["--yes"]).await;
    said.says(&format!("{}/wix-answers/FLOW/auth?auth={OLD}\n", aws.endpoint));
    assert!(said.err.contains("No call flow is published yet"), "{said:?}");
    deployment.publish(ringbolt_dev::DEMO_FLOW).await;
    let urls = show(&["--yes", "--json"]).await.json();
    assert_eq!(urls["urls"].as_array().unwrap().len(), 3);
    assert_eq!(urls["urls"][1]["url"], format!("{}/dialogtech/demo/next-action?auth={OLD}", aws.endpoint));

    let folder = Folder::new();
    folder
        .ringbolt(&["secret", "show-token", "--local", "--yes"])
        .await
        .says("/dialogtech/demo/transcription?auth=dev-token");
    folder
        .ringbolt(&["secret", "rotate-token", "begin", "--local", "--yes"])
        .await
        .fails(1, &["what its --token says"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_that_is_none_of_ours_is_not_quoted() {
    let (deployment, aws) = (Deployment::new().await, Aws::start(r#"{"curent":"sesame-open-0123"}"#, "{}"));
    let said = run(aws.command(&deployment, &["secret", "rotate-token", "begin", "--yes"]), "").await;
    said.fails(1, &["is not what Ringbolt expects", TOKENS]);
    assert!(!said.err.contains("sesame"));
    let inline = ["secret", "rotate-token", "begin", "--yes", "--webhook-tokens", r#"{"current":"sesame-open-0123"}"#];
    let said = deployment.ringbolt(&inline).await;
    said.fails(2, &["a secret that is given itself cannot be changed here"]);
    assert!(!said.err.contains("sesame"));
}
