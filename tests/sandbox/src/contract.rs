//! `docs/platform-api.yaml` as a judge: is this request or answer one that the contract allows?
//!
//! The sandbox refuses bodies by it, its tests hold its answers to it, and the recorded runs of the real phone are held
//! to it, line by line. Nothing here knows what a payment is: operations, parameters, statuses and schemas (JSON Schema
//! 2020-12, as OpenAPI 3.1 has it) are read from the file.

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;

/// One request and its answer, as `--record` writes them: one JSON object a line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// When the request was there whole: RFC 3339, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// From then to the answer, or to the cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
    pub method: String,
    pub path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Lower-case names; of `authorization` only the scheme.
    pub request_headers: BTreeMap<String, String>,
    pub request_body: Option<String>,
    /// None where the connection was cut before anything was answered.
    pub status: Option<u16>,
    #[serde(default)]
    pub response_headers: BTreeMap<String, String>,
    pub response_body: Option<String>,
    /// The fault that lost or spoiled the answer on purpose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// What the contract doesn't allow. Says where, never which value: bodies hold personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation(String);

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Violation {}

/// Why a contract can't be read.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    #[error("the contract is not YAML: {0}")]
    Yaml(String),
    #[error("the contract can't be understood at {place}: {why}")]
    Shape { place: String, why: String },
    #[error("can't read {0}: {1}")]
    Io(String, std::io::Error),
}

/// A contract that was read, ready to judge.
pub struct Contract {
    operations: Vec<Operation>,
}

struct Operation {
    id: String,
    method: String,
    path: Vec<Segment>,
    query: Vec<Parameter>,
    headers: Vec<Parameter>,
    secured: bool,
    body: Option<Body>,
    answers: BTreeMap<String, Answer>,
}

enum Segment {
    Fixed(String),
    Parameter(jsonschema::Validator),
}

struct Parameter {
    name: String,
    required: bool,
    schema: jsonschema::Validator,
}

struct Body {
    required: bool,
    schema: jsonschema::Validator,
}

struct Answer {
    schema: Option<jsonschema::Validator>,
    headers: Vec<Parameter>,
}

/// How many exchanges of a recording were held to the contract.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Report {
    /// By operation.
    pub requests: BTreeMap<String, usize>,
    /// By operation and status.
    pub answers: BTreeMap<String, usize>,
    /// Answers spoiled on purpose, which nobody can hold to anything.
    pub spoiled: usize,
}

/// Was this answer spoiled on purpose, so that it isn't the platform's word? An error that a fault gives is held to the
/// contract like any other, except one with a status that the contract uses for refusals: no proxy knows their codes.
fn is_spoiled(exchange: &Exchange) -> bool {
    match exchange.fault.as_deref() {
        Some("html" | "garbage" | "empty" | "redirect" | "huge" | "lost_reply" | "drop_request") => true,
        Some("error_before" | "error_after") => {
            exchange.status.is_some_and(|status| status < 500 && !matches!(status, 408 | 425 | 429))
        }
        _ => false,
    }
}

impl Contract {
    /// The contract of this repository.
    ///
    /// # Errors
    /// Only when the file in the repository was spoiled.
    pub fn of_this_repository() -> Result<Self, ContractError> {
        Self::load(include_str!("../../../docs/platform-api.yaml"))
    }

    /// Reads an OpenAPI 3.1 description.
    ///
    /// # Errors
    /// [`ContractError`] where it isn't one, or uses what isn't understood here.
    pub fn load(yaml: &str) -> Result<Self, ContractError> {
        let root: Value = yaml_serde::from_str(yaml).map_err(|error| ContractError::Yaml(error.to_string()))?;
        let mut operations = Vec::new();
        for (template, item) in members(&root, "paths", &root["paths"])? {
            let shared = item.get("parameters").cloned().unwrap_or_else(|| json!([]));
            for (method, operation) in members(&root, template, item)? {
                if matches!(method.as_str(), "get" | "put" | "post" | "delete" | "patch") {
                    operations.push(Operation::read(&root, template, method, &shared, operation)?);
                }
            }
        }
        Ok(Self { operations })
    }

    /// The operation that a request is for.
    pub fn operation(&self, method: &str, path: &str) -> Option<&str> {
        self.find(method, path).map(|operation| operation.id.as_str())
    }

    /// Every operation by its identifier.
    pub fn operations(&self) -> impl Iterator<Item = &str> {
        self.operations.iter().map(|operation| operation.id.as_str())
    }

