#include "cli/keeper.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/options.h"
#include "cli/page.h"
#include "cli/plan.h"
#include "cli/progress.h"

/* On a line of its own, also where a bar is drawn. */
static void say(const struct keeper *k, const char *text)
{
    fprintf(stderr, "%s%s: %s\n", progress_style_of(stderr, k->o->quiet) == PROGRESS_BAR ? "\r\033[K" : "", k->o->out,
            text);
}

static const char *run_text(const struct keeper *k, uint64_t run, char text[64])
{
    if (k->runs == 1)
        snprintf(text, 64, "the run");
    else
        snprintf(text, 64, "run %" PRIu64 " of %" PRIu64, run + 1, k->runs);
    return text;
}

/* ---- what the ensemble calls ---------------------------------------------------------------------------------------------- */

static void say_resumed(const struct keeper *k, const struct world *w, const char *path)
{
    char text[ERROR_TEXT_MAX], date[PAGE_NUMBER], run[64];
    if (k->o->quiet) return;
    run_text(k, k->run, run);
    if (w->tick == w->n_ticks)
        snprintf(text, sizeof text, "%s had ended: its results are in %s", run, path);
    else
        snprintf(text, sizeof text, "%s goes on after tick %" PRIu32 " of %" PRIu32 " (%s), from %s", run, w->tick,
                 w->n_ticks, page_date(w->time, date), path);
    say(k, text);
}

/* Does it start anew though there was something? */
static void say_anew(const struct keeper *k)
{
    char text[ERROR_TEXT_MAX], run[64];
    for (size_t f = 0; f < k->kept.n; f++)
        if (k->kept.files[f].run == k->run) {
            snprintf(text, sizeof text, "no checkpoint of %s is whole: it starts anew", run_text(k, k->run, run));
            say(k, text);
            return;
        }
}

static bool resume(void *context, struct world *w)
{
    struct keeper *k = context;
    struct error why = {0};
    bool resumed = false;
    k->run = k->hooks.run;
    k->n_ticks = w->n_ticks;
    for (struct checkpoint_file *f; !resumed && (f = checkpoint_newest(&k->kept, k->run));) {
        resumed = checkpoint_restore(f, w, &why) == ERROR_NONE;
        if (resumed)
            say_resumed(k, w, f->path);
        else
            say(k, why.text);
    }
    if (!resumed) say_anew(k);
    k->tick = k->kept_tick = resumed ? w->tick : 0;
    k->going = true;
    k->last = progress_now();
    return resumed;
}

/* The run goes on without it: its results are worth more than what insures them, and a disk that is full now may not be later. */
static void say_failed(const struct keeper *k, const struct error *why)
{
    char text[ERROR_TEXT_MAX + 200], then[100] = "there is none yet", run[64];
    if (k->kept_tick) snprintf(then, sizeof then, "that of tick %" PRIu32 " stays", k->kept_tick);
    snprintf(text, sizeof text, "no checkpoint at tick %" PRIu32 " of %" PRIu32 " of %s: %s; %s", k->tick, k->n_ticks,
             run_text(k, k->run, run), why->text, then);
    say(k, text);
}

static void say_kept(const struct keeper *k, double seconds)
{
    char text[ERROR_TEXT_MAX], run[64], size[PAGE_NUMBER], took[PAGE_NUMBER];
    const struct checkpoint_file *f = checkpoint_newest(&k->kept, k->run);
    struct stat about;
    if (k->o->quiet || !f || stat(f->path, &about)) return;
    snprintf(text, sizeof text, "%s is kept as of tick %" PRIu32 " of %" PRIu32 ": %s in %s", run_text(k, k->run, run),
             k->tick, k->n_ticks, page_bytes((double)about.st_size, size), page_seconds(seconds, took));
    say(k, text);
}

static void keep(void *context, struct world *w, bool stopping)
{
    struct keeper *k = context;
    struct error why = {0};
    double now = progress_now();
    k->tick = w->tick;
    if (!stopping && w->tick < w->n_ticks && now - k->last < k->o->checkpoint_every) return;
    k->last = now;
    if (checkpoint_write(&k->kept, k->run, w, &why)) {
        say_failed(k, &why);
        return;
    }
    k->kept_tick = w->tick;
    say_kept(k, progress_now() - now);
}

/* ---- begin and end -------------------------------------------------------------------------------------------------------- */

int keeper_check(const struct options *o, const struct ensemble_plan *plan, struct error *err)
{
    if (!(o->checkpoint_every > 0.0) || ensemble_in_turn(plan)) return ERROR_NONE;
    return error_set(err, ERROR_CONFIG,
                     "--checkpoint-every: found %" PRIu64 " runs of worlds of fewer than %d firms, expected one run, "
                     "or larger worlds, which are run one after the other: `klynge sweep` keeps the finished ones of "
                     "many runs, and continues",
                     plan_runs(plan), ENSEMBLE_LARGE_FIRMS);
}

int keeper_begin(struct keeper *k, const struct options *o, const struct ensemble_plan *plan, const struct manifest *m,
                 struct error *err)
{
    memset(k, 0, sizeof *k);
    k->o = o;
    if (!(o->checkpoint_every > 0.0)) return ERROR_NONE;
    k->runs = plan_runs(plan);
    k->hooks = (struct world_keeper){.context = k, .resume = resume, .keep = keep};
    int code = checkpoint_find(&k->kept, o->out, m, err);
    for (size_t f = 0; f < k->kept.n && !code; f++)
        if (k->kept.files[f].why) say(k, k->kept.files[f].why);
    return code;
}

struct world_keeper *keeper_hooks(struct keeper *k) { return k->runs ? &k->hooks : NULL; }

int keeper_stopped(const struct keeper *k, struct error *err)
{
    char run[64];
    if (!k->runs) return error_set(err, ERROR_INTERRUPTED, "interrupted; nothing was written");
    if (!k->going) return error_set(err, ERROR_STOPPED, "stopped before a run began; the same command begins again");
    if (k->tick && !k->kept_tick)
        return error_set(err, ERROR_IO,
                         "stopped at tick %" PRIu32 " of %" PRIu32 " of %s, and no checkpoint could be "
                         "written: the same command starts it anew",
                         k->tick, k->n_ticks, run_text(k, k->run, run));
    return error_set(err, ERROR_STOPPED,
                     "stopped at tick %" PRIu32 " of %" PRIu32 " of %s; the same command goes on after tick %" PRIu32,
                     k->tick, k->n_ticks, run_text(k, k->run, run), k->kept_tick);
}

void keeper_end(struct keeper *k, bool published)
{
    if (published) checkpoint_remove(&k->kept);
    checkpoint_free(&k->kept);
}
