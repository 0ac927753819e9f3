#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "cli/answer.h"
#include "cli/beacon.h"
#include "cli/failures.h"
#include "cli/options.h"
#include "cli/page.h"
#include "cli/stop.h"
#include "cli/verb.h"
#include "io/catalog.h"

/* What processes that are at work say. */
struct at_work {
    uint64_t processes;
    struct beacon_state sum;
    double rate, eta; /* runs a second, seconds; NaN: not known */
};

static void look(const char *folder, const struct catalog *c, struct at_work *w)
{
    w->processes = beacon_read(folder, &w->sum, &w->rate);
    uint64_t left = c->n_runs - c->done - c->failed;
    if (!(w->rate > 0.0)) w->rate = NAN;
    w->eta = left ? (double)left / w->rate : NAN;
}

static int tell_json(const struct catalog *c, const struct at_work *w, struct error *err)
{
    json_t *answer = json_object();
    answer_put(&answer, "runs", json_integer((json_int_t)c->n_runs));
    answer_put(&answer, "done", json_integer((json_int_t)c->done));
    answer_put(&answer, "failed", json_integer((json_int_t)c->failed));
    answer_put(&answer, "complete", json_boolean(c->done == c->n_runs));
    answer_put(&answer, "rate", answer_real(w->rate));
    answer_put(&answer, "eta_seconds", answer_real(w->eta));
    return answer_json(answer, err);
}

static void tell_points(const struct catalog *c, const struct manifest *m)
{
    const struct ensemble_plan *p = &m->plan;
    uint32_t fewest = UINT32_MAX, most = 0;
    for (uint64_t k = 0; k < (uint64_t)p->n_scenarios * p->n_points; k++) {
        uint32_t n = 0;
        for (uint32_t r = 0; r < p->n_replicates; r++)
            n += c->run[k * p->n_replicates + r].status == RUN_DONE;
        if (n < fewest) fewest = n;
        if (n > most) most = n;
    }
    printf("of each case  %" PRIu32 " to %" PRIu32 " of %" PRIu32 " replicates\n", fewest, most, p->n_replicates);
}

static int tell_text(const struct catalog *c, const struct manifest *m, const struct at_work *w, struct error *err)
{
    char text[PAGE_NUMBER];
    double bytes = 0.0;
    for (uint32_t k = 0; k < c->n_files; k++)
        bytes += (double)c->files[k].bytes;
    printf("runs          %" PRIu64 " of %" PRIu64 " done, %" PRIu64 " failed\n", c->done, c->n_runs, c->failed);
    tell_points(c, m);
    printf("segments      %" PRIu32 ", %s\n", c->n_files, page_bytes(bytes, text));
    if (c->n_damaged)
        printf("damaged       %" PRIu32 " segments: the sweep's own command does their runs again\n", c->n_damaged);
    if (w->processes)
        printf("at work       %" PRIu64 " processes, %" PRIu64 " threads\n", w->processes, w->sum.threads);
    else if (c->done + c->failed < c->n_runs)
        printf("at work       nobody; to go on: %s\n", m->text[MANIFEST_command]);
    if (!isnan(w->rate)) printf("rate          %s runs a second\n", page_number(w->rate, 3, text));
    if (!isnan(w->eta)) printf("ETA           %s\n", page_seconds(w->eta, text));
    if (c->failed) failures_print(c, m, stdout);
    return answer_flush(err);
}

int verb_status(const struct options *o, struct error *err)
{
    struct manifest m;
    struct catalog c = {0};
    struct at_work w;
    stop_listen();
    int code = manifest_read(&m, o->operands[0], err);
    if (!code) code = catalog_read(&c, o->operands[0], &m, o->verify ? CATALOG_VERIFY : CATALOG_READ, &stop_asked, err);
    if (!code) {
        look(o->operands[0], &c, &w);
        code = o->json ? tell_json(&c, &w, err) : tell_text(&c, &m, &w, err);
    }
    catalog_free(&c);
    manifest_free(&m);
    return code;
}
