//! Where prompts come from: built in, replaced by name by the files of a folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use super::render::Prompt;
use crate::error::{Error, Kind, Result};

/// The folder that replaces prompts by name: `DIR/doc2query/question.md` stands in for `doc2query/question`.
#[derive(Debug, Default)]
pub struct Prompts {
    folder: Option<PathBuf>,
    overrides: BTreeMap<String, String>,
    asked_for: Mutex<BTreeSet<String>>,
}

impl Prompts {
    /// The built-in prompts alone.
    pub fn built_in() -> Self {
        Self::default()
    }

    /// The built-in prompts, replaced by the `.md` files below `folder`.
    ///
    /// # Errors
    /// [`Kind::Config`] when the folder or a file in it cannot be read.
    pub fn with_overrides(folder: &Path) -> Result<Self> {
        let mut overrides = BTreeMap::new();
        collect(folder, "", &mut overrides)?;
        Ok(Self { folder: Some(folder.to_owned()), overrides, asked_for: Mutex::default() })
    }

    /// The prompt of this name: the folder's, if it has one, else the one whose file's text is `built_in`.
    ///
    /// # Errors
    /// As [`Prompt::parse`].
    pub fn load(&self, name: &str, built_in: &str) -> Result<Arc<Prompt>> {
        self.asked_for.lock().insert(name.to_owned());
        let prompt = match self.overrides.get(name) {
            Some(source) => Prompt::parse_override(name, source, built_in)?,
            None => Prompt::parse(name, built_in)?,
        };
        Ok(Arc::new(prompt))
    }

    /// Checks, after all prompts were loaded, that every file of the folder replaced one.
    ///
    /// # Errors
    /// [`Kind::Config`] naming the files that no step asked for, and the names there are.
    pub fn check_all_used(&self) -> Result<()> {
        let asked_for = self.asked_for.lock();
        let unused: Vec<_> =
            self.overrides.keys().filter(|name| !asked_for.contains(*name)).cloned().collect();
        if unused.is_empty() {
            return Ok(());
        }
        let folder = self.folder.as_deref().unwrap_or(Path::new(".")).display();
        let names: Vec<_> = asked_for.iter().map(|name| format!("{name}.md")).collect();
        Err(Error::new(
            Kind::Config,
            format!(
                "{folder}: no step uses `{}.md`; this recipe's prompts are {}",
                unused.join(".md`, `"),
                names.join(", ")
            ),
        ))
    }
}

fn collect(folder: &Path, prefix: &str, found: &mut BTreeMap<String, String>) -> Result<()> {
    let unreadable = |path: &Path, error: std::io::Error| {
        Error::new(Kind::Config, format!("{}: cannot read prompts here: {error}", path.display()))
    };
    for entry in std::fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let path = entry.map_err(|error| unreadable(folder, error))?.path();
        let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        if path.is_dir() {
            collect(&path, &format!("{prefix}{stem}/"), found)?;
        } else if path.extension().is_some_and(|extension| extension == "md") {
            let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?;
            found.insert(format!("{prefix}{stem}"), text);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Prompts;

    #[test]
    fn a_folder_replaces_by_name_and_strays_are_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("op")).unwrap();
        std::fs::write(folder.path().join("op/ask.md"), "# user\nmine {{ text }}").unwrap();
        std::fs::write(folder.path().join("op/aks.md"), "# user\nstray").unwrap();
        let prompts = Prompts::with_overrides(folder.path()).unwrap();
        let prompt = prompts.load("op/ask", "---\nvariables: [text]\n---\n# user\nbuilt in").unwrap();
        let rendered = prompt.render(serde_json::json!({"text": "t"}).as_object().unwrap()).unwrap()[0]
            .content
            .to_string();
        assert_eq!(rendered, "mine t");
        let fault = prompts.check_all_used().unwrap_err().context;
        assert!(fault.contains("`op/aks.md`") && fault.contains("op/ask.md"), "{fault}");
    }

    #[test]
    fn a_missing_folder_is_said() {
        let fault = Prompts::with_overrides(std::path::Path::new("/no/such/folder")).unwrap_err();
        assert!(fault.context.contains("/no/such/folder"));
    }
}
