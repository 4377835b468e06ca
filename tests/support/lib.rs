//! What the tests of the whole product share: the real servers they start, and what the vendors say
//! of their APIs.

pub mod rules;
pub mod servers;
pub mod vendor;
