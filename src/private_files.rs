//! Files and directories for this account alone: everything that the service writes may hold personal details.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

/// Makes a directory and those above it where they are missing, with mode 0700. One that exists is left as it is.
///
/// # Errors
/// Where it cannot be made.
pub fn create_directories(directory: &Path) -> io::Result<()> {
    if directory.as_os_str().is_empty() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// Opens a file with mode 0600 where this call makes it.
///
/// # Errors
/// As [`OpenOptions::open`].
pub fn open(options: &mut OpenOptions, file: &Path) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.open(file)
}

/// Makes a new file with mode 0600.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] and others.
pub fn create_new(file: &Path) -> io::Result<File> {
    open(OpenOptions::new().write(true).create_new(true), file)
}

/// Returns whether other accounts than the owner have any right to a file or directory.
///
/// # Errors
/// Where it cannot be looked at.
pub fn is_open_to_others(path: &Path) -> io::Result<bool> {
    let metadata = fs::metadata(path)?;
    #[cfg(unix)]
    let open = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0;
    #[cfg(not(unix))]
    let open = {
        drop(metadata);
        false
    };
    Ok(open)
}

/// Takes every right to a file from other accounts than the owner.
///
/// # Errors
/// Where the file is somebody else's.
pub fn close_to_others(file: &Path) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(())
}

/// Waits until the names in a directory are on the disk.
///
/// # Errors
/// Where the disk does not confirm it.
pub fn sync_directory_of(file: &Path) -> io::Result<()> {
    let directory = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    File::open(directory)?.sync_all()
}

/// Returns the path of a file that belongs to another: beside it, under its name and a suffix.
pub fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    file.with_file_name(name)
}
