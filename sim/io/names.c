#include "io/names.h"

#include <stdlib.h>

#include "core/model.h"
#include "io/frame.h"

struct rows {
    uint64_t n;
    int32_t *scenario; /* (n) */
    uint32_t *uid;     /* (n) the firm's row in the roster */
    const char **name; /* (n) not owned */
};

static const struct roster *roster_of(const struct ensemble_plan *plan, uint32_t scenario)
{
    return plan->cases[(size_t)scenario * plan->n_points].roster; /* design points share it */
}

static int fill(struct rows *r, const struct ensemble_plan *plan, struct error *err)
{
    r->scenario = malloc(r->n * sizeof *r->scenario);
    r->uid = malloc(r->n * sizeof *r->uid);
    r->name = malloc(r->n * sizeof *r->name);
    if (!r->scenario || !r->uid || !r->name) return error_set(err, ERROR_IO, "no memory for the names of firms");
    size_t row = 0;
    for (uint32_t s = 0; s < plan->n_scenarios; s++) {
        const struct roster *roster = roster_of(plan, s);
        for (uint32_t i = 0; roster && i < roster->n; i++, row++) {
            r->scenario[row] = (int32_t)s;
            r->uid[row] = i;
            r->name[row] = roster->name[i];
        }
    }
    return ERROR_NONE;
}

static int add_column(struct store *s, const struct store_axis *axis, const char *path, enum store_type type,
                      const char *long_name, const void *values, store_id *id, struct error *err)
{
    struct store_spec spec = {.path = path, .type = type, .rank = 1, .axis = {axis}};
    int code = store_add(s, &spec, id, err);
    if (!code) code = store_note(s, *id, "long_name", long_name, err);
    return code ? code : store_write(s, *id, type, NULL, NULL, values, err);
}

static int write_rows(struct store *s, const struct ensemble_plan *plan, const struct rows *r, struct error *err)
{
    store_id id;
    struct store_axis row = {.path = "/roster/row", .size = r->n, .chunk = r->n};
    int code = store_add_group(s, "/roster", &id, err);
    if (!code) code = store_add_axis(s, &row, STORE_FLOAT, true, err);
    if (!code)
        code = add_column(s, &row, "/roster/uid", STORE_UINT32, "number of the firm in its cluster", r->uid, &id, err);
    if (!code) code = add_column(s, &row, "/roster/firm_name", STORE_TEXT, "name of the firm", r->name, &id, err);
    if (!code)
        code = add_column(s, &row, "/roster/scenario_index", STORE_INT32, "scenario, counted from 0", r->scenario, &id,
                          err);
    return code ? code : frame_note_scenarios(s, plan, id, err);
}

int names_write(struct store *s, const struct ensemble_plan *plan, struct error *err)
{
    struct rows r = {0};
    if (plan->run.panel_runs == 0 && plan->run.tie_runs == 0) return ERROR_NONE;
    for (uint32_t k = 0; k < plan->n_scenarios; k++)
        r.n += roster_of(plan, k) ? roster_of(plan, k)->n : 0;
    if (!r.n) return ERROR_NONE;
    int code = fill(&r, plan, err);
    if (!code) code = write_rows(s, plan, &r, err);
    free(r.scenario);
    free(r.uid);
    free(r.name);
    return code;
}
