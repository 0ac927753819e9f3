/* verb.h - the verbs of the command line, declared once: what main finds, what --help tells. */
#ifndef KLYNGE_CLI_VERB_H
#define KLYNGE_CLI_VERB_H

#include <limits.h>
#include <stddef.h>

#include "core/error.h"

struct options;

/* Which verbs an option belongs to (options.c). */
enum verb_bit {
    VERB_RUN = 1,
    VERB_CHECK = 2,
    VERB_PARAMS = 4,
    VERB_SUMMARY = 8,
    VERB_BENCH = 16,
    VERB_SWEEP = 32,
    VERB_STATUS = 64,
    VERB_MERGE = 128,
    VERB_ALL = 255
};

enum { VERB_ANY_NUMBER = INT_MAX };

struct verb_example {
    const char *command, *shows;
};

struct verb {
    const char *name;
    unsigned bit;
    const char *operands; /* as in the usage line: "CONFIG -o OUT.h5" */
    int fewest, most;     /* operands */
    int (*run)(const struct options *o, struct error *err);
    const char *line;                    /* for `klynge --help` */
    const char *text;                    /* for `klynge VERB --help` */
    const struct verb_example *examples; /* ends with {NULL, NULL} */
    const int *codes;                    /* exit codes, ends with -1 */
};

extern const struct verb verb_table[]; /* ends with a NULL name */

int verb_run(const struct options *o, struct error *err);
int verb_check(const struct options *o, struct error *err);
int verb_params(const struct options *o, struct error *err);
int verb_summary(const struct options *o, struct error *err);
int verb_bench(const struct options *o, struct error *err);
int verb_sweep(const struct options *o, struct error *err);
int verb_status(const struct options *o, struct error *err);
int verb_merge(const struct options *o, struct error *err);

/* NULL when it is not a verb of this program. */
const struct verb *verb_find(const char *name);

/* The verb nearest to what was typed, also among the programs beside this one, or NULL. The text is static. */
const char *verb_nearest(const char *typed);

/* Verbs that are programs of their own: `klynge-NAME` beside this one. */
struct verb_beside {
    char name[64];
    char line[160]; /* the first line of its docstring, or empty */
};

/* All of them, in order of name; *list is to be freed, NULL when there are none. */
size_t verb_beside_list(struct verb_beside **list);

/* Becomes the program `klynge-NAME` beside this one with these arguments (NULL-terminated; the first is replaced by its
 * path). Returns only when there is none, ERROR_NONE, or when it cannot be started, ERROR_IO. */
int verb_become(const char *name, char **arguments, struct error *err);

#endif
