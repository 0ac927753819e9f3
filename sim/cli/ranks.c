#include "cli/ranks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/beacon.h"
#include "cli/stop.h"
#include "io/mpi.h"

/* Messages. The first word is one of these. */
enum {
    ASK,  /* to rank 0: digest (2 words), threads, seconds a run, runs in hand, done, failed */
    RUNS, /* from rank 0: run numbers */
    END,  /* from rank 0: how to end */
    LEFT, /* to rank 0, all that was finished is published: done, failed, CPU seconds, code, the text of an error */
    GO,   /* from rank 0: all have left */
};

enum ending {
    GO_ON,
    FINISH,
    DROP,
    HALT
}; /* what is in hand: carry on with it, too, forget what is queued, give up all */

/* Seconds between looks. A rank asks a quarter of a second before its threads have nothing to do. */
static const double alone_waits = 0.02, together_waits = 0.005;

struct member {
    bool ended, left; /* was told to; has */
    uint64_t done, failed, threads;
};

struct ranks {
    const struct ranks_setup *setup;
    struct crew *crew;
    struct ranks_outcome *outcome;
    struct error *err;
    int code; /* what went wrong here */
    enum ending ending;
    bool asked, go; /* a question waits for its answer; all have left */
    int threads;
    bool stop_at_failure;
    struct member *members; /* (size) of rank 0 */
    struct beacon beacon;
    double started;
};

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double real_of(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static void send(struct ranks *r, uint32_t to, const uint64_t *words, size_t n)
{
    r->outcome->messages++;
    mpi_send(to, words, n);
}

/* The harder of two endings holds. */
static void end_own(struct ranks *r, enum ending how)
{
    if (how <= r->ending) return;
    r->ending = how;
    if (r->crew && how == DROP) crew_drop(r->crew);
    if (r->crew && how == HALT) crew_halt(r->crew);
}

/* ---- rank 0 ------------------------------------------------------------------------------------------------------------- */

static void end_member(struct ranks *r, uint32_t rank, enum ending how)
{
    uint64_t words[] = {END, (uint64_t)how};
    if (r->members[rank].left) return;
    if (r->members[rank].ended && how <= FINISH) return;
    r->members[rank].ended = true;
    send(r, rank, words, 2);
}

static void end_all(struct ranks *r, enum ending how)
{
    if (how <= r->ending) return;
    end_own(r, how);
    for (uint32_t k = 1; k < mpi_size(); k++)
        end_member(r, k, how);
}

static uint64_t all_threads(const struct ranks *r)
{
    uint64_t n = 0;
    for (uint32_t k = 0; k < mpi_size(); k++)
        n += r->members[k].threads;
    return n;
}

static void count(struct ranks *r)
{
    r->outcome->done = r->outcome->failed = 0;
    for (uint32_t k = 0; k < mpi_size(); k++) {
        r->outcome->done += r->members[k].done;
        r->outcome->failed += r->members[k].failed;
    }
    if (r->stop_at_failure && r->outcome->failed) end_all(r, DROP);
}

/* How many runs a rank that has so many in hand gets now. */
static size_t due(const struct ranks *r, uint64_t threads, double seconds, uint64_t has)
{
    size_t share = dispatch_share(r->setup->dispatch, mpi_size(), threads, seconds);
    return has > share / 2 ? 0 : share;
}

static void answer(struct ranks *r, uint32_t from, const uint64_t *ask)
{
    uint64_t words[MPI_WORDS_MAX] = {RUNS};
    struct member *m = &r->members[from];
    m->threads = ask[3];
    m->done = ask[6];
    m->failed = ask[7];
    if (r->ending != GO_ON) {
        end_member(r, from, r->ending);
        return;
    }
    size_t n = dispatch_take(r->setup->dispatch, words + 1, due(r, ask[3], real_of(ask[4]), 0));
    if (n)
        send(r, from, words, n + 1);
    else
        end_member(r, from, FINISH);
}

static void check_same(struct ranks *r, uint32_t from, const uint64_t *ask)
{
    if (memcmp(&ask[1], r->setup->sweep, 2 * sizeof *ask) == 0 || r->code) return;
    r->code = error_set(r->err, ERROR_CONFIG, "rank %u has read another config than rank 0", from);
    end_all(r, HALT);
}

static void see_off(struct ranks *r, uint32_t from, const uint64_t *words, size_t n)
{
    struct member *m = &r->members[from];
    char text[(MPI_WORDS_MAX - 5) * sizeof *words + 1] = "";
    m->left = m->ended = true;
    m->done = words[1];
    m->failed = words[2];
    r->outcome->cpu_seconds += real_of(words[3]);
    int code = (int)words[4];
    if (code == ERROR_STOPPED)
        end_all(r, HALT);
    else if (code && !r->code) {
        memcpy(text, words + 5, (n - 5) * sizeof *words);
        r->code = error_set(r->err, code, "rank %u: %s", from, text);
        end_all(r, HALT);
    }
}

static void lead(struct ranks *r)
{
    uint64_t words[MPI_WORDS_MAX];
    uint32_t from;
    size_t n;
    if (r->code) end_all(r, HALT); /* before anyone is answered: there may be nothing to hand out */
    while (mpi_receive(&from, words, &n)) {
        r->outcome->messages++;
        if (words[0] == ASK) check_same(r, from, words);
        if (words[0] == ASK) answer(r, from, words);
        if (words[0] == LEFT) see_off(r, from, words, n);
    }
    if (stop_asked) end_all(r, HALT);
    if (r->crew) {
        struct crew_count c = crew_count(r->crew);
        r->members[0] = (struct member){.done = c.done, .failed = c.failed, .threads = (uint64_t)r->threads};
        n = r->ending == GO_ON ? due(r, (uint64_t)r->threads, c.seconds, c.queued) : 0;
        n = n ? dispatch_take(r->setup->dispatch, words, n) : 0;
        if (n && !r->code) r->code = crew_give(r->crew, words, n, r->err);
    }
    if (r->code) end_all(r, HALT);
    count(r);
    r->outcome->threads = all_threads(r);
}

static bool all_have_left(const struct ranks *r)
{
    for (uint32_t k = 1; k < mpi_size(); k++)
        if (!r->members[k].left) return false;
    return true;
}

static void show(struct ranks *r)
{
    const struct ranks_outcome *o = r->outcome;
    struct beacon_state state = {mpi_size(), o->threads, o->done + o->failed, r->setup->dispatch->left,
                                 progress_now() - r->started};
    progress_step(r->setup->progress, state.ended, r->setup->progress->total);
    beacon_show(&r->beacon, &state);
}

/* ---- other ranks --------------------------------------------------------------------------------------------------------- */

static void ask(struct ranks *r, const struct crew_count *c)
{
    uint64_t words[8] = {ASK, 0, 0, (uint64_t)r->threads, bits_of(c->seconds), c->queued, c->done, c->failed};
    memcpy(&words[1], r->setup->sweep, 2 * sizeof *words);
    send(r, 0, words, 8);
    r->asked = true;
}

static void follow(struct ranks *r)
{
    uint64_t words[MPI_WORDS_MAX];
    uint32_t from;
    size_t n;
    while (mpi_receive(&from, words, &n)) {
        if (words[0] == GO) r->go = true;
        if (words[0] == END) end_own(r, (enum ending)words[1]);
        if (words[0] != RUNS) continue;
        r->asked = false;
        if (r->crew && !r->code && r->ending < DROP) r->code = crew_give(r->crew, words + 1, n - 1, r->err);
    }
    if (stop_asked || r->code) end_own(r, HALT);
    if (!r->crew || r->ending != GO_ON || r->asked) return;
    struct crew_count c = crew_count(r->crew);
    double left = c.seconds * (double)c.queued / r->threads;
    if (c.queued <= (uint64_t)r->threads / 2 || left < 0.25) ask(r, &c);
}

static void leave(struct ranks *r)
{
    uint64_t words[MPI_WORDS_MAX] = {LEFT, r->outcome->done, r->outcome->failed, bits_of(progress_cpu()),
                                     (uint64_t)r->code};
    size_t n = 0;
    if (!r->code && stop_asked) words[4] = ERROR_STOPPED;
    if (r->code) {
        n = strlen(r->err->text) + 1;
        memcpy(words + 5, r->err->text, n);
    }
    send(r, 0, words, 5 + (n + sizeof *words - 1) / sizeof *words);
    while (!r->go) {
        struct timespec a_moment = {0, 1000000};
        nanosleep(&a_moment, NULL);
        follow(r);
    }
}

/* ---- all ---------------------------------------------------------------------------------------------------------------- */

static bool is_idle(const struct ranks *r)
{
    if (!r->crew) return true;
    struct crew_count c = crew_count(r->crew);
    return !c.queued && !c.running;
}

/* Nothing more will come: for rank 0, runs are handed out or not wanted; for another, it was told so. */
static bool has_ended(const struct ranks *r)
{
    if (!is_idle(r)) return false;
    if (r->ending != GO_ON) return true;
    return r->setup->dispatch && r->setup->dispatch->left == 0;
}

static void publish(struct ranks *r, bool all)
{
    struct error why = {0};
    int code = r->crew ? crew_publish(r->crew, all, &why) : ERROR_NONE;
    if (code && !r->code) r->code = error_set(r->err, code, "%s", why.text);
}

static void rest(struct ranks *r)
{
    struct timespec a_moment = {0, 1000000};
    if (r->crew)
        crew_wait(r->crew, mpi_size() > 1 ? together_waits : alone_waits);
    else
        nanosleep(&a_moment, NULL);
}

static void work(struct ranks *r)
{
    bool leads = mpi_rank() == 0;
    for (;;) {
        if (leads)
            lead(r);
        else
            follow(r);
        publish(r, false);
        if (leads && r->crew) show(r);
        if (has_ended(r) || (!r->crew && r->code)) break;
        rest(r);
    }
    publish(r, true);
    if (r->crew) {
        struct crew_count c = crew_count(r->crew);
        r->outcome->done = c.done;
        r->outcome->failed = c.failed;
    }
    if (!leads) {
        leave(r);
        return;
    }
    while (!all_have_left(r)) { /* ranks that ask are told that there is no more */
        lead(r);
        if (r->crew) show(r);
        rest(r);
    }
    if (r->crew) lead(r); /* what they counted last */
    uint64_t words[] = {GO};
    for (uint32_t k = 1; k < mpi_size(); k++)
        send(r, k, words, 1);
}

int ranks_work(const struct ranks_setup *setup, const struct crew_setup *crew, int code, struct ranks_outcome *outcome,
               struct error *err)
{
    struct ranks r = {.setup = setup, .outcome = outcome, .err = err, .code = code, .started = progress_now()};
    *outcome = (struct ranks_outcome){0};
    r.members = calloc(mpi_size(), sizeof *r.members);
    if (!r.members) return error_set(err, ERROR_IO, "no memory for %u ranks", mpi_size());
    r.threads = crew->threads;
    r.stop_at_failure = crew->stop_at_failure;
    if (!r.code) r.code = crew_begin(&r.crew, crew, err);
    if (r.crew && setup->dispatch) beacon_begin(&r.beacon, crew->folder);
    work(&r);
    beacon_end(&r.beacon);
    outcome->stopped = r.ending == HALT && !r.code;
    outcome->cpu_seconds += progress_cpu();
    crew_end(&r.crew);
    free(r.members);
    return r.code;
}
