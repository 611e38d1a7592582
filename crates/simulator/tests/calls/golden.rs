//! The specifications' own examples, field by field: `tests/golden` has what is sent.

use crate::driver::{Driver, MORNING};
use ringbolt_core::flow::Flow;
use ringbolt_core::flow::fields::{CALL_FIELDS, SOURCE_FIELDS};
use ringbolt_core::time::EpochMs;
use ringbolt_simulator::{Call, Method, PersonDoes, Provider, Request, Setting, WixUser};
use std::fmt::Write;
use std::sync::Arc;

/// The specification's question "Service Score", and a recorded one.
const FLOW: &str = r#"
flow: spec
realm: spec
starts: survey
fallback: { do: hangup, wix_answers: disconnect }
ivrs:
  survey:
    id: 12345
    asks:
      - prompt: On a scale of 1 to 5, 5 being the best, how would you rate the service you received?
        as: qos
        digits: 1
      - { prompt: And why?, as: why, record: 60s, transcribe: true }
    do: hangup
wix_answers:
  success: welcome
  failure: disconnect
  ivrs: { welcome: { guid: 5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064 } }
"#;

/// The last five of `SOURCE_FIELDS` were seen in the field and aren't in the specification.
const SPECIFIED_SOURCE_FIELDS: usize = 22;

fn setting(provider: Provider) -> Setting {
    let flow = Arc::new(Flow::load(FLOW).unwrap());
    Setting { token: "abc123".to_owned(), call_id: "260309100000001".to_owned(), ..Setting::new(flow, provider) }
}

fn source() -> Vec<(String, String)> {
    SOURCE_FIELDS[..SPECIFIED_SOURCE_FIELDS]
        .iter()
        .map(|name| ((*name).to_owned(), format!("value of {name}")))
        .collect()
}

/// Every field with its value, in the order on the wire.
fn fields(request: &Request) -> Vec<(String, String)> {
    let body = request.body().map(|(_, body)| body).unwrap_or_default();
    let sent = if request.method == Method::Get { request.query() } else { body };
    form_urlencoded::parse(sent.as_bytes()).into_owned().collect()
}

fn section(golden: &mut String, title: &str, request: &Request) {
    if !golden.is_empty() {
        golden.push('\n');
    }
    let query = if request.method == Method::Post { request.query() } else { "...".to_owned() };
    let mark = if query.is_empty() { "" } else { "?" };
    writeln!(golden, "# {title}\n{} {}{mark}{query}", request.method.word(), request.path).unwrap();
    for (name, value) in fields(request) {
        writeln!(golden, "  {name}={value}").unwrap();
    }
}

fn assert_golden(file: &str, expected: &str, made: &str) {
    assert!(expected == made, "tests/golden/{file} should be:\n{made}");
}

#[test]
fn the_webhooks_of_dialogtech_are_those_of_the_specification() {
    let mut golden = String::new();
    let mut call = Driver::start(setting(Provider::DialogTech));
    call.keys("5").say("It was quick.");
    section(&mut golden, "The specification's example: question \"Service Score\", key qos, answer 5", call.webhook());

    call.action("ivr", "<id>12345</id><p_t>user_id|90786||step|verify_user</p_t>")
        .silence()
        .silence()
        .silence()
        .silence();
    section(&mut golden, "Pass-through data, and a question that nobody answered", call.webhook());

    let mut source_trak = setting(Provider::DialogTech);
    source_trak.portal.method = Method::Post;
    source_trak.portal.phone_label = "Radio Ad".to_owned();
    source_trak.portal.source = source();
    let mut post = Driver::start(source_trak);
    post.keys("5").silence();
    section(&mut golden, "By POST, with \"Include SourceTrak Data\"", post.webhook());

    let mut withheld = Driver::start(Setting { from: String::new(), ..setting(Provider::DialogTech) });
    withheld.hang_up();
    section(&mut golden, "The number is withheld, and the caller hangs up at the question", withheld.webhook());

    let postback = call.call.postback(0, EpochMs(MORNING.0 + 86_400_000)).unwrap();
    section(&mut golden, "Transcription postback", &postback);
    assert_golden("dialogtech.txt", include_str!("../golden/dialogtech.txt"), &golden);
}

