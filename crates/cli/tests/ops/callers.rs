//! `ringbolt caller show`, `unlock`, `suspend`, `resume`

use crate::{Deployment, deployment::caller};
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
    assert_eq!(said.json(), serde_json::json!({ "resumed": true }));
    assert!(matches!(bank.attempt("90786", "815294").await, AuthOutcome::Verified { .. }));
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
