//! `model.safetensors`: the numbers of a model.
//!
//! Eight bytes with the length of a header, the header in JSON (names, types, shapes and places of tensors), their bytes.
//! Each tensor is read from the file when it is asked for, so that no more than one is in memory twice.

use std::collections::HashMap;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use half::slice::HalfFloatSliceExt;
use ragstill_retrieve::EmbedError;
use serde::Deserialize;
use serde_json::value::{Map, Value};

use super::folder::fault;

/// The longest header that is read: that of a model of thousands of layers is shorter.
const LONGEST_HEADER: u64 = 100_000_000;

/// The tensors of a file.
#[derive(Debug)]
pub(super) struct Weights {
    path: PathBuf,
    file: File,
    /// Where the bytes of tensors begin, and where the file ends.
    data: (u64, u64),
    tensors: HashMap<String, Tensor>,
    /// What all names begin with.
    prefix: String,
    hash: blake3::Hasher,
}

#[derive(Debug, Deserialize)]
struct Tensor {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: (u64, u64),
}

impl Weights {
    /// Opens `model.safetensors`; reads its header only.
    pub(super) fn open(folder: &Path) -> Result<Self, EmbedError> {
        let path = folder.join("model.safetensors");
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(absent(folder, &path)),
            Err(error) => return Err(fault(&path, error)),
        };
        let size = file.metadata().map_err(|error| fault(&path, error))?.len();
        let damaged = |what: String| {
            fault(&path, format!("this is not a whole safetensors file: {what}; get it again"))
        };
        let mut length = [0; 8];
        if size < 8 {
            return Err(damaged(format!("it has {size} bytes")));
        }
        file.read_exact(&mut length).map_err(|error| fault(&path, error))?;
        let length = u64::from_le_bytes(length);
        if length > LONGEST_HEADER.min(size - 8) {
            return Err(damaged(format!("its header should have {length} bytes, and the file has {size}")));
        }
        let mut header = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
        file.read_exact(&mut header).map_err(|error| fault(&path, error))?;
        let header: Map<String, Value> = serde_json::from_slice(&header)
            .map_err(|error| damaged(format!("its header cannot be read ({error})")))?;
        let mut tensors = HashMap::with_capacity(header.len());
        for (name, value) in header.into_iter().filter(|(name, _)| name != "__metadata__") {
            let tensor = Tensor::deserialize(value).map_err(|error| {
                damaged(format!("the header's entry for tensor `{name}` cannot be read ({error})"))
            })?;
            tensors.insert(name, tensor);
        }
        // Models with a head have the encoder's name before each of the encoder's tensors.
        let prefix = tensors
            .keys()
            .filter_map(|name| name.strip_suffix("embeddings.word_embeddings.weight"))
            .min_by_key(|prefix| prefix.len())
            .unwrap_or_default()
            .to_owned();
        Ok(Self { path, file, data: (8 + length, size), tensors, prefix, hash: blake3::Hasher::new() })
    }

    /// Reads a tensor of this shape.
    pub(super) fn take(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, EmbedError> {
        let name = format!("{}{name}", self.prefix);
        let Some(tensor) = self.tensors.get(&name) else {
            let how_many = self.tensors.len();
            return Err(fault(
                &self.path,
                format!(
                    "it has no tensor `{name}` among its {how_many}, and the model needs one; the file is of another model than config.json"
                ),
            ));
        };
        let wrong = |what: String| fault(&self.path, format!("tensor `{name}` {what}"));
        let stated: Vec<u64> = shape.iter().map(|&size| size as u64).collect();
        if tensor.shape != stated {
            return Err(wrong(format!(
                "has the shape {:?}, and by config.json it should have {shape:?}",
                tensor.shape
            )));
        }
        let width: u64 = match tensor.dtype.as_str() {
            "F32" => 4,
            "F16" | "BF16" => 2,
            other => {
                return Err(wrong(format!("has numbers of the type {other}; read are F32, F16 and BF16")));
            }
        };
        let count: u64 = stated.iter().product();
        let (start, end) = tensor.data_offsets;
        let room = self.data.1 - self.data.0;
        if end < start || end - start != count * width {
            return Err(wrong(format!(
                "of {count} numbers of {width} bytes lies at {start} to {end}, which is another length"
            )));
        }
        if end > room {
            return Err(wrong(format!(
                "ends {} bytes after the end of the file: the file was cut; get it again",
                end - room
            )));
        }
        let mut bytes = vec![0; usize::try_from(count * width).unwrap_or(usize::MAX)];
        self.file
            .seek(SeekFrom::Start(self.data.0 + start))
            .and_then(|_| self.file.read_exact(&mut bytes))
            .map_err(|error| wrong(format!("cannot be read: {error}")))?;
        self.hash.update(name.as_bytes());
        self.hash.update(&bytes);
        let numbers = match tensor.dtype.as_str() {
            "F32" => bytes.as_chunks::<4>().0.iter().map(|&four| f32::from_le_bytes(four)).collect(),
            "F16" => halves(&bytes, half::f16::from_le_bytes),
            _ => halves(&bytes, half::bf16::from_le_bytes),
        };
        if let Some(at) = numbers.iter().position(|number: &f32| !number.is_finite()) {
            return Err(wrong(format!(
                "has {} at place {at}; the file is damaged, or its training failed",
                numbers[at]
            )));
        }
        Ok(numbers)
    }

    /// What tells these numbers from others: a hash of all that were taken.
    pub(super) fn hash(&self) -> blake3::Hash {
        self.hash.finalize()
    }
}

/// Numbers of two bytes.
fn halves<H: Copy>(bytes: &[u8], read: impl Fn([u8; 2]) -> H) -> Vec<f32>
where
    [H]: HalfFloatSliceExt,
{
    let halves: Vec<H> = bytes.as_chunks::<2>().0.iter().map(|&two| read(two)).collect();
    let mut numbers = vec![0.0; halves.len()];
    halves.convert_to_f32_slice(&mut numbers);
    numbers
}

/// What to say where there is no `model.safetensors`.
fn absent(folder: &Path, path: &Path) -> EmbedError {
    let has = |name: &str| folder.join(name).exists();
    let hint = if has("model.safetensors.index.json") {
        "the model's numbers are in several files here, which is not read; save it as one (transformers: `save_pretrained(folder, max_shard_size=\"100GB\")`)"
    } else if has("pytorch_model.bin") {
        "pytorch_model.bin is not read, because reading it may run code; save the model anew as safetensors (transformers: `save_pretrained(folder)`)"
    } else {
        "a model's folder needs it: it holds the model's numbers"
    };
    fault(path, format!("there is no such file; {hint}"))
}
