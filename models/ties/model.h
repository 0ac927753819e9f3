/* model.h - the tie kernel, for the registry. */
#ifndef KLYNGE_MODELS_TIES_MODEL_H
#define KLYNGE_MODELS_TIES_MODEL_H

#include "core/model.h"

extern const struct model ties_model;

#endif
