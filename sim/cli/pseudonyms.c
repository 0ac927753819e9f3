#include "cli/pseudonyms.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/options.h"
#include "core/model.h"

static void put_quoted(FILE *to, const char *text)
{
    fputc('"', to);
    for (; *text; text++) {
        if (*text == '"') fputc('"', to);
        fputc(*text, to);
    }
    fputc('"', to);
}

/* Scenarios may share a roster, which is renamed once. */
static bool is_shared(const struct ensemble_plan *plan, uint32_t n)
{
    for (uint32_t earlier = 0; earlier < n; earlier++)
        if (plan->cases[earlier].roster == plan->cases[n].roster) return true;
    return false;
}

static void rename_firms(struct roster *roster, uint32_t number, FILE *mapping)
{
    for (uint32_t i = 0; i < roster->n; i++) {
        fprintf(mapping, "%u,F%03u,", number, i + 1);
        put_quoted(mapping, roster->name[i]);
        fputc('\n', mapping);
        snprintf(roster->name[i], sizeof *roster->name, "F%03u", i + 1);
    }
}

/* `text`: the mapping, in which rosters are numbered from 1 in the order of the scenarios that bring them. */
static int rename_all(const struct ensemble_plan *plan, char **text, struct error *err)
{
    size_t length;
    uint32_t rosters = 0;
    FILE *mapping = open_memstream(text, &length);
    if (!mapping) return error_set(err, ERROR_IO, "no memory for pseudonyms");
    fputs("roster,pseudonym,name\n", mapping);
    for (uint32_t k = 0; k < plan->n_scenarios * plan->n_points; k++)
        if (plan->cases[k].roster && !is_shared(plan, k)) rename_firms(plan->cases[k].roster, ++rosters, mapping);
    bool failed = ferror(mapping);
    return fclose(mapping) || failed ? error_set(err, ERROR_IO, "no memory for pseudonyms") : ERROR_NONE;
}

int pseudonyms_begin(struct pseudonyms *p, const struct options *o, const struct ensemble_plan *plan, struct error *err)
{
    *p = (struct pseudonyms){0};
    if (o->mapping && !o->pseudonyms)
        return error_set(err, ERROR_CONFIG, "--mapping: found no --pseudonyms beside it, expected the two together");
    if (!o->pseudonyms) return ERROR_NONE;
    if (o->mapping && strcmp(o->mapping, o->out) == 0)
        return error_set(err, ERROR_CONFIG, "--mapping: found the same file as that of the results, expected another");
    int code = o->mapping ? publish_begin(&p->file, o->mapping, o->force, err) : ERROR_NONE;
    return code ? code : rename_all(plan, &p->text, err);
}

static int write_text(const struct pseudonyms *p, struct error *err)
{
    FILE *to = fopen(p->file.temporary, "w");
    bool good = to && fputs(p->text, to) >= 0;
    int number = errno;
    if (to && fclose(to) != 0) {
        good = false;
        number = errno;
    }
    return good ? ERROR_NONE : error_set(err, ERROR_IO, "%s: cannot be written: %s", p->file.final, strerror(number));
}

int pseudonyms_publish(struct pseudonyms *p, struct error *err)
{
    if (!p->file.temporary) return ERROR_NONE;
    int code = write_text(p, err);
    if (!code) code = publish_sync(&p->file, err);
    return code ? code : publish_commit(&p->file, err);
}

void pseudonyms_abandon(struct pseudonyms *p)
{
    publish_abandon(&p->file);
    free(p->text);
    p->text = NULL;
}
