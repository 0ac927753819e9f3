#include "io/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/frame.h"
#include "io/provenance.h"
#include "io/publish.h"
#include "io/scenario.h"
#include "io/store.h"

enum { MANIFEST_SCHEMA = 1 };
static const char file_name[] = "sweep.h5";

static const struct {
    const char *name;
    bool counts;
    const char *what;
} texts_table[MANIFEST_N_TEXTS] = {
#define MANIFEST_ROW(name, counts, what) {#name, counts, what},
    MANIFEST_TEXTS(MANIFEST_ROW)
#undef MANIFEST_ROW
};

static int no_memory(struct error *err) { return error_set(err, ERROR_IO, "no memory for what a sweep is"); }

static char *path_in(const char *folder)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", folder, file_name) < 0 ? NULL : path;
}

bool manifest_is_name(const char *name) { return strcmp(name, file_name) == 0; }

bool manifest_exists(const char *folder)
{
    char *path = path_in(folder);
    bool there = path && access(path, F_OK) == 0;
    free(path);
    return there;
}

/* ---- texts ---------------------------------------------------------------------------------------------------------- */

/* Bytes of a file into the digest; one that cannot be read has none. */
static void add_file(struct digest *d, const char *path)
{
    char piece[4096];
    FILE *f = *path ? fopen(path, "rb") : NULL;
    for (size_t n; f && (n = fread(piece, 1, sizeof piece, f)) > 0;)
        digest_bytes(d, piece, n);
    if (f) fclose(f);
    digest_bytes(d, "", 1);
}

static char *hex_of(struct digest *d)
{
    char hex[DIGEST_SIZE];
    digest_hex(d, hex);
    return strdup(hex);
}

/* Files that every scenario's settings name. */
static char *digest_inputs(const struct ensemble_plan *plan, struct digest *d)
{
    const struct model *m = plan->model;
    const char *const paths[] = {m->roster_path, m->ties_path, m->path_file};
    digest_reset(d);
    for (size_t k = 0; k < sizeof paths / sizeof *paths; k++) {
        const struct param *p = paths[k] ? param_find(&m->params, paths[k]) : NULL;
        for (uint32_t s = 0; p && s < plan->n_scenarios; s++) {
            const struct ensemble_case *c = &plan->cases[(size_t)s * plan->n_points];
            add_file(d, ((const struct param_text *)(const void *)((const char *)c->params + p->offset))->text);
        }
    }
    return hex_of(d);
}

static char *digest_layout(const struct layout *l, struct digest *d)
{
    digest_reset(d);
    for (uint32_t k = 0; k < l->n_series; k++) {
        char line[FRAME_PATH + 64], path[FRAME_PATH];
        snprintf(line, sizeof line, "%s %u %u %zu\n",
                 frame_path(path, l->series[k].observable->folder, l->series[k].name), l->series[k].levels,
                 series_times(l, &l->series[k]), l->offset[k]);
        digest_text(d, line);
    }
    return hex_of(d);
}

static void add_axis(struct digest *d, const struct design_axis *axis)
{
    digest_text(d, axis->param->path);
    digest_bytes(d, "", 1);
    for (uint32_t c = 0; c < axis->n_choices; c++) {
        digest_text(d, axis->choices[c]);
        digest_bytes(d, "", 1);
    }
}

static char *digest_values(const struct design *design, struct digest *d)
{
    digest_reset(d);
    for (uint32_t k = 0; k < design->n_axes; k++)
        add_axis(d, &design->axes[k]);
    digest_doubles(d, design->values, (size_t)design->n_points * design->n_axes);
    return hex_of(d);
}

/* A table's settings, one "path=value" a line. */
static char *print_settings(const struct param_table *table, const void *values)
{
    char *text = NULL, value[PARAM_MAX_TEXT + 16];
    size_t size;
    FILE *out = open_memstream(&text, &size);
    for (size_t k = 0; out && k < table->n; k++) {
        param_print(&table->rows[k], values, value, sizeof value);
        fprintf(out, "%s=%s\n", table->rows[k].path, value);
    }
    if (out && fclose(out) == 0) return text;
    free(text);
    return NULL;
}

