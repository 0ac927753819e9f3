#include "cli/verb.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/param.h"

/* ---- the table ---------------------------------------------------------------------------------------------------- */

static const struct verb_example run_examples[] = {
    {"klynge run configs/act.cfg -o act.h5", "every scenario and replicate of the config, on all processors"},
    {"klynge run configs/act.cfg -o more.h5 --replicates 200 --seed 7", "more replicates, other random numbers"},
    {"klynge run configs/act.cfg -o slow.h5 --set model.trust.hours=60", "one parameter changed in every scenario"},
    {"klynge run million.cfg -o million.h5 --checkpoint-every 10min",
     "a long run; the same command goes on after a stop"},
    {"klynge run mine/cluster.cfg -o mine.h5 --pseudonyms --mapping names.csv", "firms without their names"},
    {NULL, NULL},
};
static const struct verb_example check_examples[] = {
    {"klynge check configs/act.cfg", "is it right, and what will it cost?"},
    {"klynge check configs/act.cfg --set world.clusters=1000 --threads 8", "what a larger world would need"},
    {NULL, NULL},
};
static const struct verb_example params_examples[] = {
    {"klynge params model.trust", "one section"},
    {"klynge params wage cost", "everything with one of these words in its name"},
    {"klynge params --config > mine.cfg", "a complete config to edit"},
    {NULL, NULL},
};
static const struct verb_example summary_examples[] = {
    {"klynge summary act.h5", "tables to read"},
    {"klynge summary act.h5 --json | jq '.observables[0]'", "the same for a program"},
    {NULL, NULL},
};

static const struct verb_example bench_examples[] = {
    {"klynge bench ties", "a thousand firms with twenty ties each, a hundred ticks"},
    {"klynge bench ties --firms 1000000 --ticks 10 --threads 1 --json", "a world that no cache holds, for a program"},
    {"klynge bench ties --firms 1000000 --rate 0.004", "rare collaborations: one tie in a thousand a tick"},
    {NULL, NULL},
};

static const struct verb_example sweep_examples[] = {
    {"klynge sweep configs/sweeps/growth-by-facilitation.cfg -o out/growth", "begin, and after any stop: go on"},
    {"klynge sweep configs/sweeps/growth-by-facilitation.cfg --dry-run", "points, runs, bytes, core-hours"},
    {"mpirun -n 64 klynge sweep big.cfg -o big --threads 2", "the same over ranks, with threads inside"},
    {"klynge sweep big.cfg -o big --slurm array --tasks 100 > big.sh", "a batch script for `sbatch big.sh`"},
    {NULL, NULL},
};
static const struct verb_example status_examples[] = {
    {"klynge status out/growth", "how far it is, also while it runs"},
    {"klynge status out/growth --json | jq .eta_seconds", "the same for a program"},
    {NULL, NULL},
};
static const struct verb_example merge_examples[] = {
    {"klynge merge out/growth -o growth.h5", "one file as `run` writes it, for summary, compare and xarray"},
    {"klynge merge out/growth -o growth.h5 --csv growth.csv", "and end values for a spreadsheet"},
    {NULL, NULL},
};

static const int sweep_codes[] = {ERROR_NONE, ERROR_CONFIG, ERROR_RUN, ERROR_IO, ERROR_STOPPED, -1};
static const int run_codes[] = {ERROR_NONE, ERROR_CONFIG, ERROR_RUN, ERROR_IO, ERROR_STOPPED, ERROR_INTERRUPTED, -1};
static const int merge_codes[] = {ERROR_NONE, ERROR_CONFIG, ERROR_RUN, ERROR_IO, ERROR_INTERRUPTED, -1};
static const int check_codes[] = {ERROR_NONE, ERROR_CONFIG, ERROR_RUN, ERROR_IO, ERROR_INTERRUPTED, -1};
static const int bench_codes[] = {ERROR_NONE, ERROR_CONFIG, ERROR_RUN, ERROR_IO, ERROR_INTERRUPTED, -1};
static const int read_codes[] = {ERROR_NONE, ERROR_CONFIG, ERROR_IO, -1};

