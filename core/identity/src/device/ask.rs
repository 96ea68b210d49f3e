//! What the operator's page is asked (OpenID Connect Core 1.0, section 3.1.2.1; Mobile Connect's device-initiated profile).

use std::fmt;

use paytaipei_oidc::{LoginHint, LoginHintError, Provider};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;

use super::Authorization;

/// The phone, as one operator knows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    pub(super) provider: Provider,
    pub(super) client_id: String,
    pub(super) redirect_uri: Url,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ClientError {
    #[error("a client id has 1 to 256 visible ASCII characters: copy it again from the operator")]
    ClientId,
    #[error("the way back is an https app link with a host and without a query: register one with the operator")]
    RedirectUri,
}

/// What for. Each is a scope beside `openid`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose<'a> {
    /// To know that it is the same person as last time; any OpenID provider.
    Plain,
    /// `mc_authn`.
    Authenticate,
    /// `mc_authz`: the person agrees to this, which both screens show.
    Authorize { client_name: &'a str, context: &'a str, binding_message: &'a str },
    /// `mc_mnv_validate`: the number in the hint is this SIM's.
    ValidateNumber,
    /// `mc_mnv_validate_plus`: the same, with the number that the operator's network adds.
    ValidateNumberPlus,
}

/// Mobile Connect's `version`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    V1_1,
    V2_0,
    DeviceInitiated2_3,
    DeviceInitiated3_0,
}

/// One request.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    pub purpose: Purpose<'a>,
    /// `None`: an OpenID provider that is no Mobile Connect operator.
    pub version: Option<Version>,
    pub hint: Option<LoginHint<'a>>,
    /// Level of assurance, 2 (one factor) to 4.
    pub acr: u8,
    /// Seconds since the person last authenticated, at most.
    pub max_age: Option<u32>,
    /// `zh-Hant` or `en`: the page's language.
    pub ui_locales: &'a str,
    /// The `claims` parameter (section 5.5), JSON.
    pub claims: Option<&'a str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AskError {
    #[error(transparent)]
    Hint(#[from] LoginHintError),
    #[error("validating a number needs the number: give the hint")]
    HintMissing,
    #[error("the level of assurance is 2, 3 or 4")]
    Acr,
    #[error("what the person agrees to has a name, a context and a message of 1 to 93 characters that all show")]
    Wording,
    #[error("the claims asked for are a JSON object of at most 1,000 characters")]
    Claims,
    #[error("an identifier of a language has letters and hyphens")]
    Locales,
}

impl Version {
    const fn name(self) -> &'static str {
        match self {
            Self::V1_1 => "mc_v1.1",
            Self::V2_0 => "mc_v2.0",
            Self::DeviceInitiated2_3 => "mc_di_r2_v2.3",
            Self::DeviceInitiated3_0 => "mc_di_v3.0",
        }
    }

    /// From 2.3 on the ID token must say how, whom it is about, and which access token it belongs to.
    pub(super) const fn is_complete(self) -> bool {
        matches!(self, Self::DeviceInitiated2_3 | Self::DeviceInitiated3_0)
    }
}

impl Purpose<'_> {
    const fn scope(self) -> &'static str {
        match self {
            Self::Plain => "openid",
            Self::Authenticate => "openid mc_authn",
            Self::Authorize { .. } => "openid mc_authz",
            Self::ValidateNumber => "openid mc_mnv_validate",
            Self::ValidateNumberPlus => "openid mc_mnv_validate_plus",
        }
    }
}

impl Client {
    pub fn new(provider: Provider, client_id: &str, redirect_uri: &str) -> Result<Self, ClientError> {
        if !((1..=256).contains(&client_id.len()) && client_id.bytes().all(|b| b.is_ascii_graphic())) {
            return Err(ClientError::ClientId);
        }
        let redirect_uri = Url::parse(redirect_uri).map_err(|_| ClientError::RedirectUri)?;
        // An app link: only the app that the host's owner names receives it (RFC 8252, section 7.2).
        let fits = redirect_uri.scheme() == "https"
            && redirect_uri.has_host()
            && redirect_uri.query().is_none()
            && redirect_uri.fragment().is_none()
            && redirect_uri.username().is_empty();
        if !fits {
            return Err(ClientError::RedirectUri);
        }
        Ok(Self { provider, client_id: client_id.to_owned(), redirect_uri })
    }

