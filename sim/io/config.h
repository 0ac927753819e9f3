/* config.h - a config file (libconfig), hardened, resolved into an ensemble plan. Only config.c includes libconfig.h.
 *
 * Sections: run, world, model, policies, output: parameters by their paths. scenarios: a list of groups, each with
 * `name`, `question` and what it changes (sections world, model, policies). base: one file, relative to this one.
 * Precedence: base < config < scenario < design point < --set.
 */
#ifndef KLYNGE_IO_CONFIG_H
#define KLYNGE_IO_CONFIG_H

#include "core/ensemble.h"
#include "core/error.h"
#include "io/design.h"
#include "io/targets.h"

/* What the command line adds. */
struct config_overrides {
    const char *const *sets; /* (n_sets) "path.to.key=value" */
    size_t n_sets;
    const char *seed, *replicates; /* --seed, --replicates as given, or NULL */
};

/* What a config gives beside the plan: its design, and texts kept for provenance; owned. */
struct config_texts {
    char *given;    /* every file read, each under a line "# file: NAME" */
    char *resolved; /* a complete config that gives the same plan with no base and no --set */
    struct design design;
    struct targets targets;
};

/* Read, check everything, resolve. The plan has one point, what scenarios and --set say; the design's are its own (design.h). On error nothing is left allocated and err holds one line for each mistake:
 * `file:line: key: found X, expected Y (unit, range); did you mean Z?` (for --set: `--set: key: ...`). */
int config_load(const char *path, const struct config_overrides *overrides, struct ensemble_plan *plan,
                struct config_texts *texts, struct error *err);

void config_free(struct ensemble_plan *plan, struct config_texts *texts);

/* The text of a config with every parameter of a model at its default, with units and docs as comments. */
char *config_template(const struct model *model);

#endif
