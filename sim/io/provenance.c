#include "io/provenance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <gnu/libc-version.h>
#include <gsl/gsl_version.h>
#include <jansson.h>
#include <sleef.h>
#include <xxhash.h>

#include "io/digest.h"
#include "io/mpi.h"

#ifndef KLYNGE_VERSION
#define KLYNGE_VERSION "unknown"
#endif
#ifndef KLYNGE_COMMIT
#define KLYNGE_COMMIT "unknown"
#endif
#ifndef KLYNGE_DIRTY
#define KLYNGE_DIRTY 0
#endif
#ifndef KLYNGE_FLAGS
#define KLYNGE_FLAGS "unknown"
#endif
#ifdef __clang__
#define COMPILER __VERSION__
#else
#define COMPILER "GCC " __VERSION__
#endif

static const char seed_scheme[] = "Philox4x32-10 keyed by seed, stream, cluster, firms, tick and draw; replicate 0 has "
                                  "run.seed, the others a 53-bit hash of it and their number";

/* ---- software ---- */

struct provenance_build provenance_build(void)
{
    struct provenance_build build = {KLYNGE_VERSION, KLYNGE_COMMIT, COMPILER, KLYNGE_FLAGS, KLYNGE_DIRTY != 0};
    return build;
}

static void name_library(struct provenance_library *library, const char *name, const char *version)
{
    library->name = name;
    snprintf(library->version, sizeof library->version, "%s", version);
}

void provenance_libraries(struct provenance_library list[PROVENANCE_LIBRARIES])
{
    char text[32];
    unsigned xxh = XXH_versionNumber();
    store_version(text);
    name_library(&list[0], "hdf5", text);
    name_library(&list[1], "gsl", gsl_version);
    name_library(&list[2], "jansson", jansson_version_str());
    snprintf(text, sizeof text, "%u.%u.%u", xxh / 10000, xxh / 100 % 100, xxh % 100);
    name_library(&list[3], "xxhash", text);
    snprintf(text, sizeof text, "%d.%d.%d", SLEEF_VERSION_MAJOR, SLEEF_VERSION_MINOR, SLEEF_VERSION_PATCHLEVEL);
    name_library(&list[4], "sleef", text); /* of the header: the library does not tell */
    name_library(&list[5], "libc", gnu_get_libc_version());
    mpi_version(text);
    name_library(&list[6], "mpi", *text ? text : "none");
}

static json_t *libraries(void)
{
    struct provenance_library list[PROVENANCE_LIBRARIES];
    json_t *object = json_object();
    provenance_libraries(list);
    for (int k = 0; object && k < PROVENANCE_LIBRARIES; k++)
        if (json_object_set_new(object, list[k].name, json_string(list[k].version))) {
            json_decref(object);
            return NULL;
        }
    return object;
}

static json_t *software(void)
{
    struct provenance_build b = provenance_build();
    return json_pack("{s:s, s:s, s:s, s:b, s:s, s:s, s:o}", "name", "klynge", "version", b.version, "commit", b.commit,
                     "dirty", b.dirty, "compiler", b.compiler, "flags", b.flags, "libraries", libraries());
}

/* ---- parameters ---- */

/* What was typed may be no UTF-8; JSON is. */
static json_t *safe_text(const char *text)
{
    json_t *value = json_string(text);
    if (value) return value;
    char *ascii = strdup(text);
    for (char *c = ascii; c && *c; c++)
        if ((unsigned char)*c > 126) *c = '?';
    value = ascii ? json_string(ascii) : NULL;
    free(ascii);
    return value;
}

static json_t *text_list(int n, char *const *texts)
{
    json_t *list = json_array();
    for (int k = 0; list && k < n; k++)
        if (json_array_append_new(list, safe_text(texts[k]))) {
            json_decref(list);
            return NULL;
        }
    return list;
}

