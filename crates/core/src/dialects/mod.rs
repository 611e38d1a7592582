//! The providers' dialects: each reads requests and writes answers by its own wire rules, and decides nothing. No dialect
//! knows another.
//!
//! [`DIALECTS`] is the one table of them: routes, the local gateway, doctor, documents and tests read it. A new dialect is
//! a folder here, a function, a row in the table and a route in the template.

pub mod dialogtech;
pub mod twiml;
pub mod wix_answers;

/// A provider whose webhooks are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// The provider's name.
    pub name: &'static str,
    /// The first part of its webhooks' paths.
    pub path: &'static str,
    /// Its webhooks.
    pub webhooks: &'static [Webhook],
}

/// A webhook: one route of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// The package of the function that answers it.
    pub function: &'static str,
    /// The last part of its path: `/<dialect>/{flow}/<name>`.
    pub name: &'static str,
    /// The methods that it takes.
    pub methods: &'static [&'static str],
    /// What it does, in a few words.
    pub about: &'static str,
    /// Whether it steers calls, so that it must always answer; otherwise it stores.
    pub steers: bool,
}

/// Every dialect.
pub const DIALECTS: [Dialect; 3] = [
    Dialect {
        name: "Wix Answers",
        path: "wix-answers",
        webhooks: &[Webhook {
            function: "auth-webhook",
            name: "auth",
            methods: &["POST"],
            about: "webhook IVR",
            steers: true,
        }],
    },
    Dialect {
        name: "DialogTech",
        path: "dialogtech",
        webhooks: &[
            Webhook {
                function: "next-action",
                name: "next-action",
                methods: &["GET", "POST"],
                about: "next action",
                steers: true,
            },
            Webhook {
                function: "transcription-postback",
                name: "transcription",
                methods: &["GET"],
                about: "transcriptions",
                steers: false,
            },
        ],
    },
    Dialect {
        name: "TwiML",
        path: "twiml",
        webhooks: &[
            Webhook {
                function: "voice-webhook",
                name: "voice",
                methods: &["POST"],
                about: "voice webhook",
                steers: true,
            },
            Webhook {
                function: "voice-webhook",
                name: "transcription",
                methods: &["POST"],
                about: "transcriptions",
                steers: false,
            },
        ],
    },
];

impl Dialect {
    /// The path of a webhook for a flow; `{flow}` gives the path of its route.
    ///
    /// ```
    /// # use ringbolt_core::dialects::DIALECTS;
    /// let [wix, ..] = DIALECTS;
    /// assert_eq!(wix.path_of(&wix.webhooks[0], "demo"), "/wix-answers/demo/auth");
    /// ```
    #[must_use]
    pub fn path_of(&self, webhook: &Webhook, flow: &str) -> String {
        format!("/{}/{flow}/{}", self.path, webhook.name)
    }

    /// Whether its providers sign their requests, which need no token then.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        self.path == "twiml"
    }

    /// Whether a flow answers this dialect.
    #[must_use]
    pub fn is_answered_by(&self, flow: &crate::flow::Flow) -> bool {
        match self.path {
            "wix-answers" => flow.wix_answers.is_some(),
            "twiml" => twiml::can_play(flow),
            _ => flow.ivrs.are_in_portal(),
        }
    }
}

/// A webhook and the flow's name, as a path gives them.
pub type Found<'p> = (&'static Dialect, &'static Webhook, &'p str);

/// The dialect and webhook of a path such as `/wix-answers/demo/auth`, and the flow's name in it.
#[must_use]
pub fn find(path: &str) -> Option<Found<'_>> {
    let mut parts = path.strip_prefix('/')?.split('/');
    let (dialect, flow, webhook, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else {
        return None;
    };
    let dialect = DIALECTS.iter().find(|known| known.path == dialect)?;
    let webhook = dialect.webhooks.iter().find(|known| known.name == webhook)?;
    Some((dialect, webhook, flow))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_a_dialect_a_flow_and_a_webhook() {
        let (dialect, webhook, flow) = find("/dialogtech/bank/next-action").unwrap();
        assert_eq!((dialect.name, webhook.function, flow), ("DialogTech", "next-action", "bank"));
        for path in
            ["", "/", "/dialogtech/bank", "/dialogtech/bank/auth", "/wix/bank/auth", "/dialogtech/a/b/next-action"]
        {
            assert_eq!(find(path), None, "{path}");
        }
        for dialect in &DIALECTS {
            for webhook in dialect.webhooks {
                assert_eq!(find(&dialect.path_of(webhook, "bank")), Some((dialect, webhook, "bank")));
            }
        }
        assert_eq!(DIALECTS.map(|dialect| dialect.is_signed()), [false, false, true]);
    }

    #[test]
    fn a_flow_answers_the_dialects_that_it_says_enough_for() {
        for (flow, answered) in [
            ("fallback: { do: hangup }, ivrs: { a: { id: 1, do: hangup } }", [false, true, false]),
            ("fallback: { do: hangup }, starts: a, ivrs: { a: { says: Hello., do: hangup } }", [false, false, true]),
            (
                "fallback: { do: hangup, wix_answers: disconnect }, wix_answers: { success: a, failure: disconnect, \
                 ivrs: { a: { guid: 5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064, says: Hello. } } }",
                [true, false, false],
            ),
        ] {
            let flow = crate::flow::Flow::load(&format!("{{ flow: f, realm: f, {flow} }}")).unwrap();
            assert_eq!(DIALECTS.map(|dialect| dialect.is_answered_by(&flow)), answered, "{flow:?}");
        }
    }
}