    fn find(&self, method: &str, path: &str) -> Option<&Operation> {
        let segments: Vec<&str> = path.split('/').collect();
        self.operations.iter().find(|operation| {
            operation.method.eq_ignore_ascii_case(method)
                && operation.path.len() == segments.len()
                && operation.path.iter().zip(&segments).all(|(known, given)| match known {
                    Segment::Fixed(text) => text == given,
                    Segment::Parameter(_) => true,
                })
        })
    }

    /// Is this body one that the operation takes?
    ///
    /// # Errors
    /// Where it isn't.
    pub fn check_body(&self, method: &str, path: &str, body: &Value) -> Result<(), Violation> {
        let schema = self.find(method, path).and_then(|operation| operation.body.as_ref());
        schema.map_or(Ok(()), |known| judge(&known.schema, body, "body"))
    }

    /// Are the parameters in this path such as the operation takes?
    ///
    /// # Errors
    /// Where they aren't, or where no operation has such a path.
    pub fn check_path(&self, method: &str, path: &str) -> Result<(), Violation> {
        let operation =
            self.find(method, path).ok_or_else(|| Violation(format!("no operation {method} for the path")))?;
        operation.check_path(path)
    }

    /// Holds a request to the contract: operation, parameters, headers, body.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn check_request(&self, exchange: &Exchange) -> Result<&str, Vec<Violation>> {
        let operation = self
            .find(&exchange.method, &exchange.path)
            .ok_or_else(|| vec![Violation(format!("unknown operation: {} on an undeclared path", exchange.method))])?;
        let mut found = Vec::new();
        found.extend(operation.check_path(&exchange.path).err());
        found.extend(operation.check_query(exchange.query.as_deref()));
        for parameter in &operation.headers {
            parameter.check_header(&exchange.request_headers, &mut found);
        }
        if operation.secured && !exchange.request_headers.contains_key("authorization") {
            found.push(Violation("no Authorization header".into()));
        }
        match (&operation.body, exchange.request_body.as_deref().filter(|body| !body.is_empty())) {
            (None, Some(_)) => found.push(Violation("a body where none is declared".into())),
            (Some(body), None) if body.required => found.push(Violation("no body".into())),
            (Some(body), Some(text)) => {
                check_json(&exchange.request_headers, text, Some(&body.schema), "request body", &mut found);
            }
            _ => {}
        }
        verdict(operation, found)
    }

    /// Holds an answer to the contract: status, headers, body. `default` stands for 4xx and 5xx only.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn check_answer(&self, exchange: &Exchange) -> Result<&str, Vec<Violation>> {
        let operation = self
            .find(&exchange.method, &exchange.path)
            .ok_or_else(|| vec![Violation(format!("unknown operation: {} on an undeclared path", exchange.method))])?;
        let Some(status) = exchange.status else {
            return Err(vec![Violation("nothing was answered".into())]);
        };
        let declared = operation
            .answers
            .get(&status.to_string())
            .or_else(|| operation.answers.get("default").filter(|_| (400..600).contains(&status)));
        let Some(answer) = declared else {
            return Err(vec![Violation(format!("{}: status {status} is not declared", operation.id))]);
        };
        let mut found = Vec::new();
        for parameter in &answer.headers {
            parameter.check_header(&exchange.response_headers, &mut found);
        }
        match (&answer.schema, exchange.response_body.as_deref().unwrap_or_default()) {
            (None, "") => {}
            (None, _) => found.push(Violation("a body where none is declared".into())),
            (Some(schema), text) => {
                check_json(&exchange.response_headers, text, Some(schema), "answer", &mut found);
            }
        }
        verdict(operation, found)
    }

    /// Holds a recorded run to the contract: every request, and every answer that no fault spoiled.
    ///
    /// # Errors
    /// All violations, each with its line number (from 1) and its operation.
    pub fn check_recording(&self, recording: &str) -> Result<Report, Vec<Violation>> {
        let mut report = Report::default();
        let mut found = Vec::new();
        for (index, line) in recording.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let number = index.saturating_add(1);
            let exchange: Exchange = match serde_json::from_str(line) {
                Ok(exchange) => exchange,
                Err(error) => {
                    found.push(Violation(format!("line {number}: not an exchange: {error}")));
                    continue;
                }
            };
            let mut note = |violations: Vec<Violation>| {
                let name = self.operation(&exchange.method, &exchange.path).unwrap_or("?");
                found.extend(violations.into_iter().map(|one| Violation(format!("line {number}: {name}: {one}"))));
            };
            match self.check_request(&exchange) {
                Ok(operation) => count(&mut report.requests, operation.to_owned()),
                Err(violations) => note(violations),
            }
            if is_spoiled(&exchange) {
                report.spoiled = report.spoiled.saturating_add(1);
                continue;
            }
            match self.check_answer(&exchange) {
                Ok(operation) => {
                    count(&mut report.answers, format!("{operation} {}", exchange.status.unwrap_or_default()));
                }
                Err(violations) => note(violations),
            }
        }
        if found.is_empty() { Ok(report) } else { Err(found) }
    }

    /// [`Contract::check_recording`] on a file.
    ///
    /// # Errors
    /// As there; a file that can't be read is one violation.
    pub fn check_recording_file(&self, file: &std::path::Path) -> Result<Report, Vec<Violation>> {
        let text = std::fs::read_to_string(file)
            .map_err(|error| vec![Violation(format!("can't read the recording: {error}"))])?;
        self.check_recording(&text)
    }
}

