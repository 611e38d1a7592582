use super::*;
use crate::script::{DEFAULT_START, Does, Entry};
use ringbolt_core::ani::Ani;

const FLOW: &str = r#"
flow: bank
realm: bank
fallback: { do: hangup }
constants: { low: 2 }
split: { pilot: { new: 20, old: 80 } }
starts: login
ivrs:
  login:
    id: 10001
    asks:
      - { prompt: "Account?", as: account, digits: 4-10 }
      - { prompt: "PIN?", as: pin, digits: 4-8, secret: true }
    verify_pin:
      user: "{{ answers.account }}"
      pin: "{{ answers.pin }}"
      verified: { ivr: menu }
      wrong: { ivr: login }
  menu: { id: 10002, do: hangup }
"#;

fn load(text: &str) -> Result<Script, Mistakes> {
    Script::load(text, &Flow::load(FLOW).unwrap())
}

/// The mistakes of a call with these lines, each as `line:column message (help)`.
fn mistakes(lines: &str) -> Vec<String> {
    let text = format!("calls:\n  - call: x\n{lines}\n");
    let Err(Mistakes(mistakes)) = load(&text) else { panic!("{text} loads") };
    let help = |help: Option<String>| help.map(|help| format!(" ({help})")).unwrap_or_default();
    mistakes.into_iter().map(|m| format!("{}:{} {}{}", m.line, m.column, m.message, help(m.help))).collect()
}

#[test]
fn a_call_has_everything_that_the_file_says_and_defaults_for_the_rest() {
    let script = load(
        r#"
callers: [{ user: "90786", pin: "837461", vip: true, balance: "12.50" }]
calls:
  - { call: plain, steps: [silence, { key: { account: "90786", pin: right } }, { ends: { transfer: "(800) 555-0100" } }] }
  - call: full
    provider: dialogtech
    from: withheld
    dials: "+1 800 555-0123"
    at: 2026-07-04T08:30 UTC
    begins: menu
    portal: { post: true, label: Radio }
    source: { st_campaign: Winter }
    split: { pilot: new }
    constants: { low: "3" }
    callers: [{ user: "90787", suspended: true }]
    steps: []
"#,
    )
    .unwrap();
    let [plain, full] = script.calls.as_slice() else { panic!("two calls") };
    assert_eq!((plain.starts_at, plain.from.as_str(), plain.callers.len()), (DEFAULT_START, "2125550142", 1));
    assert_eq!(plain.callers[0].attributes["vip"], true);
    assert_eq!(plain.callers[0].attributes["balance"], "12.50");
    let Does::Key(entries) = &plain.steps[1].does else { panic!("keys") };
    assert_eq!(entries[1], (Some("pin".to_owned()), Entry::RightPin));
    assert_eq!((full.from.as_str(), full.dials.as_str(), full.callers.len()), ("", "18005550123", 2));
    assert!(full.post && full.callers[1].suspended && full.label == "Radio");
    let flow = std::sync::Arc::new(Flow::load(FLOW).unwrap());
    let setting = full.setting(&flow, 1);
    assert_eq!(flow.definitions.splits["pilot"].share("pilot", &setting.call_id), "new");
    assert_eq!(full.flow(&flow).definitions.constants["low"].to_string(), "3");
}

