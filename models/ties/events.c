/* events.c - a tick of a block's ties in which only those are looked at that may collaborate; the law is that of every.c.
 *
 *   No chance exceeds `rate`. Ties are passed in order, and the next one that a chance of `rate` would pick is found by one draw: it lies
 *   1 + floor(log(draw) / log(1 - rate)) ties on. It then collaborates with what is left of its chance, p / rate.
 *   A row keeps w as of the tick it was last touched; it has faded by keep^ticks since.
 *   The sum of a firm's w fades with them, and takes up what a collaboration adds.
 *   Picks are gathered before they are decided, so that their rows and partners, each in a place of its own, are on their way together.
 */
#include "core/real.h"
#include "ties/ties.h"

enum { PICKS = 128 };

/* Ties that a chance of `rate` has picked, and that root_i alone does not rule out. */
struct picks {
    uint32_t n, i[PICKS], k[PICKS];
    double draw[PICKS];
    float root[PICKS]; /* root_i root_j */
};

/* Where in the block's ties, in order, the picks are; what is drawn next. */
struct walk {
    struct rng r;
    double at, end;
};

/* The next picks, PICKS at most; fewer when the walk has come to the end. */
static void gather(const struct world *w, uint32_t first, struct walk *walk, struct picks *p)
{
    const struct ties_derived *d = ties_derived(w);
    const float *root = ties_firms(w)->root;
    for (p->n = 0; p->n < PICKS;) {
        walk->at += 1.0 + floor(real_log(rng_uniform(&walk->r)) * d->skip);
        if (!(walk->at < walk->end)) return;
        uint32_t tie = (uint32_t)walk->at, i = first + tie / d->ties, k = tie % d->ties;
        double draw = rng_uniform(&walk->r);
        if (!(draw < (double)root[i])) continue;
        __builtin_prefetch(network_to(&w->ties, i) + k);
        __builtin_prefetch(network_value(&w->ties, i, 0) + k, 1);
        __builtin_prefetch(network_touched(&w->ties, i) + k, 1);
        p->i[p->n] = i;
        p->k[p->n] = k;
        p->draw[p->n++] = draw;
    }
}

static void ask(const struct world *w, struct picks *p)
{
    const float *root = ties_firms(w)->root;
    for (uint32_t c = 0; c < p->n; c++)
        p->root[c] = root[p->i[c]] * root[network_to(&w->ties, p->i[c])[p->k[c]]];
}

/* Does tie k of firm i, picked in this tick, collaborate? */
static bool take(struct world *w, uint32_t i, uint32_t k, float root, double draw)
{
    const struct ties_derived *d = ties_derived(w);
    if (!(draw < (double)root)) return false;
    float *value = &network_value(&w->ties, i, 0)[k];
    uint16_t *touched = &network_touched(&w->ties, i)[k];
    float before = *value * d->kept[w->tick - *touched];
    if (!(draw < (double)(root * (d->base + d->slope * before)))) return false;
    *value = before + d->gain * (1.0f - before);
    *touched = (uint16_t)(w->tick + 1);
    ties_firms(w)->strength[i] += (double)*value - (double)d->keep * (double)before;
    return true;
}

void ties_events(struct world *w, uint32_t block)
{
    const struct ties_derived *d = ties_derived(w);
    struct ties_block *own = ties_block(w, block);
    uint32_t first = ties_first(w, block);
    double *restrict strength = ties_firms(w)->strength + first;
    struct walk walk = {rng_open(w->seed, STREAM_skip, 0, block, RNG_NOBODY, w->tick), -1.0, (double)own->n * d->ties};
    struct picks p;
    for (uint32_t b = 0; b < own->n; b++)
        strength[b] *= (double)d->keep;
    own->collaborations = 0;
    if (!(d->skip < 0.0)) return;
    do {
        gather(w, first, &walk, &p);
        ask(w, &p);
        for (uint32_t c = 0; c < p.n; c++)
            own->collaborations += take(w, p.i[c], p.k[c], p.root[c], p.draw[c]);
    } while (p.n == PICKS);
}
