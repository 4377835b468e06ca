//! Native code that runs where the executable has it: the kernel brings in the pages that are run, instead of this
//! program copying all of them at each start. On x86-64 Linux, whose pages are known, and once in a process, since
//! wasmtime knows code by its address; otherwise it is copied.

use wasmtime::component::Component;
use wasmtime::{Config, Engine};

/// Bytes that begin with a page.
#[repr(C, align(4096))]
pub(crate) struct Pages<B>(pub(crate) B);

/// Loads what `Engine::precompile_component` of our own build script has made. The first to load it, and nobody else,
/// may do so in its place.
#[expect(unsafe_code, reason = "native code of our own build script, inside our own executable; packs never carry any")]
pub(crate) fn load(engine: &Engine, native: &'static [u8], is_first: bool) -> wasmtime::Result<Component> {
    if is_first && cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        // SAFETY: the bytes were made by `Engine::precompile_component` of this very wasmtime in our build script. They
        // are a static that nobody writes, so that they outlive every component, and nobody else has them loaded.
        unsafe { Component::deserialize_raw(engine, native.into()) }
    } else {
        // SAFETY: made as above.
        unsafe { Component::deserialize(engine, native) }
    }
}

/// What wasmtime must know to run it.
pub(crate) fn allow(config: &mut Config) {
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    config.with_custom_code_memory(Some(std::sync::Arc::new(linux::Executable)));
    #[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
    let _ = config;
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod linux {
    use rustix::mm::{MprotectFlags, mprotect};

    /// Makes native code executable: ours where it stands, that of packs where wasmtime has put it.
    pub(super) struct Executable;

    impl wasmtime::CustomCodeMemory for Executable {
        fn required_alignment(&self) -> usize {
            align_of::<super::Pages<()>>()
        }

        #[expect(unsafe_code, reason = "the rights of the pages that wasmtime names")]
        fn publish_executable(&self, start: *const u8, len: usize) -> wasmtime::Result<()> {
            let rights = MprotectFlags::READ | MprotectFlags::EXEC;
            // SAFETY: wasmtime gives whole pages that hold native code and nothing else, and writes there no more.
            Ok(unsafe { mprotect(start.cast_mut().cast(), len, rights) }?)
        }

        /// Nothing: nobody ever writes to the executable's own pages, and what wasmtime has mapped it unmaps.
        fn unpublish_executable(&self, _: *const u8, _: usize) -> wasmtime::Result<()> {
            Ok(())
        }
    }
}
