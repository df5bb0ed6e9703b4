//! Paths to files: what of the given paths can be read, in which order, and everything that is wrong with them.

use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::WalkBuilder;

use crate::compression::Compression;
use crate::error::{ErrorKind, Fault};
use crate::formats::Format;
use crate::inventory::Inventory;
use crate::options::{ReadOptions, globs};
use crate::origin::Origin;
use crate::place::Place;

/// A file to read. A million of them are held at once, so the folder they have in common is shared.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// The folder it was found under.
    pub root: Arc<Path>,
    /// The path under `root`.
    pub relative: Box<Path>,
    pub format: Format,
    pub compression: Compression,
}

impl Found {
    pub(crate) fn path(&self) -> PathBuf {
        self.root.join(&self.relative)
    }

    /// The path under the root with `/` between its parts, on every system.
    pub(crate) fn source(&self) -> String {
        let parts: Vec<_> = self.relative.iter().map(|part| part.to_string_lossy()).collect();
        parts.join("/")
    }
}

/// Collects the files of several paths.
pub(crate) struct Discovery<'a> {
    options: &'a ReadOptions,
    /// What is to be read, and what cannot be, in order.
    pub origins: Vec<Origin>,
    pub inventory: Inventory,
    /// Mistakes in what the user named.
    pub faults: Vec<Fault>,
    /// Paths of the files found, to find those that are named again; only kept when there are several inputs.
    seen: Option<HashSet<PathBuf>>,
}

impl<'a> Discovery<'a> {
    pub(crate) fn new(options: &'a ReadOptions, several: bool) -> Self {
        let seen = several.then(HashSet::new);
        Self { options, origins: Vec::new(), inventory: Inventory::default(), faults: Vec::new(), seen }
    }

    /// Adds a file or folder that was named by the user.
    pub(crate) fn add(&mut self, path: &Path) {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => self.add_folder(path),
            Ok(metadata) => self.add_named_file(path, &metadata),
            Err(error) => self.faults.push(path_fault(path, &error)),
        }
    }

    fn add_named_file(&mut self, path: &Path, metadata: &Metadata) {
        let Some(format) = Format::of_path(path) else {
            let known = Format::listed_extensions();
            let found = match path.extension() {
                Some(extension) => format!("files with the extension `.{}`", extension.to_string_lossy()),
                None => "files without an extension".to_owned(),
            };
            self.faults.push(Fault::new(
                ErrorKind::UnknownFormat,
                place(path),
                format!("{found} cannot be read; convert it to one of {known}, or pipe it in with `-`"),
            ));
            return;
        };
        let (Some(name), Some(root)) = (path.file_name(), path.parent()) else { return };
        if !metadata.is_file() {
            return self.faults.push(irregular(path));
        }
        let root: Arc<Path> = root.into();
        let key = root_key(&root).join(name);
        let compression = Compression::of_path(path).0;
        self.add_file(Found { root, relative: Path::new(name).into(), format, compression }, metadata, key);
    }

    fn add_folder(&mut self, folder: &Path) {
        let root: Arc<Path> = folder.into();
        let key = root_key(folder);
        let before = (self.origins.len(), self.inventory.repeated);
        // Broken patterns were found when the options were checked.
        let Ok(globs) = globs(folder, &self.options.glob) else { return };
        let walk = WalkBuilder::new(folder)
            .standard_filters(!self.options.no_ignore)
            .hidden(true)
            .parents(false)
            .git_global(false)
            .git_exclude(false)
            .require_git(false)
            .overrides(globs)
            .follow_links(false)
            .sort_by_file_name(Ord::cmp)
            .build();
        for entry in walk {
            match entry {
                Ok(entry) if entry.depth() > 0 => self.add_entry(&root, &key, entry.path()),
                Ok(_) => {}
                Err(error) => {
                    let message =
                        format!("the folder cannot be read in full ({error}); check its permissions");
                    self.fail(Fault::new(ErrorKind::Unreadable, place(folder), message));
                }
            }
        }
        if before == (self.origins.len(), self.inventory.repeated) {
            self.faults.push(Fault::new(
                ErrorKind::Empty,
                place(folder),
                format!(
                    "the folder holds no file that can be read ({}); add some, or name another folder",
                    Format::listed_extensions()
                ),
            ));
        }
    }

    /// Adds what the walk found: a file, a link or a folder.
    fn add_entry(&mut self, root: &Arc<Path>, key: &Path, path: &Path) {
        let format = Format::of_path(path);
        let metadata = match fs::symlink_metadata(path) {
            Ok(metadata) if metadata.is_symlink() => match fs::metadata(path) {
                // A link to a file is read; one to a folder is not followed, so that loops cannot arise.
                Ok(target) if target.is_dir() => {
                    return self.skip("(linked folder)".to_owned());
                }
                target => target,
            },
            metadata => metadata,
        };
        match (metadata, format) {
            (Ok(metadata), _) if metadata.is_dir() => {}
            (_, None) => {
                self.skip(path.extension().map_or_else(
                    || "(none)".to_owned(),
                    |extension| extension.to_string_lossy().to_lowercase(),
                ))
            }
            (Ok(metadata), Some(format)) => {
                let relative = path.strip_prefix(root).unwrap_or(path);
                let compression = Compression::of_path(path).0;
                let found = Found { root: Arc::clone(root), relative: relative.into(), format, compression };
                self.add_file(found, &metadata, key.join(relative));
            }
            (Err(error), Some(_)) => self.fail(path_fault(path, &error)),
        }
    }

    fn add_file(&mut self, found: Found, metadata: &Metadata, key: PathBuf) {
        let path = found.path();
        if !metadata.is_file() {
            return self.fail(irregular(&path));
        }
        if self.seen.as_mut().is_some_and(|seen| !seen.insert(key)) {
            self.inventory.repeated += 1;
            return;
        }
        self.inventory.add(found.format, metadata.len());
        self.origins.push(Origin::File(found));
    }

    /// Remembers what cannot be read, in the place where it would have been.
    fn fail(&mut self, fault: Fault) {
        self.origins.push(Origin::Failed(fault));
    }

    fn skip(&mut self, name: String) {
        *self.inventory.skipped.entry(name).or_insert(0) += 1;
    }
}

/// How messages write a path.
pub(crate) fn place(path: &Path) -> Place {
    Place::file(path.to_string_lossy())
}

/// Named pipes and the like can be read once only, and the engine reads inputs twice.
fn irregular(path: &Path) -> Fault {
    let message = "is neither a file nor a folder; pipe it in with `-` instead";
    Fault::new(ErrorKind::Unreadable, place(path), message)
}

fn path_fault(path: &Path, error: &io::Error) -> Fault {
    if error.kind() == io::ErrorKind::NotFound {
        let message = if path.is_symlink() {
            "the link leads to nothing; restore its target or remove it"
        } else {
            "does not exist; check the path"
        };
        return Fault::new(ErrorKind::NotFound, place(path), message);
    }
    Fault::unreadable(place(path), error)
}

/// The folder's one true path, so that a file named in two ways is known again.
fn root_key(folder: &Path) -> PathBuf {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned())
}
