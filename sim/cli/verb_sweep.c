#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/answer.h"
#include "cli/beacon.h"
#include "cli/dispatch.h"
#include "cli/failures.h"
#include "cli/options.h"
#include "cli/page.h"
#include "cli/plan.h"
#include "cli/ranks.h"
#include "cli/slurm.h"
#include "cli/stop.h"
#include "cli/verb.h"
#include "cli/verb_check.h"
#include "io/catalog.h"
#include "io/mpi.h"

enum policy { ON_FAILURE_STOP, ON_FAILURE_SKIP, ON_FAILURE_RETRY };

struct sweep {
    const struct options *o;
    struct ensemble_plan plan;
    struct config_texts texts;
    struct manifest manifest;
    struct catalog catalog;
    struct dispatch dispatch;
    struct progress progress;
    enum policy policy;
    double publish_every;
    uint32_t part, parts;
    int64_t only;
};

/* ---- what the command line says ------------------------------------------------------------------------------------------ */

static int read_policy(struct sweep *s, struct error *err)
{
    static const char *const names[] = {"stop", "skip", "retry"};
    const char *asked = s->o->on_failure;
    for (int k = 0; asked && k < 3; k++)
        if (strcmp(asked, names[k]) == 0) {
            s->policy = (enum policy)k;
            return ERROR_NONE;
        }
    if (!asked) return ERROR_NONE;
    return error_set(err, ERROR_CONFIG, "--on-failure: found %s, expected stop, skip or retry", asked);
}

static bool read_number(const char *text, const char **end, uint64_t *n)
{
    char *stop;
    errno = 0;
    *n = strtoull(text, &stop, 10);
    *end = stop;
    return stop != text && *text != '-' && !errno;
}

/* "3/16", counted from 0. */
static int read_part(struct sweep *s, struct error *err)
{
    const char *end = s->o->part;
    uint64_t part, parts;
    if (read_number(end, &end, &part) && *end == '/' && read_number(end + 1, &end, &parts) && !*end && part < parts &&
        parts <= UINT32_MAX) {
        s->part = (uint32_t)part;
        s->parts = (uint32_t)parts;
        return ERROR_NONE;
    }
    return error_set(err, ERROR_CONFIG, "--part: found %s, expected K/N with K from 0 to N - 1, such as 0/4",
                     s->o->part);
}

static bool number_of(const char *name, uint64_t *n)
{
    const char *text = getenv(name), *end;
    return text && read_number(text, &end, n) && !*end;
}

/* Tasks of an array share a folder, each with its part; so do processes that a launcher started and MPI did not join. */
static void find_part(struct sweep *s)
{
    uint64_t id, first = 0, step = 1, count;
    uint32_t number, processes;
    if (number_of("SLURM_ARRAY_TASK_ID", &id) && number_of("SLURM_ARRAY_TASK_COUNT", &count) && count > 1) {
        number_of("SLURM_ARRAY_TASK_MIN", &first);
        number_of("SLURM_ARRAY_TASK_STEP", &step);
        s->part = (uint32_t)((id - first) / (step ? step : 1) % count);
        s->parts = (uint32_t)count;
    }
    if (mpi_size() > 1 || !mpi_launched(&number, &processes)) return;
    s->part += number * s->parts;
    s->parts *= processes;
}

static int read_only(struct sweep *s, struct error *err)
{
    const char *end;
    uint64_t run;
    s->only = -1;
    if (!s->o->only) return ERROR_NONE;
    if (!read_number(s->o->only, &end, &run) || *end || run > INT64_MAX)
        return error_set(err, ERROR_CONFIG,
                         "--only: found %s, expected the number of a run, as `klynge status` tells it", s->o->only);
    s->only = (int64_t)run;
    return ERROR_NONE;
}

static int read_options(struct sweep *s, struct error *err)
{
    s->parts = 1;
    s->publish_every = s->o->publish_every > 0.0 ? s->o->publish_every : 60.0;
    if (!s->o->out && !s->o->dry_run)
        return error_set(err, ERROR_CONFIG, "no folder is given: add -o DIR, such as -o out/sweep, or --dry-run");
    int code = read_policy(s, err);
    if (!code) code = read_only(s, err);
    if (!code && s->o->part && !s->o->only) code = read_part(s, err);
    if (!code && !s->o->part && !s->o->only) find_part(s);
    return code;
}

/* ---- the folder ---------------------------------------------------------------------------------------------------------- */

/* Of a folder without a manifest: does it hold anything that no sweep has put there? */
static int check_empty(const char *folder, struct error *err)
{
    DIR *d = opendir(folder);
    int code = d ? ERROR_NONE : error_set(err, ERROR_IO, "%s: cannot read the folder: %s", folder, strerror(errno));
    for (struct dirent *e; d && !code && (e = readdir(d));) {
        const char *n = e->d_name, *dot = strrchr(n, '.');
        if (segment_is_name(n) || beacon_is_name(n) || manifest_is_name(n) || strcmp(n, ".") == 0 ||
            strcmp(n, "..") == 0)
            continue;
        if (dot && (strcmp(dot, ".tmp") == 0 || strcmp(dot, ".damaged") == 0)) continue;
        code = error_set(err, ERROR_CONFIG, "%s: found %s and no sweep there, expected a new or an empty folder",
                         folder, n);
    }
    if (d) closedir(d);
    return code;
}

