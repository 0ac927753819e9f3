/* verb_bench.c - how many ties a second a model updates: one world, timed without its start. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/answer.h"
#include "cli/options.h"
#include "cli/page.h"
#include "cli/plan.h"
#include "cli/stop.h"
#include "cli/verb.h"
#include "core/ensemble.h"
#include "core/world.h"

struct trial {
    const struct model *model;
    struct run_params run;
    void *params, *derived;
    bool made_derived;
    struct layout layout;
    struct world_setup setup;
    double *results; /* (layout.n_doubles) */
    int threads;
    uint32_t n_ticks;
    double wall_seconds, cpu_seconds; /* of all ticks */
};

/* ---- what is asked -------------------------------------------------------------------------------------------------- */

static int find_model(const char *name, const struct model **model, struct error *err)
{
    struct param_nearest best = {0};
    *model = model_find(name);
    if (*model && (*model)->bench) return ERROR_NONE;
    if (*model) return error_set(err, ERROR_CONFIG, "the model %s has no bench; `make bench` times its runs", name);
    for (const struct model *const *m = registry_models; *m; m++)
        if ((*m)->bench) param_consider(&best, name, (*m)->name);
    return error_set(err, ERROR_CONFIG, "no model is called %s%s%s%s", name, best.name ? "; did you mean " : "",
                     best.name ? best.name : "", best.name ? "?" : "");
}

static int set_option(const struct param_table *table, void *values, const char *path, const char *option,
                      const char *text, struct error *err)
{
    struct error why = {0};
    const struct param *p = param_find(table, path);
    if (!text) return ERROR_NONE;
    if (!p) return error_set(err, ERROR_CONFIG, "--%s: this model has no parameter %s", option, path);
    int code = param_parse(p, values, text, &why);
    return code ? error_set(err, code, "--%s: %s", option, why.text) : ERROR_NONE;
}

/* The run's time axis: so many ticks from year 2000 on. */
static int set_options(const struct options *o, struct trial *t, struct error *err)
{
    const struct model_bench *b = t->model->bench;
    const struct param_table *table = &t->model->params;
    int code = param_reset(&world_run_table, &t->run, err);
    if (!code) code = param_reset(table, t->params, err);
    if (!code) code = set_option(&world_run_table, &t->run, "run.seed", "seed", o->seed, err);
    if (!code) code = set_option(table, t->params, b->firms, "firms", o->firms, err);
    if (!code) code = set_option(table, t->params, b->ties, "ties", o->ties, err);
    if (!code) code = set_option(table, t->params, b->numbering, "numbering", o->numbering, err);
    if (!code) code = set_option(table, t->params, b->rate, "rate", o->rate, err);
    t->n_ticks = o->ticks ? (uint32_t)o->ticks : 100;
    t->run.start = 2000.0;
    t->run.end = 2000.0 + (double)t->n_ticks / (double)t->run.ticks_per_year;
    return code;
}

static int make_trial(const struct options *o, struct trial *t, struct error *err)
{
    const struct model *m = t->model;
    t->params = calloc(1, m->params.size);
    t->derived = calloc(1, m->derived_size ? m->derived_size : 1);
    if (!t->params || !t->derived) return error_set(err, ERROR_RUN, "no memory for the parameters");
    int code = set_options(o, t, err);
    if (code) return code;
    t->setup = (struct world_setup){m, &t->run, t->params, t->derived, NULL, &t->layout, {0, 0, 0}};
    code = m->derive(&t->run, t->params, NULL, t->derived, &t->setup.scale, err);
    t->made_derived = code == ERROR_NONE;
    if (!code)
        code = layout_init(&t->layout, m->observables, m->n_observables, m->groupings, m->n_groupings, t->run.start,
                           t->run.end, t->n_ticks, t->n_ticks, err);
    if (code) return code;
    t->results = calloc(t->layout.n_doubles, sizeof *t->results);
    t->threads = ensemble_world_threads(&t->setup.scale, plan_threads(o));
    return t->results ? ERROR_NONE : error_set(err, ERROR_RUN, "no memory for the results");
}

static void free_trial(struct trial *t)
{
    if (t->made_derived && t->model->release) t->model->release(t->derived);
    layout_free(&t->layout);
    free(t->params);
    free(t->derived);
    free(t->results);
}

/* ---- measuring -------------------------------------------------------------------------------------------------------- */

