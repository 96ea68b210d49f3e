//! Node with `tests/oracles/oracle.cjs`: a question a line, an answer a line.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// Whether the SDKs are installed: `PAYTAIPEI_ORACLES` says where.
pub fn are_here() -> bool {
    let here = std::env::var_os("PAYTAIPEI_ORACLES").is_some();
    if !here {
        eprintln!("not run: no PAYTAIPEI_ORACLES (scripts/test installs the SDKs of tests/oracles)");
    }
    here
}

/// All answers, in the order of the questions.
pub fn ask(questions: &[Value]) -> Vec<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/oracles/oracle.cjs");
    let mut node = Command::new("node")
        .arg(script)
        .env("NODE_PATH", std::env::var_os("PAYTAIPEI_ORACLES").unwrap())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = node.stdin.take().unwrap();
    let lines: Vec<String> = questions.iter().map(|question| format!("{question}\n")).collect();
    let writer = std::thread::spawn(move || lines.iter().try_for_each(|line| input.write_all(line.as_bytes())));
    let output = BufReader::new(node.stdout.take().unwrap());
    let answers: Vec<Value> = output
        .lines()
        .map(|line| {
            let answer: Value = serde_json::from_str(&line.unwrap()).unwrap();
            assert!(answer["error"].is_null(), "an oracle fails: {answer}");
            answer["answer"].clone()
        })
        .collect();
    writer.join().unwrap().unwrap();
    assert!(node.wait().unwrap().success());
    assert_eq!(answers.len(), questions.len());
    answers
}
