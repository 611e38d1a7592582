use std::num::NonZeroU8;

use proptest::prelude::*;

use super::*;
use crate::flow::action::{PassThrough, PhoneList, RingTimeoutSecs};
use crate::flow::{ParameterName, PortalId, Position, QuestionId};
use crate::number::PhoneNumber;
use crate::text::spoken_text;

fn id(text: &str) -> PortalId {
    PortalId::parse(text).unwrap()
}

fn name(text: &str) -> IvrName {
    IvrName::parse(text).unwrap()
}

/// Two IVRs of the portal: `next`, and `old`, whose app has its old name.
fn ivrs() -> Ivrs {
    let ivr = |text, portal, old_spelling| Ivr {
        name: name(text),
        at: Position::default(),
        id: Some(id(portal)),
        old_spelling,
        says: None,
        asks: Vec::new(),
        step: None,
    };
    Ivrs::new([ivr("next", "12345", false), ivr("old", "34567", true)])
}

fn to_xml(action: &Action<String>) -> String {
    super::to_xml(action, "", &ivrs())
}

fn with_pass_through(action: &Action<String>, pass_through: &str) -> String {
    super::to_xml(action, pass_through, &ivrs())
}

fn ivr(parameters: &[(&str, &str)]) -> ToIvr<String> {
    ToIvr {
        to: name("next"),
        question_id: None,
        user_parameters: parameters
            .iter()
            .map(|(name, value)| (ParameterName::parse(name).unwrap(), (*value).to_owned()))
            .collect(),
        pass: PassThrough::None,
    }
}

fn findme(numbers: &[&str]) -> FindMe<String> {
    let numbers = numbers.iter().map(|number| PhoneNumber::parse(number).unwrap()).collect();
    FindMe {
        target: FindMeTarget::PhoneList(PhoneList::new(numbers).unwrap()),
        simultaneous: None,
        screening: None,
        record: None,
        auto_accept: None,
        dtmf_only: None,
        no_answer: None,
        timeout_secs: None,
    }
}

/// The document as a second parser reads it: each element that holds text, with the path of names to it.
fn read(document: &str) -> Vec<(String, String)> {
    let parsed = roxmltree::Document::parse(document).unwrap();
    parsed
        .descendants()
        .filter(|node| node.is_element() && !node.children().any(|child| child.is_element()))
        .map(|node| {
            let mut path: Vec<&str> =
                node.ancestors().filter(|n| n.is_element()).map(|n| n.tag_name().name()).collect();
            path.reverse();
            (path.join("/"), node.text().unwrap_or_default().to_owned())
        })
        .collect()
}

/// An example of the specification without the line breaks between its elements.
fn example(text: &str) -> String {
    text.lines().map(str::trim).collect()
}

#[test]
fn the_ivr_examples_of_the_specification_are_written() {
    let parameters = [("param1", "alpha"), ("param2", "bravo")];
    let first = example(
        "<action>
        <app>ivr</app>
        <parameters>
        <id>12345</id>
        <user_parameters>
        <param1>alpha</param1>
        <param2>bravo</param2>
        </user_parameters>
        <p_t>my pass through data</p_t>
        </parameters>
        </action>",
    );
    assert_eq!(with_pass_through(&Action::Ivr(ivr(&parameters)), "my pass through data"), first);
    let without_pass_through = first.replace("<p_t>my pass through data</p_t>", "");
    assert_eq!(to_xml(&Action::Ivr(ivr(&parameters))), without_pass_through);
    let pairs = "user_id|90786||step|verify_user";
    assert_eq!(with_pass_through(&Action::Ivr(ivr(&parameters)), pairs), first.replace("my pass through data", pairs));
}

