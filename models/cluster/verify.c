/* verify.c - invariants of a cluster's state (ODD.md, "What always holds"). */
#include "cluster/cluster.h"
#include "cluster/tie.h"

static int check_unit(const char *name, double x, uint32_t uid, struct error *err)
{
    if (x >= 0.0 && x <= 1.0) return ERROR_NONE;
    return error_set(err, ERROR_RUN, "firm %u: %s is %g, outside 0 to 1", uid, name, x);
}

static int check_hours(const struct cluster_firms *f, uint32_t i, struct error *err)
{
    double left = f->hours_events[i] + f->hours_calls[i] + f->hours_projects[i],
           used = f->spent_before[i] + f->spent[i];
    if (f->hours_events[i] < 0.0 || f->hours_calls[i] < 0.0 || f->hours_projects[i] < 0.0)
        return error_set(err, ERROR_RUN, "firm %u: an account of hours is below 0", f->uid[i]);
    if (used + left > f->hours_had[i] * (1.0 + 1e-9) + 1e-9)
        return error_set(err, ERROR_RUN, "firm %u: used %g h and has %g h left of %g h", f->uid[i], used, left,
                         f->hours_had[i]);
    return ERROR_NONE;
}

static int check_ties(const struct world *w, uint32_t block, uint32_t i, struct error *err)
{
    struct tie_view v = tie_view(&w->ties, i);
    const struct cluster_firms *f = cluster_firms(w);
    int code = ERROR_NONE;
    for (uint32_t k = 0; !code && k < v.n; k++) {
        if (v.to[k] < cluster_first(w, block) || v.to[k] >= cluster_end(w, block))
            return error_set(err, ERROR_RUN, "firm %u: a tie leaves its cluster", f->uid[i]);
        if (v.touched[k] > w->tick)
            return error_set(err, ERROR_RUN, "firm %u: a tie was touched in the future", f->uid[i]);
        code = check_unit("trust", (double)tie_trust(w, &v, k), f->uid[i], err);
        if (!code) code = check_unit("awareness", (double)tie_awareness(w, &v, k), f->uid[i], err);
    }
    return code;
}

static int check_firm(const struct world *w, uint32_t block, uint32_t i, struct error *err)
{
    const struct cluster_firms *f = cluster_firms(w);
    int code = check_unit("understanding", f->understanding[i], f->uid[i], err);
    if (!code) code = check_unit("anchoring", f->anchoring[i], f->uid[i], err);
    if (!code) code = check_unit("belonging", f->belonging[i], f->uid[i], err);
    if (!code) code = check_unit("utilisation", f->utilisation[i], f->uid[i], err);
    if (!code) code = check_hours(f, i, err);
    if (!code) code = check_ties(w, block, i, err);
    if (!code && f->committed[i] < -1e-6)
        code = error_set(err, ERROR_RUN, "firm %u: %g h promised to projects", f->uid[i], f->committed[i]);
    return code;
}

int cluster_verify(const struct world *w, uint32_t block, struct error *err)
{
    const struct cluster_block *c = cluster_block(w, block);
    uint32_t n = 0;
    EACH_MEMBER(w, block, i)
    {
        n++;
        int code = check_firm(w, block, i, err);
        if (code) return code;
    }
    if (n != c->n) return error_set(err, ERROR_RUN, "cluster %u: %u members counted, %u in its record", block, n, c->n);
    if (c->staff_hours < -1e-9 || c->broker_hours < -1e-9)
        return error_set(err, ERROR_RUN, "cluster %u: management hours below 0", block);
    return ERROR_NONE;
}
