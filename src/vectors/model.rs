//! The file's form, docs/TOKEN.md §8.

use countersign_token::{Key, KeyState, Mode, Names, Patterns, PolicyRule, Site};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::revoked::Revoked;

#[derive(Deserialize)]
pub(super) struct File {
    #[serde(default)]
    pub(super) verify: Vec<VerifyCase>,
    #[serde(default)]
    pub(super) sign: Vec<SignCase>,
}

#[derive(Deserialize)]
pub(super) struct VerifyCase {
    pub(super) name: String,
    pub(super) site: SiteModel,
    pub(super) keys: Vec<KeyModel>,
    pub(super) now: u64,
    pub(super) request: RequestModel,
    pub(super) expect: Value,
}

#[derive(Deserialize)]
pub(super) struct SignCase {
    pub(super) name: String,
    pub(super) grant: Map<String, Value>,
    pub(super) key: KeyModel,
    pub(super) private: Option<String>,
    pub(super) site: SiteModel,
    pub(super) path: Option<String>,
    #[serde(default)]
    pub(super) query: Map<String, Value>,
    #[serde(default)]
    pub(super) headers: Map<String, Value>,
    pub(super) text: Option<String>,
    #[serde(default)]
    pub(super) refuse: bool,
}

#[derive(Deserialize)]
pub(super) struct RequestModel {
    pub(super) method: String,
    pub(super) target: String,
    #[serde(default)]
    pub(super) headers: Vec<(String, String)>,
    pub(super) client_ip: Option<String>,
    pub(super) country: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct SiteModel {
    name: String,
    param: Option<String>,
    header: Option<String>,
    cookie: Option<String>,
    skew: Option<u64>,
    max_ttl: Option<u64>,
    #[serde(default)]
    policy: Vec<PolicyModel>,
    #[serde(default)]
    pub(super) revoked: Revoked,
}

#[derive(Deserialize)]
struct PolicyModel {
    paths: Vec<String>,
    mode: String,
}

#[derive(Deserialize)]
pub(super) struct KeyModel {
    kid: String,
    alg: String,
    state: Option<String>,
    secret: Option<String>,
    public: Option<String>,
    from: Option<u64>,
    until: Option<u64>,
    paths: Option<Vec<String>>,
    max_ttl: Option<u64>,
}

/// Why a case's site or key cannot be used; the text is told as what was found.
pub(super) type Unusable = String;

fn patterns(list: &[String]) -> Result<Patterns<String>, Unusable> {
    if list.iter().any(|pattern| pattern.contains('!')) {
        return Err("a pattern holds \"!\"".to_owned());
    }
    Patterns::parse(list.join("!")).map_err(|fault| fault.to_string())
}

impl SiteModel {
    pub(super) fn site(&self) -> Result<Site<String>, Unusable> {
        let default = Names::<String>::default();
        let names = Names {
            param: self.param.clone().unwrap_or(default.param),
            header: self.header.clone().unwrap_or(default.header),
            cookie: self.cookie.clone().unwrap_or(default.cookie),
        };
        let site = Site::new(self.name.clone(), names).map_err(|fault| fault.to_string())?;
        let skew_secs = self.skew.unwrap_or(countersign_token::DEFAULT_SKEW_SECS);
        Ok(site
            .with_skew_secs(skew_secs)
            .with_max_ttl_secs(self.max_ttl))
    }

    pub(super) fn policy(&self) -> Result<Vec<PolicyRule<String>>, Unusable> {
        let rule = |rule: &PolicyModel| {
            Ok(PolicyRule {
                paths: patterns(&rule.paths)?,
                mode: Mode::parse(&rule.mode).ok_or_else(|| format!("no mode {:?}", rule.mode))?,
            })
        };
        self.policy.iter().map(rule).collect()
    }
}

impl KeyModel {
    pub(super) fn key(&self) -> Result<Key<String>, Unusable> {
        let material = match self.alg.as_str() {
            "HS256" => self
                .secret
                .as_deref()
                .map(|secret| Key::hs256(&self.kid, secret)),
            "EdDSA" => self
                .public
                .as_deref()
                .map(|public| Key::eddsa(&self.kid, public)),
            other => return Err(format!("no algorithm {other:?}")),
        };
        let key = material.ok_or("a key without its material")?;
        let state = self.state.as_deref().unwrap_or("active");
        Ok(key
            .map_err(|fault| fault.to_string())?
            .with_state(KeyState::parse(state).ok_or_else(|| format!("no state {state:?}"))?)
            .with_from(self.from)
            .with_until(self.until)
            .with_paths(self.paths.as_deref().map(patterns).transpose()?)
            .with_max_ttl_secs(self.max_ttl))
    }
}
