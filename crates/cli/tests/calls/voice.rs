//! The real voice webhook on a deployment's database, with the log and the secret of a stack.

use crate::calls::{
    aws::{Aws, request},
    deployment::Deployment,
};
use ringbolt_core::{
    dialects::twiml::signature::{TwimlKeys, sign_twilio},
    flow::Flow,
};
use ringbolt_lambda::{
    Answer, App, LastResort, Webhook, app::system_clock, flows::Flows, metrics, run::respond, signed::Signatures,
    token::WebhookTokens,
};
use serde_json::json;
use std::{
    io::Write as _,
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
    time::Duration,
};
use tokio::runtime::Handle;

pub const KEY: &str = "0123456789abcdef0123456789abcdef";

/// A bank's login and a survey, which have no ids in a portal.
pub const FLOW: &str = r#"
flow: bank
realm: bank
starts: login
fallback: { do: { transfer: { destination: "8005550100" } }, say: "We are sorry." }
ivrs:
  login:
    says: "Welcome."
    asks:
      - { prompt: "Your account, please.", as: account, digits: 4-10 }
      - { prompt: "And your PIN.", as: pin, digits: 4-8, secret: true }
    verify_pin:
      user: "{{ answers.account }}"
      pin: "{{ answers.pin }}"
      verified: { ivr: survey }
      wrong: { ivr: login }
  survey:
    asks:
      - { prompt: "From 1 to 5, how was it?", as: qos, one_of: ["1", "2", "3", "4", "5"] }
      - { prompt: "Tell us more.", as: comment, record: 60s, transcribe: true }
      - { prompt: "May we call you?", as: call, digits: 1 }
    rules:
      - { when: answers.qos | int <= 2, do: { findme: { phone_list: ["2125550101", "2125550102"], simultaneous: 2 } } }
      - { do: hangup }
"#;

/// The webhook.
#[derive(Clone)]
pub struct Voice {
    app: Arc<App>,
    pub base: String,
    /// Where its lines are logged.
    aws: Aws,
}

/// A call from (212) 555-0142.
pub struct Call<'a> {
    voice: &'a Voice,
    sid: String,
    pub url: String,
    /// Where the text of the last recorded answer is sent.
    pub transcription: Option<String>,
}

impl Voice {
    /// The webhook with these keys, at a URL where it listens. The stack has it from now on.
    pub fn start(deployment: &Deployment, aws: &Aws, flow: &str, keys: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let webhook = Webhook {
            store: deployment.store(),
            tokens: WebhookTokens::from_json(r#"{"current":"a-token-0123456789"}"#).unwrap(),
            deadline: Duration::from_secs(20),
            retention: Duration::from_secs(90 * 86_400),
            clock: system_clock(),
        };
        let signatures = Signatures::new(TwimlKeys::from_json(keys).unwrap(), Some(base.parse().unwrap()));
        let app = App {
            webhook,
            signatures: Some(signatures),
            flows: Flows::unpublished([Arc::new(Flow::load(flow).unwrap())]),
            hasher: deployment.hasher(),
            last_resort: LastResort::default(),
        };
        let voice = Self { app: Arc::new(app), base, aws: aws.clone() };
        aws.speak_twiml(&voice.base, keys);
        let (server, runtime) = (voice.clone(), Handle::current());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (server, runtime) = (server.clone(), runtime.clone());
                thread::spawn(move || server.serve(stream.unwrap(), &runtime));
            }
        });
        voice
    }

    /// A call that comes in.
    pub fn call(&self, sid: &str) -> Call<'_> {
        let url = format!("{}/twiml/bank/voice", self.base);
        Call { voice: self, sid: sid.to_owned(), url, transcription: None }
    }

    fn serve(&self, mut stream: TcpStream, runtime: &Handle) {
        while let Some((head, body)) = request(&mut stream) {
            let header = |name: &str| {
                let found = head.lines().filter_map(|line| line.split_once(':'));
                found.filter(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
            };
            let target = head.split(' ').nth(1).unwrap();
            let answer = runtime.block_on(self.respond(target, header("x-twilio-signature"), &body));
            let reply =
                format!("HTTP/1.1 {} X\r\ncontent-length: {}\r\n\r\n{}", answer.status, answer.body.len(), answer.body);
            if stream.write_all(reply.as_bytes()).is_err() {
                return;
            }
        }
    }

    async fn respond(&self, target: &str, signature: Option<&str>, form: &str) -> Answer {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut headers = json!({ "content-type": "application/x-www-form-urlencoded" });
        if let Some(signature) = signature {
            headers["x-twilio-signature"] = signature.into();
        }
        let event = json!({
            "version": "2.0", "routeKey": "POST /twiml/{flow}/voice", "rawPath": path, "rawQueryString": query,
            "headers": headers, "body": form, "isBase64Encoded": false,
            "pathParameters": { "flow": path.split('/').nth(2) },
            "requestContext": { "domainName": "127.0.0.1", "http": { "method": "POST", "path": path } },
        });
        let answer = respond(&*self.app, &voice_webhook::handle, &event.to_string()).await;
        let invocation = metrics::Invocation {
            stack: Some("prod"),
            function: "voice-webhook",
            request_id: "id",
            cold: false,
            at: system_clock()(),
            elapsed: Duration::from_millis(12),
        };
        self.aws
            .log("voice-webhook", &metrics::answered(&invocation, "bank", &answer.report, answer.status).to_string());
        answer
    }
}

impl Call<'_> {
    /// Asks the next URL, and goes to where the document leads.
    pub async fn ask(&mut self, more: &[(&str, &str)]) -> String {
        let url = self.url.clone();
        let answer = self.post(&url, more).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let document = roxmltree::Document::parse(&answer.body).unwrap();
        for verb in document.descendants() {
            let next = match verb.tag_name().name() {
                "Gather" | "Record" | "Dial" => verb.attribute("action"),
                "Redirect" => verb.text(),
                _ => None,
            };
            let transcription = verb.attribute("transcribeCallback").map(str::to_owned);
            self.transcription = transcription.or(self.transcription.take());
            if let Some(next) = next {
                next.clone_into(&mut self.url);
                break;
            }
        }
        // Each line of the log has a time of its own.
        tokio::time::sleep(Duration::from_millis(3)).await;
        answer.body
    }

    pub async fn key(&mut self, digits: &str) -> String {
        self.ask(&[("Digits", digits), ("FinishedOnKey", "#")]).await
    }

    /// A signed form of this call to any URL.
    pub async fn post(&self, url: &str, more: &[(&str, &str)]) -> Answer {
        let own = [
            ("AccountSid", "AC0123"),
            ("CallSid", self.sid.as_str()),
            ("CallStatus", "in-progress"),
            ("From", "+12125550142"),
            ("Caller", "+12125550142"),
            ("ForwardedFrom", "+13125550199"),
            ("To", "+18005550123"),
        ];
        let own = own.iter().filter(|(name, _)| more.iter().all(|(given, _)| given != name));
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(own.chain(more)).finish();
        let target = url.strip_prefix(&self.voice.base).unwrap();
        self.voice.respond(target, Some(&sign_twilio(KEY, url, form.as_bytes())), &form).await
    }
}
