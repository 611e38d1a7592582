//! Every test that the threat model and SECURITY.md name exists, as `path::function`, and every row of the threat model
//! names one or says why there is none.

use crate::{markdown, root, text};
use std::path::Path;

const DOCUMENTS: [&str; 2] = ["docs/threat-model.md", "SECURITY.md"];
/// The header of the column that names tests.
const SHOWN_BY: &str = "shown by";

/// The path and the name in a reference to a test.
fn reference(code: &str) -> Option<(&str, &str)> {
    let (path, name) = code.split_once("::")?;
    Path::new(path).extension().is_some().then_some((path, name))
}

/// Whether a file has a test of this name that runs.
fn has_test(path: &str, file: &str, name: &str) -> bool {
    let lines: Vec<&str> = file.lines().map(str::trim).collect();
    match Path::new(path).extension().and_then(|extension| extension.to_str()) {
        Some("rs") => lines.iter().enumerate().any(|(index, line)| {
            let line = line.strip_prefix("async ").unwrap_or(line);
            line.strip_prefix("fn ").and_then(|rest| rest.strip_prefix(name)).is_some_and(|rest| rest.starts_with('('))
                && is_test(&lines[..index])
        }),
        Some("py") => {
            let is_collected =
                Path::new(path).file_name().is_some_and(|file| file.to_string_lossy().starts_with("test_"));
            let defines = |line: &&str| line.starts_with(&format!("def {name}("));
            is_collected && name.starts_with("test_") && file.lines().any(|line| defines(&line))
        }
        Some("mjs") => {
            let calls = ["test", "pageTest"].map(|function| format!("{function}('{name}',"));
            path.ends_with(".test.mjs") && file.lines().any(|line| calls.iter().any(|call| line.starts_with(call)))
        }
        _ => false,
    }
}

/// Whether the attributes at the end of these lines make a function a test that is not ignored.
fn is_test(before: &[&str]) -> bool {
    let attributes: Vec<&&str> =
        before.iter().rev().take_while(|line| line.starts_with("#[") || line.starts_with("//")).collect();
    let is_one = |line: &&&str| **line == "#[test]" || line.starts_with("#[tokio::test");
    attributes.iter().any(is_one) && !attributes.iter().any(|line| line.starts_with("#[ignore"))
}

#[test]
fn every_test_that_is_named_exists() {
    let mut named = 0;
    let mut missing = Vec::new();
    for document in DOCUMENTS {
        let document = text(document);
        for (path, name) in markdown::code(&document).into_iter().filter_map(reference) {
            named += 1;
            let file = std::fs::read_to_string(root().join(path)).unwrap_or_default();
            if !has_test(path, &file, name) {
                missing.push(format!("{path}::{name}"));
            }
        }
    }
    assert_eq!(missing, [""; 0], "there are no such tests");
    assert!(named > 100, "{named}");
}

#[test]
fn every_row_about_an_attacker_names_a_test_or_says_why_there_is_none() {
    let document = text("docs/threat-model.md");
    let tables: Vec<_> =
        markdown::tables(&document).into_iter().filter(|table| table.header.last().unwrap() == SHOWN_BY).collect();
    let headings = document.lines().filter(|line| line.starts_with("### ")).count();
    assert_eq!(tables.len(), headings, "each attacker has one table");
    for table in &tables {
        for row in &table.rows {
            let [_, happens, shown_by] = &row[..] else { panic!("{row:?}") };
            let names_one = markdown::code(shown_by).into_iter().any(|code| reference(code).is_some());
            let reason = shown_by.strip_prefix("No test: ");
            assert!(names_one || reason.is_some_and(|reason| reason.len() > 10), "{}: {row:?}", table.section);
            assert!(!happens.is_empty(), "{}: {row:?}", table.section);
        }
    }
}

#[test]
fn a_test_that_is_gone_renamed_or_ignored_is_noticed() {
    let rust = "#[test]\nfn holds() {}\n\n#[tokio::test(flavor = \"multi_thread\")]\n#[allow(x)]\nasync fn waits() {}\n\n\
                #[test]\n#[ignore = \"slow\"]\nfn ignored() {}\n\nfn helper() {}\n    #[test]\n    fn bent(a in any::<u8>()) {}\n";
    for (name, found) in
        [("holds", true), ("waits", true), ("bent", true), ("ignored", false), ("helper", false), ("hold", false)]
    {
        assert_eq!(has_test("tests/a.rs", rust, name), found, "{name}");
    }
    let python = "@fixture\ndef stack():\n    pass\n\ndef test_a(stack):\n    pass\n";
    for (path, name, found) in [
        ("tests/test_1.py", "test_a", true),
        ("tests/test_1.py", "test_b", false),
        ("tests/test_1.py", "stack", false),
        ("tests/helper.py", "test_a", false),
    ] {
        assert_eq!(has_test(path, python, name), found, "{path} {name}");
    }
    let page = "pageTest('a page is shown', {}, async () => {});\n";
    assert!(has_test("a.test.mjs", page, "a page is shown") && !has_test("a.test.mjs", page, "a page"));
    assert!(!has_test("a.mjs", page, "a page is shown"));
    assert_eq!(reference("lambda::guard"), None);
}
