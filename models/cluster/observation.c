/* observation.c - the tick's observables, each by its name in observables.def. */
#include <stdlib.h>
#include <string.h>

#include "cluster/cluster.h"
#include "cluster/match.h"
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
    MEAN_INITIATIONS,
    MEAN_MEDIATED,
    MEAN_ATTENDANCE, /* missing without a gathering */
    N_MEANS,
    COUNT = N_MEANS, /* after the means: how many firms, and how long they were members in the tick */
    YEARS,
    N_SUMS
};
static const uint32_t observable_of[N_MEANS] = {
    OBSERVE_collaboration, OBSERVE_sense_of_community, OBSERVE_understanding, OBSERVE_anchoring,
    OBSERVE_trust,         OBSERVE_overview,           OBSERVE_strong_ties,   OBSERVE_utilisation,
    OBSERVE_initiations,   OBSERVE_mediated,           OBSERVE_attendance};
static const uint32_t groups_of[] = {
    [BY_TENURE_COHORT] = N_COHORTS, [BY_SIZE_CLASS] = N_SIZES, [BY_SECTOR] = N_SECTORS, [BY_QUADRANT] = N_QUADRANTS};
enum { GROUPINGS_OF_FIRMS = 4, MAX_GROUPS = 7 };

static void add(double sums[restrict N_SUMS], const double x[restrict N_SUMS])
{
    for (int m = 0; m < N_SUMS; m++)
        sums[m] += x[m];
}

static uint32_t cohort(const struct world *w, uint32_t i)
{
    const struct cluster_firms *f = cluster_firms(w);
    double tenure = w->time + w->dt - f->entered[i];
    return f->founder[i] ? 0 : tenure < 1.0 ? 1 : tenure < 3.0 ? 2 : 3;
}

/* Events count by the years in which firms were members to have them, states by firms. */
static bool is_rate(uint32_t mean)
{
    return mean == MEAN_COLLABORATION || mean == MEAN_INITIATIONS || mean == MEAN_MEDIATED;
}

/* By what counts of firms are multiplied: another member, a gathering. */
struct per {
    double other, gathering;
};

static void values_of(const struct world *w, uint32_t i, const struct per *per, double x[N_SUMS])
{
    const struct cluster_firms *f = cluster_firms(w);
    x[MEAN_COLLABORATION] = f->joint_events[i];
    x[MEAN_BELONGING] = f->belonging[i];
    x[MEAN_UNDERSTANDING] = f->understanding[i];
    x[MEAN_ANCHORING] = f->anchoring[i];
    x[MEAN_TRUST] = f->trust[i];
    x[MEAN_OVERVIEW] = f->known[i] * per->other;
    x[MEAN_STRONG] = f->strong_supplier[i] + f->strong_project[i] + f->strong_own[i];
    x[MEAN_UTILISATION] = f->utilisation[i];
    x[MEAN_INITIATIONS] = f->initiated[i];
    x[MEAN_MEDIATED] = f->mediated[i];
    x[MEAN_ATTENDANCE] = f->attended_now[i] * per->gathering;
    x[COUNT] = 1.0;
    x[YEARS] = cluster_years_as_member(w, i, w->dt);
}

