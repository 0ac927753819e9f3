#include "core/state.h"

#include <stdlib.h>
#include <string.h>

int state_pass_array(struct state_walk *s, const char *piece, void *pointer, size_t n, size_t size, struct error *err)
{
    void *array;
    memcpy(&array, pointer, sizeof array);
    if (s->restores) {
        free(array);
        array = malloc(n * size + 1);
        memcpy(pointer, &array, sizeof array);
        if (!array) return error_set(err, ERROR_RUN, "no memory for %s", piece);
    }
    return state_pass(s, piece, array, n * size, err);
}
