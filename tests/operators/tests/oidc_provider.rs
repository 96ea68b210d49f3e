//! The phone's own code, and the platform's, against npm's oidc-provider: certified, and written by others. Its page is
//! clicked in Chromium.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../../e2e/tests/browser/mod.rs"]
#[allow(dead_code)]
mod browser;
mod peer;

use std::time::{Duration, Instant};

use browser::Page;
use paytaipei_identity::device::{
    Ask, Authorization, Client, HttpAnswer, Purpose, RedeemError, ReturnError, TokenRequest, Tokens, Version,
};
use paytaipei_oidc::{Claims, Expected, IdTokenError, Jws, KeyCache, LoginHint, dpop};
use paytaipei_operator as operator;
use peer::{Peer, PhoneKey, Reply, now, random};
use serde_json::json;

const RETURN: &str = "https://pay.taipei/app/verified";
const NUMBER: LoginHint<'_> = LoginHint::Msisdn("+886900000017");

struct World {
    peer: Peer,
    page: Page,
    key: PhoneKey,
    keys: KeyCache,
    nonce: Option<String>,
}

fn ask() -> Ask<'static> {
    Ask {
        purpose: Purpose::Authenticate,
        // From 2.3 on an operator gives `at_hash` with a code too, which OpenID Connect leaves open.
        version: Some(Version::V2_0),
        hint: Some(NUMBER),
        acr: 3,
        max_age: Some(300),
        ui_locales: "zh-Hant",
        claims: Some(r#"{"id_token":{"amr":{"essential":true}}}"#),
    }
}

impl World {
    fn new() -> Self {
        let chromium = browser::program().unwrap_or_else(|| panic!("Chromium is missing: scripts/test installs it"));
        // Nothing but loopback can be reached.
        let closed = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost";
        let page = Page::open_with(&chromium, &["--ignore-certificate-errors", closed]);
        Self { peer: Peer::start(), page, key: PhoneKey::new(), keys: KeyCache::default(), nonce: None }
    }

    fn client(&self, name: &str) -> Client {
        Client::new(self.peer.provider(), name, RETURN).unwrap()
    }

