#include "core/model.h"

#include <string.h>

const struct model *model_find(const char *name)
{
    for (const struct model *const *m = registry_models; *m; m++)
        if (strcmp((*m)->name, name) == 0) return *m;
    return NULL;
}
