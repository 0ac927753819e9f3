/* observation.c - the tick's observables, each by its name in observables.def. */
#include <stdlib.h>
#include <string.h>

#include "cluster/cluster.h"
#include "cluster/tie.h"

/* What is averaged over members, for the whole cluster and by group. */
enum mean {
    MEAN_COLLABORATION,
    MEAN_BELONGING,
    MEAN_UNDERSTANDING,
    MEAN_ANCHORING,
    MEAN_TRUST,
    MEAN_OVERVIEW,
    MEAN_STRONG,
    MEAN_UTILISATION,
    N_MEANS
};
static const uint32_t observable_of[N_MEANS] = {
    OBSERVE_collaboration, OBSERVE_sense_of_community, OBSERVE_understanding, OBSERVE_anchoring,
    OBSERVE_trust,         OBSERVE_overview,           OBSERVE_strong_ties,   OBSERVE_utilisation};
static const uint32_t groups_of[] = {
    [BY_TENURE_COHORT] = N_COHORTS, [BY_SIZE_CLASS] = N_SIZES, [BY_SECTOR] = N_SECTORS, [BY_QUADRANT] = N_QUADRANTS};
enum { GROUPINGS_OF_FIRMS = 4, MAX_GROUPS = 7 };

struct sums {
    double n, x[N_MEANS];
};

static void add(struct sums *s, const double x[N_MEANS])
{
    s->n += 1.0;
    for (int m = 0; m < N_MEANS; m++)
        s->x[m] += x[m];
}

static uint32_t cohort(const struct world *w, uint32_t i)
{
    const struct cluster_firms *f = cluster_firms(w);
    double tenure = w->time + w->dt - f->entered[i];
    return f->founder[i] ? 0 : tenure < 1.0 ? 1 : tenure < 3.0 ? 2 : 3;
}

static void values_of(const struct world *w, uint32_t i, double others, double x[N_MEANS])
{
    const struct cluster_firms *f = cluster_firms(w);
    x[MEAN_COLLABORATION] = f->joint_events[i] / w->dt;
    x[MEAN_BELONGING] = f->belonging[i];
    x[MEAN_UNDERSTANDING] = f->understanding[i];
    x[MEAN_ANCHORING] = f->anchoring[i];
    x[MEAN_TRUST] = f->trust[i];
    x[MEAN_OVERVIEW] = f->known[i] / others;
    x[MEAN_STRONG] = f->strong_supplier[i] + f->strong_project[i] + f->strong_own[i];
    x[MEAN_UTILISATION] = f->utilisation[i];
}

static void observe_means(struct world *w, uint32_t block)
{
    const struct cluster_firms *f = cluster_firms(w);
    struct sums all = {0}, by[GROUPINGS_OF_FIRMS][MAX_GROUPS] = {{{0}}};
    double others = fmax(1.0, cluster_block(w, block)->n - 1.0), x[N_MEANS];
    EACH_MEMBER(w, block, i)
    {
        values_of(w, i, others, x);
        add(&all, x);
        add(&by[BY_TENURE_COHORT][cohort(w, i)], x);
        add(&by[BY_SIZE_CLASS][f->size_class[i]], x);
        add(&by[BY_SECTOR][f->sector[i]], x);
        add(&by[BY_QUADRANT][(f->understanding[i] >= 0.5) + 2 * (f->anchoring[i] >= 0.5)], x);
    }
    observe_put(w, block, OBSERVE_members, all.n);
    for (uint32_t m = 0; m < N_MEANS && all.n > 0.0; m++)
        observe_put(w, block, observable_of[m], all.x[m] / all.n);
    for (uint32_t g = 0; g < GROUPINGS_OF_FIRMS; g++)
        for (uint32_t level = 0; level < groups_of[g]; level++) {
            const struct sums *s = &by[g][level];
            observe_put_by(w, block, OBSERVE_members, g, level, s->n);
            for (uint32_t m = 0; m < N_MEANS && s->n > 0.0; m++)
                observe_put_by(w, block, observable_of[m], g, level, s->x[m] / s->n);
        }
}

/* phi of the table of U and A split at 0.5; 0 when a margin is empty. */
static double phi(const double n[2][2])
{
    double margins = (n[0][0] + n[0][1]) * (n[1][0] + n[1][1]) * (n[0][0] + n[1][0]) * (n[0][1] + n[1][1]);
    return margins > 0.0 ? (n[1][1] * n[0][0] - n[1][0] * n[0][1]) / sqrt(margins) : 0.0;
}

