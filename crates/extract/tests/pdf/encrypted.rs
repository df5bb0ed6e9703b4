//! Encrypted files, made by qpdf where it is installed.

use std::process::Command;

use ragstill_extract::Reason;

use crate::builder::{line, pages, read};

/// The file as qpdf encrypts it; `None` without qpdf.
fn encrypt(arguments: &[&str]) -> Option<Vec<u8>> {
    let folder =
        std::env::temp_dir().join(format!("ragstill-pdf-{}-{}", std::process::id(), arguments.join("")));
    std::fs::create_dir_all(&folder).unwrap();
    let (plain, encrypted) = (folder.join("plain.pdf"), folder.join("encrypted.pdf"));
    let mut file = pages(&[&line(50.0, 700.0, 10.0, "No secret")]).object(7, "<</Title(A title)>>");
    file.trailer =
        "/Info 7 0 R/ID[<0123456789abcdef0123456789abcdef><0123456789abcdef0123456789abcdef>]".into();
    std::fs::write(&plain, file.finish()).unwrap();
    let status = Command::new("qpdf").args(arguments).arg("--").args([&plain, &encrypted]).output();
    let bytes = std::fs::read(&encrypted);
    std::fs::remove_dir_all(&folder).unwrap();
    match status {
        Ok(_) => Some(bytes.unwrap()),
        Err(error) => {
            eprintln!("skipped: qpdf cannot be run: {error}");
            None
        }
    }
}

#[test]
fn an_empty_password_opens_the_file() {
    for arguments in [
        &["--allow-weak-crypto", "--encrypt", "", "owner", "40"][..],
        &["--allow-weak-crypto", "--encrypt", "", "owner", "128", "--use-aes=n"],
        &["--allow-weak-crypto", "--encrypt", "", "owner", "128", "--use-aes=y"],
        &["--allow-weak-crypto", "--encrypt", "", "owner", "128", "--use-aes=y", "--cleartext-metadata"],
        &["--allow-weak-crypto", "--encrypt", "", "owner", "256", "--force-R5"],
        &["--object-streams=generate", "--encrypt", "", "owner", "256"],
    ] {
        let Some(file) = encrypt(arguments) else { return };
        assert!(file.windows(8).any(|part| part == b"/Encrypt"));
        let extracted = read(&file).unwrap_or_else(|error| panic!("{arguments:?}: {error}"));
        assert_eq!(
            (extracted.text.as_str(), extracted.title.as_deref()),
            ("No secret", Some("A title")),
            "{arguments:?}"
        );
        // The same without its table: the search has to decrypt too.
        let end = file.windows(9).rposition(|part| part == b"startxref").unwrap();
        assert_eq!(read(&file[..end]).unwrap().text, "No secret", "{arguments:?}");
    }
}

#[test]
fn another_password_does_not() {
    for bits in ["40", "128", "256"] {
        let Some(file) = encrypt(&["--allow-weak-crypto", "--encrypt", "user", "owner", bits]) else {
            return;
        };
        let error = read(&file).unwrap_err();
        assert_eq!(error.reason, Reason::Encrypted);
        assert!(error.message.contains("qpdf --decrypt"), "{error}");
    }
    let mut file = pages(&[&line(50.0, 700.0, 10.0, "No secret")]);
    file.trailer = "/Encrypt<</Filter/Adobe.PubSec/V 4>>".into();
    assert_eq!(read(&file.finish()).unwrap_err().reason, Reason::Encrypted);
}
