#include "cli/verb_check.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli/answer.h"
#include "cli/budget.h"
#include "cli/options.h"
#include "cli/page.h"
#include "cli/plan.h"
#include "cli/progress.h"
#include "cli/stop.h"
#include "cli/verb.h"
#include "io/output.h"

static const double most_seconds = 5.0; /* of measuring */

enum { TIMED_CASES = 8 }; /* of a design, spread over it */

/* ---- time ----------------------------------------------------------------------------------------------------------------- */

static double firms_of(const struct ensemble_case *one)
{
    return (double)one->scale.n_blocks * (double)one->scale.firms_per_block;
}

static double free_memory(void) { return (double)sysconf(_SC_AVPHYS_PAGES) * (double)sysconf(_SC_PAGESIZE); }

/* Core-seconds of one replicate of a case. One that would take long is stopped and scaled by its ticks, at least one: the start of
 * a million firms alone takes as long as is meant to be measured. */
static int time_run(const struct ensemble_plan *plan, const struct ensemble_case *one, double most, double *seconds,
                    struct error *err)
{
    struct world w;
    struct world_setup setup = plan_setup(plan, one);
    double *results = malloc(plan->layout.n_doubles * sizeof *results);
    if (!results) return error_set(err, ERROR_IO, "no memory for results");
    int code = world_init(&w, &setup, 1, err);
    if (code) goto out;
    double start = progress_cpu();
    world_begin(&w, &setup, plan->seeds[0], results);
    double begun = progress_cpu();
    while (w.tick < w.n_ticks && !stop_asked && (w.tick == 0 || progress_cpu() - start < most))
        world_step(&w);
    *seconds = begun - start + (progress_cpu() - begun) * (double)w.n_ticks / fmax(1.0, (double)w.tick);
    if (stop_asked) code = error_set(err, ERROR_INTERRUPTED, "interrupted");
    world_free(&w);
out:
    free(results);
    return code;
}

/* ---- every case ----------------------------------------------------------------------------------------------------------- */

/* What is found while all cases are gone through. */
struct survey {
    const struct ensemble_plan *plan;
    double firms;              /* of all cases */
    struct world_bytes memory; /* of the largest world */
    bool one_at_a_time;        /* a world is so large that all threads share it */
    double timed_firms, timed_seconds;
    uint64_t every; /* which cases are timed */
};

static int survey_case(struct survey *s, uint64_t index, uint64_t timed, const struct ensemble_case *one,
                       struct error *err)
{
    struct world_setup setup = plan_setup(s->plan, one);
    struct world_bytes b = world_bytes(&setup);
    double seconds = 0.0;
    s->firms += firms_of(one);
    if (b.total >= s->memory.total) s->memory = b;
    if (firms_of(one) >= ENSEMBLE_LARGE_FIRMS) s->one_at_a_time = true;
    if (index % s->every || (double)b.total > 0.5 * free_memory()) return ERROR_NONE;
    int code = time_run(s->plan, one, most_seconds / (double)timed, &seconds, err);
    s->timed_seconds += seconds;
    s->timed_firms += firms_of(one);
    return code;
}

/* Without a design the first scenario is timed. */
static int survey_all(struct survey *s, const struct design *d, struct error *err)
{
    uint64_t n = (uint64_t)s->plan->n_scenarios * d->n_points;
    uint64_t timed = d->kind == DESIGN_NONE ? 1 : n < TIMED_CASES ? n : TIMED_CASES;
    int code = ERROR_NONE;
    s->every = (n + timed - 1) / timed;
    for (uint64_t k = 0; k < n && !code; k++) {
        struct ensemble_case one;
        code = design_case(d, s->plan, (uint32_t)(k / d->n_points), (uint32_t)(k % d->n_points), &one, err);
        if (code) return code;
        code = survey_case(s, k, timed, &one, err);
        design_case_free(s->plan, &one);
        if (!code && stop_asked) code = error_set(err, ERROR_INTERRUPTED, "interrupted");
    }
    return code;
}

/* ---- memory --------------------------------------------------------------------------------------------------------------- */

/* What the program takes beside worlds and results: its code, its libraries and the plan, which are here before a world is timed; and what
 * HDF5 keeps of an open file of some two hundred datasets, 16 MB measured. */
static double own_bytes(void)
{
    struct rusage used;
    return (getrusage(RUSAGE_SELF, &used) ? 0.0 : 1024.0 * (double)used.ru_maxrss) + 16e6;
}

