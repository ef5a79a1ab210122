//! One request in the access log. The fields' names are the log's.

use std::net::IpAddr;
use std::sync::Arc;

use countersign_token::{Field, Fields};
use http::Method;

use super::line::Line;
use crate::request::RequestId;
use crate::verify::{Denied, Pass, Token};

/// The longest method in the log; those of RFC 9110 have up to 7, of WebDAV up to 16.
const MAX_METHOD_CHARS: usize = 16;

/// A request and what became of it. What is unknown is left out of its line. It is text only there:
/// a request that is served makes none but for its line.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// When the request's head had arrived, in Unix seconds.
    pub time_unix_secs: u64,
    /// The id that the answer carries.
    pub request_id: RequestId,
    /// The client's address.
    pub client: Option<IpAddr>,
    /// The site's name.
    pub site: Option<Arc<str>>,
    /// The method.
    pub method: Method,
    /// The canonical path, written back; never the raw target.
    pub path: Option<Arc<str>>,
    /// The answer's status.
    pub status: u16,
    /// `granted`, `public`, `reported`, `denied`, or `none` where no verdict was asked for.
    pub decision: &'static str,
    /// Why it was refused, would have been, or failed: the problem's `code`.
    pub reason: Option<&'static str>,
    /// What brought the token.
    pub carrier: Option<&'static str>,
    /// The token, of which the log has key, id, user, session and `data`.
    pub token: Option<Arc<Token>>,
    /// The `kid` of a token whose signature did not hold.
    pub claimed_kid: Option<String>,
    /// What the cache did.
    pub cache: Option<&'static str>,
    /// Body bytes handed to the connection.
    pub bytes_sent: u64,
    /// Whether the whole body was.
    pub complete: bool,
    /// From the head's arrival to the first byte of the body, or to the head's end where there is
    /// none; microseconds.
    pub ttfb_micros: Option<u64>,
    /// From the head's arrival to the end; microseconds.
    pub duration_micros: u64,
}

/// What the log and the metrics hear of a request that has ended: a [`Record`]'s parts, wherever
/// they lie. What is unknown is `None`.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'r> {
    /// [`Record::time_unix_secs`].
    pub time_unix_secs: u64,
    /// [`Record::request_id`].
    pub request_id: RequestId,
    /// [`Record::client`].
    pub client: Option<IpAddr>,
    /// [`Record::site`].
    pub site: Option<&'r Arc<str>>,
    /// [`Record::method`].
    pub method: &'r str,
    /// [`Record::path`].
    pub path: Option<&'r str>,
    /// [`Record::status`].
    pub status: u16,
    /// [`Record::decision`].
    pub decision: &'static str,
    /// [`Record::reason`].
    pub reason: Option<&'static str>,
    /// [`Record::carrier`].
    pub carrier: Option<&'static str>,
    /// What the log has of the token.
    pub token: Named<'r>,
    /// [`Record::claimed_kid`].
    pub claimed_kid: Option<&'r str>,
    /// [`Record::cache`].
    pub cache: Option<&'static str>,
    /// [`Record::bytes_sent`].
    pub bytes_sent: u64,
    /// [`Record::complete`].
    pub complete: bool,
    /// [`Record::ttfb_micros`].
    pub ttfb_micros: Option<u64>,
    /// [`Record::duration_micros`].
    pub duration_micros: u64,
}

/// What a token names.
#[derive(Clone, Copy, Debug, Default)]
pub struct Named<'r> {
    /// Its key.
    pub kid: Option<&'r str>,
    /// Itself.
    pub jti: Option<&'r str>,
    /// Its user.
    pub sub: Option<&'r str>,
    /// Its session.
    pub sid: Option<&'r str>,
    /// What it says for the log.
    pub data: Option<&'r str>,
}

impl<'r> Named<'r> {
    /// What an authentic token names, where nothing of that is escaped.
    pub fn plainly(fields: &Fields<'r>) -> Option<Self> {
        let named = |field| match (fields.plain(field), fields.text(field)) {
            (Some(plain), _) => str::from_utf8(plain).ok().map(Some),
            (None, None) => Some(None),
            (None, Some(_)) => None,
        };
        // An empty one is not there.
        let text = |field| Some(named(field)?.filter(|text| !text.is_empty()));
        Some(Self {
            kid: text(Field::Kid)?,
            jti: text(Field::Jti)?,
            sub: text(Field::Sub)?,
            sid: text(Field::Sid)?,
            data: text(Field::Data)?,
        })
    }

    fn by(token: &'r Token) -> Self {
        Self {
            kid: Some(token.kid()),
            jti: token.jti(),
            sub: token.sub(),
            sid: token.sid(),
            data: token.data(),
        }
    }
}

impl Record {
    /// The record as the log and the metrics hear of it.
    pub(super) fn entry(&self) -> Entry<'_> {
        Entry {
            time_unix_secs: self.time_unix_secs,
            request_id: self.request_id,
            client: self.client,
            site: self.site.as_ref(),
            method: self.method.as_str(),
            path: self.path.as_deref(),
            status: self.status,
            decision: self.decision,
            reason: self.reason,
            carrier: self.carrier,
            token: self.token.as_deref().map(Named::by).unwrap_or_default(),
            claimed_kid: self.claimed_kid.as_deref(),
            cache: self.cache,
            bytes_sent: self.bytes_sent,
            complete: self.complete,
            ttfb_micros: self.ttfb_micros,
            duration_micros: self.duration_micros,
        }
    }
}

