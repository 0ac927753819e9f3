/* tree.h - a section of a config that is no table of parameters, as texts with their places: what config.c hands on, so that it
 * alone knows libconfig. */
#ifndef KLYNGE_IO_TREE_H
#define KLYNGE_IO_TREE_H

#include <stddef.h>

#include "io/mistakes.h"

enum tree_kind { TREE_VALUE, TREE_TEXT, TREE_LIST, TREE_GROUP };

struct tree {
    const char *key; /* "" in a list; not owned */
    enum tree_kind kind;
    char *text; /* as param_parse reads it; owned */
    char *bare; /* of a TREE_TEXT: without its quotes; else NULL; owned */
    struct place place;
    struct tree *items; /* (n) of a list or group; owned */
    size_t n;
};

/* What it owns; not the tree itself. */
void tree_free(struct tree *t);

/* The item with that key, or NULL; t may be NULL. */
const struct tree *tree_find(const struct tree *t, const char *key);

#endif
