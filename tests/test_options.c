/* test_options.c - the command line: what is read, what is refused, and with what words. */
#include <criterion/criterion.h>
#include <string.h>

#include "cli/help.h"
#include "cli/options.h"
#include "cli/verb.h"

enum { MOST_WORDS = 16 };

struct line {
    char *argv[MOST_WORDS];
    int argc;
    struct options o;
    struct error err;
    int code;
};

/* Parse words divided by single spaces, such as "run act.cfg -o out.h5". */
static struct line *parse(const char *words)
{
    static struct line l;
    static char text[512];
    memset(&l, 0, sizeof l);
    snprintf(text, sizeof text, "klynge %s", words);
    for (char *rest = text, *word; (word = strsep(&rest, " "));)
        l.argv[l.argc++] = word;
    l.code = options_parse(&l.o, verb_find(l.argv[1]), l.argc, l.argv, &l.err);
    return &l;
}

static void refuse(const char *words, const char *says)
{
    struct line *l = parse(words);
    cr_assert_eq(l->code, ERROR_CONFIG, "%s gives %d", words, l->code);
    cr_assert_not_null(strstr(l->err.text, says), "%s says: %s", words, l->err.text);
    options_free(&l->o);
}

Test(options, are_read_in_any_order)
{
    const char *const orders[] = {
        "run act.cfg -o out.h5 --set a.b=1 --threads 3 --set c=2 -q",
        "run -o out.h5 --set a.b=1 --set c=2 --quiet act.cfg --threads=3",
        "run --set=a.b=1 -q act.cfg --set c=2 -oout.h5 -t 3",
        "run --threads 3 --quiet --out=out.h5 -s a.b=1 -s c=2 -- act.cfg",
    };
    for (size_t k = 0; k < sizeof orders / sizeof *orders; k++) {
        struct line *l = parse(orders[k]);
        cr_assert_eq(l->code, 0, "%s: %s", orders[k], l->err.text);
        cr_assert_str_eq(l->o.out, "out.h5");
        cr_assert_eq(l->o.n_sets, 2u);
        cr_assert_str_eq(l->o.sets[0], "a.b=1");
        cr_assert_str_eq(l->o.sets[1], "c=2");
        cr_assert_eq(l->o.threads, 3);
        cr_assert(l->o.quiet && !l->o.force && !l->o.json);
        cr_assert_eq(l->o.n_operands, 1);
        cr_assert_str_eq(l->o.operands[0], "act.cfg");
        options_free(&l->o);
    }
}

Test(options, keep_the_command_line_as_it_was_given)
{
    struct line *l = parse("run act.cfg -o out.h5");
    cr_assert_eq(l->o.argc, 5);
    cr_assert_str_eq(l->o.argv[2], "act.cfg");
    cr_assert_str_eq(l->argv[2], "act.cfg");
    options_free(&l->o);
}

Test(options, suggest_the_nearest)
{
    refuse("run act.cfg -o x --treads 3", "unknown option --treads; did you mean --threads?");
    refuse("run act.cfg -o x --replicate=3x --sede=4", "unknown option --sede; did you mean --seed?");
    refuse("params --markdwon", "unknown option --markdwon; did you mean --markdown?");
    refuse("run --zzz", "unknown option --zzz");
    refuse("run -Z", "unknown option -Z");
}

Test(options, of_another_verb_are_told_so)
{
    refuse("params --threads 3", "--threads is not an option of `params`");
    refuse("params -o x", "-o (--out) is not an option of `params`");
    refuse("summary f.h5 --force", "--force is not an option of `summary`");
}

Test(options, that_are_cut_short_must_be_clear)
{
    struct line *l = parse("run act.cfg -o x --rep 4");
    cr_assert_eq(l->code, 0, "%s", l->err.text);
    cr_assert_str_eq(l->o.replicates, "4");
    options_free(&l->o);
    refuse("run act.cfg --se 4", "--se could mean --set or --seed");
}

Test(options, need_their_values)
{
    refuse("run act.cfg -o", "--out lacks its value, FILE");
    refuse("run act.cfg --seed", "--seed lacks its value, N");
    refuse("run act.cfg --force=yes", "--force takes no value");
    refuse("run act.cfg --out=", "--out: found nothing");
}

