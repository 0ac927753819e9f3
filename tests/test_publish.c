#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "io/publish.h"

static char folder[FOLDER_NAME], path[512];

static void make_folder(void)
{
    folder_make(folder);
    snprintf(path, sizeof path, "%s/out.h5", folder);
}

static void remove_folder(void) { folder_remove(folder); }

static void expect_text(const char *name, const char *text)
{
    char found[64] = "";
    FILE *file = fopen(name, "r");
    cr_assert(file, "%s is missing", name);
    cr_assert(fgets(found, sizeof found, file));
    fclose(file);
    cr_assert_str_eq(found, text);
}

static void expect_refused(const char *name, bool force, int code, const char *sentence)
{
    struct publish p;
    struct error err = {0};
    cr_assert_eq(publish_begin(&p, name, force, &err), code, "%s: found code %d: %s", name, err.code, err.text);
    cr_assert(strstr(err.text, sentence), "found \"%s\"", err.text);
    cr_assert_null(p.temporary);
}

TestSuite(publish, .init = make_folder, .fini = remove_folder);

Test(publish, gives_the_name_only_at_commit)
{
    struct publish p;
    struct error err = {0};
    cr_assert_eq(publish_begin(&p, path, false, &err), 0, "%s", err.text);
    cr_assert_neq(access(path, F_OK), 0);
    write_file(p.temporary, "results");
    cr_assert_eq(publish_sync(&p, &err), 0, "%s", err.text);
    cr_assert_eq(publish_commit(&p, &err), 0, "%s", err.text);
    expect_text(path, "results");
    cr_assert_eq(folder_count(folder), 1);
}

Test(publish, names_the_temporary_file_after_host_and_process)
{
    struct publish p;
    struct error err = {0};
    char host[65] = "", pid[32];
    gethostname(host, sizeof host - 1);
    snprintf(pid, sizeof pid, ".%ld.", (long)getpid());
    cr_assert_eq(publish_begin(&p, path, false, &err), 0);
    cr_assert_eq(strncmp(p.temporary, path, strlen(path)), 0);
    cr_assert(strstr(p.temporary, host));
    cr_assert(strstr(p.temporary, pid));
    publish_abandon(&p);
}

Test(publish, gives_two_starts_two_temporary_files)
{
    struct publish a, b;
    struct error err = {0};
    cr_assert_eq(publish_begin(&a, path, false, &err), 0);
    cr_assert_eq(publish_begin(&b, path, false, &err), 0);
    cr_assert_str_neq(a.temporary, b.temporary);
    publish_abandon(&a);
    publish_abandon(&b);
}

Test(publish, removes_its_temporary_file_and_nothing_else_when_abandoned)
{
    struct publish p;
    struct error err = {0};
    char other[600];
    snprintf(other, sizeof other, "%s.host.1.0123456789abcdef.tmp", path);
    write_file(other, "another process's");
    cr_assert_eq(publish_begin(&p, path, false, &err), 0);
    cr_assert_eq(folder_count(folder), 2);
    publish_abandon(&p);
    publish_abandon(&p);
    cr_assert_eq(folder_count(folder), 1);
    cr_assert_eq(access(other, F_OK), 0);
}

Test(publish, refuses_a_file_that_exists_unless_forced)
{
    struct publish p;
    struct error err = {0};
    write_file(path, "old");
    expect_refused(path, false, ERROR_CONFIG, "--force");
    cr_assert_eq(publish_begin(&p, path, true, &err), 0);
    write_file(p.temporary, "new");
    expect_text(path, "old");
    cr_assert_eq(publish_commit(&p, &err), 0, "%s", err.text);
    expect_text(path, "new");
    cr_assert_eq(folder_count(folder), 1);
}

Test(publish, keeps_both_files_when_the_name_is_taken_meanwhile)
{
    struct publish p;
    struct error err = {0};
    cr_assert_eq(publish_begin(&p, path, false, &err), 0);
    write_file(p.temporary, "mine");
    write_file(path, "theirs");
    cr_assert_eq(publish_commit(&p, &err), ERROR_IO);
    expect_text(path, "theirs");
    const char *kept = strstr(err.text, "they are in ");
    cr_assert(kept, "%s", err.text);
    expect_text(kept + strlen("they are in "), "mine");
    publish_abandon(&p);
    cr_assert_eq(folder_count(folder), 2);
}

