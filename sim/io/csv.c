#include "io/csv.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
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
    *c = (struct csv){.path = path, .mistakes = mistakes, .at_line = 1, .separator = ','};
    int code = textfile_read(path, most, TEXTFILE_UTF8_OR_1252, &c->file, &line, &why);
    if (code == ERROR_RUN)
        mistakes_no_memory(mistakes, what);
    else if (code)
        csv_complain(c, line, NULL, why.text);
    c->at = c->file.text;
    return !code;
}

void csv_close(struct csv *c) { textfile_free(&c->file); }

/* ---- RFC 4180 --------------------------------------------------------------------------------------------------- */

static bool ends_field(const struct csv *c)
{
    return *c->at == '\0' || *c->at == c->separator || *c->at == '\n' || *c->at == '\r';
}

static bool is_blank(const struct csv *c, char x) { return (x == ' ' || x == '\t') && x != c->separator; }

static void to_field_end(struct csv *c)
{
    while (!ends_field(c))
        c->at++;
}

static const char *separator_name(char separator)
{
    return separator == ';' ? "semicolon" : separator == '\t' ? "tab" : "comma";
}

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
    for (c->at++; is_blank(c, *c->at);)
        c->at++;
    if (!ends_field(c)) {
        char what[96];
        snprintf(what, sizeof what, "found text after a closing quote, expected a %s or the line's end",
                 separator_name(c->separator));
        csv_complain(c, c->at_line, NULL, what);
        to_field_end(c);
    }
    *out = '\0';
    return start;
}

static char *decode_bare(struct csv *c, char **end)
{
    while (is_blank(c, *c->at))
        c->at++;
    char *start = c->at;
    to_field_end(c);
    for (*end = c->at; *end > start && is_blank(c, (*end)[-1]);)
        --*end;
    if (memchr(start, '"', (size_t)(*end - start)))
        csv_complain(c, c->at_line, NULL, "found a quote inside a field, expected the whole field in quotes");
    return start;
}

/* Takes one field and what ends it, which is returned: the separator, a line end ('\n' for all kinds) or '\0'. */
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

static bool is_empty(const struct csv *c)
{
    for (unsigned f = 0; f < c->n && f < CSV_FIELDS_MAX; f++)
        if (*c->field[f]) return false;
    return true;
}

bool csv_next(struct csv *c)
{
    while (*c->at && !c->stop) {
        c->n = 0;
        skip_comment(c);
        while (next_field(c) == c->separator && !c->stop)
            continue;
        if (!c->stop && !is_empty(c)) return true;
    }
    return false;
}

/* ---- what both kinds of files share ----------------------------------------------------------------------------- */

/* Past empty lines and comments; reading them as records would need the separator. */
static void skip_to_header(struct csv *c)
{
    for (;;) {
        skip_comment(c);
        size_t blank = strspn(c->at, " \t"), ends = strspn(c->at + blank, "\r\n");
        if (!ends) return;
        for (size_t k = blank; k < blank + ends; k++)
            c->at_line += c->at[k] == '\n' || (c->at[k] == '\r' && c->at[k + 1] != '\n');
        c->at += blank + ends;
    }
}

/* The separator of the line ahead: what stands most often outside of quotes. */
static char separator_ahead(const struct csv *c)
{
    unsigned comma = 0, semicolon = 0, tab = 0;
    bool quoted = false;
    for (const char *at = c->at; *at && *at != '\n' && *at != '\r'; at++) {
        quoted = quoted != (*at == '"');
        comma += !quoted && *at == ',';
        semicolon += !quoted && *at == ';';
        tab += !quoted && *at == '\t';
    }
    if (semicolon > comma && semicolon >= tab) return ';';
    return tab > comma ? '\t' : ',';
}

/* `sep=;` is how spreadsheets say it to each other. */
static void find_separator(struct csv *c)
{
    skip_to_header(c);
    bool told = strncmp(c->at, "sep=", 4) == 0 && c->at[4] && strchr(",;\t", c->at[4]) && strspn(c->at + 5, "\r\n");
    if (!told) {
        c->separator = separator_ahead(c);
        return;
    }
    c->separator = c->at[4];
    c->at += 5;
    skip_to_header(c);
}

