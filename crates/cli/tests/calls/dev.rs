//! A `ringbolt dev` in its own folder, and commands in the same folder.

use crate::calls::deployment::{Said, bare, run};
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Stdio},
};
use tempfile::TempDir;

/// A folder in which `ringbolt dev` is or was running.
pub struct Folder {
    pub folder: TempDir,
    dev: Option<(Child, u16)>,
    options: Vec<String>,
}

impl Folder {
    /// A folder with a running `ringbolt dev`.
    pub fn new() -> Self {
        Self::with(tempfile::tempdir().unwrap(), &[])
    }

    /// A folder in which `ringbolt dev` runs with these options.
    pub fn with(folder: TempDir, options: &[&str]) -> Self {
        let options = options.iter().map(ToString::to_string).collect();
        let mut folder = Self { folder, dev: None, options };
        folder.start();
        folder
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn start(&mut self) {
        let mut command = bare(&["dev", "--port", "0", "--deadline-ms", "20000"]);
        command.args(&self.options);
        let mut child = command.current_dir(self.path()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (mut port, mut began) = (None, false);
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !began && out.read_line(&mut line).unwrap() > 0 {
            if let Some((_, rest)) = line.split_once("http://127.0.0.1:") {
                let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
                port = port.or_else(|| digits.parse().ok());
            }
            began = line.starts_with("PINs and counters are kept");
            line.clear();
        }
        // Drain its output, so that it never blocks on a full pipe.
        std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
        self.dev = Some((child, port.expect("it did not start")));
    }

    /// Stops it as a service manager does.
    pub fn stop(&mut self) {
        if let Some((mut child, _)) = self.dev.take() {
            let kill = format!("kill -TERM {}", child.id());
            assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
            child.wait().unwrap();
        }
    }

    /// Runs a command in the folder.
    pub async fn ringbolt(&self, arguments: &[&str]) -> Said {
        self.fed(arguments, "").await
    }

    pub async fn fed(&self, arguments: &[&str], input: &str) -> Said {
        let mut command = bare(arguments);
        command.current_dir(self.path());
        run(command, input).await
    }

    /// Sends a GET with the token and returns the whole answer.
    pub fn get(&self, path_and_query: &str) -> String {
        let (_, port) = self.dev.as_ref().unwrap();
        let mut stream = TcpStream::connect(("127.0.0.1", *port)).unwrap();
        let request = format!(
            "GET {path_and_query}&auth=dev-token-not-secret HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Sends a POST with the token and a JSON body, and returns the whole answer.
    pub fn post(&self, path: &str, body: &str) -> String {
        let (_, port) = self.dev.as_ref().unwrap();
        let mut stream = TcpStream::connect(("127.0.0.1", *port)).unwrap();
        let head = format!(
            "POST {path}?auth=dev-token-not-secret HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\
             content-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Makes the database `ok`, `slow`, `throttled` or `down`, as the phone page does it.
    pub fn set_database(&self, fault: &str) {
        let answer = self.post("/api/faults", &format!(r#"{{"database":"{fault}"}}"#));
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    /// Calls the next-action webhook.
    pub fn next(&self, query: &str) -> String {
        self.get(&format!("/dialogtech/demo/next-action?{query}"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Some((child, _)) = &mut self.dev {
            // Both fail harmlessly if it has already ended.
            child.kill().unwrap_or_default();
            child.wait().map(drop).unwrap_or_default();
        }
    }
}
