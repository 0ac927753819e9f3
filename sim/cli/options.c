#include "cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/verb.h"
#include "core/param.h"

#define AT(member) offsetof(struct options, member)
enum { MOST_THREADS = 1024, MOST_TICKS = 65535, MOST_TASKS = 10000, A_DAY = 86400 };

const struct option_row options_table[] = {
    {"out", 'o', "FILE", OPTION_TEXT, AT(out), 0, VERB_RUN | VERB_SWEEP | VERB_MERGE,
     "write the results to FILE; of a sweep, the folder that holds them"},
    {"force", 'f', NULL, OPTION_FLAG, AT(force), 0, VERB_RUN | VERB_MERGE, "replace FILE if it exists"},
    {"set", 's', "PATH=VALUE", OPTION_SETS, AT(sets), 0, VERB_RUN | VERB_CHECK | VERB_SWEEP,
     "change a parameter in every scenario; repeatable; `klynge params` lists them"},
    {"seed", 0, "N", OPTION_TEXT, AT(seed), 0, VERB_RUN | VERB_CHECK | VERB_BENCH | VERB_SWEEP,
     "base seed, instead of run.seed"},
    {"replicates", 0, "N", OPTION_TEXT, AT(replicates), 0, VERB_RUN | VERB_CHECK | VERB_SWEEP,
     "replicates of each scenario, instead of the config's run.replicates"},
    {"threads", 't', "N", OPTION_COUNT, AT(threads), MOST_THREADS, VERB_RUN | VERB_CHECK | VERB_BENCH | VERB_SWEEP,
     "threads to use, 1 to 1024; without it OMP_NUM_THREADS, or all processors"},
    {"firms", 0, "N", OPTION_TEXT, AT(firms), 0, VERB_BENCH, "firms of the world, 1000 without it"},
    {"ties", 0, "K", OPTION_TEXT, AT(ties), 0, VERB_BENCH, "ties of a firm, 20 without it"},
    {"ticks", 0, "S", OPTION_COUNT, AT(ticks), MOST_TICKS, VERB_BENCH, "ticks to time, 100 without it"},
    {"numbering", 0, "HOW", OPTION_TEXT, AT(numbering), 0, VERB_BENCH,
     "random: ties go to any firm; clustered: to firms whose numbers are near"},
    {"rate", 0, "R", OPTION_TEXT, AT(rate), 0, VERB_BENCH, "rate of collaborations, 0 to 1, 0.2 without it"},
    {"dry-run", 'n', NULL, OPTION_FLAG, AT(dry_run), 0, VERB_RUN | VERB_SWEEP,
     "print the plan as `check` does, and write nothing"},
    {"pseudonyms", 0, NULL, OPTION_FLAG, AT(pseudonyms), 0, VERB_RUN,
     "call the firms of a roster F001, F002, ... in the result"},
    {"mapping", 0, "FILE", OPTION_TEXT, AT(mapping), 0, VERB_RUN,
     "write a CSV of pseudonyms and names to FILE, which nothing else holds"},
    {"on-failure", 0, "HOW", OPTION_TEXT, AT(on_failure), 0, VERB_SWEEP,
     "when a run fails: stop (as without it), skip it, or retry it once, here and at each start"},
    {"publish-every", 0, "T", OPTION_TIME, AT(publish_every), A_DAY, VERB_SWEEP,
     "time after which finished runs are kept at the latest: 30s (or 30), 10min, 1h; 60s without it"},
    {"checkpoint-every", 0, "T", OPTION_TIME, AT(checkpoint_every), 7 * A_DAY, VERB_RUN,
     "keep an unfinished run beside FILE each time T of wall time has passed (30s, 10min, 1h), and go on from what is "
     "kept"},
    {"part", 0, "K/N", OPTION_TEXT, AT(part), 0, VERB_SWEEP,
     "the K-th of N parts only, K from 0; tasks of a Slurm array find theirs without it"},
    {"only", 0, "RUN", OPTION_TEXT, AT(only), 0, VERB_SWEEP, "the run of that number only, also if it failed before"},
    {"slurm", 0, "KIND", OPTION_TEXT, AT(slurm), 0, VERB_SWEEP,
     "print a batch script instead: array (tasks that share the folder) or mpi (one job of ranks)"},
    {"tasks", 0, "N", OPTION_COUNT, AT(tasks), MOST_TASKS, VERB_SWEEP, "tasks or ranks of that script, 4 without it"},
    {"virtual", 0, NULL, OPTION_FLAG, AT(virtual_file), 0, VERB_MERGE,
     "write an index over the segments instead, which is empty once they move and which some readers cannot open"},
    {"csv", 0, "FILE", OPTION_TEXT, AT(csv), 0, VERB_MERGE, "also write the values at the end to FILE, a line a run"},
    {"verify", 0, NULL, OPTION_FLAG, AT(verify), 0, VERB_STATUS, "read every segment and check its digest"},
    {"model", 0, "NAME", OPTION_TEXT, AT(model), 0, VERB_PARAMS, "the model to list, instead of the default one"},
    {"markdown", 0, NULL, OPTION_FLAG, AT(markdown), 0, VERB_PARAMS, "as a reference document"},
    {"config", 0, NULL, OPTION_FLAG, AT(config), 0, VERB_PARAMS, "as a complete config with every default"},
    {"json", 0, NULL, OPTION_FLAG, AT(json), 0, VERB_ALL, "print the result as JSON on one line"},
    {"quiet", 'q', NULL, OPTION_FLAG, AT(quiet), 0, VERB_RUN | VERB_CHECK | VERB_SWEEP | VERB_MERGE,
     "print no progress and no remarks, errors only"},
    {"help", 'h', NULL, OPTION_FLAG, AT(help), 0, VERB_ALL, "this help"},
    {"version", 'V', NULL, OPTION_FLAG, AT(version), 0, VERB_ALL, "version, commit, compiler and libraries"},
    {NULL, 0, NULL, OPTION_FLAG, 0, 0, 0, NULL},
};
enum { MOST_ROWS = sizeof options_table / sizeof *options_table };

