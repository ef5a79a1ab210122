//! One request in the access log. The fields' names are the log's.

use serde::Serialize;

use crate::verify::{Denied, Pass, Token};

/// A request and what became of it. What is unknown is left out.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Record {
    /// When the request's head had arrived, RFC 3339 in UTC.
    pub time: String,
    /// The id that the answer carries.
    pub request_id: String,
    /// The client's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// The site's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// The method.
    pub method: String,
    /// The canonical path, written back; never the raw target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The answer's status.
    pub status: u16,
    /// `granted`, `public`, `reported`, `denied`, or `none` where no verdict was asked for.
    pub decision: &'static str,
    /// Why it was refused, would have been, or failed: the problem's `code`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// What brought the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<&'static str>,
    /// The token's key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// The `kid` of a token whose signature did not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claimed_kid: Option<String>,
    /// The token's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// The token's user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// The token's session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// The token's `data`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// What the cache did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<&'static str>,
    /// Body bytes handed to the connection.
    pub bytes_sent: u64,
    /// Whether the whole body was.
    pub complete: bool,
    /// From the head's arrival to the first byte of the body, or to the head's end where there is
    /// none; milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttfb_ms: Option<f64>,
    /// From the head's arrival to the end; milliseconds.
    pub duration_ms: f64,
}

impl Record {
    /// Notes a decision to go on.
    pub fn passed(&mut self, pass: &Pass) {
        self.path = Some(pass.url_path().to_owned());
        match (pass.token(), pass.reported()) {
            (Some(token), _) => {
                self.decision = "granted";
                self.token(token);
            }
            (None, Some(denied)) => {
                self.refused(denied);
                self.decision = "reported";
            }
            (None, None) => self.decision = "public",
        }
    }

    /// Notes a denial.
    pub fn refused(&mut self, denied: &Denied) {
        self.decision = "denied";
        self.reason = Some(denied.reason.as_str());
        self.carrier = denied.carrier.map(countersign_token::Carrier::as_str);
        self.claimed_kid.clone_from(&denied.claimed_kid);
        if let Some(path) = &denied.path {
            let path = countersign_token::CanonicalPath::new(path).ok();
            self.path = path.map(|path| path.to_string());
        }
        if let Some(token) = &denied.token {
            self.token(token);
        }
    }

    fn token(&mut self, token: &Token) {
        self.carrier = token.carrier.map(countersign_token::Carrier::as_str);
        self.kid = Some(token.kid.clone());
        self.jti.clone_from(&token.jti);
        self.sub.clone_from(&token.sub);
        self.sid.clone_from(&token.sid);
        self.data.clone_from(&token.data);
    }
}

#[cfg(test)]
mod tests {
    use super::Record;

    const PAGE: &str = include_str!("../../docs/OPERATIONS.md");

    #[test]
    fn the_operators_page_tells_of_every_field_in_the_logs_order() {
        let text = || Some("x".to_owned());
        let record = Record {
            client: text(),
            site: text(),
            path: text(),
            reason: Some("x"),
            carrier: Some("x"),
            kid: text(),
            claimed_kid: text(),
            jti: text(),
            sub: text(),
            sid: text(),
            data: text(),
            cache: Some("x"),
            ttfb_ms: Some(1.0),
            ..Record::default()
        };
        let line = serde_json::to_string(&record).unwrap();
        let section = PAGE.split("## Access log").nth(1).unwrap();
        let section = section.split("\n## ").next().unwrap();
        let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
        let told: Vec<&str> = rows
            .filter_map(|row| Some(row.split_once('`')?.0))
            .collect();
        let mut at = 0;
        for field in &told {
            let name = format!("\"{field}\":");
            at += line[at..]
                .find(&name)
                .unwrap_or_else(|| panic!("{field} in {line}"));
        }
        let count = line.matches("\":").count();
        assert_eq!(told.len(), count, "{line}");
    }
}