const struct verb verb_table[] = {
    {"run", VERB_RUN, "CONFIG -o OUT.h5", 1, 1, verb_run, "run all scenarios and replicates of a config into one file",
     "Runs every scenario x replicate of CONFIG and writes one result file (HDF5). The file appears under its name "
     "only "
     "when it is complete and has been read back; until then, and after an interruption, there is nothing. The numbers "
     "are the same for any number of threads. With --checkpoint-every a run that is stopped or killed is not lost: its "
     "state is kept beside "
     "FILE in two files, FILE.checkpoint-RUN-TICK-DIGEST.h5, and the same command goes on from the newest that is "
     "whole, to the same "
     "numbers, with any number of threads; they are removed when FILE is there. SIGINT, SIGTERM and SIGUSR1 then end "
     "it at the end of the "
     "tick, with a last checkpoint and exit code 75. That is for one run, or for worlds so large (20,000 firms) that "
     "they run one after "
     "the other; of many small runs `klynge sweep` keeps those that are finished.",
     run_examples, run_codes},
    {"check", VERB_CHECK, "CONFIG", 1, 1, verb_check, "validate a config and show what running it would take",
     "Reads CONFIG as `run` does, tells every mistake in it, and prints the plan: scenarios, runs, ticks, size of the "
     "result, memory, and core-seconds, which it measures by running one replicate of the first scenario for at most a "
     "few seconds; then what each scenario's instruments are planned to cost a year, where the model can tell. Writes "
     "no "
     "file.",
     check_examples, check_codes},
    {"params", VERB_PARAMS, "[NAME...]", 0, VERB_ANY_NUMBER, verb_params,
     "list parameters, policy settings, observables and processes",
     "Lists every parameter and policy setting with default, unit, range, grade and source, and the model's "
     "observables, "
     "groupings, random streams and processes. NAME is a path, its beginning or a part of it. Grades: V read in a "
     "source, D computed from data, M recalled, A assumed and to be swept, V/A a verified anchor with a judgement, - a "
     "switch or an input.",
     params_examples, read_codes},
    {"summary", VERB_SUMMARY, "FILE", 1, 1, verb_summary, "means and 95 % intervals of a result file",
     "For every scenario of FILE: mean and 95 % interval (Student t over replicates) of the main observables at the "
     "end "
     "and over the last 12 months, and their means at each turn of the year. Replicates without a value are left out, "
     "and n says how many there were. In --json, a name ending in _last_year is the mean over the last 12 months.",
     summary_examples, read_codes},
    {"bench", VERB_BENCH, "MODEL", 1, 1, verb_bench, "time a model's ticks: ties updated per second",
     "Makes one world of MODEL, runs it, and prints how many ties were updated per second of CPU and of wall time, the "
     "world's start left out, and what came out, for checking: the results are the same for any number of threads. A "
     "world that is too small to gain from several threads is run by one. The model `ties` is the kernel that other "
     "programs are compared with; models/ties/ODD.md describes it.",
     bench_examples, bench_codes},
    {"sweep", VERB_SWEEP, "DESIGN.cfg -o DIR", 1, 1, verb_sweep,
     "run the points of a design x scenarios x replicates, in parts, over ranks",
     "Runs every point of the config's section design x scenario x replicate, one point where there is no such "
     "section. Finished "
     "runs are kept in DIR in segments that appear whole, at least every minute; whatever stops the sweep, the same "
     "command continues it, and no run that was kept is done twice. Alone it uses threads, under `mpirun` or `srun` "
     "ranks with threads inside; tasks of a Slurm array share DIR. The results are the same for any number of threads "
     "and ranks. SIGINT, SIGTERM and SIGUSR1 stop it within a second. DIR belongs to one config and one version of "
     "klynge.",
     sweep_examples, sweep_codes},
    {"status", VERB_STATUS, "DIR", 1, 1, verb_status, "how far a sweep is",
     "Counts the runs in the segments of a sweep's folder, and tells the rate and time of arrival that processes at "
     "work there report, and the failed runs with the command that does each again. Reads only; may be called at any "
     "time.",
     status_examples, read_codes},
    {"merge", VERB_MERGE, "DIR -o OUT.h5", 1, 1, verb_merge, "a sweep's finished runs as one file",
     "Writes the finished runs of a sweep's folder into one self-contained result file, with the dimensions scenario, "
     "point, replicate, time, and param_<name>(scenario, point) for each parameter that is swept. Runs that are "
     "missing "
     "are NaN, and their status says not_run. The folder stays as it is.",
     merge_examples, merge_codes},
    {NULL, 0, NULL, 0, 0, NULL, NULL, NULL, NULL, NULL},
};