/* ---- getopt_long's tables ------------------------------------------------------------------------------------------- */

enum { LONG_BASE = 256 }; /* a long option is LONG_BASE + its row, a short one its letter */

struct tables {
    struct option longs[MOST_ROWS];
    char shorts[2 * MOST_ROWS + 2];
};

static void make_tables(struct tables *t, unsigned verb_bit)
{
    memset(t, 0, sizeof *t);
    char *s = t->shorts;
    *s++ = ':'; /* a missing argument is told from an unknown option */
    size_t n = 0;
    for (int k = 0; options_table[k].name; k++) {
        const struct option_row *row = &options_table[k];
        if (!(row->verbs & verb_bit)) continue;
        int argument = row->argument ? required_argument : no_argument;
        t->longs[n++] = (struct option){row->name, argument, NULL, LONG_BASE + k};
        if (!row->letter) continue;
        *s++ = row->letter;
        if (row->argument) *s++ = ':';
    }
}

static const struct option_row *row_of(int value)
{
    if (value >= LONG_BASE) return &options_table[value - LONG_BASE];
    for (const struct option_row *row = options_table; row->name; row++)
        if (row->letter && row->letter == value) return row;
    return NULL;
}

/* ---- storing ---------------------------------------------------------------------------------------------------------- */

static int store_count(const struct option_row *row, int *count, const char *text, struct error *err)
{
    char *end;
    errno = 0;
    long n = strtol(text, &end, 10);
    if (end == text || *end || errno || n < 1 || n > row->most)
        return error_set(err, ERROR_CONFIG, "--%s: found %s, expected a whole number from 1 to %d", row->name,
                         *text ? text : "nothing", row->most);
    *count = (int)n;
    return ERROR_NONE;
}

/* Wall time, as "90", "90s", "1.5min" or "1h". */
static int store_time(const struct option_row *row, double *seconds, const char *text, struct error *err)
{
    static const struct {
        const char *name;
        double seconds;
    } units[] = {{"", 1.0}, {"s", 1.0}, {"min", 60.0}, {"h", 3600.0}};
    char *end;
    double number = strtod(text, &end);
    for (size_t k = 0; k < sizeof units / sizeof *units; k++) {
        double time = number * units[k].seconds;
        if (end == text || strcmp(end, units[k].name) != 0 || !(time >= 0.01 && time <= row->most)) continue;
        *seconds = time;
        return ERROR_NONE;
    }
    return error_set(err, ERROR_CONFIG, "--%s: found %s, expected a time such as 30s, 10min or 1h, from 0.01s to %dh",
                     row->name, *text ? text : "nothing", row->most / 3600);
}

static int store(struct options *o, const struct option_row *row, const char *text, struct error *err)
{
    void *at = (char *)o + row->offset;
    switch (row->kind) {
    case OPTION_FLAG: *(bool *)at = true; return ERROR_NONE;
    case OPTION_TEXT:
        if (!*text) return error_set(err, ERROR_CONFIG, "--%s: found nothing, expected %s", row->name, row->argument);
        *(const char **)at = text;
        return ERROR_NONE;
    case OPTION_COUNT: return store_count(row, at, text, err);
    case OPTION_TIME: return store_time(row, at, text, err);
    case OPTION_SETS: o->sets[o->n_sets++] = text; return ERROR_NONE;
    }
    return ERROR_NONE;
}

