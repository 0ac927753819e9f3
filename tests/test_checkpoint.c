/* test_checkpoint.c - files of a run's state: which are kept, which is believed, what is refused. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"
#include "io/checkpoint.h"

static char folder[] = "/tmp/klynge-checkpoint.XXXXXX", out[64];

static struct manifest about(char *config)
{
    static char empty[] = "";
    struct manifest m = {.borrowed = true};
    for (int k = 0; k < MANIFEST_N_TEXTS; k++)
        m.text[k] = empty;
    m.text[MANIFEST_config_resolved] = config;
    return m;
}

static char ours[] = "hours = 38;\n", another[] = "hours = 50;\n";

static void begin(struct trial *t)
{
    if (!*out) cr_assert(mkdtemp(folder));
    snprintf(out, sizeof out, "%s/o.h5", folder);
    trial_small(t, 20, 1);
    trial_set(t, "world.clusters", "2");
    trial_all_policies(t);
    trial_open(t);
}

static void clean(struct trial *t)
{
    struct dirent *e;
    DIR *d = opendir(folder);
    cr_assert(d);
    while ((e = readdir(d)))
        if (*e->d_name != '.') unlinkat(dirfd(d), e->d_name, 0);
    closedir(d);
    rmdir(folder);
    trial_close(t);
}

static void find(struct checkpoints *c, const struct manifest *m, size_t n)
{
    struct error err = {0};
    cr_assert_eq(checkpoint_find(c, out, m, &err), ERROR_NONE, "%s", err.text);
    cr_assert_eq(c->n, n, "%zu files", c->n);
}

static void write_at(struct checkpoints *c, struct trial *t, uint64_t run, uint32_t tick)
{
    struct error err = {0};
    trial_steps(t, tick - t->world.tick);
    cr_assert_eq(checkpoint_write(c, run, &t->world, &err), ERROR_NONE, "%s", err.text);
}

Test(checkpoint, the_newest_two_of_a_run_are_kept_and_one_when_it_has_ended)
{
    struct trial t;
    struct manifest m = about(ours);
    struct checkpoints c, again;
    begin(&t);
    find(&c, &m, 0);
    for (uint32_t tick = 2; tick <= 8; tick += 2)
        write_at(&c, &t, 0, tick);
    trial_again(&t, 5);
    write_at(&c, &t, 1, 3);
    find(&again, &m, 3);
    cr_assert_eq(checkpoint_newest(&again, 0)->tick, 8u);
    cr_assert_eq(checkpoint_newest(&again, 1)->tick, 3u);
    cr_assert_null(checkpoint_newest(&again, 2));
    checkpoint_free(&again);
    write_at(&c, &t, 1, t.world.n_ticks);
    find(&again, &m, 3);
    cr_assert_eq(checkpoint_newest(&again, 1)->tick, t.world.n_ticks);
    checkpoint_remove(&again);
    checkpoint_free(&again);
    find(&again, &m, 0);
    checkpoint_free(&again);
    checkpoint_free(&c);
    clean(&t);
}

Test(checkpoint, a_world_that_is_put_back_ends_in_the_same_bits)
{
    struct trial t;
    struct manifest m = about(ours);
    struct checkpoints c;
    struct error err = {0};
    char straight[DIGEST_SIZE], resumed[DIGEST_SIZE];
    begin(&t);
    find(&c, &m, 0);
    write_at(&c, &t, 0, 7);
    trial_finish(&t);
    trial_digest(&t, straight);
    checkpoint_free(&c);
    find(&c, &m, 1);
    trial_again(&t, 99); /* another run stood there in between */
    trial_finish(&t);
    world_prepare(&t.world, &t.setup, 1, t.results);
    cr_assert_eq(checkpoint_restore(checkpoint_newest(&c, 0), &t.world, &err), ERROR_NONE, "%s", err.text);
    cr_assert_eq(t.world.tick, 7u);
    trial_finish(&t);
    trial_digest(&t, resumed);
    cr_assert_str_eq(resumed, straight);
    world_prepare(&t.world, &t.setup, 2, t.results);
    cr_assert_eq(checkpoint_restore(checkpoint_newest(&c, 0), &t.world, &err), ERROR_IO, "of another seed");
    cr_assert_null(checkpoint_newest(&c, 0), "what could not be put back is not tried again");
    checkpoint_free(&c);
    clean(&t);
}

static void damage(const char *path, long at)
{
    FILE *f = fopen(path, "r+b");
    cr_assert(f);
    fseek(f, at, at < 0 ? SEEK_END : SEEK_SET);
    int byte = fgetc(f);
    fseek(f, -1, SEEK_CUR);
    fputc(byte ^ 1, f);
    fclose(f);
}

/* A bit at either end or in the middle, and a byte that is missing. */
Test(checkpoint, a_damaged_one_is_told_and_removed_and_the_one_before_it_counts)
{
    for (int how = 0; how < 4; how++) {
        struct trial t;
        struct manifest m = about(ours);
        struct checkpoints c;
        begin(&t);
        find(&c, &m, 0);
        write_at(&c, &t, 0, 3);
        write_at(&c, &t, 0, 5);
        char *path = checkpoint_newest(&c, 0)->path;
        if (how == 3)
            cr_assert_eq(truncate(path, 100000), 0);
        else
            damage(path, how == 0 ? 0 : how == 1 ? 50000 : -1);
        checkpoint_free(&c);
        find(&c, &m, 2);
        cr_assert_eq(checkpoint_newest(&c, 0)->tick, 3u);
        bool told = false;
        for (size_t k = 0; k < c.n; k++)
            told |= c.files[k].why && strstr(c.files[k].why, "not those that were written; it is removed");
        cr_assert(told);
        checkpoint_free(&c);
        find(&c, &m, 1);
        checkpoint_remove(&c);
        checkpoint_free(&c);
        trial_close(&t);
    }
    rmdir(folder);
}

Test(checkpoint, one_of_another_command_is_refused_and_stays)
{
    struct trial t;
    struct manifest m = about(ours), other = about(another);
    struct checkpoints c;
    struct error err = {0};
    begin(&t);
    find(&c, &m, 0);
    write_at(&c, &t, 0, 3);
    checkpoint_free(&c);
    cr_assert_eq(checkpoint_find(&c, out, &other, &err), ERROR_CONFIG);
    cr_assert_not_null(
        strstr(err.text, "belongs to another run: its config differs: found hours = 50;, expected hours = 38;"), "%s",
        err.text);
    find(&c, &m, 1);
    checkpoint_free(&c);
    clean(&t);
}
