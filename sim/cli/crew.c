#include "cli/crew.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/progress.h"
#include "io/catalog.h"
#include "io/frame.h"
#include "io/segment.h"

/* A segment is published when it holds so much, and the threads wait when twice as much waits. */
enum { SEGMENT_BYTES = 32 << 20, SEGMENT_ROWS = 16384 };
/* So many small segments become one. */
enum { SMALL_BYTES = 8 << 20, SMALL_MOST = 16 };

struct crew {
    struct crew_setup setup;
    struct segment_frame frame;
    uint32_t *order;
    pthread_mutex_t lock;
    pthread_cond_t work, ended;
    pthread_t *threads; /* (n_threads) */
    struct hand *hands; /* (n_threads) */
    int n_threads, inner;
    uint64_t *queue; /* (room) runs from `next` to `n_queued` */
    size_t next, n_queued, room;
    struct segment_row *rows; /* (n_rows) finished, not published */
    size_t n_rows, rows_room;
    bool closing;
    volatile sig_atomic_t halt;
    uint64_t running, done, failed, timed;
    double seconds;                       /* of all timed runs */
    double published;                     /* when */
    char small[SMALL_MOST][SEGMENT_NAME]; /* (n_small) segments of this process that may become one */
    size_t n_small, small_bytes;
};

/* ---- one run ----------------------------------------------------------------------------------------------------------- */

/* A thread of the crew. */
struct hand {
    struct crew *c;
    struct digest *digest;
    struct ensemble_worker worker;
    struct ensemble_case one; /* of the case `which` */
    uint64_t which;
};

static int fit_case(struct hand *h, uint64_t which, struct error *err)
{
    const struct crew_setup *s = &h->c->setup;
    if (h->which == which) return ERROR_NONE;
    if (h->which != UINT64_MAX) design_case_free(s->plan, &h->one);
    h->which = UINT64_MAX;
    uint32_t points = s->design->n_points;
    int code = design_case(s->design, s->plan, (uint32_t)(which / points), (uint32_t)(which % points), &h->one, err);
    if (!code) h->which = which;
    return code;
}

static int try_run(struct hand *h, struct segment_row *row, struct error *err)
{
    struct crew *c = h->c;
    const struct ensemble_plan *plan = c->setup.plan;
    int code = fit_case(h, row->run / plan->n_replicates, err);
    if (!code && !row->results) row->results = malloc(plan->layout.n_doubles * sizeof(double) + 1);
    if (!code && !row->results) code = error_set(err, ERROR_RUN, "no memory for results");
    if (code) return code;
    return ensemble_worker_run(&h->worker, plan, &h->one, NULL, plan->seeds[row->run % plan->n_replicates],
                               row->results, &c->halt, err);
}

/* False: it was given up. */
static bool do_run(struct hand *h, struct segment_row *row)
{
    const struct crew *c = h->c;
    struct error why = {0};
    int code = try_run(h, row, &why);
    for (int k = 1; code && code != ERROR_INTERRUPTED && k < c->setup.attempts; k++)
        code = try_run(h, row, &why);
    row->status = code ? RUN_FAILED : RUN_DONE;
    if (!code) {
        frame_digest(h->digest, c->order, &c->setup.plan->layout, row->results, row->digest);
        return true;
    }
    free(row->results);
    row->results = NULL;
    if (code != ERROR_INTERRUPTED) row->reason = strdup(why.text);
    return code != ERROR_INTERRUPTED;
}

/* ---- threads ----------------------------------------------------------------------------------------------------------- */

static size_t row_bytes(const struct crew *c) { return c->setup.plan->layout.n_doubles * sizeof(double) + 256; }

static size_t segment_rows(const struct crew *c)
{
    size_t rows = SEGMENT_BYTES / row_bytes(c);
    return rows < 1 ? 1 : rows > SEGMENT_ROWS ? SEGMENT_ROWS : rows;
}

static bool must_wait(const struct crew *c)
{
    return c->next == c->n_queued || c->n_rows + c->running >= 2 * segment_rows(c) + (size_t)c->n_threads;
}

/* The next run of the queue; false when there will be none. */
static bool take(struct crew *c, struct segment_row *row)
{
    memset(row, 0, sizeof *row);
    pthread_mutex_lock(&c->lock);
    while (!c->closing && must_wait(c))
        pthread_cond_wait(&c->work, &c->lock);
    bool some = !c->closing;
    if (some) {
        row->run = c->queue[c->next++];
        c->running++;
    }
    pthread_mutex_unlock(&c->lock);
    return some;
}

