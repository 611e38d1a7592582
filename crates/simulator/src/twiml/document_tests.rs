use super::*;
use crate::setting::Provider;
use crate::twiml::url::Url;
use ringbolt_core::flow::Flow;

const FLOW: &str = "{ flow: f, realm: f, starts: a, fallback: { do: hangup }, ivrs: { a: { do: hangup } } }";
const VOICE: &str = "https://ringbolt.invalid/twiml/f/voice";

fn setting() -> Setting {
    Setting::new(Flow::load(FLOW).unwrap().into(), Provider::Twiml)
}

fn read(verbs: &str) -> Result<Vec<Verb>, Refused> {
    super::read(&Reply::xml(format!("<Response>{verbs}</Response>")), &setting())
}

fn refusal(verbs: &str) -> String {
    read(verbs).unwrap_err().to_string()
}

fn url(at: &str) -> Url {
    Url { path: "/twiml/f/voice".to_owned(), query: format!("at={at}&s=x-_1") }
}

#[test]
fn every_verb_of_our_documents_is_understood() {
    let verbs = read(&format!(
        "<Say language=\"en-US\" voice=\"alice\"> Welcome &amp; <!-- x -->hello </Say><Pause length=\"2\"/><Play>https://example.com/a.mp3</Play>\
         <Gather input=\"dtmf\" method=\"POST\" action=\"{VOICE}?at=a.1&amp;s=x-_1\" timeout=\"5\" finishOnKey=\"#\" numDigits=\"4\"><Say>Four digits</Say></Gather>\
         <Redirect method=\"POST\">{VOICE}?at=a&amp;s=x-_1</Redirect>\
         <Dial method=\"POST\" action=\"{VOICE}?at=findme&amp;s=x-_1\" answerOnBridge=\"true\" timeout=\"20\" record=\"record-from-answer-dual\">\
         <Number method=\"POST\" url=\"{VOICE}?at=whisper&amp;s=x-_1\">+12225550123</Number><Number>+442079460018</Number></Dial>\
         <Record method=\"POST\" action=\"{VOICE}?at=a.1&amp;s=x-_1\" maxLength=\"60\" timeout=\"5\" finishOnKey=\"#\" playBeep=\"true\" transcribe=\"true\" transcribeCallback=\"https://ringbolt.invalid/twiml/f/transcription?at=a.1&amp;s=x-_1\"/>\
         <Hangup/>"
    ))
    .unwrap();
    let [Verb::Say(said), Verb::Pause, Verb::Play(played), gather, redirect, dial, record, Verb::Hangup] =
        verbs.as_slice()
    else {
        panic!("{verbs:?}")
    };
    assert_eq!((said.as_str(), played.as_str()), ("Welcome & hello", "https://example.com/a.mp3"));
    let Verb::Gather(gather) = gather else { panic!("{gather:?}") };
    assert_eq!((&gather.action, gather.finish_on_key, gather.num_digits), (&url("a.1"), Some('#'), Some(4)));
    assert_eq!(gather.heard, [Verb::Say("Four digits".to_owned())]);
    assert_eq!(*redirect, Verb::Redirect(url("a")));
    let Verb::Dial(dial) = dial else { panic!("{dial:?}") };
    assert_eq!((dial.action.as_ref(), dial.timeout_secs, dial.record), (Some(&url("findme")), 20, true));
    let numbers: Vec<_> = dial.numbers.iter().map(|one| (one.number.as_str(), one.url.is_some())).collect();
    assert_eq!(numbers, [("+12225550123", true), ("+442079460018", false)]);
    let Verb::Record(record) = record else { panic!("{record:?}") };
    assert_eq!((record.longest_secs, record.finish_on_key.as_str()), (60, "#"));
    assert_eq!(record.transcribe.as_ref().map(|url| url.path.as_str()), Some("/twiml/f/transcription"));
}

