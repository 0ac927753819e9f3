#include "result_fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "core/record.h"
#include "core/world.h"
#include "io/output.h"

enum { FIRMS = 3, WIDE_MAX = 80 };

static const char *const sizes[] = {"small", "large, with å", "huge"};
static const char *const instruments[] = {"gatherings", "outreach"};
static const struct grouping groupings[] = {{"size", sizes, 3, "size of the firm"},
                                            {"instrument", instruments, 2, "instrument of facilitation"}};

static const struct observable observables[] = {
    {"members", "1", "time: point", 0, INFINITY, OBSERVE_SUM, OBSERVE_TICK, "/", -1, 1u, "members", "firms"},
    {"trust", "1", "time: point", 0, 1, OBSERVE_MEAN, OBSERVE_TICK, "/", -1, 0, "trust", "mean trust"},
    {"density", "1", "time: point", 0, 1, OBSERVE_MEAN, OBSERVE_SLOWLY, "/", -1, 0, "density", "share of ties"},
    {"hours", "h", "time: sum", -INFINITY, 1e9, OBSERVE_SUM, OBSERVE_TICK, "/cost", 1, 0, "hours", "hours spent"}};

static const struct field fields[] = {{"employees", 8, 1, 0, 'd', true, "1", 0, INFINITY, "employees"},
                                      {"hidden", 8, 1, 0, 'd', false, "1", 0, INFINITY, "not in the panel"},
                                      {"size", 1, 1, 0, 'b', true, "1", 0, 2, "size, named as a grouping is"},
                                      {"skill", 4, 1, 0, 'f', true, "1", 0, 1, "skill"}};

static const struct tie_value tie_values[] = {{"trust", "1", "trust in the partner"},
                                              {"awareness", "1", "awareness of the partner"}};

/* What happens: things with a size (a dimension of the root too) and two hands. */
struct thing {
    double when;
    int8_t size;
    int32_t hands[2];
};
static const struct record_column thing_columns[] = {
    {"when", 'd', 1, 8, offsetof(struct thing, when), NULL, "year", 1900, 2300, "time"},
    {"size", 'b', 1, 1, offsetof(struct thing, size), "small large", "", 0, 1, "size, named as a grouping is"},
    {"hands", 'i', 2, 4, offsetof(struct thing, hands), NULL, "1", 0, INFINITY, "hands; -1: none"}};
static const struct record_kind record_kinds[] = {{.name = "things",
                                                   .row = "thing",
                                                   .across = "hand",
                                                   .width = 2,
                                                   .size = sizeof(struct thing),
                                                   .columns = thing_columns,
                                                   .n_columns = 3,
                                                   .a_firm_and_year = 1,
                                                   .doc = "things that happened"}};

static const struct model fake = {.name = "fake",
                                  .fields = fields,
                                  .n_fields = 4,
                                  .record_kinds = record_kinds,
                                  .n_record_kinds = 1,
                                  .tie_values = tie_values,
                                  .n_tie_values = 2,
                                  .observables = observables,
                                  .n_observables = 4,
                                  .groupings = groupings,
                                  .n_groupings = 2};

static struct observable wide_observables[WIDE_MAX];
static struct model wide;

static char *scenario_names[] = {"base", "no_staff"};
static char *questions[] = {"What happened?", "And without staff, på norsk?"};

