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
#include "ties/rows.h"

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

static void pass_rows(const struct world *w, struct batch *x)
{
    const struct ties_derived *d = ties_derived(w);
    x->open.n = 0;
#if defined(__x86_64__)
    if (d->lanes == 16) {
        ties_rows_by_sixteen(w, x);
        return;
    }
    if (d->lanes == 8) {
        ties_rows_by_eight(w, x);
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

/* Chances of what is open, a partner's root each: loads that do not wait for each other. */
static void ask_partners(const struct world *w, struct batch *x)
{
    const struct ties_derived *d = ties_derived(w);
    const float *root = ties_firms(w)->root;
    const float base = d->base, slope = d->slope;
    struct candidates *open = &x->open;
    for (uint32_t c = 0; c < open->n; c++) {
        uint32_t b = open->which[c] >> 8, k = open->which[c] & 255u;
        open->draw[c] = (float)x->half[b * d->ties + k];
        open->at[c] = network_value(&w->ties, x->first + b, 0) + k;
        open->chance[c] = x->scale[b] * (base + slope * open->w[c]) * root[network_to(&w->ties, x->first + b)[k]];
    }
}

/* List what may collaborate: five of eight, in no order that a processor could foresee, and so without a branch. */
static void list_below(struct candidates *open)
{
    uint32_t n = 0;
    for (uint32_t c = 0; c < open->n; c++) {
        open->below[n] = c;
        n += open->draw[c] < open->chance[c];
    }
    open->n_below = n;
}

/* Decide what is open, and correct what was faded though it collaborates. */
static uint32_t decide(const struct world *w, struct batch *x)
{
    const struct ties_derived *d = ties_derived(w);
    const float keep = d->keep, gain = d->gain;
    double *strength = ties_firms(w)->strength + x->first;
    const struct candidates *open = &x->open;
    uint32_t collaborations = 0;
    list_below(&x->open);
    for (uint32_t m = 0; m < open->n_below; m++) {
        uint32_t c = open->below[m], b = open->which[c] >> 8, k = open->which[c] & 255u;
        float before = open->w[c], faded = before * keep, risen = before + gain * (1.0f - before);
        float half = open->draw[c], chance = open->chance[c];
        if (half + 1.0f > chance && !is_below(w, (uint64_t)(x->first + b) * d->ties + k, (uint16_t)half, chance))
            continue;
        *open->at[c] = risen;
        strength[b] += (double)(risen - faded);
        collaborations++;
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
