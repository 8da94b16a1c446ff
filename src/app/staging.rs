//! Where the neighbourhood is built: a folder inside the data folder, under its lock and on its file system, even where
//! that is a volume of its own. What is built there counts when its store takes the place of the real one, not before.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// The folder in the data folder.
const FOLDER: &str = ".seeding";

/// The folder of pictures, in either.
pub(super) const PICTURES: &str = "media";

/// Makes the folder, empty.
pub(super) fn begin(data: &Path) -> io::Result<PathBuf> {
    clear(data)?;
    let folder = data.join(FOLDER);
    fs::create_dir(&folder)?;
    Ok(folder)
}

/// Deletes what a seeding has left behind, and what one did that was killed: it holds a copy of all that is stored.
/// Only for whoever holds the lock of the data folder.
pub(super) fn clear(data: &Path) -> io::Result<()> {
    match fs::remove_dir_all(data.join(FOLDER)) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Moves the pictures to where they will be looked for. They go by what is in them: where seeding is killed right after,
/// no store knows them, and the next seeding puts the same in their places.
pub(super) fn hand_over_pictures(staging: &Path, data: &Path) -> io::Result<()> {
    let pictures = staging.join(PICTURES);
    // They may lie somewhere else altogether.
    if !pictures.is_dir() {
        return Ok(());
    }
    move_into(&pictures, &data.join(PICTURES))?;
    File::open(data)?.sync_all()
}

fn move_into(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            move_into(&from, &to)?;
        } else {
            match fs::rename(&from, &to) {
                Err(error) if error.kind() == ErrorKind::CrossesDevices => copy_whole(&from, &to)?,
                renamed => renamed?,
            }
        }
    }
    File::open(to)?.sync_all()
}

/// Copies a file to another file system, where it is there whole or not at all.
fn copy_whole(from: &Path, to: &Path) -> io::Result<()> {
    let mut beside = to.as_os_str().to_owned();
    // No picture's name ends so. Left by a kill, it is written over by the next seeding.
    beside.push("#seeding");
    fs::copy(from, &beside)?;
    File::open(&beside)?.sync_all()?;
    fs::rename(&beside, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_join_those_that_are_there_and_nothing_stays_behind() {
        let data = tempfile::tempdir().unwrap();
        let data = data.path();
        let write = |path: PathBuf, text: &str| {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(data.join(FOLDER).join("left"), "by one that was killed");
        let staging = begin(data).unwrap();
        assert_eq!(fs::read_dir(&staging).unwrap().count(), 0);
        write(data.join("media/pictures/aa/old"), "old");
        write(staging.join("media/pictures/aa/new"), "new");
        write(staging.join("media/pictures/bb/other"), "other");
        hand_over_pictures(&staging, data).unwrap();
        for (place, text) in [("aa/old", "old"), ("aa/new", "new"), ("bb/other", "other")] {
            let found = fs::read_to_string(data.join("media/pictures").join(place)).unwrap();
            assert_eq!(found, text, "{place}");
        }
        clear(data).unwrap();
        assert!(!staging.exists());
        clear(data).unwrap();
    }
}
