#include "io/config.h"

#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/configtext.h"
#include "io/design.h"
#include "io/mistakes.h"
#include "io/override.h"
#include "io/pathfile.h"
#include "io/scan.h"
#include "io/scenario.h"
#include "io/textfile.h"
#include "io/tree.h"

enum { CONFIG_BYTES_MAX = 1 << 20, BASES_MAX = 8, FILES_MAX = BASES_MAX + 1, KEY_MAX = 400 };

/* One file. Names of its settings and places of its values live as long as it does. */
struct source {
    char *name; /* a path that works from the working directory */
    struct textfile file;
    config_t tree;
};

struct loader {
    const struct config_overrides *overrides;
    struct mistakes mistakes;
    struct source sources[FILES_MAX]; /* (n_sources) the config, its base, that one's base, ... */
    size_t n_sources;
    struct scenario_list list;
};

static const char *const model_sections[] = {"world", "model", "policies"};
static const char *const top_keys[] = {"base",      "run",    "world",   "model", "policies",
                                       "scenarios", "design", "targets", "output"};
static const char *const scenario_keys[] = {"name", "question", "world", "model", "policies"};
#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool is_one_of(const char *key, const char *const *names, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (strcmp(key, names[k]) == 0) return true;
    return false;
}

static struct place place_of(const struct source *source, const config_setting_t *s)
{
    return (struct place){source->name, config_setting_source_line(s)};
}

/* ---- files and their bases ------------------------------------------------------------------------------------- */

static void read_file(struct loader *l, struct source *s, struct place named_in)
{
    struct error why = {0};
    unsigned line;
    int code = textfile_read(s->name, CONFIG_BYTES_MAX, TEXTFILE_UTF8, &s->file, &line, &why);
    if (!code) return;
    if (code == ERROR_RUN)
        mistakes_no_memory(&l->mistakes, "a config");
    else if (named_in.file && !line)
        mistakes_add(&l->mistakes, named_in, "base", "found \"%s\", which %s", s->name, why.text);
    else
        mistakes_add(&l->mistakes, (struct place){s->name, line}, NULL, "%s", why.text);
}

/* What scan_config lets pass and libconfig refuses is plain syntax; of a text just before it libconfig leaks a copy. */
static void parse(struct loader *l, struct source *s)
{
    char *clean = scan_config(s->name, s->file.text, &l->mistakes);
    if (!clean) return;
    if (!config_read_string(&s->tree, clean)) {
        struct place place = {s->name, (unsigned)config_error_line(&s->tree)};
        mistakes_add(&l->mistakes, place, NULL,
                     "found a %s, expected settings such as key = value; and group = { ... };",
                     config_error_text(&s->tree));
    }
    free(clean);
}

static bool was_read(const struct loader *l, const struct source *new)
{
    for (size_t k = 0; k + 1 < l->n_sources; k++) {
        const struct textfile *f = &l->sources[k].file;
        if (f->device == new->file.device && f->inode == new->file.inode) return true;
    }
    return false;
}

/* Takes `name`. The new source, or NULL after a mistake. */
static struct source *add_source(struct loader *l, char *name, struct place named_in)
{
    if (!name || l->n_sources == FILES_MAX) {
        if (!name)
            mistakes_no_memory(&l->mistakes, "a file's name");
        else
            mistakes_add(&l->mistakes, named_in, "base", "found more than %d bases of bases, expected fewer",
                         BASES_MAX);
        free(name);
        return NULL;
    }
    struct source *s = &l->sources[l->n_sources++];
    s->name = name;
    config_init(&s->tree);
    read_file(l, s, named_in);
    if (l->mistakes.code) return NULL;
    if (was_read(l, s)) {
        mistakes_add(&l->mistakes, named_in, "base", "found \"%s\", which is read already, expected no loop", name);
        return NULL;
    }
    parse(l, s);
    return l->mistakes.code ? NULL : s;
}

