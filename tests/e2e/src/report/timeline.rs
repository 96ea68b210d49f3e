//! What happened when: the story's words, each request, each kill, and when the network was away.

use std::collections::BTreeMap;
use std::fmt::Write;

use paytaipei_sandbox::contract::Exchange;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::html::{both, escape, plain};
use super::{Report, in_taipei, is_kill, wire};
use crate::story::diary::{Entry, What, Words};
use crate::{Failure, Result};

/// One moment of the run.
enum Moment<'a> {
    Told(&'a Entry),
    Request(&'a Exchange),
}

pub struct Timeline<'a> {
    moments: Vec<(OffsetDateTime, Moment<'a>)>,
    /// When the network went, and when it came back.
    away: Vec<(OffsetDateTime, OffsetDateTime)>,
    began: OffsetDateTime,
    ended: OffsetDateTime,
    billers: BTreeMap<&'a str, Words>,
}

impl<'a> Timeline<'a> {
    pub fn of(report: &'a Report) -> Result<Self> {
        let mut moments: Vec<_> = report.diary.iter().map(|entry| (entry.at, Moment::Told(entry))).collect();
        for request in &report.requests {
            let at = request.at.as_deref().and_then(|at| OffsetDateTime::parse(at, &Rfc3339).ok());
            let at = at.ok_or_else(|| Failure::new("a request of the record without its time"))?;
            moments.push((at, Moment::Request(request)));
        }
        // What happened at one instant stays in the order in which it was noted.
        moments.sort_by_key(|(at, _)| *at);
        let nothing = || Failure::new("nothing happened");
        let (began, _) = *moments.first().ok_or_else(nothing)?;
        let (ended, _) = *moments.last().ok_or_else(nothing)?;
        let (mut away, mut went) = (Vec::new(), None);
        for entry in &report.diary {
            match (&entry.what, went) {
                (What::Network { up: false }, None) => went = Some(entry.at),
                (What::Network { up: true }, Some(since)) => {
                    away.push((since, entry.at));
                    went = None;
                }
                _ => {}
            }
        }
        away.extend(went.map(|since| (since, ended)));
        Ok(Self { moments, away, began, ended, billers: report.billers() })
    }

    pub const fn began(&self) -> OffsetDateTime {
        self.began
    }

    pub fn away_seconds(&self) -> f64 {
        self.away.iter().map(|(from, to)| (*to - *from).as_seconds_f64()).sum()
    }

    pub fn kills(&self) -> usize {
        self.moments.iter().filter(|(_, moment)| matches!(moment, Moment::Told(entry) if is_kill(entry))).count()
    }

    fn is_away(&self, at: OffsetDateTime) -> bool {
        self.away.iter().any(|(from, to)| (*from..*to).contains(&at))
    }

    pub fn section(&self) -> String {
        let mut chapters = String::new();
        let mut open = false;
        for (at, moment) in &self.moments {
            if let Moment::Told(Entry { what: What::Chapter { number, title }, .. }) = moment {
                if open {
                    chapters.push_str("</ol>\n");
                }
                let _ = writeln!(
                    chapters,
                    "<h3><span class=\"chapter\">{number}</span> {}</h3>\n<ol class=\"moments\">",
                    plain(title)
                );
                open = true;
                continue;
            }
            if !open {
                chapters.push_str("<ol class=\"moments\">\n");
                open = true;
            }
            chapters.push_str(&self.moment(*at, moment));
        }
        if open {
            chapters.push_str("</ol>\n");
        }
        format!(
            r#"<section id="timeline" aria-labelledby="timeline-title">
<h2 id="timeline-title">{title}</h2>
<p class="note">{note}</p>
{overview}
{chapters}</section>
"#,
            title = both("時間軸", "Timeline"),
            note = both(
                &format!("從 {}(臺北時間)起算的秒數。虛線的那一段沒有網路。", in_taipei(self.began)),
                &format!(
                    "Seconds from {} (Taipei time). Where the line is dashed there was no network.",
                    in_taipei(self.began)
                ),
            ),
            overview = self.overview(),
        )
    }

    /// The whole run in three stripes: network, requests, kills.
    fn overview(&self) -> String {
        let whole = (self.ended - self.began).as_seconds_f64().max(0.001);
        // Room on both sides, so that a mark at either end is whole.
        let place = |at: OffsetDateTime| 1.0 + (at - self.began).as_seconds_f64() / whole * 98.0;
        let (mut network, mut requests, mut kills) = (String::new(), String::new(), String::new());
        network.push_str("<rect class=\"up\" x=\"0\" y=\"6\" width=\"100%\" height=\"6\" rx=\"3\"/>");
        for (from, to) in &self.away {
            let (from, to) = (place(*from), place(*to));
            let _ = write!(
                network,
                "<rect class=\"gap\" x=\"{from:.2}%\" y=\"2\" width=\"{:.2}%\" height=\"14\"/><line class=\"gone\" x1=\"{from:.2}%\" x2=\"{to:.2}%\" y1=\"9\" y2=\"9\"/>",
                to - from
            );
        }
        for (at, moment) in &self.moments {
            let x = place(*at);
            match moment {
                Moment::Request(request) => {
                    let class = if request.status.is_none() { "lost" } else { "request" };
                    let _ =
                        write!(requests, "<line class=\"{class}\" x1=\"{x:.2}%\" x2=\"{x:.2}%\" y1=\"2\" y2=\"16\"/>");
                }
                Moment::Told(entry) if is_kill(entry) => {
                    let _ = write!(kills, "<circle class=\"kill\" cx=\"{x:.2}%\" cy=\"9\" r=\"6\"/>");
                }
                Moment::Told(_) => {}
            }
        }
        let stripe = |zh: &str, en: &str, marks: &str| {
            format!("<dt>{}</dt><dd><svg height=\"18\" aria-hidden=\"true\">{marks}</svg></dd>\n", both(zh, en))
        };
        format!(
            "<dl class=\"overview\">\n{}{}{}<dt class=\"quiet\">0 s</dt><dd class=\"quiet end\">{whole:.1} s</dd>\n</dl>",
            stripe("網路", "network", &network),
            stripe("請求", "requests", &requests),
            stripe("強制終止", "kills", &kills),
        )
    }

    fn moment(&self, at: OffsetDateTime, moment: &Moment<'_>) -> String {
        let (kind, html) = match moment {
            Moment::Request(request) => ("request", self.request(request)),
            Moment::Told(entry) => told(&entry.what),
        };
        let away = if self.is_away(at) { " away" } else { "" };
        let seconds = (at - self.began).as_seconds_f64();
        format!("<li class=\"{kind}{away}\"><span class=\"time\">{seconds:.2} s</span><div>{html}</div></li>\n")
    }

    fn request(&self, request: &Exchange) -> String {
        let status = request.status.map_or_else(|| "✕".to_owned(), |status| status.to_string());
        let tone = match request.status {
            None => "bad",
            Some(status) if status >= 400 => "calm",
            Some(_) => "good",
        };
        let mut bodies = String::new();
        for (zh, en, text) in [("請求", "request", &request.request_body), ("回覆", "answer", &request.response_body)]
        {
            if let Some(text) = wire::body(text.as_deref()) {
                let _ = write!(bodies, "<p class=\"what\">{}</p><pre>{}</pre>", both(zh, en), escape(&text));
            }
        }
        let details = if bodies.is_empty() {
            String::new()
        } else {
            format!("<details><summary>{}</summary>{bodies}</details>", both("內容", "bodies"))
        };
        let ms = request
            .ms
            .filter(|ms| *ms > 0)
            .map(|ms| format!(" <span class=\"quiet\">{ms} ms</span>"))
            .unwrap_or_default();
        format!(
            "<p>{}</p><p class=\"answer {tone}\">→ {}</p><p class=\"code wire\"><b>{}</b> {} <b class=\"{tone}\">{status}</b>{ms}</p>{details}",
            plain(&wire::request(request, &self.billers)),
            plain(&wire::answer(request)),
            escape(&request.method),
            escape(&wire::path(request)),
        )
    }
}

/// The kind of what the story tells, and its words.
fn told(what: &What) -> (&'static str, String) {
    let program = |process: u32, command: &str| {
        format!("<p class=\"code wire\">paytaipei {} <span class=\"quiet\">({process})</span></p>", escape(command))
    };
    match what {
        What::Chapter { title, .. } => ("said", format!("<p>{}</p>", plain(title))),
        What::Said(words) => ("said", format!("<p>{}</p>", plain(words))),
        What::Proven(words) => ("proven", format!("<p>{}</p>", plain(words))),
        What::Network { up: false } => ("network", format!("<p>{}</p>", both("網路中斷", "the network is gone"))),
        What::Network { up: true } => ("network", format!("<p>{}</p>", both("網路恢復", "the network is back"))),
        What::Killed(killed) => {
            let how = format!("SIGKILL ({})", killed.signal);
            let words = both(&format!("程式被強制終止：{how}"), &format!("the process is killed: {how}"));
            ("kill", format!("<p>{words}</p>{}", program(killed.process, &killed.command)))
        }
        What::Restarted { process, command } => {
            let words = both("重新啟動", "started again");
            ("said", format!("<p>{words}</p>{}", program(*process, command)))
        }
    }
}