#[test]
fn the_requests_of_a_twiml_provider_are_those_that_twilio_documents() {
    let url = |at: &str| format!("https://ringbolt.invalid/twiml/spec/voice?at={at}&amp;s=sealed");
    let gather =
        |at: &str, more: &str| format!("<Gather action=\"{}\"{more}/><Redirect>{}</Redirect>", url(at), url(at));
    let mut golden = String::new();
    let mut call = Driver::start(setting(Provider::Twiml));
    section(&mut golden, "The call comes in", call.webhook());

    call.verbs(&gather("survey.1", " numDigits=\"1\"")).keys("5");
    section(&mut golden, "After a Gather that its last digit ended", call.webhook());

    call.verbs(&gather("survey.1", "")).keys("12#");
    section(&mut golden, "After a Gather that pound ended", call.webhook());

    call.verbs(&gather("survey.1", "")).silence();
    section(&mut golden, "After a Redirect", call.webhook());

    let callback = url("survey.2").replace("voice", "transcription");
    let record =
        format!("<Record action=\"{}\" transcribe=\"true\" transcribeCallback=\"{callback}\"/>", url("survey.2"));
    call.verbs(&record).say("It was quick.");
    section(&mut golden, "After a Record", call.webhook());

    let whisper = url("whisper");
    call.verbs(&format!("<Dial action=\"{}\"><Number url=\"{whisper}\">+18005550111</Number></Dial>", url("findme")));
    call.person(0, PersonDoes::Answers);
    section(&mut golden, "Somebody who is rung picks up", call.webhook());

    call.verbs(&format!("<Gather action=\"{}\" numDigits=\"1\"/><Hangup/>", url("accept")))
        .person(0, PersonDoes::Declines);
    section(&mut golden, "They decline by a key", call.webhook());

    call.verbs("<Hangup/>");
    section(&mut golden, "After a Dial that somebody answered and nobody took", call.webhook());

    call.verbs(&record).hang_up();
    section(&mut golden, "The caller hangs up while they are recorded", call.webhook());

    call.verbs("<Hangup/>");
    section(&mut golden, "Transcription", &call.call.postback(0, EpochMs(MORNING.0 + 86_400_000)).unwrap());

    let withheld = Driver::start(Setting { from: String::new(), ..setting(Provider::Twiml) });
    section(&mut golden, "The number is withheld", withheld.webhook());
    assert_golden("twiml.txt", include_str!("../golden/twiml.txt"), &golden);
}

#[test]
fn every_field_of_the_specifications_tables_is_sent_in_its_order() {
    for (include, method) in [(false, Method::Get), (true, Method::Get), (true, Method::Post)] {
        let mut setting = setting(Provider::DialogTech);
        setting.portal.method = method;
        setting.portal.source = if include { source() } else { Vec::new() };
        let mut call = Driver::start(setting);
        call.keys("5").silence();
        let fields = fields(call.webhook());
        let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).filter(|name| *name != "auth").collect();
        let source = &SOURCE_FIELDS[..if include { SPECIFIED_SOURCE_FIELDS } else { 0 }];
        let expected: Vec<&str> = ["qos"].iter().chain(&CALL_FIELDS).chain(source).copied().collect();
        assert_eq!(names, expected);
    }
}

#[test]
fn the_payload_of_wix_answers_is_that_of_the_specification() {
    let user = WixUser {
        id: "123abc45-67d8-912e-3fg4-56789h0123456".to_owned(),
        first_name: Some("User".to_owned()),
        full_name: Some("User User".to_owned()),
        email: Some("user@domain.com".to_owned()),
        number: Some("+111-544444444".to_owned()),
        banned: false,
    };
    let at = EpochMs(1_540_910_161_000);
    let setting = Setting {
        from: "+111-444444444".to_owned(),
        user: Some(user),
        call_id: "f304229f-dc2c-4c84-bc65-90c92a980dd7".to_owned(),
        ..setting(Provider::WixAnswers)
    };
    let mut call = Driver { call: Call::start(setting, at).unwrap(), now: EpochMs(at.0 - 5_000) };
    call.keys("1234#");
    let request = call.webhook();
    let (content_type, body) = request.body().unwrap();
    let made = format!("{} {}\ncontent-type: {content_type}\n\n{body}\n", request.method.word(), request.target());
    assert_golden("wix-answers.txt", include_str!("../golden/wix-answers.txt"), &made);

    assert_eq!(body, include_str!("../golden/wix-answers-specification.json").trim_end());
}
