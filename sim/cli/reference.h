/* reference.h - everything that a model declares, as one list to choose from and print. */
#ifndef KLYNGE_CLI_REFERENCE_H
#define KLYNGE_CLI_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/error.h"
#include "core/model.h"

/* name, title */
#define REFERENCE_KINDS(X)                                                                                             \
    X(RUN, "Run and output, the same for every model")                                                                 \
    X(PARAMETER, "World, model and policies")                                                                          \
    X(OBSERVABLE, "Observables")                                                                                       \
    X(GROUPING, "Groupings")                                                                                           \
    X(FIELD, "State of a firm")                                                                                        \
    X(TIE, "State of a tie")                                                                                           \
    X(RECORD, "Rows of what happens in a run")                                                                         \
    X(COLUMN, "Roster columns")                                                                                        \
    X(TIE_COLUMN, "Columns of ties between named firms")                                                               \
    X(PROCESS, "Processes of a tick, in order")                                                                        \
    X(STREAM, "Random streams")

enum reference_kind {
#define REFERENCE_ENUM(name, title) REFERENCE_##name,
    REFERENCE_KINDS(REFERENCE_ENUM)
#undef REFERENCE_ENUM
        REFERENCE_N_KINDS
};

struct reference_item {
    enum reference_kind kind;
    const char *name; /* path of a parameter */
    const void *
        row; /* struct param, observable, grouping, field, tie_value, record_column, roster_column, process or stream */
    bool chosen;
};

struct reference {
    const struct model *model;
    struct reference_item *items; /* (n) in order of kind */
    size_t n;
    void *run_values, *model_values; /* the tables' structs with every default */
};

/* All items are chosen. */
int reference_init(struct reference *r, const struct model *model, struct error *err);
void reference_free(struct reference *r);

/* Choose only what the names stand for: for each the item of that path, else those that begin with it or have it between
 * dots, else those that hold it. ERROR_CONFIG, with the nearest name, when there are none. */
int reference_choose(struct reference *r, const char *const *names, int n, struct error *err);

/* Items of that kind that are chosen. */
size_t reference_count(const struct reference *r, enum reference_kind kind);

/* The struct that holds the default of a REFERENCE_RUN or REFERENCE_PARAMETER. */
const void *reference_values(const struct reference *r, const struct reference_item *item);

const char *reference_title(enum reference_kind kind);

enum { REFERENCE_TEXT = 4096 };

/* Texts in a buffer of REFERENCE_TEXT; each returns it. */
const char *reference_default(const struct reference *r, const struct reference_item *item, char *text);
/* "0.5 to 3", "from 0", "" where there is none. */
const char *reference_range(double low, double high, char *text);
const char *reference_param_range(const struct param *p, char *text);
/* Names of the groupings an observable is given by: "tenure_cohort, sector". */
const char *reference_groupings(const struct model *m, const struct observable *o, char *text);
/* Names of the fields behind a process's bits: "trust, hours, ties". */
const char *reference_fields(const struct model *m, process_set bits, char *text);
/* Names of the levels of a grouping, or of the choices of a roster column. */
const char *reference_labels(const char *const *labels, uint32_t n, char *text);

/* The whole as a document: a table a section, in a fixed order. */
void reference_markdown(const struct reference *r, FILE *to);

#endif
