//! `sam build`, which builds the functions' binaries as they are deployed. The tests under the runtime emulator and the
//! deploy test also run these binaries, so there is no other release build.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, ensure};

use super::sam;
use crate::tally::Tally;
use crate::tools::{self, SAM};
use crate::workspace::{Workspace, described, run};

/// The functions' names in `template.yaml`.
pub const FUNCTIONS: [&str; 5] = [
    "AuthWebhookFunction",
    "EnrolmentFunction",
    "NextActionFunction",
    "TranscriptionPostbackFunction",
    "VoiceWebhookFunction",
];
/// The same functions' packages.
const PACKAGES: [&str; 5] = ["auth-webhook", "enrol", "next-action", "transcription-postback", "voice-webhook"];
/// The glibc of `provided.al2023`: Amazon Linux 2023 ships 2.34.
const NEWEST_GLIBC: Version = (2, 34);
/// The maximum size of a binary. A larger one slows cold starts noticeably and points to a heavy new dependency. The voice
/// webhook is the largest, because it has what the next-action webhook has, the signatures and its own dialect: 8.6 MB.
const MOST_BYTES: u64 = 8_700_000;

type Version = (u32, u32);

/// What the functions are built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Architecture {
    /// AWS Graviton.
    Arm64,
    /// Intel and AMD.
    X86_64,
}

impl Architecture {
    /// This machine's, so that the built functions run here. In AWS the default is arm64.
    pub fn of_this_machine() -> Self {
        if std::env::consts::ARCH == "aarch64" { Self::Arm64 } else { Self::X86_64 }
    }

    /// The one of this name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Arm64, Self::X86_64].into_iter().find(|architecture| architecture.name() == name)
    }

    /// The name, as the template's parameter has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::X86_64 => "x86_64",
        }
    }

    /// Rust's name for it.
    pub fn target(self) -> &'static str {
        match self {
            Self::Arm64 => "aarch64-unknown-linux-gnu",
            Self::X86_64 => "x86_64-unknown-linux-gnu",
        }
    }
}

pub fn prepare(workspace: &Workspace) -> Result<()> {
    tools::readelf()?;
    SAM.installed(workspace).map(drop)
}

/// Builds the functions, which takes minutes after a change; once in a run of this program. Returns the folder with
/// `FUNCTION/bootstrap` and the template for `sam deploy`.
///
/// # Errors
/// A function does not build.
pub fn build(workspace: &Workspace) -> Result<PathBuf> {
    static BUILT: Mutex<Option<PathBuf>> = Mutex::new(None);
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(folder) = &*built {
        return Ok(folder.clone());
    }
    let folder = build_for(workspace, Architecture::of_this_machine())?;
    *built = Some(folder.clone());
    Ok(folder)
}

/// [`build`] for another architecture.
///
/// # Errors
/// A function does not build.
pub fn build_for(workspace: &Workspace, architecture: Architecture) -> Result<PathBuf> {
    // `sam build` runs offline, so dependencies must be downloaded first.
    run(workspace.cargo().args(["fetch", "--quiet"]))?;
    // `sam build` builds one function after the other, and the optimisation of a whole program uses one core. Built
    // together first, as many of them are optimised at once as there are cores, and `sam build` finds them built.
    let mut together = sam::cargo_lambda_build(workspace)?;
    if architecture == Architecture::Arm64 {
        together.arg("--arm64");
    }
    run(together.args(PACKAGES.iter().flat_map(|package| ["--package", package])))?;
    let architecture = format!("Architecture={}", architecture.name());
    run(sam::command(workspace)?.args(["build", "--parameter-overrides", "Stage=dev", &architecture]))?;
    Ok(workspace.root.join(".aws-sam").join("build"))
}

/// Checks that the functions build, and for each its size and that it runs on Lambda's glibc.
pub fn check(workspace: &Workspace) -> Result<Tally> {
    let readelf = tools::readelf()?;
    let folder = build(workspace)?;
    let mut tally = Tally::one_passed();
    for function in FUNCTIONS {
        match needed_glibc(workspace, readelf, &folder.join(function).join("bootstrap")) {
            Ok((bytes, glibc)) => {
                println!("{function}: {bytes} bytes, needs glibc {}.{}", glibc.0, glibc.1);
                if glibc <= NEWEST_GLIBC && bytes <= MOST_BYTES {
                    tally.passed += 1;
                } else {
                    println!("the limits are {MOST_BYTES} bytes and glibc {}.{}", NEWEST_GLIBC.0, NEWEST_GLIBC.1);
                    tally.failed += 1;
                }
            }
            Err(error) => {
                println!("{function}: {error:#}");
                tally.failed += 1;
            }
        }
    }
    Ok(tally)
}

/// The size of a binary in bytes, and the newest glibc version that its symbols require.
fn needed_glibc(workspace: &Workspace, readelf: &str, binary: &Path) -> Result<(u64, Version)> {
    let bytes = std::fs::metadata(binary).context("it was not built")?.len();
    let mut command = workspace.command(readelf);
    let output = command.args(["--version-info", "--wide"]).arg(binary).output()?;
    ensure!(output.status.success(), "{} ended with {}", described(&command), output.status);
    let newest = newest_glibc(&String::from_utf8_lossy(&output.stdout)).context("it requires no glibc version")?;
    Ok((bytes, newest))
}

fn newest_glibc(version_info: &str) -> Option<Version> {
    version_info
        .split_whitespace()
        .filter_map(|word| word.strip_prefix("GLIBC_")?.split_once('.'))
        // Patch levels such as in 2.2.5 do not matter.
        .filter_map(|(major, minor)| Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?)))
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glibc_versions_are_compared_as_numbers() {
        let readelf = "\
Version needs section '.gnu.version_r' contains 2 entries:
 Addr: 0x0000000000001a50  Offset: 0x00001a50  Link: 6 (.dynstr)
  000000: Version: 1  File: libc.so.6  Cnt: 4
  0x0010:   Name: GLIBC_2.9  Flags: none  Version: 9
  0x0020:   Name: GLIBC_2.34  Flags: none  Version: 5
  0x0030:   Name: GLIBC_2.2.5  Flags: none  Version: 3
  0x0040:   Name: GCC_4.2.0  Flags: none  Version: 2";
        assert_eq!(newest_glibc(readelf), Some((2, 34)));
        assert!(newest_glibc("Name: GLIBC_2.36").unwrap() > NEWEST_GLIBC);
        assert_eq!(newest_glibc("Name: GCC_4.2.0"), None);
    }
}
