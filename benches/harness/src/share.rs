//! The share of a processor that Lambda gives for a memory size: one of 1,769 MB has a whole processor ("Configure Lambda
//! function memory", in Lambda's developer guide).

use anyhow::{Context as _, Result};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Duration,
};

/// The memory with a whole processor.
const WHOLE_MB: u32 = 1769;

/// How long a period of the scheduler is in Lambda.
const PERIOD: Duration = Duration::from_millis(20);

/// A control group with the share of a memory size. It is removed on drop, once its process has ended.
pub struct Share(PathBuf);

impl Share {
    /// Makes a group. `Err` says why this machine does not allow it.
    ///
    /// # Errors
    /// Control groups are missing or may not be made.
    pub fn of(memory_mb: u32) -> io::Result<Self> {
        let name = format!("ringbolt-bench-{}-{memory_mb}", std::process::id());
        let (period, quota) = (PERIOD.as_micros(), quota(memory_mb).as_micros());
        let (old, new) = (Path::new(PROCESSORS), Path::new("/sys/fs/cgroup"));
        if old.join("cpu.cfs_quota_us").is_file() {
            let share = Self::make(&old.join(name))?;
            fs::write(share.0.join("cpu.cfs_period_us"), period.to_string())?;
            fs::write(share.0.join("cpu.cfs_quota_us"), quota.to_string())?;
            fs::write(share.0.join("cpu.shares"), MOST_WEIGHT)?;
            Ok(share)
        } else {
            let share = Self::make(&new.join(name))?;
            fs::write(share.0.join("cpu.max"), format!("{quota} {period}"))?;
            Ok(share)
        }
    }

    fn make(folder: &Path) -> io::Result<Self> {
        if !folder.is_dir() {
            fs::create_dir(folder)?;
        }
        Ok(Self(folder.to_owned()))
    }

    /// Puts a process into the group.
    ///
    /// # Errors
    /// There is no such process.
    pub fn hold(&self, pid: u32) -> io::Result<()> {
        fs::write(self.0.join("cgroup.procs"), pid.to_string())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        remove(&self.0);
    }
}

/// Where old control groups divide processors.
const PROCESSORS: &str = "/sys/fs/cgroup/cpu";

/// The largest weight that a group can have, instead of 1,024.
const MOST_WEIGHT: &str = "262144";

/// This program before all others on the machine, so that their load is less of a noise. Best effort: without it, the
/// figures only vary more.
pub struct Preferred(PathBuf);

impl Preferred {
    /// From now until it is dropped. `None` if this machine does not allow it.
    #[must_use]
    pub fn new() -> Option<Self> {
        let folder = Path::new(PROCESSORS).join(format!("ringbolt-bench-{}", std::process::id()));
        fs::create_dir(&folder).ok()?;
        let preferred = Self(folder);
        fs::write(preferred.0.join("cpu.shares"), MOST_WEIGHT).ok()?;
        fs::write(preferred.0.join("cgroup.procs"), std::process::id().to_string()).ok()?;
        Some(preferred)
    }
}

impl Drop for Preferred {
    fn drop(&mut self) {
        if fs::write(Path::new(PROCESSORS).join("cgroup.procs"), std::process::id().to_string()).is_ok() {
            remove(&self.0);
        }
    }
}

/// Where old control groups count processor time.
const ACCOUNTS: &str = "/sys/fs/cgroup/cpuacct";

/// The processor time of a process.
pub enum Meter {
    /// A control group counts it, to the nanosecond.
    Group(PathBuf),
    /// The kernel says it of a process, to ten milliseconds.
    Process(u32),
}

impl Meter {
    /// Puts this thread into a group, so that what it starts is in it from the beginning. `None` if that is not allowed.
    /// Putting a process that runs into a group takes longer than a function takes to start.
    #[must_use]
    pub fn of_this_thread() -> Option<Self> {
        static METERS: AtomicU64 = AtomicU64::new(0);
        let name = format!("ringbolt-bench-{}-{}", std::process::id(), METERS.fetch_add(1, Ordering::Relaxed));
        let folder = Path::new(ACCOUNTS).join(name);
        fs::create_dir(&folder).ok()?;
        let meter = Self::Group(folder);
        let Self::Group(folder) = &meter else { return None };
        // 0 is the thread that writes it.
        fs::write(folder.join("tasks"), "0").ok()?;
        Some(meter)
    }

    /// Takes this thread out of its group.
    ///
    /// # Errors
    /// It may not leave.
    pub fn leave() -> io::Result<()> {
        fs::write(Path::new(ACCOUNTS).join("tasks"), "0")
    }

    /// The processor time of all threads so far.
    ///
    /// # Errors
    /// There is no such process any more.
    pub fn read(&self) -> Result<Duration> {
        match self {
            Self::Group(folder) => {
                let nanos = fs::read_to_string(folder.join("cpuacct.usage"))?.trim().parse()?;
                Ok(Duration::from_nanos(nanos))
            }
            Self::Process(pid) => ticks(&fs::read_to_string(format!("/proc/{pid}/stat"))?),
        }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        if let Self::Group(folder) = self {
            remove(folder);
        }
    }
}

/// Removes a group whose process has ended. The kernel lets go of it a moment later. One that stays is empty and does no
/// harm.
fn remove(folder: &Path) {
    for _ in 0..50 {
        if fs::remove_dir(folder).is_ok() {
            return;
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// User and system time in `/proc/PID/stat`, in ticks of ten milliseconds.
fn ticks(stat: &str) -> Result<Duration> {
    // The program's name is in brackets and may have spaces. After it, the state is the first field, user time the 12th.
    let (_, fields) = stat.rsplit_once(')').context("no name of a program")?;
    let times: Vec<u64> = fields.split_whitespace().skip(11).take(2).map(str::parse).collect::<Result<_, _>>()?;
    Ok(Duration::from_millis(10 * times.iter().sum::<u64>()))
}

/// The processor time of a period.
fn quota(memory_mb: u32) -> Duration {
    PERIOD * memory_mb / WHOLE_MB
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_and_system_time_are_added() {
        let stat = "7 (a (b) c) S 1 7 7 0 -1 4194304 93 0 0 0 21 4 0 0 20 0 3 0 88 1 2 3";
        assert_eq!(ticks(stat).unwrap(), Duration::from_millis(250));
        assert!(ticks("7").is_err());
    }

    #[test]
    fn the_quota_is_in_proportion_to_the_memory() {
        assert_eq!(quota(1769), PERIOD);
        assert_eq!([128, 512].map(|memory| quota(memory).as_micros()), [1447, 5788]);
    }
}
