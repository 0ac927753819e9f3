/* model.h - the cluster model, for the registry. */
#ifndef KLYNGE_MODELS_CLUSTER_MODEL_H
#define KLYNGE_MODELS_CLUSTER_MODEL_H

#include "core/model.h"

extern const struct model cluster_model;

#endif
