#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/answer.h"
#include "cli/options.h"
#include "cli/page.h"
#include "cli/reference.h"
#include "cli/verb.h"
#include "core/world.h"
#include "io/config.h"

/* ---- JSON ------------------------------------------------------------------------------------------------------------------- */

static json_t *pairs_json(const struct pairs *pairs)
{
    json_t *list = json_array();
    for (uint32_t k = 0; k < pairs->n; k++) {
        json_t *pair = json_array();
        answer_append(&pair, answer_real(pairs->first[k]));
        answer_append(&pair, answer_real(pairs->second[k]));
        answer_append(&list, pair);
    }
    return list;
}

static json_t *default_json(const struct param *p, const void *values)
{
    const void *at = (const char *)values + p->offset;
    switch (p->type) {
    case PARAM_REAL:
    case PARAM_TIME: return answer_real(*(const double *)at);
    case PARAM_INTEGER: return json_integer(*(const int64_t *)at);
    case PARAM_FLAG: return json_boolean(*(const bool *)at);
    case PARAM_TEXT: return answer_text(((const struct param_text *)at)->text);
    case PARAM_SPANS:
    case PARAM_PATH: return pairs_json(at);
    }
    return json_null();
}

static json_t *param_json(const struct reference *r, const struct reference_item *item)
{
    const struct param *p = item->row;
    bool whole = p->type == PARAM_INTEGER, flag = p->type == PARAM_FLAG;
    json_t *object = json_object();
    answer_put(&object, "name", answer_text(p->path));
    answer_put(&object, "type", answer_text(param_type_name(p->type)));
    answer_put(&object, "unit", answer_text(p->unit));
    answer_put(&object, "default", default_json(p, reference_values(r, item)));
    answer_put(&object, "min", flag ? json_null() : whole ? json_integer((json_int_t)p->low) : answer_real(p->low));
    answer_put(&object, "max", flag ? json_null() : whole ? json_integer((json_int_t)p->high) : answer_real(p->high));
    answer_put(&object, "symbol", answer_text(p->symbol));
    answer_put(&object, "grade", answer_text(p->grade));
    answer_put(&object, "source", answer_text(p->source));
    answer_put(&object, "doc", answer_text(p->doc));
    return object;
}

static int print_json(const struct reference *r, struct error *err)
{
    json_t *list = json_array();
    for (size_t k = 0; k < r->n; k++) {
        const struct reference_item *item = &r->items[k];
        bool is_param = item->kind == REFERENCE_RUN || item->kind == REFERENCE_PARAMETER;
        if (is_param && item->chosen) answer_append(&list, param_json(r, item));
    }
    return answer_json(list, err);
}

/* ---- text ------------------------------------------------------------------------------------------------------------------- */

enum { TEXT_DEFAULT = 40, TEXT_UNIT = 58, TEXT_RANGE = 71, TEXT_GRADE = 94, TEXT_INDENT = 4 };

/* Print in a column; two spaces before it when the one before is too long. Returns where the cursor stands. */
static int put(int from, int column, const char *text)
{
    if (from) {
        page_tab(stdout, from, column);
        from = from < column - 1 ? column : from + 2;
    }
    fputs(text, stdout);
    return from + page_width(text);
}

static void print_doc(const char *doc, const char *source)
{
    char text[REFERENCE_TEXT];
    snprintf(text, sizeof text, "%s%s%s%s", doc, *source ? " [" : "", source, *source ? "]" : "");
    printf("%*s", TEXT_INDENT, "");
    page_wrap(stdout, TEXT_INDENT, TEXT_INDENT, text);
}

static void print_param(const struct reference *r, const struct reference_item *item)
{
    char text[REFERENCE_TEXT], range[REFERENCE_TEXT];
    const struct param *p = item->row;
    bool wide = page_width(reference_default(r, item, text)) > TEXT_UNIT - TEXT_DEFAULT - 2;
    int at = put(0, 0, p->path);
    at = put(at, TEXT_DEFAULT, wide ? "(below)" : text);
    at = put(at, TEXT_UNIT, p->unit);
    at = put(at, TEXT_RANGE, reference_param_range(p, range));
    put(at, TEXT_GRADE, p->grade);
    putchar('\n');
    if (wide) {
        printf("%*sdefault ", TEXT_INDENT, "");
        page_wrap(stdout, TEXT_INDENT + 8, TEXT_INDENT + 8, text);
    }
    print_doc(p->doc, p->source);
}

static void print_params_head(void)
{
    int at = put(0, 0, "path");
    at = put(at, TEXT_DEFAULT, "default");
    at = put(at, TEXT_UNIT, "unit");
    at = put(at, TEXT_RANGE, "range");
    put(at, TEXT_GRADE, "grade");
    putchar('\n');
}

/* Whatever is not a parameter: name, unit and range where there are, and text. */
static void print_other(const char *name, const char *unit, const char *range, const char *more, const char *doc)
{
    int at = put(0, 0, name);
    if (*more) at = put(at, TEXT_DEFAULT, more);
    if (*unit) at = put(at, TEXT_UNIT, unit);
    if (*range) put(at, TEXT_RANGE, range);
    putchar('\n');
    print_doc(doc, "");
}

static void print_observable(const struct reference *r, const struct observable *o)
{
    char range[REFERENCE_TEXT], by[REFERENCE_TEXT], doc[REFERENCE_TEXT];
    reference_groupings(r->model, o, by);
    snprintf(doc, sizeof doc, "%.200s: %.1000s%s%.2000s", o->long_name, o->doc, *by ? "; by " : "", by);
    const char *where = strcmp(o->folder, "/") == 0 ? "" : o->folder;
    print_other(o->name, o->unit, reference_range(o->low, o->high, range), where, doc);
}