static int make_folder(const char *folder, struct error *err)
{
    struct stat about;
    if (mkdir(folder, 0777) == 0) return ERROR_NONE;
    int why = errno;
    if (why == EEXIST && stat(folder, &about) == 0 && S_ISDIR(about.st_mode)) return ERROR_NONE;
    int code = why == EEXIST || why == ENOENT || why == ENOTDIR ? ERROR_CONFIG : ERROR_IO;
    return error_set(err, code, "%s: cannot make the folder: %s", folder, strerror(why));
}

static int settle_manifest(const struct sweep *s, struct error *err)
{
    struct manifest theirs;
    if (!manifest_exists(s->o->out)) {
        int code = check_empty(s->o->out, err);
        return code ? code : manifest_publish(&s->manifest, s->o->out, err);
    }
    int code = manifest_read(&theirs, s->o->out, err);
    if (!code) code = manifest_compare(&s->manifest, &theirs, s->o->out, err);
    manifest_free(&theirs);
    return code;
}

static int check_only(const struct sweep *s, struct error *err)
{
    if (s->only < 0 || (uint64_t)s->only < s->catalog.n_runs) return ERROR_NONE;
    return error_set(err, ERROR_CONFIG, "--only: found %" PRId64 ", expected a run from 0 to %" PRIu64, s->only,
                     s->catalog.n_runs - 1);
}

static int tell_earlier(const struct sweep *s, struct error *err)
{
    return error_set(err, ERROR_RUN,
                     "%" PRIu64 " of %" PRIu64 " runs failed before (`klynge status %s` tells which and why): "
                     "--on-failure skip goes on without them, --on-failure retry runs them again",
                     s->catalog.failed, s->catalog.n_runs, s->o->out);
}

/* What rank 0 does before anyone works. */
static int open_folder(struct sweep *s, struct error *err)
{
    int code = make_folder(s->o->out, err);
    if (!code) code = settle_manifest(s, err);
    if (!code) code = catalog_read(&s->catalog, s->o->out, &s->manifest, CATALOG_MEND, &stop_asked, err);
    if (!code) code = check_only(s, err);
    if (code) return code;
    if (s->catalog.n_damaged && !s->o->quiet)
        fprintf(stderr, "%s: %u damaged segments were set aside (*.damaged); their runs are done again\n", s->o->out,
                s->catalog.n_damaged);
    dispatch_begin(&s->dispatch, &s->catalog, &s->manifest.plan, s->part, s->parts,
                   s->policy == ON_FAILURE_RETRY || s->only >= 0, s->only);
    if (!s->o->quiet && s->catalog.done)
        fprintf(stderr, "%s: %" PRIu64 " of %" PRIu64 " runs are there, %" PRIu64 " to do\n", s->o->out,
                s->catalog.done, s->catalog.n_runs, s->dispatch.left);
    return s->catalog.failed && s->policy == ON_FAILURE_STOP && s->only < 0 ? tell_earlier(s, err) : ERROR_NONE;
}

/* ---- telling ------------------------------------------------------------------------------------------------------------- */

static int answer(const struct sweep *s, const struct catalog *c, const struct ranks_outcome *outcome, double wall,
                  const char *digest, struct error *err)
{
    struct answer_runs answer = {
        s->o->out, c->n_runs, c->done, c->failed, wall, outcome->cpu_seconds, c->done == c->n_runs ? digest : NULL};
    return answer_of_runs(&answer, err);
}

static int tell(const struct sweep *s, const struct catalog *c, const struct ranks_outcome *outcome, double wall,
                struct error *err)
{
    char took[PAGE_NUMBER], digest[DIGEST_SIZE];
    uint64_t ended = outcome->done + outcome->failed;
    int code = catalog_digest(c, digest, err);
    if (code) return code;
    if (!s->o->quiet) {
        fprintf(stderr, "%s: %" PRIu64 " of %" PRIu64 " runs, %" PRIu64 " of them now in %s", s->o->out, c->done,
                c->n_runs, ended, page_seconds(wall, took));
        if (mpi_size() > 1 && ended)
            fprintf(stderr, " by %u ranks, %.2f messages a run", mpi_size(), (double)outcome->messages / (double)ended);
        if (c->done == c->n_runs) fprintf(stderr, ", digest %s", digest);
        fputc('\n', stderr);
        if (c->failed) failures_print(c, &s->manifest, stderr);
    }
    return s->o->json ? answer(s, c, outcome, wall, digest, err) : ERROR_NONE;
}

