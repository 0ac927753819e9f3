/* meet.c - a tick of one block: its ties, then u, then a.
 *
 *   w   in one of two forms of the same law: every.c, events.c
 *   u <- u + 0.01 (mean w - u), then a <- a + 0.01 (u - a)
 */
#include "ties/ties.h"

static void follow(struct world *w, uint32_t block)
{
    const struct ties_derived *d = ties_derived(w);
    const struct ties_firms *f = ties_firms(w);
    uint32_t first = ties_first(w, block), n = ties_block(w, block)->n;
    float *restrict u = f->u + first, *restrict a = f->a + first;
    const double *restrict strength = f->strength + first;
    const double share = 1.0 / d->ties;
    const float way = d->follow;
    for (uint32_t i = 0; i < n; i++) {
        u[i] += way * ((float)(strength[i] * share) - u[i]);
        a[i] += way * (u[i] - a[i]);
    }
}

void ties_meet(struct world *w, uint32_t block)
{
    if (ties_derived(w)->by_events)
        ties_events(w, block);
    else
        ties_every(w, block);
    follow(w, block);
}