fn count(table: &mut BTreeMap<String, usize>, name: String) {
    let entry = table.entry(name).or_insert(0);
    *entry = entry.saturating_add(1);
}

fn verdict(operation: &Operation, found: Vec<Violation>) -> Result<&str, Vec<Violation>> {
    if found.is_empty() { Ok(&operation.id) } else { Err(found) }
}

fn check_json(
    headers: &BTreeMap<String, String>,
    text: &str,
    schema: Option<&jsonschema::Validator>,
    what: &str,
    found: &mut Vec<Violation>,
) {
    let kind = headers.get("content-type").map(|kind| kind.split(';').next().unwrap_or_default().trim());
    if kind != Some("application/json") {
        found.push(Violation(format!("{what}: content type is not application/json")));
    }
    match serde_json::from_str::<Value>(text) {
        Ok(value) => found.extend(schema.and_then(|schema| judge(schema, &value, what).err())),
        Err(_) => found.push(Violation(format!("{what}: not JSON"))),
    }
}

/// The first thing that a schema forbids, by its place and by the keyword that forbids it.
fn judge(schema: &jsonschema::Validator, value: &Value, what: &str) -> Result<(), Violation> {
    schema.iter_errors(value).next().map_or(Ok(()), |error| {
        let rule = error.schema_path().to_string();
        let place = error.instance_path().to_string();
        // Additional members are named by the sender: the place is told, the name isn't.
        let rule = rule.rsplit('/').find(|part| part.parse::<usize>().is_err()).unwrap_or_default().to_owned();
        Err(Violation(format!("{what}{}{place}: {rule}", if place.is_empty() { "" } else { " at " })))
    })
}

impl Operation {
    fn read(
        root: &Value,
        template: &str,
        method: &str,
        shared: &Value,
        operation: &Value,
    ) -> Result<Self, ContractError> {
        let id = operation["operationId"].as_str().ok_or_else(|| shape(template, "no operationId"))?.to_owned();
        let mut parameters: BTreeMap<(String, String), (bool, jsonschema::Validator)> = BTreeMap::new();
        let own = operation.get("parameters").cloned().unwrap_or_else(|| json!([]));
        for parameter in [shared, &own].into_iter().filter_map(Value::as_array).flatten() {
            let parameter = resolve(root, parameter)?;
            let text = |key: &str| parameter[key].as_str().ok_or_else(|| shape(&id, key)).map(str::to_owned);
            let required = parameter["required"].as_bool().unwrap_or(false);
            parameters.insert((text("in")?, text("name")?), (required, compile(root, &parameter["schema"], &id)?));
        }
        let mut path = Vec::new();
        for part in template.split('/') {
            let name = part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            path.push(match name {
                None => Segment::Fixed(part.to_owned()),
                Some(name) => {
                    let known = parameters.remove(&("path".to_owned(), name.to_owned()));
                    Segment::Parameter(known.ok_or_else(|| shape(&id, "a path parameter isn't declared"))?.1)
                }
            });
        }
        let (mut query, mut headers) = (Vec::new(), Vec::new());
        for ((place, name), (required, schema)) in parameters {
            match place.as_str() {
                "query" => query.push(Parameter { name, required, schema }),
                "header" => headers.push(Parameter { name: name.to_ascii_lowercase(), required, schema }),
                _ => return Err(shape(&id, "a parameter that is neither path, query nor header")),
            }
        }
        let security = operation.get("security").or_else(|| root.get("security"));
        let body = match operation.get("requestBody") {
            None => None,
            Some(body) => Some(Body {
                required: body["required"].as_bool().unwrap_or(false),
                schema: compile(root, &body["content"]["application/json"]["schema"], &id)?,
            }),
        };
        let mut answers = BTreeMap::new();
        for (status, answer) in members(root, &id, &operation["responses"])? {
            answers.insert(status.clone(), Answer::read(root, resolve(root, answer)?, &id)?);
        }
        let secured = security.and_then(Value::as_array).is_some_and(|schemes| !schemes.is_empty());
        Ok(Self { id, method: method.to_owned(), path, query, headers, secured, body, answers })
    }