const struct verb *verb_find(const char *name)
{
    for (const struct verb *v = verb_table; v->name; v++)
        if (strcmp(v->name, name) == 0) return v;
    return NULL;
}

/* ---- programs beside this one --------------------------------------------------------------------------------------- */

enum { PATH_ROOM = 4096 };
static const char prefix[] = "klynge-";

/* The folder that holds this program, with a slash at its end; empty when it cannot be told. */
static void own_folder(char folder[PATH_ROOM])
{
    ssize_t n = readlink("/proc/self/exe", folder, PATH_ROOM - 1);
    folder[n < 0 ? 0 : n] = '\0';
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[1] = '\0';
    else
        folder[0] = '\0';
}

static bool path_of(const char *name, char path[PATH_ROOM])
{
    char folder[PATH_ROOM];
    own_folder(folder);
    if (!*folder || strchr(name, '/')) return false;
    return snprintf(path, PATH_ROOM, "%s%s%s", folder, prefix, name) < PATH_ROOM;
}

/* The first line of a script's docstring, without its quotes. */
static void read_line(const char *path, char *line, size_t size)
{
    char text[256];
    FILE *f = fopen(path, "r");
    line[0] = '\0';
    for (int k = 0; f && k < 20 && fgets(text, sizeof text, f); k++) {
        if (strncmp(text, "\"\"\"", 3) != 0) continue;
        text[3 + strcspn(text + 3, "\"\n")] = '\0';
        snprintf(line, size, "%.*s", (int)size - 1, text + 3);
        break;
    }
    if (f) fclose(f);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct verb_beside *)a)->name, ((const struct verb_beside *)b)->name);
}

/* Is it the name of such a program, and one that can be started? */
static bool is_beside(const char *file, char path[PATH_ROOM])
{
    if (strncmp(file, prefix, sizeof prefix - 1) != 0) return false;
    const char *name = file + sizeof prefix - 1;
    return strlen(name) < sizeof((struct verb_beside *)NULL)->name && path_of(name, path) && access(path, X_OK) == 0;
}

size_t verb_beside_list(struct verb_beside **list)
{
    char path[PATH_ROOM];
    size_t n = 0;
    *list = NULL;
    own_folder(path);
    DIR *folder = *path ? opendir(path) : NULL;
    for (struct dirent *each; folder && (each = readdir(folder));) {
        if (!is_beside(each->d_name, path)) continue;
        struct verb_beside *grown = realloc(*list, (n + 1) * sizeof **list);
        if (!grown) break;
        *list = grown;
        snprintf(grown[n].name, sizeof grown[n].name, "%s", each->d_name + sizeof prefix - 1);
        read_line(path, grown[n].line, sizeof grown[n].line);
        n++;
    }
    if (folder) closedir(folder);
    if (n) qsort(*list, n, sizeof **list, by_name);
    return n;
}

const char *verb_nearest(const char *typed)
{
    static char found[64];
    struct param_nearest best = {0};
    struct verb_beside *beside;
    size_t n = verb_beside_list(&beside);
    for (const struct verb *v = verb_table; v->name; v++)
        param_consider(&best, typed, v->name);
    for (size_t k = 0; k < n; k++)
        param_consider(&best, typed, beside[k].name);
    if (best.name) snprintf(found, sizeof found, "%s", best.name);
    free(beside);
    return best.name ? found : NULL;
}

int verb_become(const char *name, char **arguments, struct error *err)
{
    static char path[PATH_ROOM];
    if (!path_of(name, path) || access(path, F_OK) != 0) return ERROR_NONE;
    arguments[0] = path;
    execv(path, arguments);
    return error_set(err, ERROR_IO, "%s cannot be started: %s", path, strerror(errno));
}
