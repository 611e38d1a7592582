//! `ringbolt caller show`, `unlock`, `suspend`, `resume`

use crate::ops::{Deployment, deployment::caller};
use ringbolt_core::attempt::AuthOutcome;

const STRICT: &str = "flow: strict\nrealm: bank\nlockout: { attempts: 1, lock: 10m, longest: 10m, suspend_after: 5 }\n\
                      fallback: { wix_answers: disconnect }\nwix_answers:\n  success: 5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064\n  \
                      failure: 0b6f3c55-2f0e-4c8b-9a55-6d8a3a1f7c11\n";

async fn enrolled() -> Deployment {
    let bank = Deployment::new().await;
    let set = ["pin", "set", "--realm", "bank", "90786", "--stdin", "--attribute", "first_name=Ada\u{1b}[2J"];
    bank.keyed(&set, "815294").await.says("set");
    bank
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn show_says_until_when_the_realms_live_flow_locks_a_caller() {
    let bank = enrolled().await;
    let show = ["caller", "show", "--realm", "bank", "90786"];
    bank.ringbolt(&show).await.says("none since the PIN was set").says("Locked           no (default lockout");
    bank.attempt("90786", "111999").await;
    bank.ringbolt(&show).await.says("Locked           no (default lockout").says("1 since the last correct PIN");
    bank.publish(STRICT).await;
    bank.publish(&STRICT.replace("strict", "elsewhere").replace("realm: bank", "realm: other")).await;
    let said = bank.ringbolt(&show).await;
    said.says("Locked           until 20").says("(flow `strict`)");
    assert!(!said.out.contains("elsewhere") && !said.out.contains('\u{1b}'), "{said:?}");

    let document = bank.ringbolt(&[&show[..], &["--json"]].concat()).await.json();
    assert_eq!(document["pins"], 1);
    assert_eq!(document["failed_attempts"], 1);
    assert_eq!(document["lockout"][0]["standing"], "locked");
    assert_eq!(document["attributes"]["first_name"], "Ada\u{1b}[2J");
    let tag = bank.store().caller(&caller("90786")).await.unwrap().unwrap().pins.pop_first().unwrap();
    assert!(!said.out.contains(&tag) && !document.to_string().contains(&tag), "no tag is shown");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_locked_caller_is_unlocked_and_a_suspended_one_resumed() {
    let bank = enrolled().await;
    for pin in ["111991", "111992", "111993"] {
        bank.attempt("90786", pin).await;
    }
    assert!(matches!(bank.attempt("90786", "815294").await, AuthOutcome::Locked { .. }));
    bank.ringbolt(&["caller", "unlock", "--realm", "bank", "90786"]).await.says("Failed attempts are reset to zero.");
    assert!(matches!(bank.attempt("90786", "815294").await, AuthOutcome::Verified { .. }));

    bank.ringbolt(&["caller", "suspend", "--realm", "bank", "90786"]).await.says("The caller is suspended.");
    assert_eq!(bank.attempt("90786", "815294").await, AuthOutcome::Suspended);
    bank.ringbolt(&["caller", "show", "--realm", "bank", "90786"])
        .await
        .says("suspended, until `ringbolt caller resume`");
    let said = bank.ringbolt(&["caller", "resume", "--realm", "bank", "90786", "--json"]).await;
    assert_eq!(said.json(), serde_json::json!({ "change": "resumed", "refused": null, "lock_ends_at": null }));
    assert!(matches!(bank.attempt("90786", "815294").await, AuthOutcome::Verified { .. }));
}

/// An operator who has unlocked or enrolled somebody tells them to call again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_leaves_the_caller_refused_says_so() {
    let bank = enrolled().await;
    let of = |command: &'static [&'static str]| [command, &["--realm", "bank", "90786"]].concat();
    let typed = |command: &'static [&'static str]| [of(command), vec!["--stdin"]].concat();
    let suspended = "But the caller is suspended, and is refused until `ringbolt caller resume`";
    let said = bank.ringbolt(&of(&["caller", "suspend"])).await;
    assert!(!said.says("The caller is suspended.").out.contains("But"), "{said:?}");
    bank.ringbolt(&of(&["caller", "unlock"])).await.says("Failed attempts are reset to zero.").says(suspended);
    bank.keyed(&typed(&["pin", "set"]), "815294").await.says("The PIN is set").says(suspended);
    bank.keyed(&typed(&["pin", "add"]), "926385").await.says("The PIN is added").says(suspended);
    bank.keyed(&typed(&["pin", "remove"]), "926385").await.says("The PIN is removed").says(suspended);
    let made = bank.ringbolt(&of(&["pin", "generate"])).await;
    assert!(made.err.contains(suspended) && made.out.lines().count() == 1, "{made:?}");
    let made = bank.ringbolt(&[of(&["pin", "generate"]), vec!["--json"]].concat()).await.json();
    assert_eq!((&made["refused"], &made["lock_ends_at"]), (&"suspended".into(), &serde_json::Value::Null));
    bank.keyed(&typed(&["pin", "set"]), "815294").await.says(suspended);
    let resumed = bank.ringbolt(&of(&["caller", "resume"])).await;
    assert_eq!(resumed.says("").out, "The caller is no longer suspended.\n");

    for pin in ["111991", "111992", "111993"] {
        bank.attempt("90786", pin).await;
    }
    let locked = "But the caller is locked until 20";
    bank.ringbolt(&of(&["caller", "resume"])).await.says(locked).says("`ringbolt caller unlock`");
    bank.keyed(&typed(&["pin", "add"]), "926385").await.says(locked);
    let added = bank.ringbolt(&[of(&["pin", "generate"]), vec!["--add", "--json"]].concat()).await.json();
    assert!(added["refused"] == "locked" && added["lock_ends_at"].is_string(), "{added}");
    let made = bank.ringbolt(&of(&["pin", "generate"])).await;
    assert!(!made.err.contains("But"), "a new PIN ends the lock: {made:?}");
    let unlocked = bank.ringbolt(&[of(&["caller", "unlock"]), vec!["--json"]].concat()).await.json();
    assert_eq!(unlocked, serde_json::json!({ "change": "unlocked", "refused": null, "lock_ends_at": null }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_caller_is_neither_created_nor_named_in_the_error() {
    let bank = Deployment::new().await;
    for command in ["show", "unlock", "suspend", "resume"] {
        let said = bank.ringbolt(&["caller", command, "--realm", "bank", "nobody-1"]).await;
        said.fails(1, &["there is no such caller in the realm bank"]);
        assert!(!said.err.contains("nobody-1"), "{said:?}");
        assert_eq!(bank.store().caller(&caller("nobody-1")).await.unwrap(), None);
    }
}