void manifest_print_word(FILE *out, const char *word)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/=,:+@%";
    if (*word && strspn(word, plain) == strlen(word)) {
        fputs(word, out);
        return;
    }
    fputc('\'', out);
    for (; *word; word++)
        fputs(*word == '\'' ? "'\\''" : (char[]){*word, '\0'}, out);
    fputc('\'', out);
}

static char *print_command(int argc, char *const *argv)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    for (int k = 0; out && k < argc; k++) {
        if (k) fputc(' ', out);
        manifest_print_word(out, argv[k]);
    }
    if (out && fclose(out) == 0) return text;
    free(text);
    return NULL;
}

/* Two programs of one commit are the same unless the working tree had changes; then their bytes tell. */
static char *digest_executable(struct digest *d)
{
    struct provenance_build build = provenance_build();
    if (!build.dirty && strcmp(build.commit, "unknown") != 0) return strdup("");
    digest_reset(d);
    add_file(d, "/proc/self/exe");
    return hex_of(d);
}

static void add_text_to(struct digest *d, const char *text)
{
    digest_text(d, text);
    digest_bytes(d, "", 1);
}

/* Of what tells one sweep from another. */
static void digest_identity(struct manifest *m, struct digest *d)
{
    digest_reset(d);
    for (int k = 0; k < MANIFEST_N_TEXTS; k++)
        if (texts_table[k].counts) add_text_to(d, m->text[k]);
    digest_hex(d, m->digest);
}

/* Of all texts: is the file as it was written? */
static void digest_content(const struct manifest *m, struct digest *d, char hex[DIGEST_SIZE])
{
    digest_reset(d);
    for (int k = 0; k < MANIFEST_N_TEXTS; k++)
        add_text_to(d, m->text[k]);
    for (uint32_t s = 0; s < m->plan.n_scenarios; s++) {
        add_text_to(d, m->plan.scenario_name[s]);
        add_text_to(d, m->plan.scenario_question[s]);
    }
    digest_hex(d, hex);
}

int manifest_make(struct manifest *m, const struct ensemble_plan *plan, const struct design *design,
                  const struct config_texts *texts, int argc, char *const *argv, struct error *err)
{
    struct provenance_build build = provenance_build();
    struct digest *d;
    memset(m, 0, sizeof *m);
    int code = digest_open(&d, err);
    if (code) return code;
    m->text[MANIFEST_version] = strdup(build.version);
    m->text[MANIFEST_commit] = strdup(build.commit);
    m->text[MANIFEST_executable] = digest_executable(d);
    m->text[MANIFEST_model] = strdup(plan->model->name);
    m->text[MANIFEST_config_resolved] = strdup(texts->resolved);
    m->text[MANIFEST_inputs] = digest_inputs(plan, d);
    m->text[MANIFEST_layout] = digest_layout(&plan->layout, d);
    m->text[MANIFEST_values] = digest_values(design, d);
    m->text[MANIFEST_run] = print_settings(&world_run_table, &plan->run);
    m->text[MANIFEST_design] = print_settings(&design_table, &design->params);
    m->text[MANIFEST_config_given] = strdup(texts->given);
    m->text[MANIFEST_command] = print_command(argc, argv);
    for (int k = 0; k < MANIFEST_N_TEXTS && !code; k++)
        if (!m->text[k]) code = no_memory(err);
    m->borrowed = true;
    m->plan = *plan;
    m->plan.n_points = design->n_points;
    m->plan.cases = NULL;
    m->design = *design;
    if (!code) digest_identity(m, d);
    if (!code) digest_content(m, d, m->content);
    digest_close(&d);
    if (code) manifest_free(m);
    return code;
}

/* ---- writing ---------------------------------------------------------------------------------------------------------- */

static int add_text(struct store *s, const char *path, const char *text, struct error *err)
{
    struct store_spec spec = {.path = path, .type = STORE_TEXT};
    store_id id;
    int code = store_add(s, &spec, &id, err);
    return code ? code : store_write(s, id, STORE_TEXT, NULL, NULL, &text, err);
}

