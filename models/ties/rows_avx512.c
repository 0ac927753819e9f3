/* rows_avx512.c - the pass over a batch's rows by sixteen ties at a time. Sums are those of lanes of eight. */
#include "ties/rows.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,popcnt")))

/* What a row by sixteens needs at hand. */
struct sixteens {
    __m512 base, slope, keep, scale;
    __m512i lane;
    uint32_t n, *which; /* of the candidates */
    float *w;
};

/* Sixteen ties, the first of which is `which`, that exist where `used` has a bit: w before the tick -> faded w. */
AVX512 static inline __m512 pass_sixteen(struct sixteens *s, const uint16_t *half, uint32_t which, __m512 w,
                                         __mmask16 used)
{
    __m512 draw = _mm512_cvtepi32_ps(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(const void *)half)));
    __m512 bound = _mm512_mul_ps(s->scale, _mm512_add_ps(s->base, _mm512_mul_ps(s->slope, w)));
    __mmask16 below = _mm512_mask_cmp_ps_mask(used, draw, bound, _CMP_LT_OQ);
    __m512i each = _mm512_add_epi32(s->lane, _mm512_set1_epi32((int)which));
    _mm512_storeu_si512(s->which + s->n, _mm512_maskz_compress_epi32(below, each));
    _mm512_storeu_ps(s->w + s->n, _mm512_maskz_compress_ps(below, w));
    s->n += (uint32_t)__builtin_popcount(below);
    return _mm512_mul_ps(w, s->keep);
}

AVX512 static inline __m256 add_sixteen(__m256 sum, __m512 w)
{
    return _mm256_add_ps(_mm256_add_ps(sum, _mm512_castps512_ps256(w)), _mm512_extractf32x8_ps(w, 1));
}

AVX512 static inline float add_eight(__m256 sum)
{
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(sum), _mm256_extractf128_ps(sum, 1));
    __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}

AVX512 void ties_rows_by_sixteen(const struct world *w, struct batch *x)
{
    const struct ties_derived *d = ties_derived(w);
    const uint32_t ties = d->ties, whole = ties / 16 * 16;
    const __mmask16 all = 0xFFFF, rest = (__mmask16)((1u << (ties - whole)) - 1u);
    struct sixteens s = {_mm512_set1_ps(d->base),
                         _mm512_set1_ps(d->slope),
                         _mm512_set1_ps(d->keep),
                         _mm512_setzero_ps(),
                         _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
                         0,
                         x->open.which,
                         x->open.w};
    const uint16_t *half = x->half;
    for (uint32_t b = 0; b < x->n; b++, half += ties) {
        float *value = network_value(&w->ties, x->first + b, 0);
        rows_fetch(w, x->first + b, ties);
        __m256 sum = _mm256_setzero_ps();
        s.scale = _mm512_set1_ps(x->scale[b]);
        for (uint32_t k = 0; k < whole; k += 16) {
            __m512 now = pass_sixteen(&s, half + k, b << 8 | k, _mm512_loadu_ps(value + k), all);
            _mm512_storeu_ps(value + k, now);
            sum = add_sixteen(sum, now);
        }
        if (rest) {
            __m512 before = _mm512_maskz_loadu_ps(rest, value + whole);
            __m512 now = pass_sixteen(&s, half + whole, b << 8 | whole, before, rest);
            _mm512_mask_storeu_ps(value + whole, rest, now);
            sum = add_sixteen(sum, now);
        }
        x->sum[b] = add_eight(sum);
    }
    x->open.n = s.n;
}
#endif
