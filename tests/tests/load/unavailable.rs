//! Secrets, flows, the database and the queue are unavailable while a function starts, and while it is warm.

use crate::stage::{Stage, alone};
use ringbolt_core::pin::PinHash;
use ringbolt_tests::{
    NOBODY, Network, Site, Trouble,
    app::{Function, auth_event, get_event, root},
    environment::{Environment, FUNCTIONS, bootstrap, logical_id},
    figures,
    runtime_api::Instance,
    secrets_manager::{Mode, SecretsManager},
};
use serde_json::Value;
use std::sync::Arc;
use tokio::{sync::Semaphore, task::JoinSet};

/// What is unavailable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Secrets,
    /// Which flows are live.
    Flows,
    /// Everything in the database, the flows included.
    Database,
}

const WHAT: [What; 3] = [What::Secrets, What::Flows, What::Database];

/// How it is unavailable.
const TROUBLES: [Trouble; 4] = [Trouble::Silence, Trouble::Closed, Trouble::Denied, Trouble::Nonsense];

/// How many functions start at once: most of them wait.
const AT_ONCE: usize = 12;

/// How many callers may hear that a function is not ready once everything is back. On a quiet machine, none does.
const CALLERS: usize = 20;

/// A function whose secrets and database are behind networks.
struct Deployed {
    function: Function,
    environment: Environment,
    secrets: Network,
    database: Network,
    _manager: SecretsManager,
}

impl Deployed {
    async fn new(stage: &Stage, function: Function) -> Self {
        let environment = stage.environment(function).with("RINGBOLT_DEADLINE_MS", "6000");
        let admission = if function == Function::Voice { "RINGBOLT_TWIML_KEYS" } else { "RINGBOLT_WEBHOOK_TOKENS" };
        let mut secrets = vec![("admission", environment.value(admission))];
        let arn = |name: &str| format!("secretsmanager:arn:aws:secretsmanager:eu-west-1:000000000000:secret:{name}");
        let mut environment = environment.with(admission, &arn("admission"));
        if function != Function::Transcription {
            secrets.push(("pin-keys", environment.value("RINGBOLT_PIN_KEYS")));
            environment = environment.with("RINGBOLT_PIN_KEYS", &arn("pin-keys"));
        }
        let manager = SecretsManager::start(secrets, Mode::Gives).await;
        let (secrets, database) = (Network::to(&manager.endpoint).await, Network::to(&stage.database.endpoint).await);
        let environment = environment
            .with("AWS_ENDPOINT_URL_SECRETS_MANAGER", &secrets.endpoint)
            .with("AWS_ENDPOINT_URL_DYNAMODB", &database.endpoint);
        Self { function, environment, secrets, database, _manager: manager }
    }

    fn fail(&self, what: What, trouble: Trouble) {
        match what {
            What::Secrets => self.secrets.set(Site::Everywhere, trouble, usize::MAX),
            What::Flows => self.database.set(Site::LiveFlows, trouble, usize::MAX),
            What::Database => self.database.set(Site::Everywhere, trouble, usize::MAX),
        }
    }

    fn clear(&self) {
        self.secrets.clear();
        self.database.clear();
    }

    async fn start(&self) -> Instance {
        Instance::start(&bootstrap(logical_id(self.function)), &self.environment).await
    }

    /// A request of a call of its own that needs secrets, flows and, except for the first document of a conversation, the
    /// database.
    fn request(&self, call: &str) -> Value {
        match self.function {
            Function::Auth => auth_event(call, "90786", "4711"),
            Function::NextAction => {
                let query = format!("ivr_id=12345&ivr_session_id={call}&ivr_response_id={call}&account=90786&pin=4711");
                get_event(self.function, &query)
            }
            Function::Transcription => {
                get_event(self.function, &format!("survo_id=23456&unique_id={call}&question=1&text=hello"))
            }
            Function::Voice => {
                let path = root().join("events/voice-webhook/call-comes-in.json");
                serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
            }
        }
    }

    fn is_real(&self, answer: &Value) -> bool {
        let body = answer["body"].as_str().unwrap_or_default();
        match self.function {
            Function::Auth => body == "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064",
            Function::NextAction => body.contains("<id>23456</id>"),
            Function::Transcription => answer["statusCode"] == 204,
            Function::Voice => body.contains("Welcome."),
        }
    }

