//! A token's text taken apart as far as it goes, with every fault said (TOKEN.md §1), for people.
//! Whether it is well formed `text` decides; this says why. Uses the heap.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::bytes::is_bare;
use crate::field::Field;
use crate::number::number;
use crate::reason::Reason;
use crate::text::{Layout, MAX_TOKEN_BYTES, judge};

/// One `~name=value`, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What stands before the `=`.
    pub name: String,
    /// What stands behind it, still escaped.
    pub value: String,
    /// The field, of a known name and a well-formed value.
    pub field: Option<Field>,
}

/// What a text comes to. Nothing in it is proved: whoever wrote the text chose what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// Why a verifier refuses the text; `None` where it is well formed.
    pub reason: Option<Reason>,
    /// The number that it starts with.
    pub version: Option<u64>,
    /// The fields as written, known or not.
    pub pieces: Vec<Piece>,
    /// What stands behind `~sig=`.
    pub signature: Option<String>,
    /// In plain words; empty where the text is well formed.
    pub faults: Vec<String>,
}

impl Diagnosis {
    /// Takes a token's text apart.
    pub fn of(text: &[u8]) -> Self {
        let mut diagnosis = Self {
            reason: judge(text, &mut Layout::new()).err(),
            version: None,
            pieces: Vec::new(),
            signature: None,
            faults: Vec::new(),
        };
        match core::str::from_utf8(text) {
            Ok(text) => diagnosis.take_apart(text),
            Err(broken) => {
                let byte = text[broken.valid_up_to()];
                diagnosis.fault(format!(
                    "has the byte {byte:02X}, which is written ~{byte:02X}"
                ));
            }
        }
        if diagnosis.reason.is_some() && diagnosis.faults.is_empty() {
            diagnosis.fault("it breaks a rule of docs/TOKEN.md §1 that is not told apart here");
        }
        diagnosis
    }

    /// Whether the text is well formed.
    pub const fn is_sound(&self) -> bool {
        self.reason.is_none()
    }

    fn fault(&mut self, text: impl Into<String>) {
        self.faults.push(text.into());
    }

    fn take_apart(&mut self, text: &str) {
        if text.len() > MAX_TOKEN_BYTES {
            let bytes = text.len();
            return self.fault(format!("has {bytes} bytes; {MAX_TOKEN_BYTES} are the most"));
        }
        let Some((version, _)) = text.split_once('~') else {
            return self.fault("has no \"~\": this is no token, or it was cut off");
        };
        self.version = number(version.as_bytes());
        match self.version {
            Some(1) => {}
            Some(other) => {
                return self.fault(format!(
                    "is of version {other}; this program reads version 1"
                ));
            }
            None => {
                let fault = "starts with no version; a token of version 1 starts with \"1~\"";
                return self.fault(fault);
            }
        }
        let mut rest = &text[version.len()..];
        while let Some(piece) = rest.strip_prefix('~') {
            if let Some(signature) = piece.strip_prefix("sig=") {
                self.sign(signature);
                break;
            }
            let end = field_end(piece);
            self.piece(&piece[..end]);
            rest = &piece[end..];
        }
        self.table();
    }

    fn piece(&mut self, piece: &str) {
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        let is_name =
            (1..=8).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_lowercase());
        let field = Field::ALL.into_iter().find(|field| field.as_str() == name);
        let mut sound = false;
        if !is_name {
            self.fault(format!("{name:?}: a field's name is 1 to 8 of a-z"));
        } else if !piece.contains('=') {
            self.fault(format!("{name}: has no \"=\""));
        } else if value.is_empty() {
            self.fault(format!("{name}: has no value"));
        } else if let Some(fault) = bad_spelling(value) {
            self.fault(format!("{name}: {fault}"));
        } else if field.is_none() {
            let fault = "this version has no such field, and every field is critical (unsupported)";
            self.fault(format!("{name}: {fault}"));
        } else {
            sound = true;
        }
        let field = field.filter(|_| sound);
        if let Some(field) = field.filter(|field| !field.allows(value.as_bytes())) {
            self.fault(format!("{name}: must be {}", field.rule()));
        }
        self.pieces.push(Piece {
            name: name.to_owned(),
            value: value.to_owned(),
            field,
        });
    }

    fn sign(&mut self, signature: &str) {
        let characters = signature.len();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        // The unused bits of the last character are zero: 2 of them for 32 bytes, 4 for 64.
        let last = signature.chars().last().unwrap_or(' ');
        let canonical = match characters {
            43 => "AEIMQUYcgkosw048".contains(last),
            86 => "AQgw".contains(last),
            _ => false,
        };
        if let Some(at) = signature.bytes().position(|byte| !plain(byte)) {
            let tail = signature.get(at..).unwrap_or_default();
            let shown: String = tail.chars().take(12).collect();
            self.fault(format!(
                "sig: {shown:?} stands behind it; sig is last, of A-Z a-z 0-9 - _ only"
            ));
        } else if ![43, 86].contains(&characters) {
            self.fault(format!(
                "sig: has {characters} characters; 43 (HS256) or 86 (EdDSA) are right, so it was cut \
                 off or is no signature"
            ));
        } else if !canonical {
            self.fault("sig: ends in bits that are not zero; it was changed or cut off");
        }
        self.signature = Some(signature.to_owned());
    }

    /// Order, and what must be there.
    fn table(&mut self) {
        let fields: Vec<Field> = self.pieces.iter().filter_map(|piece| piece.field).collect();
        let mut faults = Vec::new();
        for pair in fields.windows(2) {
            let (first, second) = (pair[0].as_str(), pair[1].as_str());
            if pair[0] == pair[1] {
                faults.push(format!("{first}: stands twice"));
            } else if pair[0] > pair[1] {
                faults.push(format!("{second}: must stand before {first}"));
            }
        }
        let written = |name: &str| self.pieces.iter().any(|piece| piece.name == name);
        for name in ["kid", "exp"] {
            if !written(name) {
                faults.push(format!("{name}: is missing"));
            }
        }
        if written("uses") && !written("jti") {
            faults.push("uses: needs jti".to_owned());
        }
        if self.signature.is_none() {
            faults.push("sig: is missing; the token was cut off or never signed".to_owned());
        }
        self.faults.extend(faults);
    }
}

