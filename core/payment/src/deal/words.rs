//! A deal in words.

use paytaipei_bill::Lang;

use super::{Deal, Who};

impl Deal {
    /// Its conditions in one line: `回饋 8%，每筆最多 NT$20，前 2 筆，到 2019-05-31 止`.
    #[must_use]
    pub fn words(&self, lang: Lang) -> String {
        let percent = percent(self.basis_points);
        let mut parts = vec![match lang {
            Lang::ZhHant => format!("{}回饋 {percent}%", if self.stacks { "另加" } else { "" }),
            Lang::En => format!("{percent}% {}", if self.stacks { "more back" } else { "back" }),
        }];
        if let Some(cap) = self.cap {
            parts.push(match lang {
                Lang::ZhHant => format!("每筆最多 {cap}"),
                Lang::En => format!("at most {cap} each"),
            });
        }
        if let Some(times) = self.times {
            parts.push(match (lang, times) {
                (Lang::ZhHant, times) => format!("前 {times} 筆"),
                (Lang::En, 1) => "the first payment".to_owned(),
                (Lang::En, times) => format!("the first {times} payments"),
            });
        }
        if let Some(sources) = &self.funding {
            let names: Vec<&str> = sources.iter().map(|source| source.name(lang)).collect();
            parts.push(match lang {
                Lang::ZhHant => format!("以{}付款", names.join("或")),
                Lang::En => format!("from {}", names.join(" or ")),
            });
        }
        if self.who == Who::NewToProvider {
            parts.push(lang.pick("限首次使用", "for whoever pays with it for the first time").to_owned());
        }
        if let Some(from) = self.from {
            parts.push(match lang {
                Lang::ZhHant => format!("自 {from} 起"),
                Lang::En => format!("from {from}"),
            });
        }
        parts.push(match lang {
            Lang::ZhHant => format!("到 {} 止", self.until),
            Lang::En => format!("until {} inclusive", self.until),
        });
        parts.join(lang.pick("，", ", "))
    }
}

/// `8`, `2.5`, `0.25`.
fn percent(basis_points: u32) -> String {
    let (whole, rest) = (basis_points / 100, basis_points % 100);
    match rest {
        0 => whole.to_string(),
        rest if rest % 10 == 0 => format!("{whole}.{}", rest / 10),
        rest => format!("{whole}.{rest:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hundredths_of_a_percent_are_written_as_people_do() {
        assert_eq!([800, 250, 25, 5, 1_205, 10_000].map(percent), ["8", "2.5", "0.25", "0.05", "12.05", "100"]);
    }
}
