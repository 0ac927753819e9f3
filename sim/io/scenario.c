#include "io/scenario.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/rng.h"
#include "io/roster.h"
#include "io/tiefile.h"

void scenario_list_free(struct scenario_list *list)
{
    for (size_t s = 0; s < list->n; s++) {
        free(list->all[s].question);
        settings_free(&list->all[s].settings);
    }
    free(list->all);
    settings_free(&list->run);
    settings_free(&list->common);
    settings_free(&list->design);
    memset(list, 0, sizeof *list);
}

const char *scenario_name_problem(const char *name)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    if (!*name) return "found an empty name, expected one";
    if (strlen(name) > SCENARIO_NAME_MAX) return "found a name that is too long, expected at most 63 characters";
    if (strspn(name, allowed) != strlen(name))
        return "found a name with other characters, expected A-Z a-z 0-9 . _ - only";
    return NULL;
}

/* ---- messages of the core and the model, which name a path: where that path was set ----------------------------------- */

/* The row whose path the line starts with, as "world.members: ..." or "world.members is ...". */
static const struct param *row_named(const struct param_table *table, const char *line, size_t length)
{
    size_t named = strcspn(line, ": ,");
    for (size_t k = 0; named <= length && k < table->n; k++)
        if (strlen(table->rows[k].path) == named && strncmp(table->rows[k].path, line, named) == 0)
            return &table->rows[k];
    return NULL;
}

/* One mistake for each line of the text, at the place of the parameter it names, else at `fallback`. */
static void add_lines(struct mistakes *m, const char *text, const struct settings *s, struct place fallback,
                      const char *scenario)
{
    char prefix[SCENARIO_NAME_MAX + 16] = "";
    if (scenario) snprintf(prefix, sizeof prefix, "scenario %s: ", scenario);
    while (*text) {
        size_t length = strcspn(text, "\n");
        const struct param *p = row_named(s->table, text, length);
        struct place place = p ? settings_place(s, p) : fallback;
        if (!place.file) place = fallback;
        mistakes_add(m, place, NULL, "%s%.*s", prefix, (int)length, text);
        text += length + (text[length] == '\n');
    }
}

/* ---- rosters ------------------------------------------------------------------------------------------------------- */

static const char *text_of(const struct param *p, const void *params)
{
    return ((const struct param_text *)(const void *)((const char *)params + p->offset))->text;
}

/* The rows that name the files; NULL where the model has none. */
struct file_rows {
    const struct param *roster, *ties;
};

static struct file_rows file_rows_of(const struct model *m)
{
    return (struct file_rows){m->roster_path ? param_find(&m->params, m->roster_path) : NULL,
                              m->ties_path ? param_find(&m->params, m->ties_path) : NULL};
}

static bool same_files(const struct file_rows *rows, const void *a, const void *b)
{
    return strcmp(text_of(rows->roster, a), text_of(rows->roster, b)) == 0 &&
           (!rows->ties || strcmp(text_of(rows->ties, a), text_of(rows->ties, b)) == 0);
}

/* Messages name the file's own lines. */
static void read_files(const struct scenario_list *list, const struct file_rows *rows, const struct settings *s,
                       struct ensemble_case *c, struct mistakes *m)
{
    struct error why = {0};
    const struct place nowhere = {NULL, 0};
    const char *roster = text_of(rows->roster, c->params), *ties = rows->ties ? text_of(rows->ties, c->params) : "";
    if (*ties && !*roster) {
        mistakes_add(m, settings_place(s, rows->ties), rows->ties->path,
                     "found a file of ties without a roster, expected %s beside it", rows->roster->path);
        return;
    }
    if (!*roster) return;
    int code = roster_read(roster, list->model, &c->roster, &why);
    if (!code && *ties) code = tiefile_read(ties, list->model, c->roster, &why);
    if (!code) return;
    add_lines(m, why.text, &list->common, nowhere, NULL);
    mistakes_note_code(m, code);
}

/* Scenarios with the same files share what was read. */
static void read_rosters(const struct scenario_list *list, struct ensemble_plan *plan, struct mistakes *m)
{
    const struct file_rows rows = file_rows_of(plan->model);
    for (uint32_t s = 0; rows.roster && s < plan->n_scenarios; s++) {
        struct ensemble_case *c = &plan->cases[s];
        uint32_t earlier = 0;
        while (earlier < s && !same_files(&rows, c->params, plan->cases[earlier].params))
            earlier++;
        if (earlier < s)
            c->roster = plan->cases[earlier].roster;
        else
            read_files(list, &rows, &list->all[s].settings, c, m);
    }
}

static void free_rosters(struct ensemble_plan *plan)
{
    uint32_t n = plan->cases ? plan->n_scenarios * plan->n_points : 0;
    for (uint32_t c = 0; c < n; c++) {
        struct roster *r = plan->cases[c].roster;
        for (uint32_t later = c; r && later < n; later++)
            if (plan->cases[later].roster == r) plan->cases[later].roster = NULL;
        roster_free(r);
    }
}

/* ---- the plan ------------------------------------------------------------------------------------------------------ */

