/* param.c - parameter rows: setting, parsing, printing. Numbers are read and written as in the C locale whatever
 * the process has set, because a decimal comma would change files and results. */
#include "core/param.h"

#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NUMBER_MAX = 32, FOUND_MAX = 72, EXPECTED_MAX = 192, ITEM_MAX = 64, WORD_MAX = 128 };

/* Whole numbers that a double carries exactly, so that checking a range as double is right. */
static const double WHOLE_MAX = 9007199254740991.0;

static void *slot(const struct param *p, void *values) { return (char *)values + p->offset; }
static const void *slot_const(const struct param *p, const void *values) { return (const char *)values + p->offset; }

/* ---- numbers and times as text ------------------------------------------------------------------------------ */

/* The shortest of 15, 16 and 17 digits that reads back to the same bits. */
static const char *print_number(double x, char buffer[NUMBER_MAX])
{
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0), before = uselocale(c);
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(buffer, NUMBER_MAX, "%.*g", digits, x);
        if (strtod(buffer, NULL) == x) break;
    }
    uselocale(before);
    if (c) freelocale(c);
    return buffer;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* A decimal number and nothing else: no hex, no names, no infinity, nothing so small that it would silently be 0. */
static bool parse_number(const char *text, double *number)
{
    if (!*text || strspn(text, "+-.0123456789eE") != strlen(text)) return false;
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0), before = uselocale(c);
    char *end;
    errno = 0;
    *number = strtod(text, &end);
    bool vanished = errno == ERANGE && *number == 0.0;
    uselocale(before);
    if (c) freelocale(c);
    return end != text && !*end && isfinite(*number) && !vanished;
}

static bool parse_whole(const char *text, double *number)
{
    const char *digits = text + (*text == '+' || *text == '-');
    return is_digit(*digits) && strspn(digits, "0123456789") == strlen(digits) && parse_number(text, number);
}

/* Two digits in 1 .. most, or 0. */
static int two_digits(const char *text, int most)
{
    if (!is_digit(text[0]) || !is_digit(text[1])) return 0;
    int n = (text[0] - '0') * 10 + (text[1] - '0');
    return n <= most ? n : 0;
}

