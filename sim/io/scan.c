#include "io/scan.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/param.h"

enum { WORD_SHOWN = 60, PATH_SHOWN = 256 };

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS  "0123456789"

struct key {
    const char *name; /* in the text */
    int length;
    unsigned line;
    unsigned group; /* number of the group it stands in; 0: the file */
};

struct bracket {
    char close; /* what will close it: ) or } */
    unsigned line;
    unsigned group;
    const struct key *owner; /* NULL in a list */
};

/* What the last token was decides what may come: a value after '=', '(' and ',' of a list. */
enum token { TOKEN_START, TOKEN_KEY, TOKEN_EQUALS, TOKEN_VALUE, TOKEN_COMMA, TOKEN_OPEN_LIST };

struct scan {
    struct place place; /* file and current line */
    struct mistakes *m;
    const char *at;
    char *out; /* room for twice the text: "1" becomes "1L" */
    size_t used;
    struct bracket open[SCAN_DEPTH_MAX];
    unsigned depth, groups;
    struct key *keys; /* (SCAN_KEYS_MAX) */
    size_t n_keys;
    enum token before;
    bool stop; /* what follows cannot be told apart any more */
};

static void copy(struct scan *s, size_t n)
{
    for (size_t k = 0; k < n; k++)
        s->place.line += s->at[k] == '\n';
    memcpy(s->out + s->used, s->at, n);
    s->used += n;
    s->at += n;
}

/* Names of the groups that are open, and `last`: "model.trust.hours". */
static const char *path_of(const struct scan *s, const struct key *last, char path[PATH_SHOWN])
{
    size_t n = 0;
    path[0] = '\0';
    for (unsigned d = 0; d <= s->depth; d++) {
        const struct key *k = d < s->depth ? s->open[d].owner : last;
        if (!k || n >= PATH_SHOWN) continue;
        n += (size_t)snprintf(path + n, PATH_SHOWN - n, "%s%.*s", n ? "." : "", k->length, k->name);
    }
    return *path ? path : NULL;
}

/* The key that a value belongs to. */
static const struct key *current_key(const struct scan *s)
{
    bool in_value = s->before == TOKEN_EQUALS && s->n_keys;
    return in_value ? &s->keys[s->n_keys - 1] : NULL;
}

static void complain(struct scan *s, const struct key *key, size_t length, const char *expected)
{
    char path[PATH_SHOWN];
    int shown = length < WORD_SHOWN ? (int)length : WORD_SHOWN;
    mistakes_add(s->m, s->place, path_of(s, key, path), "found %.*s, expected %s", shown, s->at, expected);
}

static bool value_expected(const struct scan *s)
{
    if (s->before == TOKEN_EQUALS || s->before == TOKEN_OPEN_LIST) return true;
    return s->before == TOKEN_COMMA && s->depth && s->open[s->depth - 1].close == ')';
}

/* ---- tokens: each leaves s->at behind what it took ------------------------------------------------------------- */

static void scan_comment(struct scan *s)
{
    if (s->at[0] == '#' || s->at[1] == '/') {
        copy(s, strcspn(s->at, "\n"));
        return;
    }
    const char *end = strstr(s->at + 2, "*/");
    if (end) {
        copy(s, (size_t)(end + 2 - s->at));
        return;
    }
    mistakes_add(s->m, s->place, NULL, "found a comment that never ends, expected */");
    s->stop = true;
}

static void scan_string(struct scan *s)
{
    char path[PATH_SHOWN];
    size_t n = 1;
    if (s->before != TOKEN_VALUE && !value_expected(s)) { /* after a text more of it may follow */
        size_t length = 1 + strcspn(s->at + 1, "\"\n");
        complain(s, NULL, length + (s->at[length] == '"'),
                 s->before == TOKEN_KEY ? "= before it" : "a key without quotes");
    }
    for (; s->at[n] && s->at[n] != '"' && s->at[n] != '\n'; n++) {
        if (s->at[n] != '\\') continue;
        n++;
        if (s->at[n] == 'x' || s->at[n] == 'X')
            mistakes_add(s->m, s->place, path_of(s, current_key(s), path),
                         "found \\x, expected a text in UTF-8 without it");
        if (!s->at[n] || s->at[n] == '\n') break;
    }
    if (s->at[n] != '"') {
        mistakes_add(s->m, s->place, path_of(s, current_key(s), path),
                     "found a text that the line ends in, expected a closing quote");
        s->stop = true;
        return;
    }
    copy(s, n + 1);
    s->before = TOKEN_VALUE;
}

