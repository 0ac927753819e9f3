#include "core/observe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/network.h"

static uint32_t count_series(const struct observable *o, uint32_t n_observables, uint32_t n_groupings)
{
    uint32_t n = n_observables;
    for (uint32_t k = 0; k < n_observables; k++)
        for (uint32_t g = 0; g < n_groupings; g++)
            n += (o[k].by >> g) & 1u;
    return n;
}

static void add_series(struct layout *l, const struct observable *o, const struct grouping *g, bool by)
{
    struct series *s = &l->series[l->n_series];
    s->observable = o;
    s->grouping = g;
    s->levels = g ? g->n : 1;
    s->slot = l->n_slots;
    if (by)
        snprintf(s->name, sizeof s->name, "%s_by_%s", o->name, g->name);
    else
        snprintf(s->name, sizeof s->name, "%s", o->name);
    l->offset[l->n_series] = l->n_doubles;
    l->n_slots += s->levels;
    l->n_doubles += (size_t)s->levels * series_times(l, s);
    l->n_series++;
}

static int allocate(struct layout *l, uint32_t n_series, uint32_t n_observables, struct error *err)
{
    l->series = calloc(n_series, sizeof *l->series);
    l->offset = calloc(n_series, sizeof *l->offset);
    l->time = calloc(l->n_ticks, sizeof *l->time);
    l->time_slow = calloc(l->n_slow ? l->n_slow : 1, sizeof *l->time_slow);
    l->whole_slot = calloc(n_observables, sizeof *l->whole_slot);
    l->by_slot = calloc((size_t)n_observables * (l->n_groupings ? l->n_groupings : 1), sizeof *l->by_slot);
    if (l->series && l->offset && l->time && l->time_slow && l->whole_slot && l->by_slot) return ERROR_NONE;
    layout_free(l);
    return error_set(err, ERROR_RUN, "no memory for the layout of %u observables", n_observables);
}

int layout_init(struct layout *l, const struct observable *observables, uint32_t n_observables,
                const struct grouping *groupings, uint32_t n_groupings, double start, double end, uint32_t n_ticks,
                uint32_t slow_every, struct error *err)
{
    memset(l, 0, sizeof *l);
    l->n_ticks = n_ticks;
    l->slow_every = slow_every;
    l->n_slow = n_ticks / slow_every;
    l->n_groupings = n_groupings;
    int code = allocate(l, count_series(observables, n_observables, n_groupings), n_observables, err);
    if (code) return code;
    for (uint32_t t = 0; t < n_ticks; t++)
        l->time[t] = start + (end - start) * (t + 1.0) / n_ticks;
    for (uint32_t t = 0; t < l->n_slow; t++)
        l->time_slow[t] = l->time[(t + 1) * slow_every - 1];
    for (uint32_t k = 0; k < n_observables; k++) {
        const struct observable *o = &observables[k];
        l->whole_slot[k] = l->n_slots;
        add_series(l, o, o->grouping < 0 ? NULL : &groupings[o->grouping], false);
        for (uint32_t g = 0; g < n_groupings; g++) {
            l->by_slot[k * n_groupings + g] = (o->by >> g) & 1u ? l->n_slots : NETWORK_NONE;
            if ((o->by >> g) & 1u) add_series(l, o, &groupings[g], true);
        }
    }
    return ERROR_NONE;
}

void layout_free(struct layout *l)
{
    free(l->series);
    free(l->offset);
    free(l->time);
    free(l->time_slow);
    free(l->whole_slot);
    free(l->by_slot);
    memset(l, 0, sizeof *l);
}