#[test]
fn the_findme_examples_of_the_specification_are_written() {
    let mut one = findme(&["2223334444"]);
    one.screening = Some(Screening::Phrase(Some("Call from Radio Ad".to_owned())));
    one.record = Some(true);
    assert_eq!(
        to_xml(&Action::FindMe(one)),
        example(
            "<action>
            <app>findme</app>
            <parameters>
            <phone_list>2223334444</phone_list>
            <screen_method>1</screen_method>
            <whisper_phrase>Call from Radio Ad</whisper_phrase>
            <record>1</record>
            </parameters>
            </action>"
        )
    );
    let mut two = findme(&["2223334444", "5556667777"]);
    two.simultaneous = NonZeroU8::new(2);
    two.screening = Some(Screening::Audio("customwhisper.wav".to_owned()));
    two.record = Some(true);
    assert_eq!(
        to_xml(&Action::FindMe(two)),
        example(
            "<action>
            <app>findme</app>
            <parameters>
            <phone_list>2223334444|5556667777</phone_list>
            <simultaneous>2</simultaneous>
            <screen_method>2</screen_method>
            <whisper_audio>customwhisper.wav</whisper_audio>
            <record>1</record>
            </parameters>
            </action>"
        )
    );
}

#[test]
fn every_app_is_written() {
    let destination = PhoneNumber::parse("8005550100").unwrap();
    for (action, expected) in [
        (Action::VirtualReceptionist { id: id("1") }, "<app>vr</app><parameters><id>1</id></parameters>"),
        (Action::Voicemail { id: id("2") }, "<app>voicemail</app><parameters><id>2</id></parameters>"),
        (Action::Hangup, "<app>hangup</app>"),
        (
            Action::Transfer { destination },
            "<app>transfer</app><parameters><destination>8005550100</destination></parameters>",
        ),
        (Action::Ivr(ivr(&[])), "<app>ivr</app><parameters><id>12345</id></parameters>"),
        (
            Action::FindMe(findme(&["2125550123"])),
            "<app>findme</app><parameters><phone_list>2125550123</phone_list></parameters>",
        ),
    ] {
        assert_eq!(to_xml(&action), format!("<action>{expected}</action>"));
    }
}

#[test]
fn every_parameter_of_an_ivr_is_written() {
    let mut full = ivr(&[("a", "1"), ("empty", "")]);
    full.to = name("old");
    full.question_id = Some(QuestionId::parse("77").unwrap());
    assert_eq!(
        with_pass_through(&Action::Ivr(full), "k|v"),
        "<action><app>survo</app><parameters><id>34567</id><question_id>77</question_id>\
         <user_parameters><a>1</a><empty></empty></user_parameters><p_t>k|v</p_t></parameters></action>"
    );
}

#[test]
fn every_parameter_of_a_findme_is_written_in_order() {
    let mut full = findme(&["2125550123"]);
    full.target = FindMeTarget::Id(id("9"));
    full.simultaneous = NonZeroU8::new(3);
    full.screening = Some(Screening::RecordName);
    full.record = Some(false);
    full.auto_accept = Some(AutoAccept::LastScreened);
    full.dtmf_only = Some(false);
    full.no_answer = Some(NoAnswer::Ivr(name("old")));
    full.timeout_secs = Some(RingTimeoutSecs::new(20).unwrap());
    assert_eq!(
        to_xml(&Action::FindMe(full)),
        "<action><app>findme</app><parameters><id>9</id><simultaneous>3</simultaneous><screen_method>0</screen_method>\
         <record>0</record><auto_accept>3</auto_accept><dtmf_only>0</dtmf_only>\
         <nextaction>6</nextaction><nextactionitem>34567</nextactionitem>\
         <timeout>20</timeout></parameters></action>"
    );
}

