#include "io/csv.h"

#include <math.h>
#include <string.h>

void csv_complain(const struct csv *c, unsigned line, const char *column, const char *what)
{
    mistakes_add(c->mistakes, (struct place){c->path, line}, column, "%s", what);
}

/* ---- the file --------------------------------------------------------------------------------------------------- */

bool csv_open(struct csv *c, const char *path, size_t most, const char *what, struct mistakes *mistakes)
{
    struct error why = {0};
    unsigned line;
    *c = (struct csv){.path = path, .mistakes = mistakes, .at_line = 1};
    int code = textfile_read(path, most, &c->file, &line, &why);
    if (code == ERROR_RUN)
        mistakes_no_memory(mistakes, what);
    else if (code)
        csv_complain(c, line, NULL, why.text);
    c->at = c->file.text;
    return !code;
}

void csv_close(struct csv *c) { textfile_free(&c->file); }

/* ---- RFC 4180 --------------------------------------------------------------------------------------------------- */

static bool ends_field(char c) { return c == '\0' || c == ',' || c == '\n' || c == '\r'; }

/* From the opening quote to behind the closing one; a doubled quote is one. */
static char *decode_quoted(struct csv *c)
{
    char *out = c->at, *start = c->at;
    unsigned opened = c->at_line;
    for (c->at++; *c->at && (*c->at != '"' || c->at[1] == '"'); c->at++) {
        if (*c->at == '"') c->at++;
        c->at_line += *c->at == '\n';
        *out++ = *c->at;
    }
    if (!*c->at) {
        csv_complain(c, opened, NULL, "found a quote that is never closed, expected \"");
        c->stop = true;
        return start;
    }
    for (c->at++; *c->at == ' ' || *c->at == '\t';)
        c->at++;
    if (!ends_field(*c->at)) {
        csv_complain(c, c->at_line, NULL, "found text after a closing quote, expected a comma or the line's end");
        c->at += strcspn(c->at, ",\r\n");
    }
    *out = '\0';
    return start;
}

static char *decode_bare(struct csv *c, char **end)
{
    c->at += strspn(c->at, " \t");
    char *start = c->at;
    c->at += strcspn(c->at, ",\r\n");
    for (*end = c->at; *end > start && ((*end)[-1] == ' ' || (*end)[-1] == '\t');)
        --*end;
    if (memchr(start, '"', (size_t)(*end - start)))
        csv_complain(c, c->at_line, NULL, "found a quote inside a field, expected the whole field in quotes");
    return start;
}

/* Takes one field and what ends it, which is returned: a comma, a line end ('\n' for all kinds) or '\0'. */
static char next_field(struct csv *c)
{
    unsigned line = c->at_line;
    char *end = NULL, *field = *c->at == '"' ? decode_quoted(c) : decode_bare(c, &end);
    if (c->n < CSV_FIELDS_MAX) {
        c->field[c->n] = field;
        c->line[c->n] = line;
    }
    c->n++;
    if (c->at[0] == '\r' && c->at[1] == '\n') c->at++;
    char ended_by = *c->at;
    if (end) *end = '\0'; /* may be where c->at is */
    if (ended_by) c->at++;
    if (ended_by == '\r') ended_by = '\n';
    c->at_line += ended_by == '\n';
    return ended_by;
}

/* Up to the line's end, which is then an empty line. */
static void skip_comment(struct csv *c)
{
    if (c->has_comments && c->at[strspn(c->at, " \t")] == '#') c->at += strcspn(c->at, "\r\n");
}

bool csv_next(struct csv *c)
{
    while (*c->at && !c->stop) {
        c->n = 0;
        skip_comment(c);
        while (next_field(c) == ',' && !c->stop)
            continue;
        bool empty = c->n == 1 && !*c->field[0];
        if (!c->stop && !empty) return true;
    }
    return false;
}

/* ---- what both kinds of files share ----------------------------------------------------------------------------- */

bool csv_header(struct csv *c)
{
    if (!csv_next(c)) {
        if (!c->stop) csv_complain(c, 0, NULL, "found an empty file, expected a line that names the columns");
        return false;
    }
    bool no_comma = c->n == 1 && strpbrk(c->field[0], ";\t"), too_many = c->n > CSV_FIELDS_MAX;
    if (no_comma) csv_complain(c, c->line[0], NULL, "found no comma, expected columns and fields separated by commas");
    if (too_many) csv_complain(c, c->line[0], NULL, "found more than 64 columns, expected fewer");
    return !no_comma && !too_many;
}

double csv_number(const struct csv *c, unsigned field, const struct param *row, const char *column)
{
    struct param at_start = *row; /* of what `values` points at */
    struct error why = {0};
    double value;
    at_start.offset = 0;
    int code = param_parse(&at_start, &value, c->field[field], &why);
    if (!code) return value;
    csv_complain(c, c->line[field], column, why.text);
    mistakes_note_code(c->mistakes, code);
    return NAN;
}
