/* programme.c - programme and external events at the start of a tick (evidence.md section 1).
 *
 *   level        none, Arena, Arena Pro or GCE, each with its staff, funding and demand on results
 *   demand       from a year after the level began, funding loses withheld max(0, 1 - visible results / demand)
 *   attention    received by a member, and management's knowledge of it, fade at rate 1 / memory
 *   closure      physical meetings cannot be held in the spans of world.closure
 */
#include <string.h>

#include "cluster/cluster.h"

/* Begin of the span that holds, NaN without one. */
static double began(const struct pairs *spans, double time)
{
    for (uint32_t k = 0; k < spans->n; k++)
        if (time >= spans->first[k] && time < spans->second[k]) return spans->first[k];
    return NAN;
}

struct cluster_terms cluster_terms_at(const struct cluster_params *p, double time, double members)
{
    const struct pairs *spans[N_PROGRAMMES] = {NULL, &p->arena, &p->arena_pro, &p->gce};
    const double staff[N_PROGRAMMES] = {p->staff_none, p->staff_arena, p->staff_arena_pro, p->staff_gce};
    const double funding[N_PROGRAMMES] = {p->funding_none, p->funding_arena, p->funding_arena_pro, p->funding_gce};
    const double demand[N_PROGRAMMES] = {0.0, p->demand_arena, p->demand_arena_pro, p->demand_gce};
    struct cluster_terms t = {.level = PROGRAMME_NONE, .since = NAN};
    for (int level = PROGRAMME_ARENA; level < N_PROGRAMMES && isnan(t.since); level++) {
        t.since = began(spans[level], time);
        if (!isnan(t.since)) t.level = level;
    }
    t.staff = staff[t.level] * (p->staff_scaled_to > 0.0 ? members / p->staff_scaled_to : 1.0);
    t.funding = funding[t.level];
    t.demand = demand[t.level];
    return t;
}

static void set_level(struct world *w, struct cluster_block *c, double middle)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_terms t = cluster_terms_at(p, middle, c->n);
    c->level = t.level;
    c->staff = t.staff;
    c->funding = t.funding;
    if (!p->has_demand || !(t.demand > 0.0) || !(middle >= t.since + 1.0)) return;
    c->funding *= 1.0 - p->withheld * fmax(0.0, 1.0 - c->life.results / t.demand);
}

static void begin_firms(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_firms *f = cluster_firms(w);
    double keep = real_exp(-w->dt / p->attention_memory), glow = real_exp(-w->dt);
    for (uint32_t i = cluster_first(w, block); i < cluster_end(w, block); i++) {
        f->spent_before[i] += f->spent[i];
        f->spent[i] = f->funded[i] = f->joint_events[i] = f->mediated[i] = f->initiated[i] = 0.0;
        f->attention[i] *= keep;
        f->known_to_staff[i] *= keep;
        f->glow[i] *= glow;
        f->called_now[i] = 0;
        f->successes[i] = f->ended[i] = f->attended_now[i] = 0;
    }
}

void cluster_programme(struct world *w, uint32_t block)
{
    struct cluster_block *c = cluster_block(w, block);
    double middle = w->time + 0.5 * w->dt;
    set_level(w, c, middle);
    c->closed = param_spans_hold(&cluster_params(w)->closure, middle);
    memset(&c->tally, 0, sizeof c->tally);
    c->n_contacts = 0;
    begin_firms(w, block);
}
