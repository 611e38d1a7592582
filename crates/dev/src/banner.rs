//! The text that `ringbolt dev` prints once it has started.

use crate::callers::{DEMO, DemoCaller};
use ringbolt_core::{
    caller::Status,
    dialects::{DIALECTS, Dialect, Webhook},
    flow::{Flow, KeyedLogin},
};
use std::{
    fmt::{Display, Write as _},
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
        if !matches!(self.callers, Callers::Demo) {
            self.write_own(out)?;
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
            // The URLs for transcriptions of a signing provider stand in our documents.
            for webhook in dialect.webhooks.iter().filter(|webhook| webhook.steers || !dialect.is_signed()) {
                let what = format!("{}, {}", dialect.name, webhook.about);
                let path = dialect.path_of(webhook, name.as_str());
                let url = if dialect.is_signed() { format!("{}{path}", self.address) } else { self.url(&path) };
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
        let auth = self.url("/wix-answers/demo/auth");
        let keyed = |case, pin| json_post(&auth, case, "demo", "602efa31-01d8-482d-8ff2-26910b026703", pin);
        let next = self.url("/dialogtech/demo/next-action");
        let ended = |results: &str| get(&format!("{next}&{ONE_CALL}&{results}"));
        let transcription = self.url("/dialogtech/demo/transcription");
        let tries = [
            ("The right PIN returns the IVR that the call continues with", keyed("auth-right-pin", "1234")),
            (
                "A wrong PIN; the third one locks the caller (the same PIN again within ten seconds counts as a retry)",
                keyed("auth-wrong-pin", "9999"),
            ),
            ("A login with account number and PIN", ended("ivr_id=12345&account=90786&pin=4711")),
            ("Another IVR has ended; two lines ring", ended("ivr_id=23456&qos=5")),
            (
                "A transcription; status 204 means that it is stored",
                format!("{CURL} -i \"{transcription}&survo_id=23456&unique_id=r-1&question=1&text=Thank+you\""),
            ),
        ];
        write_tries(out, tries)
    }

    /// A line for each webhook of the flows that steers calls.
    fn write_own(&self, out: &mut String) -> std::fmt::Result {
        let mut tries = Vec::new();
        for flow in self.flows {
            // A signed request cannot be written by hand.
            let tried = |dialect: &&Dialect| !dialect.is_signed() && dialect.is_answered_by(flow);
            for dialect in DIALECTS.iter().filter(tried) {
                tries.extend(dialect.webhooks.iter().filter(|webhook| webhook.steers).filter_map(|webhook| {
                    let url = self.url(&dialect.path_of(webhook, flow.name.as_str()));
                    self.own(flow, dialect, webhook, &url)
                }));
            }
        }
        if !tries.is_empty() {
            writeln!(out, "\nTry it, with a user and a PIN of yours in place of USER and PIN:\n")?;
        }
        write_tries(out, tries)
    }

    fn own(&self, flow: &Flow, dialect: &Dialect, webhook: &Webhook, url: &str) -> Option<(String, String)> {
        let what = |about: &str| format!("{}, {about}, in the flow `{}`", dialect.name, flow.name);
        if webhook.methods == ["POST"] {
            return Some((
                what("a PIN was keyed"),
                json_post(url, "auth-right-pin", flow.name.as_str(), "USER", "PIN"),
            ));
        }
        let field = |name: &'static str| flow.dialogtech.field_names.portal(name);
        let (about, id, keyed) = match KeyedLogin::of(flow, None) {
            Some(login) => {
                ("a login has ended", login.ivr_id, format!("&{}=USER&{}=PIN", login.user_field, login.pin_field))
            }
            None => {
                let ivr = flow.ivrs.iter().find(|ivr| ivr.id.is_some() && ivr.step.is_some())?;
                let answers = ivr.asks.iter().map(|ask| format!("&{}=1", ask.name.as_str()));
                ("an IVR has ended", ivr.id.as_ref()?.to_string(), answers.collect())
            }
        };
        Some((what(about), get(&format!("{url}&{ONE_CALL}&{}={id}{keyed}", field("ivr_id")))))
    }
}

/// curl in the terminal of this machine. In PowerShell, `curl` alone is another command.
const CURL: &str = if cfg!(windows) { "curl.exe" } else { "curl" };

/// The ids of one call, for DialogTech.
const ONE_CALL: &str = "ivr_session_id=s-1&ivr_response_id=r-1";

/// A GET that every shell takes as it is. curl ends the answer with a line break.
fn get(url: &str) -> String {
    format!("{CURL} -w \"\\n\" \"{url}\"")
}

/// Wix Answers' webhook. The shells of Windows do not agree on how JSON is quoted, so there the command sends it.
fn json_post(url: &str, case: &str, flow: &str, user: &str, pin: &str) -> String {
    if cfg!(windows) {
        return format!("ringbolt trigger {case} --flow {flow}");
    }
    format!(
        "{CURL} -w \"\\n\" -d '{{\"callId\":\"c-1\",\"user\":{{\"id\":\"{user}\"}},\"input\":\"{pin}\"}}' \"{url}\""
    )
}

fn write_tries(out: &mut String, tries: impl IntoIterator<Item = (impl Display, String)>) -> std::fmt::Result {
    for (number, (what, line)) in tries.into_iter().enumerate() {
        let gap = if number == 0 { "" } else { "\n" };
        writeln!(out, "{gap}  {what}:\n    {line}")?;
    }
    Ok(())
}
