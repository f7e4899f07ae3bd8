//! The consent pages: an application asks for permissions, the owner decides. Without scripts, never in a frame, never
//! cached.

pub(crate) mod ask;
pub(crate) mod decide;
pub(crate) mod done;