static int add_list(struct store *s, const char *path, struct store_axis *axis, char *const *texts, struct error *err)
{
    struct store_spec spec = {.path = path, .type = STORE_TEXT, .rank = 1, .axis = {axis}};
    store_id id;
    int code = store_add(s, &spec, &id, err);
    return code ? code : store_write(s, id, STORE_TEXT, NULL, NULL, texts, err);
}

static int add_scenarios(const struct manifest *m, struct store *s, struct error *err)
{
    struct store_axis axis = {.path = "/scenario_index", .size = m->plan.n_scenarios, .chunk = 1};
    int code = store_add_axis(s, &axis, STORE_FLOAT, true, err);
    if (!code) code = add_list(s, "/scenario", &axis, m->plan.scenario_name, err);
    if (!code) code = add_list(s, "/question", &axis, m->plan.scenario_question, err);
    return code;
}

/* An axis's choices, each with a line's end. */
static char *join_choices(const struct design_axis *axis)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    for (uint32_t c = 0; out && c < axis->n_choices; c++)
        fprintf(out, "%s\n", axis->choices[c]);
    if (out && fclose(out) == 0) return text;
    free(text);
    return NULL;
}

static int add_axes(const struct design *d, struct store *s, struct store_axis *axis, struct error *err)
{
    char **path = calloc(d->n_axes, sizeof *path), **choices = calloc(d->n_axes, sizeof *choices);
    int code = path && choices ? ERROR_NONE : no_memory(err);
    for (uint32_t k = 0; k < d->n_axes && !code; k++) {
        path[k] = strdup(d->axes[k].param->path);
        choices[k] = join_choices(&d->axes[k]);
        if (!path[k] || !choices[k]) code = no_memory(err);
    }
    if (!code) code = add_list(s, "/axis", axis, path, err);
    if (!code) code = add_list(s, "/choices", axis, choices, err);
    store_free_texts(path, path ? d->n_axes : 0);
    store_free_texts(choices, choices ? d->n_axes : 0);
    return code;
}

/* The ends of every axis, (n_axes, 2). */
static int add_ends(const struct design *d, struct store *s, struct store_axis *axis, struct error *err)
{
    struct store_axis end = {.path = "/end", .size = 2, .chunk = 2};
    struct store_spec spec = {.path = "/range", .type = STORE_DOUBLE, .rank = 2, .axis = {axis, &end}};
    store_id id;
    double *range = malloc(2 * d->n_axes * sizeof *range);
    int code = range ? store_add_axis(s, &end, STORE_FLOAT, true, err) : no_memory(err);
    for (uint32_t k = 0; k < d->n_axes && !code; k++) {
        range[2 * k] = d->axes[k].low;
        range[2 * k + 1] = d->axes[k].high;
    }
    if (!code) code = store_add(s, &spec, &id, err);
    if (!code) code = store_write(s, id, STORE_DOUBLE, NULL, NULL, range, err);
    free(range);
    return code;
}

/* What --set says over the design, as "=VALUE", and "" where it says nothing: (n_scenarios, n_axes) in a row. */
static int add_fixed(const struct design *d, struct store *s, struct error *err)
{
    size_t n = (size_t)d->n_scenarios * d->n_axes;
    struct store_axis axis = {.path = "/fixed_index", .size = n, .chunk = n};
    char **fixed = calloc(n + 1, sizeof *fixed);
    int code = fixed ? store_add_axis(s, &axis, STORE_FLOAT, true, err) : no_memory(err);
    for (size_t k = 0; k < n && !code; k++)
        if (asprintf(&fixed[k], "%s%s", d->fixed[k] ? "=" : "", d->fixed[k] ? d->fixed[k] : "") < 0) {
            fixed[k] = NULL;
            code = no_memory(err);
        }
    if (!code) code = add_list(s, "/fixed", &axis, fixed, err);
    store_free_texts(fixed, fixed ? n : 0);
    return code;
}

