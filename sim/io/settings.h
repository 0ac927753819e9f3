/* settings.h - the values of one parameter table while a config is read, and where each of them was set. */
#ifndef KLYNGE_IO_SETTINGS_H
#define KLYNGE_IO_SETTINGS_H

#include <stdbool.h>

#include "core/model.h"
#include "io/mistakes.h"

/* What sets values, the later over the earlier: defaults, files from the last base to the config itself, scenarios,
 * --set. */
enum settings_layer { SETTINGS_DEFAULT, SETTINGS_FILE, SETTINGS_SCENARIO = 100, SETTINGS_OVERRIDE };

struct settings {
    const struct param_table *table;
    void *values;         /* the table's struct; owned */
    struct place *places; /* (table->n); owned */
    unsigned *layers;     /* (table->n) that set the value; owned */
    unsigned layer;       /* that sets values now; files count up from SETTINGS_FILE */
};

enum { SETTINGS_PATH_MAX = 256 };

/* Defaults. On error (no memory, or a default that its own row refuses) nothing is allocated. */
int settings_init(struct settings *s, const struct param_table *table, struct error *err);
/* False: no memory, nothing is allocated. */
bool settings_copy(struct settings *to, const struct settings *from);
void settings_free(struct settings *s);

/* Parse `text` into row p. A mistake is added under `key`, the value stays as it was. True: set. */
bool settings_parse(struct settings *s, const struct param *p, const char *text, struct place place, const char *key,
                    struct mistakes *m);

struct place settings_place(const struct settings *s, const struct param *p);
unsigned settings_layer(const struct settings *s, const struct param *p);

/* Does a parameter's path start with `path` and a dot? */
bool settings_is_section(const struct param_table *table, const char *path);

/* Does its text name a file that is read with the config? */
bool settings_names_file(const struct model *model, const struct param *p);

/* Is the row of p of the same value in both? */
bool settings_same(const struct settings *a, const struct settings *b, const struct param *p);

/* "; did you mean model.trust.hours?" for an unknown path, or "": among the keys of its own section, then whole paths,
 * then keys of that name in any section, of the run's table and the model's. model may be NULL. */
const char *settings_suggest(const struct model *model, const char *path, char *buffer, size_t size);

/* The mistake of a path that no table has. */
void settings_add_unknown(const struct model *model, const char *path, struct place place, const char *key,
                          struct mistakes *m);

#endif
