//! What the tests of the whole product share: the real servers they start, and what the vendors say
//! of their APIs.

pub mod hostile;
pub mod mutate;
pub mod properties;
pub mod rules;
pub mod servers;
pub mod vendor;
