/* scenario.h - resolved settings, scenario by scenario, and how they become an ensemble plan. */
#ifndef KLYNGE_IO_SCENARIO_H
#define KLYNGE_IO_SCENARIO_H

#include "core/ensemble.h"
#include "io/settings.h"

enum { SCENARIO_NAME_MAX = 63 };

struct scenario {
    char name[SCENARIO_NAME_MAX + 1];
    char *question;     /* owned */
    struct place place; /* where it starts */
    struct settings settings;
};

/* What a config says, once all its files and --set have been read. */
struct scenario_list {
    const struct model *model;
    struct settings run;    /* world_run_table */
    struct settings design; /* design_table */
    struct settings common; /* the model's table: what all scenarios start from */
    struct scenario *all;   /* (n) */
    size_t n;
};

void scenario_list_free(struct scenario_list *list);

/* NULL, or what is wrong with a name that files, --set and the command line have to carry. */
const char *scenario_name_problem(const char *name);

/* Read rosters, derive, lay out. The plan owns copies of what it needs. On a mistake it is left
 * empty. */
void scenario_plan(struct scenario_list *list, struct ensemble_plan *plan, struct mistakes *m);
/* Its pieces that hang on plan->run alone: the layout, and the seeds of all replicates. */
int scenario_lay_out(struct ensemble_plan *plan, struct error *err);
void scenario_seeds(struct ensemble_plan *plan);
/* What the model makes of a case's parameters and roster. On error the case has none. */
int scenario_derive(const struct ensemble_plan *plan, struct ensemble_case *c, struct error *why);
/* Free a plan, empty or whole. */
void scenario_plan_free(struct ensemble_plan *plan);

#endif
