//! The real binary as a child process: started, listened to, sent signals, waited for. Nothing
//! here waits without a limit.

use std::ffi::OsStr;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};
use tokio::time::timeout;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A binary that serves.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    log: Lines<BufReader<ChildStderr>>,
    address: String,
}

/// The binary, not yet started.
pub(crate) fn binary<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_migration-exporter"));
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

impl Running {
    /// Starts the binary on a free port and waits until it says where it serves.
    pub(crate) async fn start<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Self {
        let mut command = binary(args);
        let mut child = command.args(["--web.listen-address", "127.0.0.1:0"]).spawn().expect("the binary starts");
        let stderr = child.stderr.take().expect("stderr is a pipe");
        let mut running = Self { child, log: BufReader::new(stderr).lines(), address: String::new() };
        let line = running.line_with("message=serving").await;
        let address = line.split("address=").nth(1).and_then(|rest| rest.split(' ').next());
        running.address = address.expect("the log says where it serves").to_owned();
        running
    }

    /// The URL of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sends a signal, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().expect("it runs").to_string();
        let sent = std::process::Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.expect("kill can be run").success());
    }

    /// The next line of the log that holds `words`.
    pub(crate) async fn line_with(&mut self, words: &str) -> String {
        let found = async {
            let mut seen = String::new();
            while let Some(line) = self.log.next_line().await.expect("the log can be read") {
                if line.contains(words) {
                    return line;
                }
                seen.push_str(&line);
                seen.push('\n');
            }
            panic!("the log ended without {words:?}:\n{seen}");
        };
        timeout(PATIENCE, found).await.expect("the line comes in time")
    }

    /// Waits for its end and gives the exit code.
    pub(crate) async fn end(mut self) -> Option<i32> {
        timeout(PATIENCE, self.child.wait()).await.expect("it ends in time").expect("it can be waited for").code()
    }
}
