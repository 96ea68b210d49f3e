//! Where a person may be sent to finish a payment: the business's own hosts, and the platform's.

use thiserror::Error;

use crate::Provider;

/// The longest address (`docs/platform-api.yaml`, `Payment.hand_off_url`).
const LONGEST: usize = 2_000;

/// Why nobody is sent there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum HandOffRefused {
    #[error("this is no address")]
    NotAnAddress,
    #[error("this address is not https")]
    Scheme,
    #[error("this host is neither the payment business's nor the platform's")]
    Host,
}

impl HandOffRefused {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAnAddress => "not_an_address",
            Self::Scheme => "scheme_not_allowed",
            Self::Host => "host_not_allowed",
        }
    }
}

impl Provider {
    /// The business's hosts, each with all below it: those of the protocols that `docs/providers.md` names. Their apps open
    /// such addresses as app links (Android App Links, Universal Links), and where the app is not there the browser does.
    #[must_use]
    pub const fn hosts(self) -> &'static [&'static str] {
        match self {
            Self::Jkopay => &["jkopay.com", "jkos.com"],
            Self::Opay => &["opay.tw"],
            Self::Ezpay => &["newebpay.com"],
            Self::Taishin => &["taishinbank.com.tw"],
            Self::Esun => &["esunbank.com.tw", "esunbank.com"],
            Self::PiWallet | Self::Aipei | Self::Gamapay => &["intella.co"],
        }
    }

    /// Judges an address that the platform gave for finishing a payment of this business's. `platform` is the platform's own
    /// host, whose page may lead on.
    pub fn judge_hand_off<'a>(self, url: &'a str, platform: Option<&str>) -> Result<&'a str, HandOffRefused> {
        if url.is_empty() || url.len() > LONGEST || !url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
            return Err(HandOffRefused::NotAnAddress);
        }
        let rest = url.strip_prefix("https://").ok_or(HandOffRefused::Scheme)?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        // A port is the platform's only; whatever stands before an @ is nobody's.
        let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
        let named = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
        if host.is_empty() || !host.bytes().all(named) {
            return Err(HandOffRefused::Host);
        }
        let of = |own: &&str| host.strip_suffix(*own).is_some_and(|before| before.is_empty() || before.ends_with('.'));
        let of_the_platform = platform == Some(host)
            && port.is_none_or(|port| (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit()));
        if of_the_platform || (port.is_none() && self.hosts().iter().any(of)) {
            Ok(url)
        } else {
            Err(HandOffRefused::Host)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_business_leads_to_its_own_hosts_and_to_the_platforms_only() {
        for provider in Provider::ALL {
            for own in provider.hosts() {
                for url in [format!("https://{own}/pay?t=1"), format!("https://pay.{own}"), format!("https://{own}#a")]
                {
                    assert_eq!(provider.judge_hand_off(&url, None), Ok(url.as_str()));
                }
                for url in [
                    format!("https://{own}.example/"),
                    format!("https://not{own}/"),
                    format!("https://{own}@example.com/"),
                    format!("https://{own}:8443/"),
                    format!("https://example.com/{own}"),
                    format!("https://example.com?{own}/"),
                    format!("https://{}/", own.to_uppercase()),
                ] {
                    assert_eq!(provider.judge_hand_off(&url, None), Err(HandOffRefused::Host), "{url}");
                }
            }
        }
        let (jkopay, own) = (Provider::Jkopay, Some("pay.taipei"));
        assert!(jkopay.judge_hand_off("https://pay.taipei/p/1", own).is_ok());
        assert!(jkopay.judge_hand_off("https://pay.taipei:8443/p/1", own).is_ok());
        for url in
            ["https://pay.taipei.example/", "https://x.pay.taipei/", "https://payment.opay.tw/", "https://pay.taipei:/"]
        {
            assert_eq!(jkopay.judge_hand_off(url, own), Err(HandOffRefused::Host), "{url}");
        }
    }

    #[test]
    fn what_is_no_https_address_is_refused_by_name() {
        for url in [
            "http://opay.tw/",
            "javascript:alert(1)",
            "jkos://transfer",
            "intent://opay.tw#Intent;end",
            "HTTPS://opay.tw/",
        ] {
            assert_eq!(Provider::Opay.judge_hand_off(url, None), Err(HandOffRefused::Scheme), "{url}");
        }
        let long = format!("https://opay.tw/{}", "a".repeat(LONGEST));
        for url in
            ["", "https://opay.tw/ x", "https://opay.tw\\@example.com/", "https://opay.tw/\u{202e}", long.as_str()]
        {
            assert_eq!(Provider::Opay.judge_hand_off(url, None), Err(HandOffRefused::NotAnAddress), "{url}");
        }
        assert_eq!(Provider::Opay.judge_hand_off("https:///opay.tw", None), Err(HandOffRefused::Host));
    }
}