    fn check_path(&self, path: &str) -> Result<(), Violation> {
        for (known, given) in self.path.iter().zip(path.split('/')) {
            if let Segment::Parameter(schema) = known {
                judge(schema, &Value::String(given.to_owned()), "path parameter")?;
            }
        }
        Ok(())
    }

    fn check_query(&self, query: Option<&str>) -> Vec<Violation> {
        let mut found = Vec::new();
        let mut given: BTreeMap<String, String> = BTreeMap::new();
        for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decoded = percent_decode_str(value).decode_utf8_lossy().into_owned();
            if given.insert(name.to_owned(), decoded).is_some() {
                found.push(Violation("a query parameter is given twice".into()));
            }
        }
        for parameter in &self.query {
            match given.remove(&parameter.name) {
                Some(value) => {
                    found.extend(judge(&parameter.schema, &Value::String(value), "query parameter").err());
                }
                None if parameter.required => {
                    found.push(Violation(format!("query parameter {} is missing", parameter.name)));
                }
                None => {}
            }
        }
        if !given.is_empty() {
            found.push(Violation("a query parameter that isn't declared".into()));
        }
        found
    }
}

impl Answer {
    fn read(root: &Value, answer: &Value, id: &str) -> Result<Self, ContractError> {
        let schema = match answer.get("content") {
            None => None,
            Some(content) => Some(compile(root, &content["application/json"]["schema"], id)?),
        };
        let mut headers = Vec::new();
        for (name, header) in answer.get("headers").and_then(Value::as_object).into_iter().flatten() {
            let header = resolve(root, header)?;
            headers.push(Parameter {
                name: name.to_ascii_lowercase(),
                required: header["required"].as_bool().unwrap_or(false),
                schema: compile(root, &header["schema"], id)?,
            });
        }
        Ok(Self { schema, headers })
    }
}

impl Parameter {
    fn check_header(&self, given: &BTreeMap<String, String>, found: &mut Vec<Violation>) {
        match given.get(&self.name) {
            None if self.required => found.push(Violation(format!("header {} is missing", self.name))),
            None => {}
            Some(text) => {
                // A header is text; a schema of an integer means its digits.
                let as_text = Value::String(text.clone());
                let fits = self.schema.is_valid(&as_text)
                    || text.parse::<i64>().is_ok_and(|number| self.schema.is_valid(&Value::from(number)));
                if !fits {
                    found.push(Violation(format!("header {} is not as declared", self.name)));
                }
            }
        }
    }
}

fn shape(place: &str, why: &str) -> ContractError {
    ContractError::Shape { place: place.to_owned(), why: why.to_owned() }
}

fn members<'v>(
    root: &'v Value,
    place: &str,
    value: &'v Value,
) -> Result<impl Iterator<Item = (&'v String, &'v Value)>, ContractError> {
    let object = resolve(root, value)?.as_object().ok_or_else(|| shape(place, "not an object"))?;
    Ok(object.iter())
}

/// Follows a `$ref` inside the file (parameters and responses; schemas keep theirs for the validator).
fn resolve<'v>(root: &'v Value, value: &'v Value) -> Result<&'v Value, ContractError> {
    let Some(reference) = value.get("$ref").and_then(Value::as_str) else { return Ok(value) };
    let target = reference.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
    target.ok_or_else(|| shape(reference, "the reference leads nowhere"))
}

fn compile(root: &Value, schema: &Value, place: &str) -> Result<jsonschema::Validator, ContractError> {
    if schema.is_null() {
        return Err(shape(place, "a schema is missing"));
    }
    let document = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "components": root["components"],
        "allOf": [schema],
    });
    jsonschema::validator_for(&document).map_err(|error| shape(place, &error.to_string()))
}
