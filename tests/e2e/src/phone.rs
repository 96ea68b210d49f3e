//! A phone: the command line with a data folder of its own.

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::{Failure, Result, ensure};

/// No command of a test or a story takes longer.
const LONGEST: Duration = Duration::from_secs(40);

#[derive(Clone, Debug)]
pub struct Phone {
    pub binary: PathBuf,
    pub data: PathBuf,
    pub platform: String,
    pub ca: PathBuf,
    pub lang: &'static str,
}

/// What a command said and how it ended.
#[derive(Clone, Debug)]
pub struct Ran {
    pub status: i32,
    pub lines: Vec<Value>,
    pub stderr: String,
}

impl Ran {
    /// The code of the error, if the command ended with one.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.lines.last()?.get("error")?.get("code")?.as_str()
    }

    /// The objects of this kind (`bill`, `payment`), in order.
    #[must_use]
    pub fn all(&self, kind: &str) -> Vec<Value> {
        self.lines.iter().filter_map(|line| line.get(kind).cloned()).collect()
    }

    /// The last object of this kind.
    pub fn last(&self, kind: &str) -> Result<Value> {
        self.all(kind).pop().ok_or_else(|| Failure::new(format!("no {kind} in {:?}", self.lines)))
    }

    /// The same, where it ended well.
    pub fn well(self) -> Result<Self> {
        ensure!(self.status == 0, "exit {}: {:?} {}", self.status, self.lines, self.stderr);
        Ok(self)
    }
}

impl Phone {
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .arg("--data")
            .arg(&self.data)
            .args(["--platform", &self.platform, "--json", "--lang", self.lang, "--ca"])
            .arg(&self.ca)
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    /// Runs one command to its end.
    pub fn run(&self, arguments: &[&str]) -> Result<Ran> {
        let output = self.command(arguments).output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let lines = text.lines().map(parse).collect::<Result<_>>()?;
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        Ok(Ran { status: output.status.code().unwrap_or(-1), lines, stderr })
    }

    /// Starts a command that goes on by itself.
    pub fn start(&self, arguments: &[&str]) -> Result<Running> {
        let mut child = self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn()?;
        let stdout = child.stdout.take().ok_or_else(|| Failure::new("no output to read"))?;
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(std::io::Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Running { child, lines, command: arguments.join(" ") })
    }

    /// Everything that the phone holds, without the instant of asking.
    pub fn export(&self) -> Result<Value> {
        let ran = self.run(&["export"])?.well()?;
        let mut export = ran.lines.into_iter().next().ok_or_else(|| Failure::new("an empty export"))?;
        if let Some(export) = export.as_object_mut() {
            export.remove("exported_at");
        }
        Ok(export)
    }

    /// The data folder's files whose bytes contain this text, in UTF-8.
    pub fn files_with(&self, text: &str) -> Result<Vec<PathBuf>> {
        files_with(&self.data, text)
    }
}

fn files_with(folder: &Path, text: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let bytes = std::fs::read(&path)?;
        if bytes.windows(text.len()).any(|window| window == text.as_bytes()) {
            found.push(path);
        }
    }
    Ok(found)
}

fn parse(line: &str) -> Result<Value> {
    serde_json::from_str(line).map_err(|_| Failure::new(format!("not JSON: {line}")))
}

/// A command under way. Killed when it is dropped.
pub struct Running {
    child: Child,
    lines: Receiver<String>,
    command: String,
}

/// A command that was killed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Killed {
    pub process: u32,
    pub command: String,
    pub signal: i32,
}

impl Running {
    /// The next object, waited for.
    pub fn next(&self, longest: Duration) -> Result<Value> {
        let line = self.lines.recv_timeout(longest).map_err(|_| Failure::new("the program said nothing more"))?;
        parse(&line)
    }

    /// Objects of this kind until `enough` says so, waited for.
    pub fn until(&self, kind: &str, mut enough: impl FnMut(&Value) -> Result<bool>) -> Result<()> {
        let deadline = Instant::now() + LONGEST;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = self.next(left)?;
            ensure!(line.get("error").is_none(), "the program ended with {line}");
            if line.get(kind).map(&mut enough).transpose()? == Some(true) {
                return Ok(());
            }
        }
    }

    #[must_use]
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Words of the command.
    #[must_use]
    pub fn command(&self) -> &str {
        &self.command
    }

    /// SIGKILL: no last word, no tidying up.
    pub fn kill(mut self) -> Result<Killed> {
        self.child.kill()?;
        let status = self.child.wait()?;
        let signal = status.signal().ok_or_else(|| Failure::new(format!("it had ended before the kill: {status}")))?;
        Ok(Killed { process: self.child.id(), command: std::mem::take(&mut self.command), signal })
    }

    /// Waits for its end.
    pub fn finish(mut self) -> Result<i32> {
        let deadline = Instant::now() + LONGEST;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status.code().unwrap_or(-1));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err(Failure::new("the program does not end"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