/* There is room for it: crew_give has made it. */
static void hand_in(struct crew *c, const struct segment_row *row, bool whole, double seconds)
{
    pthread_mutex_lock(&c->lock);
    c->running--;
    if (whole) {
        c->rows[c->n_rows++] = *row;
        c->done += row->status == RUN_DONE;
        c->failed += row->status != RUN_DONE;
        if (row->status != RUN_DONE && c->setup.stop_at_failure) c->next = c->n_queued;
        c->timed++;
        c->seconds += seconds;
    }
    bool matters = c->next == c->n_queued || c->n_rows >= segment_rows(c) || row->status != RUN_DONE;
    if (matters) pthread_cond_signal(&c->ended); /* else the next look is early enough */
    pthread_mutex_unlock(&c->lock);
}

/* Seconds of this thread alone: what a run takes must not look longer on a processor that is shared. */
static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void *work(void *hand)
{
    struct hand *h = hand;
    struct segment_row row;
    while (take(h->c, &row)) {
        double start = cpu_seconds();
        bool whole = do_run(h, &row);
        hand_in(h->c, &row, whole, cpu_seconds() - start);
    }
    if (h->which != UINT64_MAX) design_case_free(h->c->setup.plan, &h->one);
    ensemble_worker_free(&h->worker);
    return NULL;
}

/* ---- the interface ------------------------------------------------------------------------------------------------------ */

static int no_memory(struct error *err) { return error_set(err, ERROR_IO, "no memory for the runs of a sweep"); }

static bool has_large_world(const struct ensemble_plan *plan)
{
    for (uint32_t k = 0; k < plan->n_scenarios * plan->n_points; k++)
        if (ensemble_world_threads(&plan->cases[k].scale, 2) > 1) return true;
    return false;
}

static int start_threads(struct crew *c, struct error *err)
{
    int wanted = c->inner > 1 ? 1 : c->setup.threads;
    c->threads = calloc((size_t)wanted, sizeof *c->threads);
    c->hands = calloc((size_t)wanted, sizeof *c->hands);
    if (!c->threads || !c->hands) return no_memory(err);
    for (; c->n_threads < wanted; c->n_threads++) {
        struct hand *h = &c->hands[c->n_threads];
        *h = (struct hand){.c = c, .worker = {.threads = c->inner}, .which = UINT64_MAX};
        if (digest_open(&h->digest, err)) break;
        if (pthread_create(&c->threads[c->n_threads], NULL, work, h)) {
            digest_close(&h->digest);
            break;
        }
    }
    return c->n_threads ? ERROR_NONE : error_set(err, ERROR_IO, "cannot start a thread");
}

int crew_begin(struct crew **out, const struct crew_setup *setup, struct error *err)
{
    const struct layout *l = &setup->plan->layout;
    struct crew *c = *out = calloc(1, sizeof *c);
    if (!c) return no_memory(err);
    c->setup = *setup;
    c->inner = has_large_world(setup->plan) ? setup->threads : 1;
    c->order = calloc(l->n_series + (size_t)1, sizeof *c->order);
    c->published = progress_now();
    c->frame = (struct segment_frame){l, c->order, setup->manifest->digest, setup->design->n_points,
                                      setup->plan->n_replicates};
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->work, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&c->ended, &monotonic);
    pthread_condattr_destroy(&monotonic);
    int code = c->order ? ERROR_NONE : no_memory(err);
    if (!code) frame_order(c->order, l);
    if (!code) code = start_threads(c, err);
    if (code) crew_end(out);
    return code;
}

/* Room for n more, and for as many rows. Locked. */
static bool make_room(struct crew *c, size_t n)
{
    if (c->next) memmove(c->queue, c->queue + c->next, (c->n_queued - c->next) * sizeof *c->queue);
    c->n_queued -= c->next;
    c->next = 0;
    if (c->n_queued + n > c->room) {
        uint64_t *grown = realloc(c->queue, 2 * (c->n_queued + n) * sizeof *grown);
        if (!grown) return false;
        c->queue = grown;
        c->room = 2 * (c->n_queued + n);
    }
    size_t rows = c->n_rows + c->running + c->n_queued + n;
    if (rows <= c->rows_room) return true;
    struct segment_row *grown = realloc(c->rows, 2 * rows * sizeof *grown);
    if (!grown) return false;
    c->rows = grown;
    c->rows_room = 2 * rows;
    return true;
}

