/* derive.c - what follows from the parameters alone, and what crosses them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/cluster.h"

static const struct {
    double latitude, longitude;
} places[N_PLACES] = {
#define PLACE(id, label, lat, lon) {lat, lon},
#include "cluster/places.def"
#undef PLACE
};

/* Great-circle distance, haversine, Earth radius 6371 km. */
static double km_apart(double lat_a, double lon_a, double lat_b, double lon_b)
{
    const double rad = 0.017453292519943295;
    lat_a *= rad;
    lat_b *= rad;
    double north = Sleef_cinz_sind1_u10purec(0.5 * (lat_b - lat_a));
    double east = Sleef_cinz_sind1_u10purec(0.5 * (lon_b - lon_a) * rad);
    double h = north * north + Sleef_cinz_cosd1_u10purec(lat_a) * Sleef_cinz_cosd1_u10purec(lat_b) * east * east;
    return 2.0 * 6371.0 * Sleef_cinz_asind1_u10purec(sqrt(h));
}

static double km_between(int a, int b)
{
    return km_apart(places[a].latitude, places[a].longitude, places[b].latitude, places[b].longitude);
}

double cluster_km_to(enum cluster_place place, double latitude, double longitude)
{
    return km_apart(places[place].latitude, places[place].longitude, latitude, longitude);
}

/* Shares as given -> cumulative shares that end at 1. */
static int accumulate(const double *share, int n, double *upto, const char *path, struct error *err)
{
    double sum = 0.0;
    for (int k = 0; k < n; k++)
        sum += share[k];
    if (!(sum > 0.0))
        return error_set(err, ERROR_CONFIG, "%s: found shares that are all 0, expected at least one above 0", path);
    double so_far = 0.0;
    for (int k = 0; k < n; k++) {
        so_far += share[k] / sum;
        upto[k] = so_far;
    }
    upto[n - 1] = 1.0;
    return ERROR_NONE;
}

static int derive_shares(const struct cluster_params *p, struct cluster_derived *d, struct error *err)
{
    double sector[N_SECTORS] = {p->sector_core,   p->sector_supplier, p->sector_tech, p->sector_research,
                                p->sector_public, p->sector_investor, p->sector_other};
    double place[N_PLACES] = {p->place_mo,        p->place_mosjoen, p->place_salten, p->place_helgeland,
                              p->place_trondelag, p->place_troms,   p->place_south};
    double idea[N_LEVELS] = {p->idea_1, p->idea_2, p->idea_3, p->idea_4};
    int code = accumulate(sector, N_SECTORS, d->sector_upto, "model.firms.sector_core", err);
    if (!code) code = accumulate(place, N_PLACES, d->place_upto, "model.firms.place_mo", err);
    if (!code) code = accumulate(idea, N_LEVELS, d->idea_upto, "model.projects.idea_1", err);
    return code;
}

static void derive_projects(const struct cluster_params *p, struct cluster_derived *d)
{
    const double gate[N_LEVELS] = {p->gate_1, p->gate_2, p->gate_3, p->gate_4};
    const double hours[N_LEVELS] = {p->hours_1, p->hours_2, p->hours_3, p->hours_4};
    const double years[N_LEVELS] = {p->months_1, p->months_2, p->months_3, p->months_4};
    const double success[N_LEVELS] = {p->success_12, p->success_12, p->success_3, p->success_4};
    const double best[N_LEVELS] = {p->distance_12, p->distance_12, p->distance_34, p->distance_34};
    memcpy(d->gate, gate, sizeof gate);
    memcpy(d->hours, hours, sizeof hours);
    memcpy(d->years, years, sizeof years);
    memcpy(d->success, success, sizeof success);
    memcpy(d->best_distance, best, sizeof best);
}

static void derive_belonging(const struct cluster_params *p, struct cluster_derived *d)
{
    double sum = p->b_known + p->b_trust + p->b_attention + p->b_aims;
    d->belong_known = p->b_known / sum;
    d->belong_trust = p->b_trust / sum;
    d->belong_attention = p->b_attention / sum;
    d->belong_aims = p->b_aims / sum;
}

static void derive_understanding(const struct cluster_params *p, struct cluster_derived *d)
{
    double sum = p->u_practice + p->u_role + p->u_goals;
    d->practice = p->u_practice / sum;
    d->role = p->u_role / sum;
    d->goals = p->u_goals / sum;
}

/* What is left `later` ticks more than k whole ones after contact; false without memory. */
static bool table_fading(const struct cluster_params *p, const struct cluster_derived *d, struct cluster_fading *t,
                         size_t n, double later, double dt)
{
    t->trust = malloc(n * sizeof(float));
    t->supplier = malloc(n * sizeof(float));
    t->awareness = malloc(n * sizeof(float));
    if (!t->trust || !t->supplier || !t->awareness) return false;
    for (size_t k = 0; k < n; k++) {
        double years = ((double)k + later) * dt;
        t->trust[k] = (float)real_exp(-p->trust_waning * years);
        t->supplier[k] = (float)real_exp(-(p->trust_waning + d->supplier_rate) * years);
        t->awareness[k] = (float)real_exp(-p->known_decay * years);
    }
    return true;
}

