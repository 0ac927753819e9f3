#include "cli/slurm.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/answer.h"
#include "cli/options.h"
#include "io/manifest.h"

enum { TASKS = 4 };

/* --slurm or --tasks, as short as getopt_long takes them. */
static bool is_own(const char *word)
{
    size_t n = strcspn(word, "=");
    return n > 3 && (strncmp(word, "--slurm", n) == 0 || strncmp(word, "--tasks", n) == 0);
}

/* The command line without --slurm and --tasks. */
static void print_command(const struct options *o)
{
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    self[n < 0 ? 0 : n] = '\0';
    manifest_print_word(stdout, n < 0 ? o->argv[0] : self);
    for (int k = 1; k < o->argc; k++) {
        const char *word = o->argv[k];
        if (is_own(word)) {
            k += !strchr(word, '='); /* with the word after it */
            continue;
        }
        putchar(' ');
        manifest_print_word(stdout, word);
    }
    if (!o->threads) fputs(" --threads \"${SLURM_CPUS_PER_TASK:-1}\"", stdout);
}

static void print_head(const struct options *o, bool array)
{
    int tasks = o->tasks ? o->tasks : TASKS, threads = o->threads ? o->threads : 1;
    printf("#!/bin/bash\n"
           "# A sweep of klynge: submit with `sbatch`, as often as you like; each start continues what is left.\n"
           "# Edit time, partition and account for your cluster.\n"
           "#SBATCH --job-name=klynge-sweep\n");
    if (array)
        printf("#SBATCH --array=0-%d\n#SBATCH --ntasks=1\n", tasks - 1);
    else
        printf("#SBATCH --ntasks=%d\n", tasks);
    printf("#SBATCH --cpus-per-task=%d\n"
           "#SBATCH --time=04:00:00\n"
           "#SBATCH --requeue\n"
           "#SBATCH --signal=B:USR1@120\n"
           "#SBATCH --open-mode=append\n"
           "#SBATCH --output=\"%s.slurm-%s.log\"\n\n",
           threads, o->out, array ? "%A_%a" : "%j");
}

/* The batch shell gets the signals and hands them on. Near the time limit (USR1) the job is put back into the queue, which Slurm
 * does not do by itself; when it is preempted (TERM) Slurm does, and when it is cancelled (TERM too) nobody should. */
static const char body_end[] = " &\n"
                               "child=$!\n"
                               "again=\n"
                               "trap 'again=yes; kill -USR1 \"$child\" 2>/dev/null' USR1\n"
                               "trap 'kill -TERM \"$child\" 2>/dev/null' TERM INT\n"
                               "while :; do # wait ends when a signal comes\n"
                               "    wait \"$child\"\n"
                               "    code=$?\n"
                               "    kill -0 \"$child\" 2>/dev/null || break\n"
                               "done\n"
                               "if [ -n \"$again\" ] && [ \"$code\" != 0 ] && [ \"$code\" != 2 ]; then\n"
                               "    scontrol requeue \"$job\"\n"
                               "fi\n"
                               "exit \"$code\"\n";

int slurm_print(const struct options *o, struct error *err)
{
    bool array = strcmp(o->slurm, "array") == 0;
    if (!array && strcmp(o->slurm, "mpi") != 0)
        return error_set(err, ERROR_CONFIG, "--slurm: found %s, expected array or mpi", o->slurm);
    print_head(o, array);
    fputs(array ? "job=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID\n"
                : "job=$SLURM_JOB_ID\nmpirun -n \"$SLURM_NTASKS\" ",
          stdout);
    print_command(o);
    fputs(body_end, stdout);
    return answer_flush(err);
}
