//! Requests to the operator: backchannel authentication and token (CIBA Core 1.0, sections 7.1 and 10.1).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use paytaipei_oidc::{LoginHint, LoginHintError};
use thiserror::Error;
use zeroize::Zeroizing;

const GRANT_TYPE: &str = "urn:openid:params:grant-type:ciba";

/// The platform as an operator's client.
pub struct Client {
    backchannel_endpoint: String,
    token_endpoint: String,
    client_id: String,
    client_secret: Zeroizing<String>,
}

/// Whom the operator is to ask, and for what.
pub struct Ask<'a> {
    /// Space-separated; holds `openid`.
    pub scope: &'a str,
    pub hint: LoginHint<'a>,
    /// Shown on both devices, so that the person sees that they belong together: 1 to 20 of `A-Z a-z 0-9 -` and space.
    pub binding_message: &'a str,
    /// Space-separated authentication context classes, the one wanted most first; Mobile Connect's `2` or `3`.
    pub acr_values: Option<&'a str>,
    /// Seconds, 1 to 3600.
    pub requested_expiry: Option<u32>,
}

/// What to send: a form post. `Debug` shows the address only.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    pub url: String,
    /// Value of `Authorization`.
    pub authorization: Zeroizing<String>,
    /// `application/x-www-form-urlencoded`.
    pub body: Zeroizing<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ClientError {
    #[error("the operator's endpoints are https addresses of at most 500 visible characters")]
    Endpoint,
    #[error("client id and secret have 1 to 256 visible ASCII characters: copy them again from the operator")]
    Credentials,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AskError {
    #[error("the scope holds openid and only visible ASCII")]
    Scope,
    #[error(transparent)]
    Hint(#[from] LoginHintError),
    #[error("a binding message has 1 to 20 letters, digits, hyphens or spaces")]
    BindingMessage,
    #[error("authentication context classes are visible ASCII")]
    AcrValues,
    #[error("a requested expiry is 1 to 3600 seconds")]
    Expiry,
}

impl Client {
    pub fn new(
        backchannel_endpoint: &str,
        token_endpoint: &str,
        client_id: &str,
        client_secret: String,
    ) -> Result<Self, ClientError> {
        let client_secret = Zeroizing::new(client_secret);
        let is_endpoint = |url: &str| url.len() <= 500 && url.starts_with("https://") && is_visible(url);
        if !(is_endpoint(backchannel_endpoint) && is_endpoint(token_endpoint)) {
            return Err(ClientError::Endpoint);
        }
        let is_credential = |text: &str| (1..=256).contains(&text.len()) && is_visible(text);
        if !(is_credential(client_id) && is_credential(&client_secret)) {
            return Err(ClientError::Credentials);
        }
        Ok(Self {
            backchannel_endpoint: backchannel_endpoint.to_owned(),
            token_endpoint: token_endpoint.to_owned(),
            client_id: client_id.to_owned(),
            client_secret,
        })
    }

    /// The request that has the operator ask the person.
    pub fn authenticate(&self, ask: &Ask<'_>) -> Result<Request, AskError> {
        let is_list = |text: &str| text.len() <= 500 && text.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
        if !(is_list(ask.scope) && ask.scope.split(' ').any(|scope| scope == "openid")) {
            return Err(AskError::Scope);
        }
        let message = ask.binding_message;
        let fits = (1..=20).contains(&message.len())
            && message.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'-'));
        if !fits {
            return Err(AskError::BindingMessage);
        }
        let hint = Zeroizing::new(ask.hint.written()?);
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("scope", ask.scope).append_pair("login_hint", &hint).append_pair("binding_message", message);
        if let Some(classes) = ask.acr_values {
            if classes.is_empty() || !is_list(classes) {
                return Err(AskError::AcrValues);
            }
            body.append_pair("acr_values", classes);
        }
        if let Some(seconds) = ask.requested_expiry {
            if !(1..=3600).contains(&seconds) {
                return Err(AskError::Expiry);
            }
            body.append_pair("requested_expiry", &seconds.to_string());
        }
        Ok(self.post(&self.backchannel_endpoint, body.finish()))
    }

    pub(crate) fn token(&self, auth_req_id: &str) -> Request {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("grant_type", GRANT_TYPE).append_pair("auth_req_id", auth_req_id);
        self.post(&self.token_endpoint, body.finish())
    }

    fn post(&self, url: &str, body: String) -> Request {
        // Both parts form-encoded before base64 (RFC 6749, section 2.3.1).
        let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let pair = Zeroizing::new(format!("{}:{}", encoded(&self.client_id), encoded(&self.client_secret)));
        let authorization = Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())));
        Request { url: url.to_owned(), authorization, body: Zeroizing::new(body) }
    }
}