/* Results in memory: of two batches, where there are so many, or three where several worlds run at once: being filled, or a hole left;
 * and of one whose chunks HDF5 keeps until it compresses them, and what it does that with: measured, as much again. */
static double results_bytes(const struct ensemble_plan *plan, double worlds)
{
    double batch = fmin(plan->n_replicates, ENSEMBLE_BATCH), batches = ceil((double)plan_runs(plan) / batch);
    double kept = fmin(batches, worlds > 1.0 ? 3.0 : 2.0) + (plan->run.compression > 0 ? 2.0 : 0.0);
    return kept * batch * (double)plan->layout.n_doubles * sizeof(double);
}

/* The plan's file has one point of each scenario. */
static double output_needed(const struct ensemble_plan *plan, const struct design *d)
{
    struct ensemble_plan empty = *plan;
    empty.n_scenarios = 0;
    double fixed = output_bytes(&empty), cases = (double)plan->n_scenarios * d->n_points;
    return fixed + (output_bytes(plan) - fixed) * d->n_points + cases * d->n_axes * (double)sizeof(double);
}

int verb_check_measure(const struct ensemble_plan *plan, const struct design *d, int threads,
                       struct verb_check_needs *needs, struct error *err)
{
    struct survey s = {.plan = plan};
    double own = own_bytes(); /* now: runs are timed in a world */
    int code = survey_all(&s, d, err);
    if (code) return code;
    uint64_t runs = plan_runs(plan) * d->n_points;
    double worlds = s.one_at_a_time ? 1.0 : fmin(threads, (double)runs);
    double points = (double)d->n_points * d->n_axes;
    needs->bytes_memory = own + worlds * (double)s.memory.total + results_bytes(plan, worlds) + points * sizeof(double);
    needs->bytes_per_firm = (double)s.memory.per_firm;
    needs->bytes_per_tie = (double)s.memory.per_tie;
    needs->bytes_output = output_needed(plan, d);
    bool in_turn = runs == 1 || s.one_at_a_time; /* ensemble_in_turn, of all points */
    needs->bytes_checkpoint = in_turn ? (double)s.memory.state + needs->bytes_output / (double)runs : NAN;
    needs->core_seconds = s.timed_firms > 0.0 ? s.timed_seconds / s.timed_firms * s.firms * plan->n_replicates : NAN;
    return ERROR_NONE;
}

/* ---- telling --------------------------------------------------------------------------------------------------------------- */

static int tell_json(const struct ensemble_plan *plan, const struct design *d, const struct verb_check_needs *needs,
                     const struct budget_list *budgets, struct error *err)
{
    json_t *answer = json_object();
    answer_put(&answer, "scenarios", json_integer(plan->n_scenarios));
    answer_put(&answer, "points", json_integer(d->n_points));
    answer_put(&answer, "runs", json_integer((json_int_t)(plan_runs(plan) * d->n_points)));
    answer_put(&answer, "ticks", json_integer(plan->layout.n_ticks));
    answer_put(&answer, "bytes_output", json_integer((json_int_t)needs->bytes_output));
    answer_put(&answer, "bytes_memory", json_integer((json_int_t)needs->bytes_memory));
    answer_put(&answer, "bytes_per_firm", json_integer((json_int_t)needs->bytes_per_firm));
    answer_put(&answer, "bytes_per_tie", json_integer((json_int_t)needs->bytes_per_tie));
    if (!isnan(needs->bytes_checkpoint))
        answer_put(&answer, "bytes_checkpoint", json_integer((json_int_t)needs->bytes_checkpoint));
    answer_put(&answer, "core_seconds", answer_real(needs->core_seconds));
    answer_put(&answer, "budgets", budget_json(budgets));
    return answer_json(answer, err);
}

enum { MOST_NAME = 40 }; /* columns for names of scenarios */

static void tell_scenarios(const struct ensemble_plan *plan)
{
    int widest = 0;
    for (uint32_t s = 0; s < plan->n_scenarios; s++) {
        int width = page_width(plan->scenario_name[s]);
        if (width > widest) widest = width;
    }
    if (widest > MOST_NAME) widest = MOST_NAME;
    printf("scenarios\n");
    for (uint32_t s = 0; s < plan->n_scenarios; s++) {
        const char *question = plan->scenario_question[s];
        printf("  %s", plan->scenario_name[s]);
        if (question && *question) page_tab(stdout, 2 + page_width(plan->scenario_name[s]), widest + 4);
        page_wrap(stdout, widest + 4, widest + 4, question ? question : "");
    }
}

