//! What the kernel says about a process, and signals and limits for it.

use std::{fs, process::Command};

/// The physical memory of a process, in KiB.
///
/// # Panics
/// There is no such process.
#[must_use]
pub fn resident_kib(pid: u32) -> u64 {
    status(pid, "VmRSS:")
}

/// The most physical memory that a process ever had, in KiB.
///
/// # Panics
/// There is no such process.
#[must_use]
pub fn most_resident_kib(pid: u32) -> u64 {
    status(pid, "VmHWM:")
}

/// The address space of a process, in KiB.
///
/// # Panics
/// There is no such process.
#[must_use]
pub fn address_space_kib(pid: u32) -> u64 {
    status(pid, "VmSize:")
}

/// How many file descriptors a process has open.
///
/// # Panics
/// There is no such process.
#[must_use]
pub fn open_files(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count()
}

/// Sends a signal, such as `STOP`.
///
/// # Panics
/// There is no such process.
pub fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).status().unwrap();
    assert!(sent.success(), "kill: {sent}");
}

/// Sets a soft limit of a running process, which can be raised again: `as` in bytes, or `nofile`.
///
/// # Panics
/// There is no such process.
pub fn limit(pid: u32, resource: &str, value: &str) {
    let limited =
        Command::new("prlimit").args(["--pid", &pid.to_string(), &format!("--{resource}={value}:")]).status().unwrap();
    assert!(limited.success(), "prlimit: {limited}");
}

fn status(pid: u32, field: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let value = status.lines().find_map(|line| line.strip_prefix(field)?.trim().strip_suffix(" kB"));
    value.unwrap_or_else(|| panic!("{field}: {status}")).parse().unwrap()
}