static int add_points(const struct manifest *m, struct store *s, struct error *err)
{
    const struct design *d = &m->design;
    struct store_axis point = {.path = "/point", .size = d->n_points, .chunk = d->n_points},
                      axis = {.path = "/axis_index", .size = d->n_axes, .chunk = d->n_axes};
    struct store_spec spec = {.path = "/values", .type = STORE_DOUBLE, .rank = 2, .axis = {&point, &axis}};
    store_id id;
    int code = store_add_axis(s, &point, STORE_FLOAT, true, err);
    if (code || !d->n_axes) return code;
    code = store_add_axis(s, &axis, STORE_FLOAT, true, err);
    if (!code) code = store_add(s, &spec, &id, err);
    if (!code) code = store_write(s, id, STORE_DOUBLE, NULL, NULL, d->values, err);
    if (!code) code = add_axes(d, s, &axis, err);
    if (!code) code = add_ends(d, s, &axis, err);
    return code ? code : add_fixed(d, s, err);
}

int manifest_add_texts(const struct manifest *m, struct store *s, struct error *err)
{
    store_id id;
    int code = store_add_group(s, "/about", &id, err);
    for (int k = 0; k < MANIFEST_N_TEXTS && !code; k++) {
        char name[64];
        snprintf(name, sizeof name, "/about/%s", texts_table[k].name);
        code = add_text(s, name, m->text[k], err);
    }
    return code;
}

static int write_file(const struct manifest *m, const char *path, const char *label, struct error *err)
{
    static const int32_t schema = MANIFEST_SCHEMA;
    struct store *s = NULL;
    int code = store_create(&s, path, label, err);
    if (!code) code = store_note_numbers(s, store_root(s), "klynge_sweep", STORE_INT32, 1, &schema, err);
    if (!code) code = store_note(s, store_root(s), "sweep", m->digest, err);
    if (!code) code = store_note(s, store_root(s), "content", m->content, err);
    if (!code) code = manifest_add_texts(m, s, err);
    if (!code) code = add_scenarios(m, s, err);
    if (!code) code = add_points(m, s, err);
    if (!code) code = store_close(&s, err);
    store_abandon(&s);
    return code;
}

/* ---- reading ---------------------------------------------------------------------------------------------------------- */

static int read_text(struct store *s, const char *path, char **text, struct error *err)
{
    store_id id;
    int code = store_find(s, path, &id, err);
    return code ? code : store_read(s, id, STORE_TEXT, NULL, NULL, text, err);
}

static int read_list(struct store *s, const char *path, char ***texts, uint32_t *n, struct error *err)
{
    store_id id;
    uint32_t rank = 0;
    uint64_t size[STORE_MAX_RANK] = {0};
    int code = store_find(s, path, &id, err);
    if (!code) code = store_shape(s, id, &rank, size, err);
    if (!code && (rank != 1 || size[0] > UINT32_MAX)) code = error_set(err, ERROR_IO, "%s has another shape", path);
    if (code) return code;
    *n = (uint32_t)size[0];
    *texts = calloc(size[0] + 1, sizeof **texts);
    if (!*texts) return no_memory(err);
    return *n ? store_read(s, id, STORE_TEXT, NULL, NULL, *texts, err) : ERROR_NONE;
}

/* Lines of "path=value" into a table's struct. */
static int parse_settings(const struct param_table *table, void *values, const char *text, struct error *err)
{
    int code = param_reset(table, values, err);
    while (*text && !code) {
        size_t length = strcspn(text, "\n");
        char *line = strndup(text, length), *equals = line ? strchr(line, '=') : NULL;
        if (!line) return no_memory(err);
        if (equals) *equals = '\0';
        const struct param *p = equals ? param_find(table, line) : NULL;
        code = p ? param_parse(p, values, equals + 1, err) : error_set(err, ERROR_IO, "%s is not known here", line);
        free(line);
        text += length + (text[length] == '\n');
    }
    return code;
}

static int split_choices(struct design_axis *axis, const char *text, struct error *err)
{
    uint32_t n = 0;
    for (const char *c = text; *c; c++)
        n += *c == '\n';
    axis->choices = n ? calloc(n, sizeof *axis->choices) : NULL;
    if (n && !axis->choices) return no_memory(err);
    for (; *text; text += strcspn(text, "\n") + 1) {
        char *choice = strndup(text, strcspn(text, "\n"));
        if (!choice) return no_memory(err);
        axis->choices[axis->n_choices++] = choice;
    }
    return ERROR_NONE;
}

