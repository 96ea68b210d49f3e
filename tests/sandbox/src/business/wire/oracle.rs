//! The SDKs of `tests/oracles`, in a process of their own: whatever a business signs, opens or verifies is done there, so
//! that no line of this repository checks another.

use serde_json::Value;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Mutex;

/// Node with `oracle.cjs`: one question at a time. It ends with this process.
pub struct Oracle {
    pipe: Mutex<(ChildStdin, Lines<BufReader<ChildStdout>>)>,
    _child: Child,
}

impl Oracle {
    /// `modules`: the folder `node_modules` that `scripts/lib` installed.
    pub fn start(modules: &PathBuf) -> io::Result<Self> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../oracles/oracle.cjs");
        let mut child = Command::new("node")
            .arg(script)
            .env("NODE_PATH", modules)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("node has no pipes"));
        };
        Ok(Self { pipe: Mutex::new((input, BufReader::new(output).lines())), _child: child })
    }

    /// The answer; `None` where the oracle refuses, as an SDK does with what it can't read.
    pub async fn ask(&self, question: &Value) -> Option<Value> {
        let mut pipe = self.pipe.lock().await;
        let (input, output) = &mut *pipe;
        input.write_all(format!("{question}\n").as_bytes()).await.ok()?;
        let line = output.next_line().await.ok()??;
        let mut answer: Value = serde_json::from_str(&line).ok()?;
        answer.get("error").is_none().then(|| answer["answer"].take())
    }

    /// An answer that is text.
    pub async fn text(&self, question: &Value) -> Option<String> {
        self.ask(question).await?.as_str().map(str::to_owned)
    }
}
