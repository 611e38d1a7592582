//! What `ringbolt dev` says when it has started.

use crate::callers::{DEMO, DemoCaller};
use ringbolt_core::{caller::Status, flow::Flow};
use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

pub(crate) struct Banner<'a> {
    pub(crate) address: String,
    pub(crate) token: &'a str,
    pub(crate) flows: &'a [Arc<Flow>],
    pub(crate) files: &'a [PathBuf],
    pub(crate) callers: Callers<'a>,
    pub(crate) state: Option<&'a Path>,
}

/// Where the callers came from.
pub(crate) enum Callers<'a> {
    Demo,
    Csv { path: &'a Path, count: usize },
    None,
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
        writeln!(out, "Ringbolt answers at {} (Ctrl-C stops it).\n", self.address)?;
        for flow in self.flows {
            self.write_flow(out, flow)?;
        }
        if !self.files.is_empty() {
            let files: Vec<String> = self.files.iter().map(|file| file.display().to_string()).collect();
            writeln!(out, "Read again when it changes: {}\n", files.join(", "))?;
        }
        match self.callers {
            Callers::Demo => self.write_demo(out)?,
            Callers::Csv { path, count } => writeln!(out, "Callers: {count}, from {}", path.display())?,
            Callers::None => writeln!(out, "Nobody was enrolled: give a CSV of callers with --callers.")?,
        }
        match self.state {
            Some(folder) => {
                writeln!(out, "\nPINs and counters are kept in {}; delete it to begin anew.", folder.display())
            }
            None => writeln!(out, "\nPINs and counters are in memory; they end with this process."),
        }
    }

    fn write_flow(&self, out: &mut String, flow: &Flow) -> std::fmt::Result {
        let name = &flow.name;
        writeln!(out, "Call flow `{name}`, for the portals of the providers:")?;
        let mut route =
            |what: &str, methods: &str, path: String| writeln!(out, "  {what:<28}{methods:<10}{}", self.url(&path));
        if flow.wix_answers.is_some() {
            route("Wix Answers, webhook IVR", "POST", format!("/wix-answers/{name}/auth"))?;
        }
        if flow.dialogtech.is_some() {
            route("DialogTech, next action", "GET POST", format!("/dialogtech/{name}/next-action"))?;
            route("DialogTech, transcriptions", "GET", format!("/dialogtech/{name}/transcription"))?;
        }
        writeln!(out)
    }

    /// With the token, whatever characters it has.
    fn url(&self, path: &str) -> String {
        let token: String = form_urlencoded::byte_serialize(self.token.as_bytes()).collect();
        format!("{}{path}?auth={token}", self.address)
    }

    fn write_demo(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "Demo callers:")?;
        for DemoCaller { user, pins, status, .. } in &DEMO {
            let suspended = if *status == Status::Suspended { " (suspended)" } else { "" };
            writeln!(out, "  {user:<37}  PIN {}{suspended}", pins.join(" or "))?;
        }
        writeln!(out, "\nTry it:\n")?;
        let keyed = |pin: &str| {
            format!(
                "curl -H 'content-type: application/json' -d '{{\"callId\":\"c-1\",\"user\":{{\"id\":\"602efa31-01d8-482d-8ff2-26910b026703\"}},\
                 \"input\":\"{pin}\"}}' '{}'; echo",
                self.url("/wix-answers/demo/auth")
            )
        };
        let next = self.url("/dialogtech/demo/next-action");
        let ended = |results: &str| format!("curl '{next}&ivr_session_id=s-1&ivr_response_id=r-1&{results}'; echo");
        let transcription = self.url("/dialogtech/demo/transcription");
        let tries = [
            ("The right PIN gives the IVR where the call goes on", keyed("1234")),
            (
                "A wrong PIN; the third locks (the same one again within ten seconds is a retry of the provider, and counts once)",
                keyed("9999"),
            ),
            ("A login by account and PIN", ended("ivr_id=12345&account=90786&pin=4711")),
            ("Another IVR has ended, and two lines are rung", ended("ivr_id=23456&qos=5")),
            (
                "A transcription; 204 says that it is stored",
                format!("curl -i '{transcription}&survo_id=23456&unique_id=r-1&question=1&text=Thank+you'"),
            ),
        ];
        for (number, (what, line)) in tries.iter().enumerate() {
            let gap = if number == 0 { "" } else { "\n" };
            writeln!(out, "{gap}  {what}:\n    {line}")?;
        }
        Ok(())
    }
}
