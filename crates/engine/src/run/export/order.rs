//! Which record goes where: splits that share no document, and a seeded order.

use std::collections::HashMap;
use std::collections::hash_map::{DefaultHasher, Entry};
use std::fs::File;
use std::hash::{Hash, Hasher};
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::Path;

use ragstill_core::{Record, RecordId, seeded_rng};
use rand_chacha::rand_core::RngCore;
use serde_json::Value;

use super::lines::{open_records, unreadable};
use crate::error::{Error, Result};

/// How records are dealt out.
pub(super) struct Deal<'a> {
    /// The splits and their shares of the records.
    pub shares: &'a [(String, f64)],
    /// The seed of every choice.
    pub seed: u64,
    /// Whether the order is drawn, too.
    pub shuffle: bool,
}

/// The records of a file: where each begins, and which belong together because they share a document. A record takes 12
/// bytes here, a document 16 and more.
pub(super) struct Order {
    file: BufReader<File>,
    offsets: Vec<u64>,
    /// For each record a record that it belongs together with, itself when it is the first of its like.
    links: Vec<u32>,
}

impl Order {
    /// Reads a file of records once; `split_by` names the fields that hold a record's documents.
    pub(super) fn of(path: &Path, split_by: &[String]) -> Result<Self> {
        let mut file = open_records(path)?;
        let (mut offsets, mut links) = (Vec::new(), Vec::<u32>::new());
        let mut first_of: HashMap<u64, u32> = HashMap::new();
        let (mut at, mut line) = (0, String::new());
        loop {
            line.clear();
            let length = file.read_line(&mut line).map_err(|error| unreadable(path, &error.to_string()))?;
            if length == 0 {
                return Ok(Self { file, offsets, links });
            }
            let record = Record::from_json_line(&line).map_err(|why| unreadable(path, &why))?;
            let number = u32::try_from(offsets.len())
                .map_err(|_| Error::failed("there are more records than can be put in order".to_owned()))?;
            offsets.push(at);
            links.push(number);
            at += length as u64;
            for document in documents(&record, split_by) {
                match first_of.entry(hash(&document)) {
                    Entry::Vacant(free) => {
                        free.insert(number);
                    }
                    Entry::Occupied(first) => {
                        let (a, b) = (root(&mut links, *first.get()), root(&mut links, number));
                        links[a.max(b) as usize] = a.min(b);
                    }
                }
            }
        }
    }

    /// Where each record begins and the index of its split, in the order in which they are written.
    pub(super) fn deal(&mut self, deal: &Deal<'_>) -> Vec<(u64, usize)> {
        let splits = self.splits(deal);
        let mut order: Vec<(u64, usize)> = self.offsets.iter().copied().zip(splits).collect();
        if deal.shuffle {
            shuffle(&mut order, deal.seed, "shuffle");
        }
        order
    }

    /// The split of each record.
    fn splits(&mut self, deal: &Deal<'_>) -> Vec<usize> {
        let roots: Vec<u32> = (0..self.links.len() as u32).map(|at| root(&mut self.links, at)).collect();
        let mut sizes: Vec<(u32, u64)> = Vec::new();
        let mut group_of: HashMap<u32, usize> = HashMap::new();
        for root in &roots {
            let group = *group_of.entry(*root).or_insert_with(|| {
                sizes.push((*root, 0));
                sizes.len() - 1
            });
            sizes[group].1 += 1;
        }
        shuffle(&mut sizes, deal.seed, "split");
        let total = roots.len() as f64;
        let mut left: Vec<f64> = deal.shares.iter().map(|(_, share)| share * total).collect();
        let mut split_of: HashMap<u32, usize> = HashMap::new();
        // The smallest splits choose first, so that none is empty while there are documents enough.
        let mut hungry: Vec<usize> = (0..left.len()).collect();
        hungry.sort_by(|a, b| left[*b].total_cmp(&left[*a]));
        for (root, size) in sizes {
            let split = hungry.pop().unwrap_or_else(|| {
                (0..left.len()).max_by(|a, b| left[*a].total_cmp(&left[*b]).then(b.cmp(a))).unwrap_or(0)
            });
            left[split] -= size as f64;
            split_of.insert(root, split);
        }
        roots.iter().map(|root| split_of[root]).collect()
    }

    /// The line of the record that begins there.
    pub(super) fn line(&mut self, path: &Path, offset: u64) -> Result<Vec<u8>> {
        let failed = |error: std::io::Error| unreadable(path, &error.to_string());
        // Within the buffer when records are taken in their order.
        let here = self.file.stream_position().map_err(failed)?;
        let distance = i64::try_from(offset).unwrap_or(i64::MAX) - i64::try_from(here).unwrap_or(0);
        self.file.seek_relative(distance).map_err(failed)?;
        let mut line = Vec::new();
        self.file.by_ref().read_until(b'\n', &mut line).map_err(failed)?;
        Ok(line)
    }
}

