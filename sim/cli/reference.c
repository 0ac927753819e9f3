#include "cli/reference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/world.h"

/* ---- the list ----------------------------------------------------------------------------------------------------------- */

static void add(struct reference *r, enum reference_kind kind, const char *name, const void *row)
{
    r->items[r->n++] = (struct reference_item){kind, name, row, true};
}

static void add_params(struct reference *r, enum reference_kind kind, const struct param_table *table)
{
    for (size_t k = 0; k < table->n; k++)
        add(r, kind, table->rows[k].path, &table->rows[k]);
}

static void add_model(struct reference *r, const struct model *m)
{
    add_params(r, REFERENCE_PARAMETER, &m->params);
    for (uint32_t k = 0; k < m->n_observables; k++)
        add(r, REFERENCE_OBSERVABLE, m->observables[k].name, &m->observables[k]);
    for (uint32_t k = 0; k < m->n_groupings; k++)
        add(r, REFERENCE_GROUPING, m->groupings[k].name, &m->groupings[k]);
    for (uint32_t k = 0; k < m->n_fields; k++)
        add(r, REFERENCE_FIELD, m->fields[k].name, &m->fields[k]);
    for (uint32_t k = 0; k < m->n_tie_values; k++)
        add(r, REFERENCE_TIE, m->tie_values[k].name, &m->tie_values[k]);
    for (uint32_t k = 0; k < m->n_record_kinds; k++)
        for (uint32_t c = 0; c < m->record_kinds[k].n_columns; c++)
            add(r, REFERENCE_RECORD, m->record_kinds[k].columns[c].name, &m->record_kinds[k].columns[c]);
    for (uint32_t k = 0; k < m->n_roster_columns; k++)
        add(r, REFERENCE_COLUMN, m->roster_columns[k].name, &m->roster_columns[k]);
    for (uint32_t k = 0; k < m->n_tie_columns; k++)
        add(r, REFERENCE_TIE_COLUMN, m->tie_columns[k].name, &m->tie_columns[k]);
    for (uint32_t k = 0; k < m->n_processes; k++)
        add(r, REFERENCE_PROCESS, m->schedule[k].name, &m->schedule[k]);
    for (uint32_t k = 0; k < m->n_streams; k++)
        add(r, REFERENCE_STREAM, m->streams[k].name, &m->streams[k]);
}

int reference_init(struct reference *r, const struct model *m, struct error *err)
{
    size_t most = world_run_table.n + m->params.n + m->n_observables + m->n_groupings + m->n_fields + m->n_tie_values +
                  m->n_roster_columns + m->n_tie_columns + m->n_processes + m->n_streams;
    for (uint32_t k = 0; k < m->n_record_kinds; k++)
        most += m->record_kinds[k].n_columns;
    *r = (struct reference){.model = m};
    r->items = calloc(most, sizeof *r->items);
    r->run_values = calloc(1, world_run_table.size);
    r->model_values = calloc(1, m->params.size);
    int code = ERROR_NONE;
    if (!r->items || !r->run_values || !r->model_values) code = error_set(err, ERROR_IO, "no memory for the list");
    if (!code) code = param_reset(&world_run_table, r->run_values, err);
    if (!code) code = param_reset(&m->params, r->model_values, err);
    if (code) {
        reference_free(r);
        return code;
    }
    add_params(r, REFERENCE_RUN, &world_run_table);
    add_model(r, m);
    return ERROR_NONE;
}

void reference_free(struct reference *r)
{
    free(r->items);
    free(r->run_values);
    free(r->model_values);
    *r = (struct reference){0};
}

/* ---- choosing ------------------------------------------------------------------------------------------------------------- */

static const char *last_part(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? dot + 1 : path;
}

/* Does the name stand in the path as whole parts: "trust" in "model.trust.hours"? */
static bool is_part(const char *path, const char *name)
{
    size_t n = strlen(name);
    for (const char *at = path; (at = strstr(at, name)); at++)
        if ((at == path || at[-1] == '.') && (at[n] == '.' || at[n] == '\0')) return true;
    return false;
}

/* How well a name stands for an item: 3 it is its path, 2 its beginning or a part between dots, 1 a piece of it. */
static int fit(const char *item, const char *name)
{
    if (strchr(name, '.') && strcmp(item, name) == 0) return 3;
    if (is_part(item, name) || strncmp(item, name, strlen(name)) == 0) return 2;
    return strstr(item, name) ? 1 : 0;
}

