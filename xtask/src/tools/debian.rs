//! System programs.

use std::process::{Command, Stdio};

use crate::tally::Unavailable;
use crate::workspace::run;

/// A system program. If missing, it is installed from Debian, provided that this program may do so.
pub fn program(name: &'static str, proof: &str, package: &'static str) -> Result<&'static str, Unavailable> {
    if works(name, &[proof]) {
        return Ok(name);
    }
    install(name, package)?;
    if works(name, &[proof]) {
        Ok(name)
    } else {
        Err(Unavailable {
            tool: name,
            reason: format!("`{name} {proof}` fails even with the package {package} installed"),
        })
    }
}

/// Whether a program runs successfully with these arguments.
pub fn works(name: &str, arguments: &[&str]) -> bool {
    let silent =
        Command::new(name).args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    silent.is_ok_and(|status| status.success())
}

/// Installs a Debian package that contains `tool`.
pub fn install(tool: &'static str, package: &str) -> Result<(), Unavailable> {
    let unavailable = |reason: String| Unavailable { tool, reason };
    if !works("apt-get", &["--version"]) {
        return Err(unavailable(format!("install it by hand; on Debian it is in the package {package}")));
    }
    if !is_root() {
        return Err(unavailable(format!("install it as root: apt-get install {package}")));
    }
    println!("installing the Debian package {package}");
    let apt_get = |arguments: &[&str]| {
        run(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null()))
    };
    apt_get(&["update", "--quiet"])
        .and_then(|()| apt_get(&["install", "--quiet", "--yes", "--no-install-recommends", package]))
        .map_err(|error| unavailable(format!("{error:#}")))
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
