//! docs/dependencies.md lists exactly the direct dependencies, each in the section where it belongs.

use crate::{markdown, root, text};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};
use std::collections::{BTreeMap, BTreeSet};

/// What comes with the functions.
const FUNCTIONS: [&str; 5] = ["auth-webhook", "enrol", "next-action", "transcription-postback", "voice-webhook"];
/// What is for developers only.
const FOR_DEVELOPERS: [&str; 3] = ["ringbolt-bench", "ringbolt-tests", "xtask"];

type Names = BTreeSet<String>;

/// The names in the first column of each section's list.
fn listed() -> BTreeMap<String, Names> {
    let mut lists: BTreeMap<String, Names> = BTreeMap::new();
    for table in markdown::tables(&text("docs/dependencies.md")) {
        if !["crate", "package"].contains(&table.header[0].as_str()) {
            continue;
        }
        let list = lists.entry(table.section.clone()).or_default();
        let mut before = String::new();
        for row in table.rows {
            let [name] = markdown::code(&row[0])[..] else { panic!("{row:?}") };
            assert!(row.iter().all(|cell| !cell.is_empty()), "{row:?}: each has a reason");
            assert!(list.insert(name.to_owned()), "{name} is listed twice");
            let sorted_by = name.to_lowercase();
            assert!(before < sorted_by, "{name} is out of order");
            before = sorted_by;
        }
    }
    lists
}

/// The names under `[workspace.dependencies]` that are not the workspace's own crates.
fn declared() -> Names {
    let manifest = text("Cargo.toml");
    let (_, section) = manifest.split_once("\n[workspace.dependencies]\n").unwrap();
    let lines = section.lines().take_while(|line| !line.starts_with('['));
    lines
        .filter(|line| !line.starts_with('#') && !line.is_empty() && !line.contains("{ path = "))
        .map(|line| line.split_once(" = ").unwrap_or_else(|| panic!("{line}")).0.to_owned())
        .collect()
}

fn metadata() -> Metadata {
    MetadataCommand::new().current_dir(root()).no_deps().other_options(["--offline".to_owned()]).exec().unwrap()
}

/// The direct dependencies of these packages, and of the workspace's crates that they are linked with: those from
/// elsewhere.
fn linked(metadata: &Metadata, packages: &[&str]) -> Names {
    let mut found = Names::new();
    let mut open: Vec<String> = packages.iter().map(|name| (*name).to_owned()).collect();
    let mut seen = Names::new();
    while let Some(name) = open.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let package = metadata.packages.iter().find(|package| package.name.as_str() == name).unwrap();
        for dependency in
            package.dependencies.iter().filter(|dependency| dependency.kind != DependencyKind::Development)
        {
            match &dependency.path {
                Some(_) => open.push(dependency.name.clone()),
                None => drop(found.insert(dependency.rename.clone().unwrap_or_else(|| dependency.name.clone()))),
            }
        }
    }
    found
}

#[test]
fn every_declared_dependency_is_listed_once_and_nothing_else() {
    let lists = listed();
    let sections = ["In the functions", "In the command and the local server", "In tests and tools"];
    let mut all = Vec::new();
    for section in sections {
        all.extend(lists[section].iter().cloned());
    }
    assert_eq!(all.iter().cloned().collect::<Names>().len(), all.len(), "a crate is in two sections");
    let (listed, declared): (Names, Names) = (all.into_iter().collect(), declared());
    assert!(declared.len() > 50, "{declared:?}");
    assert_eq!(declared.difference(&listed).collect::<Vec<_>>(), [""; 0], "without a line in docs/dependencies.md");
    assert_eq!(listed.difference(&declared).collect::<Vec<_>>(), [""; 0], "not in Cargo.toml");
}

#[test]
fn every_member_takes_its_dependencies_from_the_workspace() {
    let (metadata, declared) = (metadata(), declared());
    let names = metadata.packages.iter().flat_map(|package| &package.dependencies).filter(|one| one.path.is_none());
    let used: Names = names.map(|one| one.rename.clone().unwrap_or_else(|| one.name.clone())).collect();
    assert_eq!(used, declared);
}

#[test]
fn each_crate_is_in_the_section_of_what_links_it() {
    let (metadata, lists) = (metadata(), listed());
    let in_functions = linked(&metadata, &FUNCTIONS);
    assert_eq!(lists["In the functions"], in_functions);

    let rest: Vec<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    let rest: Vec<&str> = rest.into_iter().filter(|name| !FOR_DEVELOPERS.contains(name)).collect();
    let elsewhere = linked(&metadata, &rest).difference(&in_functions).cloned().collect::<Names>();
    assert_eq!(lists["In the command and the local server"], elsewhere);
}

/// The names in the texts `NpmPackage { name: "...", version: "..." }`, or of another type.
fn pinned(source: &str, kind: &str) -> Names {
    let begins = format!("{kind} {{ name: \"");
    let uses = source.split(&begins).skip(1);
    uses.map(|rest| rest.split_once('"').unwrap().0.to_owned()).collect()
}

#[test]
fn the_tools_that_xtask_pins_are_listed() {
    let (lists, source) = (listed(), text("xtask/src/tools.rs"));
    assert_eq!(lists["npm packages"], pinned(&source, "NpmPackage"));

    let mut python = pinned(&source, "PythonPackage");
    let mut files = 0;
    for file in std::fs::read_dir(root().join("xtask/requirements")).unwrap() {
        let file = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let sentence = file.lines().find(|line| line.contains("direct dependencies")).unwrap();
        let (direct, _) = sentence.trim_start_matches("# ").split_once(" are direct dependencies").unwrap();
        for name in direct.replace(" and ", ", ").split(", ") {
            assert!(file.contains(&format!("\n{name}==")), "{name} is not pinned");
            python.insert(name.to_owned());
        }
        files += 1;
    }
    assert_eq!(lists["Python packages"], python);
    assert!(files == 5 && source.matches("include_str!(\"../requirements/").count() == files, "{files}");
}
