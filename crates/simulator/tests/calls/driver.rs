//! Calls for the tests: keys and replies go in, and each input takes a second.

use ringbolt_core::dialects::dialogtech::{Form, Parameters};
use ringbolt_core::flow::{Flow, IvrName};
use ringbolt_core::time::EpochMs;
use ringbolt_simulator::{Call, Event, Input, Method, NotNow, PersonDoes, Provider, Reply, Request, Setting, Stage};
use std::sync::Arc;

/// 2026-03-09 10:00 in New York.
pub const MORNING: EpochMs = EpochMs(1_773_064_800_000);

pub struct Driver {
    pub call: Call,
    pub now: EpochMs,
}

pub fn flow() -> Arc<Flow> {
    Arc::new(Flow::load(include_str!("flow.yaml")).unwrap())
}

pub fn setting(provider: Provider) -> Setting {
    Setting { token: "t".to_owned(), ..Setting::new(flow(), provider) }
}

/// A call that begins at this IVR.
pub fn at(ivr: &str) -> Driver {
    with(|setting| setting.begins = Some(self::ivr(ivr)))
}

/// A call of DialogTech with another setting.
pub fn with(change: impl FnOnce(&mut Setting)) -> Driver {
    let mut setting = setting(Provider::DialogTech);
    change(&mut setting);
    Driver::start(setting)
}

impl Driver {
    pub fn start(setting: Setting) -> Self {
        Self { call: Call::start(setting, MORNING).unwrap(), now: MORNING }
    }

    pub fn input(&mut self, input: Input) -> Result<(), NotNow> {
        self.now = EpochMs(self.now.0 + 1_000);
        self.call.input(input, self.now)
    }

    pub fn keys(&mut self, keys: &str) -> &mut Self {
        keys.chars().for_each(|key| self.input(Input::Key(key)).unwrap());
        self
    }

    pub fn silence(&mut self) -> &mut Self {
        self.input(Input::Silence).unwrap();
        self
    }

    pub fn say(&mut self, text: &str) -> &mut Self {
        self.input(Input::Say(text.to_owned())).unwrap();
        self
    }

    pub fn hang_up(&mut self) -> &mut Self {
        self.input(Input::HangUp).unwrap();
        self
    }

    pub fn reply(&mut self, body: &str) -> &mut Self {
        self.input(Input::Reply(Reply::xml(body))).unwrap();
        self
    }

    /// The reply has this app with these parameters.
    pub fn action(&mut self, app: &str, parameters: &str) -> &mut Self {
        self.reply(&format!("<action><app>{app}</app><parameters>{parameters}</parameters></action>"))
    }

    pub fn person(&mut self, index: usize, does: PersonDoes) -> &mut Self {
        self.input(Input::Person(index, does)).unwrap();
        self
    }

    pub fn webhook(&self) -> &Request {
        self.call.webhook().expect("a webhook waits for its reply")
    }

    pub fn heard(&self) -> &str {
        self.call.heard().unwrap_or_default()
    }

    /// Everything that the caller heard.
    pub fn all_heard(&self) -> Vec<&str> {
        let events = self.call.events().iter().map(|(_, event)| event);
        events.filter_map(|event| if let Event::Heard(text) = event { Some(text.as_str()) } else { None }).collect()
    }

    /// The sentence and the word of how the call ended.
    pub fn ended(&self) -> (String, &'static str) {
        match self.call.stage() {
            Stage::Ended(ended) => (ended.to_string(), ended.word()),
            other => panic!("the call goes on: {other:?}"),
        }
    }
}

/// What Ringbolt's own reader sees of a webhook.
pub fn parameters(request: &Request) -> Parameters {
    let body = request.body();
    let form = body.as_ref().filter(|_| request.method == Method::Post);
    let form = form.map(|(content_type, body)| Form { bytes: body.as_bytes(), content_type: Some(content_type) });
    Parameters::parse(&request.query(), form)
}

/// The value of a field on the wire.
pub fn field(request: &Request, name: &str) -> String {
    parameters(request).get(name).unwrap_or("(missing)").to_owned()
}

/// The name of an IVR.
pub fn ivr(name: &str) -> IvrName {
    IvrName::parse(name).unwrap()
}
