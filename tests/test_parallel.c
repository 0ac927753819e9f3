/* test_parallel.c - a team's loops: each item once, by any number of threads, loop after loop, with items that take time and without. */
#include <criterion/criterion.h>
#include <stdatomic.h>
#include <unistd.h>

#include "core/parallel.h"

enum { ITEMS = 50, LOOPS = 2000 };

struct tally {
    atomic_uint count[ITEMS];
    unsigned before; /* written between loops, read in them: seen by all threads? */
    atomic_uint wrong;
    uint32_t slow; /* an item that sleeps: the others are taken, and the loop waits for it */
};

static void add(void *context, uint32_t k)
{
    struct tally *t = context;
    if (k == t->slow) usleep(200);
    atomic_fetch_add(&t->wrong, atomic_load(&t->count[k]) != t->before);
    atomic_fetch_add(&t->count[k], 1);
}

static void check(int threads, uint32_t n, uint32_t slow, unsigned loops)
{
    static struct tally t;
    t = (struct tally){.slow = slow};
    struct parallel_team *team = parallel_open(threads);
    cr_assert(team);
    for (; t.before < loops; t.before++)
        parallel_for(team, n, add, &t);
    parallel_close(team);
    cr_assert_eq(atomic_load(&t.wrong), 0, "%d threads, %u items: a loop ended before its items, or an item came twice",
                 threads, n);
    for (uint32_t k = 0; k < ITEMS; k++)
        cr_assert_eq(atomic_load(&t.count[k]), k < n ? loops : 0, "%d threads, item %u of %u", threads, k, n);
}

Test(parallel, each_item_is_run_once_by_any_number_of_threads)
{
    static const int threads[] = {0, 1, 2, 3, 7};
    for (int k = 0; k < 5; k++) {
        check(threads[k], ITEMS, UINT32_MAX, LOOPS);
        check(threads[k], 2, UINT32_MAX, LOOPS);
        check(threads[k], 1, UINT32_MAX, 10);
        check(threads[k], 0, UINT32_MAX, 10);
    }
}

/* The slow item puts the threads to sleep: the one that called, or those that find nothing to do. */
Test(parallel, a_loop_waits_for_its_slowest_item)
{
    for (int threads = 2; threads <= 4; threads++) {
        check(threads, 8, 0, 50);
        check(threads, 8, 7, 50);
    }
}

Test(parallel, no_team_is_the_calling_thread)
{
    static struct tally t = {.slow = UINT32_MAX};
    parallel_for(NULL, ITEMS, add, &t);
    parallel_close(NULL);
    for (uint32_t k = 0; k < ITEMS; k++)
        cr_assert_eq(atomic_load(&t.count[k]), 1);
}
