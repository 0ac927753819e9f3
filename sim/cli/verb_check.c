#include "cli/verb_check.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "cli/answer.h"
#include "cli/budget.h"
#include "cli/options.h"
#include "cli/page.h"
#include "cli/plan.h"
#include "cli/stop.h"
#include "cli/verb.h"
#include "io/output.h"

static const double most_seconds = 5.0; /* of measuring */

static double cpu_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- time ----------------------------------------------------------------------------------------------------------------- */

static double firms_of(const struct ensemble_case *one)
{
    return (double)one->scale.n_blocks * (double)one->scale.firms_per_block;
}

static double free_memory(void) { return (double)sysconf(_SC_AVPHYS_PAGES) * (double)sysconf(_SC_PAGESIZE); }

/* Core-seconds of one replicate of the first scenario. One that would take long is stopped and scaled by its ticks, at least one:
 * the start of a million firms alone takes as long as is meant to be measured. */
static int time_run(const struct ensemble_plan *plan, double *seconds, struct error *err)
{
    struct world w;
    struct world_setup setup = plan_setup(plan, &plan->cases[0]);
    double *results = malloc(plan->layout.n_doubles * sizeof *results);
    if (!results) return error_set(err, ERROR_IO, "no memory for results");
    int code = world_init(&w, &setup, 1, err);
    if (code) goto out;
    double start = cpu_now();
    world_begin(&w, &setup, plan->seeds[0], results);
    double begun = cpu_now();
    while (w.tick < w.n_ticks && !stop_asked && (w.tick == 0 || cpu_now() - start < most_seconds))
        world_step(&w);
    *seconds = begun - start + (cpu_now() - begun) * (double)w.n_ticks / fmax(1.0, (double)w.tick);
    if (stop_asked) code = error_set(err, ERROR_INTERRUPTED, "interrupted");
    world_free(&w);
out:
    free(results);
    return code;
}

/* Of all runs: those of the other cases by their number of firms. Not known when a world does not fit here. */
static int estimate_time(const struct ensemble_plan *plan, double *seconds, struct error *err)
{
    double one = NAN, firms = 0.0;
    struct world_setup setup = plan_setup(plan, &plan->cases[0]);
    *seconds = NAN;
    if ((double)world_bytes(&setup).total > 0.5 * free_memory()) return ERROR_NONE;
    int code = time_run(plan, &one, err);
    if (code) return code;
    for (uint32_t c = 0; c < plan->n_scenarios * plan->n_points; c++)
        firms += firms_of(&plan->cases[c]);
    *seconds = one * (double)plan->n_replicates * firms / firms_of(&plan->cases[0]);
    return ERROR_NONE;
}

/* ---- memory --------------------------------------------------------------------------------------------------------------- */

/* What the program takes beside worlds and results: its code, its libraries and the plan, which are here by now; and what HDF5 keeps of an
 * open file of some two hundred datasets, 16 MB measured. */
static double own_bytes(void)
{
    struct rusage used;
    return (getrusage(RUSAGE_SELF, &used) ? 0.0 : 1024.0 * (double)used.ru_maxrss) + 16e6;
}

/* Results in memory: of batches that are being filled, two of them where several worlds run at once; of one whose chunks HDF5 keeps; and of
 * one that is read again to verify the file. */
static double results_bytes(const struct ensemble_plan *plan, double worlds)
{
    double batch = fmin(plan->n_replicates, ENSEMBLE_BATCH), batches = ceil((double)plan_runs(plan) / batch);
    return (2.0 + fmin(batches, worlds > 1.0 ? 2.0 : 1.0)) * batch * (double)plan->layout.n_doubles * sizeof(double);
}

/* The largest world of the plan, and whether worlds are run one at a time by all threads. */
static struct world_bytes largest_world(const struct ensemble_plan *plan, bool *one_at_a_time)
{
    struct world_bytes most = {0, 0, 0};
    *one_at_a_time = false;
    for (uint32_t c = 0; c < plan->n_scenarios * plan->n_points; c++) {
        struct world_setup setup = plan_setup(plan, &plan->cases[c]);
        struct world_bytes b = world_bytes(&setup);
        if (b.total >= most.total) most = b;
        if (firms_of(&plan->cases[c]) >= ENSEMBLE_LARGE_FIRMS) *one_at_a_time = true;
    }
    return most;
}

