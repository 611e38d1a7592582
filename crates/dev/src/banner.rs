//! The text that `ringbolt dev` prints once it has started.

use crate::callers::{DEMO, DemoCaller};
use ringbolt_core::{caller::Status, dialects::DIALECTS, flow::Flow};
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

/// Where the enrolled callers came from.
pub(crate) enum Callers<'a> {
    Demo,
    Csv { path: &'a Path, count: usize },
    None,
}

impl Banner<'_> {
    /// The banner's text. The only PINs in it are those of the demo callers.
    pub(crate) fn text(&self) -> String {
        // Writing to a String cannot fail.
        let mut text = String::new();
        self.write(&mut text).unwrap_or_default();
        text
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "Ringbolt is running. Open {} and dial (press Ctrl-C to stop).\n", self.address)?;
        for flow in self.flows {
            self.write_flow(out, flow)?;
        }
        if !self.files.is_empty() {
            let files: Vec<String> = self.files.iter().map(|file| file.display().to_string()).collect();
            writeln!(out, "Reloaded on change: {}\n", files.join(", "))?;
        }
        match self.callers {
            Callers::Demo => self.write_demo(out)?,
            Callers::Csv { path, count } => writeln!(out, "Callers: {count}, from {}", path.display())?,
            Callers::None => writeln!(out, "No callers are enrolled. Pass a CSV file of callers with --callers.")?,
        }
        match self.state {
            Some(folder) => {
                writeln!(out, "\nPINs and counters are kept in {}. Delete it to start over.", folder.display())
            }
            None => writeln!(out, "\nPINs and counters are in memory and are lost when this process ends."),
        }
    }

    fn write_flow(&self, out: &mut String, flow: &Flow) -> std::fmt::Result {
        let name = &flow.name;
        writeln!(out, "URLs of the call flow `{name}` for the providers' portals:")?;
        for dialect in DIALECTS.iter().filter(|dialect| dialect.is_answered_by(flow)) {
            for webhook in dialect.webhooks {
                let what = format!("{}, {}", dialect.name, webhook.about);
                let url = self.url(&dialect.path_of(webhook, name.as_str()));
                writeln!(out, "  {what:<28}{:<10}{url}", webhook.methods.join(" "))?;
            }
        }
        writeln!(out)
    }

    /// The webhook's URL with the token, escaped.
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
            ("The right PIN returns the IVR that the call continues with", keyed("1234")),
            (
                "A wrong PIN; the third one locks the caller (the same PIN again within ten seconds counts as a retry)",
                keyed("9999"),
            ),
            ("A login with account number and PIN", ended("ivr_id=12345&account=90786&pin=4711")),
            ("Another IVR has ended; two lines ring", ended("ivr_id=23456&qos=5")),
            (
                "A transcription; status 204 means that it is stored",
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
