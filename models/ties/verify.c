/* verify.c - invariants of the kernel's state. */
#include <math.h>

#include "ties/ties.h"

float ties_end(const struct world *w, uint32_t i, uint32_t k)
{
    const struct ties_derived *d = ties_derived(w);
    float value = network_value(&w->ties, i, 0)[k];
    return d->by_events ? value * d->kept[w->tick + 1 - network_touched(&w->ties, i)[k]] : value;
}

static int check_firm(const struct world *w, uint32_t i, struct error *err)
{
    const struct ties_firms *f = ties_firms(w);
    uint32_t n = w->ties.rows[i].n;
    double sum = 0.0;
    if (n != ties_derived(w)->ties) return error_set(err, ERROR_RUN, "firm %u has %u ties", i, n);
    if (!(f->u[i] >= 0.0f && f->u[i] <= 1.0f && f->a[i] >= 0.0f && f->a[i] <= 1.0f))
        return error_set(err, ERROR_RUN, "firm %u: u %g, a %g, outside 0 to 1", i, (double)f->u[i], (double)f->a[i]);
    for (uint32_t k = 0; k < n; k++) {
        double x = (double)ties_end(w, i, k);
        if (!(x >= 0.0 && x <= 1.0)) return error_set(err, ERROR_RUN, "firm %u: w is %g, outside 0 to 1", i, x);
        sum += x;
    }
    if (fabs(sum - f->strength[i]) > 1e-5 * n)
        return error_set(err, ERROR_RUN, "firm %u: strength %.9g, its ties sum to %.9g", i, f->strength[i], sum);
    return ERROR_NONE;
}

int ties_verify(const struct world *w, uint32_t block, struct error *err)
{
    int code = ERROR_NONE;
    uint32_t first = ties_first(w, block);
    for (uint32_t i = first; !code && i < first + ties_block(w, block)->n; i++)
        code = check_firm(w, i, err);
    return code;
}