static void observe_means(struct world *w, uint32_t block)
{
    const struct cluster_firms *f = cluster_firms(w);
    double all[N_SUMS] = {0}, by[GROUPINGS_OF_FIRMS][MAX_GROUPS][N_SUMS] = {{{0}}};
    uint32_t gatherings = cluster_block(w, block)->tally.gatherings, n_means = gatherings ? N_MEANS : MEAN_ATTENDANCE;
    struct per per = {1.0 / fmax(1.0, cluster_block(w, block)->n - 1.0), 1.0 / fmax(1.0, gatherings)};
    double x[N_SUMS];
    EACH_MEMBER(w, block, i)
    {
        values_of(w, i, &per, x);
        add(by[BY_TENURE_COHORT][cohort(w, i)], x);
        add(by[BY_SIZE_CLASS][f->size_class[i]], x);
        add(by[BY_SECTOR][f->sector[i]], x);
        add(by[BY_QUADRANT][(f->understanding[i] >= 0.5) + 2 * (f->anchoring[i] >= 0.5)], x);
    }
    for (uint32_t quadrant = 0; quadrant < N_QUADRANTS; quadrant++)
        add(all, by[BY_QUADRANT][quadrant]);
    observe_put(w, block, OBSERVE_members, all[COUNT]);
    for (uint32_t m = 0; m < n_means && all[COUNT] > 0.0; m++)
        observe_put(w, block, observable_of[m], all[m] / all[is_rate(m) ? YEARS : COUNT]);
    for (uint32_t g = 0; g < GROUPINGS_OF_FIRMS; g++)
        for (uint32_t level = 0; level < groups_of[g]; level++) {
            const double *s = by[g][level];
            observe_put_by(w, block, OBSERVE_members, g, level, s[COUNT]);
            uint32_t known = g == BY_SIZE_CLASS || g == BY_QUADRANT ? n_means : MEAN_INITIATIONS;
            for (uint32_t m = 0; m < known && s[COUNT] > 0.0; m++)
                observe_put_by(w, block, observable_of[m], g, level, s[m] / s[is_rate(m) ? YEARS : COUNT]);
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
    double n = cluster_block(w, block)->n, years = cluster_block(w, block)->tally.member_years, table[2][2] = {{0}},
           b = 0, bb = 0, spent = 0, funded = 0, known = 0;
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
    observe_put(w, block, OBSERVE_hours_used, spent / years);
    observe_put(w, block, OBSERVE_hours_funded, funded / years);
    observe_put(w, block, OBSERVE_known, known / n);
    observe_put(w, block, OBSERVE_strong_ties_supplier, supplier / n);
    observe_put(w, block, OBSERVE_strong_ties_project, project / n);
    observe_put(w, block, OBSERVE_strong_ties_own, own / n);
    observe_put(w, block, OBSERVE_new_strong_ties, fresh / years);
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
        if (project->ended || project->origin == OUTSIDE) continue;
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
    double years = t->member_years > 0.0 ? t->member_years : w->dt, hours = 0.0, staff = 0.0;
    for (uint32_t arena = 0; arena < N_ARENAS; arena++) {
        observe_put_by(w, block, OBSERVE_collaboration, BY_ARENA, arena, t->events[arena] / years);
        observe_put_by(w, block, OBSERVE_hours_together, BY_ARENA, arena, t->hours[arena] / years);
        hours += t->hours[arena];
    }
    for (uint32_t k = 0; k < N_POLICIES; k++) {
        double money = t->staff_hours[k] * p->staff_wage + t->member_hours[k] * p->member_wage + t->bills[k];
        observe_put_level(w, block, OBSERVE_management_hours, k, t->staff_hours[k]);
        observe_put_level(w, block, OBSERVE_member_hours, k, t->member_hours[k]);
        observe_put_level(w, block, OBSERVE_money, k, money);
        observe_put_level(w, block, OBSERVE_queued_hours, k, t->queued_hours[k]);
        observe_put_level(w, block, OBSERVE_dropped_hours, k, t->dropped_hours[k]);
        observe_put_level(w, block, OBSERVE_intensity, k, c->policy[k].intensity);
        staff += t->staff_hours[k];
    }
    observe_put(w, block, OBSERVE_hours_together, hours / years);
    observe_put(w, block, OBSERVE_staff_hours_used, staff / w->dt);
    observe_put(w, block, OBSERVE_entries, t->entries / w->dt);
    observe_put(w, block, OBSERVE_exits, t->exits / w->dt);
    observe_put(w, block, OBSERVE_applicants_waiting, c->n_waiting);
    observe_put(w, block, OBSERVE_introductions, t->introductions / w->dt);
    observe_put(w, block, OBSERVE_requests_waiting, c->n_requests);
    observe_put(w, block, OBSERVE_closed, c->closed);
}

static void observe_life(struct world *w, uint32_t block)
{
    const struct cluster_block *c = cluster_block(w, block);
    const struct cluster_tally *t = &c->tally;
    observe_put(w, block, OBSERVE_programme_level, c->level);
    observe_put(w, block, OBSERVE_life_phase, c->life.phase);
    observe_put(w, block, OBSERVE_growth, c->life.growth);
    observe_put(w, block, OBSERVE_prestige, c->life.prestige);
    observe_put(w, block, OBSERVE_visible_results, t->visible / w->dt);
    observe_put(w, block, OBSERVE_funding, c->funding);
    observe_put(w, block, OBSERVE_money_left, c->money);
    observe_put(w, block, OBSERVE_refused, t->refused / w->dt);
    observe_put(w, block, OBSERVE_target,
                fmax(0.0, cluster_target(cluster_params(w), cluster_derived(w), w->time + w->dt) - c->paced));
    if (t->entries) observe_put(w, block, OBSERVE_entrant_understanding, t->entrants / t->entries);
    if (t->answered > 0.0) observe_put(w, block, OBSERVE_request_wait, t->waited / t->answered);
}

static void observe_capital(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    const struct cluster_block *c = cluster_block(w, block);
    const struct cluster_tally *t = &c->tally;
    double n = fmax(1.0, c->n), years = t->member_years > 0.0 ? t->member_years : w->dt;
    double shared = t->shared_open + t->shared_closed, contacts = 0.0;
    observe_put(w, block, OBSERVE_social_capital_structural, t->recent / n / fmax(1.0, n - 1.0));
    observe_put(w, block, OBSERVE_social_capital_relational, t->relational / n);
    if (p->run_belonging) observe_put(w, block, OBSERVE_social_capital_cognitive, t->aims / n);
    observe_put(w, block, OBSERVE_shared_open, t->shared_open / years);
    observe_put(w, block, OBSERVE_shared_closed, t->shared_closed / years);
    if (shared > 0.0) observe_put(w, block, OBSERVE_openness, t->shared_open / shared);
    observe_put(w, block, OBSERVE_projects_outside, t->outside / w->dt);
    observe_put(w, block, OBSERVE_projects_voted, t->voted / w->dt);
    if (t->eligible) observe_put(w, block, OBSERVE_lock_in, (double)t->outside / t->eligible);
    for (uint32_t route = 0; route < N_ROUTES; route++) {
        observe_put_by(w, block, OBSERVE_need_contacts, BY_ROUTE, route, t->need_contacts[route] / w->dt);
        contacts += t->need_contacts[route];
    }
    observe_put(w, block, OBSERVE_need_contacts, contacts / w->dt);
}

static void observe_attitudes(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    const struct cluster_firms *f = cluster_firms(w);
    double n = cluster_block(w, block)->n, integration = 0.0, wariness = 0.0, knowledge = 0.0;
    EACH_MEMBER(w, block, i)
    {
        integration += f->integration[i];
        wariness += f->wariness[i];
        knowledge += f->known_to_staff[i];
    }
    if (n < 1.0) return;
    knowledge *= real_exp(-0.5 * w->dt / p->attention_memory); /* it was gained in the middle of a tick */
    observe_put(w, block, OBSERVE_integration, integration / n);
    observe_put(w, block, OBSERVE_wariness, wariness / n);
    observe_put(w, block, OBSERVE_management_knowledge, knowledge / n);
}

/* 1/2 where belonging and utilisation are what they were in the preset; exits go by (1 - S) / S. */
static void observe_satisfaction(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    const struct cluster_firms *f = cluster_firms(w);
    double n = cluster_block(w, block)->n, satisfaction = 0.0;
    EACH_MEMBER(w, block, i)
    {
        double content = f->belonging[i] - p->exit_b + f->utilisation[i] - p->exit_v;
        satisfaction += 1.0 / (1.0 + real_exp(-p->exit_slope * content));
    }
    if (n >= 1.0) observe_put(w, block, OBSERVE_satisfaction, satisfaction / n);
}

static void observe_potential(struct world *w, uint32_t block)
{
    const struct cluster_firms *f = cluster_firms(w);
    double n = cluster_block(w, block)->n, potential = 0.0, realised = 0.0, reported = 0.0;
    if (n < 1.0 || !cluster_params(w)->run_potential) return;
    EACH_MEMBER(w, block, i)
    {
        potential += f->potential[i];
        realised += f->utilisation[i];
        reported += f->reported[i];
    }
    observe_put(w, block, OBSERVE_potential, potential / n);
    observe_put(w, block, OBSERVE_utilisation_reported, reported / n);
    if (potential > 0.0) observe_put(w, block, OBSERVE_realised, realised / potential);
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
            if (tie_known_end(w, &v, k)) known[(size_t)(i - first) * words + j / 64] |= UINT64_C(1) << j % 64;
        }
    }
    return known;
}

