//! What every store of posts must keep.
