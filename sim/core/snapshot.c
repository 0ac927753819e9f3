#include "core/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "core/record.h"
#include "core/rng.h"
#include "core/world.h"

static double read_field(const struct world *w, const struct field *f, uint32_t slot)
{
    const char *column;
    memcpy(&column, (char *)w->columns + f->offset, sizeof column);
    const char *at = column + (size_t)slot * f->width * f->size;
    switch (f->type) {
    case 'd': return *(const double *)(const void *)at;
    case 'f': return (double)*(const float *)(const void *)at;
    case 'u': return *(const uint32_t *)(const void *)at;
    case 'h': return *(const uint16_t *)(const void *)at;
    default: return *(const uint8_t *)at;
    }
}

static const struct world *sorted_world; /* set and used inside one critical section */

static int by_block_and_uid(const void *a, const void *b)
{
    const struct world *w = sorted_world;
    uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
    uint32_t bi = i / w->firms_per_block, bj = j / w->firms_per_block;
    if (bi != bj) return bi < bj ? -1 : 1;
    uint32_t ui = w->setup.model->uid(w, i), uj = w->setup.model->uid(w, j);
    return (ui > uj) - (ui < uj);
}

/* Slots in use, ordered; the caller frees. */
static uint32_t *members(const struct world *w, uint32_t *n)
{
    uint32_t *slot = malloc((w->n_firms + 1) * sizeof *slot);
    *n = 0;
    for (uint32_t i = 0; slot && i < w->n_firms; i++)
        if (w->setup.model->uid(w, i) != RNG_NOBODY) slot[(*n)++] = i;
    if (slot) {
#pragma omp critical(snapshot_sort)
        {
            sorted_world = w;
            qsort(slot, *n, sizeof *slot, by_block_and_uid);
        }
    }
    return slot;
}

static uint32_t panel_fields(const struct model *m)
{
    uint32_t n = 0;
    for (uint32_t f = 0; f < m->n_fields; f++)
        n += m->fields[f].in_panel;
    return n;
}

static bool allocate(struct snapshot *s, const struct world *w, bool with_ties, const uint32_t *slot)
{
    const struct model *m = w->setup.model;
    size_t n = s->n_firms + 1u;
    s->cluster = malloc(n * sizeof *s->cluster);
    s->uid = malloc(n * sizeof *s->uid);
    s->panel = malloc(n * (panel_fields(m) + 1u) * sizeof *s->panel);
    if (!s->cluster || !s->uid || !s->panel) return false;
    if (!with_ties) return true;
    for (uint32_t r = 0; r < s->n_firms; r++)
        s->n_ties += w->ties.rows[slot[r]].n;
    size_t t = s->n_ties + 1u;
    s->tie_count = malloc(n * sizeof *s->tie_count);
    s->tie_to = malloc(t * sizeof *s->tie_to);
    s->tie_value = malloc(t * (m->n_tie_values + 1u) * sizeof *s->tie_value);
    s->tie_kind = malloc(t * sizeof *s->tie_kind);
    s->tie_age = malloc(t * sizeof *s->tie_age);
    return s->tie_count && s->tie_to && s->tie_value && s->tie_kind && s->tie_age;
}

static void copy_firm(struct snapshot *s, const struct world *w, uint32_t row, uint32_t slot)
{
    const struct model *m = w->setup.model;
    s->cluster[row] = slot / w->firms_per_block;
    s->uid[row] = m->uid(w, slot);
    double *panel = s->panel + (size_t)row * panel_fields(m);
    for (uint32_t f = 0; f < m->n_fields; f++)
        if (m->fields[f].in_panel) *panel++ = read_field(w, &m->fields[f], slot);
}

/* Ties of one firm, from place `at`, in the order of their partners' uids. */
static void copy_ties(struct snapshot *s, const struct world *w, uint32_t row, uint32_t slot, uint32_t at)
{
    const struct model *m = w->setup.model;
    const struct network *g = &w->ties;
    uint32_t n = g->rows[slot].n;
    s->tie_count[row] = n;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t uid = m->uid(w, network_to(g, slot)[k]), rank = 0;
        for (uint32_t l = 0; l < n; l++)
            rank += m->uid(w, network_to(g, slot)[l]) < uid;
        uint32_t t = at + rank;
        s->tie_to[t] = uid;
        for (uint32_t v = 0; v < m->n_tie_values; v++)
            s->tie_value[(size_t)v * s->n_ties + t] = m->tie_today(w, slot, k, v);
        s->tie_kind[t] = network_kind(g, slot)[k];
        s->tie_age[t] = (float)((w->tick + 1u - network_born(g, slot)[k]) * w->dt);
    }
}