static int tell_unknown(const struct reference *r, const char *name, struct error *err)
{
    struct param_nearest best = {0};
    for (size_t k = 0; k < r->n; k++) {
        param_consider(&best, name, r->items[k].name);
        if (!strchr(name, '.')) param_consider(&best, name, last_part(r->items[k].name));
    }
    return error_set(err, ERROR_CONFIG, "nothing is called %s%s%s%s", name, best.name ? "; did you mean " : "",
                     best.name ? best.name : "", best.name ? "?" : "; `klynge params` lists everything");
}

static int choose_one(struct reference *r, const char *name, struct error *err)
{
    int best = 0;
    for (size_t k = 0; k < r->n; k++) {
        int f = fit(r->items[k].name, name);
        if (f > best) best = f;
    }
    if (!best) return tell_unknown(r, name, err);
    for (size_t k = 0; k < r->n; k++)
        if (fit(r->items[k].name, name) == best) r->items[k].chosen = true;
    return ERROR_NONE;
}

int reference_choose(struct reference *r, const char *const *names, int n, struct error *err)
{
    int code = ERROR_NONE;
    for (size_t k = 0; k < r->n && n; k++)
        r->items[k].chosen = false;
    for (int k = 0; k < n && !code; k++)
        code = choose_one(r, names[k], err);
    return code;
}

size_t reference_count(const struct reference *r, enum reference_kind kind)
{
    size_t n = 0;
    for (size_t k = 0; k < r->n; k++)
        n += r->items[k].kind == kind && r->items[k].chosen;
    return n;
}

/* ---- texts ---------------------------------------------------------------------------------------------------------------- */

const void *reference_values(const struct reference *r, const struct reference_item *item)
{
    return item->kind == REFERENCE_RUN ? r->run_values : r->model_values;
}

const char *reference_title(enum reference_kind kind)
{
    static const char *const titles[] = {
#define REFERENCE_TITLE(name, title) title,
        REFERENCE_KINDS(REFERENCE_TITLE)
#undef REFERENCE_TITLE
    };
    return titles[kind];
}

const char *reference_default(const struct reference *r, const struct reference_item *item, char *text)
{
    const struct param *p = item->row;
    if (p->type == PARAM_TIME || p->type == PARAM_SPANS || p->type == PARAM_PATH)
        snprintf(text, REFERENCE_TEXT, "%s", p->fallback); /* months, as people write them */
    else
        param_print(p, reference_values(r, item), text, REFERENCE_TEXT);
    return text;
}

const char *reference_range(double low, double high, char *text)
{
    text[0] = '\0';
    if (isfinite(low) && isfinite(high))
        snprintf(text, REFERENCE_TEXT, "%.10g to %.10g", low, high);
    else if (isfinite(low))
        snprintf(text, REFERENCE_TEXT, "from %.10g", low);
    else if (isfinite(high))
        snprintf(text, REFERENCE_TEXT, "to %.10g", high);
    return text;
}

const char *reference_param_range(const struct param *p, char *text)
{
    if (p->type == PARAM_FLAG) return strcpy(text, "true or false");
    if (p->type == PARAM_INTEGER && isfinite(p->high)) {
        snprintf(text, REFERENCE_TEXT, "%.0f to %.0f", p->low, p->high);
        return text;
    }
    return reference_range(p->low, p->high, text);
}

/* Add a name to a list with commas. */
static void join(char *text, const char *name)
{
    size_t used = strlen(text);
    snprintf(text + used, REFERENCE_TEXT - used, "%s%s", used ? ", " : "", name);
}

const char *reference_groupings(const struct model *m, const struct observable *o, char *text)
{
    text[0] = '\0';
    for (uint32_t g = 0; g < m->n_groupings; g++)
        if (o->grouping == (int)g || o->by >> g & 1u) join(text, m->groupings[g].name);
    return text;
}

const char *reference_fields(const struct model *m, process_set bits, char *text)
{
    text[0] = '\0';
    process_set everything = (PROCESS_FIELD(m->n_fields) - 1) | PROCESS_TIES | PROCESS_BLOCK;
    if ((bits & everything) == everything) return strcpy(text, "everything");
    for (uint32_t f = 0; f < m->n_fields; f++)
        if (bits & PROCESS_FIELD(f)) join(text, m->fields[f].name);
    if (bits & PROCESS_TIES) join(text, "ties");
    if (bits & PROCESS_BLOCK) join(text, "block");
    return text;
}

const char *reference_labels(const char *const *labels, uint32_t n, char *text)
{
    text[0] = '\0';
    for (uint32_t k = 0; labels && k < n && labels[k]; k++)
        join(text, labels[k]);
    return text;
}
