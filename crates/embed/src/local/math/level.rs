//! Which of a processor's vector instructions are used.

/// Defines a function that is compiled once more for AVX2 and FMA, and the better one chosen when it is called.
macro_rules! vectorised {
    ($(#[$doc:meta])* $vis:vis fn $name:ident($($arg:ident: $kind:ty),*) $body:block) => {
        $(#[$doc])*
        $vis fn $name($($arg: $kind),*) {
            #[inline(always)]
            fn plain($($arg: $kind),*) $body

            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,fma")]
                fn avx2($($arg: $kind),*) {
                    plain($($arg),*);
                }

                if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                    #[expect(unsafe_code, reason = "a function for processors with AVX2 may be called on one")]
                    // SAFETY: it was just asked whether this processor has AVX2 and FMA.
                    return unsafe { avx2($($arg),*) };
                }
            }
            plain($($arg),*);
        }
    };
}
pub(super) use vectorised;

/// The instructions that matrices are multiplied with. A value for instructions that the processor does not have cannot be
/// made outside this module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Level(Kind);

/// See [`Level`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// What every processor of the architecture has.
    Plain,
    /// AVX2 and FMA: vectors of 8 numbers.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// AVX-512: vectors of 16 numbers.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Level {
    /// The best that this processor has.
    pub(crate) fn best() -> Self {
        Self::all().pop().unwrap_or(Self(Kind::Plain))
    }

    /// All that this processor has, the best last.
    pub(crate) fn all() -> Vec<Self> {
        let mut levels = vec![Self(Kind::Plain)];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                levels.push(Self(Kind::Avx2));
            }
            if is_x86_feature_detected!("avx512f") {
                levels.push(Self(Kind::Avx512));
            }
        }
        levels
    }

    pub(super) fn kind(self) -> Kind {
        self.0
    }

    /// Columns of a matrix that are computed together.
    pub(super) fn lanes(self) -> usize {
        match self.0 {
            Kind::Plain => 8,
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => 16,
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => 32,
        }
    }
}
