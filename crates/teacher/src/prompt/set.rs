//! Where prompts come from: built in, replaced by name by the files of a folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use super::render::Prompt;
use super::stand_in::StandIn;
use crate::error::{Error, Kind, Result};

/// The folders that replace prompts by name: `DIR/doc2query/question.md` stands in for `doc2query/question`. What the first
/// of them has counts.
#[derive(Debug, Default)]
pub struct Prompts {
    folders: Vec<PathBuf>,
    overrides: BTreeMap<String, String>,
    asked_for: Mutex<BTreeSet<String>>,
}

impl Prompts {
    /// The built-in prompts alone.
    pub fn built_in() -> Self {
        Self::default()
    }

    /// The built-in prompts, replaced by the `.md` files below these folders.
    ///
    /// # Errors
    /// [`Kind::Config`] when a folder or a file in it cannot be read.
    pub fn with_overrides(folders: &[PathBuf]) -> Result<Self> {
        let mut overrides = BTreeMap::new();
        for folder in folders {
            collect(folder, "", &mut overrides)?;
        }
        Ok(Self { folders: folders.to_vec(), overrides, asked_for: Mutex::default() })
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

    /// As [`Prompts::load`]; where a folder has no prompt of this name, but another program's prompt that stands in for it
    /// (`DIR/FILE.yaml`), that is taken.
    ///
    /// # Errors
    /// As [`Prompts::load`]; [`Kind::Config`] when such a file cannot be read or is no such prompt.
    pub fn load_or(&self, name: &str, built_in: &str, stand_in: &StandIn) -> Result<Arc<Prompt>> {
        let file = format!("{}.yaml", stand_in.file);
        let found = self.folders.iter().map(|folder| folder.join(&file)).find(|path| path.is_file());
        let Some(path) = found.filter(|_| !self.overrides.contains_key(name)) else {
            return self.load(name, built_in);
        };
        self.asked_for.lock().insert(name.to_owned());
        let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
        let file = stand_in
            .parse(&text)
            .map_err(|fault| Error::new(Kind::Config, format!("{}: {fault}", path.display())))?;
        Ok(Arc::new(Prompt::replacing(name, file, built_in)?))
    }

    /// Checks, after all prompts were loaded, that every file of the folders replaced one.
    ///
    /// # Errors
    /// [`Kind::Config`] naming the `.md` files that no step asked for, and the names there are.
    pub fn check_all_used(&self) -> Result<()> {
        let asked_for = self.asked_for.lock();
        let unused: Vec<_> =
            self.overrides.keys().filter(|name| !asked_for.contains(*name)).cloned().collect();
        if unused.is_empty() {
            return Ok(());
        }
        let folders: Vec<_> = self.folders.iter().map(|folder| folder.display().to_string()).collect();
        let names: Vec<_> = asked_for.iter().map(|name| format!("{name}.md")).collect();
        Err(Error::new(
            Kind::Config,
            format!(
                "{}: no step uses `{}.md`; this recipe's prompts are {}",
                folders.join(", "),
                unused.join(".md`, `"),
                names.join(", ")
            ),
        ))
    }
}

fn collect(folder: &Path, prefix: &str, found: &mut BTreeMap<String, String>) -> Result<()> {
    for entry in std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        if path.is_dir() {
            collect(&path, &format!("{prefix}{stem}/"), found)?;
        } else if path.extension().is_some_and(|extension| extension == "md") {
            let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
            found.entry(format!("{prefix}{stem}")).or_insert(text);
        }
    }
    Ok(())
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error::new(Kind::Config, format!("{}: cannot read prompts here: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::{Prompts, StandIn};

    #[test]
    fn a_folder_replaces_by_name_and_strays_are_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("op")).unwrap();
        std::fs::write(folder.path().join("op/ask.md"), "# user\nmine {{ text }}").unwrap();
        std::fs::write(folder.path().join("op/aks.md"), "# user\nstray").unwrap();
        let prompts = Prompts::with_overrides(&[folder.path().to_owned()]).unwrap();
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
        let fault = Prompts::with_overrides(&["/no/such/folder".into()]).unwrap_err();
        assert!(fault.context.contains("/no/such/folder"));
    }

    #[test]
    fn prompts_of_another_program_stand_in_where_there_is_none_of_ours() {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let paths = folders.each_ref().map(|folder| folder.path().to_owned());
        let stand_in = StandIn { file: "question", values: &[("passage", "{{ text }}")] };
        let built_in = "---\ntemperature: 0.5\nvariables: [text]\n---\n# user\nbuilt in {{ text }}";
        let rendered = || {
            let prompts = Prompts::with_overrides(&paths).unwrap();
            let prompt = prompts.load_or("op/ask", built_in, &stand_in)?;
            prompts.check_all_used()?;
            assert_eq!(prompt.sampling().temperature, Some(0.5));
            let messages = prompt.render(serde_json::json!({"text": "t"}).as_object().unwrap())?;
            Ok::<_, crate::Error>(messages.last().unwrap().content.to_string())
        };
        assert_eq!(rendered().unwrap(), "built in t");
        std::fs::write(paths[1].join("question.yaml"), "- {role: user, content: 'second {passage}'}")
            .unwrap();
        std::fs::write(paths[1].join("another.yaml"), "of another step").unwrap();
        assert_eq!(rendered().unwrap(), "second t");
        std::fs::write(paths[0].join("question.yaml"), "- {role: user, content: 'first {passage}'}").unwrap();
        assert_eq!(rendered().unwrap(), "first t");
        std::fs::create_dir(paths[1].join("op")).unwrap();
        std::fs::write(paths[1].join("op/ask.md"), "# user\nours {{ text }}").unwrap();
        assert_eq!(rendered().unwrap(), "ours t");
        std::fs::remove_dir_all(paths[1].join("op")).unwrap();
        std::fs::write(paths[0].join("question.yaml"), "- {role: user, content: 'first'}").unwrap();
        let fault = rendered().unwrap_err().context;
        assert!(
            fault.contains("question.yaml: nothing is filled") && fault.contains("`{passage}`"),
            "{fault}"
        );
    }
}