static int derive_fading(const struct run_params *run, const struct cluster_params *p, struct cluster_derived *d,
                         struct error *err)
{
    uint32_t n_ticks;
    int code = world_count_ticks(run, &n_ticks, err);
    if (code) return code;
    size_t n = n_ticks + 1u;
    double dt = 1.0 / (double)run->ticks_per_year;
    d->supplier_rate = p->trust_waning * p->supplier_trust / (1.0 - p->supplier_trust);
    if (!table_fading(p, d, &d->middle, n, 0.0, dt) || !table_fading(p, d, &d->end, n, 0.5, dt))
        return error_set(err, ERROR_RUN, "no memory for %zu ticks", n);
    return ERROR_NONE;
}

static int apart(const struct pairs *a, const char *a_name, const struct pairs *b, const char *b_name,
                 struct error *err)
{
    for (uint32_t i = 0; i < a->n; i++)
        for (uint32_t j = 0; j < b->n; j++)
            if (a->first[i] < b->second[j] && b->first[j] < a->second[i])
                return error_set(err, ERROR_CONFIG,
                                 "world.programme.%s: found a span from %.10g inside a span of world.programme.%s, "
                                 "expected levels that do not overlap",
                                 b_name, b->first[j], a_name);
    return ERROR_NONE;
}

static int check_levels(const struct cluster_params *p, struct error *err)
{
    if (!(p->gate_1 <= p->gate_2 && p->gate_2 <= p->gate_3 && p->gate_3 <= p->gate_4))
        return error_set(
            err, ERROR_CONFIG,
            "model.projects.gate_1: found gates %g, %g, %g, %g, expected each at least as high as the one before",
            p->gate_1, p->gate_2, p->gate_3, p->gate_4);
    if (p->events_share + p->calls_share >= 1.0)
        return error_set(err, ERROR_CONFIG,
                         "model.hours.events_share: found %g beside calls_share %g, expected a sum below 1, so that "
                         "hours are left for projects",
                         p->events_share, p->calls_share);
    double means[3] = {p->u_none, p->u_good, p->u_bad};
    for (int k = 0; k < 3; k++)
        if (p->u_sd * p->u_sd >= means[k] * (1.0 - means[k]))
            return error_set(err, ERROR_CONFIG,
                             "model.firms.understanding_sd: found %g, expected less than %g, the largest that a Beta "
                             "of mean %g can have",
                             p->u_sd, sqrt(means[k] * (1.0 - means[k])), means[k]);
    int code = apart(&p->arena, "arena", &p->arena_pro, "arena_pro", err);
    if (!code) code = apart(&p->arena, "arena", &p->gce, "gce", err);
    return code ? code : apart(&p->arena_pro, "arena_pro", &p->gce, "gce", err);
}

/* ---- policies and expansion ------------------------------------------------------------------------------------------ */

int cluster_choose(const char *found, const char *path, const char *const *choices, int *chosen, struct error *err)
{
    char list[256] = "";
    struct param_nearest near = {0};
    for (int k = 0; choices[k]; k++) {
        if (strcmp(found, choices[k]) == 0) {
            *chosen = k;
            return ERROR_NONE;
        }
        param_consider(&near, found, choices[k]);
        size_t n = strlen(list);
        snprintf(list + n, sizeof list - n, "%s%s", k ? ", " : "", choices[k]);
    }
    return error_set(err, ERROR_CONFIG, "%s: found \"%.64s\", expected one of %s%s%s%s", path, found, list,
                     near.name ? "; did you mean " : "", near.name ? near.name : "", near.name ? "?" : "");
}

static int check_dates(const struct run_params *run, const char *name, const struct cluster_policy_plan *plan,
                       struct error *err)
{
    if (plan->end <= plan->start)
        return error_set(err, ERROR_CONFIG, "policies.%s.end: found %.10g, expected a time after its start (%.10g)",
                         name, plan->end, plan->start);
    if (plan->on && (plan->start >= run->end || plan->end <= run->start))
        return error_set(err, ERROR_CONFIG,
                         "policies.%s.%s: found a policy that is on from %.10g to %.10g, expected a time inside the "
                         "run (%.10g to %.10g)",
                         name, plan->end <= run->start ? "end" : "start", plan->start, plan->end, run->start, run->end);
    return ERROR_NONE;
}