int crew_give(struct crew *c, const uint64_t *runs, size_t n, struct error *err)
{
    pthread_mutex_lock(&c->lock);
    if (c->setup.stop_at_failure && c->failed) n = 0; /* one has failed since these were asked for */
    bool good = make_room(c, n);
    for (size_t k = 0; good && k < n; k++)
        c->queue[c->n_queued++] = runs[k];
    pthread_cond_broadcast(&c->work);
    pthread_mutex_unlock(&c->lock);
    return good ? ERROR_NONE : no_memory(err);
}

struct crew_count crew_count(struct crew *c)
{
    pthread_mutex_lock(&c->lock);
    struct crew_count n = {c->n_queued - c->next,
                           c->running,
                           c->done,
                           c->failed,
                           c->n_rows,
                           c->timed ? c->seconds / (double)c->timed : 0.0};
    pthread_mutex_unlock(&c->lock);
    return n;
}

void crew_wait(struct crew *c, double seconds)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)(seconds * 1e9);
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&c->lock);
    pthread_cond_timedwait(&c->ended, &c->lock, &until);
    pthread_mutex_unlock(&c->lock);
}

/* At most `most` of the finished rows, taken out of the crew. */
static size_t take_rows(struct crew *c, size_t most, struct segment_row **rows, struct error *err)
{
    pthread_mutex_lock(&c->lock);
    size_t n = c->n_rows < most ? c->n_rows : most;
    *rows = malloc((n + 1) * sizeof **rows);
    if (*rows) {
        memcpy(*rows, c->rows, n * sizeof **rows);
        memmove(c->rows, c->rows + n, (c->n_rows - n) * sizeof **rows);
        c->n_rows -= n;
    } else
        no_memory(err);
    pthread_cond_broadcast(&c->work);
    pthread_mutex_unlock(&c->lock);
    return *rows ? n : 0;
}

static void free_rows(struct segment_row *rows, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        free(rows[k].results);
        free(rows[k].reason);
    }
}

/* Many small segments, as short intervals make them, become a larger one. */
static int note_segment(struct crew *c, const char *name, size_t bytes, struct error *err)
{
    if (bytes >= SMALL_BYTES) return ERROR_NONE;
    memcpy(c->small[c->n_small++], name, SEGMENT_NAME);
    c->small_bytes += bytes;
    if (c->n_small < SMALL_MOST) return ERROR_NONE;
    int code = catalog_compact(c->setup.folder, &c->frame, c->small, &c->n_small, err);
    if (code || c->small_bytes >= SMALL_BYTES) c->n_small = c->small_bytes = 0;
    return code;
}

static int publish_rows(struct crew *c, size_t most, struct error *err)
{
    struct segment_row *rows;
    char name[SEGMENT_NAME];
    size_t n = take_rows(c, most, &rows, err);
    if (!rows) return ERROR_IO;
    int code = n ? segment_publish(c->setup.folder, &c->frame, rows, n, name, err) : ERROR_NONE;
    free_rows(rows, n);
    free(rows);
    c->published = progress_now();
    return code || !n ? code : note_segment(c, name, n * row_bytes(c), err);
}

int crew_publish(struct crew *c, bool all, struct error *err)
{
    size_t most = segment_rows(c);
    int code = ERROR_NONE;
    for (;;) {
        struct crew_count n = crew_count(c);
        bool due = all || n.unpublished >= most || progress_now() - c->published >= c->setup.publish_every;
        if (!n.unpublished) {
            if (due) c->published = progress_now(); /* an interval starts with what it is to publish */
            return code;
        }
        if (!due || code) return code;
        code = publish_rows(c, most, err);
    }
}

void crew_drop(struct crew *c)
{
    pthread_mutex_lock(&c->lock);
    c->next = c->n_queued;
    pthread_mutex_unlock(&c->lock);
}

void crew_halt(struct crew *c)
{
    crew_drop(c);
    c->halt = 1;
}

void crew_end(struct crew **out)
{
    struct crew *c = *out;
    if (!c) return;
    pthread_mutex_lock(&c->lock);
    c->closing = true;
    pthread_cond_broadcast(&c->work);
    pthread_mutex_unlock(&c->lock);
    for (int k = 0; k < c->n_threads; k++) {
        pthread_join(c->threads[k], NULL);
        digest_close(&c->hands[k].digest);
    }
    free_rows(c->rows, c->n_rows);
    pthread_cond_destroy(&c->work);
    pthread_cond_destroy(&c->ended);
    pthread_mutex_destroy(&c->lock);
    free(c->rows);
    free(c->queue);
    free(c->threads);
    free(c->hands);
    free(c->order);
    free(c);
    *out = NULL;
}