#[test]
fn every_mistake_is_reported_at_once_with_its_place_and_a_near_name() {
    assert_eq!(
        mistakes(
            "    form: \"2125550142\"\n    at: yesterday\n    begins: logn\n    split: { pilt: new }\n    steps:\n      \
             - heer: Welcome\n      - at: menue\n      - key: { acount: \"1\" }\n      - silense\n      - ends: hangupp\n      \
             - person: { \"2225550123\": picks_up }\n      - pass: soon\n      - pass: 31"
        ),
        [
            "3:5 unknown key `form` (did you mean `from`?)",
            "4:9 expected a time with its zone, such as `2026-03-09T10:00 America/New_York`, found `yesterday`",
            "5:13 the flow has no IVR `logn` (did you mean `login`?)",
            "6:14 the flow has no split `pilt` (did you mean `pilot`?)",
            "8:9 unknown key `heer` (did you mean `hear`?)",
            "9:13 the flow has no IVR `menue` (did you mean `menu`?)",
            "10:16 no question of the flow has the answer `acount` (did you mean `account`?)",
            "11:9 there is no step `silense` (did you mean `silence`?)",
            "12:15 a call doesn't end with `hangupp` (did you mean `hangup`?)",
            "13:33 expected `answers`, `accepts`, `declines` or `nobody`, found `picks_up` (known here: answers, accepts, declines, nobody)",
            "14:15 expected a length of time such as `30s`, `31m`, `24h` or `1d`, found a text",
            "15:15 expected a length of time such as `30s`, `31m`, `24h` or `1d`, found a number without a unit",
        ]
    );
}

#[test]
fn a_number_means_the_same_in_a_script_as_everywhere_else() {
    let from = |text: &str| {
        let script = load(&format!("calls: [{{ call: x, from: \"{text}\", dials: \"{text}\", steps: [] }}]"));
        script.map(|script| (script.calls[0].from.clone(), script.calls[0].dials.clone()))
    };
    for (written, sent) in [
        ("+354 555 1234", "+3545551234"),
        ("3545551234", "3545551234"),
        ("+44 (0)20 7946 0018", "442079460018"),
        ("011 44 20 7946 0018", "011442079460018"),
        ("+1 (212) 555-0142", "12125550142"),
        ("0000000000", ""),
        ("+266696687", ""),
    ] {
        assert_eq!(from(written).unwrap(), (sent.to_owned(), sent.to_owned()), "{written}");
        assert_eq!(Ani::parse(Some(written)), Ani::parse(Some(sent)), "{written}");
    }
    for wrong in ["", "911", "anonymous", "02079460018", "020 7946 0018", "1234567890123456"] {
        assert!(from(wrong).is_err(), "{wrong}");
    }
    assert_eq!(
        mistakes("    from: 02079460018\n    steps: []"),
        ["3:11 `02079460018` does not say which country it is in (write the country's code in place of the first 0, \
          such as `+44 20 7946 0018`)"]
    );
}

#[test]
fn what_is_missing_twice_or_for_another_provider_is_a_mistake() {
    assert_eq!(mistakes("    from: \"2125550142\""), ["2:5 `steps` is missing"]);
    assert_eq!(
        mistakes("    provider: wix-answers\n    steps: []"),
        ["3:15 expected a provider of this flow, found `wix-answers` (known here: dialogtech, twiml)"]
    );
    assert_eq!(
        mistakes("    steps: []\n  - call: x\n    steps: []"),
        ["4:5 line 2 has a call of the same name: give it another"]
    );
    assert!(load("calls: 3").is_err() && load("").is_err() && load("flow: x").is_err() && load("calls: [x]").is_err());
}

#[test]
fn no_mistake_quotes_a_pin() {
    let text = r#"
callers: [{ user: "90786", pin: "83746x" }, { user: "90787", pins: ["918273645546372819"] }]
calls:
  - call: x
    steps:
      - key: { account: "90786", pin: 837-461-x }
      - key: { pim: "837461" }
      - key: [837461]
      - database: 837461
"#;
    let shown = load(text).unwrap_err().to_string();
    assert!(shown.lines().count() >= 6, "{shown}");
    for pin in ["83746", "918273645546372819", "837-461"] {
        assert!(!shown.contains(pin), "{shown}");
    }
    let debug = format!("{:?}", load("calls: [{ call: x, steps: [{ key: \"837461\" }] }]").unwrap());
    assert!(!debug.contains("837461"), "{debug}");
}

#[test]
fn no_text_makes_the_loader_panic() {
    let good = "calls:\n  - call: é\n    at: 2026-03-09T10:00 UTC\n    steps: [{ key: { pin: right } }, { pass: 31m }, { at: é }]\n";
    for cut in good.char_indices().map(|(index, _)| index) {
        drop(load(&good[..cut]));
        drop(load(&good[cut..]));
    }
}
