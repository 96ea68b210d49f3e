//! Tokens that others published, byte for byte.
#![allow(clippy::unwrap_used)]

use paytaipei_oidc::id_token::access_token_hash;
use paytaipei_oidc::{Algorithm, Jwks, Jws, JwsError};

/// The RSA key of RFC 7515, appendix A.2.1; a name is put to it here.
const RFC_7515_RSA: &str = r#"{"kty":"RSA","kid":"a2","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}"#;
/// The P-256 key of RFC 7515, appendix A.3.1.
const RFC_7515_EC: &str = r#"{"kty":"EC","kid":"a3","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
/// The RSA key of RFC 7520, section 3.3.
const RFC_7520_RSA: &str = r#"{"kty":"RSA","kid":"bilbo.baggins@hobbiton.example","use":"sig","n":"n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw","e":"AQAB"}"#;
/// An RSA key made with OpenSSL 3, and a token that OpenSSL signed with it: the RFCs give no example of PS256.
const OPENSSL_RSA: &str = r#"{"kty":"RSA","kid":"openssl","n":"pD1wd2TntJfvhXm7GuCx5GtaS6ighYlzCteOUMoa5sZeKbPY3eRAp9WpNkNykdEbuASY7kLzj7dIy9inc3-5lOBD374jVrhVS_vHzqYEskIAWn0Dzk0nHhfXLFQdWJaxduxrQ0LQGKldBJ5HnzPfsNiADynl588X74U_ZE1JKmeraLqCrciuNEtBnqC5d9Lh3BT6CK_MEoXQsQujexJKypDcjmqalbhv01c_go2IjOpu-U2ySPxbUL6vkURxpxuARcIQ8H7Y6XQ2BxejX_lphDWiVKAAX32oxeAaNflHQmYgpE1zRhqAQ_YBjuOFevnEOba59XrqiXRWCWzUqH59Pw","e":"AQAB"}"#;

const RS256: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
const ES256: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
const COOKBOOK: &str = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg";
const PS256: &str = "eyJhbGciOiJQUzI1NiIsImtpZCI6Im9wZW5zc2wifQ.eyJzdWIiOiJwczI1NiJ9.LdhWysC15v8PXVrmgoJPJbtyFYnHUGq13bqjtmIN4fjGgq3nk4QJrL8XonOVWcrc1zBv25XkgztxAKRt3-AKgOMFIl_Z6XDaQme0NDiqf7Mk9Q5RkbmjxLVtaBBp0keY7HZS27U3vR-H2_UF7zmzpHNFQs6WHyUR7ig1oOhKSUiCX1U6uu-Z6-TgPG49Smx_Xk7hKZFRanBcY6mj6Yd2CNHV8XhR2XXTe2Pvqz6I1IbktHIPLx2uf18xD1oV_f_RpA0yXS5V1Hs7F119hzm60HnobT8VmjMBNbILAdo2H0rTZROuts3OITATxE_vd-H17-7LMW8r8BAbzfRoAqE2YQ";

fn keys() -> Jwks {
    let all = [RFC_7515_RSA, RFC_7515_EC, RFC_7520_RSA, OPENSSL_RSA].join(",");
    Jwks::parse(format!(r#"{{"keys":[{all}]}}"#).as_bytes()).unwrap()
}

/// The RFC's own payload, of both of its examples.
const JOE: &[u8] = b"{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";

#[test]
fn rs256_of_rfc_7515_verifies() {
    let jws = Jws::parse(RS256).unwrap();
    assert_eq!((jws.algorithm, jws.kid()), (Algorithm::Rs256, Err(JwsError::NoKeyId)));
    assert_eq!(jws.verified_with(keys().named("a2").unwrap()).unwrap(), JOE);
}

#[test]
fn es256_of_rfc_7515_verifies() {
    let jws = Jws::parse(ES256).unwrap();
    assert_eq!(jws.verified_with(keys().named("a3").unwrap()).unwrap(), JOE);
}

#[test]
fn rs256_of_rfc_7520_verifies_by_the_name_of_its_key() {
    let jws = Jws::parse(COOKBOOK).unwrap();
    let text = std::str::from_utf8(jws.verified_by(&keys()).unwrap()).unwrap();
    assert!(text.starts_with("It’s a dangerous business, Frodo"), "{text}");
}

#[test]
fn ps256_of_openssl_verifies() {
    assert_eq!(Jws::parse(PS256).unwrap().verified_by(&keys()).unwrap(), br#"{"sub":"ps256"}"#);
}

#[test]
fn no_other_key_of_the_set_verifies_any_of_them() {
    let keys = keys();
    for (token, own) in [(RS256, "a2"), (ES256, "a3"), (COOKBOOK, "bilbo.baggins@hobbiton.example"), (PS256, "openssl")]
    {
        for other in ["a2", "a3", "bilbo.baggins@hobbiton.example", "openssl"].into_iter().filter(|name| *name != own) {
            let refused = Jws::parse(token).unwrap().verified_with(keys.named(other).unwrap()).unwrap_err();
            assert!(matches!(refused, JwsError::Signature | JwsError::KeyDoesNotFit), "{own} by {other}: {refused:?}");
        }
    }
}

#[test]
fn every_changed_character_of_a_published_token_is_noticed() {
    let keys = keys();
    for at in 0..COOKBOOK.len() {
        let mut bytes = COOKBOOK.as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        let believed = Jws::parse(&changed).is_ok_and(|jws| jws.verified_by(&keys).is_ok());
        assert!(!believed, "character {at}");
    }
}

#[test]
fn the_access_token_hash_is_that_of_openid_connect() {
    // OpenID Connect Core 1.0, appendices A.3 and A.4: the token, and the at_hash of the ID token beside it.
    assert_eq!(access_token_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
}
