/* intervention.c - what an experimenter does to firms (evidence.md P01, P02: do(U + 0.3), do(A + 0.3) on a random half).
 *
 *   from `time` on, a chosen firm has `understanding` more practice, role and goals, also of what it came with, so that no turnover
 *   takes it away, and `anchoring` more anchoring, also of what it falls back to; members in the tick of `time`, others as they join
 */
#include "cluster/cluster.h"

static double shifted(double x, double by) { return real_clamp(x + by, 0.0, 1.0); }

static void shift(struct world *w, uint32_t i)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_firms *f = cluster_firms(w);
    double by = p->do_understanding;
    f->practice[i] = shifted(f->practice[i], by);
    f->role[i] = shifted(f->role[i], by);
    f->goals[i] = shifted(f->goals[i], by);
    f->understanding[i] = shifted(f->understanding[i], by);
    f->understanding_entry[i] = shifted(f->understanding_entry[i], by);
    f->anchoring[i] = shifted(f->anchoring[i], p->do_anchoring);
    f->anchoring_own[i] += p->do_anchoring;
}

void cluster_intervention(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    const struct cluster_firms *f = cluster_firms(w);
    double end = w->time + w->dt;
    if ((p->do_understanding == 0.0 && p->do_anchoring == 0.0) || p->do_time >= end) return;
    bool begins = p->do_time >= w->time || w->tick == 0;
    EACH_MEMBER(w, block, i)
    {
        if (!begins && f->entered[i] < w->time) continue;
        struct rng_words u = rng_draw(w->seed, STREAM_intervention, block, f->uid[i], RNG_NOBODY, 0, 0);
        if (rng_unit(u.word[0]) < p->do_share) shift(w, i);
    }
}