Test(publish, refuses_what_is_no_regular_file)
{
    char name[600];
    expect_refused(folder, true, ERROR_CONFIG, "folder");
    expect_refused("/dev/null", true, ERROR_CONFIG, "no regular file");
    snprintf(name, sizeof name, "%s/", folder);
    expect_refused(name, true, ERROR_CONFIG, "expected the name of a file");
    expect_refused("", true, ERROR_CONFIG, "expected the name of a file");
    snprintf(name, sizeof name, "%s/fifo", folder);
    cr_assert_eq(mkfifo(name, 0600), 0);
    expect_refused(name, true, ERROR_CONFIG, "no regular file");
}

Test(publish, refuses_folders_that_cannot_be_used)
{
    char name[600];
    write_file(path, "a file");
    snprintf(name, sizeof name, "%s/below.h5", path);
    expect_refused(name, false, ERROR_CONFIG, "folder");
    snprintf(name, sizeof name, "%s/missing/out.h5", folder);
    expect_refused(name, false, ERROR_CONFIG, "No such file");
    expect_refused("/proc/self/out.h5", false, ERROR_IO, "cannot write in the folder");
}

Test(publish, follows_a_symbolic_link_and_refuses_one_that_leads_nowhere)
{
    struct publish p;
    struct error err = {0};
    struct stat about;
    char link_name[600];
    snprintf(link_name, sizeof link_name, "%s/link.h5", folder);
    cr_assert_eq(symlink("out.h5", link_name), 0);
    expect_refused(link_name, true, ERROR_CONFIG, "leads nowhere");
    write_file(path, "old");
    expect_refused(link_name, false, ERROR_CONFIG, "--force");
    cr_assert_eq(publish_begin(&p, link_name, true, &err), 0);
    write_file(p.temporary, "new");
    cr_assert_eq(publish_commit(&p, &err), 0, "%s", err.text);
    expect_text(path, "new");
    cr_assert_eq(lstat(link_name, &about), 0);
    cr_assert(S_ISLNK(about.st_mode));
}

Test(publish, takes_names_as_long_as_the_system_does_and_refuses_longer_ones)
{
    struct publish p;
    struct error err = {0};
    char name[600], part[300];
    memset(part, 'x', sizeof part);
    part[255] = '\0';
    snprintf(name, sizeof name, "%s/%s", folder, part);
    cr_assert_eq(publish_begin(&p, name, false, &err), 0, "%s", err.text);
    cr_assert_eq(publish_commit(&p, &err), 0, "%s", err.text);
    part[255] = 'x';
    part[256] = '\0';
    snprintf(name, sizeof name, "%s/%s", folder, part);
    expect_refused(name, false, ERROR_CONFIG, "too long");
}

Test(publish, takes_a_name_without_a_folder)
{
    struct publish p;
    struct error err = {0};
    cr_assert_eq(chdir(folder), 0);
    cr_assert_eq(publish_begin(&p, "bare.h5", false, &err), 0, "%s", err.text);
    cr_assert_eq(publish_commit(&p, &err), 0, "%s", err.text);
    cr_assert_eq(access(folder, F_OK), 0);
    cr_assert_eq(folder_count(folder), 1);
}

Test(publish, knows_its_temporary_names_and_no_others)
{
    static const char *const others[] = {"notes.tmp",
                                         "a.b.12.tmp",
                                         "x.host.12.0123456789abcdef",
                                         "x.host.q.0123456789abcdef.tmp",
                                         "x.host.12.0123456789abcdeg.tmp",
                                         ".12.0123456789abcdef.tmp"};
    struct publish p;
    struct error err = {0};
    pid_t pid = 1;
    cr_assert_eq(publish_begin(&p, path, false, &err), 0, "%s", err.text);
    cr_assert(publish_is_temporary(strrchr(p.temporary, '/') + 1, &pid));
    cr_assert_eq(pid, getpid());
    publish_abandon(&p);
    cr_assert(publish_is_temporary("x.another.host.12.0123456789abcdef.tmp", &pid));
    cr_assert_eq(pid, 0);
    for (size_t k = 0; k < sizeof others / sizeof *others; k++)
        cr_assert(!publish_is_temporary(others[k], &pid), "%s", others[k]);
}
