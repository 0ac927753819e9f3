#include "io/override.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/design.h"
#include "io/textfile.h"

static const struct place set_place = {"--set", 0};
static const char scenarios_prefix[] = "scenarios.", design_prefix[] = "design.";

struct override {
    char path[SETTINGS_PATH_MAX];
    const char *value;
};

static bool split(const char *text, struct override *o, struct mistakes *m)
{
    char key[SETTINGS_PATH_MAX];
    const char *equals = strchr(text, '=');
    size_t length = equals ? (size_t)(equals - text) : strlen(text);
    snprintf(key, sizeof key, "%.*s", (int)(length < sizeof key ? length : sizeof key - 1), text);
    if (!textfile_is_utf8(text)) {
        mistakes_add(m, set_place, NULL, "found a text that is not UTF-8, expected path.to.key=value");
        return false;
    }
    if (!equals || length == 0 || length >= sizeof o->path) {
        mistakes_add(m, set_place, *key ? key : NULL, "found %s, expected path.to.key=value",
                     !equals  ? "no ="
                     : length ? "a path that is too long"
                              : "no path");
        return false;
    }
    memcpy(o->path, key, sizeof key);
    o->value = equals + 1;
    return true;
}

bool override_model(const struct config_overrides *overrides, struct scenario_list *list)
{
    static const char prefix[] = "run.model=";
    const struct param *p = param_find(&world_run_table, "run.model");
    bool named = false;
    for (size_t k = 0; overrides && k < overrides->n_sets; k++) {
        const char *text = overrides->sets[k];
        if (strncmp(text, prefix, strlen(prefix)) != 0) continue;
        if (!param_parse(p, list->run.values, text + strlen(prefix), NULL)) named = true;
    }
    return named;
}

/* The scenario whose name `rest` starts with, and a dot: the longest such name, because names may hold dots. */
static struct scenario *named_scenario(struct scenario_list *list, const char *rest)
{
    struct scenario *found = NULL;
    for (size_t s = 0; s < list->n; s++) {
        const char *name = list->all[s].name;
        size_t length = strlen(name);
        if (!length || strncmp(rest, name, length) != 0 || rest[length] != '.') continue;
        if (!found || length > strlen(found->name)) found = &list->all[s];
    }
    return found;
}

static void unknown_scenario(const struct scenario_list *list, const struct override *o, struct mistakes *m)
{
    char name[SETTINGS_PATH_MAX];
    snprintf(name, sizeof name, "%s", o->path + strlen(scenarios_prefix));
    name[strcspn(name, ".")] = '\0';
    struct param_nearest near = {0};
    for (size_t s = 0; s < list->n; s++)
        param_consider(&near, name, list->all[s].name);
    mistakes_add(m, set_place, o->path, "found no scenario of that name, expected scenarios.NAME.path.to.key%s%s%s",
                 near.name ? "; did you mean " : "", near.name ? near.name : "", near.name ? "?" : "");
}

static void set_in_scenario(struct scenario_list *list, const struct override *o, struct mistakes *m)
{
    const char *rest = o->path + strlen(scenarios_prefix);
    struct scenario *s = named_scenario(list, rest);
    if (!s) {
        unknown_scenario(list, o, m);
        return;
    }
    const char *path = rest + strlen(s->name) + 1;
    const struct param *p = param_find(&list->model->params, path);
    if (p)
        settings_parse(&s->settings, p, o->value, set_place, o->path, m);
    else if (param_find(&world_run_table, path))
        mistakes_add(m, set_place, o->path,
                     "found it for one scenario, expected %s: all scenarios share the time axis and the output", path);
    else
        settings_add_unknown(list->model, path, set_place, o->path, m);
}

static void set_everywhere(struct scenario_list *list, const struct override *o, struct mistakes *m)
{
    const struct param *p = param_find(&world_run_table, o->path);
    if (p) {
        settings_parse(&list->run, p, o->value, set_place, o->path, m);
        return;
    }
    p = param_find(&list->model->params, o->path);
    if (!p)
        settings_add_unknown(list->model, o->path, set_place, o->path, m);
    else if (settings_parse(&list->common, p, o->value, set_place, o->path, m))
        for (size_t s = 0; s < list->n; s++)
            settings_parse(&list->all[s].settings, p, o->value, set_place, o->path, m);
}

static void set_option(struct scenario_list *list, const char *option, const char *path, const char *value,
                       struct mistakes *m)
{
    if (value)
        settings_parse(&list->run, param_find(&world_run_table, path), value, (struct place){option, 0}, NULL, m);
}

static bool is_of_design(const char *text) { return strncmp(text, design_prefix, strlen(design_prefix)) == 0; }

static void set_in_design(struct scenario_list *list, const struct override *o, struct mistakes *m)
{
    const struct param *p = param_find(&design_table, o->path);
    struct param_nearest near = {0};
    for (size_t k = 0; k < design_table.n && !p; k++)
        param_consider(&near, o->path, design_table.rows[k].path);
    if (p)
        settings_parse(&list->design, p, o->value, set_place, o->path, m);
    else
        mistakes_add(m, set_place, o->path,
                     "found an unknown key, expected one of design.kind, n, levels, seed, scramble, file%s%s%s",
                     near.name ? "; did you mean " : "", near.name ? near.name : "", near.name ? "?" : "");
}

void override_design(const struct config_overrides *overrides, struct scenario_list *list, struct mistakes *m)
{
    list->design.layer = SETTINGS_OVERRIDE;
    for (size_t k = 0; overrides && k < overrides->n_sets; k++) {
        struct override o;
        if (is_of_design(overrides->sets[k]) && split(overrides->sets[k], &o, m)) set_in_design(list, &o, m);
    }
}

void override_apply(const struct config_overrides *overrides, struct scenario_list *list, struct mistakes *m)
{
    if (!overrides) return;
    list->common.layer = SETTINGS_OVERRIDE;
    for (size_t s = 0; s < list->n; s++)
        list->all[s].settings.layer = SETTINGS_OVERRIDE;
    for (size_t k = 0; k < overrides->n_sets; k++) {
        struct override o;
        if (is_of_design(overrides->sets[k]) || !split(overrides->sets[k], &o, m)) continue;
        if (strncmp(o.path, scenarios_prefix, strlen(scenarios_prefix)) == 0)
            set_in_scenario(list, &o, m);
        else
            set_everywhere(list, &o, m);
    }
    set_option(list, "--seed", "run.seed", overrides->seed, m);
    set_option(list, "--replicates", "run.replicates", overrides->replicates, m);
}