static int read_axes(struct manifest *m, struct store *s, struct error *err)
{
    struct design *d = &m->design;
    char **path = NULL, **choices = NULL;
    uint32_t n = 0, n_choices = 0;
    int code = read_list(s, "/axis", &path, &n, err);
    if (!code) code = read_list(s, "/choices", &choices, &n_choices, err);
    if (!code && n != n_choices) code = error_set(err, ERROR_IO, "/choices has another shape");
    d->axes = calloc(n + (size_t)1, sizeof *d->axes);
    if (!code && !d->axes) code = no_memory(err);
    d->n_axes = code ? 0 : n;
    for (uint32_t k = 0; k < n && !code; k++) {
        d->axes[k].param = param_find(&m->plan.model->params, path[k]);
        code = d->axes[k].param ? split_choices(&d->axes[k], choices[k], err)
                                : error_set(err, ERROR_IO, "%s is no parameter here", path[k]);
    }
    store_free_texts(path, n);
    store_free_texts(choices, n_choices);
    return code;
}

/* All of a dataset of numbers (rows, columns), in memory of the caller's. */
static int read_numbers(struct store *s, const char *path, uint64_t rows, uint64_t columns, double **values,
                        struct error *err)
{
    store_id id;
    uint32_t rank = 0;
    uint64_t size[STORE_MAX_RANK] = {0};
    int code = store_find(s, path, &id, err);
    if (!code) code = store_shape(s, id, &rank, size, err);
    if (!code && (rank != 2 || size[0] != rows || size[1] != columns))
        code = error_set(err, ERROR_IO, "%s has another shape", path);
    if (code) return code;
    *values = malloc(rows * columns * sizeof **values + 1);
    return *values ? store_read(s, id, STORE_DOUBLE, NULL, NULL, *values, err) : no_memory(err);
}

static int read_ends(struct design *d, struct store *s, struct error *err)
{
    double *range = NULL;
    int code = read_numbers(s, "/range", d->n_axes, 2, &range, err);
    for (uint32_t k = 0; k < d->n_axes && !code; k++) {
        d->axes[k].low = range[2 * k];
        d->axes[k].high = range[2 * k + 1];
    }
    free(range);
    return code;
}

static int read_fixed(struct design *d, struct store *s, struct error *err)
{
    uint32_t n = 0;
    int code = read_list(s, "/fixed", &d->fixed, &n, err);
    if (!code && n != (uint64_t)d->n_scenarios * d->n_axes) {
        store_free_texts(d->fixed, n);
        d->fixed = NULL;
        return error_set(err, ERROR_IO, "/fixed has another shape");
    }
    for (uint32_t k = 0; k < n && !code; k++) {
        char *text = d->fixed[k];
        d->fixed[k] = *text == '=' ? strdup(text + 1) : NULL;
        if (*text == '=' && !d->fixed[k]) code = no_memory(err);
        free(text);
    }
    return code;
}

static int find_kind(struct design *d, struct error *err)
{
    for (int k = DESIGN_NONE; k <= DESIGN_CSV; k++)
        if (strcmp(design_kind_name((enum design_kind)k), d->params.kind.text) == 0) {
            d->kind = (enum design_kind)k;
            return ERROR_NONE;
        }
    return error_set(err, ERROR_IO, "the kind of design \"%s\" is not known here", d->params.kind.text);
}

static int read_points(struct manifest *m, struct store *s, struct error *err)
{
    struct design *d = &m->design;
    store_id id;
    uint32_t rank = 0;
    uint64_t size[STORE_MAX_RANK] = {0};
    int code = store_find(s, "/point", &id, err);
    if (!code) code = store_shape(s, id, &rank, size, err);
    if (!code && (rank != 1 || size[0] == 0 || size[0] > UINT32_MAX))
        code = error_set(err, ERROR_IO, "/point has another shape");
    if (code) return code;
    d->n_points = m->plan.n_points = (uint32_t)size[0];
    if (!store_has(s, "/axis")) return ERROR_NONE;
    d->n_scenarios = m->plan.n_scenarios;
    code = find_kind(d, err);
    if (!code) code = read_axes(m, s, err);
    if (!code) code = read_ends(d, s, err);
    if (!code) code = read_fixed(d, s, err);
    return code ? code : read_numbers(s, "/values", d->n_points, d->n_axes, &d->values, err);
}