Test(options, take_threads_from_1_to_1024)
{
    struct line *l = parse("run a -o b --threads 1024");
    cr_assert_eq(l->code, 0);
    options_free(&l->o);
    const char *const wrong[] = {"0", "1025", "-1", "2.5", "x", "3x", "99999999999999999999", "1e3"};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        char words[100];
        snprintf(words, sizeof words, "run a -o b --threads=%s", wrong[k]);
        refuse(words, "expected a whole number from 1 to 1024");
    }
}

Test(options, need_the_operands_of_the_verb)
{
    refuse("run", "no CONFIG is given");
    refuse("run a.cfg b.cfg -o x", "one CONFIG is enough; `b.cfg` is one too many");
    refuse("summary", "no FILE is given");
    struct line *l = parse("params a b c d");
    cr_assert_eq(l->code, 0);
    cr_assert_eq(l->o.n_operands, 4);
    options_free(&l->o);
}

Test(options, ask_for_help_without_operands)
{
    for (const struct verb *v = verb_table; v->name; v++) {
        char words[100];
        snprintf(words, sizeof words, "%s --help", v->name);
        struct line *l = parse(words);
        cr_assert_eq(l->code, 0, "%s: %s", words, l->err.text);
        cr_assert(l->o.help);
        options_free(&l->o);
    }
}

/* Names and letters are given once, and every row belongs to a verb. */
Test(options, table_is_consistent)
{
    for (const struct option_row *a = options_table; a->name; a++) {
        cr_assert(a->verbs & VERB_ALL);
        cr_assert_eq(a->kind == OPTION_FLAG, a->argument == NULL, "--%s", a->name);
        for (const struct option_row *b = options_table; b < a; b++) {
            cr_assert_str_neq(a->name, b->name);
            cr_assert(!a->letter || a->letter != b->letter, "-%c", a->letter);
        }
    }
    unsigned bits = 0;
    for (const struct verb *v = verb_table; v->name; v++) {
        cr_assert_eq(bits & v->bit, 0u);
        bits |= v->bit;
    }
    cr_assert_eq(bits, (unsigned)VERB_ALL);
}

Test(verbs, are_suggested_when_near)
{
    cr_assert_str_eq(verb_nearest("sumary"), "summary");
    cr_assert_str_eq(verb_nearest("chekc"), "check");
    cr_assert_null(verb_nearest("xylophone"));
    cr_assert_null(verb_find("Run"));
}

static char *help_of(const struct verb *v, size_t *size)
{
    char *text = NULL;
    FILE *to = open_memstream(&text, size);
    cr_assert(to);
    help_verb(to, v);
    fclose(to);
    return text;
}

Test(help, of_each_verb_is_whole_and_fits_100_columns)
{
    for (const struct verb *v = verb_table; v->name; v++) {
        size_t size;
        char *text = help_of(v, &size), *rest = text;
        cr_assert(strncmp(text, "usage: klynge ", 14) == 0);
        cr_assert_not_null(strstr(text, "\nexamples:\n"));
        cr_assert_not_null(strstr(text, "\nexit codes:\n    0  done\n"));
        for (const struct option_row *row = options_table; row->name; row++) {
            char name[64];
            snprintf(name, sizeof name, "--%s", row->name);
            if (row->verbs & v->bit) cr_assert_not_null(strstr(text, name), "%s: %s", v->name, name);
        }
        for (char *line; (line = strsep(&rest, "\n"));)
            cr_assert_leq(strlen(line), 100u, "%s", line);
        free(text);
    }
}

Test(options, a_time_has_a_unit_or_is_seconds)
{
    static const struct {
        const char *word;
        double seconds;
    } times[] = {{"30", 30.0}, {"30s", 30.0}, {"0.5s", 0.5}, {"10min", 600.0}, {"1.5h", 5400.0}};
    for (size_t k = 0; k < sizeof times / sizeof *times; k++) {
        char words[64];
        snprintf(words, sizeof words, "run a.cfg -o a.h5 --checkpoint-every %s", times[k].word);
        struct line *l = parse(words);
        cr_assert_eq(l->code, ERROR_NONE, "%s", l->err.text);
        cr_assert_eq(l->o.checkpoint_every, times[k].seconds);
        options_free(&l->o);
    }
    static const char *const wrong[] = {"x", "-1", "0", "10m", "1e9", "nan", "169h"};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        char words[64];
        snprintf(words, sizeof words, "run a.cfg -o a.h5 --checkpoint-every=%s", wrong[k]);
        refuse(words, "expected a time such as 30s, 10min or 1h, from 0.01s to 168h");
    }
    refuse("sweep a.cfg -o a --publish-every 25h", "--publish-every: found 25h, expected a time");
}
