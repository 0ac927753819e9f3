/* every.c - a tick of a block's ties in which each tie is drawn.
 *
 *   i -> j collaborates with chance p = rate root_i root_j (base + slope w), root = sqrt(a):  w <- w + gain (1 - w)
 *   otherwise                                                                                w <- keep w
 *
 * All of it is exact, and four things make it fast:
 *   bound    root_j <= 1, so that only a tie whose draw lies below rate root_i (base + slope w) asks for its partner: 8 of 100 where 5
 *            collaborate. The rows are read in order; what is read at random is read seldom.
 *   halves   a draw has 48 bits, of which the first 16 are made for each tie, eight ties a Philox call; the others where 16 do not decide
 *   eights   with AVX2 eight ties are faded, compared and listed at a time; the same operations in the same order elsewhere
 *   batches  of rows that stay, with their draws, in the first cache
 *
 * Sum of a row, the same in both: tie k in lane k % 8, the lanes as a tree; then what the collaborations add, in order.
 */
#include <string.h>

#include "ties/ties.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { BATCH_TIES = 1024, BATCH_FIRMS = 64, LANES = 8, AHEAD = 16 };

/* Ties that are still to be decided: firm of the batch and tie as (firm << 8 | tie), and w before the tick. Room for what
 * is written beyond the last. */
struct candidates {
    uint32_t n;
    uint32_t which[BATCH_TIES + LANES];
    float w[BATCH_TIES + LANES];
    float root[BATCH_TIES]; /* of the partner */
};

struct batch {
    uint32_t first, n;        /* firms first .. first + n - 1 */
    float scale[BATCH_FIRMS]; /* 65536 rate root_i */
    float sum[BATCH_FIRMS];   /* of the row, all faded */
    uint32_t words[BATCH_TIES / 2 + 2 * 4];
    const uint16_t *half; /* (n, ties) draws of 16 bits, inside words */
    struct candidates open;
};

static float add_lanes(const float lane[LANES])
{
    float a = lane[0] + lane[4], b = lane[1] + lane[5], c = lane[2] + lane[6], d = lane[3] + lane[7];
    return (a + c) + (b + d);
}

/* Fade row b and list its candidates, one tie after the other. */
static void pass_row(const struct ties_derived *d, struct batch *x, uint32_t b, float *w)
{
    const uint16_t *half = x->half + (size_t)b * d->ties;
    float lane[LANES] = {0.0f};
    struct candidates *open = &x->open;
    for (uint32_t k = 0; k < d->ties; k++) {
        float bound = x->scale[b] * (d->base + d->slope * w[k]);
        open->which[open->n] = b << 8 | k;
        open->w[open->n] = w[k];
        open->n += (float)half[k] < bound;
        w[k] *= d->keep;
        lane[k % LANES] += w[k];
    }
    x->sum[b] = add_lanes(lane);
}

#if defined(__x86_64__)
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

/* The processor does not see where the next page's row begins. */
static inline void fetch_row(const struct tie_row *row, uint32_t ties)
{
    const char *at = (const char *)row->to;
    for (uint32_t byte = 0; byte < 2 * sizeof(float) * ties; byte += 64)
        __builtin_prefetch(at + byte, 1);
}

