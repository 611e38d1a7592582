//! A child process that does not outlive its test, and what it said.

use std::{
    fs,
    io::Read,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

/// The longest that anything here is waited for: far more than a busy machine needs.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A running program whose output is captured; dropped, it is killed together with what it started.
pub struct Process {
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

/// What a program wrote until its end.
pub struct Written {
    pub stdout: String,
    pub stderr: String,
}

impl Process {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = capture(child.stdout.take().unwrap());
        let stderr = capture(child.stderr.take().unwrap());
        Self { child, stdout, stderr }
    }

    /// How it ended, where it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// The ids of the processes that it has started and that still run.
    pub fn started(&self) -> Vec<String> {
        children(self.child.id())
    }

    /// Waits for it to end by itself.
    pub fn finish(mut self) -> (ExitStatus, Written) {
        let written = self.written();
        (self.child.wait().unwrap(), written)
    }

    /// Ends it; gives what it wrote.
    pub fn stop(mut self) -> Written {
        self.kill();
        self.written()
    }

    /// The output is complete when the last process that holds it has ended.
    fn written(&self) -> Written {
        let whole = |pipe: &Receiver<String>| pipe.recv_timeout(PATIENCE).expect("its output never ended");
        Written { stdout: whole(&self.stdout), stderr: whole(&self.stderr) }
    }

    fn kill(&mut self) {
        let started = children(self.child.id());
        // It may have ended already.
        self.child.kill().unwrap_or_default();
        self.child.wait().unwrap();
        if !started.is_empty() {
            let mut kill = Command::new("sh");
            kill.args(["-c", r#"kill -KILL "$@" 2>/dev/null || true"#, "sh"]).args(started).status().unwrap();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn capture(mut pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (whole, receiver) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).unwrap();
        // The test may have given up.
        whole.send(String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    });
    receiver
}

/// The processes that a process has started and that still run: the emulator puts the function into a group of its own.
fn children(process: u32) -> Vec<String> {
    let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else { return Vec::new() };
    threads
        .filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("children")).ok())
        .flat_map(|ids| ids.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}
