/* plan.h - the ensemble plan that a command line asks for: shared by `run` and `check`. */
#ifndef KLYNGE_CLI_PLAN_H
#define KLYNGE_CLI_PLAN_H

#include "core/ensemble.h"
#include "core/error.h"
#include "core/world.h"
#include "io/config.h"

struct options;

/* The config named by the first operand, with what the options change. */
int plan_load(const struct options *o, struct ensemble_plan *plan, struct config_texts *texts, struct error *err);

/* The number of threads to use: --threads, or what OpenMP gives. */
int plan_threads(const struct options *o);

uint64_t plan_runs(const struct ensemble_plan *plan);

/* What a world of a case is made from. */
struct world_setup plan_setup(const struct ensemble_plan *plan, const struct ensemble_case *one);

#endif
