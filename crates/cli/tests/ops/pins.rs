//! `ringbolt pin`

use crate::{Deployment, deployment::caller};
use ringbolt_core::{attempt::AuthOutcome, pin::PinTag};

fn verified(outcome: &AuthOutcome) -> bool {
    matches!(outcome, AuthOutcome::Verified { .. })
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_shown_is_no_success() {
    let bank = Deployment::new().await;
    let full = |arguments: &[&str]| {
        let mut command = bank.command(arguments);
        command.stdout(std::fs::File::create("/dev/full").unwrap());
        command
    };
    for (arguments, sentence) in [
        (
            &["pin", "generate", "--realm", "bank", "90786"][..],
            "could not be shown, so nobody has it: generate another",
        ),
        (&["audit", "list"], "standard output cannot be written"),
    ] {
        let output = tokio::task::spawn_blocking({
            let mut command = full(arguments);
            move || command.output().unwrap()
        });
        let output = output.await.unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && said.contains(sentence), "{arguments:?}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pin_is_set_and_verified_and_attributes_stand_beside_those_that_were_there() {
    let bank = Deployment::new().await;
    let set = ["pin", "set", "--realm", "bank", "90786", "--stdin"];
    let with = |attributes: &[&'static str]| [&set[..], attributes].concat();
    bank.keyed(&with(&["--attribute", "first_name=Ada", "--attribute", "plan=a=b"]), "815294")
        .await
        .says("The PIN is set");
    assert!(verified(&bank.attempt("90786", "815294").await));
    bank.keyed(&with(&["--attribute", "plan=gold"]), "629184").await.says("counter is at zero");
    assert!(!verified(&bank.attempt("90786", "815294").await));
    let item = bank.store().caller(&caller("90786")).await.unwrap().unwrap();
    let attributes = serde_json::to_value(&item.attributes).unwrap();
    assert_eq!(attributes, serde_json::json!({ "first_name": "Ada", "plan": "gold" }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pin_is_added_to_a_caller_that_there_is_and_to_no_other() {
    let bank = Deployment::new().await;
    let add = ["pin", "add", "--realm", "bank", "90786", "--stdin"];
    bank.keyed(&add, "629184").await.fails(1, &["no such caller in the realm bank", "pin set"]);
    bank.keyed(&["pin", "set", "--realm", "bank", "90786", "--stdin"], "815294").await.says("set");
    bank.keyed(&add, "629184").await.says("The PIN is added");
    assert!(verified(&bank.attempt("90786", "815294").await) && verified(&bank.attempt("90786", "629184").await));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pin_is_removed_under_whatever_key_and_hash_it_stands() {
    let mut bank = Deployment::new().await;
    let set = ["pin", "set", "--realm", "bank", "90786", "--stdin"];
    let remove = ["pin", "remove", "--realm", "bank", "90786", "--stdin"];
    bank.keyed(&remove, "815294").await.fails(1, &["no such caller"]);
    bank.keyed(&set, "815294").await.says("set");
    bank.keyed(&remove, "629184").await.fails(1, &["the caller has no such PIN; nothing was changed"]);

    // A rotation begins, another hash is chosen, and the same PIN is added once more: three tags, one PIN.
    let key = |letter: &str| letter.repeat(86);
    bank.keys = serde_json::json!({ "current": key("n"), "previous": key("k") }).to_string();
    let mut add = bank.command(&["pin", "add", "--realm", "bank", "90786", "--stdin"]);
    add.env("RINGBOLT_PIN_HASH", "argon2id");
    crate::deployment::run(add, "815294\n").await.says("added");
    bank.keyed(&["pin", "add", "--realm", "bank", "90786", "--stdin"], "629184").await.says("added");
    let pins = bank.store().caller(&caller("90786")).await.unwrap().unwrap().pins;
    assert_eq!(pins.len(), 5);
    bank.keyed(&remove, "815294").await.says("The PIN is removed; the caller has 1 other.");
    assert!(!verified(&bank.attempt("90786", "815294").await) && verified(&bank.attempt("90786", "629184").await));
    bank.keyed(&remove, "629184").await.says("cannot be verified any more");

    // A key that is gone: what stands under it cannot be looked for, and that is said.
    bank.keyed(&set, "815294").await.says("set");
    bank.keys = serde_json::json!({ "current": key("z") }).to_string();
    bank.keyed(&remove, "815294").await.fails(1, &["under a key that it does not know", "nothing was changed"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_generated_pin_is_printed_once_and_works() {
    let bank = Deployment::new().await;
    let generate = ["pin", "generate", "--realm", "bank", "90786"];
    let said = bank.ringbolt(&generate).await;
    let pin = said.says("").out.trim().to_owned();
    assert!(pin.len() == 6 && pin.bytes().all(|b| b.is_ascii_digit()), "{said:?}");
    assert!(!said.err.contains(&pin));
    assert!(verified(&bank.attempt("90786", &pin).await));

    let other = bank.ringbolt(&[&generate[..], &["--digits", "12", "--add", "--json"]].concat()).await.json();
    let other = other["pin"].as_str().unwrap().to_owned();
    assert_eq!(other.len(), 12);
    assert!(verified(&bank.attempt("90786", &pin).await) && verified(&bank.attempt("90786", &other).await));
    let tags = bank.store().caller(&caller("90786")).await.unwrap().unwrap().pins;
    assert_eq!(PinTag::count_pins(tags.iter().map(String::as_str)), 2);
    bank.ringbolt(&["pin", "generate", "--realm", "bank", "nobody", "--add"]).await.fails(1, &["no such caller"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_pin_or_a_weak_one_is_refused_without_being_repeated() {
    let bank = Deployment::new().await;
    let set = ["pin", "set", "--realm", "bank", "907861", "--stdin"];
    for (line, sentence) in [
        ("123456", "easy to guess. The PIN must not count"),
        ("907861", "part of the account number"),
        ("8374x1", "digits only"),
        ("", "4 to 12 digits"),
    ] {
        let said = bank.keyed(&set, line).await;
        said.fails(1, &[sentence]);
        assert!(line.is_empty() || !said.err.contains(line), "{said:?}");
    }
    assert_eq!(bank.store().caller(&caller("907861")).await.unwrap(), None);
    bank.keyed(&[&set[..], &["--allow-weak"]].concat(), "123456").await.says("The PIN is set");
    bank.ringbolt(&["pin", "set", "--realm", "bank", "1"]).await.fails(2, &["no terminal", "--stdin"]);
    bank.keyed(&["pin", "set", "--realm", "Bank!", "1", "--stdin"], "815294").await.fails(2, &["--realm"]);
    bank.keyed(&["pin", "set", "--realm", "bank", " ", "--stdin"], "815294").await.fails(2, &["user id is empty"]);
}
