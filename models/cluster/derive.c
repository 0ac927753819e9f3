/* derive.c - what follows from the parameters alone, and what crosses them. */
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
static double km_between(int a, int b)
{
    const double rad = 0.017453292519943295;
    double lat_a = places[a].latitude * rad, lat_b = places[b].latitude * rad;
    double north = Sleef_cinz_sind1_u10purec(0.5 * (lat_b - lat_a));
    double east = Sleef_cinz_sind1_u10purec(0.5 * (places[b].longitude - places[a].longitude) * rad);
    double h = north * north + Sleef_cinz_cosd1_u10purec(lat_a) * Sleef_cinz_cosd1_u10purec(lat_b) * east * east;
    return 2.0 * 6371.0 * Sleef_cinz_asind1_u10purec(sqrt(h));
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

static int derive_fading(const struct run_params *run, const struct cluster_params *p, struct cluster_derived *d,
                         struct error *err)
{
    uint32_t n_ticks;
    int code = world_count_ticks(run, &n_ticks, err);
    if (code) return code;
    size_t n = n_ticks + 1u;
    double dt = 1.0 / (double)run->ticks_per_year;
    d->keep_trust = malloc(n * sizeof(float));
    d->keep_supplier = malloc(n * sizeof(float));
    d->keep_awareness = malloc(n * sizeof(float));
    if (!d->keep_trust || !d->keep_supplier || !d->keep_awareness)
        return error_set(err, ERROR_RUN, "no memory for %zu ticks", n);
    d->supplier_rate = p->trust_waning * p->supplier_trust / (1.0 - p->supplier_trust);
    for (size_t k = 0; k < n; k++) {
        double years = (double)k * dt;
        d->keep_trust[k] = (float)real_exp(-p->trust_waning * years);
        d->keep_supplier[k] = (float)real_exp(-(p->trust_waning + d->supplier_rate) * years);
        d->keep_awareness[k] = (float)real_exp(-p->known_decay * years);
    }
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
    for (uint32_t a = 0; a < p->arena.n; a++)
        for (uint32_t b = 0; b < p->arena_pro.n; b++)
            if (p->arena.first[a] < p->arena_pro.second[b] && p->arena_pro.first[b] < p->arena.second[a])
                return error_set(err, ERROR_CONFIG,
                                 "world.programme.arena_pro: found a span from %.10g inside a span of "
                                 "world.programme.arena, expected levels that do not overlap",
                                 p->arena_pro.first[b]);
    return ERROR_NONE;
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
    if (code) goto out;
    derive_projects(p, d);
    derive_belonging(p, d);
    for (int a = 0; a < N_PLACES; a++)
        for (int b = 0; b < N_PLACES; b++) {
            d->km[a][b] = a == b ? 0.0 : km_between(a, b);
            d->near[a][b] = p->chance_near * real_exp(-d->km[a][b] / p->chance_reach);
        }
    for (int k = 0; k <= PREFERENCE_STEPS; k++)
        d->preference[k] = real_pow((0.1 + (double)k / PREFERENCE_STEPS) / 1.1, p->preference);
    double top = 0.0;
    for (uint32_t k = 0; k < p->members_path.n; k++)
        top = p->members_path.second[k] > top ? p->members_path.second[k] : top;
    scale->n_blocks = (uint32_t)p->clusters;
    scale->firms_per_block = (uint32_t)(top + 0.5) + 1u + later_joiners(run, roster);
    scale->ties_per_firm = scale->firms_per_block < 32 ? scale->firms_per_block : 32;
    if ((double)scale->n_blocks * scale->firms_per_block > 2e9)
        code = error_set(err, ERROR_CONFIG,
                         "world.clusters: found %u clusters of up to %u members, expected at most 2e9 firms",
                         scale->n_blocks, scale->firms_per_block);
    d->founders = (uint32_t)(param_path_at(&p->members_path, run->start) + 0.5);
    if (!code) code = check_roster(run, roster, (uint32_t)(top + 0.5), err);
out:
    if (code) cluster_release(d);
    return code;
}

void cluster_release(void *derived)
{
    struct cluster_derived *d = derived;
    free(d->keep_trust);
    free(d->keep_supplier);
    free(d->keep_awareness);
    memset(d, 0, sizeof *d);
}
