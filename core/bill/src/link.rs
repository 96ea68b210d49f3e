//! Links in codes: split as written, nothing repaired, and judged by their host.
//!
//! A browser's URL parser (WHATWG) mends what it is given: it drops tabs, turns backslashes, lower-cases and maps the
//! host. What it mends is what a forger hides in, so a bill's link is split here by RFC 3986 and must be clean as it
//! stands. No link is ever opened: what counts is the number inside, and that nobody is led to believe a forged one.

use crate::Suspicion;

/// Hosts that genuine codes name. Each must match to the letter (case aside).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Site {
    PayTaipei,
    ParkingFee,
    PayTax,
    Fisc,
    TaiwanWater,
}

const SITES: &[(&str, Site)] = &[
    ("pay.taipei", Site::PayTaipei),
    ("parkingfee.pma.gov.taipei", Site::ParkingFee),
    ("paytax.nat.gov.tw", Site::PayTax),
    ("ebill.fisc.com.tw", Site::Fisc),
    ("ebilltest.fisc.com.tw", Site::Fisc),
    ("www.water.gov.tw", Site::TaiwanWater),
];

/// A link as written (RFC 3986, section 3).
#[derive(Clone, Copy)]
pub(crate) struct Link<'a> {
    /// Empty where the text begins with a genuine host and names no scheme.
    scheme: &'a str,
    user_info: Option<&'a str>,
    host: &'a str,
    port: bool,
    /// From the first `/`.
    pub path: &'a str,
    pub query: Option<&'a str>,
    pub fragment: bool,
}

/// Whose link it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Genuine(Site),
    Pretends(Suspicion),
    /// A link that has nothing to do with bills.
    Foreign,
}

impl<'a> Link<'a> {
    pub fn split(text: &'a str) -> Option<Self> {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) if is_scheme(scheme) => (scheme, rest),
            _ => {
                let host = text.split(['/', '?']).next().unwrap_or(text);
                site_of(host)?;
                ("", text)
            }
        };
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        let (user_info, host_port) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, authority),
        };
        let (host, port) = match host_port.rsplit_once(':') {
            Some((host, _)) => (host, true),
            None => (host_port, false),
        };
        let (before_fragment, fragment) = match tail.split_once('#') {
            Some((before, _)) => (before, true),
            None => (tail, false),
        };
        let (path, query) = match before_fragment.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (before_fragment, None),
        };
        Some(Self { scheme, user_info, host, port, path, query, fragment })
    }

    /// Judges scheme, user information, host and port, the gravest fault first. `carries_bill`: whether the rest of the
    /// text is shaped as a bill's, so that a foreign host can only be an imitation.
    pub fn judge(&self, carries_bill: bool) -> Verdict {
        let genuine = site_of(self.host);
        let user_names_a_site = self.user_info.is_some_and(|user| resembles_a_site(user) || mentions_a_site(user));
        if self.user_info.is_some() && (genuine.is_some() || user_names_a_site || carries_bill) {
            return Verdict::Pretends(Suspicion::UserInfoInLink);
        }
        let Some(site) = genuine else {
            return match imitation(self.host) {
                Some(suspicion) => Verdict::Pretends(suspicion),
                None if carries_bill => Verdict::Pretends(Suspicion::UnlistedHost),
                None => Verdict::Foreign,
            };
        };
        // Taiwan Water's bills are recognised however they are written: nothing is paid by them.
        if !(self.scheme.is_empty() || self.scheme.eq_ignore_ascii_case("https") || site == Site::TaiwanWater) {
            return Verdict::Pretends(Suspicion::NotHttps);
        }
        if self.port {
            return Verdict::Pretends(Suspicion::PortInLink);
        }
        Verdict::Genuine(site)
    }

    /// Values of a query's `key`, as written.
    pub fn query_values(&self, key: &str) -> impl Iterator<Item = &'a str> {
        let key = key.to_owned();
        self.query.unwrap_or("").split('&').filter_map(move |pair| {
            let (name, value) = pair.split_once('=')?;
            (name == key).then_some(value)
        })
    }
}

fn is_scheme(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic())
        && bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

fn site_of(host: &str) -> Option<Site> {
    SITES.iter().find(|(name, _)| host.eq_ignore_ascii_case(name)).map(|(_, site)| *site)
}

