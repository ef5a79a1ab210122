//! The texts that `config init` writes.

/// `countersign.toml`; it passes `config check` beside a `keys.toml` and a folder `files`.
pub(super) const CONFIG: &str = r#"# Countersign. Check it with: countersign config check --config THIS_FILE
# Every setting: docs/SETTINGS.md. Each can also be set by the environment,
# COUNTERSIGN__CACHE__MAX_BYTES=1GiB, or by a flag, --set cache.max_bytes=1GiB.

[delivery]
listen = "127.0.0.1:8080"        # "0.0.0.0:8080" to serve other machines

[ops]
listen = "127.0.0.1:9090"        # /livez, /readyz, /metrics, /verify

[cache]
max_bytes = "256MiB"
fresh_for = "10s"                # served without asking the store again

[[site]]
name = "media.example"           # part of what is signed: keep it
public_url = "http://localhost:8080"
# hosts = ["media.example"]      # needed as soon as there is a second site
# max_ttl = "7d"                 # the longest life of a token
keys = "keys.toml"               # mode 0600; more keys: countersign keys new --out keys.toml --append

[site.store]
type = "fs"
root = "files"                   # relative to this file
# type = "s3"
# bucket = "media"
# region = "eu-central-1"        # default: the AWS credential chain's
# endpoint = "http://127.0.0.1:9000"
# path_style = true

[[site.policy]]                  # the first match wins; what none matches needs a token
paths = ["/public/**"]
mode = "public"

# [site.cors]
# allowed_origins = ["https://app.example"]

# The signing API: who may ask for which URLs.
# [signing]
# listen = "127.0.0.1:8081"      # its page: http://127.0.0.1:8081/docs
# audit = { file = "audit.jsonl" }            # a line for each grant and refusal
# rate_limit = { per_second = 100, burst = 2000 }   # for each caller; these are the defaults
#
# [[signing.api_key]]
# name = "backend"
# sha256 = "…"                   # printf %s "$KEY" | sha256sum
# claims = { scope = "photos" }
#
# [[signing.rule]]
# name = "backends sign photos"
# when = { scope = "photos" }
# paths = ["/users/**"]
# max_ttl = "1h"
# backend = true
"#;

/// What stands over the first key in `keys.toml`.
pub(super) const KEYS_HEAD: &str = "\
# Keys of Countersign: secret. Who has a key with its secret can sign for every path.
# Rotate: add a key (countersign keys new --out keys.toml --append), and set the old one to
# state = \"accept\" until its last token has expired, then to \"retired\".

";

/// The commands to go on with.
pub(super) fn next_steps(config: &str, keys: &str) -> String {
    format!(
        "wrote {config} and {keys} (secret, mode 0600)

next:
  countersign config check --config '{config}'
  countersign serve --config '{config}'
  countersign sign --keys '{keys}' --site media.example --path /hello.txt --expires 15m --base-url http://localhost:8080"
    )
}