static void init(struct fixture *f, const struct model *model, uint32_t replicates, uint32_t years)
{
    memset(f, 0, sizeof *f);
    struct ensemble_plan *p = &f->plan;
    struct error err = {0};
    cr_assert_eq(param_reset(&world_run_table, &p->run, &err), 0, "%s", err.text);
    p->model = model;
    p->n_scenarios = FIXTURE_SCENARIOS;
    p->n_points = FIXTURE_POINTS;
    p->n_replicates = replicates;
    p->scenario_name = scenario_names;
    p->scenario_question = questions;
    p->cases = calloc(FIXTURE_SCENARIOS * FIXTURE_POINTS, sizeof *p->cases);
    p->seeds = calloc(replicates, sizeof *p->seeds);
    cr_assert(p->cases && p->seeds);
    for (uint32_t r = 0; r < replicates; r++)
        p->seeds[r] = (UINT64_C(1) << 53) - 1 - r;
    for (int c = 0; c < FIXTURE_SCENARIOS * FIXTURE_POINTS; c++)
        p->cases[c].scale = (struct model_scale){1, FIRMS, FIRMS};
    int code = layout_init(&p->layout, model->observables, model->n_observables, model->groupings, model->n_groupings,
                           2017.0, 2017.0 + years, 12 * years, 12, &err);
    cr_assert_eq(code, 0, "%s", err.text);
    f->texts = (struct config_texts){.given = strdup("given = 1;\n"), .resolved = strdup("resolved = 1;\n")};
    folder_make(f->folder);
    snprintf(f->path, sizeof f->path, "%s/out.h5", f->folder);
}

void fixture_init(struct fixture *f, uint32_t replicates, uint32_t years, int64_t panel_runs, int64_t tie_runs)
{
    init(f, &fake, replicates, years);
    f->plan.run.panel_runs = panel_runs;
    f->plan.run.tie_runs = tie_runs;
}

void fixture_init_wide(struct fixture *f, uint32_t replicates, uint32_t years, uint32_t n_observables)
{
    static char names[WIDE_MAX][16];
    wide = fake;
    for (uint32_t k = 0; k < n_observables && k < WIDE_MAX; k++) {
        snprintf(names[k], sizeof names[k], "measure_%u", k);
        wide_observables[k] = observables[1];
        wide_observables[k].name = names[k];
    }
    wide.observables = wide_observables;
    wide.n_observables = n_observables;
    init(f, &wide, replicates, years);
    f->plan.n_scenarios = 1;
    f->plan.n_points = 1;
}

void fixture_free(struct fixture *f)
{
    folder_remove(f->folder);
    layout_free(&f->plan.layout);
    free(f->plan.cases);
    free(f->plan.seeds);
    free(f->texts.given);
    free(f->texts.resolved);
}

double fixture_value(uint32_t scenario, uint32_t point, uint32_t replicate, size_t d)
{
    return scenario + 0.5 * point + 1e-3 * replicate + 1e-6 * (double)d;
}

/* ---- snapshots ---- */

/* Snapshot k of a run: k + 1 firms; firm i has i ties. */
static void make_snapshot(struct snapshot *s, uint32_t k, double offset)
{
    s->time = 2017.0 + k;
    s->n_firms = k + 1;
    s->n_ties = k * (k + 1) / 2;
    s->cluster = calloc(s->n_firms, sizeof *s->cluster);
    s->uid = calloc(s->n_firms, sizeof *s->uid);
    s->panel = calloc(s->n_firms * 3, sizeof *s->panel);
    s->tie_count = calloc(s->n_firms, sizeof *s->tie_count);
    s->tie_to = calloc(s->n_ties + 1, sizeof *s->tie_to);
    s->tie_value = calloc(2 * s->n_ties + 1, sizeof *s->tie_value);
    s->tie_kind = calloc(s->n_ties + 1, sizeof *s->tie_kind);
    s->tie_age = calloc(s->n_ties + 1, sizeof *s->tie_age);
    uint32_t t = 0;
    for (uint32_t i = 0; i < s->n_firms; i++) {
        s->uid[i] = 10 * i;
        s->panel[3 * i] = offset + i;
        s->panel[3 * i + 1] = i;
        s->panel[3 * i + 2] = 0.25 * i;
        s->tie_count[i] = i;
        for (uint32_t j = 0; j < i; j++, t++) {
            s->tie_to[t] = 10 * j;
            s->tie_value[t] = (float)(offset + t);
            s->tie_value[s->n_ties + t] = 0.5f;
            s->tie_kind[t] = (uint8_t)(j % 3);
            s->tie_age[t] = (float)k;
        }
    }
}

