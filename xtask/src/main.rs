//! `cargo xtask`: automation for developing the project. `cargo xtask test` installs the checks' tools and runs all
//! checks.

// Developers read the output.
#![allow(clippy::print_stdout, clippy::print_stderr)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod report;
mod steps;
mod tally;
mod test_run;
mod tools;
mod workspace;

use std::process::ExitCode;

use report::Report;
use steps::STEPS;
use workspace::Workspace;

const USAGE: &str = "\
cargo xtask test                    install the tools and run all steps
cargo xtask test --only STEP,STEP   run only these steps, in the usual order
cargo xtask list                    list the steps";

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
    let ci = std::env::var("CI").is_ok_and(|ci| ci == "true" || ci == "1");
    let mut report = Report::new(ci);
    for step in chosen {
        report.run(step, &workspace);
    }
    print!("{report}");
    if report.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
