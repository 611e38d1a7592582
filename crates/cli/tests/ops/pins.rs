//! `ringbolt pin`

use crate::ops::{Deployment, deployment::caller};
use ringbolt_core::{
    attempt::AuthOutcome,
    identity::{CallerId, UserId},
    pin::PinTag,
};

fn verified(outcome: &AuthOutcome) -> bool {
    matches!(outcome, AuthOutcome::Verified { .. })
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn output_that_cannot_be_written_is_a_failure() {
    let bank = Deployment::new().await;
    let full = |arguments: &[&str]| {
        let mut command = bank.command(arguments);
        command.stdout(std::fs::File::create("/dev/full").unwrap());
        command
    };
    for (arguments, sentence) in [
        (
            &["pin", "generate", "--realm", "bank", "90786"][..],
            "could not be printed, so nobody knows it: generate another one",
        ),
        (&["audit", "list"], "cannot write to standard output"),
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
async fn a_pin_is_set_and_verified_and_attributes_are_added_to_existing_ones() {
    let bank = Deployment::new().await;
    let set = ["pin", "set", "--realm", "bank", "90786", "--stdin"];
    let with = |attributes: &[&'static str]| [&set[..], attributes].concat();
    bank.keyed(&with(&["--attribute", "first_name=Ada", "--attribute", "plan=a=b"]), "815294")
        .await
        .says("The PIN is set");
    assert!(verified(&bank.attempt("90786", "815294").await));
    bank.keyed(&with(&["--attribute", "plan=gold"]), "629184").await.says("failed attempts are reset");
    assert!(!verified(&bank.attempt("90786", "815294").await));
    let item = bank.store().caller(&caller("90786")).await.unwrap().unwrap();
    let attributes = serde_json::to_value(&item.attributes).unwrap();
    assert_eq!(attributes, serde_json::json!({ "first_name": "Ada", "plan": "gold" }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pin_is_added_only_to_an_existing_caller() {
    let bank = Deployment::new().await;
    let add = ["pin", "add", "--realm", "bank", "90786", "--stdin"];
    bank.keyed(&add, "629184").await.fails(1, &["no such caller in the realm bank", "pin set"]);
    bank.keyed(&["pin", "set", "--realm", "bank", "90786", "--stdin"], "815294").await.says("set");
    bank.keyed(&add, "629184").await.says("The PIN is added");
    assert!(verified(&bank.attempt("90786", "815294").await) && verified(&bank.attempt("90786", "629184").await));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_duress_pin_is_added_and_removed_next_to_the_others() {
    let bank = Deployment::new().await;
    let of = |command: &'static str| ["pin", command, "--realm", "bank", "90786", "--stdin"];
    bank.keyed(&of("set"), "815294").await.says("set");
    let add = [&of("add")[..], &["--duress"]].concat();
    bank.keyed(&add, "629184").await.says("The duress PIN is added; the caller's other PINs stay.");
    let duress = async |pin| match bank.attempt("90786", pin).await {
        AuthOutcome::Verified { duress, .. } => Some(duress),
        _ => None,
    };
    assert_eq!((duress("815294").await, duress("629184").await), (Some(false), Some(true)));
    bank.keyed(&of("remove"), "629184").await.says("The PIN is removed; the caller has 1 PIN left.");
    assert_eq!((duress("815294").await, duress("629184").await), (Some(false), None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pin_is_removed_under_every_key_and_hash() {
    let mut bank = Deployment::new().await;
    let set = ["pin", "set", "--realm", "bank", "90786", "--stdin"];
    let remove = ["pin", "remove", "--realm", "bank", "90786", "--stdin"];
    bank.keyed(&remove, "815294").await.fails(1, &["no such caller"]);
    bank.keyed(&set, "815294").await.says("set");
    bank.keyed(&remove, "629184").await.fails(1, &["the caller has no such PIN; nothing was changed"]);

    // A rotation begins, the hash changes, and the same PIN is added again: three tags for one PIN.
    let key = |letter: &str| letter.repeat(86);
    bank.keys = serde_json::json!({ "current": key("n"), "previous": key("k") }).to_string();
    let mut add = bank.command(&["pin", "add", "--realm", "bank", "90786", "--stdin"]);
    add.env("RINGBOLT_PIN_HASH", "argon2id");
    crate::ops::deployment::run(add, "815294\n").await.says("added");
    bank.keyed(&["pin", "add", "--realm", "bank", "90786", "--stdin"], "629184").await.says("added");
    let pins = bank.store().caller(&caller("90786")).await.unwrap().unwrap().pins;
    assert_eq!(pins.len(), 5);
    let both_hashes = [&remove[..], &["--pin-hash", "argon2id,previous=keyed"]].concat();
    bank.keyed(&both_hashes, "815294").await.says("The PIN is removed; the caller has 1 PIN left.");
    assert!(!verified(&bank.attempt("90786", "815294").await) && verified(&bank.attempt("90786", "629184").await));
    bank.keyed(&remove, "629184").await.says("can no longer be verified");

    // If both keys are gone, the command says that the tags under them could not be compared.
    bank.keyed(&set, "815294").await.says("set");
    bank.keys = serde_json::json!({ "current": key("z") }).to_string();
    let not_compared = "2 tags under unknown keys or hashes could not be compared";
    bank.keyed(&remove, "815294").await.fails(1, &["has no such PIN", not_compared, "nothing was changed"]);
    bank.keyed(&["pin", "add", "--realm", "bank", "90786", "--stdin"], "629184").await.says("added");
    bank.keyed(&remove, "629184").await.says("The PIN is removed").says(not_compared);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shared_pin_is_set_added_shown_and_removed_by_its_name() {
    let bank = Deployment::new().await;
    let shared = |command: [&'static str; 2]| {
        let [group, command] = command;
        vec![group, command, "--realm", "bank", "--shared", "Depot-Door"]
    };
    let keyed = |command: &'static str| [shared(["pin", command]), vec!["--stdin"]].concat();
    bank.keyed(&keyed("add"), "815294").await.fails(1, &["there is no such shared PIN in the realm bank"]);
    bank.keyed(&keyed("set"), "815294").await.says("The PIN is set");
    bank.keyed(&keyed("add"), "629184").await.says("The PIN is added");
    let depot = CallerId { user: UserId::shared("depot-door").unwrap(), ..caller("x") };
    let pins = async || {
        PinTag::count_pins(bank.store().caller(&depot).await.unwrap().unwrap().pins.iter().map(String::as_str))
    };
    assert_eq!(pins().await, 2);
    assert_eq!(bank.store().caller(&caller("depot-door")).await.unwrap(), None, "no account has this name");
    bank.ringbolt(&shared(["caller", "show"])).await.says("#depot-door in the realm bank");
    bank.keyed(&keyed("remove"), "815294").await.says("1 PIN left");
    assert_eq!(bank.ringbolt(&shared(["pin", "generate"])).await.code, Some(0));
    assert_eq!(pins().await, 1);

    let both = ["pin", "set", "--realm", "bank", "90786", "--shared", "depot-door", "--stdin"];
    let neither = ["pin", "set", "--realm", "bank", "--stdin"];
    for (arguments, part) in [(&both[..], "cannot be used with"), (&neither[..], "<USER>")] {
        let said = bank.keyed(arguments, "815294").await;
        assert!(said.code == Some(2) && said.err.contains(part), "{said:?}");
    }
    bank.keyed(&["pin", "set", "--realm", "bank", "--shared", "#", "--stdin"], "815294").await.fails(2, &["--shared"]);
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
async fn invalid_and_weak_pins_are_refused_without_being_repeated() {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attribute_that_no_flow_can_name_and_a_realm_that_no_live_flow_has_are_refused() {
    let bank = Deployment::new().await;
    let set = |realm: &'static str| ["pin", "set", "--realm", realm, "90786", "--stdin"];
    for (attribute, hint) in [("Bad Name=x", "did you mean `bad_name`?"), ("1st=x", "does not begin with a digit")] {
        let said = bank.keyed(&[&set("bank")[..], &["--attribute", attribute]].concat(), "815294").await;
        assert!(said.code == Some(2) && said.err.contains(hint), "{said:?}");
    }
    bank.keyed(&set("nosuch"), "815294").await.says("The PIN is set");
    std::fs::write(bank.folder.path().join("bank.yaml"), ringbolt_dev::DEMO_FLOW.replace("realm: demo", "realm: bank"))
        .unwrap();
    assert_eq!(bank.ringbolt(&["flow", "push", "bank.yaml"]).await.code, Some(0));
    let near = ["has the realm bnak", "did you mean `bank`?"];
    bank.keyed(&set("bnak"), "815294").await.fails(2, &near);
    bank.keyed(&["pin", "add", "--realm", "bnak", "90786", "--stdin"], "815294").await.fails(2, &near);
    bank.ringbolt(&["pin", "generate", "--realm", "bnak", "90786"]).await.fails(2, &near);
    bank.keyed(&set("nosuch"), "815294")
        .await
        .fails(2, &["no live flow", "the live flows have bank", "publish its flow"]);
    bank.keyed(&set("bank"), "815294").await.says("The PIN is set");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_pin_is_stored_as_an_attribute_and_no_attribute_is_given_twice() {
    let bank = Deployment::new().await;
    let set = ["pin", "set", "--realm", "bank", "90786", "--stdin", "--attribute"];
    for (attributes, why) in [
        (&["pin=836192"][..], "`pin` is reserved"),
        (&["User=ada"], "`User` is reserved"),
        (&["a=b", "--attribute", "a=c"], "`a` is given twice"),
    ] {
        let said = bank.keyed(&[&set[..], attributes].concat(), "815294").await;
        said.fails(2, &["--attribute", why]);
        assert!(!said.err.contains("836192"), "{said:?}");
    }
    assert_eq!(bank.store().caller(&caller("90786")).await.unwrap(), None);
}

const DIGITS: &str = r#"
flow: bank
realm: bank
identifier: digits
fallback: { do: hangup }
ivrs:
  login:
    id: 12345
    verify_pin:
      user: "{{ answers.account }}"
      pin: "{{ answers.pin }}"
      verified: { ivr: done }
      wrong: { ivr: login }
  done: { id: 23456, do: hangup }
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_whom_no_live_flow_could_ask_for_is_not_enrolled() {
    let bank = Deployment::new().await;
    bank.publish(DIGITS).await;
    let set = |user: &'static str| ["pin", "set", "--realm", "bank", user, "--stdin"];
    let advice = ["the live flow `bank` has `identifier: digits`", "--digits-only"];
    bank.keyed(&set("90-786"), "815294").await.fails(2, &advice);
    bank.ringbolt(&["pin", "generate", "--realm", "bank", "90-786"]).await.fails(2, &advice);
    bank.keyed(&[&set("90-786")[..], &["--digits-only"]].concat(), "815294").await.says("The PIN is set");
    assert!(verified(&bank.attempt("90786", "815294").await));

    std::fs::write(bank.folder.path().join("callers.csv"), "user,pin\n90787,815294\n90-788,629184\n").unwrap();
    let import = ["pin", "import", "callers.csv", "--realm", "bank"];
    for dry_run in [&["--dry-run"][..], &[]] {
        let said = bank.ringbolt(&[&import[..], dry_run].concat()).await;
        said.fails(2, &["callers.csv, line 3", advice[0], advice[1], "1 row is concerned"]);
        assert!(!said.err.contains("90-788"), "{said:?}");
    }
    bank.ringbolt(&[&import[..], &["--digits-only"]].concat()).await.says("Imported 2 rows of 2 callers");
    assert!(verified(&bank.attempt("90788", "629184").await));

    // A flow of the same realm that takes any text can ask for such a user.
    bank.publish(&DIGITS.replace("flow: bank", "flow: web").replace("identifier: digits", "")).await;
    bank.keyed(&set("90-786"), "629184").await.says("The PIN is set");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_realm_that_knows_only_shared_pins_takes_no_users() {
    let bank = Deployment::new().await;
    bank.publish(include_str!("../../../../flows/conference.yaml")).await;
    let set = |who: &[&'static str]| [&["pin", "set", "--realm", "conference", "--stdin"][..], who].concat();
    bank.keyed(&set(&["monday-meeting"]), "815294").await.fails(2, &["shared PINs only", "--shared monday-meeting"]);
    let other = bank.keyed(&set(&["--shared", "tuesday-meeting"]), "815294").await;
    other.says("The PIN is set");
    assert!(other.err.contains("asks for this shared PIN, only for `monday-meeting`"), "{other:?}");
    let said = bank.keyed(&set(&["--shared", "Monday-Meeting"]), "815294").await;
    said.says("The PIN is set");
    assert!(!said.err.contains("No live flow"), "{said:?}");
}