static void free_one(struct snapshot *s)
{
    free(s->cluster);
    free(s->uid);
    free(s->panel);
    free(s->tie_count);
    free(s->tie_to);
    free(s->tie_value);
    free(s->tie_kind);
    free(s->tie_age);
}

void snapshot_clear(struct snapshots *all)
{
    for (uint32_t k = 0; k < all->n; k++)
        free_one(&all->snapshot[k]);
    free(all->snapshot);
    all->snapshot = NULL;
    all->n = 0;
    if (all->records) record_clear(all->records);
}

void snapshot_take(struct snapshots *all, const struct world *w)
{
    struct snapshot s = {.time = w->setup.layout->time[w->tick]};
    uint32_t *slot = members(w, &s.n_firms);
    struct snapshot *more = realloc(all->snapshot, (all->n + 1) * sizeof *more);
    if (more) all->snapshot = more;
    if (!slot || !more || !allocate(&s, w, all->with_ties, slot)) {
        all->out_of_memory = true;
        free_one(&s);
        free(slot);
        return;
    }
    uint32_t at = 0;
    for (uint32_t r = 0; r < s.n_firms; r++) {
        copy_firm(&s, w, r, slot[r]);
        if (all->with_ties) copy_ties(&s, w, r, slot[r], at);
        at += w->ties.rows[slot[r]].n;
    }
    all->snapshot[all->n++] = s;
    free(slot);
}

static int pass_ties(struct snapshot *one, uint32_t n_values, struct state_walk *s, struct error *err)
{
    static const char piece[] = "snapshots of ties";
    int code = state_pass_array(s, piece, &one->tie_count, one->n_firms, sizeof *one->tie_count, err);
    if (!code) code = state_pass_array(s, piece, &one->tie_to, one->n_ties, sizeof *one->tie_to, err);
    if (!code)
        code = state_pass_array(s, piece, &one->tie_value, (size_t)one->n_ties * n_values, sizeof *one->tie_value, err);
    if (!code) code = state_pass_array(s, piece, &one->tie_kind, one->n_ties, sizeof *one->tie_kind, err);
    return code ? code : state_pass_array(s, piece, &one->tie_age, one->n_ties, sizeof *one->tie_age, err);
}

static int pass_one(struct snapshot *one, const struct model *m, bool with_ties, struct state_walk *s,
                    struct error *err)
{
    static const char piece[] = "snapshots";
    int code = state_pass(s, piece, &one->time, sizeof one->time, err);
    if (!code) code = state_pass(s, piece, &one->n_firms, sizeof one->n_firms, err);
    if (!code) code = state_pass(s, piece, &one->n_ties, sizeof one->n_ties, err);
    if (!code) code = state_pass_array(s, piece, &one->cluster, one->n_firms, sizeof *one->cluster, err);
    if (!code) code = state_pass_array(s, piece, &one->uid, one->n_firms, sizeof *one->uid, err);
    size_t values = (size_t)one->n_firms * panel_fields(m);
    if (!code) code = state_pass_array(s, piece, &one->panel, values, sizeof *one->panel, err);
    return code || !with_ties ? code : pass_ties(one, m->n_tie_values, s, err);
}

int snapshot_pass(const struct world *w, struct state_walk *s, struct error *err)
{
    struct snapshots *all = w->snapshots;
    uint32_t n = all->n;
    int code = state_pass(s, "snapshots", &n, sizeof n, err);
    if (s->restores && !code) {
        snapshot_clear(all);
        all->snapshot = calloc(n + 1u, sizeof *all->snapshot);
        if (!all->snapshot) return error_set(err, ERROR_RUN, "no memory for %u snapshots", n);
        all->n = n;
    }
    for (uint32_t k = 0; k < n && !code; k++)
        code = pass_one(&all->snapshot[k], w->setup.model, all->with_ties, s, err);
    return code || !all->records ? code : record_pass(w, s, err);
}

void snapshot_free(struct snapshots *all)
{
    if (!all) return;
    snapshot_clear(all);
    record_close(all->records);
    free(all);
}
