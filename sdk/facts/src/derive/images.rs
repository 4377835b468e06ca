//! The images that a cluster uses: what their references mean, whose registries they come from, who uses them.

mod cache;
mod inventory;
mod reference;
mod references;
mod registry;

pub use cache::{Caches, Origin};
pub use inventory::{Doubt, Image, Images, User};
pub use reference::Reference;
pub use registry::{ADDON_ACCOUNTS, Registry, host_of};
