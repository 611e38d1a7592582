//! Imports of this crate run one way. The sources themselves are read: every `use`, and every path in the code.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod source;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use tree::Tree;

/// The folders above the ground modules, from below. None imports one that comes later.
const FOLDERS: [&str; 3] = ["flow", "call", "dialects"];

/// The folder of a module, and its place in the order; 0 for a ground module.
fn rank(module: &str) -> usize {
    let folder = module.split("::").next().unwrap_or_default();
    FOLDERS.iter().position(|known| *known == folder).map_or(0, |index| index + 1)
}

fn wrong_direction(tree: &Tree) -> Vec<String> {
    let mut wrong = Vec::new();
    for (from, to) in tree.imports(true) {
        let part = |module: &str, index: usize| module.split("::").nth(index).unwrap_or_default().to_owned();
        let upwards = rank(&from) < rank(&to);
        let between_dialects = rank(&from) == 3 && rank(&to) == 3 && {
            let (mine, other) = (part(&from, 1), part(&to, 1));
            !mine.is_empty() && !other.is_empty() && mine != other
        };
        let of_audit =
            (part(&from, 0) == "audit") && rank(&to) > 0 || (part(&to, 0) == "audit" && part(&from, 0) != "audit");
        if upwards || between_dialects || of_audit {
            wrong.push(format!("{from} imports {to}"));
        }
    }
    wrong
}

/// Files that import each other, directly or through others: each circle once.
fn circles(tree: &Tree) -> Vec<String> {
    let mut to: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (from, target) in tree.imports(false) {
        to.entry(from).or_default().insert(target);
    }
    let reachable = |from: &String| {
        let mut seen: BTreeSet<&String> = BTreeSet::new();
        let mut next: Vec<&String> = to.get(from).into_iter().flatten().collect();
        while let Some(module) = next.pop() {
            if seen.insert(module) {
                next.extend(to.get(module).into_iter().flatten());
            }
        }
        seen
    };
    let reached: BTreeMap<&String, BTreeSet<&String>> = to.keys().map(|from| (from, reachable(from))).collect();
    let mut found: BTreeSet<Vec<&String>> = BTreeSet::new();
    for (from, targets) in &reached {
        if targets.contains(*from) {
            let back = |target: &&&String| reached.get(**target).is_some_and(|of| of.contains(*from));
            found.insert(targets.iter().filter(back).copied().collect());
        }
    }
    let edges = |circle: &[&String]| -> Vec<String> {
        let inside = |target: &&String| circle.contains(target);
        let of = |from: &&String| {
            to[*from].iter().filter(inside).map(move |target| format!("{from} -> {target}")).collect::<Vec<_>>()
        };
        circle.iter().flat_map(of).collect()
    };
    found.into_iter().map(|circle| edges(&circle).join(", ")).collect()
}

#[test]
fn no_folder_imports_one_above_it() {
    assert_eq!(wrong_direction(&Tree::of_crate()), [""; 0]);
}

#[test]
fn no_two_files_import_each_other() {
    assert_eq!(circles(&Tree::of_crate()), [""; 0]);
}

#[test]
fn an_import_in_the_wrong_direction_is_found_however_it_is_written() {
    let whole = Tree::of_crate();
    for (module, code, found) in [
        ("flow::rules", "use crate::call::Answer;", "flow::rules imports call::answer"),
        ("flow::rules", "use crate::{text, call::{ids::SessionId as Id, Answer}};", "flow::rules imports call::answer"),
        (
            "flow::rules",
            "fn a() -> crate::dialects::dialogtech::Request { todo!() }",
            "flow::rules imports dialects::dialogtech::request",
        ),
        (
            "flow::rules",
            "#[cfg(test)] mod tests { use super::super::super::call::Plan; }",
            "flow::rules imports call::plan",
        ),
        ("pin::keys", "use crate::flow::Flow;", "pin::keys imports flow"),
        (
            "call::engine",
            "use crate::dialects::wix_answers as wix; fn a(_: wix::Request) {}",
            "call::engine imports dialects::wix_answers::request",
        ),
        (
            "dialects::dialogtech::write",
            "use super::super::wix_answers::Request;",
            "dialects::dialogtech::write imports dialects::wix_answers::request",
        ),
        ("audit", "use crate::flow::Flow;", "audit imports flow"),
        ("lockout", "use crate::audit::Change;", "lockout imports audit"),
    ] {
        let mut tree = whole.clone();
        tree.append(module, code);
        let wrong = wrong_direction(&tree);
        assert!(wrong.iter().any(|wrong| wrong.starts_with(found)), "{module}: {code}: {wrong:?}");
    }
}

#[test]
fn comments_and_texts_import_nothing() {
    let mut tree = Tree::of_crate();
    tree.append(
        "flow::rules",
        "/* crate::call::Answer /* */ */ // crate::call::Answer\nconst A: &str = \"crate::call::Answer\";",
    );
    tree.append("flow::rules", "const B: &str = r#\"crate::call::Answer \" \"#; const C: char = '\"';");
    assert_eq!(wrong_direction(&tree), [""; 0]);
}

#[test]
fn a_circle_between_files_is_found() {
    let whole = Tree::of_crate();
    for (module, code) in [
        ("flow::rules", "use super::ivr::Ivr;"),
        ("fields", "use crate::flow::Scope;"),
        ("flow::load::reader", "fn a() { super::asks::asks() }"),
    ] {
        let mut tree = whole.clone();
        tree.append(module, code);
        assert!(circles(&tree).iter().any(|circle| circle.contains(module)), "{module}: {code}");
    }
}
