#include "cli/help.h"

#include <stdlib.h>
#include <string.h>

#include "cli/answer.h"
#include "cli/options.h"
#include "cli/page.h"
#include "cli/verb.h"
#include "io/provenance.h"

/* ---- the program -------------------------------------------------------------------------------------------------------- */

enum { VERB_COLUMN = 12, OPTION_COLUMN = 26 };

static void verb_line(FILE *to, const char *name, const char *line)
{
    page_tab(to, fprintf(to, "  %s", name), VERB_COLUMN);
    page_wrap(to, VERB_COLUMN, VERB_COLUMN, line);
}

static void verbs_beside(FILE *to)
{
    struct verb_beside *beside;
    size_t n = verb_beside_list(&beside);
    for (size_t k = 0; k < n; k++)
        verb_line(to, beside[k].name, *beside[k].line ? beside[k].line : "(a program beside this one)");
    free(beside);
}

void help_program(FILE *to)
{
    fputs("klynge simulates how firms in a network come to know, trust and work with each other, and what\n"
          "facilitation does to that: an agent-based simulator, reproducible to the bit, run from config files.\n\n"
          "usage: klynge VERB [ARGUMENTS] [OPTIONS]\n\nverbs:\n",
          to);
    for (const struct verb *v = verb_table; v->name; v++)
        verb_line(to, v->name, v->line);
    verbs_beside(to);
    verb_line(to, "help", "`klynge help VERB` tells about one of them");
    fputs("\nexamples:\n"
          "  klynge check configs/act.cfg            is the config right, and what will it take?\n"
          "  klynge run configs/act.cfg -o act.h5    run it\n"
          "  klynge summary act.h5                   what came out, with intervals\n\n",
          to);
    page_wrap(
        to, 0, 0,
        "`klynge VERB --help` shows options, examples and exit codes; `klynge --version` what this is built from.");
}

/* ---- a verb --------------------------------------------------------------------------------------------------------------- */

static void option_lines(FILE *to, const struct verb *verb)
{
    fputs("\noptions:\n", to);
    for (const struct option_row *row = options_table; row->name; row++) {
        if (!(row->verbs & verb->bit)) continue;
        char letter[4] = {'-', row->letter, ',', '\0'};
        int n = fprintf(to, "  %3s --%s%s%s", row->letter ? letter : "", row->name, row->argument ? " " : "",
                        row->argument ? row->argument : "");
        page_tab(to, n, OPTION_COLUMN);
        page_wrap(to, OPTION_COLUMN, OPTION_COLUMN, row->help);
    }
}

void help_verb(FILE *to, const struct verb *verb)
{
    fprintf(to, "usage: klynge %s %s [OPTIONS]\n\n", verb->name, verb->operands);
    page_wrap(to, 0, 0, verb->text);
    option_lines(to, verb);
    fputs("\nexamples:\n", to);
    for (const struct verb_example *e = verb->examples; e->command; e++)
        fprintf(to, "  %s\n      %s\n", e->command, e->shows);
    fputs("\nexit codes:\n", to);
    for (const int *code = verb->codes; *code >= 0; code++)
        fprintf(to, "  %3d  %s\n", *code, error_meaning(*code));
}

/* ---- as JSON -------------------------------------------------------------------------------------------------------------- */

static json_t *verb_json(const char *name, const char *line)
{
    json_t *one = json_object();
    answer_put(&one, "name", answer_text(name));
    answer_put(&one, "line", answer_text(line));
    return one;
}

int help_program_json(struct error *err)
{
    json_t *all = json_array(), *answer = json_object();
    struct verb_beside *beside;
    size_t n = verb_beside_list(&beside);
    for (const struct verb *v = verb_table; v->name; v++)
        answer_append(&all, verb_json(v->name, v->line));
    for (size_t k = 0; k < n; k++)
        answer_append(&all, verb_json(beside[k].name, beside[k].line));
    free(beside);
    answer_put(&answer, "verbs", all);
    return answer_json(answer, err);
}

static json_t *pair_json(json_t *first, const char *second)
{
    json_t *pair = json_array();
    answer_append(&pair, first);
    answer_append(&pair, answer_text(second));
    return pair;
}

static json_t *options_json(const struct verb *verb)
{
    json_t *all = json_array();
    for (const struct option_row *row = options_table; row->name; row++) {
        if (!(row->verbs & verb->bit)) continue;
        char letter[2] = {row->letter, '\0'};
        json_t *one = json_object();
        answer_put(&one, "name", answer_text(row->name));
        answer_put(&one, "letter", answer_text(row->letter ? letter : NULL));
        answer_put(&one, "argument", answer_text(row->argument));
        answer_put(&one, "help", answer_text(row->help));
        answer_append(&all, one);
    }
    return all;
}

int help_verb_json(const struct verb *verb, struct error *err)
{
    char usage[256];
    json_t *answer = verb_json(verb->name, verb->line), *examples = json_array(), *codes = json_array();
    snprintf(usage, sizeof usage, "klynge %s %s [OPTIONS]", verb->name, verb->operands);
    for (const struct verb_example *e = verb->examples; e->command; e++)
        answer_append(&examples, pair_json(answer_text(e->command), e->shows));
    for (const int *code = verb->codes; *code >= 0; code++)
        answer_append(&codes, pair_json(json_integer(*code), error_meaning(*code)));
    answer_put(&answer, "usage", answer_text(usage));
    answer_put(&answer, "text", answer_text(verb->text));
    answer_put(&answer, "options", options_json(verb));
    answer_put(&answer, "examples", examples);
    answer_put(&answer, "codes", codes);
    return answer_json(answer, err);
}

/* ---- the version ------------------------------------------------------------------------------------------------------------ */

void help_version(FILE *to)
{
    struct provenance_build build = provenance_build();
    struct provenance_library library[PROVENANCE_LIBRARIES];
    provenance_libraries(library);
    fprintf(to, "klynge     %s\n", build.version);
    fprintf(to, "commit     %s%s\n", build.commit, build.dirty ? ", with changes" : "");
    fprintf(to, "compiler   %s, OpenMP %d\n", build.compiler, _OPENMP);
    fprintf(to, "libraries  ");
    for (int k = 0; k < PROVENANCE_LIBRARIES; k++)
        fprintf(to, "%s%s %s", k ? ", " : "", library[k].name, library[k].version);
    fputc('\n', to);
}