static void read_sources(struct loader *l, const char *path)
{
    struct source *s = add_source(l, strdup(path), (struct place){NULL, 0});
    while (s) {
        const config_setting_t *base = config_setting_get_member(config_root_setting(&s->tree), "base");
        if (!base) return;
        const char *text = config_setting_type(base) == CONFIG_TYPE_STRING ? config_setting_get_string(base) : NULL;
        if (!text || !*text) {
            mistakes_add(&l->mistakes, place_of(s, base), "base", "found %s, expected the name of a file in quotes",
                         text ? "an empty text" : "something else");
            return;
        }
        s = add_source(l, textfile_beside(s->name, text), place_of(s, base));
    }
}

static void free_sources(struct loader *l)
{
    for (size_t k = 0; k < l->n_sources; k++) {
        config_destroy(&l->sources[k].tree);
        textfile_free(&l->sources[k].file);
        free(l->sources[k].name);
    }
}

/* ---- a setting's value as text, which param_parse then judges ------------------------------------------------------- */

static void print_text(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++)
        fprintf(out, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    fputc('"', out);
}

/* With a point or an exponent, so that 1.0 is not taken for a whole number. */
static void print_float(FILE *out, double x)
{
    static const struct param real = {.type = PARAM_REAL};
    char text[64];
    param_print(&real, &x, text, sizeof text);
    fprintf(out, "%s%s", text, strpbrk(text, ".e") ? "" : ".0");
}

static void print_value(FILE *out, const config_setting_t *s)
{
    switch (config_setting_type(s)) {
    case CONFIG_TYPE_INT: fprintf(out, "%d", config_setting_get_int(s)); break;
    case CONFIG_TYPE_INT64: fprintf(out, "%lld", config_setting_get_int64(s)); break;
    case CONFIG_TYPE_FLOAT: print_float(out, config_setting_get_float(s)); break;
    case CONFIG_TYPE_BOOL: fputs(config_setting_get_bool(s) ? "true" : "false", out); break;
    case CONFIG_TYPE_STRING: print_text(out, config_setting_get_string(s)); break;
    case CONFIG_TYPE_LIST:
        fputc('(', out);
        for (int k = 0; k < config_setting_length(s); k++) {
            if (k) fputs(", ", out);
            print_value(out, config_setting_get_elem(s, (unsigned)k));
        }
        fputc(')', out);
        break;
    default: fputs("{ ... }", out);
    }
}

/* NULL: no memory. */
static char *value_text(struct loader *l, const config_setting_t *s)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (out) {
        print_value(out, s);
        if (fclose(out) == 0) return text;
        free(text);
    }
    mistakes_no_memory(&l->mistakes, "a value's text");
    return NULL;
}

/* ---- values into settings ------------------------------------------------------------------------------------------- */

static bool is_file_name(const struct loader *l, const struct param *p)
{
    return settings_names_file(l->list.model, p) || strcmp(p->path, "design.file") == 0;
}

/* A roster, ties, a path or a design named in a file is found from there; keep a name that works from the working directory. */
static void move_name(struct loader *l, const struct source *source, struct settings *to, const struct param *p,
                      struct place place, const char *key)
{
    const struct param_text *t = (const void *)((const char *)to->values + p->offset);
    if (!*t->text) return;
    struct error why = {0};
    char *path = textfile_beside(source->name, t->text);
    if (!path)
        mistakes_no_memory(&l->mistakes, "a file's name");
    else if (param_set_text(p, to->values, path, &why))
        mistakes_add(&l->mistakes, place, key, "%s", why.text);
    free(path);
}

static void set_value(struct loader *l, const struct source *source, const config_setting_t *s, const struct param *p,
                      const char *key, struct settings *to)
{
    char expected[256], *text = value_text(l, s);
    if (!text) return;
    struct place place = place_of(source, s);
    int type = config_setting_type(s);
    if (type == CONFIG_TYPE_GROUP || (p->type == PARAM_TEXT && type != CONFIG_TYPE_STRING))
        mistakes_add(&l->mistakes, place, key, "found %s, expected %s", text,
                     param_expected(p, expected, sizeof expected));
    else if (settings_parse(to, p, text, place, key, &l->mistakes) && is_file_name(l, p))
        move_name(l, source, to, p, place, key);
    free(text);
}