static void tell_count(uint32_t n, const char *what, const char *then)
{
    printf("%" PRIu32 " %s%s%s", n, what, n == 1 ? "" : "s", then);
}

static void tell_design(const struct design *d)
{
    enum { SHOWN = 12 };
    char low[PAGE_NUMBER], high[PAGE_NUMBER];
    if (d->kind == DESIGN_NONE) return;
    printf("design        %s over ", design_kind_name(d->kind));
    tell_count(d->n_axes, "parameter", "\n");
    for (uint32_t k = 0; k < d->n_axes && k < SHOWN; k++) {
        const struct design_axis *a = &d->axes[k];
        printf("  %s", a->param->path);
        if (a->n_choices)
            for (uint32_t c = 0; c < a->n_choices; c++)
                printf("%s%s", c ? ", " : ": ", a->choices[c]);
        else if (d->kind != DESIGN_LIST && d->kind != DESIGN_CSV)
            printf(": %s to %s", page_number(a->low, 6, low), page_number(a->high, 6, high));
        printf("\n");
    }
    if (d->n_axes > SHOWN) printf("  and %" PRIu32 " more\n", d->n_axes - SHOWN);
}

static int tell_text(const struct options *o, const struct ensemble_plan *plan, const struct design *d,
                     const struct verb_check_needs *needs, const struct budget_list *budgets, struct error *err)
{
    char a[PAGE_NUMBER], b[PAGE_NUMBER], c[PAGE_NUMBER];
    int threads = plan_threads(o);
    tell_scenarios(plan);
    tell_design(d);
    printf("runs          %" PRIu64 " = ", plan_runs(plan) * d->n_points);
    tell_count(plan->n_scenarios, "scenario", " x ");
    tell_count(d->n_points, "point", " x ");
    tell_count(plan->n_replicates, "replicate", "\n");
    printf("ticks         %u, %s to %s\n", plan->layout.n_ticks, page_date(plan->run.start, a),
           page_date(plan->run.end, b));
    printf("result file   about %s\n", page_bytes(needs->bytes_output, a));
    printf("memory        about %s: %s a firm, %s a tie\n", page_bytes(needs->bytes_memory, a),
           page_bytes(needs->bytes_per_firm, b), page_bytes(needs->bytes_per_tie, c));
    if (!isnan(needs->bytes_checkpoint))
        printf("checkpoint    about %s, three times while one is written (--checkpoint-every)\n",
               page_bytes(needs->bytes_checkpoint, a));
    if (isnan(needs->core_seconds))
        printf("core-seconds  not measured: a world needs more than half of the memory that is free here\n");
    else
        printf("core-seconds  about %s, or %s on %d core%s\n", page_number(needs->core_seconds, 3, a),
               page_seconds(needs->core_seconds / threads, b), threads, threads == 1 ? "" : "s");
    budget_print(budgets, stdout);
    return answer_flush(err);
}

/* On stderr, so that what is read by a program stays as it is; what is the same in scenarios that follow each other, once. */
static void tell_remarks(const struct ensemble_plan *plan)
{
    char text[512], last[sizeof text] = "";
    if (!plan->model->remark) return;
    for (uint32_t s = 0; s < plan->n_scenarios; s++) {
        const struct ensemble_case *one = &plan->cases[(size_t)s * plan->n_points];
        if (!plan->model->remark(&plan->run, one->params, one->derived, text, sizeof text) || strcmp(text, last) == 0)
            continue;
        memcpy(last, text, sizeof last);
        fprintf(stderr, "%s: %s\n", plan->scenario_name[s], text);
    }
}

int verb_check_plan(const struct options *o, const struct ensemble_plan *plan, const struct design *d,
                    struct error *err)
{
    struct verb_check_needs needs;
    struct budget_list budgets;
    if (o->quiet && !o->json) return ERROR_NONE;
    int code = budget_read(&budgets, plan, err);
    if (code) return code;
    code = verb_check_measure(plan, d, plan_threads(o), &needs, err);
    if (!code)
        code = o->json ? tell_json(plan, d, &needs, &budgets, err) : tell_text(o, plan, d, &needs, &budgets, err);
    if (!code && !o->quiet) tell_remarks(plan);
    budget_free(&budgets);
    return code;
}

int verb_check(const struct options *o, struct error *err)
{
    struct ensemble_plan plan;
    struct config_texts texts;
    stop_listen();
    int code = plan_load(o, &plan, &texts, err);
    if (code) return code;
    code = verb_check_plan(o, &plan, &texts.design, err);
    config_free(&plan, &texts);
    return code;
}
