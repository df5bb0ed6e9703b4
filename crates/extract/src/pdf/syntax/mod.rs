//! The structure of a PDF file: bytes to objects.

mod crypt;
mod file;
mod filters;
mod lexer;
mod object;
mod parser;
mod repair;
mod xref;

pub(super) use file::File;
pub(super) use lexer::{Lexer, Token, is_space, unescape_name};
pub(super) use object::{Dict, Id, Object, Stream};
pub(super) use parser::Parser;