/* Settings of the run, by their paths. */
static json_t *run_settings(const struct run_params *run)
{
    json_t *object = json_object();
    char text[PARAM_MAX_TEXT + 16];
    for (size_t k = 0; object && k < world_run_table.n; k++) {
        param_print(&world_run_table.rows[k], run, text, sizeof text);
        if (json_object_set_new(object, world_run_table.rows[k].path, safe_text(text))) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static json_t *parameters(const struct provenance *p)
{
    const struct ensemble_plan *plan = p->plan;
    return json_pack("{s:o, s:s, s:o, s:o, s:I, s:I}", "command", text_list(p->argc, p->argv), "model",
                     plan->model->name, "run", run_settings(&plan->run), "scenarios",
                     text_list((int)plan->n_scenarios, plan->scenario_name), "points", (json_int_t)plan->n_points,
                     "replicates", (json_int_t)plan->n_replicates);
}

/* ---- environment ---- */

static const char *job_id(void)
{
    const char *id = getenv("SLURM_JOB_ID");
    return id ? id : "";
}

static void print_time(time_t when, char text[32])
{
    struct tm utc;
    if (!gmtime_r(&when, &utc) || !strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &utc)) snprintf(text, 32, "unknown");
}

static json_t *environment(const struct provenance *p, const struct ensemble_outcome *o)
{
    struct utsname about;
    if (uname(&about)) memset(&about, 0, sizeof about);
    char started[32];
    print_time(p->started, started);
    return json_pack("{s:o, s:s, s:s, s:s, s:i, s:i, s:o, s:s, s:f, s:f}", "host", safe_text(about.nodename), "system",
                     about.sysname, "release", about.release, "machine", about.machine, "threads", p->threads, "ranks",
                     1, "job_id", safe_text(job_id()), "started", started, "wall_seconds", o->wall_seconds,
                     "cpu_seconds", o->cpu_seconds);
}

char *provenance_json(const struct provenance *p, const struct ensemble_outcome *outcome)
{
    json_t *all = json_pack("{s:s, s:o, s:o, s:o}", "schema_version", "1.0.0", "software", software(), "parameters",
                            parameters(p), "environment", environment(p, outcome));
    char *text = all ? json_dumps(all, JSON_INDENT(2)) : NULL;
    json_decref(all);
    return text;
}

/* ---- the group ---- */

static int add_text(struct store *s, const char *path, const char *text, const char *long_name, struct error *err)
{
    struct store_spec spec = {.path = path, .type = STORE_TEXT};
    const char *value = text ? text : "";
    store_id id;
    int code = store_add(s, &spec, &id, err);
    if (!code) code = store_write(s, id, STORE_TEXT, NULL, NULL, &value, err);
    if (!code) code = store_note(s, id, "long_name", long_name, err);
    return code;
}

static int note_texts(const struct provenance *p, struct store *s, store_id group, struct error *err)
{
    struct provenance_build build = provenance_build();
    struct provenance_library list[PROVENANCE_LIBRARIES];
    char hash[DIGEST_SIZE], started[32], name[64];
    digest_of_text(p->texts && p->texts->resolved ? p->texts->resolved : "", hash);
    print_time(p->started, started);
    const char *const notes[][2] = {{"version", build.version},   {"git_commit", build.commit},
                                    {"compiler", build.compiler}, {"compiler_flags", build.flags},
                                    {"job_id", job_id()},         {"seed_scheme", seed_scheme},
                                    {"config_hash", hash},        {"started", started}};
    int code = ERROR_NONE;
    for (size_t k = 0; k < sizeof notes / sizeof notes[0] && !code; k++)
        code = store_note(s, group, notes[k][0], notes[k][1], err);
    provenance_libraries(list);
    for (int k = 0; k < PROVENANCE_LIBRARIES && !code; k++) {
        snprintf(name, sizeof name, "library_%s", list[k].name);
        code = store_note(s, group, name, list[k].version, err);
    }
    return code;
}

static int note_counts(const struct provenance *p, struct store *s, store_id group,
                       const struct ensemble_outcome *outcome, struct error *err)
{
    int32_t dirty = KLYNGE_DIRTY != 0, threads = p->threads, ranks = 1;
    int code = store_note_numbers(s, group, "git_dirty", STORE_INT32, 1, &dirty, err);
    if (!code) code = store_note_numbers(s, group, "threads", STORE_INT32, 1, &threads, err);
    if (!code) code = store_note_numbers(s, group, "ranks", STORE_INT32, 1, &ranks, err);
    if (!code) code = store_note_numbers(s, group, "wall_seconds", STORE_DOUBLE, 1, &outcome->wall_seconds, err);
    if (!code) code = store_note_numbers(s, group, "cpu_seconds", STORE_DOUBLE, 1, &outcome->cpu_seconds, err);
    return code;
}

int provenance_write(const struct provenance *p, struct store *s, const struct ensemble_outcome *outcome,
                     struct error *err)
{
    store_id group;
    char *json = provenance_json(p, outcome);
    int code =
        json ? store_add_group(s, "/provenance", &group, err) : error_set(err, ERROR_IO, "no memory for provenance");
    if (!code) code = note_texts(p, s, group, err);
    if (!code) code = note_counts(p, s, group, outcome, err);
    if (!code)
        code = add_text(s, "/provenance/config_given", p->texts ? p->texts->given : "", "config files as given", err);
    if (!code)
        code = add_text(s, "/provenance/config_resolved", p->texts ? p->texts->resolved : "",
                        "one config that gives the same plan", err);
    if (!code) code = add_text(s, "/provenance/json", json, "software, parameters, environment", err);
    free(json);
    return code;
}
