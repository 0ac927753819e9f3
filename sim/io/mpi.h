/* mpi.h - ranks of one program, and short messages between them. Only mpi.c includes MPI's own header, and only where the build
 * found it (KLYNGE_MPI); otherwise a program is always alone.
 *
 * One thread of a process calls these. A message is a list of numbers. Nothing here waits: Open MPI would wait with a busy
 * processor.
 */
#ifndef KLYNGE_IO_MPI_H
#define KLYNGE_IO_MPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

enum { MPI_WORDS_MAX = 1024 };

/* "Open MPI v4.1.4", or "" where the program was built without. */
void mpi_version(char text[32]);

/* Join the ranks that a launcher (mpirun, srun) started; alone where there is none. */
int mpi_begin(struct error *err);
/* After the last message. */
void mpi_end(void);
uint32_t mpi_rank(void);
uint32_t mpi_size(void);

/* What a launcher says of processes that are not joined: number and count of this one. False where there is only one. */
bool mpi_launched(uint32_t *number, uint32_t *count);

void mpi_send(uint32_t to, const uint64_t *words, size_t n);
/* The next message, if there is one. */
bool mpi_receive(uint32_t *from, uint64_t words[MPI_WORDS_MAX], size_t *n);

#endif