    /// The person opens the page and answers with this button; gives the app link that the phone would be opened with.
    fn at_the_operators(&mut self, url: &str, answer: &str) -> String {
        self.page.call("Network.clearBrowserCookies", json!({}));
        let seen = self.returns().len();
        self.page.show(url, (390, 844), false);
        self.page.ask(&format!("document.querySelector('button[value={answer}]').click()"));
        let deadline = Instant::now() + Duration::from_secs(30);
        while Instant::now() < deadline {
            self.page.call("Target.getTargets", json!({}));
            if let Some(link) = self.returns().get(seen) {
                return link.clone();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("nobody came back from the operator's page: {:?}", self.page.complaints());
    }

    fn returns(&self) -> Vec<String> {
        self.page.requested().into_iter().filter(|url| url.starts_with(RETURN)).collect()
    }

    /// From the phone's request to the app link, the process killed in between.
    fn approve(&mut self, client: &Client, ask: &Ask<'_>, answer: &str) -> (Authorization, String) {
        let (authorization, url) = client.begin(ask, &random(), now() * 1_000).unwrap();
        let kept = serde_json::to_string(&authorization).unwrap();
        let link = self.at_the_operators(&url, answer);
        (serde_json::from_str(&kept).unwrap(), link)
    }

    /// Posts a token request with a proof, and again with the server's nonce where it wants one.
    fn post(&mut self, request: &TokenRequest) -> Reply {
        let reply = self.post_once(request, &self.proof(request));
        if Tokens::refreshed(heard(&reply)) != Err(RedeemError::UseNonce) {
            return reply;
        }
        self.nonce.clone_from(&reply.nonce);
        self.post_once(request, &self.proof(request))
    }

    fn proof(&self, request: &TokenRequest) -> String {
        let proof = request.proof(self.key.point(), self.nonce.as_deref(), now(), random()).unwrap();
        let signature = self.key.sign(proof.message());
        proof.signed(&signature)
    }

    fn post_once(&self, request: &TokenRequest, proof: &str) -> Reply {
        self.peer.post(&request.url, &request.body, &[("dpop", proof)])
    }

    /// Judges an answer, and fetches the operator's keys where they are not known.
    fn redeem(&mut self, authorization: &Authorization, reply: &Reply) -> Result<(Tokens, Claims), RedeemError> {
        match authorization.redeemed(heard(reply), &mut self.keys, now()) {
            Err(RedeemError::FetchKeys) => {
                self.peer.fetch_keys(authorization.jwks_uri(), &mut self.keys);
                authorization.redeemed(heard(reply), &mut self.keys, now())
            }
            judged => judged,
        }
    }

    fn verified(&mut self, client: &Client) -> (Tokens, Claims) {
        let (mut authorization, link) = self.approve(client, &ask(), "yes");
        let request = authorization.returned(&link, now() * 1_000).unwrap();
        let reply = self.post(&request);
        self.redeem(&authorization, &reply).unwrap()
    }

    /// Asks who the token is for, with a proof by this key for this use; gives the status.
    fn who(&self, token: &str, key: &PhoneKey, method: &str, url: &str) -> Reply {
        let usage =
            dpop::Use { method, url, access_token: Some(token), nonce: self.nonce.as_deref(), at: now(), id: random() };
        let proof = dpop::proof(key.point(), &usage).unwrap();
        let signature = key.sign(proof.message());
        self.shown(token, &proof.signed(&signature))
    }

    fn shown(&self, token: &str, proof: &str) -> Reply {
        let headers = [("authorization", format!("DPoP {token}")), ("dpop", proof.to_owned())];
        self.peer.get(&self.me(), &headers.each_ref().map(|(name, value)| (*name, value.as_str())))
    }

    fn me(&self) -> String {
        format!("{}/me", self.peer.issuer)
    }
}

fn heard(reply: &Reply) -> Option<HttpAnswer<'_>> {
    Some(HttpAnswer { status: reply.status, body: &reply.body })
}

#[test]
fn a_person_verifies_on_the_operators_page_under_every_algorithm() {
    let mut world = World::new();
    for name in ["phone-rs256", "phone-ps256", "phone-es256"] {
        let client = world.client(name);
        let (tokens, claims) = world.verified(&client);
        assert_eq!((claims.acr, claims.amr.as_slice()), (Some(3), &["SIM_PIN".to_owned()][..]), "{name}");
        let me = world.who(&tokens.access_token, &world.key, "GET", &world.me());
        let me: serde_json::Value = serde_json::from_slice(&me.body).unwrap();
        assert_eq!(me["sub"], claims.subject.as_str(), "{name}");
    }
    // The operator changes its keys while the phone still knows the old ones.
    world.peer.play("rotate");
    world.keys = {
        let mut kept = KeyCache::default();
        assert!(kept.keys("RS256-1", now() - 600).is_none());
        let reply = world.peer.get(&world.peer.provider().jwks_uri, &[]);
        kept.fetched(&only_generation(&reply.body, 1), now() - 600).unwrap();
        kept
    };
    let client = world.client("phone-rs256");
    world.verified(&client);
}

/// The key set as it was before the operator added newer ones.
fn only_generation(set: &[u8], generation: u32) -> Vec<u8> {
    let mut set: serde_json::Value = serde_json::from_slice(set).unwrap();
    let old = |key: &serde_json::Value| key["kid"].as_str().unwrap().ends_with(&format!("-{generation}"));
    set["keys"].as_array_mut().unwrap().retain(old);
    set.to_string().into_bytes()
}

#[test]
fn what_was_answered_otherwise_than_asked_is_not_believed() {
    let mut world = World::new();
    let client = world.client("phone-es256");
    let (mut said_no, link) = world.approve(&client, &ask(), "no");
    assert_eq!(said_no.returned(&link, now() * 1_000).err(), Some(ReturnError::Denied));
    for (answer, refusal) in [("weak", IdTokenError::AcrTooLow), ("other", IdTokenError::LoginHintHash)] {
        let (mut authorization, link) = world.approve(&client, &ask(), answer);
        let request = authorization.returned(&link, now() * 1_000).unwrap();
        let reply = world.post(&request);
        assert_eq!(world.redeem(&authorization, &reply).err(), Some(RedeemError::IdToken(refusal)), "{answer}");
    }
}

#[test]
fn a_stolen_code_proof_or_token_is_worth_nothing() {
    let mut world = World::new();
    let client = world.client("phone-es256");
    let (mut authorization, link) = world.approve(&client, &ask(), "yes");
    // Another app received the link: it has the code, and not the verifier.
    let (mut thief, url) = client.begin(&ask(), &random(), now() * 1_000).unwrap();
    let state = |of: &str| of.split("state=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let stolen = link.replace(&state(&link), &state(&url));
    let request = thief.returned(&stolen, now() * 1_000).unwrap();
    let reply = world.post(&request);
    assert_eq!(world.redeem(&thief, &reply).err(), Some(RedeemError::InvalidGrant));

    // The code that was tried is worth nothing to the phone either; the next one is redeemed once.
    let request = authorization.returned(&link, now() * 1_000).unwrap();
    assert_eq!(authorization.returned(&link, now() * 1_000).err(), Some(ReturnError::Replayed));
    drop(request);
    let (mut authorization, link) = world.approve(&client, &ask(), "yes");
    let request = authorization.returned(&link, now() * 1_000).unwrap();
    let reply = world.post(&request);
    let (tokens, _) = world.redeem(&authorization, &reply).unwrap();
    let token = tokens.access_token.as_str();

    let own = world.who(token, &world.key, "GET", &world.me());
    assert_eq!(own.status, 200);
    assert_eq!(world.who(token, &PhoneKey::new(), "GET", &world.me()).status, 401, "another key");
    assert_eq!(world.who(token, &world.key, "POST", &world.me()).status, 401, "for another method");
    let elsewhere = format!("{}/token", world.peer.issuer);
    assert_eq!(world.who(token, &world.key, "GET", &elsewhere).status, 401, "for another address");
    let usage = dpop::Use {
        method: "GET",
        url: &world.me(),
        access_token: Some(token),
        nonce: world.nonce.as_deref(),
        at: now(),
        id: random(),
    };
    let proof = dpop::proof(world.key.point(), &usage).unwrap();
    let signature = world.key.sign(proof.message());
    let proof = proof.signed(&signature);
    assert_eq!(world.shown(token, &proof).status, 200);
    assert_eq!(world.shown(token, &proof).status, 401, "a proof is for once");

    // And the code, redeemed again, ends what it gave.
    let again = world.post(&request);
    assert_eq!(world.redeem(&authorization, &again).err(), Some(RedeemError::InvalidGrant));
    assert_eq!(world.who(token, &world.key, "GET", &world.me()).status, 401, "the code was used twice");
}

#[test]
fn a_refresh_token_used_twice_ends_the_session() {
    let mut world = World::new();
    let client = world.client("phone-es256");
    let (first, _) = world.verified(&client);
    let refresh = |world: &mut World, tokens: &Tokens| {
        let request = client.refresh(tokens.refresh_token.as_deref().unwrap());
        let reply = world.post(&request);
        Tokens::refreshed(heard(&reply))
    };
    let second = refresh(&mut world, &first).unwrap();
    assert_ne!(second.refresh_token, first.refresh_token);
    let third = refresh(&mut world, &second).unwrap();
    assert_eq!(world.who(&third.access_token, &world.key, "GET", &world.me()).status, 200);
    assert_eq!(refresh(&mut world, &first), Err(RedeemError::InvalidGrant), "a thief, or an old copy of the data");
    assert_eq!(refresh(&mut world, &third), Err(RedeemError::InvalidGrant), "nobody knows who is the thief");
    assert_eq!(world.who(&third.access_token, &world.key, "GET", &world.me()).status, 401);
}

#[test]
fn the_platform_has_the_operator_ask_on_the_handset() {
    let peer = Peer::start();
    let provider = peer.provider();
    let endpoint = provider.backchannel_authentication_endpoint.as_deref().unwrap();
    let client =
        operator::Client::new(endpoint, &provider.token_endpoint, "platform", "a-secret/of+the%platform".to_owned());
    let client = client.unwrap();
    let asking = |hint| operator::Ask {
        scope: "openid mc_authn",
        hint,
        binding_message: "TPE-4711",
        acr_values: Some("3"),
        requested_expiry: Some(120),
    };
    let post = |request: &operator::Request| {
        peer.post(&request.url, &request.body, &[("authorization", &request.authorization)])
    };
    let started = |hint| {
        let reply = post(&client.authenticate(&asking(hint)).unwrap());
        operator::Pending::started(Some(operator::Answer { status: reply.status, body: &reply.body }), 0)
    };
    // Waits as told, by a clock that it sets itself.
    let poll = |pending: operator::Pending, clock: &mut u64| {
        if let operator::Next::Wait { seconds } = pending.next(*clock) {
            *clock += seconds;
        }
        let reply = post(&pending.poll(&client, *clock).unwrap());
        pending.heard(Some(operator::Answer { status: reply.status, body: &reply.body }), *clock)
    };

    let mut clock = 0;
    let operator::Step::Pending(pending) = poll(started(NUMBER).unwrap(), &mut clock) else {
        panic!("nobody answered yet")
    };
    peer.play("approve");
    let operator::Step::Approved(tokens) = poll(pending, &mut clock) else { panic!("the person approved") };
    let expected = Expected {
        issuer: &provider.issuer,
        client_id: "platform",
        nonce: None,
        acr: Some(3),
        amr: &[],
        access_token: Some(&tokens.access_token),
        login_hint: Some("MSISDN:886900000017"),
        complete: false,
        max_age: None,
    };
    let mut keys = KeyCache::default();
    let kid = Jws::parse(&tokens.id_token).unwrap().kid().unwrap().to_owned();
    assert!(keys.keys(&kid, now()).is_none());
    peer.fetch_keys(&provider.jwks_uri, &mut keys);
    let keys = keys.keys(&kid, now()).unwrap();
    expected.validate(&tokens.id_token, keys, now()).unwrap();
    let other = Expected { login_hint: Some("MSISDN:886900000018"), ..expected };
    assert_eq!(other.validate(&tokens.id_token, keys, now()).err(), Some(IdTokenError::LoginHintHash));

    let refused = started(NUMBER).unwrap();
    peer.play("deny");
    assert_eq!(poll(refused, &mut 0), operator::Step::Denied);
    let unknown = started(LoginHint::Msisdn("+886900000404")).err();
    assert_eq!(unknown, Some(operator::StartError::Failed(operator::Failure::UnknownUser)));
}
