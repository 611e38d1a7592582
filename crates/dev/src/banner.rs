//! What `ringbolt dev` says when it has started.

use crate::callers::{DEMO, DemoCaller};
use ringbolt_core::{caller::Status, flow::Flow};
use std::{fmt::Write as _, path::Path, sync::Arc};

pub(crate) struct Banner<'a> {
    pub(crate) address: String,
    pub(crate) token: &'a str,
    pub(crate) flows: &'a [Arc<Flow>],
    pub(crate) demo_callers: bool,
    pub(crate) state: Option<&'a Path>,
}

impl Banner<'_> {
    /// The text. It has the demo's PINs, and nobody else's.
    pub(crate) fn text(&self) -> String {
        // Writing to a String does not fail.
        let mut text = String::new();
        self.write(&mut text).unwrap_or_default();
        text
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        let (base, token) = (&self.address, self.token);
        writeln!(out, "Ringbolt answers at {base} (Ctrl-C stops it).\n")?;
        for flow in self.flows {
            writeln!(out, "Call flow `{}`:", flow.name)?;
            if flow.wix_answers.is_some() {
                writeln!(
                    out,
                    "  Wix Answers, webhook IVR      POST      {base}/wix-answers/{}/auth?auth={token}",
                    flow.name
                )?;
            }
            if flow.dialogtech.is_some() {
                writeln!(
                    out,
                    "  DialogTech, next action       GET POST  {base}/dialogtech/{}/next-action?auth={token}",
                    flow.name
                )?;
                writeln!(
                    out,
                    "  DialogTech, transcriptions    GET       {base}/dialogtech/{}/transcription?auth={token}",
                    flow.name
                )?;
            }
        }
        if self.demo_callers {
            self.write_demo(out)?;
        }
        match self.state {
            Some(folder) => {
                writeln!(out, "\nPINs and counters are kept in {}; delete it to begin anew.", folder.display())
            }
            None => writeln!(out, "\nPINs and counters are in memory; they end with this process."),
        }
    }

    fn write_demo(&self, out: &mut String) -> std::fmt::Result {
        let (base, token) = (&self.address, self.token);
        writeln!(out, "\nDemo callers:")?;
        for DemoCaller { user, pins, status, .. } in &DEMO {
            let suspended = if *status == Status::Suspended { "  (suspended)" } else { "" };
            writeln!(out, "  {user:<38} PIN {}{suspended}", pins.join(" or "))?;
        }
        writeln!(out, "\nTry it: a right PIN, then a wrong one; a login, an answer to read out, a transcription:\n")?;
        for input in ["1234", "9999"] {
            writeln!(
                out,
                "  curl -X POST '{base}/wix-answers/demo/auth?auth={token}' -H 'content-type: application/json' -d \
                 '{{\"callId\":\"c-1\",\"user\":{{\"id\":\"602efa31-01d8-482d-8ff2-26910b026703\"}},\"input\":\"{input}\"}}'"
            )?;
        }
        let next = format!("{base}/dialogtech/demo/next-action?auth={token}");
        for (ivr, answers) in [("12345", "&account=90786&pin=4711"), ("40002", "&qos=5")] {
            writeln!(out, "  curl '{next}&ivr_id={ivr}&ivr_session_id=s-1&ivr_response_id=r-1{answers}'")?;
        }
        writeln!(
            out,
            "  curl -i '{base}/dialogtech/demo/transcription?auth={token}&survo_id=23456&unique_id=r-1&question=1&text=Thank+you'"
        )
    }
}