static double now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int measure(struct trial *t, struct world *w, struct error *err)
{
    world_begin(w, &t->setup, (uint64_t)t->run.seed, t->results);
    double wall = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    while (w->tick < w->n_ticks) {
        if (stop_asked) return error_set(err, ERROR_INTERRUPTED, "interrupted");
        world_step(w);
    }
    t->wall_seconds = now(CLOCK_MONOTONIC) - wall;
    t->cpu_seconds = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    return w->ties.out_of_memory || w->out_of_memory ? error_set(err, ERROR_RUN, "no memory for the ties") : ERROR_NONE;
}

static int run_trial(struct trial *t, struct error *err)
{
    struct world w;
    int code = world_init(&w, &t->setup, t->threads, err);
    if (code) return code;
    code = measure(t, &w, err);
    world_free(&w);
    return code;
}

/* ---- the answer --------------------------------------------------------------------------------------------------------- */

static const void *value_of(const struct trial *t, const char *path)
{
    return (const char *)t->params + param_find(&t->model->params, path)->offset;
}
static double work(const struct trial *t)
{
    const struct model_bench *b = t->model->bench;
    return (double)*(const int64_t *)value_of(t, b->firms) * (double)*(const int64_t *)value_of(t, b->ties) *
           t->n_ticks;
}

/* Of a series: its sum over ticks where it counts what happens, else its last value. */
static double outcome(const struct trial *t, uint32_t series)
{
    const double *x = t->results + t->layout.offset[series];
    double sum = 0.0;
    if (strcmp(t->layout.series[series].name, t->model->bench->count) != 0) return x[t->n_ticks - 1];
    for (uint32_t tick = 0; tick < t->n_ticks; tick++)
        sum += x[tick];
    return sum;
}

static int print_json(const struct trial *t, struct error *err)
{
    const struct model_bench *b = t->model->bench;
    json_t *answer = json_object();
    answer_put(&answer, "firms", json_integer(*(const int64_t *)value_of(t, b->firms)));
    answer_put(&answer, "ties", json_integer(*(const int64_t *)value_of(t, b->ties)));
    answer_put(&answer, "ticks", json_integer(t->n_ticks));
    answer_put(&answer, "threads", json_integer(t->threads));
    answer_put(&answer, "numbering", answer_text(((const struct param_text *)value_of(t, b->numbering))->text));
    answer_put(&answer, "rate", answer_real(*(const double *)value_of(t, b->rate)));
    answer_put(&answer, "ties_per_cpu_second", answer_real(work(t) / t->cpu_seconds));
    answer_put(&answer, "ties_per_wall_second", answer_real(work(t) / t->wall_seconds));
    for (uint32_t k = 1; k < t->layout.n_series; k++) { /* the first is the number of firms */
        bool counts = strcmp(t->layout.series[k].name, b->count) == 0;
        double x = outcome(t, k);
        answer_put(&answer, t->layout.series[k].name, counts ? json_integer((json_int_t)x) : answer_real(x));
    }
    return answer_json(answer, err);
}

static int print_text(const struct trial *t, struct error *err)
{
    const struct model_bench *b = t->model->bench;
    printf("%s: %lld firms with %lld ties each, %s, rate %g; %u ticks by %d thread%s\n\n", t->model->name,
           (long long)*(const int64_t *)value_of(t, b->firms), (long long)*(const int64_t *)value_of(t, b->ties),
           ((const struct param_text *)value_of(t, b->numbering))->text, *(const double *)value_of(t, b->rate),
           t->n_ticks, t->threads, t->threads == 1 ? "" : "s");
    char text[PAGE_NUMBER];
    printf("  %-22s %s\n", "ties a CPU second", page_number(work(t) / t->cpu_seconds, 3, text));
    printf("  %-22s %s\n", "ties a wall second", page_number(work(t) / t->wall_seconds, 3, text));
    for (uint32_t k = 1; k < t->layout.n_series; k++) {
        bool counts = strcmp(t->layout.series[k].name, b->count) == 0;
        printf(counts ? "  %-22s %.0f\n" : "  %-22s %.4f\n", t->layout.series[k].observable->long_name, outcome(t, k));
        if (counts) printf("  %-22s %.4f\n", "  a tie and tick", outcome(t, k) / work(t));
    }
    return answer_flush(err);
}

int verb_bench(const struct options *o, struct error *err)
{
    struct trial t = {0};
    stop_listen();
    int code = find_model(o->operands[0], &t.model, err);
    if (code) return code;
    code = make_trial(o, &t, err);
    if (!code) code = run_trial(&t, err);
    if (!code) code = o->json ? print_json(&t, err) : print_text(&t, err);
    free_trial(&t);
    return code;
}
