#include "cli/dispatch.h"

enum { MOST_IN_HAND = 512 };
static const double in_hand = 0.5; /* seconds */

static uint64_t total(const struct dispatch *d) { return (uint64_t)d->n_scenarios * d->n_points * d->n_replicates; }

/* The number of the k-th run in the order of replicate, point, scenario. */
static uint64_t run_at(const struct dispatch *d, uint64_t k)
{
    uint64_t scenario = k % d->n_scenarios, rest = k / d->n_scenarios;
    uint64_t point = rest % d->n_points, replicate = rest / d->n_points;
    return (scenario * d->n_points + point) * d->n_replicates + replicate;
}

static bool is_wanted(const struct dispatch *d, uint64_t k, uint64_t run)
{
    int8_t status = d->catalog->run[run].status;
    if (d->only >= 0 && run != (uint64_t)d->only) return false;
    return k % d->parts == d->part && (status == RUN_NOT_RUN || (status == RUN_FAILED && d->failed_too));
}

void dispatch_begin(struct dispatch *d, const struct catalog *catalog, const struct ensemble_plan *plan, uint32_t part,
                    uint32_t parts, bool failed_too, int64_t only)
{
    *d = (struct dispatch){.catalog = catalog,
                           .n_scenarios = plan->n_scenarios,
                           .n_points = plan->n_points,
                           .n_replicates = plan->n_replicates,
                           .part = part,
                           .parts = parts,
                           .failed_too = failed_too,
                           .only = only};
    for (uint64_t k = 0; k < total(d); k++)
        d->left += is_wanted(d, k, run_at(d, k));
}

size_t dispatch_take(struct dispatch *d, uint64_t *runs, size_t n)
{
    size_t taken = 0;
    for (; taken < n && d->left && d->next < total(d); d->next++) {
        uint64_t run = run_at(d, d->next);
        if (!is_wanted(d, d->next, run)) continue;
        runs[taken++] = run;
        d->left--;
    }
    return taken;
}

size_t dispatch_share(const struct dispatch *d, uint32_t processes, uint64_t threads, double seconds_a_run)
{
    double wanted = seconds_a_run > 0.0 ? in_hand * (double)threads / seconds_a_run : 0.0;
    uint64_t most = d->left / (2 * (uint64_t)processes), n = wanted < MOST_IN_HAND ? (uint64_t)wanted : MOST_IN_HAND;
    if (n > most) n = most;
    if (n < threads + 1) n = threads + 1; /* one more than can be begun, so that none waits for the next */
    return n < MOST_IN_HAND ? n : MOST_IN_HAND;
}
