#include <inttypes.h>
#include <stdio.h>

#include "cli/answer.h"
#include "cli/keeper.h"
#include "cli/options.h"
#include "cli/page.h"
#include "cli/plan.h"
#include "cli/progress.h"
#include "cli/pseudonyms.h"
#include "cli/stop.h"
#include "cli/verb.h"
#include "cli/verb_check.h"
#include "io/output.h"

struct receiver {
    struct output *out;
    struct progress progress;
};

static int receive(void *context, const struct ensemble_plan *plan, const struct ensemble_batch *batch,
                   struct error *err)
{
    return output_batch(((struct receiver *)context)->out, plan, batch, err);
}

static void show(void *context, uint64_t done, uint64_t total)
{
    progress_step(&((struct receiver *)context)->progress, done, total);
}

static int simulate(const struct options *o, const struct ensemble_plan *plan, struct output *out,
                    struct world_keeper *keeper, struct ensemble_outcome *outcome, struct error *err)
{
    struct receiver receiver = {.out = out};
    struct ensemble_sink sink = {.context = &receiver, .batch = receive, .progress = show, .keeper = keeper};
    progress_begin(&receiver.progress, stderr, progress_style_of(stderr, o->quiet), progress_now, plan_runs(plan));
    int code = ensemble_run(plan, plan_threads(o), &sink, &stop_asked, outcome, err);
    progress_end(&receiver.progress);
    return code;
}

static int tell(const struct options *o, const struct ensemble_outcome *outcome, const char *digest, struct error *err)
{
    char took[PAGE_NUMBER];
    if (!o->quiet)
        fprintf(stderr, "%s: %" PRIu64 " of %" PRIu64 " runs in %s, digest %s\n", o->out, outcome->done, outcome->runs,
                page_seconds(outcome->wall_seconds, took), digest);
    if (!o->json) return ERROR_NONE;
    struct answer_runs answer = {
        o->out, outcome->runs, outcome->done, outcome->failed, outcome->wall_seconds, outcome->cpu_seconds, digest};
    return answer_of_runs(&answer, err);
}

/* Runs that failed: the file holds the others. `why` is what the first of them said. */
static int tell_failed(const struct options *o, const struct ensemble_outcome *outcome, const struct error *why,
                       struct error *err)
{
    return error_set(err, ERROR_RUN, "%" PRIu64 " of %" PRIu64 " runs failed, %s holds the others; the first said: %s",
                     outcome->failed, outcome->runs, o->out, why->text);
}

static int run_plan(const struct options *o, const struct ensemble_plan *plan, const struct config_texts *texts,
                    const struct manifest *manifest, struct error *err)
{
    struct output *out = NULL;
    struct pseudonyms names;
    struct keeper keeper = {0};
    struct ensemble_outcome outcome = {0};
    struct error why = {0};
    char digest[33] = "";
    int code = pseudonyms_begin(&names, o, plan, err);
    if (!code) code = output_open(&out, o->out, o->force, plan, texts, plan_threads(o), o->argc, o->argv, err);
    if (!code) code = keeper_begin(&keeper, o, plan, manifest, err);
    if (code) goto out;
    code = simulate(o, plan, out, keeper_hooks(&keeper), &outcome, &why);
    if (code == ERROR_INTERRUPTED)
        code = keeper_stopped(&keeper, err);
    else if (code)
        error_set(err, code, "%s; nothing was written", why.text);
    if (code) goto out;
    code = output_publish(&out, &outcome, digest, err);
    if (!code) code = pseudonyms_publish(&names, err);
    keeper_end(&keeper, !code);
    if (code) goto out;
    code = tell(o, &outcome, digest, err);
    if (!code && outcome.failed) code = tell_failed(o, &outcome, &why, err);
out:
    keeper_end(&keeper, false);
    output_discard(&out);
    pseudonyms_abandon(&names);
    return code;
}

int verb_run(const struct options *o, struct error *err)
{
    struct ensemble_plan plan;
    struct config_texts texts;
    struct manifest manifest = {.borrowed = true};
    if (!o->out && !o->dry_run)
        return error_set(err, ERROR_CONFIG, "no output is given: add -o FILE, such as -o out.h5, or --dry-run");
    stop_listen();
    int code = plan_load(o, &plan, &texts, err);
    if (code) return code;
    code = keeper_check(o, &plan, err);
    if (!code && o->dry_run) {
        code = verb_check_plan(o, &plan, &texts.design, err);
    } else if (!code) {
        if (o->checkpoint_every > 0.0)
            code = manifest_make(&manifest, &plan, &texts.design, &texts, o->argc, o->argv, err);
        if (!code) code = design_expand(&texts.design, &plan, err);
        if (!code) code = run_plan(o, &plan, &texts, &manifest, err);
        manifest_free(&manifest);
    }
    config_free(&plan, &texts);
    return code;
}