static int read_plan(struct manifest *m, struct store *s, struct error *err)
{
    struct ensemble_plan *p = &m->plan;
    uint32_t n_questions = 0;
    p->model = model_find(m->text[MANIFEST_model]);
    if (!p->model) return error_set(err, ERROR_IO, "the model %s is not linked in", m->text[MANIFEST_model]);
    int code = parse_settings(&world_run_table, &p->run, m->text[MANIFEST_run], err);
    if (!code) code = parse_settings(&design_table, &m->design.params, m->text[MANIFEST_design], err);
    if (!code) code = read_list(s, "/scenario", &p->scenario_name, &p->n_scenarios, err);
    if (!code) code = read_list(s, "/question", &p->scenario_question, &n_questions, err);
    if (!code && n_questions != p->n_scenarios) {
        store_free_texts(p->scenario_question, n_questions);
        p->scenario_question = NULL;
        code = error_set(err, ERROR_IO, "/question has another shape");
    }
    if (code) return code;
    p->n_replicates = (uint32_t)p->run.replicates;
    p->seeds = calloc(p->n_replicates + (size_t)1, sizeof *p->seeds);
    if (!p->seeds) return no_memory(err);
    scenario_seeds(p);
    return scenario_lay_out(p, err);
}

/* Is what was read what was written, and does this program lay results out as that one did? */
static int check_digests(struct manifest *m, struct error *err)
{
    char written[DIGEST_SIZE], content[DIGEST_SIZE];
    struct digest *d;
    int code = digest_open(&d, err);
    if (code) return code;
    snprintf(written, sizeof written, "%s", m->digest);
    digest_identity(m, d);
    digest_content(m, d, content);
    char *values = digest_values(&m->design, d), *layout = digest_layout(&m->plan.layout, d);
    if (!values || !layout)
        code = no_memory(err);
    else if (strcmp(written, m->digest) != 0 || strcmp(content, m->content) != 0 ||
             strcmp(values, m->text[MANIFEST_values]) != 0)
        code = error_set(err, ERROR_IO, "it is damaged; remove it, and the sweep's own command writes it again");
    else if (strcmp(layout, m->text[MANIFEST_layout]) != 0)
        code = error_set(err, ERROR_CONFIG,
                         "the sweep was made by klynge %s (commit %s), whose observables differ from this one's",
                         m->text[MANIFEST_version], m->text[MANIFEST_commit]);
    free(values);
    free(layout);
    digest_close(&d);
    return code;
}

int manifest_read_texts(struct manifest *m, struct store *s, struct error *err)
{
    int code = ERROR_NONE;
    for (int k = 0; k < MANIFEST_N_TEXTS && !code; k++) {
        char name[64];
        snprintf(name, sizeof name, "/about/%s", texts_table[k].name);
        code = read_text(s, name, &m->text[k], err);
    }
    return code;
}

static int read_store(struct manifest *m, struct store *s, struct error *err)
{
    double schema = 0;
    uint64_t n = 0;
    char *digest = NULL, *content = NULL;
    int code = store_noted_numbers(s, store_root(s), "klynge_sweep", 1, &schema, &n, err);
    if (!code && (n == 0 || schema != MANIFEST_SCHEMA))
        code = error_set(err, ERROR_CONFIG, "not written by `klynge sweep` of this version");
    if (!code) code = store_noted(s, store_root(s), "sweep", &digest, err);
    if (!code) code = store_noted(s, store_root(s), "content", &content, err);
    if (!code) snprintf(m->digest, sizeof m->digest, "%s", digest);
    if (!code) snprintf(m->content, sizeof m->content, "%s", content);
    free(digest);
    free(content);
    if (!code) code = manifest_read_texts(m, s, err);
    if (!code) code = read_plan(m, s, err);
    if (!code) code = read_points(m, s, err);
    return code ? code : check_digests(m, err);
}

static int read_path(struct manifest *m, const char *path, struct error *err)
{
    struct store *s = NULL;
    struct error why = {0};
    memset(m, 0, sizeof *m);
    int code = store_open(&s, path, path, &why);
    if (!code) code = read_store(m, s, &why);
    store_abandon(&s);
    if (!code) return ERROR_NONE;
    manifest_free(m);
    bool named = strncmp(why.text, path, strlen(path)) == 0;
    return error_set(err, code, "%s%s%s", named ? "" : path, named ? "" : ": ", why.text);
}