/// How a host that is not genuine imitates one, if it does.
fn imitation(host: &str) -> Option<Suspicion> {
    // Longer than any DNS name (RFC 1035, section 2.3.4): not a host, and not worth comparing.
    if host.len() > 1024 {
        return mentions_a_site(host).then_some(Suspicion::LookAlikeHost);
    }
    if !host.is_ascii() {
        return (resembles_a_site(host) || mentions_a_site(host)).then_some(Suspicion::MixedScriptHost);
    }
    let labels = host.split('.').map(|label| match label.get(..4) {
        Some(prefix) if prefix.eq_ignore_ascii_case("xn--") => {
            idna::punycode::decode_to_string(label.get(4..).unwrap_or("")).unwrap_or_else(|| label.to_owned())
        }
        _ => label.to_owned(),
    });
    let shown = labels.collect::<Vec<_>>().join(".");
    if shown != host {
        return (resembles_a_site(&shown) || mentions_a_site(&shown)).then_some(Suspicion::PunycodeHost);
    }
    (resembles_a_site(host) || mentions_a_site(host)).then_some(Suspicion::LookAlikeHost)
}

/// Whether a genuine host's name stands inside, dots and hyphens aside: `pay.taipei.example`, `paytaipei-bill.example`.
fn mentions_a_site(host: &str) -> bool {
    let bare = |text: &str| text.chars().filter(|c| !matches!(c, '.' | '-' | '_')).collect::<String>().to_lowercase();
    // A name below a genuine one is its owner's.
    let owned = SITES.iter().any(|(name, _)| host.to_lowercase().ends_with(&format!(".{name}")));
    !owned && SITES.iter().any(|(name, _)| bare(host).contains(&bare(name)))
}

/// Whether a person could take the host for a genuine one: the same after the usual look-alikes of ASCII are folded, or
/// one character off. A character of another alphabet may look like any letter, so it matches any: no table of
/// confusables needs to be kept complete.
fn resembles_a_site(host: &str) -> bool {
    let shape = |text: &str| -> Vec<char> {
        let folded = text.to_lowercase().replace("rn", "m").replace("vv", "w");
        folded
            .chars()
            .map(|c| {
                if matches!(c, '1' | 'i' | '|' | 'j') {
                    'l'
                } else if c == '0' {
                    'o'
                } else {
                    c
                }
            })
            .collect()
    };
    let host = shape(host);
    SITES.iter().any(|(name, _)| within_one_edit(&host, &shape(name)))
}

/// Equal but for one character inserted, left out, replaced or swapped with its neighbour. A character of
/// another alphabet in `host` equals any.
fn within_one_edit(host: &[char], name: &[char]) -> bool {
    let same =
        |a: &[char], b: &[char]| a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x == y || is_foreign_letter(*x));
    let first = host.iter().zip(name).take_while(|(x, y)| x == y || is_foreign_letter(**x)).count();
    let (host, name) = (host.get(first..).unwrap_or(&[]), name.get(first..).unwrap_or(&[]));
    let after = |text: &[char], n: usize| text.get(n..).map(<[char]>::to_vec);
    match (after(host, 1), after(name, 1)) {
        (None, None) => true,
        (Some(rest), None) | (None, Some(rest)) => rest.is_empty(),
        (Some(h), Some(n)) => {
            let swapped = host.first() == name.get(1)
                && host.get(1) == name.first()
                && after(host, 2).zip(after(name, 2)).is_some_and(|(h, n)| same(&h, &n));
            same(&h, &n) || same(&h, name) || same(host, &n) || swapped
        }
    }
}