/* `prefix` is before the path in messages: "" or "scenarios.NAME.". */
static void apply_group(struct loader *l, const struct source *source, const config_setting_t *group, const char *path,
                        const char *prefix, struct settings *to)
{
    for (int k = 0; k < config_setting_length(group); k++) {
        const config_setting_t *s = config_setting_get_elem(group, (unsigned)k);
        char inner[KEY_MAX], key[KEY_MAX + SCENARIO_NAME_MAX];
        snprintf(inner, sizeof inner, "%.200s.%.100s", path, config_setting_name(s));
        snprintf(key, sizeof key, "%s%s", prefix, inner);
        const struct param *p = param_find(to->table, inner);
        if (p)
            set_value(l, source, s, p, key, to);
        else if (!settings_is_section(to->table, inner))
            settings_add_unknown(l->list.model, inner, place_of(source, s), key, &l->mistakes);
        else if (!config_setting_is_group(s))
            mistakes_add(&l->mistakes, place_of(source, s), key, "found a value, expected a group { ... }");
        else
            apply_group(l, source, s, inner, prefix, to);
    }
}

/* A whole section such as run or world. */
static void apply_section(struct loader *l, const struct source *source, const config_setting_t *s, const char *prefix,
                          struct settings *to)
{
    char key[KEY_MAX];
    if (config_setting_is_group(s)) {
        apply_group(l, source, s, config_setting_name(s), prefix, to);
        return;
    }
    snprintf(key, sizeof key, "%s%s", prefix, config_setting_name(s));
    mistakes_add(&l->mistakes, place_of(source, s), key, "found a value, expected a group { ... }");
}

static void unknown_key(struct loader *l, struct place place, const char *prefix, const char *name,
                        const char *const *known, size_t n)
{
    char key[KEY_MAX], list[KEY_MAX] = "", hint[SETTINGS_PATH_MAX + 32] = "";
    struct param_nearest near = {0};
    for (size_t k = 0; k < n; k++) {
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", k ? ", " : "", known[k]);
        param_consider(&near, name, known[k]);
    }
    if (near.name)
        snprintf(hint, sizeof hint, "; did you mean %s?", near.name);
    else
        settings_suggest(l->list.model, name, hint, sizeof hint);
    snprintf(key, sizeof key, "%s%.200s", prefix, name);
    mistakes_add(&l->mistakes, place, key, "found an unknown key, expected one of %s%s", list, hint);
}

/* All sections that are parameters, in the order of the file. */
static void apply_source(struct loader *l, const struct source *source)
{
    const config_setting_t *root = config_root_setting(&source->tree);
    for (int k = 0; k < config_setting_length(root); k++) {
        const config_setting_t *s = config_setting_get_elem(root, (unsigned)k);
        const char *name = config_setting_name(s);
        if (strcmp(name, "run") == 0 || strcmp(name, "output") == 0)
            apply_section(l, source, s, "", &l->list.run);
        else if (!is_one_of(name, top_keys, COUNT(top_keys)))
            unknown_key(l, place_of(source, s), "", name, top_keys, COUNT(top_keys));
        else if (l->list.model && is_one_of(name, model_sections, COUNT(model_sections)))
            apply_section(l, source, s, "", &l->list.common);
    }
}

/* ---- the model ------------------------------------------------------------------------------------------------------ */

static void unknown_model(struct loader *l, const char *name, struct place place)
{
    char list[KEY_MAX] = "";
    struct param_nearest near = {0};
    for (const struct model *const *m = registry_models; *m; m++) {
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s\"%s\"", used ? ", " : "", (*m)->name);
        param_consider(&near, name, (*m)->name);
    }
    mistakes_add(&l->mistakes, place, "run.model", "found \"%s\", expected one of %s%s%s%s", name, list,
                 near.name ? "; did you mean \"" : "", near.name ? near.name : "", near.name ? "\"?" : "");
}

