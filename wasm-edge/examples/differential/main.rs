//! Generated requests and the native build's decisions, for `differential.mjs` to hold against the
//! module's: `differential COUNT SEED [--plain]`.
//!
//! Reads from standard input three lengths, then the configuration's bytes, the keys' and the document
//! that they were made of, and writes for each request: the number of its words and the length of its text, both; and the native
//! decision's result, its length, and its bytes. All numbers are little-endian.

mod generate;
mod random;
mod tokens;

use std::error::Error;
use std::io::{Read, Write};

use countersign_edge::{Config, TEXT_AT, decide};
use countersign_token::Scratch;

use self::generate::Generator;
use self::random::Random;
use self::tokens::Site;

/// As the module has it.
const OUTPUT_BYTES: usize = 512 << 10;

#[allow(
    clippy::disallowed_methods,
    reason = "a tool of the tests, which differential.mjs starts with numbers"
)]
fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [count, seed, rest @ ..] = arguments.as_slice() else {
        return Err("differential COUNT SEED [--plain]".into());
    };
    let mut input = Vec::new();
    std::io::stdin().read_to_end(&mut input)?;
    let [bytes, secrets, document] = split(&input).ok_or("the input is cut off")?;
    let document = serde_json::from_slice(document)?;
    let sites = Site::all(&document).ok_or("the document has no sites to sign for")?;
    let mut config = Config::new();
    config
        .fill(bytes, secrets)
        .map_err(|fault| format!("{fault:?}"))?;
    let mut random = Random::new(seed.parse()?);
    // A build without explanations is never asked for one.
    let generator = Generator::new(
        &sites,
        !rest.iter().any(|word| word == "--plain"),
        &mut random,
    );
    run(&config, &generator, count.parse()?, &mut random)
}

fn split(input: &[u8]) -> Option<[&[u8]; 3]> {
    let (lens, mut rest) = input.split_at_checked(12)?;
    let mut parts = [&[][..]; 3];
    for (part, len) in parts.iter_mut().zip(lens.as_chunks().0) {
        *part = rest.split_off(..u32::from_le_bytes(*len) as usize)?;
    }
    Some(parts)
}

fn run(
    config: &Config<'_>,
    generator: &Generator<'_>,
    count: u64,
    random: &mut Random,
) -> Result<(), Box<dyn Error>> {
    let mut out = std::io::BufWriter::with_capacity(1 << 20, std::io::stdout().lock());
    let mut scratch = Scratch::new();
    let mut output = vec![0; OUTPUT_BYTES];
    let mut input = Vec::new();
    for _ in 0..count {
        let asked = generator.request(random);
        input.clear();
        input.extend(asked.words.iter().flat_map(|word| word.to_le_bytes()));
        input.resize(TEXT_AT, 0);
        input.extend_from_slice(&asked.text);
        let decided = decide(config, &input, &mut scratch, &mut output);
        let (result, len) = match decided {
            Ok(len) => (len as i32, len),
            Err(fault) => (fault as i32, 0),
        };
        for number in [asked.words.len(), asked.text.len()] {
            out.write_all(&(number as u32).to_le_bytes())?;
        }
        out.write_all(&input[..asked.words.len() * 4])?;
        out.write_all(&asked.text)?;
        out.write_all(&result.to_le_bytes())?;
        out.write_all(&(len as u32).to_le_bytes())?;
        out.write_all(&output[..len])?;
    }
    out.flush()?;
    Ok(())
}
