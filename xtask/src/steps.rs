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
    /// Installs the step's tools, if it needs others than Rust's.
    pub prepare: Option<fn(&Workspace) -> Result<()>>,
    /// Runs the step. An error counts as one failure, an [`Unavailable`](crate::tally::Unavailable) tool as a skip.
    pub run: fn(&Workspace) -> Result<Tally>,
}

/// The longest build. It runs beside earlier steps, at the lowest priority: they leave a core idle for half of their time.
pub struct Ahead {
    /// The step that needs it first. Without that step, it is not run.
    pub step: &'static str,
    /// The work.
    pub run: fn(&Workspace) -> Result<()>,
}

/// The functions' release build.
pub const AHEAD: Ahead = Ahead { step: "sam-build", run: |workspace| sam_build::build(workspace).map(drop) };

/// All steps, quick ones first.
pub const STEPS: &[Step] = &[
    Step { name: "format", about: "the sources are formatted", prepare: None, run: checks::format },
    Step { name: "clippy", about: "clippy has no warnings", prepare: None, run: checks::clippy },
    Step {
        name: "deny",
        about: "licences, banned crates and sources of all dependencies",
        prepare: Some(checks::prepare_deny),
        run: checks::deny,
    },
    Step {
        name: "unused",
        about: "every dependency is used",
        prepare: Some(checks::prepare_unused),
        run: checks::unused,
    },
    Step { name: "tests", about: "all workspace tests, on the embedded DynamoDB", prepare: None, run: tests },
    Step {
        name: "mutants",
        about: "the unit tests notice mistakes in the code that judges attempts",
        prepare: None,
        run: mutants::mutants,
    },
    Step {
        name: "twiml",
        about: "signatures and documents, judged by the providers' own libraries",
        prepare: Some(twiml::prepare),
        run: twiml::judge,
    },
    Step { name: "fuzz", about: "every fuzz target, for a moment", prepare: Some(fuzz::prepare), run: fuzz::short },
    Step {
        name: "dynamodb-local",
        about: "the store tests again, on Amazon's DynamoDB Local",
        prepare: Some(dynamodb_local::prepare),
        run: dynamodb_local::store_tests,
    },
    Step {
        name: "browser",
        about: "the phone page of ringbolt dev, in Chromium",
        prepare: Some(browser::prepare),
        run: browser::page_tests,
    },
    Step {
        name: "templates",
        about: "the templates: sam validate, cfn-lint, checkov",
        prepare: Some(sam::prepare),
        run: sam::templates,
    },
    Step {
        name: "sam-build",
        about: "the functions as built by sam build: size and glibc",
        prepare: Some(sam_build::prepare),
        run: sam_build::check,
    },
    Step {
        name: "lambda",
        about: "the functions under Amazon's Lambda runtime emulator",
        prepare: Some(sam_build::prepare),
        run: lambda::emulator_tests,
    },
    Step {
        name: "load",
        about: "the functions and ringbolt dev under load",
        prepare: Some(sam_build::prepare),
        run: load::load_tests,
    },
    Step {
        name: "deploy",
        about: "sam deploy to a local AWS emulator, and tests of the deployed API",
        prepare: Some(deploy::prepare),
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
