//! What each field may hold, in words.

use super::Field;

impl Field {
    /// The field's row of TOKEN.md §1's table, to stand behind "must be".
    pub const fn rule(self) -> &'static str {
        match self {
            Field::Kid => "1–32 of A-Z a-z 0-9 . _ -",
            Field::Exp | Field::Nbf | Field::Iat => "a time in Unix seconds, from 1 to 9999999999",
            Field::Path => {
                "at most 16 patterns such as /a/* or /a/**, at least one without a leading \"-\"; other than A-Z a-z 0-9 - . _ / : is written ~XX"
            }
            Field::Ip => {
                "at most 16 addresses or networks such as 192.0.2.0/24 or 2001:db8::/32, in lower case, with no bits beyond the prefix"
            }
            Field::Geo => {
                "at most 16 countries of two upper-case letters, all plain or all with a leading \"-\""
            }
            Field::Method => "at most 16 methods of 1–16 upper-case letters",
            Field::Qs => {
                "at most 16 parameter names of 1–64 bytes, and not the token's own parameter"
            }
            Field::Hdr => {
                "at most 16 names of a-z 0-9 -, none of host, cookie, the connection's, or the token's own header"
            }
            Field::Jti | Field::Sid => "1–64 of A-Z a-z 0-9 . _ -",
            Field::Sub | Field::Ver => "text of 1–128 bytes without control characters",
            Field::Uses => "a number from 1 to 1000000, together with jti",
            Field::Cd => {
                "inline or attachment, or either with : and a file name of at most 180 bytes without / and \\"
            }
            Field::Ct => "type/subtype and any number of \"; name=value\", at most 100 bytes",
            Field::Bps => "a number from 1024 to 9999999999",
            Field::Data => "text of 1–256 bytes without control characters",
        }
    }
}
