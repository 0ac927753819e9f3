/* work.c - projects use hours, end, deliver or breach; value comes after a lag (evidence.md sections 2 and 8).
 *
 *   hours     each member owes h_L a year, of which `funded` is paid from outside; it pays what its project account holds, and works in
 *             proportion; `together` of the least of two members' hours is spent together, for each pair
 *   end       success with probability s_L, breach of trust with probability `breach_rate`; without breach, a success delivers:
 *             `delivery_weight` of the hours together that were worked comes on top; a breach takes back breach_ratio times that (contact.c)
 *   value     after the lag, to members that still are: v g^(L-1) m_i U_i A_i, by the share of its hours that the
 *             firm worked (model.md: only a firm with understanding and anchoring
 *             turns the outcome into benefit)
 */
#include "cluster/cluster.h"

/* Each member works its hours of this tick; worked[a] in hours. */
static void use_hours(struct world *w, struct cluster_block *c, struct cluster_project *project, double years,
                      double worked[TEAM_MAX])
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_firms *f = cluster_firms(w);
    double due = cluster_derived(w)->hours[project->level] * years, own = due * (1.0 - p->funded);
    for (uint32_t a = 0; a < project->n; a++) {
        worked[a] = 0.0;
        if (!cluster_still_member(w, project, a)) continue;
        uint32_t i = project->member[a];
        double paid = cluster_spend(f, i, f->hours_projects, own);
        worked[a] = own > 0.0 ? due * (paid / own) : due;
        f->funded[i] += worked[a] - paid;
        project->worked[a] += worked[a];
        if (project->origin == FROM_OPENING) c->tally.member_hours[OPENING] += paid;
        if (project->origin == FROM_TRIAL) c->tally.member_hours[BROKERING] += paid;
    }
}

static void meet_pairs(struct world *w, uint32_t block, const struct cluster_project *project, const double *hours,
                       double share, enum cluster_kind kind)
{
    for (uint32_t a = 0; a < project->n; a++)
        for (uint32_t b = a + 1; b < project->n; b++) {
            double both = share * fmin(hours[a], hours[b]);
            if (both > 0.0) cluster_meet(w, block, project->member[a], project->member[b], both, kind, 0);
        }
}

/* Outcome; true for a success. */
static bool finish(struct world *w, uint32_t block, const struct cluster_project *project)
{
    const struct cluster_params *p = cluster_params(w);
    const struct cluster_derived *d = cluster_derived(w);
    struct cluster_block *c = cluster_block(w, block);
    struct cluster_firms *f = cluster_firms(w);
    struct rng r = rng_open(w->seed, STREAM_outcome, block, project->uid[0], project->uid[1], project->tick);
    r.counter.v[3] += project->ordinal % 1024; /* two projects of one pair in one tick have fates of their own */
    bool success = rng_uniform(&r) < d->success[project->level], breach = rng_uniform(&r) < p->breach_rate;
    double hours[TEAM_MAX];
    for (uint32_t a = 0; a < project->n; a++) {
        bool here = cluster_still_member(w, project, a);
        hours[a] = here ? project->worked[a] : 0.0;
        if (!here) continue;
        uint32_t i = project->member[a];
        f->committed[i] -= d->hours[project->level] * (1.0 - p->funded);
        f->ended[i]++;
        if (success) f->successes[i]++;
    }
    enum cluster_kind kind = breach ? CONTACT_BREACH : CONTACT_DELIVERY;
    if (breach || success) meet_pairs(w, block, project, hours, p->together * p->delivery_weight, kind);
    if (success) c->tally.succeeded++;
    return success;
}

static void pay(struct world *w, const struct cluster_project *project)
{
    const struct cluster_params *p = cluster_params(w);
    const struct cluster_derived *d = cluster_derived(w);
    struct cluster_firms *f = cluster_firms(w);
    uint32_t month = (uint32_t)floor(w->time * 12.0 + 1e-9) % BENEFIT_MONTHS;
    double value = p->v_project * real_pow(p->v_level, project->level);
    for (uint32_t a = 0; a < project->n; a++) {
        if (!cluster_still_member(w, project, a)) continue;
        uint32_t i = project->member[a];
        double share = project->worked[a] / (d->hours[project->level] * d->years[project->level]);
        f->benefit[i * BENEFIT_MONTHS + month] +=
            (float)(value * share * project->match[a] * f->understanding[i] * f->anchoring[i]);
    }
}

void cluster_work(struct world *w, uint32_t block)
{
    struct cluster_block *c = cluster_block(w, block);
    uint32_t kept = 0;
    for (uint32_t k = 0; k < c->n_projects; k++) {
        struct cluster_project project = c->room.project[k];
        double until = w->time + w->dt, worked[TEAM_MAX];
        bool keep = true;
        if (project.tick == w->tick) {
            ; /* started in this tick: work begins with the next */
        } else if (!project.ended) {
            use_hours(w, c, &project, fmin(until, project.end) - w->time, worked);
            meet_pairs(w, block, &project, worked, cluster_params(w)->together, CONTACT_WORK);
            project.ended = project.end <= until + 1e-9;
            if (project.ended) keep = finish(w, block, &project);
        } else if (project.pay <= until + 1e-9) {
            pay(w, &project);
            keep = false;
        }
        if (keep) c->room.project[kept++] = project;
    }
    c->n_projects = kept;
}