    /// Whether it is what a caller hears while a function is not ready: the last resort, or the flow's fallback.
    fn is_safe(&self, answer: &Value) -> bool {
        let body = answer["body"].as_str().unwrap_or_default();
        match self.function {
            Function::Auth => ["", "0b6f3c55-2f0e-4c8b-9a55-6d8a3a1f7c11"].contains(&body),
            Function::NextAction | Function::Voice => body.contains("8005550100"),
            Function::Transcription => answer["statusCode"] == 503,
        }
    }

    /// Whether the function has no need of it.
    fn does_without(&self, what: What) -> bool {
        self.function == Function::Transcription && what == What::Flows
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_unavailable_at_a_start_costs_callers_the_real_answer_until_it_is_back() {
    let _alone = alone().await;
    let stage = Arc::new(Stage::new(PinHash::Keyed).await);
    stage.enrol("90786", "4711", "Ada").await;
    let (turns, mut starts) = (Arc::new(Semaphore::new(AT_ONCE)), JoinSet::new());
    for function in FUNCTIONS {
        for (what, trouble) in WHAT.into_iter().flat_map(|what| TROUBLES.map(|trouble| (what, trouble))) {
            let (stage, turns) = (Arc::clone(&stage), Arc::clone(&turns));
            starts.spawn(async move {
                let _turn = turns.acquire_owned().await.unwrap();
                start_without(&stage, function, what, trouble).await;
            });
        }
    }
    let (mut count, mut wrong) = (0, 0);
    while let Some(ended) = starts.join_next().await {
        count += 1;
        wrong += usize::from(ended.is_err());
    }
    assert_eq!(wrong, 0, "starts above are wrong");
    figures::note("faults", "unavailable at a start x trouble x function", count);
}

async fn start_without(stage: &Stage, function: Function, what: What, trouble: Trouble) {
    let deployed = Deployed::new(stage, function).await;
    deployed.fail(what, trouble);
    let instance = deployed.start().await;
    let call = format!("{function:?}-{what:?}-{trouble:?}");
    let first = instance.invoke(&deployed.request(&call)).await;
    let is_real = deployed.is_real(&first);
    assert!(is_real || deployed.is_safe(&first), "{call}: {first}");
    assert!(!is_real || deployed.does_without(what), "{call}: {first}");
    deployed.clear();
    for number in 0..CALLERS {
        let answer = instance.invoke(&deployed.request(&format!("{call}-{number}"))).await;
        if deployed.is_real(&answer) {
            return;
        }
        assert!(deployed.is_safe(&answer), "{call}: {answer}");
    }
    panic!("{call}: nobody gets the real answer: {:?}", instance.log.problems());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_warm_function_does_without_secrets_and_its_queue_is_asked_only_if_the_database_is_down() {
    let _alone = alone().await;
    let stage = Stage::new(PinHash::Keyed).await;
    stage.enrol("90786", "4711", "Ada").await;
    let mut count = 0;
    for function in FUNCTIONS {
        let mut deployed = Deployed::new(&stage, function).await;
        if function == Function::Transcription {
            let queue = format!("{NOBODY}/000000000000/transcriptions");
            deployed.environment = deployed
                .environment
                .with("RINGBOLT_TRANSCRIPTIONS_QUEUE_URL", &queue)
                .with("AWS_ENDPOINT_URL_SQS", NOBODY);
        }
        let instance = deployed.start().await;
        for trouble in TROUBLES {
            deployed.fail(What::Secrets, trouble);
            let answer = instance.invoke(&deployed.request(&format!("{function:?}-{trouble:?}"))).await;
            assert!(deployed.is_real(&answer), "{function:?}, {trouble:?}: {answer}");
            count += 1;
        }
        deployed.fail(What::Database, Trouble::ServerError);
        let answer = instance.invoke(&deployed.request(&format!("{function:?}-down"))).await;
        // A conversation needs the database only once its questions are answered.
        assert!(deployed.is_safe(&answer) || function == Function::Voice && deployed.is_real(&answer), "{answer}");
        deployed.clear();
        let answer = instance.invoke(&deployed.request(&format!("{function:?}-back"))).await;
        assert!(deployed.is_real(&answer), "{function:?}: {answer}");
        count += 1;
    }
    figures::note("faults", "unavailable while warm x function", count);
}
