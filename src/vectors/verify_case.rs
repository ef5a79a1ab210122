//! One verify case.

use countersign_token::{ClientAddress, Request, Scratch, Verifier};
use serde_json::{Value, json};

use super::found;
use super::model::{Unusable, VerifyCase};

/// What this build says of the case, in the words of the file.
pub(super) fn found(case: &VerifyCase) -> Value {
    verdict(case).unwrap_or_else(|unusable| json!({"unusable": unusable}))
}

fn verdict(case: &VerifyCase) -> Result<Value, Unusable> {
    let site = case.site.site()?;
    let policy = case.site.policy()?;
    let keys = case
        .keys
        .iter()
        .map(|key| key.key())
        .collect::<Result<Vec<_>, _>>()?;
    let verifier = Verifier {
        site: &site,
        policy: &policy,
        keys: &keys,
        revocations: &case.site.revoked,
    };
    let lines = lines(&case.request.headers)?;
    let lines: Vec<(&[u8], &[u8])> = lines
        .iter()
        .map(|(name, value)| (name.as_slice(), value.as_slice()))
        .collect();
    let request = Request {
        method: &case.request.method,
        target: case.request.target.as_bytes(),
        headers: lines.as_slice(),
        client: case
            .request
            .client_ip
            .as_deref()
            .and_then(ClientAddress::parse),
        country: case.request.country.as_deref(),
    };
    let mut scratch = Scratch::new();
    Ok(found::verdict(&verifier.verify(
        &request,
        case.now,
        &mut scratch,
    )))
}

type Line = (Vec<u8>, Vec<u8>);

/// A character of the file stands for one byte of a header.
fn lines(headers: &[(String, String)]) -> Result<Vec<Line>, Unusable> {
    let bytes = |text: &str| {
        let byte =
            |character| u8::try_from(character).map_err(|_| "a header beyond Latin-1".to_owned());
        text.chars()
            .map(byte)
            .collect::<Result<Vec<u8>, Unusable>>()
    };
    headers
        .iter()
        .map(|(name, value)| Ok((bytes(name)?, bytes(value)?)))
        .collect()
}