    /// The page to open, and what is to be kept, sealed, until it comes back. `entropy` is 96 fresh random bytes, `now` Unix
    /// milliseconds on the phone's clock.
    pub fn begin(&self, ask: &Ask<'_>, entropy: &[u8; 96], now: i64) -> Result<(Authorization, String), AskError> {
        let hint = ask.hint.map(LoginHint::written).transpose()?;
        if hint.is_none() && ask.purpose == Purpose::ValidateNumber {
            return Err(AskError::HintMissing);
        }
        if !(2..=4).contains(&ask.acr) {
            return Err(AskError::Acr);
        }
        let is_locale = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b' ');
        if ask.ui_locales.is_empty() || !ask.ui_locales.bytes().all(is_locale) {
            return Err(AskError::Locales);
        }
        let authorization = Authorization::new(self, ask, hint.clone(), entropy, now);
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", self.redirect_uri.as_str())
            .append_pair("scope", ask.purpose.scope())
            .append_pair("acr_values", &ask.acr.to_string())
            .append_pair("state", &authorization.state)
            .append_pair("nonce", &authorization.nonce)
            .append_pair("code_challenge", &authorization.verifier.challenge())
            .append_pair("code_challenge_method", "S256")
            .append_pair("ui_locales", ask.ui_locales);
        if let Some(hint) = &hint {
            query.append_pair("login_hint", hint);
        }
        if let Some(version) = ask.version {
            query.append_pair("version", version.name());
        }
        if let Some(seconds) = ask.max_age {
            query.append_pair("max_age", &seconds.to_string());
        }
        if let Some(claims) = ask.claims {
            paytaipei_oidc::json::object(claims.as_bytes(), 1_000).map_err(|_| AskError::Claims)?;
            query.append_pair("claims", claims);
        }
        if let Purpose::Authorize { client_name, context, binding_message } = ask.purpose {
            for (name, text) in
                [("client_name", client_name), ("context", context), ("binding_message", binding_message)]
            {
                let shows = !paytaipei_bill::text::has_hidden_characters(text);
                if !((1..=93).contains(&text.chars().count()) && shows) {
                    return Err(AskError::Wording);
                }
                query.append_pair(name, text);
            }
        }
        let joint = if self.provider.authorization_endpoint.contains('?') { '&' } else { '?' };
        let page = format!("{}{joint}{}", self.provider.authorization_endpoint, query.finish());
        Ok((authorization, page))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("provider", &self.provider).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn client() -> Client {
        let described = r#"{"issuer":"https://o.example","authorization_endpoint":"https://o.example/authorize?tenant=1",
            "token_endpoint":"https://o.example/token","jwks_uri":"https://o.example/jwks"}"#;
        let provider = Provider::described("https://o.example", described.as_bytes()).unwrap();
        Client::new(provider, "pay-taipei", "https://pay.taipei/app/verified").unwrap()
    }

    fn ask() -> Ask<'static> {
        Ask {
            purpose: Purpose::Authorize { client_name: "pay.taipei", context: "繳費", binding_message: "TPE-4711" },
            version: Some(Version::DeviceInitiated3_0),
            hint: Some(LoginHint::Pcr("a1b2")),
            acr: 3,
            max_age: Some(60),
            ui_locales: "zh-Hant",
            claims: Some(r#"{"id_token":{"amr":null}}"#),
        }
    }

    #[test]
    fn the_page_is_asked_for_what_mobile_connect_names() {
        let (authorization, url) = client().begin(&ask(), &std::array::from_fn(|at| at as u8), 0).unwrap();
        let (page, query) = url.split_once('?').unwrap();
        assert_eq!(page, "https://o.example/authorize");
        let asked: BTreeMap<_, _> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let wanted = [
            ("tenant", "1"),
            ("response_type", "code"),
            ("client_id", "pay-taipei"),
            ("redirect_uri", "https://pay.taipei/app/verified"),
            ("scope", "openid mc_authz"),
            ("acr_values", "3"),
            ("login_hint", "PCR:a1b2"),
            ("version", "mc_di_v3.0"),
            ("max_age", "60"),
            ("ui_locales", "zh-Hant"),
            ("claims", r#"{"id_token":{"amr":null}}"#),
            ("client_name", "pay.taipei"),
            ("context", "繳費"),
            ("binding_message", "TPE-4711"),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in wanted {
            assert_eq!(asked.get(name).map(String::as_str), Some(value), "{name}");
        }
        // 256 bits each, no two alike, and the verifier itself stays here.
        let random: Vec<&String> = ["state", "nonce", "code_challenge"].iter().map(|name| &asked[*name]).collect();
        assert!(random.iter().all(|text| text.len() == 43), "{random:?}");
        assert!(random[0] != random[1] && random[1] != random[2] && random[0] != random[2]);
        assert!(!url.contains(authorization.verifier.reveal()));
        assert_eq!(asked.len(), wanted.len() + random.len());
    }

    #[test]
    fn what_cannot_be_asked_is_refused_by_name() {
        let refused = |ask: Ask<'_>| client().begin(&ask, &[0; 96], 0).err();
        assert_eq!(refused(Ask { acr: 1, ..ask() }), Some(AskError::Acr));
        assert_eq!(refused(Ask { ui_locales: "zh&x=1", ..ask() }), Some(AskError::Locales));
        assert_eq!(refused(Ask { claims: Some("[]"), ..ask() }), Some(AskError::Claims));
        assert_eq!(refused(Ask { hint: Some(LoginHint::Pcr("a b")), ..ask() }), Some(AskError::Hint(LoginHintError)));
        let without = Ask { purpose: Purpose::ValidateNumber, hint: None, ..ask() };
        assert_eq!(refused(without), Some(AskError::HintMissing));
        let hidden = Purpose::Authorize { client_name: "pay", context: "x\u{202E}", binding_message: "1" };
        assert_eq!(refused(Ask { purpose: hidden, ..ask() }), Some(AskError::Wording));
    }

    #[test]
    fn the_way_back_is_an_app_link() {
        let provider = client().provider;
        for bad in
            ["paytaipei://verified", "http://pay.taipei/app", "https://pay.taipei/app?x=1", "https://me@pay.taipei/"]
        {
            assert_eq!(Client::new(provider.clone(), "id", bad).err(), Some(ClientError::RedirectUri), "{bad}");
        }
        assert_eq!(Client::new(provider, "a b", "https://pay.taipei/app").err(), Some(ClientError::ClientId));
    }

    #[test]
    fn nothing_of_a_request_shows_in_debug_output() {
        let (authorization, _) = client().begin(&ask(), &[9; 96], 0).unwrap();
        assert_eq!(format!("{authorization:?}"), "Authorization(..)");
    }
}