/* Before anything else is read, because the model says what else there is. What is no text is refused later. */
static void choose_model(struct loader *l)
{
    struct run_params *run = l->list.run.values;
    const struct param *p = param_find(&world_run_table, "run.model");
    struct place place = {NULL, 0};
    for (size_t k = l->n_sources; k-- > 0;) {
        const config_setting_t *s = config_lookup(&l->sources[k].tree, p->path);
        if (!s || config_setting_type(s) != CONFIG_TYPE_STRING) continue;
        if (!param_set_text(p, run, config_setting_get_string(s), NULL)) place = place_of(&l->sources[k], s);
    }
    if (override_model(l->overrides, &l->list)) place = (struct place){"--set", 0};
    if (run->model.text[0] == '\0') param_set_text(p, run, registry_models[0]->name, NULL);
    l->list.model = model_find(run->model.text);
    if (!l->list.model) unknown_model(l, run->model.text, place);
}

/* ---- scenarios ------------------------------------------------------------------------------------------------------- */

static void read_name(struct loader *l, const struct source *source, const config_setting_t *group, struct scenario *to)
{
    const config_setting_t *s = config_setting_get_member(group, "name");
    struct place place = place_of(source, s ? s : group);
    bool is_text = s && config_setting_type(s) == CONFIG_TYPE_STRING;
    const char *name = is_text ? config_setting_get_string(s) : "", *problem = scenario_name_problem(name);
    to->place = place;
    if (!is_text) problem = s ? "found a value, expected a name in quotes" : "found no name, expected name = \"...\";";
    for (size_t k = 0; !problem && k + 1 < l->list.n; k++) {
        if (strcmp(l->list.all[k].name, name) != 0) continue;
        mistakes_add(&l->mistakes, place, "scenarios.name",
                     "found \"%s\" a second time, expected another name (the first is in line %u)", name,
                     l->list.all[k].place.line);
        break;
    }
    if (problem)
        mistakes_add(&l->mistakes, place, "scenarios.name", "%s", problem);
    else
        snprintf(to->name, sizeof to->name, "%s", name);
}

/* The rules of a text parameter hold for it. */
static void read_question(struct loader *l, const struct source *source, const config_setting_t *s, const char *key,
                          struct scenario *to)
{
    static const struct param row = {.path = "question", .type = PARAM_TEXT};
    struct param_text text;
    struct error why = {0};
    if (config_setting_type(s) != CONFIG_TYPE_STRING)
        mistakes_add(&l->mistakes, place_of(source, s), key, "found a value, expected a text in quotes");
    else if (param_set_text(&row, &text, config_setting_get_string(s), &why))
        mistakes_add(&l->mistakes, place_of(source, s), key, "%s", why.text);
    else {
        free(to->question);
        to->question = strdup(text.text);
    }
}

static void read_scenario_key(struct loader *l, const struct source *source, const config_setting_t *s,
                              const char *prefix, struct scenario *to)
{
    const char *name = config_setting_name(s);
    char key[KEY_MAX];
    snprintf(key, sizeof key, "%s%.200s", prefix, name);
    if (strcmp(name, "question") == 0)
        read_question(l, source, s, key, to);
    else if (strcmp(name, "run") == 0 || strcmp(name, "output") == 0)
        mistakes_add(&l->mistakes, place_of(source, s), key,
                     "found it in a scenario, expected it outside: all scenarios share the time axis and the output");
    else if (is_one_of(name, model_sections, COUNT(model_sections)))
        apply_section(l, source, s, prefix, &to->settings);
    else if (strcmp(name, "name") != 0)
        unknown_key(l, place_of(source, s), prefix, name, scenario_keys, COUNT(scenario_keys));
}

/* A new scenario that starts from what is common. False: no memory. */
static struct scenario *add_scenario(struct loader *l)
{
    struct scenario *s = &l->list.all[l->list.n];
    s->question = strdup("");
    if (s->question && settings_copy(&s->settings, &l->list.common)) {
        s->settings.layer = SETTINGS_SCENARIO;
        l->list.n++;
        return s;
    }
    free(s->question);
    mistakes_no_memory(&l->mistakes, "a scenario");
    return NULL;
}