static void print_process(const struct reference *r, const struct process *p)
{
    char reads[REFERENCE_TEXT], writes[REFERENCE_TEXT];
    print_other(p->name, "", "", p->switch_path ? p->switch_path : "", p->doc);
    printf("%*sreads ", TEXT_INDENT, "");
    page_wrap(stdout, TEXT_INDENT + 6, TEXT_INDENT + 6, reference_fields(r->model, p->reads, reads));
    printf("%*swrites ", TEXT_INDENT, "");
    page_wrap(stdout, TEXT_INDENT + 7, TEXT_INDENT + 7, reference_fields(r->model, p->writes, writes));
}

static void print_grouping(const struct grouping *g)
{
    char labels[REFERENCE_TEXT], doc[REFERENCE_TEXT];
    snprintf(doc, sizeof doc, "%.1000s: %.3000s", g->doc, reference_labels(g->labels, g->n, labels));
    print_other(g->name, "", "", "", doc);
}

static void print_column(const struct roster_column *c)
{
    char choices[REFERENCE_TEXT], range[REFERENCE_TEXT], doc[REFERENCE_TEXT];
    reference_labels(c->choices, UINT32_MAX, choices);
    snprintf(doc, sizeof doc, "%.1000s%s%.3000s", c->doc, *choices ? ": " : "", choices);
    bool numbers = c->type == ROSTER_REAL || c->type == ROSTER_TIME;
    print_other(c->name, c->unit, numbers ? reference_range(c->low, c->high, range) : "",
                c->required ? "required" : "optional", doc);
}

static void print_item(const struct reference *r, const struct reference_item *item)
{
    char range[REFERENCE_TEXT];
    const struct field *f = item->row;
    const struct tie_value *t = item->row;
    const struct record_column *c = item->row;
    const struct stream *s = item->row;
    switch (item->kind) {
    case REFERENCE_RUN:
    case REFERENCE_PARAMETER: print_param(r, item); break;
    case REFERENCE_OBSERVABLE: print_observable(r, item->row); break;
    case REFERENCE_GROUPING: print_grouping(item->row); break;
    case REFERENCE_FIELD: print_other(f->name, f->unit, reference_range(f->low, f->high, range), "", f->doc); break;
    case REFERENCE_TIE: print_other(t->name, t->unit, "", "", t->doc); break;
    case REFERENCE_RECORD:
        print_other(c->name, c->unit, c->flags ? "" : reference_range(c->low, c->high, range), c->flags ? c->flags : "",
                    c->doc);
        break;
    case REFERENCE_COLUMN:
    case REFERENCE_TIE_COLUMN: print_column(item->row); break;
    case REFERENCE_PROCESS: print_process(r, item->row); break;
    case REFERENCE_STREAM: print_other(s->name, "", "", "", s->doc); break;
    case REFERENCE_N_KINDS: break;
    }
}

static int print_text(const struct reference *r, struct error *err)
{
    bool first = true;
    for (enum reference_kind kind = 0; kind < REFERENCE_N_KINDS; kind++) {
        if (!reference_count(r, kind)) continue;
        printf("%s%s\n\n", first ? "" : "\n", reference_title(kind));
        first = false;
        if (kind == REFERENCE_RUN || kind == REFERENCE_PARAMETER) print_params_head();
        for (size_t k = 0; k < r->n; k++)
            if (r->items[k].kind == kind && r->items[k].chosen) print_item(r, &r->items[k]);
    }
    return answer_flush(err);
}

/* ---- the verb --------------------------------------------------------------------------------------------------------------- */

static int print_template(const struct model *model, struct error *err)
{
    char *text = config_template(model);
    if (!text) return error_set(err, ERROR_IO, "no memory for the config");
    fputs(text, stdout);
    free(text);
    return answer_flush(err);
}

static int find_model(const char *name, const struct model **model, struct error *err)
{
    struct param_nearest best = {0};
    *model = name ? model_find(name) : registry_models[0];
    if (*model) return ERROR_NONE;
    for (const struct model *const *m = registry_models; name && *m; m++)
        param_consider(&best, name, (*m)->name);
    return error_set(err, ERROR_CONFIG, "no model is called %s%s%s%s", name ? name : "anything",
                     best.name ? "; did you mean " : "", best.name ? best.name : "", best.name ? "?" : "");
}

static int print_reference(const struct options *o, const struct model *model, struct error *err)
{
    struct reference r;
    int code = reference_init(&r, model, err);
    if (code) return code;
    code = reference_choose(&r, (const char *const *)o->operands, o->n_operands, err);
    if (!code && o->json)
        code = print_json(&r, err);
    else if (!code && o->markdown) {
        reference_markdown(&r, stdout);
        code = answer_flush(err);
    } else if (!code)
        code = print_text(&r, err);
    reference_free(&r);
    return code;
}

int verb_params(const struct options *o, struct error *err)
{
    const struct model *model;
    if (o->json + o->markdown + o->config > 1)
        return error_set(err, ERROR_CONFIG, "only one of --json, --markdown and --config can be given");
    if (o->config && o->n_operands)
        return error_set(err, ERROR_CONFIG, "--config prints every parameter; leave out %s", o->operands[0]);
    int code = find_model(o->model, &model, err);
    if (code) return code;
    return o->config ? print_template(model, err) : print_reference(o, model, err);
}