static void observe_firms(struct world *w, uint32_t block)
{
    const struct cluster_firms *f = cluster_firms(w);
    double n = cluster_block(w, block)->n, table[2][2] = {{0}}, b = 0, bb = 0, spent = 0, funded = 0, known = 0;
    double supplier = 0, project = 0, own = 0, fresh = 0;
    EACH_MEMBER(w, block, i)
    {
        table[f->understanding[i] >= 0.5][f->anchoring[i] >= 0.5] += 1.0;
        b += f->belonging[i];
        bb += f->belonging[i] * f->belonging[i];
        spent += f->spent[i];
        funded += f->funded[i];
        known += f->known[i];
        supplier += f->strong_supplier[i];
        project += f->strong_project[i];
        own += f->strong_own[i];
        fresh += f->new_strong[i];
    }
    if (n < 1.0) return;
    observe_put(w, block, OBSERVE_sense_of_community_sd, sqrt(fmax(0.0, bb / n - b / n * (b / n))));
    observe_put(w, block, OBSERVE_unanchored, (table[0][0] + table[1][0]) / n);
    observe_put(w, block, OBSERVE_phi, phi((const double(*)[2])table));
    observe_put(w, block, OBSERVE_hours_used, spent / n / w->dt);
    observe_put(w, block, OBSERVE_hours_funded, funded / n / w->dt);
    observe_put(w, block, OBSERVE_known, known / n);
    observe_put(w, block, OBSERVE_strong_ties_supplier, supplier / n);
    observe_put(w, block, OBSERVE_strong_ties_project, project / n);
    observe_put(w, block, OBSERVE_strong_ties_own, own / n);
    observe_put(w, block, OBSERVE_new_strong_ties, fresh / n / w->dt);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Over members of a year or more, whose yearly use is not that of a few months. */
static void observe_median_hours(struct world *w, uint32_t block)
{
    const struct cluster_firms *f = cluster_firms(w);
    double *x = cluster_block(w, block)->room.key;
    uint32_t n = 0;
    EACH_MEMBER(w, block, i)
    {
        double tenure = w->time + w->dt - f->entered[i];
        if (tenure >= 1.0 - 1e-9) x[n++] = (f->spent_before[i] + f->spent[i]) / tenure;
    }
    if (!n) return;
    qsort(x, n, sizeof *x, ascending);
    observe_put(w, block, OBSERVE_hours_used_median, n % 2 ? x[n / 2] : 0.5 * (x[n / 2 - 1] + x[n / 2]));
}

static void observe_projects(struct world *w, uint32_t block)
{
    const struct cluster_block *c = cluster_block(w, block);
    double running[N_LEVELS] = {0}, all = 0.0, started = 0.0, pairs = 0.0;
    for (uint32_t k = 0; k < c->n_projects; k++) {
        const struct cluster_project *project = &c->room.project[k];
        if (project->ended) continue;
        running[project->level] += 1.0;
        double here = 0.0;
        for (uint32_t a = 0; a < project->n; a++)
            here += cluster_still_member(w, project, a);
        pairs += 0.5 * here * (here - 1.0);
    }
    for (uint32_t level = 0; level < N_LEVELS; level++) {
        observe_put_by(w, block, OBSERVE_projects_active, BY_LEVEL, level, running[level]);
        observe_put_by(w, block, OBSERVE_projects_started, BY_LEVEL, level, c->tally.started[level] / w->dt);
        all += running[level];
        started += c->tally.started[level];
    }
    observe_put(w, block, OBSERVE_projects_active, all);
    observe_put(w, block, OBSERVE_projects_started, started / w->dt);
    observe_put(w, block, OBSERVE_projects_opened, c->tally.opened / w->dt);
    observe_put(w, block, OBSERVE_projects_succeeded, c->tally.succeeded / w->dt);
    observe_put(w, block, OBSERVE_ideas, c->tally.ideas / w->dt);
    observe_put(w, block, OBSERVE_collaborating_pairs, pairs);
}

static void observe_cluster(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    const struct cluster_block *c = cluster_block(w, block);
    const struct cluster_tally *t = &c->tally;
    double n = fmax(1.0, c->n), hours = 0.0, staff = 0.0;
    for (uint32_t arena = 0; arena < N_ARENAS; arena++) {
        observe_put_by(w, block, OBSERVE_collaboration, BY_ARENA, arena, t->events[arena] / n / w->dt);
        observe_put_by(w, block, OBSERVE_hours_together, BY_ARENA, arena, t->hours[arena] / n / w->dt);
        hours += t->hours[arena];
    }
    for (uint32_t k = 0; k < N_INSTRUMENTS; k++) {
        double money = t->staff_hours[k] * p->staff_wage + t->member_hours[k] * p->member_wage + t->bills[k];
        observe_put_level(w, block, OBSERVE_management_hours, k, t->staff_hours[k]);
        observe_put_level(w, block, OBSERVE_member_hours, k, t->member_hours[k]);
        observe_put_level(w, block, OBSERVE_money, k, money);
        staff += t->staff_hours[k];
    }
    observe_put(w, block, OBSERVE_hours_together, hours / n / w->dt);
    observe_put(w, block, OBSERVE_staff_hours_used, staff / w->dt);
    observe_put(w, block, OBSERVE_entries, t->entries / w->dt);
    observe_put(w, block, OBSERVE_exits, t->exits / w->dt);
    observe_put(w, block, OBSERVE_applicants_waiting, c->n_waiting);
    observe_put(w, block, OBSERVE_introductions, t->introductions / w->dt);
    observe_put(w, block, OBSERVE_requests_waiting, c->n_requests);
    observe_put(w, block, OBSERVE_programme_level, c->level);
    observe_put(w, block, OBSERVE_closed, c->closed);
    if (t->invitations) observe_put(w, block, OBSERVE_attendance, (double)t->attendances / t->invitations);
}

/* Who knows whom as rows of bits, so that common acquaintances are counted 64 at a time. */
static const uint64_t *fill_known(struct world *w, uint32_t block, uint32_t words)
{
    uint64_t *known = cluster_block(w, block)->room.known;
    uint32_t first = cluster_first(w, block);
    memset(known, 0, (size_t)w->firms_per_block * words * sizeof *known);
    EACH_MEMBER(w, block, i)
    {
        struct tie_view v = tie_view(&w->ties, i);
        for (uint32_t k = 0; k < v.n; k++) {
            uint32_t j = v.to[k] - first;
            if (tie_known(w, &v, k)) known[(size_t)(i - first) * words + j / 64] |= UINT64_C(1) << j % 64;
        }
    }
    return known;
}

static uint32_t count_common(const uint64_t *a, const uint64_t *b, uint32_t words)
{
    uint32_t n = 0;
    for (uint32_t k = 0; k < words; k++)
        n += (uint32_t)__builtin_popcountll(a[k] & b[k]);
    return n;
}

static void observe_network(struct world *w, uint32_t block)
{
    double n = cluster_block(w, block)->n, known = 0.0, mutual = 0.0, paths = 0.0, closed = 0.0;
    if (n < 2.0) return;
    uint32_t size = w->firms_per_block, words = cluster_words(size);
    const uint64_t *rows = fill_known(w, block, words);
    for (uint32_t i = 0; i < size; i++) {
        const uint64_t *a = rows + (size_t)i * words;
        for (uint32_t j = 0; j < size; j++) {
            if (!(a[j / 64] >> j % 64 & 1)) continue;
            const uint64_t *b = rows + (size_t)j * words;
            bool back = b[i / 64] >> i % 64 & 1;
            known += 1.0;
            mutual += back;
            paths += count_common(b, b, words) - back; /* i - j - k, k not i */
            closed += count_common(a, b, words);
        }
    }
    double dyads = 0.5 * n * (n - 1.0);
    observe_put(w, block, OBSERVE_unknown_dyads, 1.0 - (known - 0.5 * mutual) / dyads);
    observe_put(w, block, OBSERVE_density, 0.5 * known / dyads);
    if (known > 0.0) observe_put(w, block, OBSERVE_reciprocity, mutual / known);
    if (paths > 0.0) observe_put(w, block, OBSERVE_clustering, closed / paths);
}

void cluster_observation(struct world *w, uint32_t block)
{
    observe_means(w, block);
    observe_firms(w, block);
    observe_projects(w, block);
    observe_cluster(w, block);
    if (!layout_slow_tick(w->setup.layout, w->tick)) return;
    observe_median_hours(w, block);
    observe_network(w, block);
}
