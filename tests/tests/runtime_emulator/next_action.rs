//! Tests the next-action webhook under the emulator.

use crate::{
    auth_webhook::enrolled,
    cases::{self, Case, NO_TOKEN, pass_through, status, text, xml},
    emulator::Emulated,
    environment::Environment,
};
use ringbolt_tests::{
    TestDatabase,
    app::{Function, get_event},
    caller,
};

const WELCOME: &str = "<action><app>ivr</app><parameters><id>23456</id>\
     <user_parameters><firstname>Ada</firstname></user_parameters>\
     <p_t>user_id|90786||rb|1.OTA3ODY</p_t></parameters></action>";
const ASK_AGAIN: &str = "<action><app>ivr</app><parameters><id>12345</id><p_t>rb|1.</p_t></parameters></action>";
const SUPPORT: &str =
    "<action><app>transfer</app><parameters><destination>8005550111</destination></parameters></action>";
const FALLBACK: &str =
    "<action><app>transfer</app><parameters><destination>8005550100</destination></parameters></action>";
const SORRY: &str = "We are sorry, we cannot help you right now. Please call again later.";
const SURVEY: &str = "<action><app>findme</app><parameters><phone_list>2225550123|5555550145</phone_list>\
     <simultaneous>2</simultaneous><screen_method>1</screen_method><whisper_phrase>Survey score 5</whisper_phrase>\
     </parameters></action>";
const SPEC_IVR: &str = "<action><app>ivr</app><parameters><id>12345</id>\
     <user_parameters><param1>alpha</param1><param2>bravo</param2></user_parameters>\
     <p_t>user_id|90786||step|verify_user</p_t></parameters></action>";

const CASES: [Case; 23] = [
    xml("login-right-get", "verified", WELCOME),
    xml("login-right-post", "verified", WELCOME),
    xml("login-wrong-get", "wrong", ASK_AGAIN),
    xml("login-na", "unanswered", ASK_AGAIN),
    xml("login-hang-up", "hung_up", ASK_AGAIN),
    // The first of several values counts.
    xml("login-repeated-keys", "verified", WELCOME),
    xml("login-suspended", "suspended", SUPPORT),
    // No caller was verified, so there is no balance to read.
    text("say", "fallback", SORRY),
    xml("spec-get", "answered", SURVEY),
    xml("spec-get-to-the-letter", "answered", SURVEY),
    xml("sourcetrak", "answered", SURVEY),
    xml("two-hundred-keys", "answered", SURVEY),
    xml("unknown-ivr", "fallback", FALLBACK),
    xml("xml-in-a-name", "answered", SPEC_IVR),
    xml(
        "bars-in-a-name",
        "answered",
        "<action><app>ivr</app><parameters><id>12345</id>\
         <user_parameters><param1>alpha</param1><param2>bravo</param2></user_parameters>\
         <p_t>crm|x ||opaque text||a|||b|1||user_id|90786||step|verify_user</p_t></parameters></action>",
    ),
    xml("app-ivr", "answered", SPEC_IVR),
    xml(
        "app-findme-one",
        "answered",
        "<action><app>findme</app><parameters><phone_list>2223334444</phone_list><screen_method>1</screen_method>\
         <whisper_phrase>Call from Radio Ad</whisper_phrase><record>1</record></parameters></action>",
    ),
    xml(
        "app-findme-two",
        "answered",
        "<action><app>findme</app><parameters><phone_list>2223334444|5556667777</phone_list>\
         <simultaneous>2</simultaneous><screen_method>2</screen_method>\
         <whisper_audio>customwhisper.wav</whisper_audio><record>1</record></parameters></action>",
    ),
    xml("app-hangup", "answered", "<action><app>hangup</app></action>"),
    xml(
        "app-transfer",
        "answered",
        "<action><app>transfer</app><parameters><destination>8005550122</destination></parameters></action>",
    ),
    xml("app-voicemail", "answered", "<action><app>voicemail</app><parameters><id>502</id></parameters></action>"),
    xml("app-vr", "answered", "<action><app>vr</app><parameters><id>501</id></parameters></action>"),
    status(401, "bad-token", "refused", NO_TOKEN),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_next_action_event_gets_its_answer() {
    cases::assert_complete(Function::NextAction, &CASES);
    let database = TestDatabase::start().await;
    let _app = enrolled(&database).await;
    let function = Emulated::start(Function::NextAction, &Environment::on(&database, Function::NextAction)).await;

    let outcomes = cases::send(&function, &CASES).await;

    assert_eq!(function.stop().outcomes(), outcomes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pass_through_data_carries_the_call_and_the_third_wrong_pin_transfers_to_support() {
    let database = TestDatabase::start().await;
    let app = enrolled(&database).await;
    let function = Emulated::start(Function::NextAction, &Environment::on(&database, Function::NextAction)).await;
    let login = |call: &str, pin: &str, passed: &str| {
        let keyed = format!("account=90786&pin={pin}");
        results(call, "12345", &keyed, passed)
    };

    let welcome = function.invoke(&login("1", "4711", "")).await;
    let passed = pass_through(&welcome.body).unwrap();
    let balance = function.invoke(&results("1", "34567", "menu=2", &passed)).await;
    assert_eq!(balance.body, "Your balance is 12.50.");
    // State signed for one call is invalid in another.
    let of_another_call = function.invoke(&results("2", "34567", "menu=2", &passed)).await;
    assert_eq!(of_another_call.body, SORRY);

    let mut passed = "crm|x".to_owned();
    for (pin, tries) in [("9753", 1), ("9753", 2)] {
        let again = function.invoke(&login("3", pin, &passed)).await;
        assert!(again.body.contains("<id>12345</id>"), "{}", again.body);
        passed = pass_through(&again.body).unwrap();
        assert!(passed.starts_with(&format!("crm|x||rb|{tries}.")), "{passed}");
    }
    assert_eq!(function.invoke(&login("3", "8642", &passed)).await.body, SUPPORT);
    assert_eq!(function.invoke(&login("4", "4711", "")).await.body, SUPPORT);

    let caller = app.app.webhook.store.caller(&caller("90786")).await.unwrap().unwrap();
    assert_eq!(caller.attempts, 3);
    let outcomes = ["verified", "said", "fallback", "wrong", "wrong", "too_many_attempts", "locked"];
    assert_eq!(function.stop().outcomes(), outcomes);
}

/// The event with an IVR's results.
fn results(call: &str, ivr: &str, keyed: &str, passed: &str) -> String {
    // The bar is the only character here that needs escaping.
    let passed = passed.replace('|', "%7C");
    let query = format!(
        "{keyed}&ivr_caller_id=2125550123&ivr_id={ivr}&ivr_response_id=8000000{call}&ivr_session_id=900000{call}\
         &ivr_pass_through={passed}&ivr_completed=True"
    );
    get_event(Function::NextAction, &query).to_string()
}
