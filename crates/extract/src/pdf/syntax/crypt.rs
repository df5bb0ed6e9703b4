//! Files encrypted with an empty user password: such files open without asking, so they are read.
//!
//! The standard security handler of revisions 2 to 6 (ISO 32000-2, 7.6.4).

use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::NoPadding};
use md5::{Digest, Md5};
use sha2::{Sha256, Sha384, Sha512};

use super::object::{Dict, Id};

/// Of a password that is shorter, the rest.
const PADDING: [u8; 32] = [
    0x28, 0xbf, 0x4e, 0x5e, 0x4e, 0x75, 0x8a, 0x41, 0x64, 0x00, 0x4e, 0x56, 0xff, 0xfa, 0x01, 0x08, 0x2e,
    0x2e, 0x00, 0xb6, 0xd0, 0x68, 0x3e, 0x80, 0x2f, 0x0c, 0xa9, 0xfe, 0x64, 0x53, 0x69, 0x7a,
];

/// How bytes are encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    Identity,
    Rc4,
    /// AES with 128 bits and a key for each object.
    Aes128,
    /// AES with 256 bits and one key.
    Aes256,
}

/// Decrypts a file's strings and streams.
#[derive(Debug)]
pub(crate) struct Crypt {
    key: Vec<u8>,
    strings: Method,
    streams: Method,
    pub(crate) encrypts_metadata: bool,
}

impl Crypt {
    /// Of the file's `Encrypt` dictionary (its values all direct) and the first part of its identifier. `None` when the
    /// empty password does not open it, or by a method that is not known.
    pub(crate) fn new(dict: &Dict, file_id: &[u8]) -> Option<Self> {
        if dict.raw(b"Filter").name().is_some_and(|name| name != b"Standard") {
            return None;
        }
        let version = dict.raw(b"V").unsigned().unwrap_or(0);
        let revision = dict.raw(b"R").unsigned()?;
        let encrypts_metadata = *dict.raw(b"EncryptMetadata") != super::object::Object::Bool(false);
        let method = |key: &[u8]| match version {
            1 | 2 => Some(Method::Rc4),
            4 | 5 => filter_method(dict, dict.raw(key).name().unwrap_or(b"Identity")),
            _ => None,
        };
        let (strings, streams) = (method(b"StrF")?, method(b"StmF")?);
        let key = if revision >= 5 {
            key_of_256_bits(dict, revision)?
        } else {
            key_of_128_bits(dict, version, revision, encrypts_metadata, file_id)?
        };
        Some(Self { key, strings, streams, encrypts_metadata })
    }

    pub(crate) fn string(&self, id: Id, data: &[u8]) -> Vec<u8> {
        self.decrypt(self.strings, id, data)
    }

    pub(crate) fn stream(&self, id: Id, data: &[u8]) -> Vec<u8> {
        self.decrypt(self.streams, id, data)
    }

    fn decrypt(&self, method: Method, id: Id, data: &[u8]) -> Vec<u8> {
        match method {
            Method::Identity => data.to_vec(),
            Method::Rc4 => rc4(&self.object_key(id, b""), data),
            Method::Aes128 => aes(&self.object_key(id, b"sAlT"), data),
            Method::Aes256 => aes(&self.key, data),
        }
    }

    /// Algorithm 1.
    fn object_key(&self, id: Id, salt: &[u8]) -> Vec<u8> {
        let hash = Md5::new()
            .chain_update(&self.key)
            .chain_update(&id.number.to_le_bytes()[..3])
            .chain_update(id.generation.to_le_bytes())
            .chain_update(salt)
            .finalize();
        hash[..(self.key.len() + 5).min(16)].to_vec()
    }
}

fn filter_method(dict: &Dict, name: &[u8]) -> Option<Method> {
    if name == b"Identity" {
        return Some(Method::Identity);
    }
    match dict.raw(b"CF").dict()?.raw(name).dict()?.raw(b"CFM").name().unwrap_or(b"None") {
        b"None" => Some(Method::Identity),
        b"V2" => Some(Method::Rc4),
        b"AESV2" => Some(Method::Aes128),
        b"AESV3" => Some(Method::Aes256),
        _ => None,
    }
}

