use super::super::Flow;
use super::*;
use std::{env, fs, path::PathBuf};

const GOOD: &str = include_str!("../tests/good.yaml");
const CASES: &str = include_str!("../tests/mistakes.txt");

/// Mistakes that no schema can know: what a template says, which names there are, what is proved, what two places have
/// to do with each other, and forms that a person would call right.
const OF_MEANING: [&str; 59] = [
    "template",
    "cannot be read",
    "unknown name",
    "unknown filter",
    "is not allowed",
    "a list or mapping holds only",
    "a caller who isn't verified",
    "two arguments",
    "compared with a number",
    "never has a value",
    "`caller` is known only",
    "is a PIN",
    "contains a PIN",
    "names the answers",
    "in quotes",
    "has no constant",
    "nothing of this name",
    "a condition is written",
    "100 percent",
    "a second time",
    "already means",
    "never ends",
    "asked for a PIN again",
    "leads to a PIN question",
    "there is no time zone",
    "begins and ends at the same time",
    "is a field of its own",
    "has 7 to 15 digits",
    "does not say which country",
    "a PIN question reads",
    "a holiday is a date",
    "is at least",
    "is 1 ",
    "has no `",
    "is empty",
    "decides where the call goes",
    "is not disconnected",
    "all have `do` or all",
    "has no IVR",
    "as well",
    "already, on line",
    "no answer can be called",
    "the name of an answer",
    "asks for no answer",
    "asks for a PIN and isn't",
    "both come from",
    "the same for every caller",
    "every rule of `verified`",
    "`starts` is missing",
    "comes from the other IVR",
    "is itself `like`",
    "differs by stage",
    "goes with `auto_accept",
    "a prompt has no",
    "to run an IVR",
    "a language is written",
    "the name of an audio file",
    "how many digits",
    "an IVR (a name under",
];

fn document(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)
}

/// Compares a document with what the code says; writes it where `RINGBOLT_UPDATE_DOCS` is set.
fn is_up_to_date(name: &str, expected: &str) {
    let path = document(name);
    if env::var_os("RINGBOLT_UPDATE_DOCS").is_some() {
        fs::write(&path, expected).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == expected,
        "docs/{name} is not what the code says: RINGBOLT_UPDATE_DOCS=1 cargo test -p ringbolt-core language"
    );
}

fn validator() -> jsonschema::Validator {
    jsonschema::draft202012::new(&schema()).unwrap()
}

fn faults(text: &str) -> Vec<String> {
    let json = super::super::load::as_json(text).unwrap();
    validator().iter_errors(&json).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn the_schema_in_the_documents_is_the_codes() {
    is_up_to_date("flow.schema.json", &format!("{:#}\n", schema()));
}

#[test]
fn the_reference_in_the_documents_is_the_codes() {
    const MARKER: &str = "<!-- reference: generated from the schema -->\n";
    let written = fs::read_to_string(document("flows.md")).unwrap();
    let (by_hand, _) = written.split_once(MARKER).expect("docs/flows.md has the marker of the reference");
    is_up_to_date("flows.md", &format!("{by_hand}{MARKER}\n{}", reference()));
}

#[test]
fn the_schema_takes_every_flow_that_loads() {
    assert_eq!(faults(GOOD), [""; 0]);
    for file in fs::read_dir(document("../flows")).unwrap() {
        let path = file.unwrap().path();
        let name = path.to_string_lossy();
        if name.ends_with(".yaml") && !name.ends_with(".calls.yaml") {
            assert_eq!(faults(&fs::read_to_string(&path).unwrap()), [""; 0], "{}", path.display());
        }
    }
}

#[test]
fn the_schema_and_the_loader_refuse_the_same_files() {
    let validator = validator();
    let mut wrong = Vec::new();
    for case in CASES.split("\n\n").skip(1) {
        let (change, said) = case.split_once('\n').unwrap();
        let (there, instead) = change.split_once(" => ").unwrap();
        let text = GOOD.replace(&there.replace("\\n", "\n"), &instead.replace("\\n", "\n"));
        let Some(json) = super::super::load::as_json(&text) else { continue };
        let taken = validator.is_valid(&json);
        let loads = said.trim() == "it loads";
        let of_meaning = said.lines().all(|line| OF_MEANING.iter().any(|part| line.contains(part)));
        // What is a matter of meaning may be refused by the schema as well.
        let agree = if taken { loads || of_meaning } else { !loads };
        if !agree {
            wrong.push(format!("{change}\n  taken by the schema: {taken}\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_key_of_the_language_is_known_to_the_loader_and_every_bound_is_its_own() {
    // One file that uses every whole number of the language, at each of its bounds and beyond.
    for (mapping, start, end) in [
        (&tables::LOCKOUT, "lockout: { attempts: 3, lock: 30m }", "lockout: { KEY }"),
        (&tables::LIMITS, "limits: { attempts_per_call: 3, per_ani: { attempts: 30, window: 1h } }", "limits: { KEY }"),
        (&tables::ANI_LIMIT, "per_ani: { attempts: 30, window: 1h }", "per_ani: { window: 1h, KEY }"),
        (&tables::FINDME, "id: 7, timeout: 20", "id: 7, KEY"),
        (&tables::TWIML, "starts: login", "twiml: { KEY }\nstarts: login"),
    ] {
        for key in mapping.keys {
            let Kind::Whole(from, to) = key.value else { continue };
            let fits = |value: u32| {
                let others = match (key.name, value) {
                    ("screen_method", 2) => ", whisper_audio: a.wav",
                    ("nextaction", 2 | 4 | 5 | 6) => ", nextactionitem: 1",
                    ("attempts", _) if mapping.name == "lockout" => ", suspend_after: 100",
                    ("suspend_after", _) => ", attempts: 1",
                    _ => "",
                };
                let text = GOOD.replace(start, &end.replace("KEY", &format!("{}: {value}{others}", key.name)));
                let json = super::super::load::as_json(&text).unwrap();
                assert_eq!(Flow::load(&text).is_ok(), validator().is_valid(&json), "{}: {value}", key.name);
                Flow::load(&text).is_ok()
            };
            assert!(fits(from) && fits(to) && !fits(to + 1), "{}", key.name);
            assert!(from == 0 || !fits(from - 1), "{}", key.name);
        }
    }
}
