//! A child process that does not outlive its test, and its output.

use std::{
    fs,
    io::Read,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

/// The maximum time to wait for anything here; far more than a busy machine needs.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A running program whose output is captured. On drop it is killed, together with its child processes.
pub struct Process {
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

/// The complete output of a program.
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

    /// The exit status, if the program has ended.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// The ids of its running child processes.
    pub fn children(&self) -> Vec<String> {
        children(self.child.id())
    }

    /// Waits until the program ends by itself.
    pub fn finish(mut self) -> (ExitStatus, Written) {
        let written = self.written();
        (self.child.wait().unwrap(), written)
    }

    /// Kills the program and returns its output.
    pub fn stop(mut self) -> Written {
        self.kill();
        self.written()
    }

    /// The output, which is complete once the last process that holds the pipe has ended.
    fn written(&self) -> Written {
        let whole = |pipe: &Receiver<String>| pipe.recv_timeout(PATIENCE).expect("the output never ended");
        Written { stdout: whole(&self.stdout), stderr: whole(&self.stderr) }
    }

    fn kill(&mut self) {
        let children = self.children();
        // The program may have ended already.
        self.child.kill().unwrap_or_default();
        self.child.wait().unwrap();
        if !children.is_empty() {
            let mut kill = Command::new("sh");
            kill.args(["-c", r#"kill -KILL "$@" 2>/dev/null || true"#, "sh"]).args(children).status().unwrap();
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

/// The running children of a process. Killing the process group would not reach the function, since the emulator puts
/// it into a separate group.
fn children(process: u32) -> Vec<String> {
    let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else { return Vec::new() };
    threads
        .filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("children")).ok())
        .flat_map(|ids| ids.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}