/* Bits set, added up side by side: the builtin is a call where the processor's own instruction may not be used. */
static uint32_t count_bits(uint64_t x)
{
    x -= x >> 1 & UINT64_C(0x5555555555555555);
    x = (x & UINT64_C(0x3333333333333333)) + (x >> 2 & UINT64_C(0x3333333333333333));
    x = (x + (x >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (uint32_t)(x * UINT64_C(0x0101010101010101) >> 56);
}

static uint32_t count_common(const uint64_t *a, const uint64_t *b, uint32_t words)
{
    uint32_t n = 0;
    for (uint32_t k = 0; k < words; k++)
        n += count_bits(a[k] & b[k]);
    return n;
}

static uint32_t root_of(uint32_t *parent, uint32_t i)
{
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

/* Parts of the graph of ties known on either side. */
static void observe_components(struct world *w, uint32_t block, const uint64_t *rows, uint32_t words)
{
    uint32_t size = w->firms_per_block, first = cluster_first(w, block);
    uint32_t *parent = cluster_block(w, block)->room.slot, parts = 0;
    for (uint32_t i = 0; i < size; i++)
        parent[i] = i;
    for (uint32_t i = 0; i < size; i++)
        for (uint32_t word = 0; word < words; word++)
            for (uint64_t bits = rows[(size_t)i * words + word]; bits; bits &= bits - 1)
                parent[root_of(parent, i)] = root_of(parent, 64 * word + (uint32_t)__builtin_ctzll(bits));
    for (uint32_t i = 0; i < size; i++)
        parts += cluster_firms(w)->member[first + i] && root_of(parent, i) == i;
    observe_put(w, block, OBSERVE_components, parts);
}

/* Freeman's degree centralisation of n actors with these degrees: 1 for a star, 0 where all have as many. */
static double centralisation(double n, double sum, double most)
{
    return n > 2.0 ? (n * most - sum) / ((n - 1.0) * (n - 2.0)) : 0.0;
}

/* Who has been in contact with whom within a year, on either side, as rows of bits. */
static const uint64_t *fill_contact(struct world *w, uint32_t block, uint32_t words)
{
    uint64_t *rows = cluster_block(w, block)->room.known;
    uint32_t first = cluster_first(w, block), year = (uint32_t)w->setup.run->ticks_per_year;
    memset(rows, 0, (size_t)w->firms_per_block * words * sizeof *rows);
    EACH_MEMBER(w, block, slot)
    {
        struct tie_view v = tie_view(&w->ties, slot);
        for (uint32_t k = 0, i = slot - first; k < v.n; k++) {
            uint32_t j = v.to[k] - first;
            if (!tie_recent(w, &v, k, year)) continue;
            rows[(size_t)i * words + j / 64] |= UINT64_C(1) << j % 64;
            rows[(size_t)j * words + i / 64] |= UINT64_C(1) << i % 64;
        }
    }
    return rows;
}

/* Of contact within a year; with management as one actor more, tied to whom it knows. */
static void observe_centralisation(struct world *w, uint32_t block)
{
    const struct cluster_firms *f = cluster_firms(w);
    uint32_t words = cluster_words(w->firms_per_block);
    const uint64_t *rows = fill_contact(w, block, words);
    double n = cluster_block(w, block)->n, sum = 0.0, most = 0.0, managed = 0.0, with_most = 0.0;
    EACH_MEMBER(w, block, i)
    {
        const uint64_t *row = rows + (size_t)(i - cluster_first(w, block)) * words;
        double degree = count_common(row, row, words), known = f->known_to_staff[i] >= 0.5 ? 1.0 : 0.0;
        sum += degree;
        most = fmax(most, degree);
        managed += known;
        with_most = fmax(with_most, degree + known);
    }
    with_most = fmax(with_most, managed);
    observe_put(w, block, OBSERVE_centralisation, real_clamp(centralisation(n, sum, most), 0.0, 1.0));
    observe_put(w, block, OBSERVE_centralisation_management,
                real_clamp(centralisation(n + 1.0, sum + 2.0 * managed, with_most), 0.0, 1.0));
}

/* Newman's assortativity of strong ties by a class of firms: (tr e - |e^2|) / (1 - |e^2|). */
static double assortativity(double e[MAX_GROUPS][MAX_GROUPS], uint32_t n)
{
    double all = 0.0, same = 0.0, chance = 0.0;
    for (uint32_t a = 0; a < n; a++)
        for (uint32_t b = 0; b < n; b++)
            all += e[a][b];
    if (!(all > 0.0)) return NAN;
    for (uint32_t a = 0; a < n; a++) {
        double from = 0.0, to = 0.0;
        for (uint32_t b = 0; b < n; b++) {
            from += e[a][b] / all;
            to += e[b][a] / all;
        }
        same += e[a][a] / all;
        chance += from * to;
    }
    return chance < 1.0 ? (same - chance) / (1.0 - chance) : NAN;
}

static void observe_assortativity(struct world *w, uint32_t block)
{
    double by_cohort[MAX_GROUPS][MAX_GROUPS] = {{0}}, by_place[MAX_GROUPS][MAX_GROUPS] = {{0}};
    EACH_MEMBER(w, block, i)
    {
        struct tie_view v = tie_view(&w->ties, i);
        for (uint32_t k = 0; k < v.n; k++) {
            if (!((double)tie_trust_end(w, &v, k) > STRONG)) continue;
            by_cohort[cohort(w, i)][cohort(w, v.to[k])] += 1.0;
            by_place[cluster_firms(w)->place[i]][cluster_firms(w)->place[v.to[k]]] += 1.0;
        }
    }
    observe_put(w, block, OBSERVE_assortativity_cohort, assortativity(by_cohort, N_COHORTS));
    observe_put(w, block, OBSERVE_assortativity_place, assortativity(by_place, N_PLACES));
}

static void observe_network(struct world *w, uint32_t block)
{
    double n = cluster_block(w, block)->n, known = 0.0, mutual = 0.0, paths = 0.0, closed = 0.0;
    if (n < 2.0) return;
    uint32_t size = w->firms_per_block, words = cluster_words(size);
    const uint64_t *rows = fill_known(w, block, words);
    double *degree = cluster_block(w, block)->room.key;
    for (uint32_t i = 0; i < size; i++)
        degree[i] = count_common(rows + (size_t)i * words, rows + (size_t)i * words, words);
    for (uint32_t i = 0; i < size; i++)
        for (uint32_t word = 0; word < words; word++) {
            const uint64_t *a = rows + (size_t)i * words;
            for (uint64_t bits = a[word]; bits; bits &= bits - 1) {
                uint32_t j = 64 * word + (uint32_t)__builtin_ctzll(bits);
                const uint64_t *b = rows + (size_t)j * words;
                bool back = b[i / 64] >> i % 64 & 1;
                known += 1.0;
                mutual += back;
                paths += degree[j] - back; /* i - j - k, k not i */
                closed += count_common(a, b, words);
            }
        }
    double dyads = 0.5 * n * (n - 1.0);
    observe_put(w, block, OBSERVE_unknown_dyads, 1.0 - (known - 0.5 * mutual) / dyads);
    observe_put(w, block, OBSERVE_density, 0.5 * known / dyads);
    if (known > 0.0) observe_put(w, block, OBSERVE_reciprocity, mutual / known);
    if (paths > 0.0) observe_put(w, block, OBSERVE_clustering, closed / paths);
    observe_components(w, block, rows, words);
}

/* What the cluster could offer a firm: its matches with the members that suit it best, whoever knows whom. */
static void observe_matches(struct world *w, uint32_t block)
{
    enum { TOP = 5 };
    double n = cluster_block(w, block)->n, first = 0.0, top = 0.0, best[TOP];
    if (n < 2.0 || !cluster_params(w)->observe_matches) return;
    EACH_MEMBER(w, block, i)
    {
        uint32_t found = cluster_match_best(w, block, i, TOP, best);
        double sum = 0.0;
        for (uint32_t k = 0; k < found; k++)
            sum += best[k];
        first += best[0];
        top += sum / found;
    }
    observe_put(w, block, OBSERVE_match_best, first / n);
    observe_put(w, block, OBSERVE_match_top5, top / n);
}

void cluster_observation(struct world *w, uint32_t block)
{
    observe_means(w, block);
    observe_firms(w, block);
    observe_projects(w, block);
    observe_cluster(w, block);
    observe_life(w, block);
    observe_capital(w, block);
    observe_attitudes(w, block);
    if (!layout_slow_tick(w->setup.layout, w->tick)) return;
    observe_median_hours(w, block);
    observe_network(w, block);
    observe_centralisation(w, block);
    observe_assortativity(w, block);
    observe_satisfaction(w, block);
    observe_matches(w, block);
    observe_potential(w, block);
}
