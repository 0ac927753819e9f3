#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/reference.h"

/* ---- cells ------------------------------------------------------------------------------------------------------------------ */

/* What would end a cell or be read as markup is escaped. */
static void cell(FILE *to, const char *text)
{
    fputs("| ", to);
    for (; *text; text++) {
        if (strchr("|*_<>\\`", *text)) fputc('\\', to);
        fputc(*text == '\n' ? ' ' : *text, to);
    }
    fputc(' ', to);
}

static void code_cell(FILE *to, const char *text)
{
    if (!*text)
        cell(to, "");
    else
        fprintf(to, "| `%s` ", text);
}

static void end_row(FILE *to) { fputs("|\n", to); }

/* Titles divided by "|". */
static void head(FILE *to, const char *titles)
{
    fprintf(to, "| %s |\n|", titles);
    for (const char *c = titles; c; c = strchr(c + 1, '|'))
        fputs(" --- |", to);
    fputc('\n', to);
}

/* ---- parameters --------------------------------------------------------------------------------------------------------------- */

/* Length of the path's part before its last dot: "model.trust" of "model.trust.hours". */
static size_t section_length(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? (size_t)(dot - path) : 0;
}

static bool same_section(const char *a, const char *b)
{
    size_t n = section_length(a);
    return n == section_length(b) && strncmp(a, b, n) == 0;
}

static void param_row(const struct reference *r, const struct reference_item *item, FILE *to)
{
    char text[REFERENCE_TEXT];
    const struct param *p = item->row;
    code_cell(to, p->path);
    code_cell(to, reference_default(r, item, text));
    cell(to, p->unit);
    cell(to, reference_param_range(p, text));
    cell(to, p->symbol);
    cell(to, p->grade);
    cell(to, p->source);
    cell(to, p->doc);
    end_row(to);
}

/* The section that item `first` opens, unless an item before it has. */
static void section(const struct reference *r, size_t first, FILE *to)
{
    const struct reference_item *opens = &r->items[first];
    for (size_t k = 0; k < first; k++)
        if (r->items[k].kind == opens->kind && r->items[k].chosen && same_section(r->items[k].name, opens->name))
            return;
    fprintf(to, "\n### %.*s\n\n", (int)section_length(opens->name), opens->name);
    head(to, "parameter | default | unit | range | symbol | grade | source | meaning");
    for (size_t k = first; k < r->n; k++)
        if (r->items[k].kind == opens->kind && r->items[k].chosen && same_section(r->items[k].name, opens->name))
            param_row(r, &r->items[k], to);
}

/* ---- the rest ------------------------------------------------------------------------------------------------------------------ */

static void observable_row(const struct reference *r, const struct observable *o, FILE *to)
{
    char text[REFERENCE_TEXT];
    bool root = strcmp(o->folder, "/") == 0;
    snprintf(text, sizeof text, "%s/%s", root ? "" : o->folder, o->name);
    code_cell(to, root ? o->name : text);
    cell(to, o->unit);
    cell(to, reference_range(o->low, o->high, text));
    cell(to, o->cell_methods);
    cell(to, o->cadence == OBSERVE_TICK ? "every tick" : "run.network_every");
    cell(to, reference_groupings(r->model, o, text));
    cell(to, o->long_name);
    cell(to, o->doc);
    end_row(to);
}

static void grouping_row(const struct grouping *g, FILE *to)
{
    char text[REFERENCE_TEXT];
    code_cell(to, g->name);
    cell(to, reference_labels(g->labels, g->n, text));
    cell(to, g->doc);
    end_row(to);
}

static void field_row(const struct field *f, FILE *to)
{
    char text[REFERENCE_TEXT];
    code_cell(to, f->name);
    cell(to, f->unit);
    cell(to, reference_range(f->low, f->high, text));
    snprintf(text, sizeof text, "%u", f->width);
    cell(to, text);
    cell(to, f->in_panel ? "yes" : "");
    cell(to, f->doc);
    end_row(to);
}

static void tie_row(const struct tie_value *t, FILE *to)
{
    code_cell(to, t->name);
    cell(to, t->unit);
    cell(to, t->doc);
    end_row(to);
}

/* The group that a column of rows belongs to. */
static const char *group_of(const struct model *m, const struct record_column *c)
{
    for (uint32_t k = 0; k < m->n_record_kinds; k++)
        if (c >= m->record_kinds[k].columns && c < m->record_kinds[k].columns + m->record_kinds[k].n_columns)
            return m->record_kinds[k].name;
    return "";
}