#[test]
fn what_a_document_leaves_out_is_as_the_provider_documents_it() {
    let gather = read(&format!("<Gather action=\"{VOICE}\"/>")).unwrap();
    assert!(
        matches!(&gather[..], [Verb::Gather(gather)] if gather.finish_on_key == Some('#') && gather.num_digits.is_none())
    );
    let never = read(&format!("<Gather action=\"{VOICE}\" finishOnKey=\"\"/>")).unwrap();
    assert!(matches!(&never[..], [Verb::Gather(gather)] if gather.finish_on_key.is_none()));
    let dial = read("<Dial><Number>+12225550123</Number></Dial>").unwrap();
    assert!(
        matches!(&dial[..], [Verb::Dial(dial)] if dial.action.is_none() && dial.timeout_secs == 30 && !dial.record)
    );
    let record = read(&format!("<Record action=\"{VOICE}\" transcribe=\"false\"/>")).unwrap();
    assert!(
        matches!(&record[..], [Verb::Record(record)] if record.finish_on_key.len() == 12 && record.transcribe.is_none())
    );
    assert_eq!(read(""), Ok(Vec::new()));
}

#[test]
fn an_unknown_verb_attribute_or_value_is_refused_with_the_reason() {
    for (verbs, why) in [
        ("<Reject/>".to_owned(), "`<Reject>` can't be in `<Response>`"),
        ("<say>Hi</say>".to_owned(), "`<say>` can't be in `<Response>`"),
        ("<Say xmlns=\"urn:x\">Hi</Say>".to_owned(), "`<Say>` can't be in `<Response>`"),
        ("Hello".to_owned(), "`<Response>` can't have text in it"),
        ("<Say loop=\"2\">Hi</Say>".to_owned(), "`<Say>` has no attribute `loop`"),
        ("<Say>Hi <break/></Say>".to_owned(), "`<break>` can't be in `<Say>`"),
        ("<Hangup now=\"true\"/>".to_owned(), "`<Hangup>` has no attribute `now`"),
        ("<Hangup>now</Hangup>".to_owned(), "`<Hangup>` can't have text in it"),
        ("<Pause length=\"x\"/>".to_owned(), "`length` of `<Pause>` can't be `x`"),
        ("<Gather/>".to_owned(), "`<Gather>` needs an `action`"),
        (format!("<Gather action=\"{VOICE}\" method=\"GET\"/>"), "`method` of `<Gather>` can't be `GET`"),
        (format!("<Gather action=\"{VOICE}\" input=\"speech\"/>"), "`input` of `<Gather>` can't be `speech`"),
        (format!("<Gather action=\"{VOICE}\" timeout=\"auto\"/>"), "`timeout` of `<Gather>` can't be `auto`"),
        (format!("<Gather action=\"{VOICE}\" numDigits=\"0\"/>"), "`numDigits` of `<Gather>` can't be `0`"),
        (format!("<Gather action=\"{VOICE}\" finishOnKey=\"a\"/>"), "`finishOnKey` of `<Gather>` can't be `a`"),
        (format!("<Gather action=\"{VOICE}\" finishOnKey=\"12\"/>"), "`finishOnKey` of `<Gather>` can't be `12`"),
        (format!("<Gather action=\"{VOICE}\">Hi</Gather>"), "`<Gather>` can't have text in it"),
        (format!("<Gather action=\"{VOICE}\"><Hangup/></Gather>"), "`<Hangup>` can't be in `<Gather>`"),
        (
            format!("<Gather action=\"{VOICE}\"><Gather action=\"{VOICE}\"/></Gather>"),
            "`<Gather>` can't be in `<Gather>`",
        ),
        ("<Dial/>".to_owned(), "`<Dial>` needs a `<Number>`"),
        ("<Dial>+12225550123</Dial>".to_owned(), "`<Dial>` can't have text in it"),
        ("<Dial><Client>ada</Client></Dial>".to_owned(), "`<Client>` can't be in `<Dial>`"),
        ("<Dial><Number>2225550123</Number></Dial>".to_owned(), "`the text` of `<Number>` can't be `2225550123`"),
        ("<Dial timeout=\"2\"><Number>+12225550123</Number></Dial>".to_owned(), "`timeout` of `<Dial>` can't be `2`"),
        (
            "<Dial record=\"true\"><Number>+12225550123</Number></Dial>".to_owned(),
            "`record` of `<Dial>` can't be `true`",
        ),
        (
            format!("<Dial>{}</Dial>", "<Number>+12225550123</Number>".repeat(11)),
            "`<Dial>` needs at most ten `<Number>`s",
        ),
        (format!("<Record action=\"{VOICE}\" maxLength=\"0\"/>"), "`maxLength` of `<Record>` can't be `0`"),
        (format!("<Record action=\"{VOICE}\" transcribe=\"true\"/>"), "both `transcribe` and `transcribeCallback`"),
        (format!("<Record action=\"{VOICE}\" transcription=\"true\"/>"), "`<Record>` has no attribute `transcription`"),
        (format!("<Say>{}</Say>", "a".repeat(4097)), "`the text` of `<Say>` can't be"),
    ] {
        let found = refusal(&verbs);
        assert!(found.contains(why), "{verbs}: {found}");
    }
}

