//! Examples to the files trainers read.
