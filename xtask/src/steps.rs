//! The steps of `cargo xtask test`, in order.

mod browser;
pub mod checks;
mod deploy;
mod dynamodb_local;
mod fuzz;
mod lambda;
mod load;
mod mutants;
mod ringbolt;
mod sam;
pub mod sam_build;
mod twiml;

use anyhow::Result;

use crate::tally::Tally;
use crate::test_run::count_tests;
use crate::workspace::Workspace;

/// One step.
pub struct Step {
    /// The name that `--only` takes.
    pub name: &'static str,
    /// A one-line description.
    pub about: &'static str,
    /// Runs the step. An error counts as one failure, an [`Unavailable`](crate::tally::Unavailable) tool as a skip.
    pub run: fn(&Workspace) -> Result<Tally>,
}

/// All steps, quick ones first.
pub const STEPS: &[Step] = &[
    Step { name: "format", about: "the sources are formatted", run: checks::format },
    Step { name: "clippy", about: "clippy has no warnings", run: checks::clippy },
    Step { name: "deny", about: "licences, banned crates and sources of all dependencies", run: checks::deny },
    Step { name: "unused", about: "every dependency is used", run: checks::unused },
    Step { name: "tests", about: "all workspace tests, on the embedded DynamoDB", run: tests },
    Step {
        name: "mutants",
        about: "the unit tests notice mistakes in the code that judges attempts",
        run: mutants::mutants,
    },
    Step {
        name: "twiml",
        about: "signatures and documents, judged by the providers' own libraries",
        run: twiml::judge,
    },
    Step { name: "fuzz", about: "every fuzz target, for a moment", run: fuzz::short },
    Step {
        name: "dynamodb-local",
        about: "the store tests again, on Amazon's DynamoDB Local",
        run: dynamodb_local::store_tests,
    },
    Step { name: "browser", about: "the phone page of ringbolt dev, in Chromium", run: browser::page_tests },
    Step { name: "templates", about: "the templates: sam validate, cfn-lint, checkov", run: sam::templates },
    Step { name: "sam-build", about: "the functions as built by sam build: size and glibc", run: sam_build::check },
    Step { name: "lambda", about: "the functions under Amazon's Lambda runtime emulator", run: lambda::emulator_tests },
    Step { name: "load", about: "the functions and ringbolt dev under load", run: load::load_tests },
    Step {
        name: "deploy",
        about: "sam deploy to a local AWS emulator, and tests of the deployed API",
        run: deploy::deploy_test,
    },
];

/// Parses a list `STEP,STEP` and returns its steps in the usual order; all steps if there is no list.
///
/// # Errors
/// A sentence that names the unknown step.
pub fn choose(only: Option<&str>) -> Result<Vec<&'static Step>, String> {
    let Some(only) = only else { return Ok(STEPS.iter().collect()) };
    let names: Vec<&str> = only.split(',').map(str::trim).collect();
    match names.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        Some(unknown) => Err(format!("`{unknown}` is not a step; `cargo xtask list` lists the steps")),
        None => Ok(STEPS.iter().filter(|step| names.contains(&step.name)).collect()),
    }
}

fn tests(workspace: &Workspace) -> Result<Tally> {
    count_tests(workspace.cargo().args(["test", "--workspace", "--no-fail-fast"]))
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn chosen_steps_run_in_the_usual_order() {
        let names = |only| choose(only).map(|steps| steps.iter().map(|step| step.name).collect::<Vec<_>>());
        assert_eq!(names(Some("tests, format")), Ok(vec!["format", "tests"]));
        assert_eq!(names(None).unwrap().len(), STEPS.len());
        assert!(names(Some("format,fromat")).unwrap_err().contains("`fromat`"));
    }
}