int verb_check_measure(const struct ensemble_plan *plan, int threads, struct verb_check_needs *needs, struct error *err)
{
    bool one_at_a_time;
    struct world_bytes world = largest_world(plan, &one_at_a_time);
    uint64_t runs = plan_runs(plan);
    double worlds = one_at_a_time ? 1.0 : fmin(threads, (double)runs);
    needs->bytes_memory = own_bytes() + worlds * (double)world.total + results_bytes(plan, worlds);
    needs->bytes_per_firm = (double)world.per_firm;
    needs->bytes_per_tie = (double)world.per_tie;
    needs->bytes_output = output_bytes(plan);
    return estimate_time(plan, &needs->core_seconds, err);
}

/* ---- telling --------------------------------------------------------------------------------------------------------------- */

static int tell_json(const struct ensemble_plan *plan, const struct verb_check_needs *needs,
                     const struct budget_list *budgets, struct error *err)
{
    json_t *answer = json_object();
    answer_put(&answer, "scenarios", json_integer(plan->n_scenarios));
    answer_put(&answer, "points", json_integer(plan->n_points));
    answer_put(&answer, "runs", json_integer((json_int_t)plan_runs(plan)));
    answer_put(&answer, "ticks", json_integer(plan->layout.n_ticks));
    answer_put(&answer, "bytes_output", json_integer((json_int_t)needs->bytes_output));
    answer_put(&answer, "bytes_memory", json_integer((json_int_t)needs->bytes_memory));
    answer_put(&answer, "bytes_per_firm", json_integer((json_int_t)needs->bytes_per_firm));
    answer_put(&answer, "bytes_per_tie", json_integer((json_int_t)needs->bytes_per_tie));
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

static int tell_text(const struct options *o, const struct ensemble_plan *plan, const struct verb_check_needs *needs,
                     const struct budget_list *budgets, struct error *err)
{
    char a[PAGE_NUMBER], b[PAGE_NUMBER], c[PAGE_NUMBER];
    int threads = plan_threads(o);
    tell_scenarios(plan);
    printf("runs          %" PRIu64 " = ", plan_runs(plan));
    tell_count(plan->n_scenarios, "scenario", " x ");
    tell_count(plan->n_points, "point", " x ");
    tell_count(plan->n_replicates, "replicate", "\n");
    printf("ticks         %u, %s to %s\n", plan->layout.n_ticks, page_date(plan->run.start, a),
           page_date(plan->run.end, b));
    printf("result file   about %s\n", page_bytes(needs->bytes_output, a));
    printf("memory        about %s: %s a firm, %s a tie\n", page_bytes(needs->bytes_memory, a),
           page_bytes(needs->bytes_per_firm, b), page_bytes(needs->bytes_per_tie, c));
    if (isnan(needs->core_seconds))
        printf("core-seconds  not measured: a world needs more than half of the memory that is free here\n");
    else
        printf("core-seconds  about %s, or %s on %d core%s\n", page_number(needs->core_seconds, 3, a),
               page_seconds(needs->core_seconds / threads, b), threads, threads == 1 ? "" : "s");
    budget_print(budgets, stdout);
    return answer_flush(err);
}

int verb_check_plan(const struct options *o, const struct ensemble_plan *plan, struct error *err)
{
    struct verb_check_needs needs;
    struct budget_list budgets;
    if (o->quiet && !o->json) return ERROR_NONE;
    int code = budget_read(&budgets, plan, err);
    if (code) return code;
    code = verb_check_measure(plan, plan_threads(o), &needs, err);
    if (!code) code = o->json ? tell_json(plan, &needs, &budgets, err) : tell_text(o, plan, &needs, &budgets, err);
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
    code = verb_check_plan(o, &plan, err);
    config_free(&plan, &texts);
    return code;
}
