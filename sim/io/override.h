/* override.h - what the command line changes in a config: --set path.to.key=value, --seed, --replicates. */
#ifndef KLYNGE_IO_OVERRIDE_H
#define KLYNGE_IO_OVERRIDE_H

#include "io/config.h"
#include "io/scenario.h"

/* run.model alone, into list->run, before the model is known. True: a --set names it. */
bool override_model(const struct config_overrides *overrides, struct scenario_list *list);

/* All others, in their order, over what files and scenarios say. `scenarios.NAME.model.x=1` changes one scenario,
 * `model.x=1` all of them. Mistakes are named `--set: path: ...`, `--seed: ...`. */
void override_apply(const struct config_overrides *overrides, struct scenario_list *list, struct mistakes *m);

/* Those of the design. */
void override_design(const struct config_overrides *overrides, struct scenario_list *list, struct mistakes *m);

#endif
