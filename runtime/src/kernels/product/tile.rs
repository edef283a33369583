//! The innermost loops of a product: a tile of the result in registers.

/// A tile of `c`: rows of `a`, each times a panel of `b`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tile<T> {
    /// The length to be summed over.
    pub(super) k: usize,
    /// The first row's first element; rows and elements of a row lie this far apart.
    pub(super) a: *const T,
    pub(super) a_row: isize,
    pub(super) a_step: isize,
    /// The panel's first row; rows lie `b_step` apart and hold `vectors` whole vectors.
    pub(super) b: *const T,
    pub(super) b_step: isize,
    pub(super) c: *mut T,
    pub(super) c_row: isize,
    pub(super) c_column: isize,
    /// The size of the tile in `c`: the last rows and columns of what is computed may have no place.
    pub(super) rows: usize,
    pub(super) columns: usize,
    /// Whether it is added to what `c` holds.
    pub(super) is_added: bool,
}

/// How tiles are computed on one kind of processor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tiles<T> {
    /// The most rows of a tile.
    pub(super) rows: usize,
    /// Elements of a vector; a tile is at most two vectors wide.
    pub(super) lanes: usize,
    /// Computes a tile.
    ///
    /// # Safety
    /// The processor is of this kind; `a` is valid for reads at `rows` rows and `k` steps, `b` at `k` steps of
    /// as many whole vectors as hold `columns`, at most two, and `c` is valid for reads and writes at
    /// `rows` rows and `columns` columns that overlap neither.
    pub(super) compute: unsafe fn(&Tile<T>),
}

macro_rules! tiles {
    (
        $name:ident: $float:ty, $lanes:literal, rows $($rows:literal)+, $features:literal,
        $zero:ident $splat:ident $load:ident $store:ident $fma:ident $add:ident
    ) => {
        #[cfg(target_arch = "x86_64")]
        pub(super) mod $name {
            use std::arch::x86_64::*;

            use super::{Tile, Tiles};

            /// The widest tile.
            const COLUMNS: usize = 2 * $lanes;

            pub(in super::super) const TILES: Tiles<$float> =
                Tiles { rows: [$($rows),+][0], lanes: $lanes, compute };

            /// See [`Tiles::compute`].
            #[target_feature(enable = $features)]
            unsafe fn compute(tile: &Tile<$float>) {
                // The least instance with room for all rows.
                let mut rows = [$($rows),+][0];
                $(if tile.rows <= $rows { rows = $rows; })+
                // SAFETY: passed on.
                unsafe {
                    match (rows, tile.columns > $lanes) {
                        $(
                            ($rows, true) => sized::<$rows, 2>(tile),
                            ($rows, false) => sized::<$rows, 1>(tile),
                        )+
                        _ => unreachable!("one of the sizes"),
                    }
                }
            }

            #[target_feature(enable = $features)]
            unsafe fn sized<const ROWS: usize, const VECTORS: usize>(tile: &Tile<$float>) {
                // Rows that there are not repeat the last one.
                let rows: [isize; ROWS] =
                    std::array::from_fn(|row| row.min(tile.rows - 1) as isize * tile.a_row);
                let mut sums = [[$zero(); VECTORS]; ROWS];
                let (mut a, mut b) = (tile.a, tile.b);
                for _ in 0..tile.k {
                    let mut panel = [$zero(); VECTORS];
                    for (vector, panel) in panel.iter_mut().enumerate() {
                        // SAFETY: `b` has whole vectors in each of the `k` steps.
                        *panel = unsafe { $load(b.add(vector * $lanes)) };
                    }
                    for (row, sums) in rows.iter().zip(&mut sums) {
                        // SAFETY: `a` has these rows in each of the `k` steps.
                        let x = $splat(unsafe { *a.offset(*row) });
                        for (sum, panel) in sums.iter_mut().zip(&panel) {
                            *sum = $fma(x, *panel, *sum);
                        }
                    }
                    a = a.wrapping_offset(tile.a_step);
                    b = b.wrapping_offset(tile.b_step);
                }
                let is_whole = tile.columns == VECTORS * $lanes && tile.c_column == 1;
                for (row, sums) in sums.iter().enumerate().take(tile.rows) {
                    let c = tile.c.wrapping_offset(row as isize * tile.c_row);
                    if is_whole {
                        for (vector, sum) in sums.iter().enumerate() {
                            let c = c.wrapping_add(vector * $lanes);
                            // SAFETY: a row of `c` has room for all vectors.
                            unsafe {
                                $store(c, if tile.is_added { $add($load(c), *sum) } else { *sum });
                            }
                        }
                    } else {
                        let mut elements = [0.0; COLUMNS];
                        for (vector, sum) in sums.iter().enumerate() {
                            // SAFETY: there are at most two vectors, which is what fits.
                            unsafe { $store(elements.as_mut_ptr().add(vector * $lanes), *sum) };
                        }
                        for (column, sum) in elements.iter().enumerate().take(tile.columns) {
                            // SAFETY: the row of `c` has these columns.
                            unsafe {
                                let c = c.offset(column as isize * tile.c_column);
                                *c = if tile.is_added { *c + sum } else { *sum };
                            }
                        }
                    }
                }
            }
        }
    };
}
tiles!(
    fma_f32: f32, 8, rows 6 4 2, "avx2,fma",
    _mm256_setzero_ps _mm256_set1_ps _mm256_loadu_ps _mm256_storeu_ps _mm256_fmadd_ps _mm256_add_ps
);
tiles!(
    fma_f64: f64, 4, rows 6 4 2, "avx2,fma",
    _mm256_setzero_pd _mm256_set1_pd _mm256_loadu_pd _mm256_storeu_pd _mm256_fmadd_pd _mm256_add_pd
);
tiles!(
    avx512_f32: f32, 16, rows 8 4 2, "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma",
    _mm512_setzero_ps _mm512_set1_ps _mm512_loadu_ps _mm512_storeu_ps _mm512_fmadd_ps _mm512_add_ps
);
tiles!(
    avx512_f64: f64, 8, rows 8 4 2, "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma",
    _mm512_setzero_pd _mm512_set1_pd _mm512_loadu_pd _mm512_storeu_pd _mm512_fmadd_pd _mm512_add_pd
);
