/* rows_avx2.c - the pass over a batch's rows by eight ties at a time. */
#include "ties/rows.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,popcnt")))

/* What a row by eights needs at hand. */
struct eights {
    __m256 base, slope, keep, scale;
    const uint64_t *squeeze;
    uint32_t n, *which; /* of the candidates */
    float *w;
};

/* Eight ties, the first of which is `which`, that exist where `used` has all bits set: w before the tick -> faded w. */
AVX2 static inline __m256 pass_eight(struct eights *e, const uint16_t *half, uint32_t which, __m256 w, __m256 used)
{
    __m128i eight = _mm_loadu_si128((const __m128i *)(const void *)half);
    __m256 draw = _mm256_cvtepi32_ps(_mm256_cvtepu16_epi32(eight));
    __m256 bound = _mm256_mul_ps(e->scale, _mm256_add_ps(e->base, _mm256_mul_ps(e->slope, w)));
    __m256 below = _mm256_and_ps(_mm256_cmp_ps(draw, bound, _CMP_LT_OQ), used);
    uint32_t mask = (uint32_t)_mm256_movemask_ps(below);
    __m256i order = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)&e->squeeze[mask]));
    _mm256_storeu_si256((__m256i *)(void *)(e->which + e->n), _mm256_add_epi32(order, _mm256_set1_epi32((int)which)));
    _mm256_storeu_ps(e->w + e->n, _mm256_permutevar8x32_ps(w, order));
    e->n += (uint32_t)__builtin_popcount(mask);
    return _mm256_mul_ps(w, e->keep);
}

AVX2 static inline float add_eight(__m256 sum)
{
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(sum), _mm256_extractf128_ps(sum, 1));
    __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}

/* A row's last ties, fewer than eight. A row has room for a multiple of four. */
AVX2 static inline __m256 pass_rest(struct eights *e, const uint16_t *half, uint32_t which, float *w, uint32_t rest,
                                    __m256 used)
{
    __m256 now = rest > 4 ? _mm256_loadu_ps(w) : _mm256_zextps128_ps256(_mm_loadu_ps(w));
    now = pass_eight(e, half, which, now, used);
    if (rest > 4)
        _mm256_storeu_ps(w, now);
    else
        _mm_storeu_ps(w, _mm256_castps256_ps128(now));
    return _mm256_and_ps(now, used);
}

AVX2 void ties_rows_by_eight(const struct world *w, struct batch *x)
{
    const struct ties_derived *d = ties_derived(w);
    const __m256 all = _mm256_castsi256_ps(_mm256_set1_epi32(-1));
    const uint32_t ties = d->ties, whole = ties / LANES * LANES, rest = ties - whole;
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const __m256 used = _mm256_castsi256_ps(_mm256_cmpgt_epi32(_mm256_set1_epi32((int)rest), lane));
    struct eights e = {_mm256_set1_ps(d->base),
                       _mm256_set1_ps(d->slope),
                       _mm256_set1_ps(d->keep),
                       _mm256_setzero_ps(),
                       d->squeeze,
                       0,
                       x->open.which,
                       x->open.w};
    const uint16_t *half = x->half;
    for (uint32_t b = 0; b < x->n; b++, half += ties) {
        float *value = network_value(&w->ties, x->first + b, 0);
        rows_fetch(w, x->first + b, ties);
        __m256 sum = _mm256_setzero_ps();
        e.scale = _mm256_set1_ps(x->scale[b]);
        for (uint32_t k = 0; k < whole; k += LANES) {
            __m256 now = pass_eight(&e, half + k, b << 8 | k, _mm256_loadu_ps(value + k), all);
            _mm256_storeu_ps(value + k, now);
            sum = _mm256_add_ps(sum, now);
        }
        if (rest) sum = _mm256_add_ps(sum, pass_rest(&e, half + whole, b << 8 | whole, value + whole, rest, used));
        x->sum[b] = add_eight(sum);
    }
    x->open.n = e.n;
}
#endif