/// Where the next field's `~` stands: one before a lower-case letter.
fn field_end(piece: &str) -> usize {
    let bytes = piece.as_bytes();
    let starts =
        |at: &usize| bytes[*at] == b'~' && bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase);
    (0..bytes.len()).find(starts).unwrap_or(bytes.len())
}

/// The first thing in a value that has another spelling or none.
fn bad_spelling(value: &str) -> Option<String> {
    let mut rest = value;
    while let Some(shown) = rest.chars().next() {
        let behind = &rest[shown.len_utf8()..];
        if shown != '~' {
            let is_plain = |byte| is_bare(byte) || b"*!".contains(&byte);
            let (bytes, _) = rest.as_bytes().split_at(shown.len_utf8());
            if !bytes.iter().copied().all(is_plain) {
                let escaped: String = bytes.iter().map(|byte| format!("~{byte:02X}")).collect();
                return Some(format!("{shown:?} must be written {escaped}"));
            }
            rest = behind;
            continue;
        }
        let hex = behind.get(..2);
        let upper = |hex: &&str| {
            !hex.bytes()
                .any(|byte| byte.is_ascii_lowercase() || byte == b'+')
        };
        let escaped = hex
            .filter(upper)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match escaped {
            None => return Some("a \"~\" that starts no escape ~XX (upper-case hex)".to_owned()),
            Some(byte) if is_bare(byte) => {
                let (shown, hex) = (char::from(byte), hex.unwrap_or_default());
                return Some(format!(
                    "~{hex} must be written {shown}, which needs no escape"
                ));
            }
            Some(_) => rest = &behind[2..],
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::format;
    use std::string::String;

    use proptest::prelude::*;

    use super::Diagnosis;

    fn signed(fields: &str) -> String {
        format!("{fields}~sig={}", "A".repeat(43))
    }

    #[test]
    fn every_fault_of_a_text_is_said() {
        for (text, fault) in [
            ("1", "has no \"~\""),
            ("2~x=1", "is of version 2"),
            ("v1~x=1", "starts with no version"),
            ("1~kid=k~exp=1", "sig: is missing"),
            (&signed("1~exp=1"), "kid: is missing"),
            (&signed("1~exp=1~kid=k"), "kid: must stand before exp"),
            (&signed("1~kid=k~exp=1~exp=1"), "exp: stands twice"),
            (&signed("1~kid=k~exp=x"), "exp: must be a time"),
            (
                &signed("1~kid=k~exp=1~foo=x"),
                "foo: this version has no such field",
            ),
            (
                &signed("1~kid=k~exp=1~sub=a b"),
                "sub: ' ' must be written ~20",
            ),
            (
                &signed("1~kid=k~exp=1~sub=ä"),
                "sub: 'ä' must be written ~C3~A4",
            ),
            (
                &signed("1~kid=k~exp=1~sub=~61"),
                "sub: ~61 must be written a",
            ),
            (
                &signed("1~kid=k~exp=1~sub=~2x"),
                "sub: a \"~\" that starts no escape",
            ),
            (&signed("1~kid=k~exp=1~sub="), "sub: has no value"),
            (&signed("1~kid=k~exp=1~uses=2"), "uses: needs jti"),
            (&signed("1~kid=k~exp=1")[..40], "sig: has 22 characters"),
        ] {
            let faults = Diagnosis::of(text.as_bytes()).faults;
            assert!(faults[0].starts_with(fault), "{text}: {faults:?}");
        }
        assert!(Diagnosis::of(signed("1~kid=k~exp=1").as_bytes()).is_sound());
        let faults = Diagnosis::of(b"1~kid=k~sub=a\xe4b~exp=1").faults;
        assert_eq!(faults, ["has the byte E4, which is written ~E4"]);
    }

    proptest! {
        #[test]
        fn a_text_has_faults_here_exactly_where_the_token_crate_refuses_it(
            text in "1(~(kid|exp|sub|path|uses|jti|foo|data)=[a1A/*!. ~2]{0,5}){0,4}(~sig=A{41,44})?[=EB~]?",
        ) {
            let reading = Diagnosis::of(text.as_bytes());
            let unsaid = reading.faults.iter().any(|fault| fault.contains("not told apart"));
            prop_assert!(!unsaid, "{text}");
            prop_assert_eq!(reading.is_sound(), reading.faults.is_empty(), "{}: {:?}", text, reading.faults);
        }
    }
}
