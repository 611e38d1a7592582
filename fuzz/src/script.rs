//! Files of scripted calls.

use crate::flow::are_in_file;
use crate::flows::FLOWS;
use crate::input::Input;
use ringbolt_simulator::script::{Script, parse_time};

/// A letter for the flow, a line with a time, and the file.
///
/// It loads, or each mistake has its place in the file.
pub fn script(data: &[u8]) {
    let mut input = Input::new(data);
    let flow = input.choose(&[0, 1, 2, 3]);
    drop(parse_time(&input.line()));
    let text = input.rest_as_text();
    match Script::load(&text, &FLOWS[flow]) {
        Ok(script) => {
            let lines = text.replace("\r\n", "\n").split(['\n', '\r']).count();
            for call in &script.calls {
                assert!(call.steps.iter().all(|step| (call.at.line..=lines).contains(&step.at.line)));
                assert!(call.provider.plays(&FLOWS[flow]));
            }
        }
        Err(mistakes) => {
            assert!(!mistakes.0.is_empty());
            are_in_file(&mistakes.0, &text);
        }
    }
}
