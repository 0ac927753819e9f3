/* slurm.h - the batch script of a sweep, for `sbatch`. */
#ifndef KLYNGE_CLI_SLURM_H
#define KLYNGE_CLI_SLURM_H

#include "core/error.h"

struct options;

/* On stdout: an array of tasks (--slurm array) or one job of many ranks (--slurm mpi) for the command line at hand. */
int slurm_print(const struct options *o, struct error *err);

#endif
