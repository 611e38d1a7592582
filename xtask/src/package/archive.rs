//! Checksums and the archive. Both have nothing of the machine in them: the same content gives the same bytes.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest as _, Sha256};
use tar::{Builder, EntryType, Header};

/// The name of the list of checksums, as `sha256sum --check` reads it.
const CHECKSUMS: &str = "SHA256SUMS";

/// Writes the checksum of every file of a folder into it.
///
/// # Errors
/// The folder cannot be read or written.
pub fn write_checksums(folder: &Path) -> Result<()> {
    let mut list = String::new();
    for path in files(folder)? {
        list += &format!("{}  {}\n", checksum(&folder.join(&path))?, path.display());
    }
    std::fs::write(folder.join(CHECKSUMS), list).with_context(|| format!("{} cannot be written", folder.display()))
}

/// Packs a folder, under its own name, and writes the archive's checksum next to it.
///
/// # Errors
/// The archive cannot be written.
pub fn pack(folder: &Path, archive: &Path) -> Result<()> {
    let failed = || format!("{} cannot be written", archive.display());
    let name = folder.file_name().context("the folder has a name")?;
    let packed = BufWriter::new(File::create(archive).with_context(failed)?);
    let mut tar = Builder::new(GzEncoder::new(packed, Compression::default()));
    for path in files(folder)? {
        let file = File::open(folder.join(&path)).with_context(failed)?;
        let size = file.metadata().with_context(failed)?.len();
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_size(size);
        header.set_mtime(0);
        header.set_mode(if is_program(&path) { 0o755 } else { 0o644 });
        tar.append_data(&mut header, Path::new(name).join(&path), BufReader::new(file)).with_context(failed)?;
    }
    let mut packed = tar.into_inner().and_then(GzEncoder::finish).with_context(failed)?;
    packed.flush().with_context(failed)?;
    let sum = format!("{}  {}\n", checksum(archive)?, archive.file_name().unwrap_or_default().display());
    std::fs::write(archive.with_added_extension("sha256"), sum).with_context(failed)
}

fn is_program(path: &Path) -> bool {
    path.ends_with("bootstrap") || path.starts_with("bin")
}

/// Every file in a folder, sorted, relative to it.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let (mut found, mut open) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(inner) = open.pop() {
        let entries = std::fs::read_dir(folder.join(&inner));
        for entry in entries.with_context(|| format!("{} cannot be read", folder.display()))? {
            let entry = entry?;
            let path = inner.join(entry.file_name());
            if entry.file_type()?.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

fn checksum(file: &Path) -> Result<String> {
    let bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    Ok(hex::encode(Sha256::digest(bytes)))
}