/// The documents that a record comes from: what its fields name, or the row that it was made from.
fn documents(record: &Record, split_by: &[String]) -> Vec<String> {
    let mut documents = Vec::new();
    for field in split_by {
        match record.get(field) {
            Some(Value::String(name)) => documents.push(name.clone()),
            Some(Value::Array(names)) => {
                documents.extend(names.iter().filter_map(Value::as_str).map(str::to_owned));
            }
            _ => {}
        }
    }
    if documents.is_empty() {
        let id = record.id.as_str();
        documents.push(id.split_once('/').map_or(id, |(root, _)| root).to_owned());
    }
    documents
}

/// The first record that this one belongs together with.
fn root(links: &mut [u32], mut at: u32) -> u32 {
    while links[at as usize] != at {
        // Halves the path for the next one who asks.
        links[at as usize] = links[links[at as usize] as usize];
        at = links[at as usize];
    }
    at
}

fn hash(document: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    document.hash(&mut hasher);
    hasher.finish()
}

/// Fisher and Yates' shuffle. Our own, because the order that a library draws may change with its version, and with it who
/// is in which split.
fn shuffle<T>(items: &mut [T], seed: u64, what: &str) {
    let mut rng = seeded_rng(seed, &RecordId::given("export"), what);
    for last in (1..items.len()).rev() {
        let at = (u128::from(rng.next_u64()) * (last as u128 + 1)) >> 64;
        items.swap(last, at as usize);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::io::Write as _;

    use proptest::prelude::proptest;
    use proptest::{prop_assert, prop_assert_eq};
    use serde_json::{Value, json};

    use super::{Deal, Order, Record};

    fn order(records: &[Value]) -> (tempfile::NamedTempFile, Order) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        for record in records {
            writeln!(file, "{record}").unwrap();
        }
        let order = Order::of(file.path(), &["source".to_owned(), "others".to_owned()]).unwrap();
        (file, order)
    }

    fn shares(test: f64) -> Vec<(String, f64)> {
        vec![("train".into(), 1.0 - test), ("test".into(), test)]
    }

    /// For each split the ids of its records, in order.
    fn dealt(records: &[Value], test: f64, seed: u64, shuffle: bool) -> BTreeMap<usize, Vec<String>> {
        let (file, mut order) = order(records);
        let shares = shares(test);
        let mut splits: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for (offset, split) in order.deal(&Deal { shares: &shares, seed, shuffle }) {
            let record =
                Record::from_json_line(str::from_utf8(&order.line(file.path(), offset).unwrap()).unwrap())
                    .unwrap();
            splits.entry(split).or_default().push(record.id.to_string());
        }
        splits
    }

    #[test]
    fn shares_are_met_by_whole_documents() {
        let records: Vec<Value> = (0..1000)
            .map(|n| json!({"record_id": format!("r{n}"), "source": format!("d{}", n / 5)}))
            .collect();
        let splits = dealt(&records, 0.1, 7, false);
        assert_eq!((splits[&0].len(), splits[&1].len()), (900, 100));
        assert!(splits[&0].is_sorted_by_key(|id| id[1..].parse::<u32>().unwrap()), "the order is kept");
        assert_ne!(dealt(&records, 0.1, 8, false)[&1], splits[&1], "another seed, other documents");
        assert_eq!(dealt(&records, 0.1, 7, false), splits);
        let shuffled = dealt(&records, 0.1, 7, true);
        let sets = |splits: &BTreeMap<usize, Vec<String>>| -> Vec<BTreeSet<String>> {
            splits.values().map(|ids| ids.iter().cloned().collect()).collect()
        };
        assert_eq!(sets(&shuffled), sets(&splits));
        assert_ne!(shuffled, splits);
    }

    #[test]
    fn no_split_is_empty_while_there_are_documents() {
        let records: Vec<Value> =
            (0..3).map(|n| json!({"record_id": format!("r{n}"), "source": format!("{n}")})).collect();
        assert_eq!(dealt(&records, 0.01, 1, false)[&1].len(), 1);
        // Rows without a document are their own; what was made from one stays together.
        let records = ["a/0", "a/1", "b"].map(|id| json!({"record_id": id}));
        let splits = dealt(&records, 0.3, 1, false);
        assert!(splits.values().any(|ids| ids == &["a/0", "a/1"]), "{splits:?}");
    }

    proptest! {
        #[test]
        fn no_document_is_on_both_sides(
            records in proptest::collection::vec((0_u8..30, proptest::collection::vec(0_u8..30, 0..2)), 1..60),
            seed in 0_u64..100,
        ) {
            let rows: Vec<Value> = records.iter().enumerate().map(|(n, (source, others))| {
                let others: Vec<String> = others.iter().map(u8::to_string).collect();
                json!({"record_id": n.to_string(), "source": source.to_string(), "others": others})
            }).collect();
            let splits = dealt(&rows, 0.3, seed, true);
            prop_assert_eq!(splits.values().map(Vec::len).sum::<usize>(), records.len());
            let documents: Vec<BTreeSet<u8>> = splits.values().map(|ids| {
                ids.iter().flat_map(|id| {
                    let (source, others) = &records[id.parse::<usize>().unwrap()];
                    std::iter::once(*source).chain(others.iter().copied())
                }).collect()
            }).collect();
            if let [train, test] = &documents[..] {
                prop_assert!(train.is_disjoint(test));
            }
        }
    }
}
