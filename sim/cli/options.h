/* options.h - the options of the command line, declared once.
 *
 * A row of the table feeds getopt_long, `--help`, and whatever else lists options (man page, completion).
 */
#ifndef KLYNGE_CLI_OPTIONS_H
#define KLYNGE_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

struct verb;

struct options {
    const struct verb *verb;
    const char **sets; /* (n_sets) as given after --set; owned array, the texts are the command line's */
    size_t n_sets;
    const char *seed, *replicates, *out, *model, *mapping; /* NULL: not given */
    const char *firms, *ties, *numbering, *rate;           /* the same */
    const char *on_failure, *part, *only, *slurm, *csv;    /* the same */
    double publish_every, checkpoint_every;                /* seconds; 0: not given */
    int ticks, tasks;                                      /* 0: not given */
    int threads;                                           /* 0: not given */
    bool force, dry_run, quiet, json, markdown, config, pseudonyms, verify, virtual_file, help, version;
    char **words;          /* owned copy of argv, which getopt_long puts in another order */
    char *const *operands; /* (n_operands) inside words */
    int n_operands;
    int argc; /* the command line as it was given */
    char *const *argv;
};

enum option_kind {
    OPTION_FLAG,  /* bool */
    OPTION_TEXT,  /* const char * */
    OPTION_COUNT, /* int from 1 to `most` */
    OPTION_TIME,  /* double, seconds: 0.01 to `most` */
    OPTION_SETS,  /* repeatable, kept in `sets` */
};

struct option_row {
    const char *name;
    char letter;          /* or 0 */
    const char *argument; /* "N", or NULL */
    enum option_kind kind;
    size_t offset;  /* in struct options */
    int most;       /* of an OPTION_COUNT or OPTION_TIME */
    unsigned verbs; /* bits of enum verb_bit */
    const char *help;
};

extern const struct option_row options_table[]; /* ends with a NULL name */

/* Read the options and operands after argv[0] "klynge" and argv[1], the verb. ERROR_CONFIG with a sentence when they are
 * not right; with --help or --version nothing else has to be. Free in any case. */
int options_parse(struct options *o, const struct verb *verb, int argc, char *const *argv, struct error *err);
void options_free(struct options *o);

#endif
