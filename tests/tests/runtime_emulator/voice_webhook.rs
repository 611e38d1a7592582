//! Tests the voice webhook under the emulator.

use crate::{
    cases::{self, Case, status, xml},
    emulator::Emulated,
    environment::Environment,
};
use ringbolt_tests::{TestDatabase, app::Function};

/// The first question of the login. The URL is that of the API in the event, since no other is configured.
const WELCOME: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>\
     <Gather input=\"dtmf\" method=\"POST\" \
     action=\"https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/twiml/demo/voice?at=login.1&amp;s=STATE\" \
     timeout=\"5\" finishOnKey=\"#\" numDigits=\"10\">\
     <Say>Welcome. Please key your account number, then pound.</Say></Gather>\
     <Redirect method=\"POST\">\
     https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/twiml/demo/voice?at=login.1&amp;s=STATE</Redirect>\
     </Response>";
/// An IVR that asks nothing: its step follows.
const STEP: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Redirect method=\"POST\">\
     https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/twiml/demo/voice?at=spec-hangup&amp;s=STATE</Redirect>\
     </Response>";
const NO_SIGNATURE: &str = "The request is refused: the request has no signature.\n";

const CASES: [Case; 10] = [
    xml("call-comes-in", "asked", WELCOME),
    xml("call-without-a-question", "asked", STEP),
    // What was keyed belongs to no question that was asked.
    xml("foreign-state", "asked", WELCOME),
    // Nobody is there any more.
    xml("hung-up", "asked", "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>"),
    status(403, "unsigned", "refused", NO_SIGNATURE),
    status(403, "wrong-signature", "refused", "The request is refused: the Twilio signature is wrong.\n"),
    status(403, "webhook-token", "refused", NO_SIGNATURE),
    status(
        404,
        "unknown-flow",
        "refused",
        "There is no such call flow here: look at the part of the URL after the provider's name.\n",
    ),
    status(400, "transcription-foreign-state", "refused", "This is not a transcription of a call to this flow.\n"),
    status(403, "transcription-unsigned", "refused", NO_SIGNATURE),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_request_begins_a_conversation_and_the_others_are_refused() {
    cases::assert_complete(Function::Voice, &CASES);
    let database = TestDatabase::start().await;
    let environment = Environment::on(&database, Function::Voice);
    let function = Emulated::start(Function::Voice, &environment).await;
    let outcomes = cases::send(&function, &CASES).await;
    let output = function.stop();
    assert_eq!(output.outcomes(), outcomes);
    let counted = |metric: &str| output.logs.iter().filter(|log| log.contains_key(metric)).count();
    assert_eq!((counted("BadSignatures"), counted("Refused")), (4, 2));
}

/// A proxy in front of the API has another name than the API, and providers sign that one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_configured_public_url_takes_the_place_of_the_apis_own() {
    let environment = Environment::without_database(Function::Voice);
    let environment = environment.with("RINGBOLT_PUBLIC_URL", "https://calls.example.com");
    let function = Emulated::start(Function::Voice, &environment).await;
    assert_eq!(function.invoke_file("call-comes-in").await.status, 403);
    function.stop();
}
