//! The host side of the contract, generated from `wit/rule.wit`.

#![allow(missing_docs, clippy::all, unreachable_pub, reason = "generated code")]

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "rule",
    imports: { default: trappable },
});
