//! A call as a scripted call, to be saved next to its flow.

use super::super::{Phone, clock, files, session::Session};
use ringbolt_core::{caller::Attributes, time::EpochMs};
use ringbolt_simulator::script::{ScriptedCaller, saved};
use std::path::Path;

/// A whole file with the one call in it.
pub(in super::super) fn script(phone: &Phone, session: &Session) -> String {
    let call = &session.call;
    let flow = &call.setting().flow;
    let began = call.events().first().map_or(EpochMs(0), |(at, _)| *at);
    let at = clock::shown(began, &clock::zone(&phone.gateway.app.flows.all()));
    let title = format!("A call of {at}");
    let file = calls_file(&files::name_of(phone, flow.name.as_str()));
    format!(
        "# Saved by the phone page. Put the call into {file}, and give it a name; `ringbolt flow test` plays it.\n\
         # PINs are not kept: `right` and `wrong` stand for them.\n\ncalls:\n{}\n",
        saved(call, &title, callers(session)),
    )
}

/// `bank.calls.yaml` for `bank.yaml`, in one line: a file's name can have anything in it.
fn calls_file(flow_file: &str) -> String {
    let extension = Path::new(flow_file).extension().and_then(|extension| extension.to_str()).unwrap_or("yaml");
    let name = Path::new(flow_file).with_extension(format!("calls.{extension}"));
    name.display().to_string().chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Who was called about, as far as they are known.
fn callers(session: &Session) -> Vec<ScriptedCaller> {
    let Some(item) = session.caller.as_ref().filter(|item| item["known"] == true) else { return Vec::new() };
    let user = item["user"].as_str().unwrap_or_default();
    let attributes: Attributes = serde_json::from_value(item["attributes"].clone()).unwrap_or_default();
    let suspended = item["status"] == "suspended";
    vec![ScriptedCaller { suspended, ..ScriptedCaller::with_made_up_pin(user, attributes) }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saved_call_names_the_file_in_which_the_command_looks() {
        for (flow, calls) in
            [("bank.yaml", "bank.calls.yaml"), ("b.2.yml", "b.2.calls.yml"), ("a\n.yaml", "a .calls.yaml")]
        {
            assert_eq!(calls_file(flow), calls);
        }
    }
}
