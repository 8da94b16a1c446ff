//! Keys the scripted provider signs with.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rand::RngCore;
use serde_json::{Value, json};

/// The head of a PKCS #8 key of P-256, before its 32 bytes.
const P256_HEAD: &[u8] = &[
    0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,
    0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x04, 0x27, 0x30, 0x25, 0x02, 0x01,
    0x01, 0x04, 0x20,
];

/// A key pair, and what it is called.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) id: String,
    algorithm: Algorithm,
    key: EncodingKey,
    der: Vec<u8>,
}

impl Key {
    /// A new one for ES256.
    pub(crate) fn generate(id: &str) -> Self {
        let mut secret = [0; 32];
        rand::rng().fill_bytes(&mut secret);
        // Below the order of the curve, whatever the other bytes are.
        secret[0] &= 0x7F;
        secret[31] |= 1;
        let der = [P256_HEAD, &secret].concat();
        Self {
            id: id.to_owned(),
            algorithm: Algorithm::ES256,
            key: EncodingKey::from_ec_der(&der),
            der,
        }
    }

    /// The one for RS256: making new ones takes long.
    pub(crate) fn rsa(id: &str) -> Self {
        let der = STANDARD
            .decode(RSA_2048.replace(char::is_whitespace, ""))
            .unwrap();
        Self {
            id: id.to_owned(),
            algorithm: Algorithm::RS256,
            key: EncodingKey::from_rsa_der(&der),
            der,
        }
    }

    /// Its public half, as it is published.
    pub(crate) fn public(&self) -> Value {
        let jwk = Jwk::from_encoding_key(&self.key, self.algorithm).unwrap();
        let mut jwk = serde_json::to_value(jwk).unwrap();
        jwk["kid"] = self.id.clone().into();
        jwk["use"] = "sig".into();
        jwk
    }

    /// The text of a `.p8` file.
    pub(crate) fn pem(&self) -> String {
        let label = ["PRIVATE", "KEY"].join(" ");
        let body = STANDARD.encode(&self.der);
        format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.sign_as(self.algorithm, &self.id, claims)
    }

    pub(crate) fn sign_as(&self, algorithm: Algorithm, id: &str, claims: &Value) -> String {
        let mut header = Header::new(algorithm);
        header.kid = Some(id.to_owned());
        encode(&header, claims, &self.key).unwrap()
    }

    /// Signed with what everybody knows, as if it were a secret.
    pub(crate) fn sign_with_public_half(&self, claims: &Value) -> String {
        let public = self.public();
        let part = |name: &str| URL_SAFE_NO_PAD.decode(public[name].as_str().unwrap());
        let point = [vec![4], part("x").unwrap(), part("y").unwrap()].concat();
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(self.id.clone());
        encode(&header, claims, &EncodingKey::from_secret(&point)).unwrap()
    }
}

/// Signed by nobody.
pub(crate) fn unsigned(algorithm: &str, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = json!({ "alg": algorithm, "typ": "JWT" });
    format!("{}.{}.", part(&header), part(claims))
}

/// PKCS #1. Made for these tests; it opens nothing.
const RSA_2048: &str = "
    MIIEowIBAAKCAQEAoW9DUjqs6pgL8pDnEbyLz/AbO2MSHSat5JziW7ljLKez8+tzIENTag4/BF7Gx1ApOcQsTZmzzNFdy0cP
    Uv/6dHlZQXljEnaoxMVKGPBoSa7aZsywZTzYb+Wwa3qjhJTpjG6i9GXudUifI/BpRxVItpB/c+nCu474uMUFsAmjkwhfBwgI
    fGLzjZoGBYxrZHf/21r0oUAQQjm5faqqi6WAhuOlT9mQdcyFEcL2IVUEh6NoYj/9iCHOlCx270tQcwQhzRlnzCfXlEZ0SGCG
    J12iDawJNcn2TOnvrCm2jlonPFpgCFbe/U2i2ekJPbrlzlOlFyw7r873F+wxU7QsGsNBnQIDAQABAoIBAC4GBm9fAwUuq9lP
    rlDELCfwEBNyPyvIZzMR9wanZ7rHZOpZacz85L8LqLOaQZl5JQevAeJtu3DdD5xwedHz4HdsUSH1dWVCJwNSK7nIcDLxgppk
    KLX0DtB37z/1CsE1ow/CSvraRI1zUstwMtNtIfnKYEuvjTDjpc0nfmOdm+DCwZ6drKgw85g5sPJwxCBzBBvnav7B9jjhM4Oo
    72q+xmHBPeKZKzRTzSORpyWqDWTA4Lt3P2hNug5KlV/90+axP3om/BJ2ZA5iEB0wARo/LMLyw95BCI4BxCP6PdxTLtuVIvWf
    xyTxMMOA96/5JYwySRWleUZZSWRB6cRXvWJ+L5ECgYEA4mOzcV7PV5g0SE8kjqFgUTdEAti5Issjq/SDD+2xc07MoPPLz1Yt
    zNPCUq6KxENUZdaeEi/IzlGEJKkM6Yx+pnLsX7uQnr+1mYsVmiuKt579/nzPBrsX5vk8JVYUGd9xYtaMu9191vq/P7QYiJJT
    5qE4j+CAU8wGuTEEsCuChusCgYEAtoymexV/f42Fn0sSVFUptK84xmbZZcfg4qpccykvnE+bYQoFkEVJF50bnuipb1ycilnC
    U0OPgDuUKEHszALJI0ltH9S1Yr8biOyItj4iuix6+opv9qcbuA4XzDYDJRxnOlIIcP58I39WkzY1K1efpqz/QAIh3V60Vcu9
    ++5vx5cCgYEAjQLXAZWxhnkKj8OkHKdN7CiFV1SQtKhdVr0daa1/Kzh44wQX/dRLANshngiT7L2XcztkCCX1aPWDXqZhoZNe
    S+UncFXPNeJphfMJCJd4dvk0cfBhr2qX78lsekEMkjUIVi0XSekjeeWDfHV8Fo02b2AacBvBMvDRe0aaCfV//vMCgYB4+5pS
    NJs9Q+PtAGnzbkWntAEirIMkC2YlktaWlBMzuya1F1k8lk6s0bi+hl/UqEIvBvHdEQeH6vR0Ac0YIDiBpGYoFGbqPNHY2zp3
    3ZJSZKxUY290vqeGQgDPnHRVIg/f/QIPMPnA5OHRyrlOMlJiuoCoQUGEXwGRYuhUkV+PnQKBgCVb/Ih1vfHNhU78wsyhZRXm
    9gM0eZ3CDbVeq5+Ng2jhOgyHxsfi4J23f05qw5ke5D+fiGb3k/S5Xe/qdjSGucrxq4qoyOxqrLwLEYnG/ctNpRGejR1NfR9N
    EWQbIFHzvLbWzzs7vSyfLdWg782rJrjwh9Ujj04dS6xYHkDe7CeT
";
