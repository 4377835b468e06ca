//! Reports: pure functions of the scan result. Nothing here prints, reads a clock or knows what a terminal is; the
//! caller gives a width and strips the colours where they are not wanted.

mod clean;
mod json;
mod mapping;
mod page;
mod text;

pub use clean::clean;
pub use json::{Layout, json};
pub use mapping::{Words, words};
pub use page::{Page, Span, bold, dim, plain, styled};
pub use text::{Detail, text};