static void read_scenario(struct loader *l, const struct source *source, const config_setting_t *group)
{
    if (!config_setting_is_group(group)) {
        mistakes_add(&l->mistakes, place_of(source, group), "scenarios",
                     "found a value, expected groups such as { name = \"...\"; question = \"...\"; }");
        return;
    }
    char prefix[SCENARIO_NAME_MAX + 16];
    struct scenario *s = add_scenario(l);
    if (!s) return;
    read_name(l, source, group, s);
    snprintf(prefix, sizeof prefix, "scenarios.%s%s", s->name, *s->name ? "." : "");
    for (int k = 0; k < config_setting_length(group); k++)
        read_scenario_key(l, source, config_setting_get_elem(group, (unsigned)k), prefix, s);
    if (!s->question) mistakes_no_memory(&l->mistakes, "a question");
}

/* The section of the first file that has one, from the config to its bases: it replaces its base's. NULL: there is none. */
static const config_setting_t *find_section(const struct loader *l, const char *name, const struct source **source)
{
    for (size_t k = 0; k < l->n_sources; k++) {
        *source = &l->sources[k];
        const config_setting_t *s = config_lookup(&l->sources[k].tree, name);
        if (s) return s;
    }
    return NULL;
}

static void read_scenarios(struct loader *l)
{
    const struct source *source;
    const config_setting_t *s = find_section(l, "scenarios", &source);
    int n = s && config_setting_is_list(s) ? config_setting_length(s) : 0;
    if (s && n == 0) {
        mistakes_add(&l->mistakes, place_of(source, s), "scenarios", "found %s, expected a list ( { ... }, { ... } )",
                     config_setting_is_list(s) ? "none" : "no list");
        return;
    }
    l->list.all = calloc(n ? (size_t)n : 1, sizeof *l->list.all);
    if (!l->list.all) {
        mistakes_no_memory(&l->mistakes, "scenarios");
        return;
    }
    for (int k = 0; k < n; k++)
        read_scenario(l, source, config_setting_get_elem(s, (unsigned)k));
    struct scenario *only = n ? NULL : add_scenario(l);
    if (!only) return;
    snprintf(only->name, sizeof only->name, "baseline");
    only->place.file = l->sources[0].name;
}

/* ---- the design -------------------------------------------------------------------------------------------------------- */

static const char *const design_lists[] = {"axes", "except", "points"};

static bool to_tree(struct loader *l, const struct source *source, const config_setting_t *s, struct tree *t)
{
    int type = config_setting_type(s), n = config_setting_is_aggregate(s) ? config_setting_length(s) : 0;
    *t = (struct tree){.key = config_setting_name(s) ? config_setting_name(s) : "",
                       .kind = type == CONFIG_TYPE_GROUP    ? TREE_GROUP
                               : type == CONFIG_TYPE_LIST   ? TREE_LIST
                               : type == CONFIG_TYPE_STRING ? TREE_TEXT
                                                            : TREE_VALUE,
                       .text = value_text(l, s),
                       .place = place_of(source, s)};
    if (t->kind == TREE_TEXT) t->bare = strdup(config_setting_get_string(s));
    if (n) t->items = calloc((size_t)n, sizeof *t->items);
    bool good = t->text && (t->kind != TREE_TEXT || t->bare) && (!n || t->items);
    for (int k = 0; good && k < n; k++)
        good = to_tree(l, source, config_setting_get_elem(s, (unsigned)k), &t->items[t->n++]);
    if (!good) mistakes_no_memory(&l->mistakes, "a design");
    return good;
}

static void read_design_key(struct loader *l, const struct source *source, const config_setting_t *s)
{
    char path[KEY_MAX];
    const char *known[16], *name = config_setting_name(s);
    size_t n = 0;
    snprintf(path, sizeof path, "design.%.200s", name);
    const struct param *p = param_find(&design_table, path);
    if (p)
        set_value(l, source, s, p, path, &l->list.design);
    else if (!is_one_of(name, design_lists, COUNT(design_lists))) {
        for (size_t k = 0; k < design_table.n; k++)
            known[n++] = strrchr(design_table.rows[k].path, '.') + 1;
        for (size_t k = 0; k < COUNT(design_lists); k++)
            known[n++] = design_lists[k];
        unknown_key(l, place_of(source, s), "design.", name, known, n);
    }
}