AVX2 static void pass_rows_by_eight(const struct world *w, struct batch *x)
{
    const struct ties_derived *d = ties_derived(w);
    const __m256 all = _mm256_castsi256_ps(_mm256_set1_epi32(-1));
    const uint32_t ties = d->ties, whole = ties / LANES * LANES, rest = ties - whole, n_rows = w->n_firms;
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
        if (x->first + b + AHEAD < n_rows) fetch_row(&w->ties.rows[x->first + b + AHEAD], ties);
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

static void pass_rows(const struct world *w, struct batch *x)
{
    const struct ties_derived *d = ties_derived(w);
    x->open.n = 0;
#if defined(__x86_64__)
    if (d->in_eights) {
        pass_rows_by_eight(w, x);
        return;
    }
#endif
    for (uint32_t b = 0; b < x->n; b++)
        pass_row(d, x, b, network_value(&w->ties, x->first + b, 0));
}

/* Is the draw of a tie that begins with the 16 bits `half` below chance (both in 1/65536)? */
static bool is_below(const struct world *w, uint64_t tie, uint16_t half, float chance)
{
    struct rng_words more =
        rng_draw(w->seed, STREAM_refine, (uint32_t)(tie >> 32), (uint32_t)tie, RNG_NOBODY, w->tick, 0);
    return (double)half + rng_unit(more.word[0]) < (double)chance;
}

/* Roots of the partners of what is open: loads that do not wait for each other. */
static void ask_partners(const struct world *w, struct batch *x)
{
    const float *root = ties_firms(w)->root;
    for (uint32_t c = 0; c < x->open.n; c++) {
        uint32_t which = x->open.which[c];
        x->open.root[c] = root[network_to(&w->ties, x->first + (which >> 8))[which & 255u]];
    }
}

/* Decide what is open, and correct what was faded though it collaborates. No branch but for the draws that 16 bits leave open. */
static uint32_t decide(const struct world *w, const struct batch *x)
{
    const struct ties_derived *d = ties_derived(w);
    const float base = d->base, slope = d->slope, keep = d->keep, gain = d->gain;
    const uint32_t ties = d->ties, n = x->open.n;
    double *strength = ties_firms(w)->strength + x->first;
    uint32_t collaborations = 0;
    for (uint32_t c = 0; c < n; c++) {
        uint32_t b = x->open.which[c] >> 8, k = x->open.which[c] & 255u;
        float before = x->open.w[c], faded = before * keep, risen = before + gain * (1.0f - before);
        float chance = x->scale[b] * (base + slope * before) * x->open.root[c];
        uint16_t half = x->half[b * ties + k];
        bool may = (float)half < chance, does = (float)half + 1.0f <= chance;
        if (may != does) does = is_below(w, (uint64_t)(x->first + b) * ties + k, half, chance);
        network_value(&w->ties, x->first + b, 0)[k] = does ? risen : faded;
        strength[b] += does ? (double)(risen - faded) : 0.0;
        collaborations += does;
    }
    return collaborations;
}

/* Draws of 16 bits for the batch's ties: tie f of the world has half f % 8 of call f / 8. */
static void draw(const struct world *w, struct batch *x)
{
    uint64_t tie = (uint64_t)x->first * ties_derived(w)->ties, end = tie + (uint64_t)x->n * ties_derived(w)->ties;
    uint64_t call = tie / 8;
    rng_fill(x->words, (uint32_t)((end + 7) / 8 - call), w->seed, STREAM_chance, 0, (uint32_t)call, RNG_NOBODY, w->tick,
             0);
    x->half = (const uint16_t *)(const void *)x->words + tie % 8;
}

void ties_every(struct world *w, uint32_t block)
{
    const struct ties_derived *d = ties_derived(w);
    const struct ties_firms *f = ties_firms(w);
    struct ties_block *own = ties_block(w, block);
    uint32_t first = ties_first(w, block), end = first + own->n;
    uint32_t most = BATCH_TIES / d->ties < BATCH_FIRMS ? BATCH_TIES / d->ties : BATCH_FIRMS;
    struct batch x;
    own->collaborations = 0;
    for (x.first = first; x.first < end; x.first += x.n) {
        x.n = end - x.first < most ? end - x.first : most;
        for (uint32_t b = 0; b < x.n; b++)
            x.scale[b] = 65536.0f * d->rate * f->root[x.first + b];
        draw(w, &x);
        pass_rows(w, &x);
        for (uint32_t b = 0; b < x.n; b++)
            f->strength[x.first + b] = (double)x.sum[b];
        ask_partners(w, &x);
        own->collaborations += decide(w, &x);
    }
}
