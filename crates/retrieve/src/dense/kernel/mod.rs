//! Scores of many rows for many queries at once, by a processor's vector instructions.
//!
//! A score is the sum over the products (or squared differences) of two vectors' numbers. All functions here add it up in
//! the same order: number *i* goes to the *i* mod 16th of 16 sums, by a fused multiply-add, and then these are added: each
//! of the first eight and the one eight places on, then four, two, one. So a score is the same to the bit, whichever rows
//! and queries it is computed together with and whether by AVX-512, by AVX2 with FMA, or by 64-bit ARM. Only x86-64
//! processors without FMA round each product too.
//!
//! A tile of a few rows and a few queries is computed at once, with all its sums in registers, so that each number is
//! loaded once for several products. Nothing is packed or transposed, because rows and queries lie along the numbers
//! that are multiplied; for 256 queries that is as fast as OpenBLAS's matrix product, for 16 several times faster.
//! For a single query rows are scored one by one: memory is what takes the time then, and it is read fastest in its own order.

#[macro_use]
mod scores;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod plain;

#[cfg(test)]
mod tests;

/// Sums of a score, and numbers that are loaded at once.
pub(super) const LANES: usize = 16;
/// Numbers that are loaded at once.
pub(super) type Chunk = [f32; LANES];
/// Rows that are scored together: a multiple of the rows of every tile.
pub(super) const BLOCK: usize = 24;
/// Queries are this many, a multiple of it, or one: a multiple of the queries of every tile.
pub(super) const QUERIES: usize = 4;

/// What a score is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sum {
    /// Products.
    Products,
    /// Squared differences, with the sign turned: the greater is the nearer.
    Differences,
}

/// Bytes of a vector that are asked for; where it is read on, processors see what comes next by themselves.
#[cfg(target_arch = "x86_64")]
const FETCHED: usize = 1024;

/// Asks memory for what is soon read. Where that cannot be asked, nothing happens.
pub(super) fn fetch(bytes: &[u8]) {
    #[cfg(target_arch = "x86_64")]
    for line in bytes[..bytes.len().min(FETCHED)].chunks(64) {
        #[expect(unsafe_code, reason = "whatever is asked for, nothing but the time of reading it changes")]
        // SAFETY: the place exists, and need not.
        unsafe {
            std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(line.as_ptr().cast());
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = bytes;
}

/// Which instructions are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kernel {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Plain,
}

/// Calls a function of the module that a kernel stands for.
macro_rules! call {
    ($kernel:expr, $function:ident($($argument:expr),*)) => {
        match $kernel {
            #[cfg(target_arch = "x86_64")]
            #[expect(unsafe_code, reason = "a function for processors with AVX-512 may be called on one")]
            // SAFETY: `Kernel::all` was asked whether this processor has it; nobody else makes this kernel.
            Kernel::Avx512 => unsafe { avx512::$function($($argument),*) },
            #[cfg(target_arch = "x86_64")]
            #[expect(unsafe_code, reason = "a function for processors with AVX2, FMA and F16C may be called on one")]
            // SAFETY: likewise.
            Kernel::Avx2 => unsafe { avx2::$function($($argument),*) },
            Kernel::Plain => plain::$function($($argument),*),
        }
    };
}

impl Kernel {
    /// Those that this processor can run, the best first.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        #[cfg(target_arch = "x86_64")]
        let best = [
            (is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl"))
                .then_some(Self::Avx512),
            (is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("fma")
                && is_x86_feature_detected!("f16c"))
            .then_some(Self::Avx2),
        ];
        #[cfg(not(target_arch = "x86_64"))]
        let best = [None];
        best.into_iter().flatten().chain([Self::Plain])
    }

    /// The best one.
    pub(super) fn best() -> Self {
        Self::all().next().unwrap_or(Self::Plain)
    }

    /// The scores of [`BLOCK`] rows, each of `width` chunks, for a multiple of [`QUERIES`], or of any number of rows for one
    /// query: those of the first row, of the second, and so on.
    pub(super) fn scores(self, rows: &[Chunk], queries: &[Chunk], width: usize, sum: Sum, out: &mut [f32]) {
        debug_assert!(rows.len() == BLOCK * width || queries.len() == width);
        debug_assert!(queries.len() == width || queries.len().is_multiple_of(QUERIES * width));
        debug_assert_eq!(out.len() * width, rows.len() / width * queries.len());
        call!(self, scores(rows, queries, width, sum, out));
    }

    /// The scores of four rows, wherever they lie, for one query.
    pub(super) fn four(self, rows: [&[Chunk]; 4], query: &[Chunk], sum: Sum) -> [f32; 4] {
        call!(self, four(rows, query, sum))
    }

    /// Numbers of half precision as numbers of single precision.
    pub(super) fn widen(self, from: &[u16], to: &mut [f32]) {
        call!(self, widen(from, to));
    }

    /// Small whole numbers times a scale.
    pub(super) fn scale(self, from: &[i8], scale: f32, to: &mut [f32]) {
        call!(self, scale(from, scale, to));
    }
}
