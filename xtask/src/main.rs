//! `cargo xtask`: automation for developing the project. `cargo xtask test` installs the checks' tools and runs all
//! checks.

// Developers read the output.
#![allow(clippy::print_stdout, clippy::print_stderr)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod bench;
mod figures;
mod fuzz;
mod package;
mod quick;
mod report;
mod steps;
mod tally;
mod test_run;
mod tools;
mod workspace;

use std::process::ExitCode;

use figures::Figures;
use report::Report;
use steps::{STEPS, sam_build::Architecture};
use workspace::Workspace;

const USAGE: &str = "\
cargo xtask test                    install the tools and run all steps
cargo xtask test --only STEP,STEP   run only these steps, in the usual order
cargo xtask list                    list the steps
cargo xtask quick                   format, clippy, and the tests of what is not committed yet
cargo xtask quick --since COMMIT    the same for everything since a commit or a branch
cargo xtask fuzz [--seconds N | --runs N] [--seed N] [TARGET]...
                                    run the fuzz targets, each for a minute
cargo xtask bench [--short] [--only NAME,NAME] [--memory MB,MB] [--json FILE] [--bootstraps FOLDER]
                                    measure the functions beside their peers (docs/performance.md)
cargo xtask package                 build a package that deploys without Rust, for this machine's architecture
cargo xtask package ARCHITECTURE    the same for arm64 or x86_64";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["list"] => {
            for step in STEPS {
                println!("{:<15} {}", step.name, step.about);
            }
            ExitCode::SUCCESS
        }
        ["test"] => test(None),
        ["test", "--only", names] => test(Some(names)),
        ["quick"] => quick(None),
        ["quick", "--since", commit] => quick(Some(commit)),
        ["fuzz", ..] => fuzz(&arguments[1..]),
        ["bench", ..] => measure(&arguments[1..]),
        ["package"] => pack(Some(Architecture::of_this_machine())),
        ["package", architecture] => pack(Architecture::parse(architecture)),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn quick(since: Option<&str>) -> ExitCode {
    match Workspace::find().and_then(|workspace| quick::quick(&workspace, since)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn fuzz(arguments: &[String]) -> ExitCode {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let Some(options) = fuzz::Options::parse(&arguments) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match Workspace::find().and_then(|workspace| fuzz::fuzz(&workspace, &options)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &[String]) -> ExitCode {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let Some(options) = bench::Options::parse(&arguments) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match Workspace::find().and_then(|workspace| bench::bench(&workspace, &options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn pack(architecture: Option<Architecture>) -> ExitCode {
    let Some(architecture) = architecture else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match Workspace::find().and_then(|workspace| package::package(&workspace, architecture)) {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn test(only: Option<&str>) -> ExitCode {
    let chosen = match steps::choose(only) {
        Ok(chosen) => chosen,
        Err(sentence) => {
            eprintln!("{sentence}");
            return ExitCode::from(2);
        }
    };
    let workspace = match Workspace::find() {
        Ok(workspace) => workspace,
        Err(error) => {
            eprintln!("{error:#}");
            return ExitCode::FAILURE;
        }
    };
    if let Err(error) = figures::begin(&workspace) {
        eprintln!("{error:#}");
        return ExitCode::FAILURE;
    }
    let ci = std::env::var("CI").is_ok_and(|ci| ci == "true" || ci == "1");
    let mut report = Report::new(ci);
    report.run_all(&chosen, &workspace);
    report.figures = Figures::read(&workspace.figures());
    print!("{report}");
    if report.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
