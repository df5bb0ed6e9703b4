//! The pages of a file, in order.

use std::collections::HashSet;
use std::rc::Rc;

use super::content::Matrix;
use super::syntax::{Dict, File, Id, Object};

/// A page.
#[derive(Debug, Clone)]
pub(super) struct Page {
    dict: Rc<Dict>,
    pub(super) resources: Rc<Dict>,
    /// Left, bottom, right and top of what is shown.
    area: [f64; 4],
    /// Quarter turns to the right that make it upright.
    turns: u8,
}

/// What pages have from the nodes above them.
#[derive(Debug, Clone, Default)]
struct Inherited {
    resources: Option<Rc<Dict>>,
    area: Option<[f64; 4]>,
    turns: Option<u8>,
}

/// Walks through the tree of pages. Each node and each page comes once: what names them again is a circle or a mistake.
#[derive(Debug)]
pub(super) struct Pages<'f, 'b> {
    file: &'f File<'b>,
    /// The children still to visit of the nodes above, the next last.
    open: Vec<(Rc<[Object]>, usize, Inherited)>,
    seen: HashSet<Id>,
}

impl<'f, 'b> Pages<'f, 'b> {
    pub(super) fn new(file: &'f File<'b>) -> Self {
        let mut pages = Self { file, open: Vec::new(), seen: HashSet::new() };
        if let Some(catalog) = file.catalog() {
            let root: Rc<[Object]> = [catalog.raw(b"Pages").clone()].into();
            pages.open.push((root, 0, Inherited::default()));
        }
        pages
    }

    /// All pages among the file's objects, for a file whose tree leads to none.
    pub(super) fn without_tree(file: &'f File<'b>) -> Self {
        let all = file.numbers().into_iter().map(|number| Object::Ref(Id { number, generation: 0 }));
        let pages = all.filter(|object| {
            let object = file.resolve(object);
            object.dict().is_some_and(|dict| file.get(dict, b"Type").name() == Some(b"Page"))
        });
        Self { file, open: vec![(pages.collect(), 0, Inherited::default())], seen: HashSet::new() }
    }
}

impl Iterator for Pages<'_, '_> {
    type Item = Page;

    fn next(&mut self) -> Option<Page> {
        loop {
            let (children, at, inherited) = self.open.last_mut()?;
            let Some(child) = children.get(*at).cloned() else {
                self.open.pop();
                continue;
            };
            *at += 1;
            let mut inherited = inherited.clone();
            if !self.file.budget.work(16) {
                return None;
            }
            if child.id().is_some_and(|id| !self.seen.insert(id)) {
                continue;
            }
            let object = self.file.resolve(&child);
            let Some(dict) = object.dict() else { continue };
            inherited.add(self.file, dict);
            match self.file.get(dict, b"Kids") {
                Object::Array(children) => self.open.push((children, 0, inherited)),
                _ if self.file.get(dict, b"Type").name() == Some(b"Pages") => {}
                _ => return Some(Page::new(Rc::clone(dict), inherited)),
            }
        }
    }
}

impl Inherited {
    fn add(&mut self, file: &File<'_>, dict: &Dict) {
        if let Some(resources) = file.get_dict(dict, b"Resources") {
            self.resources = Some(resources);
        }
        let area = |key: &[u8]| {
            let numbers: [f64; 4] = file.get_numbers(dict, key)?.try_into().ok()?;
            let [a, b, c, d] = numbers;
            let area = [a.min(c), b.min(d), a.max(c), b.max(d)];
            (area[2] - area[0] > 1.0 && area[3] - area[1] > 1.0).then_some(area)
        };
        self.area = area(b"CropBox").or_else(|| area(b"MediaBox")).or(self.area);
        if let Some(degrees) = file.get_number(dict, b"Rotate") {
            self.turns = Some(((degrees / 90.0).round() as i64).rem_euclid(4) as u8);
        }
    }
}

impl Page {
    fn new(dict: Rc<Dict>, inherited: Inherited) -> Self {
        Self {
            dict,
            resources: inherited.resources.unwrap_or_default(),
            area: inherited.area.unwrap_or([0.0, 0.0, 612.0, 792.0]),
            turns: inherited.turns.unwrap_or(0),
        }
    }

    /// The page's instructions, of all their parts.
    pub(super) fn content(&self, file: &File<'_>) -> Vec<u8> {
        match file.get(&self.dict, b"Contents") {
            Object::Stream(stream) => file.decode(&stream).unwrap_or_default(),
            Object::Array(parts) => {
                let mut all = Vec::new();
                for part in parts.iter() {
                    if !file.budget.work(64) {
                        break;
                    }
                    if let Some(data) = file.resolve(part).stream().and_then(|stream| file.decode(stream)) {
                        all.extend_from_slice(&data);
                        // Parts end between tokens.
                        all.push(b'\n');
                    }
                }
                all
            }
            _ => Vec::new(),
        }
    }

    /// From the page's own coordinates to those of the page as it is read, with the origin at its lower left.
    pub(super) fn upright(&self) -> Matrix {
        let [left, bottom, right, top] = self.area;
        let (width, height) = (right - left, top - bottom);
        let turned = match self.turns {
            0 => Matrix::IDENTITY,
            1 => Matrix([0.0, -1.0, 1.0, 0.0, 0.0, width]),
            2 => Matrix([-1.0, 0.0, 0.0, -1.0, width, height]),
            _ => Matrix([0.0, 1.0, -1.0, 0.0, height, 0.0]),
        };
        Matrix::translation(-left, -bottom).then(turned)
    }

    /// Width and height of the page as it is read.
    pub(super) fn size(&self) -> [f32; 2] {
        let [left, bottom, right, top] = self.area;
        let (width, height) = ((right - left) as f32, (top - bottom) as f32);
        if self.turns.is_multiple_of(2) { [width, height] } else { [height, width] }
    }
}
