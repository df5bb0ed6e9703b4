//! Files and folders to records.
