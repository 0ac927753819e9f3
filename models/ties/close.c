/* close.c - the end of a tick: roots of the new a, and what is observed of the block. */
#include <math.h>

#include "ties/ties.h"

enum { LANES = 4 };

struct sums {
    double u, a, w;
};

/* Sums by four lanes, firm i in lane i % 4, so that an addition need not wait for the one before. */
static struct sums add_up(const struct ties_firms *f, uint32_t first, uint32_t n)
{
    double u[LANES] = {0.0}, a[LANES] = {0.0}, w[LANES] = {0.0};
    for (uint32_t i = 0; i < n; i++) {
        u[i % LANES] += (double)f->u[first + i];
        a[i % LANES] += (double)f->a[first + i];
        w[i % LANES] += f->strength[first + i];
    }
    struct sums s = {(u[0] + u[1]) + (u[2] + u[3]), (a[0] + a[1]) + (a[2] + a[3]), (w[0] + w[1]) + (w[2] + w[3])};
    return s;
}

void ties_close(struct world *w, uint32_t block)
{
    const struct ties_firms *f = ties_firms(w);
    const struct ties_block *b = ties_block(w, block);
    uint32_t first = ties_first(w, block), n = b->n;
    float *restrict root = f->root + first;
    const float *restrict a = f->a + first;
    for (uint32_t i = 0; i < n; i++)
        root[i] = sqrtf(a[i]);
    observe_put(w, block, OBSERVE_firms, n);
    observe_put(w, block, OBSERVE_collaborations, b->collaborations);
    if (n == 0) return;
    struct sums s = add_up(f, first, n);
    observe_put(w, block, OBSERVE_mean_u, s.u / n);
    observe_put(w, block, OBSERVE_mean_a, s.a / n);
    observe_put(w, block, OBSERVE_mean_w, s.w / n / ties_derived(w)->ties);
}
