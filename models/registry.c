/* registry.c - the models that are linked in. A new model is one folder and one line here. */
#include "cluster/model.h"
#include "core/model.h"
#include "ties/model.h"

const struct model *const registry_models[] = {&cluster_model, &ties_model, NULL};