/* All that this command was to do is done? */
static int judge(const struct sweep *s, const struct catalog *c, const struct ranks_outcome *outcome, struct error *err)
{
    if (outcome->stopped)
        return error_set(err, ERROR_STOPPED,
                         "stopped with %" PRIu64 " of %" PRIu64 " runs finished; the same command continues", c->done,
                         c->n_runs);
    if (c->failed)
        return error_set(err, ERROR_RUN, "%" PRIu64 " of %" PRIu64 " runs failed%s", c->failed, c->n_runs,
                         s->policy == ON_FAILURE_STOP ? "; --on-failure skip goes on without them" : "");
    return ERROR_NONE;
}

/* ---- the verb ------------------------------------------------------------------------------------------------------------ */

static int check_settings(const struct sweep *s, struct error *err)
{
    if (s->plan.run.panel_runs || s->plan.run.tie_runs)
        return error_set(err, ERROR_CONFIG,
                         "output.%s: found %lld, expected 0 in a sweep: firms and ties are kept by "
                         "`klynge run`",
                         s->plan.run.panel_runs ? "panel_runs" : "tie_runs",
                         (long long)(s->plan.run.panel_runs ? s->plan.run.panel_runs : s->plan.run.tie_runs));
    return ERROR_NONE;
}

static int work(struct sweep *s, int code, struct ranks_outcome *outcome, struct error *err)
{
    bool leads = mpi_rank() == 0;
    struct crew_setup crew = {.folder = s->o->out,
                              .manifest = &s->manifest,
                              .plan = &s->plan,
                              .design = &s->texts.design,
                              .threads = plan_threads(s->o),
                              .attempts = s->policy == ON_FAILURE_RETRY ? 2 : 1,
                              .stop_at_failure = s->policy == ON_FAILURE_STOP,
                              .publish_every = s->publish_every};
    struct ranks_setup ranks = {
        .sweep = s->manifest.digest, .dispatch = leads && !code ? &s->dispatch : NULL, .progress = &s->progress};
    enum progress_style style = leads && !code ? progress_style_of(stderr, s->o->quiet) : PROGRESS_NONE;
    progress_begin(&s->progress, stderr, style, progress_now, s->dispatch.left);
    code = ranks_work(&ranks, &crew, code, outcome, err);
    if (outcome->done + outcome->failed >= s->progress.total)
        outcome->stopped = false; /* it came too late to stop anything */
    progress_end(&s->progress);
    return code;
}

/* What there is now, also by other processes; after a stop what is known, as reading much takes time, but where runs that had failed
 * were done again: which of them is not known. */
static int finish(struct sweep *s, const struct ranks_outcome *outcome, double wall, struct error *err)
{
    static const volatile sig_atomic_t never = 0;
    int code = ERROR_NONE;
    if (outcome->stopped && !(s->catalog.failed && s->dispatch.failed_too)) {
        s->catalog.done += outcome->done;
        s->catalog.failed += outcome->failed;
    } else {
        catalog_free(&s->catalog);
        code = catalog_read(&s->catalog, s->o->out, &s->manifest, CATALOG_READ, outcome->stopped ? &never : &stop_asked,
                            err);
    }
    if (!code) code = tell(s, &s->catalog, outcome, wall, err);
    return code ? code : judge(s, &s->catalog, outcome, err);
}

/* Whenever a sweep is interrupted, it can be continued. */
static int as_stopped(int code, struct error *err)
{
    return code == ERROR_INTERRUPTED ? error_set(err, ERROR_STOPPED, "stopped; the same command continues") : code;
}

static int sweep(struct sweep *s, struct error *err)
{
    double start = progress_now();
    struct ranks_outcome outcome = {0};
    int code = read_options(s, err);
    bool loaded = !code && !(code = plan_load(s->o, &s->plan, &s->texts, err));
    if (!code) code = check_settings(s, err);
    if (!code && s->o->dry_run) {
        code = mpi_rank() == 0 ? verb_check_plan(s->o, &s->plan, &s->texts.design, err) : ERROR_NONE;
        goto out;
    }
    if (!code && s->o->slurm) {
        code = slurm_print(s->o, err);
        goto out;
    }
    if (!code) code = manifest_make(&s->manifest, &s->plan, &s->texts.design, &s->texts, s->o->argc, s->o->argv, err);
    if (!code && mpi_rank() == 0) code = open_folder(s, err);
    code = as_stopped(code, err);
    if (!code || mpi_size() > 1) code = work(s, code, &outcome, err);
    if (!code && mpi_rank() == 0) code = as_stopped(finish(s, &outcome, progress_now() - start, err), err);
out:
    catalog_free(&s->catalog);
    manifest_free(&s->manifest);
    if (loaded) config_free(&s->plan, &s->texts);
    return code;
}

int verb_sweep(const struct options *o, struct error *err)
{
    stop_listen();
    int code = mpi_begin(err);
    if (code) return code;
    struct sweep *s = calloc(1, sizeof *s);
    if (!s) return error_set(err, ERROR_IO, "no memory for a sweep");
    s->o = o;
    code = sweep(s, err);
    free(s);
    uint32_t rank = mpi_rank(); /* what went wrong in the others is told by rank 0 */
    mpi_end();
    return rank ? ERROR_NONE : code;
}
