//! Every command on a deployment that it cannot use: one sentence that says what to do.

use crate::calls::{
    Said,
    aws::Aws,
    deployment::{Deployment, bare, run},
    dev::Folder,
    server,
};
use ringbolt_tests::NOBODY;
use std::{collections::BTreeSet, process::Command};

/// What every command needs on its command line. A new command is added here: the tests fail without it.
const ARGUMENTS: [(&str, &[&str]); 51] = [
    ("audit list", &[]),
    ("audit repair", &["--yes"]),
    ("audit verify", &[]),
    ("call explain", &["r-1"]),
    ("call list", &[]),
    ("call replay", &["flow.yaml"]),
    ("call show", &["r-1"]),
    ("call tail", &[]),
    ("call transcripts", &["--ivr", "1", "--day", "today"]),
    ("caller erase", &["--realm", "demo", "90786", "--yes"]),
    ("caller export", &["--realm", "demo", "90786"]),
    ("caller resume", &["--realm", "demo", "90786"]),
    ("caller show", &["--realm", "demo", "90786"]),
    ("caller suspend", &["--realm", "demo", "90786"]),
    ("caller unlock", &["--realm", "demo", "90786"]),
    ("completions", &["bash"]),
    ("dev", &[]),
    ("doctor", &[]),
    ("event make", &["login-get"]),
    ("flow check", &["flow.yaml"]),
    ("flow diff", &["demo"]),
    ("flow graph", &["flow.yaml"]),
    ("flow history", &["demo"]),
    ("flow list", &[]),
    ("flow push", &["flow.yaml"]),
    ("flow rollback", &["demo", "--yes"]),
    ("flow schema", &[]),
    ("flow show", &["demo"]),
    ("flow test", &["flow.yaml"]),
    ("hours close", &["support", "--until", "23:59"]),
    ("hours list", &[]),
    ("hours open", &["support"]),
    ("init", &["--yes"]),
    ("man", &[]),
    ("pin add", &["--realm", "demo", "90786", "--stdin"]),
    ("pin export-users", &["--realm", "demo"]),
    ("pin generate", &["--realm", "demo", "90786"]),
    ("pin import", &["callers.csv", "--realm", "demo"]),
    ("pin remove", &["--realm", "demo", "90786", "--stdin"]),
    ("pin set", &["--realm", "demo", "90786", "--stdin"]),
    ("secret rotate-pin-key begin", &["--yes"]),
    ("secret rotate-pin-key finish", &["--yes"]),
    ("secret rotate-pin-key run", &["--yes"]),
    ("secret rotate-pin-key status", &[]),
    ("secret rotate-token begin", &["--yes"]),
    ("secret rotate-token finish", &["--yes"]),
    ("secret show-token", &["--yes"]),
    ("secret twiml-keys add", &["twilio", "--stdin", "--yes"]),
    ("secret twiml-keys remove", &["twilio", "5f3c9a01", "--yes"]),
    ("secret twiml-keys show", &[]),
    ("trigger", &["login-get"]),
];

/// The words of every command that has no commands of its own, and its help.
async fn commands() -> Vec<(String, String)> {
    let (mut found, mut open) = (Vec::new(), vec![String::new()]);
    while let Some(words) = open.pop() {
        let arguments: Vec<&str> = words.split_whitespace().chain(["--help"]).collect();
        let help = run(bare(&arguments), "").await.says("Usage: ringbolt").out.clone();
        let listed = help.split_once("\nCommands:\n").map(|(_, rest)| rest.split("\n\n").next().unwrap().to_owned());
        match listed {
            None => found.push((words, help)),
            Some(listed) => open.extend(listed.lines().filter_map(|line| {
                let name = line.strip_prefix("  ").filter(|line| !line.starts_with(' '))?.split_whitespace().next()?;
                (name != "help").then(|| format!("{words} {name}").trim().to_owned())
            })),
        }
    }
    found.sort();
    found
}

fn arguments_of(words: &str) -> Vec<&'static str> {
    let (words, rest) = ARGUMENTS.iter().find(|(known, _)| *known == words).unwrap_or_else(|| panic!("add {words}"));
    words.split(' ').chain(rest.iter().copied()).collect()
}

/// A folder with the files that the arguments name.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("flow.yaml"), ringbolt_dev::DEMO_FLOW).unwrap();
    std::fs::write(folder.path().join("callers.csv"), "user,pin\nada,837461\n").unwrap();
    folder
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mistyped_option_is_one_json_error_for_every_command() {
    let commands = commands().await;
    let known: BTreeSet<&str> = ARGUMENTS.iter().map(|(words, _)| *words).collect();
    assert_eq!(commands.iter().map(|(words, _)| words.as_str()).collect::<BTreeSet<_>>(), known);
    for (words, _) in commands {
        let arguments = [arguments_of(&words).as_slice(), &["--json", "--nosuch"]].concat();
        run(bare(&arguments), "").await.fails(2, &["unexpected argument '--nosuch' found"]);
    }
    run(bare(&["--json"]), "").await.fails(2, &["requires a subcommand", "caller"]);
    run(bare(&["caller", "--json"]), "").await.fails(2, &["requires a subcommand", "unlock"]);
    run(bare(&["caller", "--json", "show"]), "").await.fails(2, &["--realm"]);
    run(bare(&["caller", "shwo", "--json"]), "").await.fails(2, &["unrecognized subcommand 'shwo'", "show"]);
    run(bare(&["--json", "--version"]), "").await.says("ringbolt 0");
}