bool csv_header(struct csv *c)
{
    find_separator(c);
    if (!csv_next(c)) {
        if (!c->stop) csv_complain(c, 0, NULL, "found an empty file, expected a line that names the columns");
        return false;
    }
    bool too_many = c->n > CSV_FIELDS_MAX;
    if (too_many) csv_complain(c, c->line[0], NULL, "found more than 512 columns, expected fewer");
    return !too_many;
}

/* ---- numbers and times as spreadsheets write them ----------------------------------------------------------------- */

enum { NUMBER_BYTES = 64 };

/* One comma between digits, and nothing that it could not stand beside. */
static bool has_decimal_comma(const char *text)
{
    const char *comma = strchr(text, ',');
    return comma && comma > text && isdigit((unsigned char)comma[-1]) && isdigit((unsigned char)comma[1]) &&
           strlen(text) < NUMBER_BYTES && strspn(text, "0123456789+-eE,") == strlen(text) && !strchr(comma + 1, ',');
}

/* 1,200 and -12,345 may be thousands; 0,125 and 1,25 cannot. */
static bool may_be_thousands(const char *text)
{
    text += *text == '-' || *text == '+';
    size_t before = strspn(text, "0123456789");
    return *text != '0' && before <= 3 && strspn(text + before + 1, "0123456789") == 3 && !text[before + 4];
}

static bool is_ambiguous(const struct csv *c, const char *text)
{
    return c->separator != ';' && has_decimal_comma(text) && may_be_thousands(text);
}

/* 31.01.2020 */
static bool is_day_first(const char *text, int *day, int *month, int *year)
{
    int n = 0;
    return sscanf(text, "%2d.%2d.%4d%n", day, month, year, &n) == 3 && !text[n] && *year >= 1000 &&
           strspn(text, "0123456789.") == strlen(text);
}

/* As a config would have it, in `room` where it is another text. */
static const char *plain_number(const char *text, enum param_type type, char room[NUMBER_BYTES])
{
    int day, month, year;
    if (type == PARAM_TIME && is_day_first(text, &day, &month, &year)) {
        snprintf(room, NUMBER_BYTES, "%d-%02d-%02d", year, month, day);
        return room;
    }
    if (!has_decimal_comma(text)) return text;
    snprintf(room, NUMBER_BYTES, "%s", text);
    *strchr(room, ',') = '.';
    return room;
}

static void refuse_number(const struct csv *c, unsigned field, const struct param *row, const char *column)
{
    char expected[256], what[512];
    snprintf(what, sizeof what, "found %.*s, expected %s", CSV_SHOWN_MAX, c->field[field],
             param_expected(row, expected, sizeof expected));
    csv_complain(c, c->line[field], column, what);
}

static void refuse_ambiguous(const struct csv *c, unsigned field, const char *column)
{
    char plain[NUMBER_BYTES], what[4 * NUMBER_BYTES];
    const char *found = c->field[field];
    const char *comma = strchr(found, ',');
    plain_number(found, PARAM_REAL, plain);
    snprintf(what, sizeof what, "found %s, which may be a thousand or a decimal comma, expected %.*s%s or %s", found,
             (int)(comma - found), found, comma + 1, plain);
    csv_complain(c, c->line[field], column, what);
}

double csv_number(const struct csv *c, unsigned field, const struct param *row, const char *column)
{
    struct param at_start = *row; /* of what `values` points at */
    struct error why = {0};
    char room[NUMBER_BYTES];
    double value;
    const char *found = c->field[field], *plain = plain_number(found, row->type, room);
    if (is_ambiguous(c, found)) {
        refuse_ambiguous(c, field, column);
        return NAN;
    }
    at_start.offset = 0;
    int code = param_parse(&at_start, &value, plain, &why);
    if (!code) return value;
    if (plain == found)
        csv_complain(c, c->line[field], column, why.text);
    else
        refuse_number(c, field, row, column);
    mistakes_note_code(c->mistakes, code);
    return NAN;
}
