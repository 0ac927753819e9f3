#include "core/parallel.h"

#include <omp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

/* Looks at what is waited for before a thread sleeps: some ten microseconds, which is what going to sleep and being woken cost. */
enum { LOOKS = 400 };

/* Loops are numbered. `number` is that of the last one that began; it is open until its items have all been taken. */
struct parallel_team {
    pthread_mutex_t mutex; /* of what is written of number, is_open, at_work, is_over, and of the sleeping */
    pthread_cond_t begins, ends;
    atomic_uint number, at_work; /* threads inside the loop, but for the one that called it */
    bool is_open, is_over;
    atomic_uint next; /* item to be taken */
    uint32_t n;
    void (*run)(void *context, uint32_t k);
    void *context;
    int n_threads; /* others */
    pthread_t thread[];
};

int parallel_max_threads(void)
{
    int threads = omp_get_max_threads();
    return threads < 1 ? 1 : threads;
}

static void rest(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

/* Look for a while whether *x is other than `value`. */
static void look(const atomic_uint *x, unsigned value)
{
    for (int k = 0; k < LOOKS && atomic_load_explicit(x, memory_order_relaxed) == value; k++)
        rest();
}
static void look_for(const atomic_uint *x, unsigned value)
{
    for (int k = 0; k < LOOKS && atomic_load_explicit(x, memory_order_relaxed) != value; k++)
        rest();
}

static void take_items(struct parallel_team *t)
{
    for (uint32_t k; (k = atomic_fetch_add_explicit(&t->next, 1, memory_order_relaxed)) < t->n;)
        t->run(t->context, k);
}

/* Sleep until a loop is open that this thread has not been in; false when there will be none. */
static bool enter(struct parallel_team *t, unsigned *seen)
{
    look(&t->number, *seen);
    pthread_mutex_lock(&t->mutex);
    while (!t->is_over && (!t->is_open || t->number == *seen))
        pthread_cond_wait(&t->begins, &t->mutex);
    bool goes_on = !t->is_over;
    *seen = t->number;
    t->at_work += goes_on;
    pthread_mutex_unlock(&t->mutex);
    return goes_on;
}

static void leave(struct parallel_team *t)
{
    pthread_mutex_lock(&t->mutex);
    if (--t->at_work == 0) pthread_cond_signal(&t->ends);
    pthread_mutex_unlock(&t->mutex);
}

static void *serve(void *team)
{
    struct parallel_team *t = team;
    for (unsigned seen = 0; enter(t, &seen); leave(t))
        take_items(t);
    return NULL;
}

static void begin(struct parallel_team *t)
{
    pthread_mutex_lock(&t->mutex);
    atomic_store_explicit(&t->next, 0, memory_order_relaxed);
    t->is_open = true;
    t->number++;
    pthread_cond_broadcast(&t->begins);
    pthread_mutex_unlock(&t->mutex);
}

/* All items are taken: whoever comes now is not waited for. */
static void end(struct parallel_team *t)
{
    pthread_mutex_lock(&t->mutex);
    t->is_open = false;
    pthread_mutex_unlock(&t->mutex);
    look_for(&t->at_work, 0);
    pthread_mutex_lock(&t->mutex);
    while (t->at_work)
        pthread_cond_wait(&t->ends, &t->mutex);
    pthread_mutex_unlock(&t->mutex);
}

void parallel_for(struct parallel_team *t, uint32_t n, void (*run)(void *context, uint32_t k), void *context)
{
    if (!t || n <= 1) {
        for (uint32_t k = 0; k < n; k++)
            run(context, k);
        return;
    }
    t->n = n;
    t->run = run;
    t->context = context;
    begin(t);
    take_items(t);
    end(t);
}

struct parallel_team *parallel_open(int threads)
{
    int others = threads > 1 ? threads - 1 : 0;
    struct parallel_team *t = calloc(1, sizeof *t + (size_t)others * sizeof *t->thread);
    if (!t) return NULL;
    pthread_mutex_init(&t->mutex, NULL);
    pthread_cond_init(&t->begins, NULL);
    pthread_cond_init(&t->ends, NULL);
    while (t->n_threads < others && pthread_create(&t->thread[t->n_threads], NULL, serve, t) == 0)
        t->n_threads++;
    return t;
}

void parallel_close(struct parallel_team *t)
{
    if (!t) return;
    pthread_mutex_lock(&t->mutex);
    t->is_over = true;
    pthread_cond_broadcast(&t->begins);
    pthread_mutex_unlock(&t->mutex);
    for (int k = 0; k < t->n_threads; k++)
        pthread_join(t->thread[k], NULL);
    pthread_cond_destroy(&t->begins);
    pthread_cond_destroy(&t->ends);
    pthread_mutex_destroy(&t->mutex);
    free(t);
}
