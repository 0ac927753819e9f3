/* rng_fill.c - many Philox calls with consecutive keys: eight at once with AVX-512, four with AVX2, one by one elsewhere, the same words. */
#include <string.h>

#include "core/rng.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static void fill_one_by_one(uint32_t *words, uint32_t n, philox4x32_key_t key, philox4x32_ctr_t counter)
{
    for (uint32_t c = 0; c < n; c++, counter.v[0]++) {
        philox4x32_ctr_t out = philox4x32(counter, key);
        memcpy(words + 4 * (size_t)c, out.v, sizeof out.v);
    }
}

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2")))
enum { ROUNDS = 10 };

/* Each word of four calls' counters is the lower half of a lane of 64 bits, where the multiplication finds it; what is in
 * the upper halves does no harm. */
struct fours {
    __m256i x0, x1, x2, x3;
};

AVX2 static inline struct fours philox_round(struct fours x, __m256i k0, __m256i k1)
{
    __m256i p0 = _mm256_mul_epu32(x.x0, _mm256_set1_epi64x(PHILOX_M4x32_0));
    __m256i p1 = _mm256_mul_epu32(x.x2, _mm256_set1_epi64x(PHILOX_M4x32_1));
    struct fours next = {_mm256_xor_si256(_mm256_srli_epi64(p1, 32), _mm256_xor_si256(x.x1, k0)), p1,
                         _mm256_xor_si256(_mm256_srli_epi64(p0, 32), _mm256_xor_si256(x.x3, k1)), p0};
    return next;
}

/* Four calls' words in the order of memory: those of a call next to each other. */
AVX2 static inline void store_fours(uint32_t *words, struct fours x)
{
    __m256i front = _mm256_blend_epi32(x.x0, _mm256_slli_epi64(x.x1, 32), 0xAA);
    __m256i back = _mm256_blend_epi32(x.x2, _mm256_slli_epi64(x.x3, 32), 0xAA);
    __m256i even = _mm256_unpacklo_epi64(front, back), odd = _mm256_unpackhi_epi64(front, back);
    _mm256_storeu_si256((__m256i *)(void *)words, _mm256_permute2x128_si256(even, odd, 0x20));
    _mm256_storeu_si256((__m256i *)(void *)(words + 8), _mm256_permute2x128_si256(even, odd, 0x31));
}

AVX2 static inline struct fours open_fours(philox4x32_ctr_t counter, uint32_t ahead)
{
    __m256i first = _mm256_set1_epi32((int)(counter.v[0] + ahead));
    struct fours x = {_mm256_add_epi32(first, _mm256_setr_epi64x(0, 1, 2, 3)), _mm256_set1_epi32((int)counter.v[1]),
                      _mm256_set1_epi32((int)counter.v[2]), _mm256_set1_epi32((int)counter.v[3])};
    return x;
}

/* Two fours side by side: one waits for its multiplication while the other's is done. */
AVX2 static void fill_by_eight(uint32_t *words, uint32_t n, philox4x32_key_t key, philox4x32_ctr_t counter)
{
    __m256i k0[ROUNDS], k1[ROUNDS];
    for (uint32_t r = 0; r < ROUNDS; r++) {
        k0[r] = _mm256_set1_epi64x(key.v[0] + r * PHILOX_W32_0);
        k1[r] = _mm256_set1_epi64x(key.v[1] + r * PHILOX_W32_1);
    }
    uint32_t c = 0;
    for (; c + 8 <= n; c += 8) {
        struct fours a = open_fours(counter, c), b = open_fours(counter, c + 4);
        for (int r = 0; r < ROUNDS; r++) {
            a = philox_round(a, k0[r], k1[r]);
            b = philox_round(b, k0[r], k1[r]);
        }
        store_fours(words + 4 * (size_t)c, a);
        store_fours(words + 4 * (size_t)c + 16, b);
    }
    counter.v[0] += c;
    fill_one_by_one(words + 4 * (size_t)c, n - c, key, counter);
}

#define AVX512 __attribute__((target("avx512f")))

/* As fours, of eight calls. */
struct eights {
    __m512i x0, x1, x2, x3;
};

AVX512 static inline struct eights philox_round_of_eight(struct eights x, __m512i k0, __m512i k1)
{
    enum { XOR_OF_THREE = 0x96 };
    __m512i p0 = _mm512_mul_epu32(x.x0, _mm512_set1_epi64(PHILOX_M4x32_0));
    __m512i p1 = _mm512_mul_epu32(x.x2, _mm512_set1_epi64(PHILOX_M4x32_1));
    struct eights next = {_mm512_ternarylogic_epi64(_mm512_srli_epi64(p1, 32), x.x1, k0, XOR_OF_THREE), p1,
                          _mm512_ternarylogic_epi64(_mm512_srli_epi64(p0, 32), x.x3, k1, XOR_OF_THREE), p0};
    return next;
}

AVX512 static inline void store_eights(uint32_t *words, struct eights x)
{
    const __m512i first = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11),
                  second = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
    __m512i front = _mm512_mask_blend_epi32(0xAAAA, x.x0, _mm512_slli_epi64(x.x1, 32));
    __m512i back = _mm512_mask_blend_epi32(0xAAAA, x.x2, _mm512_slli_epi64(x.x3, 32));
    __m512i even = _mm512_unpacklo_epi64(front, back), odd = _mm512_unpackhi_epi64(front, back);
    _mm512_storeu_si512(words, _mm512_permutex2var_epi64(even, first, odd));
    _mm512_storeu_si512(words + 16, _mm512_permutex2var_epi64(even, second, odd));
}

AVX512 static inline struct eights open_eights(philox4x32_ctr_t counter, uint32_t ahead)
{
    __m512i first = _mm512_set1_epi32((int)(counter.v[0] + ahead));
    struct eights x = {_mm512_add_epi32(first, _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7)),
                       _mm512_set1_epi32((int)counter.v[1]), _mm512_set1_epi32((int)counter.v[2]),
                       _mm512_set1_epi32((int)counter.v[3])};
    return x;
}

AVX512 static void fill_by_sixteen(uint32_t *words, uint32_t n, philox4x32_key_t key, philox4x32_ctr_t counter)
{
    uint32_t c = 0;
    for (; c + 16 <= n; c += 16) {
        struct eights a = open_eights(counter, c), b = open_eights(counter, c + 8);
        for (uint32_t r = 0; r < ROUNDS; r++) {
            __m512i k0 = _mm512_set1_epi64(key.v[0] + r * PHILOX_W32_0);
            __m512i k1 = _mm512_set1_epi64(key.v[1] + r * PHILOX_W32_1);
            a = philox_round_of_eight(a, k0, k1);
            b = philox_round_of_eight(b, k0, k1);
        }
        store_eights(words + 4 * (size_t)c, a);
        store_eights(words + 4 * (size_t)c + 32, b);
    }
    counter.v[0] += c;
    fill_by_eight(words + 4 * (size_t)c, n - c, key, counter);
}
#endif

void rng_fill(uint32_t *words, uint32_t n, uint64_t seed, uint32_t stream, uint32_t place, uint32_t first, uint32_t j,
              uint32_t tick, uint32_t step)
{
    philox4x32_key_t key = rng_key(seed, stream);
    philox4x32_ctr_t counter = {{first, j, tick, (place << RNG_STEP_BITS) | step}};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) {
        fill_by_sixteen(words, n, key, counter);
        return;
    }
    if (__builtin_cpu_supports("avx2")) {
        fill_by_eight(words, n, key, counter);
        return;
    }
#endif
    fill_one_by_one(words, n, key, counter);
}
