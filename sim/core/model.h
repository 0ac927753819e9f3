/* model.h - the one interface that a model implements. A model is one const struct; the registry lists them.
 *
 * The core gives a model a world (world.h) and calls, in this order:
 *   derive  once per resolved parameter set: checks what crosses parameters, precomputes; may fail, and then has released what
 *           it made
 *   begin   once per run and block: the state at the start
 *   the processes of `schedule`, each tick, for each block
 *   verify  in tests and audits: invariants of the state
 * A process cannot fail. Blocks are independent of each other unless a process is PROCESS_GLOBAL, which runs after all
 * blocks have finished the processes before it.
 */
#ifndef KLYNGE_CORE_MODEL_H
#define KLYNGE_CORE_MODEL_H

#include "core/error.h"
#include "core/network.h"
#include "core/observe.h"
#include "core/param.h"

struct world;

/* A column of firm state, declared in fields.def; `width` values a firm. */
struct field {
    const char *name;
    size_t size; /* bytes of one value */
    uint32_t width;
    size_t offset; /* of the column's pointer in the model's struct of columns */
    char type;     /* 'd' double, 'f' float, 'u' uint32, 'h' uint16, 'b' uint8: how panels print it */
    bool in_panel; /* only columns of width 1 */
    const char *unit;
    double low, high;
    const char *doc;
};

/* A column of the rows of a record.h: one value a row, or `width` of the kind's. */
struct record_column {
    const char *name;
    char type;         /* 'd' double, 'i' int32, 'b' int8 */
    uint32_t width;    /* 1, or the kind's */
    size_t size;       /* bytes of one value */
    size_t offset;     /* in a row */
    const char *flags; /* what the values 0, 1, ... mean, with blanks between; or NULL */
    const char *unit;
    double low, high; /* what is outside is a missing value */
    const char *doc;
};

/* A kind of rows that a run's blocks add as they go (record.h), each a group of the result file. The first column is a time,
 * double, and never falls from one of a block's rows to the next. */
struct record_kind {
    const char *name;   /* of the group */
    const char *row;    /* of the dimension of its rows */
    const char *across; /* of the other dimension, that of columns which are wide; or NULL */
    uint32_t width;
    size_t size; /* bytes of a row */
    const struct record_column *columns;
    uint32_t n_columns;
    double a_firm_and_year; /* rows to reckon with, for `check` */
    const char *doc;
};

/* An array that a block's record points to, made by block_init. The record may hold no other pointer. */
struct block_array {
    const char *name;
    size_t size;    /* bytes of an item */
    size_t pointer; /* offset in the record: of the pointer, */
    size_t room;    /* of the uint32_t number of items that there is room for, and */
    size_t used;    /* of the uint32_t number of those in use; BLOCK_SCRATCH: what it holds does not outlive a tick */
};
#define BLOCK_SCRATCH SIZE_MAX

/* A random stream, declared in streams.def. */
struct stream {
    const char *name, *doc;
};

/* A tie's float value. */
struct tie_value {
    const char *name, *unit, *doc;
};

enum process_scope { PROCESS_LOCAL, PROCESS_GLOBAL };

/* What a process touches: a bit for each field, one for ties, one for the block's own record. */
__extension__ typedef unsigned __int128 process_set;
#define PROCESS_FIELDS   126 /* the most that a model can have */
#define PROCESS_FIELD(f) ((process_set)1 << (f))
#define PROCESS_TIES     PROCESS_FIELD(127)
#define PROCESS_BLOCK    PROCESS_FIELD(126)

struct process {
    const char *name;
    void (*run)(struct world *w, uint32_t block);
    enum process_scope scope;
    process_set reads, writes; /* bit f: field f */
    const char *switch_path;   /* parameter (FLAG) that turns it off, or NULL */
    const char *doc;
};

/* A column of the roster CSV, or of the CSV of ties. */
enum roster_type { ROSTER_NAME, ROSTER_REAL, ROSTER_CHOICE, ROSTER_TIME };
struct roster_column {
    const char *name;
    enum roster_type type;
    const char *const *choices; /* NULL-terminated, for ROSTER_CHOICE; values are their indices */
    double low, high;
    bool required;
    const char *unit, *doc;
};

/* Ties between the firms of a roster as given, each from both sides: those of row i are first[i] to first[i + 1] - 1, by ascending
 * partner. value (first[n], n_columns) row-major: number, index of the choice, NaN where empty and in columns of names. */
