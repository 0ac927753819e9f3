#include "io/tree.h"

#include <stdlib.h>
#include <string.h>

void tree_free(struct tree *t)
{
    for (size_t k = 0; k < t->n; k++)
        tree_free(&t->items[k]);
    free(t->items);
    free(t->text);
    free(t->bare);
    memset(t, 0, sizeof *t);
}

const struct tree *tree_find(const struct tree *t, const char *key)
{
    for (size_t k = 0; t && k < t->n; k++)
        if (strcmp(t->items[k].key, key) == 0) return &t->items[k];
    return NULL;
}
