//! The computation itself, which every set of instructions gets by a macro.

/// Defines `scores` over a module's vectors: `V`, `zero`, `load`, `fused`, `less` and `totals`.
macro_rules! scores {
    ($(#[$feature:meta])* rows: $rows:literal, queries: $queries:literal) => {
        /// The scores of [`BLOCK`] rows, or of any number for a single query: of the first row for each query, of the second,
        /// and so on.
        $(#[$feature])*
        pub(super) fn scores(rows: &[Chunk], queries: &[Chunk], width: usize, sum: Sum, out: &mut [f32]) {
            match (queries.len() == width, sum) {
                (true, Sum::Products) => tiles::<1, 1, false>(rows, queries, width, out),
                (true, Sum::Differences) => tiles::<1, 1, true>(rows, queries, width, out),
                (false, Sum::Products) => tiles::<$rows, $queries, false>(rows, queries, width, out),
                (false, Sum::Differences) => tiles::<$rows, $queries, true>(rows, queries, width, out),
            }
        }

        $(#[$feature])*
        fn tiles<const R: usize, const Q: usize, const L2: bool>(
            rows: &[Chunk],
            queries: &[Chunk],
            width: usize,
            out: &mut [f32],
        ) {
            let stride = queries.len() / width;
            for (rows, out) in rows.chunks_exact(R * width).zip(out.chunks_exact_mut(R * stride)) {
                for (at, queries) in queries.chunks_exact(Q * width).enumerate() {
                    tile::<R, Q, L2>(rows, queries, width, &mut out[at * Q..], stride);
                }
            }
        }

        /// The scores of four rows, wherever they lie, for one query.
        $(#[$feature])*
        pub(super) fn four(rows: [&[Chunk]; 4], query: &[Chunk], sum: Sum) -> [f32; 4] {
            match sum {
                Sum::Products => scattered::<false>(rows, query),
                Sum::Differences => scattered::<true>(rows, query),
            }
        }

        $(#[$feature])*
        fn scattered<const L2: bool>(rows: [&[Chunk]; 4], query: &[Chunk]) -> [f32; 4] {
            let width = query.len();
            let mut of: [&[Chunk]; 4] = [&[]; 4];
            for row in 0..4 {
                of[row] = &rows[row][..width];
            }
            let rows = of;
            let mut sums = [zero(); 4];
            for at in 0..width {
                let of_query = load(&query[at]);
                for row in 0..4 {
                    let of_row = load(&rows[row][at]);
                    let (one, other) = if L2 {
                        let difference = less(of_row, of_query);
                        (difference, difference)
                    } else {
                        (of_row, of_query)
                    };
                    sums[row] = fused(one, other, sums[row]);
                }
            }
            let mut scores = totals(sums);
            for score in &mut scores {
                *score = if L2 { -*score } else { *score };
            }
            scores
        }

        // By itself: together with others it is given too few registers.
        #[inline(never)]
        $(#[$feature])*
        fn tile<const R: usize, const Q: usize, const L2: bool>(
            rows: &[Chunk],
            queries: &[Chunk],
            width: usize,
            out: &mut [f32],
            stride: usize,
        ) {
            let mut of: [&[Chunk]; R] = [&[]; R];
            for row in 0..R {
                of[row] = &rows[row * width..][..width];
            }
            let rows = of;
            let mut of: [&[Chunk]; Q] = [&[]; Q];
            for query in 0..Q {
                of[query] = &queries[query * width..][..width];
            }
            let queries = of;
            let mut sums = [[zero(); Q]; R];
            for at in 0..width {
                let mut of_queries = [zero(); Q];
                for query in 0..Q {
                    of_queries[query] = load(&queries[query][at]);
                }
                for row in 0..R {
                    let of_row = load(&rows[row][at]);
                    for query in 0..Q {
                        let (one, other) = if L2 {
                            let difference = less(of_row, of_queries[query]);
                            (difference, difference)
                        } else {
                            (of_row, of_queries[query])
                        };
                        sums[row][query] = fused(one, other, sums[row][query]);
                    }
                }
            }
            let sums = sums.as_flattened();
            for first in (0..R * Q).step_by(4) {
                let mut four = [zero(); 4];
                for at in 0..4 {
                    if first + at < R * Q {
                        four[at] = sums[first + at];
                    }
                }
                let four = totals(four);
                for at in 0..4 {
                    let (row, query) = ((first + at) / Q, (first + at) % Q);
                    if row < R {
                        out[row * stride + query] = if L2 { -four[at] } else { four[at] };
                    }
                }
            }
        }
    };
}