pub(crate) fn is_visible(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_graphic())
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("token_endpoint", &self.token_endpoint).finish_non_exhaustive()
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("url", &self.url).finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn client() -> Client {
        Client::new(
            "https://operator.example/bc-authorize",
            "https://operator.example/token",
            "s6BhdRkqt3",
            "gX1fBat3bV+/_%".to_owned(),
        )
        .unwrap()
    }

    fn ask() -> Ask<'static> {
        Ask {
            scope: "openid mc_authn",
            hint: LoginHint::Msisdn("+886912345678"),
            binding_message: "TPE-4711",
            acr_values: Some("2"),
            requested_expiry: Some(120),
        }
    }

    fn pairs(request: &Request) -> Vec<(String, String)> {
        form_urlencoded::parse(request.body.as_bytes()).into_owned().collect()
    }

    #[test]
    fn a_request_names_scope_person_message_and_class() {
        let request = client().authenticate(&ask()).unwrap();
        assert_eq!(request.url, "https://operator.example/bc-authorize");
        let wanted = [
            ("scope", "openid mc_authn"),
            ("login_hint", "MSISDN:886912345678"),
            ("binding_message", "TPE-4711"),
            ("acr_values", "2"),
            ("requested_expiry", "120"),
        ];
        assert_eq!(pairs(&request), wanted.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn credentials_are_form_encoded_before_base64() {
        // base64("s6BhdRkqt3:gX1fBat3bV%2B%2F_%25"), computed with coreutils.
        let request = client().authenticate(&ask()).unwrap();
        assert_eq!(request.authorization.as_str(), "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JWJTJCJTJGXyUyNQ==");
    }

    #[test]
    fn a_token_request_carries_the_grant_type_of_ciba() {
        let request = client().token("1c266114-a1be-4252-8ad1-04986c5b9ac1");
        assert_eq!(request.url, "https://operator.example/token");
        assert_eq!(
            request.body.as_str(),
            "grant_type=urn%3Aopenid%3Aparams%3Agrant-type%3Aciba&auth_req_id=1c266114-a1be-4252-8ad1-04986c5b9ac1"
        );
    }

    #[test]
    fn what_is_out_of_form_is_refused_by_name() {
        let refused = |ask: Ask<'_>| client().authenticate(&ask).err();
        assert_eq!(refused(Ask { scope: "mc_authn", ..ask() }), Some(AskError::Scope));
        assert_eq!(refused(Ask { scope: "openid\n", ..ask() }), Some(AskError::Scope));
        let hint = Some(AskError::Hint(LoginHintError));
        assert_eq!(refused(Ask { hint: LoginHint::Msisdn("0912345678"), ..ask() }), hint);
        for message in ["", "付款", "123456789012345678901", "a&b"] {
            assert_eq!(refused(Ask { binding_message: message, ..ask() }), Some(AskError::BindingMessage));
        }
        assert_eq!(refused(Ask { acr_values: Some(""), ..ask() }), Some(AskError::AcrValues));
        assert_eq!(refused(Ask { requested_expiry: Some(0), ..ask() }), Some(AskError::Expiry));
        let new = |endpoint: &str, secret: &str| Client::new(endpoint, "https://o.example/t", "id", secret.to_owned());
        assert_eq!(new("http://o.example/b", "s").err(), Some(ClientError::Endpoint));
        assert_eq!(new("https://o.example/b", "").err(), Some(ClientError::Credentials));
        assert_eq!(new("https://o.example/b", "a\r\nb").err(), Some(ClientError::Credentials));
    }

    #[test]
    fn debug_output_tells_no_secret_and_no_number() {
        let shown = format!("{:?} {:?}", client(), client().authenticate(&ask()).unwrap());
        for secret in ["gX1fBat3bV", "912345678", "Basic"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
