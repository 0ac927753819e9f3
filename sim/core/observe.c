#include "core/observe.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/network.h"
#include "core/param.h"

static uint32_t count_series(const struct observable *o, uint32_t n_observables, uint32_t n_groupings)
{
    uint32_t n = n_observables;
    for (uint32_t k = 0; k < n_observables; k++)
        for (uint32_t g = 0; g < n_groupings; g++)
            n += (o[k].by >> g) & 1u;
    return n;
}

/* g: index of the grouping, or -1. Means are weighted by the first observable's, the members: at its levels where it has them. */
static void add_series(struct layout *l, const struct observable *o, const struct grouping *groupings, int g, bool by)
{
    struct series *s = &l->series[l->n_series];
    bool by_level = g >= 0 && l->by_slot[g] != NETWORK_NONE;
    s->observable = o;
    s->grouping = g < 0 ? NULL : &groupings[g];
    s->levels = g < 0 ? 1 : groupings[g].n;
    s->slot = l->n_slots;
    s->weight_slot = by_level ? l->by_slot[g] : l->whole_slot[0];
    s->weight_step = by_level;
    if (by)
        snprintf(s->name, sizeof s->name, "%s_by_%s", o->name, s->grouping->name);
    else
        snprintf(s->name, sizeof s->name, "%s", o->name);
    l->n_slots += s->levels;
    l->n_series++;
}

static void set_offsets(struct layout *l)
{
    l->n_doubles = 0;
    for (uint32_t k = 0; k < l->n_series; k++) {
        l->offset[k] = l->n_doubles;
        l->n_doubles += (size_t)l->series[k].levels * series_times(l, &l->series[k]);
    }
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
        add_series(l, o, groupings, o->grouping, false);
        for (uint32_t g = 0; g < n_groupings; g++) {
            l->by_slot[k * n_groupings + g] = (o->by >> g) & 1u ? l->n_slots : NETWORK_NONE;
            if ((o->by >> g) & 1u) add_series(l, o, groupings, (int)g, true);
        }
    }
    set_offsets(l);
    return ERROR_NONE;
}

enum { PATTERN_MAX = 128 };
static const char between[] = ", \t";

/* The next pattern, or false. */
static bool next_pattern(const char **at, char pattern[PATTERN_MAX])
{
    *at += strspn(*at, between);
    size_t n = strcspn(*at, between);
    snprintf(pattern, PATTERN_MAX, "%.*s", (int)n, *at);
    *at += n;
    return n > 0;
}

static int unknown_pattern(const struct layout *l, const char *pattern, struct error *err)
{
    struct param_nearest near = {0};
    for (uint32_t k = 0; k < l->n_series; k++)
        param_consider(&near, pattern, l->series[k].name);
    return error_set(err, ERROR_CONFIG,
                     "output.observables: found %s, expected a name or pattern of what a result holds%s%s%s", pattern,
                     near.name ? "; did you mean " : "", near.name ? near.name : "", near.name ? "?" : "");
}

static bool is_kept(const char *patterns, const char *name)
{
    char pattern[PATTERN_MAX];
    bool kept = false;
    while (!kept && next_pattern(&patterns, pattern))
        kept = fnmatch(pattern, name, 0) == 0;
    return kept;
}

int layout_keep(struct layout *l, const char *patterns, struct error *err)
{
    char pattern[PATTERN_MAX];
    const char *at = patterns;
    uint32_t n = 0;
    while (next_pattern(&at, pattern)) {
        bool any = false;
        for (uint32_t k = 0; k < l->n_series && !any; k++)
            any = fnmatch(pattern, l->series[k].name, 0) == 0;
        if (!any) return unknown_pattern(l, pattern, err);
        n++;
    }
    if (!n) return ERROR_NONE;
    n = l->n_series;
    l->n_series = 0;
    for (uint32_t k = 0; k < n; k++)
        if (is_kept(patterns, l->series[k].name)) l->series[l->n_series++] = l->series[k];
    set_offsets(l);
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