struct roster_ties {
    uint32_t *first; /* (n + 1) for n firms; NULL: there are none */
    uint32_t *to;    /* (first[n]) row of the partner */
    uint32_t n_columns;
    double *value;
};

/* Firms as given. value (n, n_columns) row-major: number, index of the choice, or NaN where empty; names
 * (n) are the ROSTER_NAME column. */
struct roster {
    uint32_t n, n_columns;
    double *value;
    char (*name)[64];
    struct roster_ties ties;
};

struct model_scale {
    uint32_t n_blocks;        /* clusters in the world */
    uint32_t firms_per_block; /* slots: the most members a cluster can have at once */
    uint32_t ties_per_firm;   /* expected, for the slab */
};

/* What one of a scenario's instruments is planned to cost a year. */
struct model_budget {
    const char *instrument;
    double management_hours, member_hours;
    double money; /* NOK a year: management's hours at their wage, and bills */
    double share; /* of the stated budget; NaN where none is stated */
};

/* What `klynge bench` sets, as paths of parameters, and the observable that it sums over ticks; the work of a tick is
 * firms x ties. */
struct model_bench {
    const char *firms, *ties, *numbering, *rate;
    const char *count;
};

struct run_params;

struct model {
    const char *name, *doc;
    struct param_table params;
    const struct field *fields;
    uint32_t n_fields;
    size_t columns_size; /* bytes of the struct of column pointers */
    const struct record_kind *record_kinds;
    uint32_t n_record_kinds;
    const struct tie_value *tie_values;
    uint32_t n_tie_values;
    const struct observable *observables;
    uint32_t n_observables; /* the first is the number of members: the weight of means */
    const struct grouping *groupings;
    uint32_t n_groupings;
    const struct stream *streams;
    uint32_t n_streams;
    const struct process *schedule;
    uint32_t n_processes;
    const struct roster_column *roster_columns;
    uint32_t n_roster_columns;
    const char *roster_path;                 /* parameter (TEXT) that names the roster file, or NULL */
    const struct roster_column *tie_columns; /* the first two are the names of the two firms */
    uint32_t n_tie_columns;
    const char *ties_path; /* parameter (TEXT) that names the file of ties, or NULL */
    /* Check what crosses the columns of one row, and settle what follows from it; or NULL. Messages: "column: found X, expected
     * Y". */
    int (*settle_firm)(double *value, struct error *err);
    int (*settle_tie)(double *value, struct error *err);
    size_t derived_size;
    size_t block_size; /* bytes of a block's own record */
    const struct block_array *block_arrays;
    uint32_t n_block_arrays;

    /* Parameters (TEXT, PATH): the name of a CSV with the columns `time` and the last part of path_target, and the path
     * that its points replace; or NULL. */
    const char *path_file, *path_target;
    /* roster is NULL when none is given. Messages name the parameter's path. */
    int (*derive)(const struct run_params *run, const void *params, const struct roster *roster, void *derived,
                  struct model_scale *scale, struct error *err);
    void (*release)(void *derived); /* or NULL */
    /* Allocate what a block's record owns, once per world; free it. The record starts as zeros. */
    int (*block_init)(struct world *w, uint32_t block, struct error *err);
    void (*block_free)(struct world *w, uint32_t block);
    void (*begin)(struct world *w, uint32_t block);
    int (*verify)(const struct world *w, uint32_t block, struct error *err);
    uint32_t (*uid)(const struct world *w, uint32_t slot); /* of the firm in a slot; RNG_NOBODY when it is free */
    /* Value v of tie k of slot i in tick w->tick. */
    float (*tie_today)(const struct world *w, uint32_t i, uint32_t k, uint32_t v);
    size_t (*block_bytes)(const struct model_scale *scale); /* memory a block's record owns, for `check` */
    /* What a scenario's instruments are planned to cost a year, for `check`: up to `most` rows; how many there are, which
     * may be more: then it is asked again with room for all. Or NULL. */
    uint32_t (*budgets)(const struct run_params *run, const void *params, const void *derived,
                        struct model_budget *rows, uint32_t most);
    /* Something in a scenario that is allowed and hardly meant, in a clause, for `check`; false: nothing. Or NULL. */
    bool (*remark)(const struct run_params *run, const void *params, const void *derived, char *text, size_t size);
    const struct model_bench *bench; /* or NULL: not for `klynge bench` */
};

/* models/registry.c: NULL-terminated. */
extern const struct model *const registry_models[];

const struct model *model_find(const char *name);

#endif
