/* observe.h - observables: declared once, laid out once, combined over blocks in a fixed order.
 *
 * An observable is one row of a table. Each tick every block (cluster) puts its values into its own slots; the world
 * then combines the blocks in order. Output writes one dataset a series.
 */
#ifndef KLYNGE_CORE_OBSERVE_H
#define KLYNGE_CORE_OBSERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

enum observe_combine {
    OBSERVE_SUM,  /* counts: summed over blocks */
    OBSERVE_MEAN, /* means: weighted by the block's members (the first observable of the table) */
};

enum observe_cadence {
    OBSERVE_TICK,   /* dimension `time`: the end of every tick */
    OBSERVE_SLOWLY, /* dimension `time_network`: every run.network_every years, at the end of the tick */
};

/* A grouping of firms: a dimension with labels. */
struct grouping {
    const char *name;          /* "tenure_cohort" */
    const char *const *labels; /* (n) */
    uint32_t n;
    const char *doc;
};

struct observable {
    const char *name;
    const char *unit;         /* UDUNITS text; "h" and "year", never "hours" (xarray would decode a time span) */
    const char *cell_methods; /* CF: "time: point" for states, "time: mean" for rates over the tick */
    double low, high;         /* valid_range; infinite: none */
    enum observe_combine combine;
    enum observe_cadence cadence;
    const char *folder; /* "/" or "/cost" */
    int grouping;       /* index of the grouping it is given by alone (cost by instrument), or -1 */
    uint32_t by;        /* bit g set: also given by grouping g, as <name>_by_<grouping> */
    const char *long_name, *doc;
};

/* One dataset: an observable, whole or by a grouping. */
struct series {
    const struct observable *observable;
    const struct grouping *grouping; /* NULL: whole */
    char name[96];                   /* of the dataset */
    uint32_t slot;                   /* first of its `levels` slots in a block's and a run's values */
    uint32_t levels;                 /* 1, or labels of the grouping */
    uint32_t weight_slot;            /* of the members behind a mean: of its first level, */
    uint32_t weight_step;            /* and 1 where each level has its own, else 0 */
};

struct layout {
    struct series *series; /* (n_series) that are kept, in the order of the table, whole before by-group */
    uint32_t n_series;
    uint32_t n_slots;
    uint32_t n_ticks, n_slow; /* lengths of `time` and `time_network` */
    double *time;             /* (n_ticks) decimal years, end of tick */
    double *time_slow;        /* (n_slow) */
    uint32_t slow_every;      /* ticks */
    uint32_t *whole_slot;     /* (n_observables) slot of the whole series, or of its only grouping */
    uint32_t *by_slot;        /* (n_observables, n_groupings) slot or NETWORK_NONE */
    uint32_t n_groupings;
    size_t *offset;   /* (n_series) first double of the series in a run's results: (levels, times) row-major */
    size_t n_doubles; /* of a run's results */
};

int layout_init(struct layout *layout, const struct observable *observables, uint32_t n_observables,
                const struct grouping *groupings, uint32_t n_groupings, double start, double end, uint32_t n_ticks,
                uint32_t slow_every, struct error *err);
/* Keep those series alone whose name matches one of the patterns, which have commas or blanks between; empty: all. Blocks
 * observe as before, a run's results get smaller. */
int layout_keep(struct layout *layout, const char *patterns, struct error *err);
void layout_free(struct layout *layout);

/* Times of a series: n_ticks or n_slow. */
static inline uint32_t series_times(const struct layout *layout, const struct series *s)
{
    return s->observable->cadence == OBSERVE_TICK ? layout->n_ticks : layout->n_slow;
}

/* Does the tick end a slow step? */
static inline bool layout_slow_tick(const struct layout *layout, uint32_t tick)
{
    return (tick + 1) % layout->slow_every == 0;
}

#endif
