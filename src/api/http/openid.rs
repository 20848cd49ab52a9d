//! How others may check the tokens of service accounts: the issuer and its key (`pkg/routes/openidmetadata.go`).
//!
//! Known difference: the signatures of tokens are nobody's, so no token fits the key.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;

use super::review::ISSUER;
use super::{Content, Request, Response};
use crate::clock::Names;
use crate::map;
use crate::object::{Map, Value};

/// Where the API server listens, as it tells others.
const SERVER: &str = "https://172.18.0.2:6443";
/// What the numbers of the key follow from.
const KEY_SEED: u64 = 0x6b65_7973;

/// The answer to a request for one of the two documents; `None` for any other.
pub(super) fn answer(request: &Request) -> Option<Response> {
    let (document, media_type) = match request.path.as_str() {
        "/.well-known/openid-configuration" => (configuration(), "application/json"),
        "/openid/v1/jwks" => (keys(), "application/jwk-set+json"),
        _ => return None,
    };
    if request.method != "GET" {
        return Some(Response::method_not_allowed());
    }
    let bytes = Bytes::from(Value::Map(document).to_json());
    let mut response = Response::new(200, Content::Bytes(bytes, media_type));
    response.headers.push(("cache-control", "public, max-age=3600".to_owned()));
    Some(response)
}

fn configuration() -> Map {
    map! {
        "issuer" => ISSUER,
        "jwks_uri" => format!("{SERVER}/openid/v1/jwks"),
        "response_types_supported" => Value::list(["id_token"]),
        "subject_types_supported" => Value::list(["public"]),
        "id_token_signing_alg_values_supported" => Value::list(["RS256"]),
    }
}

fn keys() -> Map {
    let mut words = Names::new(KEY_SEED);
    let modulus: Vec<u8> = (0..32).flat_map(|_| words.next_u64().to_be_bytes()).collect();
    let key = map! {
        "use" => "sig",
        "kty" => "RSA",
        "kid" => "seatrial",
        "alg" => "RS256",
        "n" => URL_SAFE_NO_PAD.encode(modulus),
        "e" => "AQAB",
    };
    map! { "keys" => Value::list([key]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_issuer_says_where_its_key_is() {
        let get = |path: &str| answer(&Request { method: "GET".into(), path: path.into(), ..Request::default() });
        let body = |path: &str| {
            let (bytes, media_type) = get(path).expect("served").encode();
            (Value::from_json(&bytes).expect("JSON"), media_type)
        };
        let (configuration, _) = body("/.well-known/openid-configuration");
        assert_eq!(configuration["issuer"].as_str(), Some(ISSUER.as_str()));
        assert!(configuration["jwks_uri"].str_or_empty().ends_with("/openid/v1/jwks"));
        let (keys, media_type) = body("/openid/v1/jwks");
        assert_eq!((keys["keys"][0]["kid"].str_or_empty(), media_type), ("seatrial", "application/jwk-set+json"));
        assert!(get("/openid/v1").is_none());
    }
}