#[test]
fn every_choice_of_a_findme_has_the_code_of_the_specification() {
    let written = |change: &dyn Fn(&mut FindMe<String>)| {
        let mut given = findme(&["2125550123"]);
        change(&mut given);
        let mut read = read(&to_xml(&Action::FindMe(given)));
        read.drain(..2);
        read.into_iter().map(|(path, text)| format!("{}={text}", path.replace("action/parameters/", ""))).collect()
    };
    let check = |change: &dyn Fn(&mut FindMe<String>), expected: &str| {
        let parts: Vec<String> = written(change);
        assert_eq!(parts.join(" "), expected);
    };
    check(&|f| f.screening = Some(Screening::Phrase(None)), "screen_method=1");
    check(&|f| f.screening = Some(Screening::Phrase(Some("\0".to_owned()))), "screen_method=1");
    for (accept, code) in
        [(AutoAccept::Ask, 0), (AutoAccept::First, 1), (AutoAccept::LastUnscreened, 2), (AutoAccept::LastScreened, 3)]
    {
        check(&|f| f.auto_accept = Some(accept), &format!("auto_accept={code}"));
    }
    for (no_answer, expected) in [
        (NoAnswer::Disconnect, "nextaction=1"),
        (NoAnswer::Voicemail(id("5")), "nextaction=2 nextactionitem=5"),
        (NoAnswer::AcceptLast, "nextaction=3"),
        (NoAnswer::VirtualReceptionist(id("5")), "nextaction=4 nextactionitem=5"),
        (NoAnswer::FindMe(id("5")), "nextaction=5 nextactionitem=5"),
        (NoAnswer::Ivr(name("next")), "nextaction=6 nextactionitem=12345"),
        (NoAnswer::AcceptLastUnscreened, "nextaction=7"),
    ] {
        check(&|f| f.no_answer = Some(no_answer.clone()), expected);
    }
}

/// Texts that break a writer which does not escape, or escapes what has no escape.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[\\]><&'\"\0\u{1}\u{B}\r\n\t \u{FFFE}\u{FFFF}\u{200F}\u{202E}a;/!\\[-]{0,40}",
        Just("]]></p_t><app>transfer</app><!--<![CDATA[&lt;".to_owned()),
        Just("<".repeat(10_240)),
        Just("\u{202E}é\u{1F600}".repeat(1_024)),
    ]
}

proptest! {
    #[test]
    fn a_text_of_an_ivr_changes_nothing_but_its_own_place(one in hostile(), two in hostile(), pass in hostile()) {
        let document = with_pass_through(&Action::Ivr(ivr(&[("one", &one), ("two", &two)])), &pass);
        let mut expected = vec![
            ("action/app", "ivr".into()),
            ("action/parameters/id", "12345".into()),
            ("action/parameters/user_parameters/one", spoken_text(&one)),
            ("action/parameters/user_parameters/two", spoken_text(&two)),
        ];
        if !spoken_text(&pass).is_empty() {
            expected.push(("action/parameters/p_t", spoken_text(&pass)));
        }
        let expected: Vec<_> = expected.into_iter().map(|(p, t)| (p.to_owned(), t.into_owned())).collect();
        prop_assert_eq!(read(&document), expected);
    }

    #[test]
    fn a_text_of_a_findme_changes_nothing_but_its_own_place(text in hostile(), phrase in any::<bool>()) {
        let mut given = findme(&["2125550123"]);
        given.screening =
            Some(if phrase { Screening::Phrase(Some(text.clone())) } else { Screening::Audio(text.clone()) });
        given.record = Some(true);
        let (method, element) = if phrase { ("1", "whisper_phrase") } else { ("2", "whisper_audio") };
        let mut expected = vec![
            ("app", "findme".to_owned()),
            ("parameters/phone_list", "2125550123".to_owned()),
            ("parameters/screen_method", method.to_owned()),
        ];
        let spoken = spoken_text(&text).into_owned();
        let path = format!("parameters/{element}");
        if !(phrase && spoken.is_empty()) {
            expected.push((&path, spoken));
        }
        expected.push(("parameters/record", "1".to_owned()));
        let expected: Vec<_> = expected.into_iter().map(|(p, t)| (format!("action/{p}"), t)).collect();
        prop_assert_eq!(read(&to_xml(&Action::FindMe(given))), expected);
    }
}