/* Decimal or 0x, with or without L or LL, as decimal with L. False: none of these. */
static bool print_whole(const char *word, char *out, size_t size, bool *fits)
{
    bool hex = word[0] == '0' && (word[1] == 'x' || word[1] == 'X');
    const char *digits = hex ? word + 2 : word + (*word == '+' || *word == '-');
    size_t n = strspn(digits, hex ? DIGITS "abcdefABCDEF" : DIGITS);
    const char *suffix = digits + n;
    if (n == 0 || (*suffix && strcmp(suffix, "L") != 0 && strcmp(suffix, "LL") != 0)) return false;
    errno = 0;
    long long value = strtoll(hex ? digits : word, NULL, hex ? 16 : 10);
    *fits = errno == 0;
    snprintf(out, size, "%lldL", value);
    return true;
}

static bool is_float(const char *word, bool *fits)
{
    static const struct param any = {.type = PARAM_REAL, .low = -INFINITY, .high = INFINITY};
    double value;
    const char *at = word + (*word == '+' || *word == '-');
    size_t whole = strspn(at, DIGITS), part = 0;
    at += whole;
    if (*at == '.') {
        part = strspn(at + 1, DIGITS);
        at += 1 + part;
    }
    if (*at == 'e' || *at == 'E') {
        at += 1 + (at[1] == '+' || at[1] == '-');
        if (!strspn(at, DIGITS)) return false;
        at += strspn(at, DIGITS);
    }
    *fits = param_parse(&any, &value, word, NULL) == ERROR_NONE;
    return (whole || part) && !*at;
}

static void scan_number(struct scan *s)
{
    char word[512], whole[32];
    size_t n = strspn(s->at, LETTERS DIGITS "_.+-");
    bool fits = false, is_whole = false, is_number = false;
    if (n < sizeof word) {
        memcpy(word, s->at, n);
        word[n] = '\0';
        is_whole = print_whole(word, whole, sizeof whole, &fits);
        is_number = is_whole || is_float(word, &fits);
    }
    if (!is_number)
        complain(s, current_key(s), n, "a number; texts and times such as \"2020-03\" go in quotes");
    else if (!fits)
        complain(s, current_key(s), n,
                 is_whole ? "a whole number that fits in 64 bits" : "a number that a double can hold");
    s->used += (size_t)sprintf(s->out + s->used, "%s", is_whole ? whole : is_number ? word : "0");
    s->at += n;
    s->before = TOKEN_VALUE;
}

static void add_key(struct scan *s, size_t length)
{
    unsigned group = s->depth ? s->open[s->depth - 1].group : 0;
    char path[PATH_SHOWN];
    if (s->n_keys == SCAN_KEYS_MAX) {
        mistakes_add(s->m, s->place, NULL, "found more than %d settings, expected fewer", SCAN_KEYS_MAX);
        s->stop = true;
        return;
    }
    struct key *new = &s->keys[s->n_keys];
    *new = (struct key){s->at, (int)length, s->place.line, group};
    for (const struct key *k = s->keys; k < new; k++) {
        if (k->group != group || k->length != new->length || memcmp(k->name, s->at, length) != 0) continue;
        mistakes_add(s->m, s->place, path_of(s, new, path),
                     "found a second time, expected once (the first is in line %u)", k->line);
        break;
    }
    s->n_keys++;
}

static void scan_word(struct scan *s)
{
    size_t n = strspn(s->at, LETTERS DIGITS "-_*."), bare = strcspn(s->at, ".");
    bool is_flag = (n == 4 && strncasecmp(s->at, "true", 4) == 0) || (n == 5 && strncasecmp(s->at, "false", 5) == 0);
    if (value_expected(s)) {
        if (!is_flag) complain(s, current_key(s), n, "a number, true, false or a text in quotes");
        s->before = TOKEN_VALUE;
    } else {
        if (bare < n) complain(s, NULL, n, "a group for each part: model = { trust = { hours = 60; }; };");
        add_key(s, n);
        s->before = TOKEN_KEY;
    }
    copy(s, n);
}

