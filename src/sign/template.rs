//! A rule's path pattern in which `{claim}` stands for one whole segment.

/// A pattern, parsed once at start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Claim(String),
}

/// What is wrong with the braces of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateFault {
    /// A brace without its other half, or nothing between two.
    #[error("a brace is not closed, not opened, or holds no claim's name; write {{sub}}")]
    Brace,
    /// A claim beside other bytes in a segment.
    #[error("a claim is a whole segment; write /{{sub}}/, not /u-{{sub}}/")]
    NotASegment,
}

impl Template {
    pub(super) fn parse(text: &str) -> Result<Self, TemplateFault> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('{') {
            let (claim, after) = behind.split_once('}').ok_or(TemplateFault::Brace)?;
            if claim.is_empty() || claim.contains('{') || before.contains('}') {
                return Err(TemplateFault::Brace);
            }
            if !before.ends_with('/') || !(after.is_empty() || after.starts_with('/')) {
                return Err(TemplateFault::NotASegment);
            }
            parts.push(Part::Text(before.to_owned()));
            parts.push(Part::Claim(claim.to_owned()));
            rest = after;
        }
        if rest.contains('}') {
            return Err(TemplateFault::Brace);
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Self(parts))
    }

    /// The pattern with each claim's segment in its place; `None` where one has none.
    pub(super) fn fill(&self, segment: impl Fn(&str) -> Option<String>) -> Option<String> {
        let mut pattern = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => pattern.push_str(text),
                Part::Claim(name) => pattern.push_str(&segment(name)?),
            }
        }
        Some(pattern)
    }
}

#[cfg(test)]
mod tests {
    use super::{Template, TemplateFault};

    fn filled(text: &str) -> Option<String> {
        let known = |name: &str| (name != "missing").then(|| format!("<{name}>"));
        Template::parse(text).unwrap().fill(known)
    }

    #[test]
    fn claims_take_their_places() {
        assert_eq!(filled("/u/{sub}/**").as_deref(), Some("/u/<sub>/**"));
        assert_eq!(filled("-/{a}/{b}").as_deref(), Some("-/<a>/<b>"));
        assert_eq!(
            filled("/{https://x/y}/").as_deref(),
            Some("/<https://x/y>/")
        );
        assert_eq!(filled("/plain").as_deref(), Some("/plain"));
        assert_eq!(filled("/{sub}/{missing}"), None);
    }

    #[test]
    fn a_claim_is_a_whole_segment_in_closed_braces() {
        let fault = |text| Template::parse(text).unwrap_err();
        for text in ["/{sub", "/sub}", "/{}", "/{{sub}}", "/}{sub}"] {
            assert_eq!(fault(text), TemplateFault::Brace, "{text}");
        }
        for text in ["/u-{sub}/x", "/{sub}x", "/{a}{b}", "{sub}"] {
            assert_eq!(fault(text), TemplateFault::NotASegment, "{text}");
        }
    }
}