static void read_design(struct loader *l, struct design *design)
{
    struct tree section = {0};
    const struct source *source;
    const config_setting_t *s = find_section(l, "design", &source);
    if (s && !config_setting_is_group(s))
        mistakes_add(&l->mistakes, place_of(source, s), "design", "found a value, expected a group { ... }");
    else if (s && to_tree(l, source, s, &section))
        for (int key = 0; key < config_setting_length(s); key++)
            read_design_key(l, source, config_setting_get_elem(s, (unsigned)key));
    override_design(l->overrides, &l->list, &l->mistakes);
    design_read(design, s ? &section : NULL, &l->list.design, &l->list, &l->mistakes);
    tree_free(&section);
}

static void read_targets(struct loader *l, const struct ensemble_plan *plan, struct targets *targets)
{
    struct tree section = {0};
    const struct source *source;
    const config_setting_t *s = find_section(l, "targets", &source);
    if (s && to_tree(l, source, s, &section)) targets_read(targets, &section, plan, &l->mistakes);
    tree_free(&section);
}

/* ---- all of it ---------------------------------------------------------------------------------------------------------- */

static void keep_texts(struct loader *l, struct config_texts *texts)
{
    const char *names[FILES_MAX], *given[FILES_MAX];
    for (size_t k = 0; k < l->n_sources; k++) {
        names[k] = l->sources[k].name;
        given[k] = l->sources[k].file.text;
    }
    texts->given = configtext_given(names, given, l->n_sources, l->overrides);
    texts->resolved = configtext_resolved(&l->list, &texts->design, &texts->targets);
    if (!texts->given || !texts->resolved) mistakes_no_memory(&l->mistakes, "the texts of the config");
}

static void resolve(struct loader *l, const char *path)
{
    struct mistakes *m = &l->mistakes;
    read_sources(l, path);
    if (m->code) return;
    m->code = settings_init(&l->list.run, &world_run_table, m->err);
    if (!m->code) m->code = settings_init(&l->list.design, &design_table, m->err);
    if (m->code) return;
    l->list.design.layer = SETTINGS_FILE;
    choose_model(l);
    if (l->list.model) m->code = settings_init(&l->list.common, &l->list.model->params, m->err);
    if (l->list.model && m->code) return;
    for (size_t k = l->n_sources; k-- > 0;) {
        l->list.common.layer = SETTINGS_FILE + (unsigned)(l->n_sources - 1 - k);
        apply_source(l, &l->sources[k]);
    }
    if (!l->list.model) return;
    read_scenarios(l);
    override_apply(l->overrides, &l->list, m);
    pathfile_settle(&l->list, m);
}

int config_load(const char *path, const struct config_overrides *overrides, struct ensemble_plan *plan,
                struct config_texts *texts, struct error *err)
{
    struct loader l = {.overrides = overrides};
    memset(plan, 0, sizeof *plan);
    memset(texts, 0, sizeof *texts);
    mistakes_begin(&l.mistakes, err);
    resolve(&l, path);
    if (!l.mistakes.code) pathfile_read(&l.list, &l.mistakes);
    if (!l.mistakes.code) scenario_plan(&l.list, plan, &l.mistakes);
    if (!l.mistakes.code) read_design(&l, &texts->design);
    if (!l.mistakes.code) read_targets(&l, plan, &texts->targets);
    if (!l.mistakes.code) keep_texts(&l, texts);
    if (l.mistakes.code) config_free(plan, texts);
    scenario_list_free(&l.list);
    free_sources(&l);
    return mistakes_end(&l.mistakes);
}

void config_free(struct ensemble_plan *plan, struct config_texts *texts)
{
    scenario_plan_free(plan);
    design_free(&texts->design);
    targets_free(&texts->targets);
    free(texts->given);
    free(texts->resolved);
    memset(texts, 0, sizeof *texts);
}

char *config_template(const struct model *model) { return configtext_template(model); }
