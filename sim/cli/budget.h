/* budget.h - what the instruments of each scenario are planned to cost a year, as `check` tells it. */
#ifndef KLYNGE_CLI_BUDGET_H
#define KLYNGE_CLI_BUDGET_H

#include <jansson.h>
#include <stdio.h>

#include "core/ensemble.h"
#include "core/error.h"

struct budget_scenario {
    const char *name;          /* the plan's */
    struct model_budget *rows; /* (n); owned */
    uint32_t n;
};

struct budget_list {
    struct budget_scenario *all; /* (n); owned */
    uint32_t n;
};

/* Of each scenario at its first design point; without rows where the model has no hook. On error nothing is allocated. */
int budget_read(struct budget_list *list, const struct ensemble_plan *plan, struct error *err);
void budget_free(struct budget_list *list);

/* A table of at most 100 columns; scenarios that all plan the same are printed as one. Nothing without rows. */
void budget_print(const struct budget_list *list, FILE *to);

/* An object a row; NULL when memory runs out. */
json_t *budget_json(const struct budget_list *list);

#endif