int manifest_read(struct manifest *m, const char *folder, struct error *err)
{
    memset(m, 0, sizeof *m);
    if (!manifest_exists(folder))
        return error_set(err, ERROR_CONFIG, "%s: found no %s there, expected the folder of a sweep", folder, file_name);
    char *path = path_in(folder);
    int code = path ? read_path(m, path, err) : no_memory(err);
    free(path);
    return code;
}

/* ---- publishing and comparing ----------------------------------------------------------------------------------------- */

static int verify(const struct manifest *m, const char *path, struct error *err)
{
    struct manifest again;
    int code = read_path(&again, path, err);
    if (!code && strcmp(again.digest, m->digest) != 0)
        code = error_set(err, ERROR_IO, "%s: what was read back differs from what was written", path);
    if (!code) manifest_free(&again);
    return code;
}

/* Without replacing one that has appeared meanwhile, which must be the same. */
static int commit(const struct manifest *m, struct publish *p, const char *folder, struct error *err)
{
    struct manifest theirs;
    char *temporary = strdup(p->temporary);
    p->force = false;
    int code = publish_commit(p, err);
    /* a temporary file that is gone was renamed: what failed came after that */
    if (code && temporary && access(temporary, F_OK) == 0 && manifest_exists(folder)) {
        unlink(temporary);
        code = manifest_read(&theirs, folder, err);
        if (!code) code = manifest_compare(m, &theirs, folder, err);
        manifest_free(&theirs);
    }
    free(temporary);
    return code;
}

int manifest_publish(const struct manifest *m, const char *folder, struct error *err)
{
    struct publish p = {0};
    char *path = path_in(folder);
    int code = path ? publish_begin(&p, path, true, err) : no_memory(err);
    if (!code) code = write_file(m, p.temporary, path, err);
    if (!code) code = publish_sync(&p, err);
    if (!code) code = verify(m, p.temporary, err);
    if (!code) code = commit(m, &p, folder, err);
    publish_abandon(&p);
    free(path);
    return code;
}

/* The first line in which two texts differ. */
static void differing_line(const char *a, const char *b, char mine[100], char theirs[100])
{
    size_t start = 0;
    for (size_t k = 0; a[k] && a[k] == b[k]; k++)
        if (a[k] == '\n') start = k + 1;
    a += start + strspn(a + start, " ");
    b += start + strspn(b + start, " ");
    snprintf(mine, 100, "%.*s", (int)strcspn(a, "\n"), a);
    snprintf(theirs, 100, "%.*s", (int)strcspn(b, "\n"), b);
}

bool manifest_differs(const struct manifest *mine, const struct manifest *theirs, char how[MANIFEST_DIFFERENCE])
{
    char here[100], there[100];
    for (int k = 0; k < MANIFEST_N_TEXTS; k++) {
        if (!texts_table[k].counts || strcmp(mine->text[k], theirs->text[k]) == 0) continue;
        differing_line(mine->text[k], theirs->text[k], here, there);
        snprintf(how, MANIFEST_DIFFERENCE, "its %s differs: found %s, expected %s", texts_table[k].what,
                 *here ? here : "nothing", *there ? there : "nothing");
        return true;
    }
    return false;
}

int manifest_compare(const struct manifest *mine, const struct manifest *folders, const char *folder, struct error *err)
{
    char how[MANIFEST_DIFFERENCE];
    if (!manifest_differs(mine, folders, how)) return ERROR_NONE;
    return error_set(err, ERROR_CONFIG,
                     "%s belongs to another sweep: %s; use another folder, or what it was begun with: %s", folder, how,
                     folders->text[MANIFEST_command]);
}

void manifest_free(struct manifest *m)
{
    for (int k = 0; k < MANIFEST_N_TEXTS; k++)
        free(m->text[k]);
    if (!m->borrowed) scenario_plan_free(&m->plan);
    if (!m->borrowed) design_free(&m->design);
    memset(m, 0, sizeof *m);
}
