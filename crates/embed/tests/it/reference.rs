//! The same model in plain loops over `f64`.

use crate::model::{Model, Tensor};

type Rows = Vec<Vec<f64>>;

fn matrix((shape, numbers): &Tensor) -> Rows {
    numbers.chunks(shape[shape.len() - 1]).map(|row| row.iter().map(|&x| f64::from(x)).collect()).collect()
}

/// The vectors of a text's tokens. The first position is row `first` of the table.
pub(crate) fn encode(model: &Model, tokens: &[usize], first: usize) -> Rows {
    let tensor = |name: &str| matrix(&model.tensors[name]);
    let size = |name: &str| usize::try_from(model.config[name].as_u64().unwrap()).unwrap();
    let epsilon = model.config["layer_norm_eps"].as_f64().unwrap();
    let linear = |rows: &Rows, name: &str| -> Rows {
        let (weight, bias) = (tensor(&format!("{name}.weight")), tensor(&format!("{name}.bias")));
        rows.iter()
            .map(|row| weight.iter().zip(&bias[0]).map(|(of, bias)| dot(row, of) + bias).collect())
            .collect()
    };
    let norm = |rows: Rows, name: &str| -> Rows {
        let (weight, bias) = (tensor(&format!("{name}.weight")), tensor(&format!("{name}.bias")));
        rows.into_iter()
            .map(|row| {
                let count = f64::from(u32::try_from(row.len()).unwrap());
                let mean = row.iter().sum::<f64>() / count;
                let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
                let scaled = row.iter().map(|x| (x - mean) / (variance + epsilon).sqrt());
                scaled.zip(&weight[0]).zip(&bias[0]).map(|((x, w), b)| x * w + b).collect()
            })
            .collect()
    };
    let add = |one: &Rows, other: &Rows| -> Rows {
        one.iter().zip(other).map(|(a, b)| a.iter().zip(b).map(|(a, b)| a + b).collect()).collect()
    };

    let words = tensor("embeddings.word_embeddings.weight");
    let positions = tensor("embeddings.position_embeddings.weight");
    let types = tensor("embeddings.token_type_embeddings.weight");
    let looked_up = tokens
        .iter()
        .enumerate()
        .map(|(at, &token)| {
            (0..size("hidden_size"))
                .map(|i| words[token][i] + positions[first + at][i] + types[0][i])
                .collect()
        })
        .collect();
    let mut rows = norm(looked_up, "embeddings.LayerNorm");
    let width = size("hidden_size") / size("num_attention_heads");
    for layer in 0..size("num_hidden_layers") {
        let name = |part: &str| format!("encoder.layer.{layer}.{part}");
        let queries = linear(&rows, &name("attention.self.query"));
        let keys = linear(&rows, &name("attention.self.key"));
        let values = linear(&rows, &name("attention.self.value"));
        let mut mixed = vec![vec![0.0; size("hidden_size")]; rows.len()];
        for head in 0..size("num_attention_heads") {
            let part = head * width..(head + 1) * width;
            for (query, out) in queries.iter().zip(&mut mixed) {
                let scores: Vec<f64> = keys
                    .iter()
                    .map(|key| {
                        dot(&query[part.clone()], &key[part.clone()])
                            / f64::from(u32::try_from(width).unwrap()).sqrt()
                    })
                    .collect();
                let sum: f64 = scores.iter().map(|score| score.exp()).sum();
                for (score, value) in scores.iter().zip(&values) {
                    for i in part.clone() {
                        out[i] += score.exp() / sum * value[i];
                    }
                }
            }
        }
        let attended = linear(&mixed, &name("attention.output.dense"));
        rows = norm(add(&rows, &attended), &name("attention.output.LayerNorm"));
        let mut between = linear(&rows, &name("intermediate.dense"));
        for x in between.iter_mut().flatten() {
            *x *= 0.5 * (1.0 + erf(*x / std::f64::consts::SQRT_2));
        }
        let fed = linear(&between, &name("output.dense"));
        rows = norm(add(&rows, &fed), &name("output.LayerNorm"));
    }
    rows
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

/// The error function, by its series.
fn erf(x: f64) -> f64 {
    if x.abs() > 6.0 {
        return x.signum();
    }
    let (mut term, mut sum) = (x, x);
    for n in 1..300_i32 {
        term *= -x * x / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    sum * std::f64::consts::FRAC_2_SQRT_PI
}

pub(crate) fn mean(rows: &Rows) -> Vec<f64> {
    let count = f64::from(u32::try_from(rows.len()).unwrap());
    (0..rows[0].len()).map(|i| rows.iter().map(|row| row[i]).sum::<f64>() / count).collect()
}

pub(crate) fn unit(vector: &[f64]) -> Vec<f64> {
    let length = dot(vector, vector).sqrt();
    vector.iter().map(|x| x / length).collect()
}
