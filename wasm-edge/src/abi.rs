//! What the module exports (ABI.md): memory that is shared with the host, and what is done with it.
//!
//! Compiled everywhere, so that every lint sees it; exported and used by the module only.
#![allow(
    unsafe_code,
    reason = "memory shared with a host has an address and no owner"
)]
#![cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]

use core::cell::UnsafeCell;

use countersign_token::Scratch;
use zeroize::Zeroize;

use crate::config::Config;
use crate::decision::decide;
use crate::fault::{ConfigFault, What};
use crate::{ABI_VERSION, MAX_TEXT_BYTES, TEXT_AT};

/// Room for a configuration's texts.
const CONFIG_BYTES: usize = 128 << 10;
/// Room for the material of all keys.
const SECRET_BYTES: usize = 24 << 10;
/// Room for a configuration, which is longer than a request.
const INPUT_BYTES: usize = CONFIG_BYTES + SECRET_BYTES;
/// Room for the longest usual decision: target and key of a request whose every byte is escaped.
const OUTPUT_BYTES: usize = 512 << 10;

/// More than reading a configuration takes of the stack.
const STACK_USED_BYTES: usize = 32 << 10;

const _: () = assert!(INPUT_BYTES >= TEXT_AT + MAX_TEXT_BYTES);

/// A place in memory that has no lock.
#[repr(align(16))]
struct Place<T>(UnsafeCell<T>);

// SAFETY: a module has one thread. The native build never calls what is below.
unsafe impl<T> Sync for Place<T> {}

impl<T> Place<T> {
    const fn new(value: T) -> Self {
        Self(UnsafeCell::new(value))
    }
}

static INPUT: Place<[u8; INPUT_BYTES]> = Place::new([0; INPUT_BYTES]);
static OUTPUT: Place<[u8; OUTPUT_BYTES]> = Place::new([0; OUTPUT_BYTES]);
static TEXTS: Place<[u8; CONFIG_BYTES]> = Place::new([0; CONFIG_BYTES]);
static CONFIG: Place<Config<'static>> = Place::new(Config::new());
static SCRATCH: Place<Scratch> = Place::new(Scratch::new());

/// The version of this interface.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
extern "C" fn abi_version() -> u32 {
    ABI_VERSION
}

/// What this build knows: bit 0, keys of EdDSA; bit 1, the steps of a verification.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
extern "C" fn features() -> u32 {
    u32::from(cfg!(feature = "ed25519")) | u32::from(cfg!(feature = "explain")) << 1
}

/// Where the host writes.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
extern "C" fn input() -> *mut u8 {
    INPUT.0.get().cast()
}

/// How much it may write there.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
extern "C" fn input_bytes() -> usize {
    INPUT_BYTES
}

/// Where the host reads.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
extern "C" fn output() -> *const u8 {
    OUTPUT.0.get().cast_const().cast()
}

/// Takes the configuration whose texts are the first `text_len` bytes of the input, and whose keys'
/// material the `secret_len` behind them, and wipes both. 0, or a [`What`] and its two places in the
/// output; then there is no configuration.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
extern "C" fn configure(text_len: usize, secret_len: usize) -> i32 {
    let result = take_configuration(text_len, secret_len);
    wipe_stack();
    result
}

/// In a frame of its own, below that of its caller.
#[inline(never)]
fn take_configuration(text_len: usize, secret_len: usize) -> i32 {
    // SAFETY: one thread, nothing below calls the host, and no reference of an earlier call is left:
    // what `CONFIG` holds of `TEXTS` is dropped by `clear` before that is written.
    let (input, output, config) = unsafe {
        (
            &mut *INPUT.0.get(),
            &mut *OUTPUT.0.get(),
            &mut *CONFIG.0.get(),
        )
    };
    config.clear();
    let filled = match input.split_at_mut_checked(text_len) {
        Some((text, rest)) if text_len <= CONFIG_BYTES && secret_len <= rest.len() => {
            // SAFETY: as above; from here on it is only read, until the next `clear`.
            let texts: &'static mut [u8] = unsafe { &mut *TEXTS.0.get() };
            texts[..text_len].copy_from_slice(text);
            config.fill(&texts[..text_len], &rest[..secret_len])
        }
        _ => Err(ConfigFault {
            what: What::TooLong,
            site: 0,
            item: 0,
        }),
    };
    input.zeroize();
    match filled {
        Ok(()) => 0,
        Err(fault) => {
            let places = output.as_chunks_mut().0;
            for (place, number) in places.iter_mut().zip([fault.site, fault.item]) {
                *place = number.to_le_bytes();
            }
            fault.what as i32
        }
    }
}

/// Overwrites what calls have left on the stack: keys were there, in pieces, while their states were
/// made.
#[inline(never)]
fn wipe_stack() {
    [0_u8; STACK_USED_BYTES].zeroize();
}

/// Decides over the request in the input, with `text_len` bytes of text. The length of the decision
/// in the output, or a [`Fault`](crate::Fault).
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
extern "C" fn verify(text_len: usize) -> i32 {
    // SAFETY: one thread, nothing below calls the host, and no reference outlives the call.
    let (input, output, config, scratch) = unsafe {
        (
            &*INPUT.0.get(),
            &mut *OUTPUT.0.get(),
            &*CONFIG.0.get(),
            &mut *SCRATCH.0.get(),
        )
    };
    let input = &input[..TEXT_AT + text_len.min(MAX_TEXT_BYTES)];
    match decide(config, input, scratch, output) {
        Ok(len) => len as i32,
        Err(fault) => fault as i32,
    }
}

#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
