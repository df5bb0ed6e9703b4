//! Parts that pages share: forms and fonts, kept while there is room.

use std::collections::HashMap;
use std::rc::Rc;

use super::matrix::Matrix;
use crate::pdf::font::{Font, Texts};
use crate::pdf::syntax::{Dict, File, Id, Object, Stream};

/// Bytes of forms kept; when there are more all are forgotten.
const MAX_KEPT_BYTES: usize = 16 << 20;

/// Fonts kept.
const MAX_KEPT_FONTS: usize = 1000;

/// A form's instructions and what they refer to.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) data: Vec<u8>,
    pub(super) resources: Option<Rc<Dict>>,
    pub(super) matrix: Matrix,
}

/// What was loaded.
#[derive(Debug, Default)]
pub(super) struct Kept {
    forms: HashMap<Id, Rc<Form>>,
    form_bytes: usize,
    fonts: HashMap<Id, Rc<Font>>,
}

impl Kept {
    pub(super) fn form(&mut self, file: &File<'_>, stream: &Stream) -> Option<Rc<Form>> {
        if let Some(form) = self.forms.get(&stream.id) {
            return Some(Rc::clone(form));
        }
        let form = Rc::new(Form {
            data: file.decode(stream)?,
            resources: file.get_dict(&stream.dict, b"Resources"),
            matrix: file
                .get_numbers(&stream.dict, b"Matrix")
                .and_then(|numbers| Matrix::from_numbers(&numbers))
                .unwrap_or(Matrix::IDENTITY),
        });
        if self.form_bytes > MAX_KEPT_BYTES {
            self.forms.clear();
            self.form_bytes = 0;
        }
        self.form_bytes += form.data.len() + 256;
        self.forms.insert(stream.id, Rc::clone(&form));
        Some(form)
    }

    /// A font, of a reference to it or of itself.
    pub(super) fn font(&mut self, file: &File<'_>, object: &Object, texts: &mut Texts) -> Option<Rc<Font>> {
        if let Some(font) = object.id().and_then(|id| self.fonts.get(&id)) {
            return Some(Rc::clone(font));
        }
        let dict = file.resolve(object);
        // Hundreds of codes are looked up.
        file.budget.work(1024);
        let font = Rc::new(Font::load(file, dict.dict()?, texts));
        if let Some(id) = object.id() {
            if self.fonts.len() >= MAX_KEPT_FONTS {
                self.fonts.clear();
            }
            self.fonts.insert(id, Rc::clone(&font));
        }
        Some(font)
    }
}
