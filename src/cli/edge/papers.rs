//! Documents on their way out of the sources: what they link to stays behind.

/// A page's text without its links to files beyond the folder that is written, which begin with
/// `../../`: the words stay, and where they do not say it the file's name behind them.
pub(super) fn without_links_out(page: &str) -> String {
    let mut rest = page;
    let mut text = String::with_capacity(page.len());
    while let Some((before, behind)) = rest.split_once("](../../") {
        let (Some(at), Some((target, after))) = (before.rfind('['), behind.split_once(')')) else {
            break;
        };
        let (words, file) = (
            &before[at + 1..],
            target.split('#').next().unwrap_or(target),
        );
        text.push_str(&before[..at]);
        text.push_str(words);
        if !words.contains(file) {
            text.push_str(&format!(" ({file} of the sources)"));
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::without_links_out;

    #[test]
    fn links_to_the_sources_become_words_and_others_stay() {
        assert_eq!(
            without_links_out(
                "See [docs/EDGE.md](../../docs/EDGE.md#to-try) and [what is revoked](../../docs/EDGE.md), \
                 [the file](src/a.js), ([docs/TOKEN.md](../../docs/TOKEN.md)).\n"
            ),
            "See docs/EDGE.md and what is revoked (docs/EDGE.md of the sources), \
             [the file](src/a.js), (docs/TOKEN.md).\n"
        );
        assert_eq!(
            without_links_out("](../../ [x](../../y"),
            "](../../ [x](../../y"
        );
    }
}
