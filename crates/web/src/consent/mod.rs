//! The consent page: an application asks, an owner answers. Without scripts, never in a frame, never cached.

pub(crate) mod ask;
pub(crate) mod decide;
pub(crate) mod done;
