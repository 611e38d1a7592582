//! `ringbolt flow rollback`

use crate::flow::deployment::{Deployment, Said, bank, bank_flow, of_realm};
use ringbolt_core::identity::FlowName;
use serde_json::{Value, json};

/// A deployment with versions 1 to 3.
async fn deployed() -> Deployment {
    let deployment = Deployment::new().await;
    for number in 1..=3 {
        deployment.publish(&bank_flow(&format!("800555010{number}"))).await;
    }
    deployment
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_rollback_goes_one_version_further_back() {
    let deployment = deployed().await;
    let Said { code, out, err } = deployment.flow(&["rollback", "bank", "--yes"]).await;
    let sentence = "Version 2 of the flow `bank` is live and replaces version 3. To undo this, run `ringbolt flow \
                    rollback bank --to 3`.\n";
    assert_eq!((code, out.as_str(), err), (Some(0), sentence, deployment.working_on()));
    assert_eq!(deployment.live().await, Some(2));
    deployment.flow(&["rollback", "bank", "-y"]).await;
    assert_eq!(deployment.live().await, Some(1));
    let Said { code, err, .. } = deployment.flow(&["rollback", "bank", "-y"]).await;
    assert_eq!(code, Some(2));
    assert!(err.starts_with("ringbolt: version 1 of the flow `bank` is live and replaced no other version: "), "{err}");
    deployment.flow(&["rollback", "bank", "-y", "--to", "3"]).await;
    assert_eq!(deployment.live().await, Some(3));
    // A push after a rollback replaces the version that is live at that time.
    deployment.flow(&["rollback", "bank", "-y", "--to", "1"]).await;
    deployment.publish(&bank_flow("8005550104")).await;
    deployment.flow(&["rollback", "bank", "-y"]).await;
    assert_eq!(deployment.live().await, Some(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_terminal_and_without_yes_nothing_is_changed() {
    let deployment = deployed().await;
    let Said { code, err, .. } = deployment.flow(&["rollback", "bank"]).await;
    assert_eq!(code, Some(2));
    let question = "ringbolt: Make version 2 of the flow `bank` live instead of version 3? ";
    let last = err.lines().last().unwrap();
    assert!(last.starts_with(question) && last.contains("--yes"), "{err}");
    assert_eq!(deployment.live().await, Some(3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rolling_back_to_an_unknown_or_live_version_changes_nothing() {
    let deployment = deployed().await;
    let Said { code, err, .. } = deployment.flow(&["rollback", "bank", "-y", "--to", "7"]).await;
    assert_eq!((code, err.as_str()), (Some(1), "ringbolt: the flow `bank` has no version 7; its newest is 3\n"));
    let Said { code, out, .. } = deployment.flow(&["rollback", "bank", "-y", "--to", "3"]).await;
    assert_eq!((code, out.as_str()), (Some(0), "Version 3 of the flow `bank` is live already.\n"));
    assert_eq!(deployment.flow(&["rollback", "bank", "-y", "--to", "0"]).await.code, Some(2));
    assert_eq!(deployment.live().await, Some(3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unusable_version_is_refused_with_its_mistakes() {
    let deployment = Deployment::new().await;
    deployment.publish("flow: bank\nrelm: bank\n").await;
    deployment.publish(&bank_flow("8005550101").replace("flow: bank", "flow: shop")).await;
    deployment.publish(&bank_flow("8005550101")).await;
    let Said { code, err, .. } = deployment.flow(&["rollback", "bank", "-y", "--to", "1"]).await;
    assert_eq!(code, Some(1));
    assert!(err.contains("error: unknown key `relm`\n --> bank, version 1:2:1\n"), "{err}");
    let cannot = "\nringbolt: version 1 of the flow `bank` cannot be used by this version of Ringbolt\n";
    assert!(err.ends_with(cannot), "{err}");
    let Said { code, err, .. } = deployment.flow(&["rollback", "bank", "-y"]).await;
    let other = "ringbolt: version 2 of the flow `bank` contains a different flow, `shop`\n";
    assert_eq!((code, err.as_str()), (Some(1), other));
    assert_eq!(deployment.live().await, Some(3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn json_says_what_is_live() {
    let deployment = deployed().await;
    for outcome in ["live", "unchanged"] {
        let Said { code, out, .. } = deployment.flow(&["rollback", "bank", "-y", "--to", "1", "--json"]).await;
        assert_eq!(code, Some(0));
        let expected = json!({ "flow": "bank", "outcome": outcome, "version": 1, "live": 1 });
        assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), expected);
    }
    let moved = deployment.table.live_in_detail().await.unwrap().flows.remove(&bank()).unwrap().moved.unwrap();
    assert_eq!((moved.from, moved.by.as_str()), (Some(3), "ada"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rollback_is_compared_again_if_another_flow_changes_before_its_write() {
    let deployment = Deployment::new().await;
    let wire = deployment.wire().await;
    for attempts in [3, 5, 3] {
        deployment.publish(&of_realm("bank", attempts)).await;
    }
    let (_, operations) = deployment.flow_through(&wire, &["rollback", "bank", "-y", "--to", "2"]).await;
    let number = operations.iter().position(|one| one == "UpdateItem").unwrap() + 1;
    let rollback = ["rollback", "bank", "-y", "--to", "1"];
    let shop = FlowName::parse("shop").unwrap();
    let change = async { deployment.publish_as(&shop, &of_realm("shop", 5)).await };
    let (Said { code, out, err }, operations) = deployment.flow_overtaken(&wire, number, &rollback, change).await;
    assert_eq!(operations[number - 1], "UpdateItem", "{operations:?}");
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.contains("error: the flows `shop` and `bank` share the realm `bank`, so they must have"), "{err}");
    let refused = "\nringbolt: version 1 of the flow `bank` disagrees with a live flow of its realm\n";
    assert!(err.ends_with(refused), "{err}");
    assert_eq!(deployment.live().await, Some(2));
    let log: Value = serde_json::from_str(&deployment.ringbolt(&["audit", "list", "--json"]).await.out).unwrap();
    assert_eq!(log["changes"][0]["outcome"], "failed");
    assert_eq!(log["changes"][0]["detail"], "the flows of its realm would disagree");
}