static void record_row(const struct reference *r, const struct record_column *c, FILE *to)
{
    char text[REFERENCE_TEXT];
    code_cell(to, group_of(r->model, c));
    code_cell(to, c->name);
    cell(to, c->unit);
    cell(to, c->flags ? c->flags : reference_range(c->low, c->high, text));
    snprintf(text, sizeof text, "%u", c->width);
    cell(to, text);
    cell(to, c->doc);
    end_row(to);
}

static void column_row(const struct roster_column *c, FILE *to)
{
    char text[REFERENCE_TEXT];
    bool numbers = c->type == ROSTER_REAL || c->type == ROSTER_TIME;
    code_cell(to, c->name);
    cell(to, c->required ? "yes" : "");
    cell(to, c->unit);
    cell(to, numbers ? reference_range(c->low, c->high, text) : reference_labels(c->choices, UINT32_MAX, text));
    cell(to, c->doc);
    end_row(to);
}

static void process_row(const struct reference *r, const struct process *p, FILE *to)
{
    char text[REFERENCE_TEXT];
    code_cell(to, p->name);
    cell(to, p->doc);
    cell(to, reference_fields(r->model, p->reads, text));
    cell(to, reference_fields(r->model, p->writes, text));
    cell(to, p->scope == PROCESS_LOCAL ? "block" : "world");
    code_cell(to, p->switch_path ? p->switch_path : "");
    end_row(to);
}

static void stream_row(const struct stream *s, FILE *to)
{
    code_cell(to, s->name);
    cell(to, s->doc);
    end_row(to);
}

static void row(const struct reference *r, const struct reference_item *item, FILE *to)
{
    switch (item->kind) {
    case REFERENCE_OBSERVABLE: observable_row(r, item->row, to); break;
    case REFERENCE_GROUPING: grouping_row(item->row, to); break;
    case REFERENCE_FIELD: field_row(item->row, to); break;
    case REFERENCE_TIE: tie_row(item->row, to); break;
    case REFERENCE_RECORD: record_row(r, item->row, to); break;
    case REFERENCE_COLUMN:
    case REFERENCE_TIE_COLUMN: column_row(item->row, to); break;
    case REFERENCE_PROCESS: process_row(r, item->row, to); break;
    case REFERENCE_STREAM: stream_row(item->row, to); break;
    case REFERENCE_RUN:
    case REFERENCE_PARAMETER:
    case REFERENCE_N_KINDS: break;
    }
}

static const char *titles(enum reference_kind kind)
{
    switch (kind) {
    case REFERENCE_OBSERVABLE:
        return "observable | unit | range | over time | recorded | also by | long name | meaning";
    case REFERENCE_GROUPING: return "grouping | levels | meaning";
    case REFERENCE_FIELD: return "column | unit | range | values | in panel | meaning";
    case REFERENCE_TIE: return "value | unit | meaning";
    case REFERENCE_RECORD: return "group | column | unit | range, or what 0, 1, ... mean | values | meaning";
    case REFERENCE_COLUMN:
    case REFERENCE_TIE_COLUMN: return "column | required | unit | range or choices | meaning";
    case REFERENCE_PROCESS: return "process | what happens | reads | writes | scope | switch";
    case REFERENCE_STREAM: return "stream | key (i, j): what is drawn";
    case REFERENCE_RUN:
    case REFERENCE_PARAMETER:
    case REFERENCE_N_KINDS: break;
    }
    return NULL;
}

static void print_kind(const struct reference *r, enum reference_kind kind, FILE *to)
{
    fprintf(to, "\n## %s\n", reference_title(kind));
    if (titles(kind)) {
        fputc('\n', to);
        head(to, titles(kind));
    }
    for (size_t k = 0; k < r->n; k++) {
        if (r->items[k].kind != kind || !r->items[k].chosen) continue;
        if (titles(kind))
            row(r, &r->items[k], to);
        else
            section(r, k, to);
    }
}

void reference_markdown(const struct reference *r, FILE *to)
{
    fprintf(to, "# Reference of the model `%s`\n\n%s.\n\n", r->model->name, r->model->doc);
    fputs("Made by `klynge params --markdown` from the model's tables: edit those, not this. Grades: V read in a "
          "source,\n"
          "D computed from data, M recalled, A assumed and to be swept, V/A a verified anchor with a judgement, - a "
          "switch\n"
          "or an input. \"ev\" is evidence.md, with the number of its section.\n",
          to);
    for (enum reference_kind kind = 0; kind < REFERENCE_N_KINDS; kind++)
        if (reference_count(r, kind)) print_kind(r, kind, to);
}
