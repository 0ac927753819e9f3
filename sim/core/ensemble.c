#include "core/ensemble.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "core/parallel.h"
#include "core/record.h"

/* State shared by the threads; everything but `ended` is used inside the critical section `ensemble`. */
struct state {
    const struct ensemble_plan *plan;
    const struct ensemble_sink *sink;
    const volatile sig_atomic_t *stop;
    struct ensemble_outcome *outcome;
    struct error *err;
    struct ensemble_batch **batches; /* (n_batches) made when first needed, freed when handed over */
    uint32_t *left;                  /* (n_batches) runs not ended yet */
    uint32_t batches_per_case;
    uint64_t total;
    atomic_int ended; /* error code that ends the ensemble early */
    int inner_threads;
};

static double now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void free_batch(struct ensemble_batch *b)
{
    if (!b) return;
    for (uint32_t k = 0; k < b->n; k++)
        snapshot_free(b->snapshots[k]);
    free(b->memory);
    free(b);
}

/* Room for a batch's results; false without memory. They are tens of MB, written across: in pages of 2 MB, where the system has
 * them, a run spends a thirtieth of its time less on first touching them, and finds them again without a miss. */
static bool make_room(const struct ensemble_plan *plan, struct ensemble_batch *b)
{
    enum { HUGE_PAGE = 2 << 20 };
    size_t each = plan->layout.n_doubles * sizeof(double), bytes = b->n * each;
    if (posix_memalign(&b->memory, bytes < HUGE_PAGE ? 64 : HUGE_PAGE, bytes ? bytes : 64)) return false;
    if (bytes >= HUGE_PAGE) (void)madvise(b->memory, bytes / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
    for (uint32_t k = 0; k < b->n; k++)
        b->results[k] = (double *)b->memory + k * plan->layout.n_doubles;
    return true;
}

/* Replicate first + k of a batch has not run; room for its snapshots, if any. False without memory. */
static bool make_ready(const struct ensemble_plan *plan, struct ensemble_batch *b, uint32_t k)
{
    uint32_t replicate = b->first + k;
    bool panel = replicate < plan->run.panel_runs, ties = replicate < plan->run.tie_runs;
    b->status[k] = RUN_NOT_RUN;
    if (!panel && !ties) return true;
    struct snapshots *s = b->snapshots[k] = calloc(1, sizeof *s);
    if (!s) return false;
    double every = floor(plan->run.snapshot_every * (double)plan->run.ticks_per_year + 0.5);
    s->every = every < 1.0 ? 1 : (uint32_t)every;
    s->with_ties = ties;
    if (!panel || !plan->model->n_record_kinds) return true;
    const struct ensemble_case *each = &plan->cases[b->scenario * plan->n_points + b->point];
    s->records = record_open(each->scale.n_blocks, plan->model->n_record_kinds);
    return s->records != NULL;
}

/* The batch of a run, made now if this is its first run. NULL without memory. */
static struct ensemble_batch *batch_of(struct state *s, uint32_t which, uint32_t c, uint32_t first)
{
    if (s->batches[which]) return s->batches[which];
    const struct ensemble_plan *plan = s->plan;
    struct ensemble_batch *b = calloc(1, sizeof *b);
    if (!b) return NULL;
    uint32_t rest = plan->n_replicates - first;
    b->scenario = c / plan->n_points;
    b->point = c % plan->n_points;
    b->first = first;
    b->n = rest < ENSEMBLE_BATCH ? rest : ENSEMBLE_BATCH;
    bool good = make_room(plan, b);
    for (uint32_t k = 0; k < b->n && good; k++)
        good = make_ready(plan, b, k);
    if (good) return s->batches[which] = b;
    free_batch(b);
    return NULL;
}

/* The worker's world, made anew when the case needs another scale. */
static int fit_world(struct ensemble_worker *w, const struct world_setup *setup, struct error *err)
{
    if (w->made && memcmp(&w->world.setup.scale, &setup->scale, sizeof setup->scale) == 0) return ERROR_NONE;
    ensemble_worker_free(w);
    int code = world_init(&w->world, setup, w->threads, err);
    w->made = code == ERROR_NONE;
    return code;
}

int ensemble_worker_run(struct ensemble_worker *w, const struct ensemble_plan *plan, const struct ensemble_case *one,
                        struct snapshots *snapshots, uint64_t seed, double *results, const volatile sig_atomic_t *stop,
                        struct error *err)
{
    struct world_setup setup = {plan->model, &plan->run,    one->params, one->derived,
                                one->roster, &plan->layout, one->scale};
    int code = fit_world(w, &setup, err);
    if (code) return code;
    w->world.snapshots = snapshots;
    w->world.keeper = w->keeper;
    return world_run(&w->world, &setup, seed, results, stop, err);
}

void ensemble_worker_free(struct ensemble_worker *w)
{
    if (w->made) world_free(&w->world);
    w->made = false;
}

static int run_one(struct state *s, struct ensemble_worker *w, uint32_t c, struct ensemble_batch *b, uint32_t k,
                   struct error *err)
{
    const struct ensemble_plan *plan = s->plan;
    w->keeper = s->sink->keeper;
    if (w->keeper) w->keeper->run = (uint64_t)c * plan->n_replicates + b->first + k;
    return ensemble_worker_run(w, plan, &plan->cases[c], b->snapshots[k], plan->seeds[b->first + k], b->results[k],
                               s->stop, err);
}

static void blank(struct ensemble_batch *b, uint32_t k, const struct layout *layout)
{
    for (size_t d = 0; d < layout->n_doubles; d++)
        b->results[k][d] = NAN;
    snapshot_free(b->snapshots[k]);
    b->snapshots[k] = NULL;
}

/* Count a run that has ended, and hand over its batch if it was the last of it. */
static void finish_run(struct state *s, uint32_t which, uint32_t k, int code, const struct error *why)
{
    struct ensemble_batch *b = s->batches[which];
    b->status[k] = code ? RUN_FAILED : RUN_DONE;
    if (code) blank(b, k, &s->plan->layout);
    if (code && !s->outcome->failed) error_set(s->err, ERROR_RUN, "%s", why->text);
    s->outcome->failed += code != 0;
    s->outcome->done += code == 0;
    if (s->sink->progress) s->sink->progress(s->sink->context, s->outcome->done + s->outcome->failed, s->total);
    if (--s->left[which]) return;
    int sunk = s->sink->batch ? s->sink->batch(s->sink->context, s->plan, b, s->err) : ERROR_NONE;
    if (sunk) atomic_store(&s->ended, sunk);
    free_batch(b);
    s->batches[which] = NULL;
}

static void do_run(struct state *s, struct ensemble_worker *w, uint64_t run)
{
    uint32_t c = (uint32_t)(run / s->plan->n_replicates), r = (uint32_t)(run % s->plan->n_replicates);
    uint32_t which = c * s->batches_per_case + r / ENSEMBLE_BATCH, k = r % ENSEMBLE_BATCH;
    struct ensemble_batch *b;
#pragma omp critical(ensemble)
    b = batch_of(s, which, c, r - k);
    if (!b) {
#pragma omp critical(ensemble)
        atomic_store(&s->ended, error_set(s->err, ERROR_RUN, "no memory for results"));
        return;
    }
    struct error why = {ERROR_NONE, ""};
    int code = run_one(s, w, c, b, k, &why);
    if (code == ERROR_INTERRUPTED) {
        atomic_store(&s->ended, code);
        return;
    }
#pragma omp critical(ensemble)
    finish_run(s, which, k, code, &why);
}

static bool is_large_world(const struct model_scale *scale)
{
    return (uint64_t)scale->n_blocks * scale->firms_per_block >= ENSEMBLE_LARGE_FIRMS;
}

int ensemble_world_threads(const struct model_scale *scale, int threads) { return is_large_world(scale) ? threads : 1; }

static bool is_large(const struct ensemble_plan *plan)
{
    for (uint32_t c = 0; c < plan->n_scenarios * plan->n_points; c++)
        if (is_large_world(&plan->cases[c].scale)) return true;
    return false;
}

bool ensemble_in_turn(const struct ensemble_plan *plan)
{
    return (uint64_t)plan->n_scenarios * plan->n_points * plan->n_replicates == 1 || is_large(plan);
}

static void run_all(struct state *s, int outer_threads)
{
#pragma omp parallel num_threads(outer_threads)
    {
        struct ensemble_worker w = {.threads = s->inner_threads};
#pragma omp for schedule(dynamic, 1)
        for (uint64_t run = 0; run < s->total; run++) {
            if (s->stop && *s->stop) atomic_store(&s->ended, ERROR_INTERRUPTED);
            if (!atomic_load(&s->ended)) do_run(s, &w, run);
        }
        ensemble_worker_free(&w);
    }
}

static int open_state(struct state *s, struct error *err)
{
    const struct ensemble_plan *plan = s->plan;
    uint32_t cases = plan->n_scenarios * plan->n_points;
    s->batches_per_case = parallel_blocks(plan->n_replicates, ENSEMBLE_BATCH);
    s->total = (uint64_t)cases * plan->n_replicates;
    s->batches = calloc((size_t)cases * s->batches_per_case, sizeof *s->batches);
    s->left = calloc((size_t)cases * s->batches_per_case, sizeof *s->left);
    if (!s->batches || !s->left) return error_set(err, ERROR_RUN, "no memory for %u cases", cases);
    for (uint64_t run = 0; run < s->total; run++)
        s->left[run / plan->n_replicates * s->batches_per_case + run % plan->n_replicates / ENSEMBLE_BATCH]++;
    return ERROR_NONE;
}

static void close_state(struct state *s)
{
    size_t n = (size_t)s->plan->n_scenarios * s->plan->n_points * s->batches_per_case;
    for (size_t k = 0; s->batches && k < n; k++)
        free_batch(s->batches[k]);
    free(s->batches);
    free(s->left);
}

int ensemble_run(const struct ensemble_plan *plan, int threads, const struct ensemble_sink *sink,
                 const volatile sig_atomic_t *stop, struct ensemble_outcome *outcome, struct error *err)
{
    struct ensemble_outcome counted = {0};
    struct state s = {.plan = plan, .sink = sink, .stop = stop, .outcome = &counted, .err = err};
    double wall = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    if (threads <= 0) threads = parallel_max_threads();
    bool large = is_large(plan);
    s.inner_threads = large ? threads : 1;
    int code = open_state(&s, err);
    if (!code) {
        run_all(&s, large ? 1 : threads);
        code = atomic_load(&s.ended);
    }
    if (code == ERROR_INTERRUPTED) error_set(err, code, "interrupted");
    close_state(&s);
    counted.runs = s.total;
    counted.wall_seconds = now(CLOCK_MONOTONIC) - wall;
    counted.cpu_seconds = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    if (outcome) *outcome = counted;
    return code;
}