#[test]
fn a_url_is_absolute_and_of_the_webhook_that_is_meant() {
    for (url, why) in [
        ("", "isn't absolute"),
        ("/twiml/f/voice", "isn't absolute"),
        ("voice?at=a.1", "isn't absolute"),
        ("https:///twiml/f/voice", "isn't absolute"),
        ("https://evil.example/twiml/f/voice", "isn't the one of this flow's webhook"),
        ("https://ringbolt.invalid.evil.example/twiml/f/voice", "isn't the one of this flow's webhook"),
        ("http://ringbolt.invalid/twiml/f/voice", "isn't the one of this flow's webhook"),
        ("https://ringbolt.invalid/twiml/other/voice", "isn't the one of this flow's webhook"),
        ("https://ringbolt.invalid/twiml/f/transcription", "isn't the one of this flow's webhook"),
        ("https://ringbolt.invalid/twiml/f/voice/", "isn't the one of this flow's webhook"),
        ("https://ringbolt.invalid/twiml/f/voice?at=a b", "isn't the one of this flow's webhook"),
        ("https://ringbolt.invalid/twiml/f/voice?at=a#rc=2", "isn't the one of this flow's webhook"),
    ] {
        let found = refusal(&format!("<Redirect>{url}</Redirect>"));
        assert!(found.contains(why), "{url}: {found}");
    }
    assert!(refusal("<Play>a.mp3</Play>").contains("isn't absolute"));
    assert!(!refusal("<Redirect>https://evil.example/?s=sealed</Redirect>").contains("sealed"));
    assert!(!refusal("<Redirect>/voice?s=sealed</Redirect>").contains("sealed"));
}

#[test]
fn a_public_url_may_have_a_path_that_the_web_server_does_not_see() {
    let setting = Setting { public_url: "https://calls.example.com/prod".to_owned(), ..setting() };
    let body = "<Response><Redirect>https://calls.example.com/prod/twiml/f/voice?at=a&amp;s=x-_1</Redirect></Response>";
    let [Verb::Redirect(read)] = &super::read(&Reply::xml(body), &setting).unwrap()[..] else { panic!() };
    assert_eq!(*read, url("a"));
    assert_eq!(read.absolute(&setting), "https://calls.example.com/prod/twiml/f/voice?at=a&s=x-_1");
}

#[test]
fn what_is_no_document_is_refused() {
    for (reply, why) in [
        (Reply::text("<Response/>"), "the content type `text/plain`"),
        (Reply::xml(""), "isn't XML"),
        (Reply::xml("Hello"), "isn't XML"),
        (Reply::xml("<Response>"), "isn't XML"),
        (Reply::xml("<!DOCTYPE a [<!ENTITY x 'y'>]><Response/>"), "isn't XML"),
        (Reply::xml("<response/>"), "no `<Response>`"),
        (Reply::xml("<action><app>hangup</app></action>"), "no `<Response>`"),
        (Reply::xml("<Response x=\"1\"/>"), "no `<Response>`"),
        (Reply::xml(format!("<Response><Say>{}</Say></Response>", "a".repeat(70_000))), "over 65536 bytes"),
    ] {
        let found = super::read(&reply, &setting()).unwrap_err().to_string();
        assert!(found.contains(why), "{found}");
    }
    let declared = Reply {
        content_type: "Application/XML; charset=utf-8".to_owned(),
        ..Reply::xml("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response>\n <Hangup/>\n</Response>\n")
    };
    assert_eq!(super::read(&declared, &setting()), Ok(vec![Verb::Hangup]));
}

#[test]
fn debug_shows_nothing_that_is_sealed() {
    let shown = format!("{:?}", url("a.1"));
    assert_eq!(shown, "/twiml/f/voice?at=a.1");
}