static void open_bracket(struct scan *s)
{
    bool list = *s->at != '{';
    if (!value_expected(s)) complain(s, NULL, 1, "key = before it");
    if (s->depth == SCAN_DEPTH_MAX) {
        mistakes_add(s->m, s->place, NULL, "found more than %d brackets in each other, expected fewer", SCAN_DEPTH_MAX);
        s->stop = true;
        return;
    }
    s->open[s->depth] = (struct bracket){list ? ')' : '}', s->place.line, ++s->groups, current_key(s)};
    s->depth++;
    s->out[s->used++] = list ? '(' : '{';
    s->at++;
    s->before = list ? TOKEN_OPEN_LIST : TOKEN_START;
}

static void close_bracket(struct scan *s)
{
    char close = *s->at == '}' ? '}' : ')';
    if (!s->depth) {
        mistakes_add(s->m, s->place, NULL, "found %c, expected no bracket to be closed here", *s->at);
        s->stop = true;
        return;
    }
    const struct bracket *b = &s->open[s->depth - 1];
    if (b->close != close) {
        mistakes_add(s->m, s->place, NULL, "found %c, expected %c for the bracket opened in line %u", *s->at, b->close,
                     b->line);
        s->stop = true;
        return;
    }
    s->depth--;
    s->out[s->used++] = close;
    s->at++;
    s->before = TOKEN_VALUE;
}

static void scan_punctuation(struct scan *s)
{
    s->before = *s->at == '=' || *s->at == ':' ? TOKEN_EQUALS : *s->at == ',' ? TOKEN_COMMA : TOKEN_START;
    copy(s, 1);
}

static void scan_rubbish(struct scan *s)
{
    size_t n = strcspn(s->at, " \t\r\n;,=(){}[]\"#");
    if (*s->at == '@')
        complain(s, NULL, n, "no include: a config can name one file, base = \"FILE\"");
    else
        complain(s, current_key(s), n, value_expected(s) ? "a value" : "key = value;");
    s->at += n;
    s->before = TOKEN_VALUE;
}

static void scan_token(struct scan *s)
{
    char c = *s->at;
    if (strchr(" \t\r\n\f", c))
        copy(s, 1);
    else if (c == '#' || (c == '/' && (s->at[1] == '/' || s->at[1] == '*')))
        scan_comment(s);
    else if (c == '"')
        scan_string(s);
    else if (strchr("=:,;", c))
        scan_punctuation(s);
    else if (strchr("({[", c))
        open_bracket(s);
    else if (strchr(")}]", c))
        close_bracket(s);
    else if (strchr(DIGITS "+-.", c))
        scan_number(s);
    else if (strchr(LETTERS "*", c))
        scan_word(s);
    else
        scan_rubbish(s);
}

char *scan_config(const char *file, const char *text, struct mistakes *m)
{
    unsigned before = m->n;
    struct scan s = {.place = {file, 1}, .m = m, .at = text};
    s.out = malloc(2 * strlen(text) + 3);
    s.keys = malloc(SCAN_KEYS_MAX * sizeof *s.keys);
    if (!s.out || !s.keys) {
        mistakes_no_memory(m, "a config's text");
        goto out;
    }
    while (*s.at && !s.stop)
        scan_token(&s);
    memcpy(s.out + s.used, "\n", 2); /* libconfig refuses a comment that the text ends in */
    if (!s.stop && s.depth)
        mistakes_add(m, s.place, NULL, "found the end of the file, expected %c for the bracket opened in line %u",
                     s.open[s.depth - 1].close, s.open[s.depth - 1].line);
    if (m->n == before && s.n_keys == 0)
        mistakes_add(m, (struct place){file, 0}, NULL, "found no settings, expected at least one");
out:
    free(s.keys);
    if (m->n == before) return s.out;
    free(s.out);
    return NULL;
}
