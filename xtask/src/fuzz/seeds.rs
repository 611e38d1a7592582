//! The inputs that each target begins with: those in `fuzz/seeds`, and the repository's own events and flows.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::workspace::Workspace;

/// The examples that `fuzz/src/flows.rs` loads, each under the letter that chooses it.
const FLOWS: [(char, &str); 4] = [('a', "bank"), ('b', "demo"), ('c', "field-service"), ('d', "agency")];

/// Writes the seeds of a target to a folder.
///
/// # Errors
/// A file cannot be read or written.
pub fn write(workspace: &Workspace, target: &str, folder: &Path) -> Result<()> {
    if folder.is_dir() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be created", folder.display()))?;
    for (number, seed) in of(&workspace.root, target)?.into_iter().enumerate() {
        fs::write(folder.join(number.to_string()), seed)?;
    }
    Ok(())
}

fn of(root: &Path, target: &str) -> Result<Vec<Vec<u8>>> {
    let own = root.join("fuzz").join("seeds").join(target);
    let mut seeds = if own.is_dir() { contents(&own)? } else { Vec::new() };
    let events = |function: &str| events(&root.join("events").join(function));
    match target {
        "event" => {
            for function in ["auth-webhook", "next-action", "transcription-postback", "voice-webhook"] {
                seeds.extend(contents(&root.join("events").join(function))?);
            }
        }
        "wix_answers_request" => seeds.extend(events("auth-webhook")?.into_iter().map(|event| event.body)),
        "dialogtech_request" => {
            let lines = |event: Event| [b"b".to_vec(), event.query, b"\n\n".to_vec(), event.body].concat();
            seeds.extend(events("next-action")?.into_iter().map(lines));
        }
        "dialogtech_transcription" => {
            seeds.extend(events("transcription-postback")?.into_iter().map(|event| event.query));
        }
        "twiml_request" => {
            let lines = |event: Event| [b"b".to_vec(), event.query, b"\n".to_vec(), event.body].concat();
            seeds.extend(events("voice-webhook")?.into_iter().map(lines));
        }
        "forms" => {
            let forms = events("next-action")?.into_iter().chain(events("voice-webhook")?);
            seeds.extend(forms.map(|event| [b"a".to_vec(), event.query, b"&".to_vec(), event.body].concat()));
        }
        "flow" => {
            for (_, name) in FLOWS {
                seeds.push(fs::read(root.join("flows").join(format!("{name}.yaml")))?);
            }
        }
        "script" => {
            for (letter, name) in FLOWS {
                let calls = fs::read(root.join("flows").join(format!("{name}.calls.yaml")))?;
                seeds.push([format!("{letter}2026-03-09T10:00 America/New_York\n").into_bytes(), calls].concat());
            }
        }
        "simulator_twiml" => seeds.extend(contents(&root.join("tests").join("twiml").join("documents"))?),
        _ => {}
    }
    Ok(seeds)
}

/// What a target needs of an event.
struct Event {
    query: Vec<u8>,
    body: Vec<u8>,
}

fn events(folder: &Path) -> Result<Vec<Event>> {
    let read = |content: Vec<u8>| {
        let event: Value = serde_json::from_slice(&content)?;
        let text = |name: &str| event[name].as_str().unwrap_or_default().as_bytes().to_vec();
        let is_base64 = event["isBase64Encoded"].as_bool().unwrap_or_default();
        // An example isn't base64 although it says so: then it is a seed as it is.
        let decoded = is_base64.then(|| STANDARD.decode(text("body")).ok()).flatten();
        let body = decoded.unwrap_or_else(|| text("body"));
        Ok(Event { query: text("rawQueryString"), body })
    };
    contents(folder)?.into_iter().map(read).collect()
}

/// The contents of the files of a folder, by name.
fn contents(folder: &Path) -> Result<Vec<Vec<u8>>> {
    let files = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut paths = files.map(|file| Ok(file?.path())).collect::<Result<Vec<PathBuf>>>()?;
    paths.sort();
    paths.iter().map(|path| fs::read(path).with_context(|| format!("{} cannot be read", path.display()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_seeds() {
        let workspace = Workspace::find().unwrap();
        for target in super::super::targets(&workspace).unwrap() {
            assert!(!of(&workspace.root, &target).unwrap().is_empty(), "{target}");
        }
    }
}