static int derive_policy(const struct run_params *run, const char *name, const char *trigger,
                         struct cluster_policy_plan *plan, struct error *err)
{
    struct error why = {0};
    int code = check_dates(run, name, plan, err);
    if (!code && cluster_trigger_parse(trigger, &plan->trigger, &why)) {
        const char *text = strncmp(why.text, "a trigger: ", 11) == 0 ? why.text + 11 : why.text;
        code = error_set(err, ERROR_CONFIG, "policies.%s.trigger: %.512s", name, text);
    }
    if (!plan->on) plan->intensity = 0.0;
    return code;
}

static int derive_policies(const struct run_params *run, const struct cluster_params *p, struct cluster_derived *d,
                           struct error *err)
{
    int code = ERROR_NONE;
    struct cluster_policy_plan *plan = d->policy;
#define POLICY(name, doc)                                                                                              \
    if (!code) {                                                                                                       \
        plan->on = p->name##_on;                                                                                       \
        plan->start = p->name##_start;                                                                                 \
        plan->end = p->name##_end;                                                                                     \
        plan->lasts = p->name##_lasts;                                                                                 \
        plan->intensity = p->name##_intensity;                                                                         \
        code = derive_policy(run, #name, p->name##_trigger.text, plan++, err);                                         \
    }
#include "cluster/policies.def"
#undef POLICY
    return code;
}

static bool both_in_force(const struct cluster_derived *d, enum cluster_policy a, enum cluster_policy b)
{
    const struct cluster_policy_plan *x = &d->policy[a], *y = &d->policy[b];
    return x->on && y->on && x->start < y->end && y->start < x->end;
}

/* What contradicts what. */
static int check_policies(const struct run_params *run, const struct cluster_params *p, const struct cluster_derived *d,
                          struct error *err)
{
    const struct cluster_policy_plan *recruitment = &d->policy[POLICY_recruitment];
    bool merges = p->merger_members > 0 && recruitment->on && p->recruitment_pace <= 0.0;
    if (d->groups == STABLE_GROUPS && p->inclusion_mixed > 0.0 && both_in_force(d, POLICY_gatherings, POLICY_inclusion))
        return error_set(
            err, ERROR_CONFIG,
            "policies.gatherings.groups: found \"stable\" beside policies.inclusion.mixed = %g in the same "
            "time, expected groups that are not stable, or 0",
            p->inclusion_mixed);
    double until = recruitment->lasts > 0.0 && recruitment->trigger.measure < 0
                       ? fmin(recruitment->end, fmax(recruitment->start, run->start) + recruitment->lasts)
                       : recruitment->end; /* a trigger may begin it at any time */
    if (merges && p->merger_time >= recruitment->start && p->merger_time < until)
        return error_set(
            err, ERROR_CONFIG,
            "policies.recruitment.pace: found a pause over world.expansion.merger_time (%.10g), expected a "
            "merger outside of it",
            p->merger_time);
    if (d->policy[POLICY_easy_wins].on && !p->small_projects_on && !p->votes_on)
        return error_set(
            err, ERROR_CONFIG,
            "policies.easy_wins.on: found true with neither policies.small_projects nor policies.votes on, "
            "expected one of the two, whose projects it shapes");
    return ERROR_NONE;
}

/* The largest target of the run, and that it never falls below 2. */
static int check_expansion(const struct run_params *run, const struct cluster_params *p,
                           const struct cluster_derived *d, double *top, struct error *err)
{
    uint32_t n_ticks = 0;
    int code = world_count_ticks(run, &n_ticks, err);
    *top = 0.0;
    for (uint32_t k = 0; !code && k <= n_ticks; k++) {
        double time = run->start + (double)k / (double)run->ticks_per_year, target = cluster_target(p, d, time);
        if (target < 2.0)
            return error_set(
                err, ERROR_CONFIG,
                "world.expansion.pulse_members: found %g, with which the target falls to %g members at %.10g, "
                "expected at least 2",
                p->pulse_members, target, time);
        double merged = cluster_merger_due(p, time) ? (double)p->merger_members : 0.0;
        *top = fmax(*top, target - merged);
    }
    /* whoever is above a path that has fallen stays when the other cluster joins */
    if (cluster_merger_due(p, run->end)) *top += (double)p->merger_members;
    if (!code && *top > 10000.0)
        code =
            error_set(err, ERROR_CONFIG, "world.expansion: found a target of %g members, expected at most 10000", *top);
    return code;
}

static int derive_choices(const struct run_params *run, const struct cluster_params *p, struct cluster_derived *d,
                          struct error *err)
{
    static const char *const forms[] = {"path", "logistic", NULL}, *const modes[] = {"physical", "digital", NULL},
                             *const groups[] = {"none", "stable", "reshuffled", NULL};
    int form = 0, mode = 0, group = 0;
    int code = cluster_choose(p->form.text, "world.expansion.form", forms, &form, err);
    if (!code) code = cluster_choose(p->gatherings_mode.text, "policies.gatherings.mode", modes, &mode, err);
    if (!code) code = cluster_choose(p->gatherings_groups.text, "policies.gatherings.groups", groups, &group, err);
    d->logistic = form == 1;
    d->digital_gatherings = mode == 1;
    d->groups = (enum cluster_group_work)group;
    d->logistic_low = 1.0 / (1.0 + real_exp(-p->logistic_rate * (run->start - p->logistic_middle)));
    return code;
}

/* Members that a faster pace of recruitment adds at most to the target. */
static double added_by_pace(const struct run_params *run, const struct cluster_params *p,
                            const struct cluster_derived *d)
{
    const struct cluster_policy_plan *plan = &d->policy[POLICY_recruitment];
    double more = p->recruitment_pace - 1.0, dt = 1.0 / (double)run->ticks_per_year, grown = 0.0;
    if (!plan->on || !(more > 0.0)) return 0.0;
    for (double time = run->start; time < run->end - 0.5 * dt; time += dt)
        grown += fmax(0.0, cluster_target(p, d, time + dt) - cluster_target(p, d, time));
    return more * grown;
}

/* Firms that a roster dates after the start join whatever the path says: they need room of their own. */
static uint32_t later_joiners(const struct run_params *run, const struct roster *roster)
{
    uint32_t n = 0;
    for (uint32_t r = 0; roster && r < roster->n; r++)
        n += roster->value[r * roster->n_columns + ROSTER_JOINED] > run->start;
    return n;
}

static int check_roster(const struct run_params *run, const struct roster *roster, uint32_t slots, struct error *err)
{
    uint32_t founders = roster ? roster->n - later_joiners(run, roster) : 0;
    if (founders > slots)
        return error_set(err, ERROR_CONFIG,
                         "world.roster: found %u members at the start, expected at most %u, the top of world.members",
                         founders, slots);
    if (roster && roster->n >= FIRST_APPLICANT)
        return error_set(err, ERROR_CONFIG, "world.roster: found %u firms, expected fewer than %d", roster->n,
                         FIRST_APPLICANT);
    return ERROR_NONE;
}

int cluster_derive(const struct run_params *run, const void *params, const struct roster *roster, void *derived,
                   struct model_scale *scale, struct error *err)
{
    const struct cluster_params *p = params;
    struct cluster_derived *d = derived;
    memset(d, 0, sizeof *d);
    int code = check_levels(p, err);
    if (!code && p->members_path.n == 0)
        code = error_set(err, ERROR_CONFIG, "world.members: found no point, expected at least one");
    if (!code) code = derive_shares(p, d, err);
    if (!code) code = derive_fading(run, p, d, err);
    if (!code) code = derive_choices(run, p, d, err);
    double top = 0.0;
    if (!code) code = check_expansion(run, p, d, &top, err);
    if (!code) code = derive_policies(run, p, d, err);
    if (!code) code = check_policies(run, p, d, err);
    if (!code) code = cluster_plan(run, p, d, err);
    if (code) goto out;
    top += added_by_pace(run, p, d);
    derive_understanding(p, d);
    derive_projects(p, d);
    derive_belonging(p, d);
    for (int a = 0; a < N_PLACES; a++)
        for (int b = 0; b < N_PLACES; b++) {
            d->km[a][b] = a == b ? 0.0 : km_between(a, b);
            d->near[a][b] = p->chance_near * real_exp(-d->km[a][b] / p->chance_reach);
        }
    for (int k = 0; k <= PREFERENCE_STEPS; k++)
        d->preference[k] = real_pow((0.1 + (double)k / PREFERENCE_STEPS) / 1.1, p->preference);
    scale->n_blocks = (uint32_t)p->clusters;
    scale->firms_per_block = (uint32_t)(top + 0.5) + 1u + later_joiners(run, roster);
    scale->ties_per_firm = scale->firms_per_block < 32 ? scale->firms_per_block : 32;
    if ((double)scale->n_blocks * scale->firms_per_block > 2e9)
        code = error_set(err, ERROR_CONFIG,
                         "world.clusters: found %u clusters of up to %u members, expected at most 2e9 firms",
                         scale->n_blocks, scale->firms_per_block);
    d->founders = (uint32_t)(cluster_target(p, d, run->start) + 0.5);
    if (!code) code = check_roster(run, roster, (uint32_t)(top + 0.5), err);
out:
    if (code) cluster_release(d);
    return code;
}

void cluster_release(void *derived)
{
    struct cluster_derived *d = derived;
    struct cluster_fading *tables[2] = {&d->middle, &d->end};
    for (int t = 0; t < 2; t++) {
        free(tables[t]->trust);
        free(tables[t]->supplier);
        free(tables[t]->awareness);
    }
    memset(d, 0, sizeof *d);
}