fn of_stack(code: &str, message: &str) -> String {
    format!(
        "<ErrorResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_on_a_stack_that_it_cannot_use_says_why() {
    let folder = folder();
    let missing = server::answering(400, of_stack("ValidationError", "Stack with id prod does not exist"));
    let expired = server::answering(403, of_stack("ExpiredToken", "expired"));
    let denied = "User: x is not authorized to perform: cloudformation:DescribeStacks on resource: y";
    let denied = server::answering(403, of_stack("AccessDenied", denied));
    type Change<'a> = Box<dyn Fn(&mut Command) + 'a>;
    let asks = |endpoint: String| -> Change<'static> {
        Box::new(move |command| {
            command.env("AWS_ENDPOINT_URL_CLOUDFORMATION", &endpoint);
        })
    };
    let cases: [(&str, Change<'_>); 6] = [
        ("there is no stack prod in eu-west-1", asks(missing)),
        ("sign in again", asks(expired)),
        ("may not cloudformation:DescribeStacks in eu-west-1", asks(denied)),
        (
            "could not be reached",
            Box::new(|command| {
                // Between attempts, it would wait for seconds.
                command.env("AWS_ENDPOINT_URL_CLOUDFORMATION", NOBODY).env("AWS_MAX_ATTEMPTS", "1");
            }),
        ),
        (
            "no AWS region is set",
            Box::new(|command| {
                command.env_remove("AWS_REGION");
            }),
        ),
        (
            "there are no AWS credentials",
            Box::new(|command| {
                command.env_remove("AWS_ACCESS_KEY_ID");
            }),
        ),
    ];
    for (words, help) in commands().await {
        if !help.contains("--stack <NAME>") {
            continue;
        }
        let running = cases.each_ref().map(|(_, change)| {
            let mut command = bare(&[arguments_of(&words).as_slice(), &["--stack", "prod", "--json"]].concat());
            change(command.current_dir(folder.path()));
            tokio::spawn(run(command, "815294\n"))
        });
        for ((part, _), running) in cases.iter().zip(running) {
            let said = running.await.unwrap();
            assert!(matches!(said.code, Some(1 | 2)), "{words}: {said:?}");
            // `doctor` has the sentence among its findings, too.
            assert!(format!("{}{}", said.out, said.err).contains(part), "{words}: {part:?} is not in {said:?}");
        }
    }
}

/// An option that a command can only refuse is not offered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_offers_local_takes_it() {
    let folder = Folder::with(folder(), &[]);
    for (words, help) in commands().await {
        let offers = help.contains("--local");
        if !help.contains("--stack <NAME>") || words == "call tail" || words.starts_with("secret rotate-pin-key") {
            continue;
        }
        let arguments = [arguments_of(&words).as_slice(), &["--local"]].concat();
        let said: Said = folder.fed(&arguments, "815294\n").await;
        let refusals = ["a local database has no table", "takes its token from", "keeps no TwiML keys"];
        let refused = refusals.into_iter().any(|refusal| said.err.contains(refusal));
        assert_eq!(offers, !refused, "{words}: {said:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_id_realm_or_file_is_one_sentence() {
    let deployment = Deployment::new().await;
    let aws = Aws::start(r#"{"current":"a-token-0123456789"}"#, &deployment.keys);
    deployment.publish(ringbolt_dev::DEMO_FLOW).await;
    for (line, code, part) in [
        ("caller show --realm demo nobody", 1, "there is no such caller"),
        ("caller show --realm De!mo 1", 2, "--realm"),
        ("caller erase --realm demo nobody --yes", 1, "nothing is stored about them"),
        ("caller erase --realm demo nobody", 1, "nothing is stored about them"),
        ("caller export --realm demo nobody --out x.json", 1, "nothing is stored about them"),
        ("caller export --realm demo nobody --out nowhere/x.json", 1, "there is no folder nowhere"),
        ("pin set --realm nosuch 90786 --stdin", 2, "no live flow"),
        ("pin import missing.csv --realm demo", 1, "missing.csv"),
        ("pin export-users --realm demo --out nowhere/x.csv", 1, "nowhere/x.csv cannot be written"),
        ("flow history nosuch", 1, "there is no flow `nosuch`"),
        ("flow show demo --version 9", 1, "has no version 9"),
        ("flow diff demo missing.yaml", 2, "missing.yaml"),
        ("flow rollback demo --to 9 --yes", 1, "has no version 9"),
        ("flow rollback demo --to 9", 1, "has no version 9"),
        ("flow push missing.yaml", 1, "nothing was published"),
        ("hours close nosuch --until 23:59", 1, "has no hours"),
        ("hours open nosuch", 1, "has no hours"),
        ("audit verify --noted 1:x", 2, "NUMBER:DIGEST"),
        ("audit list --since monday", 2, "--since"),
        ("trigger --event missing.json", 1, "missing.json cannot be read"),
        ("secret rotate-token begin", 2, "With --json nothing is asked: add --yes"),
        ("secret rotate-pin-key begin", 2, "With --json nothing is asked: add --yes"),
        ("secret show-token", 2, "With --json nothing is asked: add --yes"),
        ("secret rotate-pin-key run", 1, "no rotation of the PIN key is in progress"),
    ] {
        let arguments: Vec<&str> = line.split(' ').chain(["--json"]).collect();
        let said = run(aws.command(&deployment, &arguments), "815294\n").await;
        assert_eq!(said.code, Some(code), "{line}: {said:?}");
        assert!(said.err.lines().last().unwrap().contains(part), "{line}: {said:?}");
        assert!(!said.err.contains("nobody"), "{line}: a user id is not repeated: {said:?}");
    }
    for arguments in [&["init", "--json"][..], &["completions", "bash", "--json"], &["man", "--json"]] {
        run(bare(arguments), "").await.fails(2, &["json"]);
    }
    let said = run(bare(&["flow", "check", "missing.yaml", "--json"]), "").await;
    assert!(said.code == Some(1) && said.out.contains("there is no such file"), "{said:?}");
}
