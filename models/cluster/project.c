/* project.c - capacity for a project, and its start.
 *
 *   capacity   own hours of the project <= accrual of the project account - hours promised + account / duration
 *   swift      a project opened or mediated by management starts on trust lent (Meyerson et al. 1996): T <- max(T, T_swift)
 */
#include "cluster/cluster.h"
#include "cluster/match.h"
#include "cluster/tie.h"

static double own_hours(const struct world *w, enum cluster_level level)
{
    return cluster_derived(w)->hours[level] * (1.0 - cluster_params(w)->funded);
}

bool cluster_has_capacity(const struct world *w, uint32_t i, enum cluster_level level)
{
    const struct cluster_params *p = cluster_params(w);
    const struct cluster_firms *f = cluster_firms(w);
    double accrual = f->hours_year[i] * p->contact_share * (1.0 - p->events_share - p->calls_share);
    double free_hours = accrual - f->committed[i] + f->hours_projects[i] / cluster_derived(w)->years[level];
    return own_hours(w, level) <= free_hours;
}

bool cluster_still_member(const struct world *w, const struct cluster_project *project, uint32_t a)
{
    const struct cluster_firms *f = cluster_firms(w);
    return f->member[project->member[a]] && f->uid[project->member[a]] == project->uid[a];
}

static void lend_trust(struct world *w, uint32_t i, uint32_t j)
{
    uint32_t k = cluster_tie(w, i, j);
    if (k == NETWORK_NONE) return;
    struct tie_view v = tie_view(&w->ties, i);
    tie_refresh(w, &v, k);
    float swift = (float)cluster_params(w)->swift_start;
    v.trust[k] = v.trust[k] < swift ? swift : v.trust[k];
}

/* Mean match of team member a with the others. */
static double match_with_team(const struct world *w, const uint32_t *team, uint32_t n, uint32_t a,
                              enum cluster_level level)
{
    double sum = 0.0;
    for (uint32_t b = 0; b < n; b++)
        if (b != a) sum += cluster_match_value(w, team[a], team[b], level);
    return sum / (n - 1.0);
}

bool cluster_start_project(struct world *w, uint32_t block, enum cluster_level level, const uint32_t *team, uint32_t n,
                           enum cluster_origin origin)
{
    struct cluster_block *c = cluster_block(w, block);
    struct cluster_firms *f = cluster_firms(w);
    if (c->n_projects == c->room.projects) {
        struct cluster_project *more = cluster_grow(w, c->room.project, &c->room.projects, sizeof *more);
        if (!more) return false;
        c->room.project = more;
    }
    struct cluster_project *project = &c->room.project[c->n_projects++];
    struct cluster_project fresh = {
        .level = (uint8_t)level, .n = (uint8_t)n, .origin = (uint8_t)origin, .tick = w->tick};
    fresh.end = w->time + w->dt + cluster_derived(w)->years[level]; /* work begins with the next tick */
    fresh.pay = fresh.end + cluster_params(w)->lag;
    for (uint32_t a = 0; a < n; a++) {
        fresh.member[a] = team[a];
        fresh.uid[a] = f->uid[team[a]];
        fresh.match[a] = match_with_team(w, team, n, a, level);
        f->committed[team[a]] += own_hours(w, level);
        for (uint32_t b = 0; b < n; b++)
            if (b != a && origin != FROM_IDEA) lend_trust(w, team[a], team[b]);
    }
    for (int k = 0; k < N_LEVELS; k++)
        fresh.ordinal += c->tally.started[k];
    *project = fresh;
    c->tally.started[level]++;
    return true;
}