/* Two blocks: in block 0 things at 2018 and 2020, in block 1 at 2018 and 2019; hands tell block and place. */
static struct records *make_records(const struct model *m)
{
    struct records *all = record_open(2, 1);
    cr_assert(all);
    for (int b = 0; b < 2; b++) {
        struct record_list *list = &all->list[b];
        list->n = list->room = 2;
        list->row = malloc(2 * m->record_kinds[0].size);
        cr_assert(list->row);
        struct thing things[2] = {{2018, 0, {b, -1}}, {b ? 2019 : 2020, 1, {b, 1}}};
        memcpy(list->row, things, sizeof things);
    }
    return all;
}

static struct snapshots *make_snapshots(const struct fixture *f, uint32_t replicate, double offset)
{
    bool panel = replicate < f->plan.run.panel_runs, ties = replicate < f->plan.run.tie_runs;
    if (!panel && !ties) return NULL;
    struct snapshots *all = calloc(1, sizeof *all);
    cr_assert(all);
    all->with_ties = ties;
    all->every = 12;
    if (panel) all->records = make_records(f->plan.model);
    all->n = 3;
    all->snapshot = calloc(all->n, sizeof *all->snapshot);
    cr_assert(all->snapshot);
    for (uint32_t k = 0; k < all->n; k++)
        make_snapshot(&all->snapshot[k], k, offset);
    return all;
}

/* ---- batches ---- */

struct ensemble_batch *fixture_batch(const struct fixture *f, uint32_t scenario, uint32_t point, uint32_t first,
                                     uint32_t n)
{
    struct ensemble_batch *b = calloc(1, sizeof *b);
    cr_assert(b);
    *b = (struct ensemble_batch){.scenario = scenario, .point = point, .first = first, .n = n};
    for (uint32_t r = 0; r < n; r++) {
        b->results[r] = malloc(f->plan.layout.n_doubles * sizeof(double));
        cr_assert(b->results[r]);
        for (size_t d = 0; d < f->plan.layout.n_doubles; d++)
            b->results[r][d] = fixture_value(scenario, point, first + r, d);
        b->snapshots[r] = make_snapshots(f, first + r, fixture_value(scenario, point, first + r, 0));
    }
    return b;
}

void fixture_batch_free(struct ensemble_batch *b)
{
    for (uint32_t r = 0; r < b->n; r++) {
        free(b->results[r]);
        snapshot_free(b->snapshots[r]);
    }
    free(b);
}

void fixture_write(struct fixture *f, bool backwards, char digest[33])
{
    struct output *out = NULL;
    struct error err = {0};
    struct ensemble_outcome outcome = {0};
    const struct ensemble_plan *p = &f->plan;
    char *argv[] = {"klynge", "run"};
    cr_assert_eq(output_open(&out, f->path, true, p, &f->texts, 1, 2, argv, &err), 0, "%s", err.text);
    uint32_t per_case = (p->n_replicates + ENSEMBLE_BATCH - 1) / ENSEMBLE_BATCH;
    uint32_t total = p->n_scenarios * p->n_points * per_case;
    for (uint32_t k = 0; k < total; k++) {
        uint32_t b = backwards ? total - 1 - k : k, c = b / per_case, first = b % per_case * ENSEMBLE_BATCH;
        uint32_t rest = p->n_replicates - first, n = rest < ENSEMBLE_BATCH ? rest : ENSEMBLE_BATCH;
        struct ensemble_batch *batch = fixture_batch(f, c / p->n_points, c % p->n_points, first, n);
        cr_assert_eq(output_batch(out, p, batch, &err), 0, "%s", err.text);
        fixture_batch_free(batch);
    }
    cr_assert_eq(output_publish(&out, &outcome, digest, &err), 0, "%s", err.text);
    cr_assert_null(out);
}
