//! A call that somebody made, as a scripted call.

use crate::driver::{Driver, MORNING, ivr};
use ringbolt_core::ani::Ani;
use ringbolt_core::flow::Flow;
use ringbolt_core::time::EpochMs;
use ringbolt_simulator::script::{Script, ScriptedCall, saved};
use ringbolt_simulator::{Provider, Setting};
use std::sync::Arc;

const FLOW: &str = r#"
flow: f
realm: f
split: { pilot: { new: 20, old: 80 } }
starts: menu
fallback: { do: hangup }
ivrs:
  menu:
    id: 10001
    asks:
      - { prompt: "1 or 2?", as: choice, one_of: ["1", "2"] }
    rules:
      - { when: split("pilot") == "new", say: "New." }
      - { say: "Old." }
"#;

fn flow() -> Arc<Flow> {
    Arc::new(Flow::load(FLOW).unwrap_or_else(|mistakes| panic!("{mistakes}")))
}

/// A call with this number and id, and with what is done in it, as it is saved.
fn text(from: &str, call_id: &str, doing: impl FnOnce(&mut Driver)) -> String {
    let mut call = Driver::start(Setting {
        from: from.to_owned(),
        call_id: call_id.to_owned(),
        begins: Some(ivr("menu")),
        ..Setting::new(flow(), Provider::DialogTech)
    });
    doing(&mut call);
    saved(&call.call, "a call", Vec::new())
}

fn read(text: &str) -> ScriptedCall {
    let script = Script::load(&format!("calls:\n{text}\n"), &flow());
    script.unwrap_or_else(|mistakes| panic!("{mistakes}\n{text}")).calls.remove(0)
}

#[test]
fn the_same_number_calls_when_the_script_is_played() {
    for (from, written) in [
        ("2125550142", "from: \"2125550142\""),
        ("+3545551234", "from: \"+3545551234\""),
        ("003545551234", "from: \"+3545551234\""),
        ("", "from: withheld"),
        ("anonymous", "from: withheld"),
    ] {
        let text = text(from, "s-1", |_| {});
        assert!(text.contains(written), "{from}: {text}");
        assert_eq!(Ani::parse(Some(&read(&text).from)), Ani::parse(Some(from)), "{text}");
    }
}

#[test]
fn a_call_falls_into_the_same_share_again() {
    let flow = flow();
    let split = &flow.definitions.splits["pilot"];
    for share in ["new", "old"] {
        let id = (0..).map(|number| format!("c-{number}")).find(|id| split.share("pilot", id) == share).unwrap();
        let call = read(&text("2125550142", &id, |_| {}));
        assert_eq!(split.share("pilot", &call.setting(&flow, 1).call_id), share);
    }
}

#[test]
fn a_clock_that_was_moved_back_is_a_comment_where_it_happened() {
    let text = text("2125550142", "s-1", |call| {
        call.keys("9");
        call.now = EpochMs(MORNING.0 - 3_900_000);
        call.keys("1");
    });
    let comment =
        "# Here the clock was moved back by 1 h 5 min, which no step can do. What follows is played at other times.";
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let at = lines.iter().position(|line| *line == comment).unwrap_or_else(|| panic!("{text}"));
    assert_eq!((lines[at + 1], read(&text).steps.len()), ("- key: { choice: \"1\" }", 4), "{text}");
}
