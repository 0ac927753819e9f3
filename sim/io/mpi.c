#include "io/mpi.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what launchers say ----------------------------------------------------------------------------------------------- */

static bool number_in(const char *name, uint32_t *number)
{
    const char *text = getenv(name);
    char *end;
    errno = 0;
    unsigned long n = text ? strtoul(text, &end, 10) : 0;
    if (!text || end == text || *end || errno || n > UINT32_MAX) return false;
    *number = (uint32_t)n;
    return true;
}

/* A batch script itself has SLURM_PROCID too, but is no step. */
static const char *const launchers[][2] = {{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
                                           {"PMI_RANK", "PMI_SIZE"},
                                           {"SLURM_PROCID", "SLURM_STEP_NUM_TASKS"}};

bool mpi_launched(uint32_t *number, uint32_t *count)
{
    for (size_t k = 0; k < sizeof launchers / sizeof *launchers; k++)
        if (number_in(launchers[k][0], number) && number_in(launchers[k][1], count))
            return *count > 1 && *number < *count;
    return false;
}

#ifdef KLYNGE_MPI

#include <mpi.h>

static bool joined;

void mpi_version(char text[32])
{
    char whole[MPI_MAX_LIBRARY_VERSION_STRING];
    int n = 0;
    if (MPI_Get_library_version(whole, &n) != MPI_SUCCESS) n = 0;
    snprintf(text, 32, "%.*s", (int)strcspn(whole, ",\n"), n ? whole : "");
}

static bool was_launched(void)
{
    uint32_t number;
    static const char *const by[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"};
    for (size_t k = 0; k < sizeof by / sizeof *by; k++)
        if (number_in(by[k], &number)) return true;
    return false;
}

int mpi_begin(struct error *err)
{
    int given = 0;
    if (!was_launched()) return ERROR_NONE;
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &given) != MPI_SUCCESS || given < MPI_THREAD_FUNNELED)
        return error_set(err, ERROR_IO, "MPI cannot be started");
    joined = true;
    return ERROR_NONE;
}

void mpi_end(void)
{
    if (joined) MPI_Finalize();
    joined = false;
}

uint32_t mpi_rank(void)
{
    int rank = 0;
    if (joined) MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return (uint32_t)rank;
}

uint32_t mpi_size(void)
{
    int size = 1;
    if (joined) MPI_Comm_size(MPI_COMM_WORLD, &size);
    return (uint32_t)size;
}

/* Errors end the program: that is what MPI does unless told otherwise. */
void mpi_send(uint32_t to, const uint64_t *words, size_t n)
{
    MPI_Send(words, (int)n, MPI_UINT64_T, (int)to, 0, MPI_COMM_WORLD);
}

bool mpi_receive(uint32_t *from, uint64_t words[MPI_WORDS_MAX], size_t *n)
{
    int there = 0, count = 0;
    MPI_Status status;
    if (!joined) return false;
    MPI_Iprobe(MPI_ANY_SOURCE, 0, MPI_COMM_WORLD, &there, &status);
    if (!there) return false;
    MPI_Get_count(&status, MPI_UINT64_T, &count);
    MPI_Recv(words, count, MPI_UINT64_T, status.MPI_SOURCE, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    *from = (uint32_t)status.MPI_SOURCE;
    *n = (size_t)count;
    return true;
}

#else

void mpi_version(char text[32]) { *text = '\0'; }

int mpi_begin(struct error *err)
{
    (void)err;
    return ERROR_NONE;
}

void mpi_end(void) {}
uint32_t mpi_rank(void) { return 0; }
uint32_t mpi_size(void) { return 1; }

void mpi_send(uint32_t to, const uint64_t *words, size_t n)
{
    (void)to;
    (void)words;
    (void)n;
}

bool mpi_receive(uint32_t *from, uint64_t words[MPI_WORDS_MAX], size_t *n)
{
    (void)from;
    (void)words;
    (void)n;
    return false;
}

#endif
