//! What the fuzz targets do with their bytes. `tests/fuzz` does the same with the kept corpus.

mod door;
pub mod frames;
pub mod house;
pub mod people;
pub mod script;