impl Entry<'_> {
    /// Adds the request's line of the log: a JSON object and the line's end.
    pub(super) fn write_line(&self, line: &mut Vec<u8>) {
        line.reserve(USUAL_LINE_BYTES);
        let token = &self.token;
        let mut line = Line(line);
        line.time(r#"{"time":""#, self.time_unix_secs);
        line.ascii(r#","request_id":""#, self.request_id.as_bytes());
        line.address(r#","client":""#, self.client);
        line.text(r#","site":""#, self.site.map(AsRef::as_ref));
        line.word(r#","method":""#, Some(short(self.method)));
        line.text(r#","path":""#, self.path);
        line.number(r#","status":"#, u64::from(self.status));
        line.word(r#","decision":""#, Some(self.decision));
        line.word(r#","reason":""#, self.reason);
        line.word(r#","carrier":""#, self.carrier);
        line.text(r#","kid":""#, token.kid);
        line.text(r#","claimed_kid":""#, self.claimed_kid);
        line.text(r#","jti":""#, token.jti);
        line.text(r#","sub":""#, token.sub);
        line.text(r#","sid":""#, token.sid);
        line.text(r#","data":""#, token.data);
        line.word(r#","cache":""#, self.cache);
        line.number(r#","bytes_sent":"#, self.bytes_sent);
        line.raw(match self.complete {
            true => r#","complete":true"#,
            false => r#","complete":false"#,
        });
        if let Some(micros) = self.ttfb_micros {
            line.millis(r#","ttfb_ms":"#, micros);
        }
        line.millis(r#","duration_ms":"#, self.duration_micros);
        line.raw("}\n");
    }
}

/// What most lines fit into.
const USUAL_LINE_BYTES: usize = 512;

/// A method may be any token of any length; the log's lines do not grow with it.
fn short(method: &str) -> &str {
    // A token is ASCII.
    method.get(..MAX_METHOD_CHARS).unwrap_or(method)
}

impl Record {
    /// Notes a decision to go on.
    pub fn passed(&mut self, pass: &Pass) {
        self.path = Some(Arc::clone(pass.url_path()));
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
            self.path = path.map(|path| path.to_string().into());
        }
        if let Some(token) = &denied.token {
            self.token(token);
        }
    }

    fn token(&mut self, token: &Arc<Token>) {
        self.carrier = token.carrier.map(countersign_token::Carrier::as_str);
        self.token = Some(Arc::clone(token));
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::sync::Arc;

    use http::Method;

    use super::{Record, Token};

    const PAGE: &str = include_str!("../../docs/OPERATIONS.md");

    fn line_of(record: &Record) -> String {
        let mut line = Vec::new();
        record.entry().write_line(&mut line);
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn a_line_is_json_whatever_its_texts_hold() {
        for text in [
            "",
            "a b",
            "\"",
            "\\",
            "\u{0}\n",
            "\u{7f}",
            "\u{e4}\u{1f600}",
            "</script>",
        ] {
            let record = Record {
                path: Some(text.into()),
                ..Record::default()
            };
            let line = line_of(&record);
            let read: serde_json::Value = serde_json::from_str(&line).unwrap();
            assert_eq!(read["path"], text);
            assert_eq!(line.lines().count(), 1);
        }
    }

    fn token() -> Arc<Token> {
        Arc::new(Token::of_text("x"))
    }

    #[test]
    fn a_methods_length_is_bounded_and_a_line_is_what_it_was() {
        let record = Record {
            time_unix_secs: 1_900_000_000,
            client: Some(Ipv4Addr::new(192, 0, 2, 1).into()),
            site: Some("s".into()),
            method: Method::from_bytes(&[b'M'; 60]).unwrap(),
            path: Some("/a\"".into()),
            status: 200,
            decision: "public",
            bytes_sent: 7,
            complete: true,
            duration_micros: 250,
            ..Record::default()
        };
        assert_eq!(
            line_of(&record),
            r#"{"time":"2030-03-17T17:46:40Z","request_id":"000000000000000000000000","client":"192.0.2.1","site":"s","method":"MMMMMMMMMMMMMMMM","path":"/a\"","status":200,"decision":"public","bytes_sent":7,"complete":true,"duration_ms":0.25}"#.to_owned() + "\n"
        );
    }

    #[test]
    fn the_operators_page_tells_of_every_field_in_the_logs_order() {
        let record = Record {
            client: Some(Ipv4Addr::LOCALHOST.into()),
            site: Some("x".into()),
            path: Some("x".into()),
            reason: Some("x"),
            carrier: Some("x"),
            token: Some(token()),
            claimed_kid: Some("x".to_owned()),
            cache: Some("x"),
            ttfb_micros: Some(1_000),
            ..Record::default()
        };
        let line = line_of(&record);
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
