//! What the fuzz targets do with their bytes. `tests/fuzz` does the same with the kept corpus.

pub mod frames;
pub mod house;
pub mod script;