/// Algorithm 2, and 6 to find out whether the password is right.
fn key_of_128_bits(
    dict: &Dict,
    version: usize,
    revision: usize,
    metadata: bool,
    file_id: &[u8],
) -> Option<Vec<u8>> {
    let bits = dict.raw(b"Length").unsigned().unwrap_or(40);
    let length = match version {
        1 => 5,
        4 => 16,
        // Some writers count bytes.
        _ if bits < 40 => bits.clamp(5, 16),
        _ => (bits / 8).clamp(5, 16),
    };
    let (owner, user) = (dict.raw(b"O").string()?, dict.raw(b"U").string()?);
    let permissions = dict.raw(b"P").number()? as i64 as u32;
    let mut hash = Md5::new()
        .chain_update(PADDING)
        .chain_update(owner.get(..32)?)
        .chain_update(permissions.to_le_bytes())
        .chain_update(file_id);
    if revision >= 4 && !metadata {
        hash.update([0xff; 4]);
    }
    let mut key = hash.finalize().to_vec();
    key.truncate(length);
    if revision < 3 {
        return (rc4(&key, &PADDING) == user.get(..32)?).then_some(key);
    }
    for _ in 0..50 {
        key = Md5::digest(&key)[..length].to_vec();
    }
    let mut expected = Md5::new().chain_update(PADDING).chain_update(file_id).finalize().to_vec();
    for round in 0..20_u8 {
        let key: Vec<u8> = key.iter().map(|byte| byte ^ round).collect();
        expected = rc4(&key, &expected);
    }
    (expected == user.get(..16)?).then_some(key)
}

/// Algorithm 2.A.
fn key_of_256_bits(dict: &Dict, revision: usize) -> Option<Vec<u8>> {
    let user = dict.raw(b"U").string()?;
    let packed = dict.raw(b"UE").string()?.get(..32)?;
    let (hash, check_salt, key_salt) = (user.get(..32)?, user.get(32..40)?, user.get(40..48)?);
    let digest = |salt: &[u8]| match revision {
        5 => Some(Sha256::digest(salt).to_vec()),
        6 => hardened_hash(salt),
        _ => None,
    };
    if digest(check_salt)? != hash {
        return None;
    }
    let cipher = cbc::Decryptor::<aes::Aes256>::new_from_slices(&digest(key_salt)?, &[0; 16]).ok()?;
    let mut key = packed.to_vec();
    cipher.decrypt_padded::<NoPadding>(&mut key).ok()?;
    Some(key)
}

/// Algorithm 2.B for an empty password.
fn hardened_hash(salt: &[u8]) -> Option<Vec<u8>> {
    let mut key = Sha256::digest(salt).to_vec();
    let mut round = 0;
    loop {
        let mut text = key.repeat(64);
        let length = text.len();
        let cipher = cbc::Encryptor::<aes::Aes128>::new_from_slices(&key[..16], &key[16..32]).ok()?;
        cipher.encrypt_padded::<NoPadding>(&mut text, length).ok()?;
        key = match text[..16].iter().map(|byte| u32::from(*byte)).sum::<u32>() % 3 {
            0 => Sha256::digest(&text).to_vec(),
            1 => Sha384::digest(&text).to_vec(),
            _ => Sha512::digest(&text).to_vec(),
        };
        round += 1;
        if round >= 64 && u32::from(*text.last()?) <= round - 32 {
            key.truncate(32);
            return Some(key);
        }
    }
}

fn rc4(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut state: [u8; 256] = std::array::from_fn(|at| at as u8);
    let mut j = 0_u8;
    for i in 0..256 {
        j = j.wrapping_add(state[i]).wrapping_add(key[i % key.len()]);
        state.swap(i, usize::from(j));
    }
    let (mut i, mut j) = (0_u8, 0_u8);
    let mut plain = data.to_vec();
    for byte in &mut plain {
        i = i.wrapping_add(1);
        j = j.wrapping_add(state[usize::from(i)]);
        state.swap(usize::from(i), usize::from(j));
        *byte ^= state[usize::from(state[usize::from(i)].wrapping_add(state[usize::from(j)]))];
    }
    plain
}

/// CBC with the first block as its start. Padding that is wrong stays: a stream's end says where it ends.
fn aes(key: &[u8], data: &[u8]) -> Vec<u8> {
    let Some((start, blocks)) = data.split_at_checked(16) else { return Vec::new() };
    let mut plain = blocks[..blocks.len() / 16 * 16].to_vec();
    let decrypted = match key.len() {
        32 => cbc::Decryptor::<aes::Aes256>::new_from_slices(key, start)
            .ok()
            .and_then(|cipher| cipher.decrypt_padded::<NoPadding>(&mut plain).ok().map(<[u8]>::len)),
        _ => cbc::Decryptor::<aes::Aes128>::new_from_slices(key, start)
            .ok()
            .and_then(|cipher| cipher.decrypt_padded::<NoPadding>(&mut plain).ok().map(<[u8]>::len)),
    };
    if decrypted.is_none() {
        return Vec::new();
    }
    if let Some(&padding @ 1..=16) = plain.last() {
        plain.truncate(plain.len() - usize::from(padding));
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::rc4;

    #[test]
    fn rc4_of_the_known_example() {
        assert_eq!(rc4(b"Key", b"Plaintext"), [0xbb, 0xf3, 0x16, 0xe8, 0xd9, 0x40, 0xaf, 0x0a, 0xd3]);
    }
}