static int month_days(int year, int month)
{
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

/* "2020-03" is 2020 + 2/12. "2020-03-15" adds 14/365.25, which stays below the next month's start. */
static bool parse_date(const char *text, double *years)
{
    size_t length = strlen(text);
    if ((length != 7 && length != 10) || strspn(text, "0123456789") != 4 || text[4] != '-') return false;
    int year = (int)strtol(text, NULL, 10), month = two_digits(text + 5, 12), day = 1;
    if (!month) return false;
    if (length == 10) day = text[7] == '-' ? two_digits(text + 8, month_days(year, month)) : 0;
    *years = year + (month - 1) / 12.0 + (day - 1) / 365.25;
    return day != 0;
}

bool param_parse_time(const char *text, double *years) { return parse_date(text, years) || parse_number(text, years); }

/* ---- what is found, what is expected -------------------------------------------------------------------------- */

const char *param_type_name(enum param_type type)
{
    switch (type) {
#define TYPE_CASE(name, ctype, expected)                                                                               \
    case PARAM_##name: return #name;
        PARAM_TYPES(TYPE_CASE)
#undef TYPE_CASE
    default: return "unknown";
    }
}

static const char *type_expected(enum param_type type)
{
    switch (type) {
#define TYPE_CASE(name, ctype, expected)                                                                               \
    case PARAM_##name: return expected;
        PARAM_TYPES(TYPE_CASE)
#undef TYPE_CASE
    default: return "another type";
    }
}

/* "30 to 120", "at least 30", "at most 120" or "". */
static void print_range(const struct param *p, char *buffer, size_t size)
{
    char low[NUMBER_MAX], high[NUMBER_MAX];
    print_number(p->low, low);
    print_number(p->high, high);
    buffer[0] = '\0';
    if (isfinite(p->low) && isfinite(p->high))
        snprintf(buffer, size, "%s to %s", low, high);
    else if (isfinite(p->low))
        snprintf(buffer, size, "at least %s", low);
    else if (isfinite(p->high))
        snprintf(buffer, size, "at most %s", high);
}

const char *param_expected(const struct param *p, char *buffer, size_t size)
{
    char range[3 * NUMBER_MAX] = "";
    if (p->type != PARAM_FLAG && p->type != PARAM_TEXT) print_range(p, range, sizeof range);
    bool has_unit = p->unit && *p->unit && strcmp(p->unit, "1") != 0;
    const char *unit = has_unit ? p->unit : "", *comma = has_unit && *range ? ", " : "";
    if (has_unit || *range)
        snprintf(buffer, size, "%s (%s%s%s)", type_expected(p->type), unit, comma, range);
    else
        snprintf(buffer, size, "%s", type_expected(p->type));
    return buffer;
}

/* The user's text for a message: shortened, and nothing in it that would steer a terminal. */
static const char *show(const char *text, char buffer[FOUND_MAX])
{
    const size_t most = FOUND_MAX - 4, length = strlen(text);
    size_t n = length > most ? most : length;
    while (length > most && n && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--; /* not in the middle of a UTF-8 character */
    for (size_t k = 0; k < n; k++)
        buffer[k] = (unsigned char)text[k] < 0x20 || text[k] == 0x7f ? '?' : text[k];
    if (length > most) {
        memcpy(buffer + n, "...", 3);
        n += 3;
    }
    buffer[n] = '\0';
    return buffer;
}

static int refuse(const struct param *p, const char *found, struct error *err)
{
    char text[FOUND_MAX], expected[EXPECTED_MAX];
    return error_set(err, ERROR_CONFIG, "found %s, expected %s", *found ? show(found, text) : "nothing",
                     param_expected(p, expected, sizeof expected));
}

/* ---- setters ----------------------------------------------------------------------------------------------- */

static bool in_range(const struct param *p, double x) { return x >= p->low && x <= p->high; }

static bool number_fits(const struct param *p, double x)
{
    if (!isfinite(x) || !in_range(p, x)) return false;
    return p->type != PARAM_INTEGER || (fabs(x) <= WHOLE_MAX && x == floor(x));
}

int param_set_number(const struct param *p, void *values, double number, struct error *err)
{
    char text[NUMBER_MAX];
    bool is_number = p->type == PARAM_REAL || p->type == PARAM_INTEGER || p->type == PARAM_TIME;
    if (!is_number || !number_fits(p, number)) return refuse(p, print_number(number, text), err);
    if (p->type == PARAM_INTEGER)
        *(int64_t *)slot(p, values) = (int64_t)number;
    else
        *(double *)slot(p, values) = number + 0.0; /* -0 becomes 0, which config text can carry */
    return ERROR_NONE;
}

int param_set_flag(const struct param *p, void *values, bool flag, struct error *err)
{
    if (p->type != PARAM_FLAG) return refuse(p, flag ? "true" : "false", err);
    *(bool *)slot(p, values) = flag;
    return ERROR_NONE;
}

int param_set_text(const struct param *p, void *values, const char *text, struct error *err)
{
    if (p->type != PARAM_TEXT) return refuse(p, text, err);
    size_t length = strlen(text);
    if (length >= PARAM_MAX_TEXT)
        return error_set(err, ERROR_CONFIG, "found a text of %zu bytes, expected at most %d", length,
                         PARAM_MAX_TEXT - 1);
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return error_set(err, ERROR_CONFIG, "found a control character (code %d), expected a text without any", *c);
    struct param_text *t = slot(p, values);
    memset(t, 0, sizeof *t);
    memcpy(t->text, text, length);
    return ERROR_NONE;
}

static int check_span(const struct param *p, const struct pairs *s, uint32_t k, struct error *err)
{
    char expected[EXPECTED_MAX], a[NUMBER_MAX], b[NUMBER_MAX];
    print_number(s->first[k], a);
    print_number(s->second[k], b);
    if (!in_range(p, s->first[k]) || !in_range(p, s->second[k]))
        return error_set(err, ERROR_CONFIG, "found a span from %s to %s, expected %s", a, b,
                         param_expected(p, expected, sizeof expected));
    if (!(s->first[k] < s->second[k]))
        return error_set(err, ERROR_CONFIG, "found a span from %s to %s, expected one that ends after it starts", a, b);
    if (k && s->first[k] < s->second[k - 1])
        return error_set(err, ERROR_CONFIG,
                         "found a span from %s after one that ends at %s, expected spans in order that do not overlap",
                         a, print_number(s->second[k - 1], b));
    return ERROR_NONE;
}

static int check_point(const struct param *p, const struct pairs *s, uint32_t k, struct error *err)
{
    char expected[EXPECTED_MAX], a[NUMBER_MAX], b[NUMBER_MAX];
    print_number(s->first[k], a);
    if (!isfinite(s->first[k]) || !in_range(p, s->second[k]))
        return error_set(err, ERROR_CONFIG, "found the point (%s, %s), expected %s", a, print_number(s->second[k], b),
                         param_expected(p, expected, sizeof expected));
    if (k && s->first[k] <= s->first[k - 1])
        return error_set(err, ERROR_CONFIG, "found a point at %s after one at %s, expected points in ascending order",
                         a, print_number(s->first[k - 1], b));
    return ERROR_NONE;
}

int param_set_pairs(const struct param *p, void *values, const struct pairs *pairs, struct error *err)
{
    if (p->type != PARAM_SPANS && p->type != PARAM_PATH) return refuse(p, "a list", err);
    if (pairs->n > PARAM_MAX_PAIRS)
        return error_set(err, ERROR_CONFIG, "found %u pairs, expected at most %d", pairs->n, PARAM_MAX_PAIRS);
    if (p->type == PARAM_PATH && pairs->n == 0) return refuse(p, "no point", err);
    for (uint32_t k = 0; k < pairs->n; k++) {
        int code = p->type == PARAM_SPANS ? check_span(p, pairs, k, err) : check_point(p, pairs, k, err);
        if (code) return code;
    }
    struct pairs *s = slot(p, values);
    memset(s, 0, sizeof *s);
    s->n = pairs->n;
    for (uint32_t k = 0; k < pairs->n; k++) {
        s->first[k] = pairs->first[k] + 0.0;
        s->second[k] = pairs->second[k] + 0.0;
    }
    return ERROR_NONE;
}

/* ---- parsing -------------------------------------------------------------------------------------------------- */

static int parse_flag(const struct param *p, void *values, const char *text, struct error *err)
{
    bool yes = strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0;
    if (!yes && strcasecmp(text, "false") != 0 && strcmp(text, "0") != 0) return refuse(p, text, err);
    return param_set_flag(p, values, yes, err);
}

/* Without the quotes and with \" and \\ resolved; as it is where it has no quotes. False: no closing quote, or text
 * after it. `out` has room for the text. */
static bool unquote(const char *text, char *out)
{
    if (*text != '"') {
        memcpy(out, text, strlen(text) + 1);
        return true;
    }
    for (text++; *text && *text != '"'; text++) {
        if (*text == '\\' && (text[1] == '"' || text[1] == '\\')) text++;
        *out++ = *text;
    }
    *out = '\0';
    return text[0] == '"' && !text[1];
}

static int parse_text(const struct param *p, void *values, const char *text, struct error *err)
{
    char *bare = malloc(strlen(text) + 1);
    if (!bare) return error_set(err, ERROR_RUN, "no memory for a text of %zu bytes", strlen(text));
    int code = unquote(text, bare) ? param_set_text(p, values, bare, err) : refuse(p, text, err);
    free(bare);
    return code;
}

static int parse_scalar(const struct param *p, void *values, const char *text, struct error *err)
{
    char bare[ITEM_MAX];
    double x;
    bool read = false;
    if (p->type == PARAM_REAL) read = parse_number(text, &x);
    if (p->type == PARAM_INTEGER) read = parse_whole(text, &x);
    if (p->type == PARAM_TIME) read = strlen(text) < sizeof bare && unquote(text, bare) && param_parse_time(bare, &x);
    if (!read || !number_fits(p, x)) return refuse(p, text, err);
    return param_set_number(p, values, x, err);
}

static const char *skip_space(const char *at)
{
    while (is_space(*at))
        at++;
    return at;
}

/* "item" or item up to the next blank, comma or bracket, then `end`. Returns what follows, or NULL. */
static const char *parse_item(const char *at, char end, bool is_time, double *x)
{
    char item[ITEM_MAX], bare[ITEM_MAX];
    at = skip_space(at);
    size_t n = strcspn(at, " \t\r\n,()");
    if (n == 0 || n >= sizeof item) return NULL;
    memcpy(item, at, n);
    item[n] = '\0';
    bool read = is_time ? unquote(item, bare) && param_parse_time(bare, x) : parse_number(item, x);
    at = skip_space(at + n);
    return read && *at == end ? at + 1 : NULL;
}

/* ((a, b), (c, d)): an empty list is (). */
static int parse_pairs(const struct param *p, void *values, const char *text, struct error *err)
{
    struct pairs s = {0};
    bool spans = p->type == PARAM_SPANS;
    const char *at = text;
    if (*at++ != '(') return refuse(p, text, err);
    for (at = skip_space(at); *at == '('; at = skip_space(at)) {
        double a, b;
        at = parse_item(at + 1, ',', true, &a);
        if (at) at = parse_item(at, ')', spans, &b);
        if (!at) return refuse(p, text, err);
        if (s.n == PARAM_MAX_PAIRS)
            return error_set(err, ERROR_CONFIG, "found more than %d pairs, expected at most %d", PARAM_MAX_PAIRS,
                             PARAM_MAX_PAIRS);
        s.first[s.n] = a;
        s.second[s.n++] = b;
        at = skip_space(at);
        if (*at != ',') break;
        at = skip_space(at + 1);
        if (*at != '(') return refuse(p, text, err);
    }
    if (at[0] != ')' || at[1]) return refuse(p, text, err);
    return param_set_pairs(p, values, &s, err);
}

int param_parse(const struct param *p, void *values, const char *text, struct error *err)
{
    text = skip_space(text);
    size_t length = strlen(text);
    while (length && is_space(text[length - 1]))
        length--;
    char *bare = strndup(text, length);
    if (!bare) return error_set(err, ERROR_RUN, "no memory for a value of %zu bytes", length);
    int code = ERROR_CONFIG;
    switch (p->type) {
    case PARAM_REAL:
    case PARAM_INTEGER:
    case PARAM_TIME: code = parse_scalar(p, values, bare, err); break;
    case PARAM_FLAG: code = parse_flag(p, values, bare, err); break;
    case PARAM_TEXT: code = parse_text(p, values, bare, err); break;
    case PARAM_SPANS:
    case PARAM_PATH: code = parse_pairs(p, values, bare, err); break;
    }
    free(bare);
    return code;
}

int param_reset(const struct param_table *table, void *values, struct error *err)
{
    memset(values, 0, table->size);
    for (size_t k = 0; k < table->n; k++) {
        struct error why = {0};
        int code = param_parse(&table->rows[k], values, table->rows[k].fallback, &why);
        if (code) return error_set(err, code, "%s: default: %.1024s", table->rows[k].path, why.text);
    }
    return ERROR_NONE;
}

/* ---- printing -------------------------------------------------------------------------------------------------- */

struct printer {
    char *buffer;
    size_t size, length;
};

static void print_char(struct printer *out, char c)
{
    if (out->length + 1 < out->size) out->buffer[out->length] = c;
    out->length++;
}

static void print_string(struct printer *out, const char *text)
{
    for (; *text; text++)
        print_char(out, *text);
}

static void print_quoted(struct printer *out, const char *text)
{
    print_char(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') print_char(out, '\\');
        print_char(out, *text);
    }
    print_char(out, '"');
}

static void print_pairs(struct printer *out, const struct pairs *s)
{
    char number[NUMBER_MAX];
    print_char(out, '(');
    for (uint32_t k = 0; k < s->n; k++) {
        print_string(out, k ? ", (" : "(");
        print_string(out, print_number(s->first[k], number));
        print_string(out, ", ");
        print_string(out, print_number(s->second[k], number));
        print_char(out, ')');
    }
    print_char(out, ')');
}

int param_print(const struct param *p, const void *values, char *buffer, size_t size)
{
    struct printer out = {buffer, size, 0};
    const void *value = slot_const(p, values);
    char number[NUMBER_MAX];
    switch (p->type) {
    case PARAM_REAL:
    case PARAM_TIME: print_string(&out, print_number(*(const double *)value, number)); break;
    case PARAM_INTEGER:
        snprintf(number, sizeof number, "%" PRId64, *(const int64_t *)value);
        print_string(&out, number);
        break;
    case PARAM_FLAG: print_string(&out, *(const bool *)value ? "true" : "false"); break;
    case PARAM_TEXT: print_quoted(&out, ((const struct param_text *)value)->text); break;
    case PARAM_SPANS:
    case PARAM_PATH: print_pairs(&out, value); break;
    }
    if (size) buffer[out.length < size ? out.length : size - 1] = '\0';
    return (int)out.length;
}

/* ---- looking up ----------------------------------------------------------------------------------------------- */

const struct param *param_find(const struct param_table *table, const char *path)
{
    for (size_t k = 0; k < table->n; k++)
        if (strcmp(table->rows[k].path, path) == 0) return &table->rows[k];
    return NULL;
}

static unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }

/* Edits from a to b (both below WORD_MAX): insert, delete, replace, or swap two neighbours, each counts 1. */
static unsigned edit_distance(const char *a, const char *b)
{
    unsigned rows[3][WORD_MAX];
    unsigned *above = rows[0], *before = rows[1], *now = rows[2];
    size_t n = strlen(b);
    for (unsigned j = 0; j <= n; j++)
        before[j] = j;
    for (size_t i = 0; a[i]; i++) {
        now[0] = (unsigned)i + 1;
        for (size_t j = 0; j < n; j++) {
            now[j + 1] = least(least(before[j + 1], now[j]) + 1, before[j] + (a[i] != b[j]));
            bool swapped = i && j && a[i] == b[j - 1] && a[i - 1] == b[j];
            if (swapped) now[j + 1] = least(now[j + 1], above[j - 1] + 1);
        }
        unsigned *spare = above;
        above = before;
        before = now;
        now = spare;
    }
    return before[n];
}

void param_consider(struct param_nearest *best, const char *word, const char *candidate)
{
    size_t length = strlen(word), other = strlen(candidate);
    if (length >= WORD_MAX || other >= WORD_MAX) return;
    unsigned distance = edit_distance(word, candidate);
    if (distance > (length > other ? length : other) / 3) return;
    if (best->name && best->distance <= distance) return;
    best->name = candidate;
    best->distance = distance;
}

/* ---- values over time ------------------------------------------------------------------------------------------ */

double param_path_at(const struct pairs *path, double time)
{
    if (path->n == 0) return NAN;
    uint32_t k = 0; /* points at or before `time` */
    while (k < path->n && path->first[k] <= time)
        k++;
    if (k == 0) return path->second[0];
    if (k == path->n) return path->second[k - 1];
    double share = (time - path->first[k - 1]) / (path->first[k] - path->first[k - 1]);
    return path->second[k - 1] + share * (path->second[k] - path->second[k - 1]);
}

bool param_spans_hold(const struct pairs *spans, double time)
{
    for (uint32_t k = 0; k < spans->n; k++)
        if (time >= spans->first[k] && time < spans->second[k]) return true;
    return false;
}
