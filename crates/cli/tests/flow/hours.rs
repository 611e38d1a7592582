//! `ringbolt hours`

use crate::flow::deployment::{Deployment, Said, bank, bank_flow};
use jiff::{Timestamp, ToSpan as _};
use ringbolt_core::identity::FlowName;
use ringbolt_dynamodb::flows::Push;
use serde_json::{Value, json};

const ZONE: &str = "Asia/Tokyo";

/// A flow with the hours `support`.
fn with_hours(text: &str) -> String {
    format!("{text}hours: {{ support: {{ zone: {ZONE}, open: {{ daily: 00:00-24:00 }} }} }}\n")
}

async fn deployed() -> Deployment {
    let deployment = Deployment::new().await;
    deployment.publish(&with_hours(&bank_flow("8005550101"))).await;
    deployment
}

/// A full hour within the next day: as `--until` takes it, as the command shows it, and as an instant.
fn soon() -> (String, String, String) {
    let in_a_day = Timestamp::now().in_tz(ZONE).unwrap().checked_add(1.day()).unwrap();
    let at = in_a_day.with().minute(0).second(0).subsec_nanosecond(0).build().unwrap();
    let form = |form: &str| at.strftime(form).to_string();
    (form("%Y-%m-%dT%H:%M"), form("%Y-%m-%d %H:%M:%S %Z"), at.timestamp().to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_is_closed_listed_and_opened_again() {
    let deployment = deployed().await;
    let (until, shown, instant) = soon();
    let Said { code, out, err } = deployment.ringbolt(&["hours", "close", "support", "--until", &until]).await;
    let sentence = format!(
        "Closed the hours `support` of the flow `bank` until {shown}. To lift it: `ringbolt hours open support --flow \
         bank`.\n"
    );
    assert_eq!((code, out, err), (Some(0), sentence, deployment.working_on()));
    let closed = deployment.table.closed_calendars().await.unwrap();
    assert_eq!((closed[&bank()]["support"].by.as_str(), deployment.live().await), ("ada", Some(1)));

    let Said { out, .. } = deployment.ringbolt(&["hours", "list", "--json"]).await;
    let listed: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(listed["closures"][0]["ends_at"], json!(instant));
    assert_eq!(
        (listed["closures"][0]["hours"].as_str(), listed["closures"][0]["by"].as_str()),
        (Some("support"), Some("ada"))
    );
    let Said { out, .. } = deployment.ringbolt(&["hours", "list"]).await;
    assert!(out.starts_with("Flow  Hours    Closed until") && out.lines().count() == 2, "{out}");

    let Said { out, .. } = deployment.ringbolt(&["hours", "close", "support", "--until", &until, "--json"]).await;
    let expected = json!({ "flow": "bank", "hours": "support", "ends_at": instant, "instead_of_ends_at": instant });
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), expected);

    for expected in [
        "Lifted the closure of the hours `support` of the flow `bank`: the flow decides again.\n",
        "No closure holds for the hours `support` of the flow `bank`: the flow decides.\n",
    ] {
        let Said { code, out, .. } = deployment.ringbolt(&["hours", "open", "support"]).await;
        assert_eq!((code, out.as_str()), (Some(0), expected));
    }
    let Said { out, .. } = deployment.ringbolt(&["hours", "list"]).await;
    assert_eq!(out, "No line is closed: every flow's own hours hold.\n");

    let Said { out, .. } = deployment.ringbolt(&["audit", "list", "--json"]).await;
    let log: Value = serde_json::from_str(&out).unwrap();
    let changes = log["changes"].as_array().unwrap();
    let of = |command: &str| changes.iter().filter(|change| change["command"] == command).count();
    assert_eq!((of("hours close"), of("hours open")), (2, 1), "each change is one row: {out}");
    assert!(out.contains("bank/support") && out.contains(&format!("until {shown}")), "{out}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hours_that_are_not_there_or_not_clear_are_refused_in_a_sentence() {
    let deployment = deployed().await;
    let close = async |arguments: &[&str]| {
        let Said { code, err, .. } = deployment.ringbolt(&[&["hours", "close"], arguments].concat()).await;
        (code, err)
    };
    let (until, ..) = soon();
    let place = deployment.place();
    let (code, err) = close(&["suport", "--until", &until]).await;
    let expected = format!("ringbolt: {place} has no hours `suport`; it has `support` (flow `bank`)\n");
    assert_eq!((code, err), (Some(1), expected));
    let (code, err) = close(&["support", "--until", &until, "--flow", "shop"]).await;
    let expected = format!("ringbolt: no flow `shop` is live in {place}; `ringbolt flow list` lists them\n");
    assert_eq!((code, err), (Some(1), expected));
    for wrong in ["noon", "2020-01-01T10:00"] {
        let (code, err) = close(&["support", "--until", wrong]).await;
        assert!(code == Some(2) && err.starts_with("ringbolt: --until "), "{err}");
    }

    let shop = with_hours(&bank_flow("8005550101")).replace("flow: bank", "flow: shop");
    let push = Push::new(shop, "ada".to_owned(), None, crate::flow::deployment::NOON).unwrap();
    deployment.table.publish(&FlowName::parse("shop").unwrap(), &push).await.unwrap();
    let (code, err) = close(&["support", "--until", &until]).await;
    let expected = "ringbolt: the flows `bank` and `shop` both have hours `support`: say with --flow which are meant\n";
    assert_eq!((code, err.as_str()), (Some(2), expected));
    assert_eq!(deployment.table.closed_calendars().await.unwrap().len(), 0);
    assert_eq!(close(&["support", "--until", &until, "--flow", "shop"]).await.0, Some(0));
    assert!(deployment.table.closed_calendars().await.unwrap().keys().eq([&FlowName::parse("shop").unwrap()]));
}
