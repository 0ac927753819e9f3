/* project.c - capacity for a project, and its start.
 *
 *   capacity   own hours of the project <= accrual of the project account - hours promised + account / duration
 *   swift      a project opened or mediated by management starts on trust lent (Meyerson et al. 1996): T <- max(T, T_swift)
 */
#include "cluster/cluster.h"
#include "cluster/match.h"
#include "cluster/tie.h"

double cluster_own_hours(const struct world *w, enum cluster_level level)
{
    return cluster_derived(w)->hours[level] * (1.0 - cluster_params(w)->funded);
}

bool cluster_has_capacity(const struct world *w, uint32_t i, enum cluster_level level)
{
    const struct cluster_params *p = cluster_params(w);
    const struct cluster_firms *f = cluster_firms(w);
    double accrual = f->hours_year[i] * p->contact_share * (1.0 - p->events_share - p->calls_share);
    double free_hours = accrual - f->committed[i] + f->hours_projects[i] / cluster_derived(w)->years[level];
    return cluster_own_hours(w, level) <= free_hours;
}

bool cluster_on_team(const uint32_t *team, uint32_t n, uint32_t i)
{
    for (uint32_t a = 0; a < n; a++)
        if (team[a] == i) return true;
    return false;
}

bool cluster_still_member(const struct world *w, const struct cluster_project *project, uint32_t a)
{
    const struct cluster_firms *f = cluster_firms(w);
    return f->member[project->member[a]] && f->uid[project->member[a]] == project->uid[a];
}

/* Trust lent is more where roles are clear: all of the team are in hand, or have committed by vote (Meyerson et al. 1996). */
static double loan(const struct world *w, uint32_t block, const uint32_t *team, uint32_t n, enum cluster_origin origin)
{
    const struct cluster_params *p = cluster_params(w);
    bool clear = true;
    for (uint32_t a = 0; a < n; a++)
        clear = clear && cluster_in_hand(w, block, team[a]);
    return clear || origin == FROM_VOTE ? p->swift_roles : p->swift_start;
}

/* Is trust raised by the loan? */
static bool lend_trust(struct world *w, uint32_t i, uint32_t j, double lent)
{
    uint32_t k = cluster_tie(w, i, j);
    if (k == NETWORK_NONE) return false;
    struct tie_view v = tie_view(&w->ties, i);
    tie_refresh(w, &v, k);
    float swift = (float)lent;
    if (v.trust[k] >= swift) return false;
    v.trust[k] = swift;
    return true;
}

/* Mean match of team member a with the others, as far as a can absorb it. */
static double match_with_team(const struct world *w, const uint32_t *team, uint32_t n, uint32_t a,
                              enum cluster_level level)
{
    double sum = 0.0;
    for (uint32_t b = 0; b < n; b++)
        if (b != a) sum += cluster_match_absorbed(w, team[a], team[b], level);
    return sum / (n - 1.0);
}

/* Room for one more; NULL without memory. */
static struct cluster_project *new_project(struct world *w, struct cluster_block *c)
{
    if (c->n_projects == c->room.projects) {
        struct cluster_project *more = cluster_grow(w, c->room.project, &c->room.projects, sizeof *more);
        if (!more) return NULL;
        c->room.project = more;
    }
    return &c->room.project[c->n_projects++];
}

static void join(struct world *w, struct cluster_project *project, const uint32_t *team, uint32_t a)
{
    struct cluster_firms *f = cluster_firms(w);
    enum cluster_level level = (enum cluster_level)project->level;
    project->member[a] = team[a];
    project->uid[a] = f->uid[team[a]];
    project->match[a] = match_with_team(w, team, project->n, a, level);
    f->committed[team[a]] += cluster_own_hours(w, level);
}

struct cluster_project *cluster_start_project(struct world *w, uint32_t block, enum cluster_level level,
                                              const uint32_t *team, uint32_t n, enum cluster_origin origin, double date)
{
    struct cluster_block *c = cluster_block(w, block);
    struct cluster_project *project = new_project(w, c);
    if (!project) return NULL;
    struct cluster_project fresh = {.level = (uint8_t)level, .n = (uint8_t)n, .origin = (uint8_t)origin};
    fresh.start = fresh.until = date;
    fresh.end = fresh.start + cluster_derived(w)->years[level];
    fresh.pay = fresh.end + cluster_params(w)->lag;
    fresh.success = cluster_derived(w)->success[level];
    fresh.lent = origin == FROM_IDEA || origin == OUTSIDE ? 0.0 : loan(w, block, team, n, origin);
    fresh.number = cluster_firms(w)->led[team[0]]++;
    double trust = cluster_trust_before(w, team);
    for (uint32_t a = 0; a < n; a++) {
        join(w, &fresh, team, a);
        for (uint32_t b = 0; b < n && fresh.lent > 0.0; b++)
            if (b != a && lend_trust(w, team[a], team[b], fresh.lent))
                fresh.lent_to |= UINT64_C(1) << (TEAM_MAX * a + b);
    }
    fresh.record = cluster_record_start(w, block, &fresh, trust);
    *project = fresh;
    if (origin == OUTSIDE)
        c->tally.outside++;
    else
        c->tally.started[level]++;
    return project;
}
