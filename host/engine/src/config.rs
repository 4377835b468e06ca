//! The settings of wasmtime. The build script, which precompiles the official pack, includes this very file: native
//! code loads only into an engine with the same settings.

use wasmtime::{Config, OptLevel};

/// Native stack of a rule.
pub(crate) const STACK: usize = 512 * 1024;

/// `level`: `Speed` for our own pack at build time. Third-party bytes are compiled at `None`, since compile time is
/// theirs to choose: one function of 1.2 MiB takes 24 s at the default level and 1.2 s at none.
pub(crate) fn config(level: OptLevel) -> Config {
    let mut config = Config::new();
    config
        .cranelift_opt_level(level)
        // For debuggers and profilers only; registering it reads all of it. (Windows would need it.)
        .native_unwind_info(false)
        // Same facts, same bytes, on any machine.
        .cranelift_nan_canonicalization(true)
        .wasm_relaxed_simd(false)
        // What no toolchain of ours emits and what weakens a limit or an old advisory's distance.
        .wasm_memory64(false)
        .wasm_multi_memory(false)
        .wasm_custom_page_sizes(false)
        .wasm_wide_arithmetic(false)
        .concurrency_support(false)
        // Deterministic limits decide first; the epoch is the backstop for what costs no fuel.
        .consume_fuel(true)
        .epoch_interruption(true)
        .max_wasm_stack(STACK);
    config
}
