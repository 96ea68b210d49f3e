//! The program `paytaipei-gateway` as a child: one JSON object a line each way.

use serde::Deserialize;
use serde_json::Value;
use std::io;
use std::path::Path;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::{Mutex, mpsc};

/// What the gateway tells.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    Order { payment: String, provider: String, order_id: String },
    Page { payment: String, url: String },
    Form { payment: String, action: String, fields: Vec<(String, String)> },
    Charged { payment: String, trade_no: String },
    Declined { payment: String, reason: String },
    Acknowledge { id: u64, status: u16, body: String, payment: Option<String>, known: Option<String> },
    Refunded { id: u64, done: bool, words: String },
}

pub struct Gateway {
    input: Mutex<ChildStdin>,
    _child: Child,
}

impl Gateway {
    /// Starts it. It ends with this process, or when its standard input closes.
    pub async fn start(program: &Path, start: &Value) -> io::Result<(Self, mpsc::UnboundedReceiver<Told>)> {
        let mut child =
            Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("the gateway has no pipes"));
        };
        let (sender, receiver) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut lines = BufReader::new(output).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                match serde_json::from_str(&line) {
                    Ok(told) => {
                        if sender.send(told).is_err() {
                            return;
                        }
                    }
                    Err(error) => eprintln!("paytaipei-sandbox: the gateway is not understood: {error}"),
                }
            }
        });
        let gateway = Self { input: Mutex::new(input), _child: child };
        gateway.say(start).await;
        Ok((gateway, receiver))
    }

    /// Says one thing. A gateway that is gone is noticed by what never comes of it.
    pub async fn say(&self, wanted: &Value) {
        let line = format!("{wanted}\n");
        if self.input.lock().await.write_all(line.as_bytes()).await.is_err() {
            eprintln!("paytaipei-sandbox: the gateway has gone");
        }
    }
}
