#include "cli/failures.h"

#include <inttypes.h>

enum { SHOWN = 10 };

static void print_one(const struct catalog *c, const struct manifest *m, uint64_t run, FILE *to)
{
    const struct ensemble_plan *p = &m->plan;
    uint64_t which = run / p->n_replicates;
    fprintf(to, "run %" PRIu64 " failed (scenario %s, point %" PRIu64 ", replicate %" PRIu64 "): %s\n", run,
            p->scenario_name[which / p->n_points], which % p->n_points, run % p->n_replicates, c->reason[run]);
    fprintf(to, "    again: %s --only %" PRIu64 "\n", m->text[MANIFEST_command], run);
}

void failures_print(const struct catalog *c, const struct manifest *m, FILE *to)
{
    uint64_t shown = 0;
    for (uint64_t run = 0; c->reason && run < c->n_runs && shown < SHOWN; run++) {
        if (c->run[run].status != RUN_FAILED) continue;
        print_one(c, m, run, to);
        shown++;
    }
    if (c->failed > shown) fprintf(to, "and %" PRIu64 " more\n", c->failed - shown);
}