int scenario_derive(const struct ensemble_plan *plan, struct ensemble_case *c, struct error *why)
{
    const struct model *model = plan->model;
    c->derived = calloc(1, model->derived_size ? model->derived_size : 1);
    if (!c->derived) return error_set(why, ERROR_RUN, "no memory for what the model derives");
    int code = model->derive ? model->derive(&plan->run, c->params, c->roster, c->derived, &c->scale, why) : ERROR_NONE;
    if (!code) return ERROR_NONE;
    free(c->derived); /* a derive that fails has released what it made */
    c->derived = NULL;
    return code;
}

static void derive(const struct scenario_list *list, struct ensemble_plan *plan, struct place fallback,
                   struct mistakes *m)
{
    char last[ERROR_TEXT_MAX] = ""; /* what several scenarios share is said once */
    for (uint32_t s = 0; s < plan->n_scenarios; s++) {
        struct error why = {0};
        int code = scenario_derive(plan, &plan->cases[s], &why);
        if (!code || strcmp(why.text, last) == 0) continue;
        add_lines(m, why.text, &list->all[s].settings, fallback, plan->scenario_name[s]);
        mistakes_note_code(m, code);
        snprintf(last, sizeof last, "%s", why.text);
    }
}

static bool allocate(struct ensemble_plan *plan)
{
    plan->scenario_name = calloc(plan->n_scenarios, sizeof *plan->scenario_name);
    plan->scenario_question = calloc(plan->n_scenarios, sizeof *plan->scenario_question);
    plan->cases = calloc(plan->n_scenarios, sizeof *plan->cases);
    plan->seeds = calloc(plan->n_replicates, sizeof *plan->seeds);
    return plan->scenario_name && plan->scenario_question && plan->cases && plan->seeds;
}

void scenario_seeds(struct ensemble_plan *plan)
{
    for (uint32_t r = 0; r < plan->n_replicates; r++)
        plan->seeds[r] = rng_replicate_seed((uint64_t)plan->run.seed, r);
}

/* Copies, because `list` is still asked where values were set and for the resolved text. */
static bool fill(const struct scenario_list *list, struct ensemble_plan *plan)
{
    for (uint32_t s = 0; s < plan->n_scenarios; s++) {
        const struct scenario *from = &list->all[s];
        plan->scenario_name[s] = strdup(from->name);
        plan->scenario_question[s] = strdup(from->question);
        plan->cases[s].params = malloc(plan->model->params.size ? plan->model->params.size : 1);
        if (!plan->scenario_name[s] || !plan->scenario_question[s] || !plan->cases[s].params) return false;
        memcpy(plan->cases[s].params, from->settings.values, plan->model->params.size);
    }
    scenario_seeds(plan);
    return true;
}

int scenario_lay_out(struct ensemble_plan *plan, struct error *err)
{
    const struct model *model = plan->model;
    uint32_t n_ticks;
    int code = world_count_ticks(&plan->run, &n_ticks, err);
    if (code) return code;
    double every = floor(plan->run.network_every * (double)plan->run.ticks_per_year + 0.5);
    uint32_t slow_every = every < 1.0 ? 1 : (uint32_t)every;
    code = layout_init(&plan->layout, model->observables, model->n_observables, model->groupings, model->n_groupings,
                       plan->run.start, plan->run.end, n_ticks, slow_every, err);
    return code ? code : layout_keep(&plan->layout, plan->run.observables.text, err);
}

static void lay_out(const struct scenario_list *list, struct ensemble_plan *plan, struct place fallback,
                    struct mistakes *m)
{
    struct error why = {0};
    int code = scenario_lay_out(plan, &why);
    if (code == ERROR_RUN)
        mistakes_no_memory(m, why.text);
    else if (code)
        add_lines(m, why.text, &list->run, fallback, NULL);
}

void scenario_plan(struct scenario_list *list, struct ensemble_plan *plan, struct mistakes *m)
{
    memset(plan, 0, sizeof *plan);
    struct place fallback = {list->all[0].place.file, 0};
    plan->model = list->model;
    memcpy(&plan->run, list->run.values, sizeof plan->run);
    plan->n_scenarios = (uint32_t)list->n;
    plan->n_points = 1;
    plan->n_replicates = (uint32_t)plan->run.replicates;
    if (!allocate(plan) || !fill(list, plan)) {
        mistakes_no_memory(m, "the plan of all runs");
        goto out;
    }
    lay_out(list, plan, fallback, m);
    if (!m->code) read_rosters(list, plan, m);
    if (!m->code) derive(list, plan, fallback, m);
out:
    if (m->code) scenario_plan_free(plan);
}

void scenario_plan_free(struct ensemble_plan *plan)
{
    free_rosters(plan);
    for (uint32_t s = 0; s < plan->n_scenarios; s++) {
        if (plan->scenario_name) free(plan->scenario_name[s]);
        if (plan->scenario_question) free(plan->scenario_question[s]);
    }
    uint32_t n = plan->cases ? plan->n_scenarios * plan->n_points : 0;
    for (uint32_t c = 0; c < n; c++) {
        if (plan->cases[c].derived && plan->model->release) plan->model->release(plan->cases[c].derived);
        free(plan->cases[c].derived);
        free(plan->cases[c].params);
    }
    free(plan->scenario_name);
    free(plan->scenario_question);
    free(plan->cases);
    free(plan->seeds);
    layout_free(&plan->layout);
    memset(plan, 0, sizeof *plan);
}