/// Outside ASCII, and no kana, hangul or Chinese character: those look like no Latin letter. The ideographic full stop
/// (U+3002), which host names take for a dot, counts.
fn is_foreign_letter(c: char) -> bool {
    !c.is_ascii()
        && !matches!(c, '\u{3041}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use crate::testing::{claim, suspicion, today};
    use crate::{Reading, read_text};

    const PATH: &str = "/qr/2/Q0000000A000001/d30a/2";

    fn at(prefix: &str) -> &'static str {
        suspicion(&format!("{prefix}{PATH}"))
    }

    #[test]
    fn the_genuine_host_over_anything_but_https_is_refused() {
        for scheme in ["http", "ftp", "paytaipei", "javascript"] {
            assert_eq!(at(&format!("{scheme}://pay.taipei")), "not_https", "{scheme}");
        }
    }

    #[test]
    fn a_port_is_refused_even_the_usual_one() {
        for port in [":443", ":8443", ":", ":99999"] {
            assert_eq!(at(&format!("https://pay.taipei{port}")), "port_in_link", "{port}");
        }
    }

    #[test]
    fn user_information_is_refused_on_the_genuine_host_and_as_its_disguise() {
        for authority in [
            "me@pay.taipei",
            "me:secret@pay.taipei",
            "pay.taipei@example.com",
            "pay.taipei:443@example.com",
            "@pay.taipei",
        ] {
            assert_eq!(at(&format!("https://{authority}")), "user_info_in_link", "{authority}");
        }
        for user in ["pay.taipei", "pay.taipel", "www.pay-taipei"] {
            assert_eq!(suspicion(&format!("https://{user}@example.com/")), "user_info_in_link", "{user}");
        }
    }

    #[test]
    fn hosts_that_a_person_takes_for_the_genuine_one_are_refused() {
        for host in [
            "pay-taipei.example",
            "paytaipei.com",
            "pay.taipei.example.com",
            "pay.taipei.tw",
            "pay.taipel",
            "pay.ta1pei",
            "pay.talpei",
            "pay.tapiei",
            "pay.taipeii",
            "pay.tipei",
            "pa.taipei",
            "pay.taipei.",
            "secure-paytaipei.example",
            "parkingfee.prna.gov.taipei",
            "parkingfee.pma.gov.taipei.example",
            "parkingfee-pma-gov.taipei",
            "PAY.TAIPEL",
        ] {
            assert_eq!(at(&format!("https://{host}")), "look_alike_host", "{host}");
            assert_eq!(suspicion(&format!("https://{host}/")), "look_alike_host", "{host} without a bill");
        }
    }

    #[test]
    fn letters_of_other_scripts_are_refused() {
        for host in [
            "pаy.taipei", // Cyrillic а
            "рау.таіреі", // Cyrillic throughout
            "pay.taıpei", // dotless i
            "pay.taipeı",
            "ｐａｙ.taipei", // full-width
            "pay。taipei",   // ideographic full stop
            "pay․taipei",    // one dot leader
            "pαy.taipei",    // Greek alpha
            "parkingfee.рma.gov.taipei",
        ] {
            assert_eq!(at(&format!("https://{host}")), "mixed_script_host", "{host}");
        }
    }

    #[test]
    fn punycode_that_shows_as_the_genuine_host_is_refused() {
        for shown in ["pаy", "раy", "рaу"] {
            let host = format!("xn--{}.taipei", idna::punycode::encode_str(shown).unwrap());
            assert_eq!(at(&format!("https://{host}")), "punycode_host", "{host}");
            assert_eq!(at(&format!("https://{}", host.to_uppercase())), "punycode_host", "{host}");
        }
    }

    #[test]
    fn a_bills_path_on_a_strangers_host_is_refused() {
        assert_eq!(at("https://example.com"), "unlisted_host");
        assert_eq!(at("https://www.pay.taipei"), "unlisted_host");
        assert_eq!(at("https://"), "unlisted_host");
        assert_eq!(suspicion("https://example.com/qr?tno=Q0000000A000001"), "unlisted_host");
    }

    #[test]
    fn a_backslash_ends_the_host_as_it_does_in_a_browser() {
        assert_eq!(suspicion(r"https://pay.taipei.example\@pay.taipei/qr/2/Q0000000A000001/d30a/2"), "look_alike_host");
        assert!(!matches!(read_text(r"https://example.com\@pay.taipei/qr/2/x", today()), Reading::Bill(_)));
        assert!(!matches!(read_text(r"https:\\pay.taipei\qr\2\Q0000000A000001\d30a\2", today()), Reading::Bill(_)));
    }

    #[test]
    fn hidden_characters_in_a_genuine_link_are_refused() {
        for hidden in ["\u{200B}", "\u{202E}", "\u{2066}", "\u{AD}", "\u{0}", "\n", "\t", "\u{7F}", "\u{FEFF}"] {
            for text in [
                format!("https://pay.{hidden}taipei{PATH}"),
                format!("https://pay.taipei/qr/2/Q0000000{hidden}A000001/d30a/2"),
            ] {
                let reading = read_text(&text, today());
                assert!(matches!(reading, Reading::Suspicious(_)), "{text:?}: {reading:?}");
            }
        }
        assert_eq!(at("https://pay.\u{200B}taipei"), "hidden_characters");
    }

    #[test]
    fn other_peoples_links_are_none_of_our_business() {
        for text in [
            "https://example.com/",
            "https://www.gov.taipei/",
            "https://my.taipei/",
            "https://app.taipei/qr",
            "https://www.jkopay.com/pay?x=https://pay.taipei/",
            "https://台北.台灣/qr",
            "https://xn--kprw13d/",
            "https://user:secret@example.com/",
            "http://water.gov.taipei:8080/",
            "https://例え.テスト/",
            "mailto:someone@example.com",
            "https://pay.taipei/",
            "https://www.pay.taipei/news",
            "://",
            "https://",
            "https://@",
            "https://:",
        ] {
            assert_eq!(read_text(text, today()), Reading::Unknown, "{text}");
        }
    }

    #[test]
    fn white_space_around_a_pasted_link_is_trimmed() {
        assert_eq!(claim(&format!(" \u{FEFF}https://pay.taipei{PATH}\r\n")).number.as_str(), "Q0000000A000001");
    }
}
