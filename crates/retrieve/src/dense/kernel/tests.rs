use super::{BLOCK, Chunk, Kernel, LANES, Sum};

fn numbers(count: usize, seed: u32) -> Vec<f32> {
    let mix = |at: u32| (at ^ seed).wrapping_mul(2_654_435_761).rotate_left(13).wrapping_mul(0x9E37_79B9);
    (0..count as u32).map(|at| mix(at) as f32 / u32::MAX as f32 - 0.5).collect()
}

fn chunks(numbers: &[f32]) -> &[Chunk] {
    numbers.as_chunks::<LANES>().0
}

fn exact(row: &[f32], query: &[f32], sum: Sum) -> f64 {
    let pairs = row.iter().zip(query).map(|(&row, &query)| (f64::from(row), f64::from(query)));
    match sum {
        Sum::Products => pairs.map(|(row, query)| row * query).sum(),
        Sum::Differences => -pairs.map(|(row, query)| (row - query).powi(2)).sum::<f64>(),
    }
}

#[test]
fn every_kernel_computes_every_score() {
    for (width, count) in [(1, 1), (1, 4), (3, 8), (24, 1), (24, 12), (48, 4)] {
        let rows = numbers(BLOCK * width * LANES, 1);
        let queries = numbers(count * width * LANES, 2);
        for sum in [Sum::Products, Sum::Differences] {
            let mut before: Option<Vec<f32>> = None;
            for kernel in Kernel::all() {
                let mut out = vec![f32::NAN; BLOCK * count];
                kernel.scores(chunks(&rows), chunks(&queries), width, sum, &mut out);
                for (at, &score) in out.iter().enumerate() {
                    let row = &rows[at / count * width * LANES..][..width * LANES];
                    let query = &queries[at % count * width * LANES..][..width * LANES];
                    let expected = exact(row, query, sum);
                    let near = (f64::from(score) - expected).abs() < 1e-6 * (expected.abs() + 1.0);
                    assert!(near, "{kernel:?}: {score} for {expected}");
                }
                // Without FMA the last bits may differ.
                if kernel != Kernel::Plain {
                    assert_eq!(*before.get_or_insert(out.clone()), out, "{kernel:?}");
                }
            }
        }
    }
}

#[test]
fn a_score_does_not_depend_on_its_company() {
    let (rows, queries) = (numbers(BLOCK * 5 * LANES, 3), numbers(8 * 5 * LANES, 4));
    for kernel in Kernel::all() {
        let mut together = vec![0.0; BLOCK * 8];
        kernel.scores(chunks(&rows), chunks(&queries), 5, Sum::Products, &mut together);
        for (at, query) in queries.chunks(5 * LANES).enumerate() {
            let mut alone = vec![0.0; BLOCK];
            kernel.scores(chunks(&rows), chunks(query), 5, Sum::Products, &mut alone);
            assert!(alone.iter().eq(together.iter().skip(at).step_by(8)), "{kernel:?}");
            let of = |row: usize| &chunks(&rows)[row * 5..(row + 1) * 5];
            let four = kernel.four([of(7), of(0), of(23), of(0)], chunks(query), Sum::Products);
            assert_eq!(four, [alone[7], alone[0], alone[23], alone[0]], "{kernel:?}");
        }
    }
}

#[test]
fn rows_are_widened_exactly() {
    let bits: Vec<u16> = (0..=u16::MAX).filter(|&bits| half::f16::from_bits(bits).is_finite()).collect();
    let codes: Vec<i8> = (-128..=127).cycle().take(1001).collect();
    for kernel in Kernel::all() {
        let mut wide = vec![0.0; bits.len()];
        kernel.widen(&bits, &mut wide);
        assert!(bits.iter().zip(&wide).all(|(&bits, &wide)| half::f16::from_bits(bits).to_f32() == wide));
        let mut scaled = vec![0.0; codes.len()];
        kernel.scale(&codes, 0.3, &mut scaled);
        assert!(codes.iter().zip(&scaled).all(|(&code, &scaled)| f32::from(code) * 0.3 == scaled));
    }
}