/* ---- what is wrong with an option --------------------------------------------------------------------------------------- */

static bool begins(const char *name, const char *typed, size_t n) { return strncmp(name, typed, n) == 0; }

static int tell_ambiguous(const struct verb *verb, const char *typed, size_t n, struct error *err)
{
    char could[256] = "";
    for (const struct option_row *row = options_table; row->name; row++) {
        size_t used = strlen(could);
        if (row->verbs & verb->bit && begins(row->name, typed, n))
            snprintf(could + used, sizeof could - used, "%s--%s", used ? " or " : "", row->name);
    }
    return error_set(err, ERROR_CONFIG, "--%.*s could mean %s", (int)n, typed, could);
}

static int tell_unknown_long(const struct verb *verb, const char *typed, struct error *err)
{
    size_t n = strcspn(typed, "=");
    unsigned meant = 0;
    struct param_nearest best = {0};
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)n, typed);
    for (const struct option_row *row = options_table; row->name; row++) {
        if (!(row->verbs & verb->bit)) {
            if (strcmp(row->name, word) != 0) continue;
            return error_set(err, ERROR_CONFIG, "--%s is not an option of `%s`", word, verb->name);
        }
        meant += begins(row->name, typed, n);
        param_consider(&best, word, row->name);
    }
    if (meant > 1) return tell_ambiguous(verb, typed, n, err);
    if (best.name) return error_set(err, ERROR_CONFIG, "unknown option --%s; did you mean --%s?", word, best.name);
    return error_set(err, ERROR_CONFIG, "unknown option --%s", word);
}

static int tell_unknown(const struct verb *verb, const char *word, struct error *err)
{
    const struct option_row *row = row_of(optopt);
    if (row && optopt >= LONG_BASE) return error_set(err, ERROR_CONFIG, "--%s takes no value", row->name);
    if (!optopt) return tell_unknown_long(verb, word + 2, err);
    if (row) return error_set(err, ERROR_CONFIG, "-%c (--%s) is not an option of `%s`", optopt, row->name, verb->name);
    return error_set(err, ERROR_CONFIG, "unknown option -%c", optopt);
}

static int tell_missing(struct error *err)
{
    const struct option_row *row = row_of(optopt);
    if (!row) return error_set(err, ERROR_CONFIG, "an option lacks its value");
    return error_set(err, ERROR_CONFIG, "--%s lacks its value, %s", row->name, row->argument);
}

/* ---- parsing ---------------------------------------------------------------------------------------------------------- */

static int parse_words(struct options *o, int n, struct error *err)
{
    struct tables t;
    int code = ERROR_NONE;
    make_tables(&t, o->verb->bit);
    opterr = 0;
    optind = 0; /* glibc: start anew */
    for (int value; !code && (value = getopt_long(n, o->words, t.shorts, t.longs, NULL)) != -1;) {
        if (value == '?')
            code = tell_unknown(o->verb, o->words[optind - 1], err);
        else if (value == ':')
            code = tell_missing(err);
        else
            code = store(o, row_of(value), optarg, err);
    }
    o->operands = o->words + optind;
    o->n_operands = n - optind;
    return code;
}

static int check_operands(const struct options *o, struct error *err)
{
    const struct verb *v = o->verb;
    int n = (int)strcspn(v->operands, " ");
    if (o->n_operands < v->fewest)
        return error_set(err, ERROR_CONFIG, "no %.*s is given: klynge %s %s", n, v->operands, v->name, v->operands);
    if (o->n_operands > v->most)
        return error_set(err, ERROR_CONFIG, "one %.*s is enough; `%s` is one too many", n, v->operands,
                         o->operands[v->most]);
    return ERROR_NONE;
}

int options_parse(struct options *o, const struct verb *verb, int argc, char *const *argv, struct error *err)
{
    *o = (struct options){.verb = verb, .argc = argc, .argv = argv};
    int n = argc - 1; /* getopt_long sees the verb as the program's name */
    o->words = calloc((size_t)argc, sizeof *o->words);
    o->sets = calloc((size_t)argc, sizeof *o->sets);
    if (!o->words || !o->sets) return error_set(err, ERROR_IO, "no memory for the command line");
    memcpy(o->words, argv + 1, (size_t)n * sizeof *o->words);
    int code = parse_words(o, n, err);
    if (code || o->help || o->version) return code;
    return check_operands(o, err);
}

void options_free(struct options *o)
{
    free(o->words);
    free(o->sets);
    *o = (struct options){0};
}
