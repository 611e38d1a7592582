//! DialogTech's "IVR WebHook" with `ringbolt dev`: the answers are the specification's example documents.

use crate::dev::{Reply, Ringbolt, Start};

const OPAQUE: &str = "
<action>
<app>ivr</app>
<parameters>
<id>12345</id>
<user_parameters>
<param1>alpha</param1>
<param2>bravo</param2>
</user_parameters>
<p_t>my pass through data</p_t>
</parameters>
</action>";

const ONE_NUMBER: &str = "
<action>
<app>findme</app>
<parameters>
<phone_list>2223334444</phone_list>
<screen_method>1</screen_method>
<whisper_phrase>Call from Radio Ad</whisper_phrase>
<record>1</record>
</parameters>
</action>";

const TWO_NUMBERS: &str = "
<action>
<app>findme</app>
<parameters>
<phone_list>2223334444|5556667777</phone_list>
<simultaneous>2</simultaneous>
<screen_method>2</screen_method>
<whisper_audio>customwhisper.wav</whisper_audio>
<record>1</record>
</parameters>
</action>";

const USER_PARAMETERS: &str = "
<action>
<app>ivr</app>
<parameters>
<id>12345</id>
<user_parameters>
<param1>alpha</param1>
<param2>bravo</param2>
</user_parameters>
</parameters>
</action>";

const PASS_THROUGH: &str = "
<action>
<app>ivr</app>
<parameters>
<id>12345</id>
<user_parameters>
<param1>alpha</param1>
<param2>bravo</param2>
</user_parameters>
<p_t>user_id|90786||step|verify_user</p_t>
</parameters>
</action>";

/// The two examples that are not in the demo flow.
const FLOW: &str = r#"
flow: spec
realm: spec
fallback: { do: hangup }
ivrs:
  opaque: { id: 1, ivr: { to: login, user_parameters: { param1: alpha, param2: bravo }, pass: my pass through data } }
  plain: { id: 2, ivr: { to: login, user_parameters: { param1: alpha, param2: bravo } } }
  login: { id: 12345 }
"#;

const FORM: &str = "application/x-www-form-urlencoded";

/// The example without the line breaks between its elements.
fn joined(example: &str) -> String {
    example.lines().collect()
}

#[track_caller]
fn assert_answer_by_get_and_post(ringbolt: &Ringbolt, path: &str, ivr: u32, example: &str) {
    let query = format!(
        "ivr_id={ivr}&ivr_response_id=r-{ivr}&ivr_session_id=s-{ivr}&ivr_number_called=8005550100\
         &ivr_caller_id=8005550142&ivr_completed=True&qos=5"
    );
    let replies: [Reply; 4] = [
        ringbolt.get(&format!("{path}?{query}")),
        ringbolt.post(path, FORM, &query),
        ringbolt.post(path, "application/x-www-form-urlencoded; charset=UTF-8", &query),
        // The target URL has a static parameter in addition to the form.
        ringbolt.post(&format!("{path}?client=radio"), FORM, &query),
    ];
    for reply in replies {
        assert_eq!(reply.xml(), joined(example), "IVR {ivr}");
    }
}

#[test]
fn every_example_of_the_specification_is_answered_by_get_and_by_post() {
    let ringbolt = Start::new().run();
    let path = "/dialogtech/demo/next-action";
    assert_answer_by_get_and_post(&ringbolt, path, 40001, PASS_THROUGH);
    assert_answer_by_get_and_post(&ringbolt, path, 40002, ONE_NUMBER);
    assert_answer_by_get_and_post(&ringbolt, path, 40003, TWO_NUMBERS);
    let app = |app: &str, name: &str, value: &str| {
        format!("<action><app>{app}</app><parameters><{name}>{value}</{name}></parameters></action>")
    };
    assert_answer_by_get_and_post(&ringbolt, path, 40004, &app("vr", "id", "501"));
    assert_answer_by_get_and_post(&ringbolt, path, 40005, &app("voicemail", "id", "502"));
    assert_answer_by_get_and_post(&ringbolt, path, 40006, "<action><app>hangup</app></action>");
    assert_answer_by_get_and_post(&ringbolt, path, 40007, &app("transfer", "destination", "8005550122"));
}

#[test]
fn answers_with_and_without_opaque_pass_through_data_match_the_specification() {
    let ringbolt = Start::new().file("spec.yaml", FLOW).with(&["--flow", "spec.yaml"]).run();
    assert_answer_by_get_and_post(&ringbolt, "/dialogtech/spec/next-action", 1, OPAQUE);
    assert_answer_by_get_and_post(&ringbolt, "/dialogtech/spec/next-action", 2, USER_PARAMETERS);
}

#[test]
fn the_get_example_of_the_specification_is_answered() {
    let ringbolt = Start::new().with(&["--memory", "--token", "abc123"]).run();
    let send = |query: &str| ringbolt.address.get(&format!("/dialogtech/demo/next-action?{query}"));
    // The literal example has no `ivr_id`, and the demo flow says that such results are the survey's. "In addition to the
    // Call Generated Parameters, the IVR WebHook also includes data points about the call itself."
    for query in ["auth=abc123&qos=5", "auth=abc123&qos=5&ivr_id=23456"] {
        let survey = send(query);
        assert!(survey.xml().contains("<whisper_phrase>Survey score 5</whisper_phrase>"), "{query}: {survey:?}");
    }
    send("auth=dev-token-not-secret&qos=5").refuses(401, "token");
}
