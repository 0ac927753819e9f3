/* test_config.c - config files, bases, scenarios and overrides into a plan, with the cluster model. What is refused as a
 * user meets it stands in tests/bad/cases.txt. */
#include <criterion/criterion.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/rng.h"
#include "folder.h"
#include "io/config.h"

static struct ensemble_plan plan;
static struct config_texts texts;
static struct error err;

static void enter(void)
{
    folder_enter();
    cr_assert_eq(mkdir("sub", 0700), 0);
}

static void leave(void)
{
    config_free(&plan, &texts);
    folder_leave();
}

TestSuite(config, .init = enter, .fini = leave, .timeout = 60);

static int load(const char *name, const struct config_overrides *overrides)
{
    config_free(&plan, &texts);
    return config_load(name, overrides, &plan, &texts, &err);
}

static void loads(const char *text)
{
    write_file("a.cfg", text);
    cr_assert_eq(load("a.cfg", NULL), ERROR_NONE, "%s", err.text);
}

static void loads_with(const char *text, const char *const *sets, size_t n)
{
    struct config_overrides o = {sets, n, NULL, NULL};
    write_file("a.cfg", text);
    cr_assert_eq(load("a.cfg", &o), ERROR_NONE, "%s", err.text);
}

static void refuses(const char *text, const char *message)
{
    write_file("a.cfg", text);
    cr_assert_eq(load("a.cfg", NULL), ERROR_CONFIG, "was not refused: %s", text);
    cr_assert_str_eq(err.text, message);
    cr_assert_null(plan.cases);
    cr_assert_null(texts.given);
}

/* A parameter of a scenario as text. */
static const char *value(uint32_t scenario, const char *path)
{
    static char text[8192];
    const struct param *p = param_find(&plan.model->params, path);
    cr_assert_not_null(p, "no %s", path);
    param_print(p, plan.cases[scenario].params, text, sizeof text);
    return text;
}

/* ---- values ------------------------------------------------------------------------------------------------------- */

Test(config, reads_sections_and_leaves_the_rest_at_its_default)
{
    loads("run = { seed = 7; replicates = 3; end = \"2020-09\"; };\n"
          "world = { closure = ((\"2020-03\", 2021.75)); members = [[2017, 40], [\"2020-09\", 80.5]]; };\n"
          "model : { trust : { hours = 50 } }\n"
          "policies = { brokering = { on = false; }; };");
    cr_assert_eq(plan.run.seed, 7);
    cr_assert_eq(plan.n_replicates, 3);
    cr_assert_eq(plan.n_points, 1);
    cr_assert_eq(plan.layout.n_ticks, 36);
    cr_assert_str_eq(plan.model->name, "cluster");
    cr_assert_str_eq(value(0, "world.closure"), "((2020.1666666666667, 2021.75))");
    cr_assert_str_eq(value(0, "world.members"), "((2017, 40), (2020.6666666666667, 80.5))");
    cr_assert_str_eq(value(0, "model.trust.hours"), "50");
    cr_assert_str_eq(value(0, "policies.brokering.on"), "false");
    cr_assert_str_eq(value(0, "policies.outreach.on"), "true");
}

Test(config, is_one_scenario_named_baseline_without_a_list)
{
    loads("run = { };");
    cr_assert_eq(plan.n_scenarios, 1);
    cr_assert_str_eq(plan.scenario_name[0], "baseline");
    cr_assert_str_eq(plan.scenario_question[0], "");
}

Test(config, reads_64_bit_numbers_with_and_without_a_suffix)
{
    static const char *const literals[] = {"9007199254740991", "9007199254740991L", "9007199254740991LL",
                                           "0x1FFFFFFFFFFFFF", "0x1fffffffffffffL", "+9007199254740991"};
    for (size_t k = 0; k < sizeof literals / sizeof *literals; k++) {
        char text[128];
        snprintf(text, sizeof text, "run = { seed = %s; };", literals[k]);
        loads(text);
        cr_assert_eq(plan.run.seed, INT64_C(9007199254740991), "%s", literals[k]);
    }
    loads("run = { seed = 3000000000; };"); /* libconfig 1.5 alone: -1294967296 */
    cr_assert_eq(plan.run.seed, INT64_C(3000000000));
    loads("run = { seed = 0010; };");
    cr_assert_eq(plan.run.seed, 10);
}

Test(config, keeps_all_bits_of_a_number)
{
    loads("model = { trust = { hours = 50.000000000000007; }; };");
    cr_assert_str_eq(value(0, "model.trust.hours"), "50.00000000000001");
    loads("model = { trust = { hours = 5.1e+1; }; };");
    cr_assert_str_eq(value(0, "model.trust.hours"), "51");
}

Test(config, does_not_look_into_comments_and_texts)
{
    loads("// @include \"x\" { ( 1e999\n# /* never closed \" \n/* @include \"y\" 99999999999999999999 \n } */\n"
          "scenarios = ( { name = \"a\"; question = \"@include /* // # { ( 1e999 \\\" \\\\\" ; } );");
    cr_assert_str_eq(plan.scenario_question[0], "@include /* // # { ( 1e999 \" \\");
}

Test(config, joins_texts_that_follow_each_other)
{
    loads("scenarios = ( { name = \"a\"; question = \"One \"\n  \"two, \" \"three\" } )");
    cr_assert_str_eq(plan.scenario_question[0], "One two, three");
}

Test(config, reads_what_windows_editors_write)
{
    loads("\xef\xbb\xbfrun = {\r\n  seed = 5;\r\n};\r\n");
    cr_assert_eq(plan.run.seed, 5);
}

Test(config, does_not_depend_on_the_locale)
{
    if (!setlocale(LC_ALL, "de_DE.UTF-8") && !setlocale(LC_ALL, "nb_NO.UTF-8")) {
        leave(); /* a skipped test is not finished by its suite */
        cr_skip_test("no locale with a decimal comma is installed");
    }
    loads("model = { trust = { hours = 50.5; }; };");
    cr_assert_str_eq(value(0, "model.trust.hours"), "50.5");
    cr_assert_not_null(strstr(texts.resolved, "hours = 50.5;"));
}

/* ---- plans --------------------------------------------------------------------------------------------------------- */

Test(config, gives_each_replicate_the_seed_of_its_number)
{
    loads("run = { seed = 11; replicates = 4; };");
    for (uint32_t r = 0; r < 4; r++)
        cr_assert_eq(plan.seeds[r], rng_replicate_seed(11, r));
    cr_assert_eq(plan.seeds[0], 11);
}

Test(config, measures_networks_at_least_every_tick_and_on_whole_ticks)
{
    loads("run = { ticks_per_year = 12; network_every = 0.01; };");
    cr_assert_eq(plan.layout.slow_every, 1);
    loads("run = { ticks_per_year = 12; network_every = 0.24; };");
    cr_assert_eq(plan.layout.slow_every, 3);
    loads("run = { ticks_per_year = 366; start = 2017; end = 2018; network_every = 100; };");
    cr_assert_eq(plan.layout.n_slow, 0);
}

/* ---- precedence ------------------------------------------------------------------------------------------------------ */

Test(config, base_is_below_config_is_below_scenario_is_below_set)
{
    static const char *const set[] = {"model.trust.hours=53"};
    const char *scenario =
        "base = \"b.cfg\"; model = { trust = { hours = 51; }; };"
        "scenarios = ( { name = \"a\"; }, { name = \"b\"; model = { trust = { hours = 52; }; }; } );";
    write_file("b.cfg", "model = { trust = { hours = 49; }; hours = { mean = 77; }; };");
    loads("base = \"b.cfg\";");
    cr_assert_str_eq(value(0, "model.trust.hours"), "49");
    loads(scenario);
    cr_assert_str_eq(value(0, "model.trust.hours"), "51");
    cr_assert_str_eq(value(1, "model.trust.hours"), "52");
    cr_assert_str_eq(value(1, "model.hours.mean"), "77");
    loads_with(scenario, set, 1);
    cr_assert_str_eq(value(0, "model.trust.hours"), "53");
    cr_assert_str_eq(value(1, "model.trust.hours"), "53");
}

Test(config, set_can_name_one_scenario_and_the_last_one_counts)
{
    static const char *const sets[] = {"scenarios.b.2.model.trust.hours=51",
                                       "model.trust.hours=52",
                                       "scenarios.b.model.trust.hours=53",
                                       "run.seed=5",
                                       "run.seed=6",
                                       "world.closure=((2020-03, 2021-10))"};
    loads_with("scenarios = ( { name = \"a\"; }, { name = \"b\"; }, { name = \"b.2\"; } );", sets, 6);
    cr_assert_str_eq(value(0, "model.trust.hours"), "52");
    cr_assert_str_eq(value(1, "model.trust.hours"), "53");
    cr_assert_str_eq(value(2, "model.trust.hours"), "52");
    cr_assert_str_eq(value(2, "world.closure"), "((2020.1666666666667, 2021.75))");
    cr_assert_eq(plan.run.seed, 6);
}

Test(config, options_of_their_own_beat_set)
{
    static const char *const sets[] = {"run.seed=5"};
    struct config_overrides o = {sets, 1, "8", "2"};
    write_file("a.cfg", "run = { seed = 1; replicates = 9; };");
    cr_assert_eq(load("a.cfg", &o), ERROR_NONE, "%s", err.text);
    cr_assert_eq(plan.run.seed, 8);
    cr_assert_eq(plan.n_replicates, 2);
    o.seed = "1.5";
    o.replicates = "-1";
    cr_assert_eq(load("a.cfg", &o), ERROR_CONFIG);
    cr_assert_str_eq(err.text, "--seed: found 1.5, expected a whole number (0 to 9007199254740991)\n"
                               "--replicates: found -1, expected a whole number (1 to 1000000)");
}

/* ---- files that name files --------------------------------------------------------------------------------------------- */

Test(config, finds_a_base_beside_the_file_that_names_it)
{
    write_file("sub/b.cfg", "base = \"c.cfg\"; run = { seed = 5; };");
    write_file("sub/c.cfg", "run = { seed = 4; replicates = 6; }; scenarios = ( { name = \"inherited\"; } );");
    loads("base = \"sub/b.cfg\";");
    cr_assert_eq(plan.run.seed, 5);
    cr_assert_eq(plan.n_replicates, 6);
    cr_assert_str_eq(plan.scenario_name[0], "inherited");
    loads("base = \"sub/b.cfg\"; scenarios = ( { name = \"own\"; } );");
    cr_assert_eq(plan.n_scenarios, 1);
    cr_assert_str_eq(plan.scenario_name[0], "own");
}

Test(config, follows_eight_bases_and_no_more)
{
    for (int k = 0; k <= 9; k++) {
        char name[16], text[64];
        snprintf(name, sizeof name, "%d.cfg", k);
        snprintf(text, sizeof text, k < 9 ? "base = \"%d.cfg\";" : "run = { seed = %d; };", k + 1);
        write_file(name, text);
    }
    cr_assert_eq(load("1.cfg", NULL), ERROR_NONE, "%s", err.text);
    cr_assert_eq(plan.run.seed, 10);
    cr_assert_eq(load("0.cfg", NULL), ERROR_CONFIG);
    cr_assert_str_eq(err.text, "8.cfg:1: base: found more than 8 bases of bases, expected fewer");
}

Test(config, refuses_a_loop_of_bases_under_any_name)
{
    cr_assert_eq(symlink("a.cfg", "other.cfg"), 0);
    refuses("run = { };\nbase = \"other.cfg\";",
            "a.cfg:2: base: found \"other.cfg\", which is read already, expected no loop");
    write_file("sub/b.cfg", "base = \"../a.cfg\";");
    refuses("base = \"sub/b.cfg\";",
            "sub/b.cfg:1: base: found \"sub/../a.cfg\", which is read already, expected no loop");
}

Test(config, finds_a_roster_beside_the_file_that_names_it)
{
    static const char *const set[] = {"world.roster=sub/r.csv"};
    write_file("sub/r.csv", "name,sector\nA,core\nB,tech\n");
    write_file("sub/b.cfg", "world = { roster = \"r.csv\"; };");
    loads("base = \"sub/b.cfg\"; scenarios = ( { name = \"a\"; }, { name = \"b\"; world = { roster = \"\"; }; },"
          "{ name = \"c\"; world = { roster = \"sub/../sub/r.csv\"; }; }, { name = \"d\"; } );");
    cr_assert_str_eq(value(0, "world.roster"), "\"sub/r.csv\"");
    cr_assert_eq(plan.cases[0].roster->n, 2);
    cr_assert_null(plan.cases[1].roster);
    cr_assert_eq(plan.cases[2].roster->n, 2);
    cr_assert_eq(plan.cases[3].roster, plan.cases[0].roster);
    loads_with("run = { };", set, 1);
    cr_assert_eq(plan.cases[0].roster->n, 2);
}

Test(config, tells_the_mistakes_of_a_roster_by_its_own_lines)
{
    write_file("sub/r.csv", "name,sector\nA,cor\nB,tech,1\n");
    write_file("a.cfg", "world = { roster = \"sub/r.csv\"; }; scenarios = ( { name = \"a\"; }, { name = \"b\"; } );");
    cr_assert_eq(load("a.cfg", NULL), ERROR_CONFIG);
    cr_assert_eq(strncmp(err.text, "sub/r.csv:2: sector: found \"cor\", expected one of core, ", 54), 0, "%s",
                 err.text);
    cr_assert_not_null(strstr(err.text, "\nsub/r.csv:3: found 3 fields, expected 2 as in the header"));
}

/* ---- mistakes ---------------------------------------------------------------------------------------------------------- */

Test(config, tells_several_mistakes_in_the_order_of_the_file)
{
    refuses("run = { seed = -1;\n replicates = 1.9; };\nmodel = { trust = { hours = \"60\";\n huors = 1; }; };\n"
            "modle = { };",
            "a.cfg:1: run.seed: found -1, expected a whole number (0 to 9007199254740991)\n"
            "a.cfg:2: run.replicates: found 1.9, expected a whole number (1 to 1000000)\n"
            "a.cfg:3: model.trust.hours: found \"60\", expected a number (h, 30 to 120)\n"
            "a.cfg:4: model.trust.huors: found an unknown key, expected one that `klynge params` lists; "
            "did you mean model.trust.hours?\n"
            "a.cfg:5: modle: found an unknown key, expected one of base, run, world, model, policies, scenarios, "
            "design, targets, output; "
            "did you mean model?");
}

Test(config, stops_telling_after_twenty)
{
    char text[8192] = "";
    for (int k = 0; k < 60; k++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "unknown%d = 1;\n", k);
    write_file("a.cfg", text);
    cr_assert_eq(load("a.cfg", NULL), ERROR_CONFIG);
    cr_assert_not_null(strstr(err.text, "a.cfg:20: unknown19:"));
    cr_assert_null(strstr(err.text, "a.cfg:21:"));
    cr_assert_not_null(strstr(err.text, "\nand 40 more"));
}

Test(config, counts_lines_beyond_65535)
{
    char *text = malloc(80000);
    memset(text, '\n', 70000);
    strcpy(text + 70000, "run = { seed = -1; };");
    refuses(text, "a.cfg:70001: run.seed: found -1, expected a whole number (0 to 9007199254740991)");
    free(text);
}

Test(config, says_in_which_line_and_scenario_a_model_finds_a_contradiction)
{
    refuses(
        "model = { hours = { calls_share = 0.3; }; };\nscenarios = ( { name = \"a\"; },\n"
        "{ name = \"b\"; model = { hours = {\nevents_share = 0.8; }; }; } );",
        "a.cfg:4: scenario b: model.hours.events_share: found 0.8 beside calls_share 0.3, expected a sum below 1, so "
        "that hours are left for projects");
}

Test(config, says_once_what_all_scenarios_share)
{
    refuses(
        "\nmodel = { hours = { calls_share = 0.3; events_share = 0.8; }; };\n"
        "scenarios = ( { name = \"a\"; }, { name = \"b\"; } );",
        "a.cfg:2: scenario a: model.hours.events_share: found 0.8 beside calls_share 0.3, expected a sum below 1, so "
        "that hours are left for projects");
}

Test(config, leaves_nothing_allocated_after_a_mistake_found_late)
{
    write_file("sub/r.csv", "name,sector\nA,core\n");
    write_file("a.cfg", "world = { roster = \"sub/r.csv\"; }; scenarios = ( { name = \"a\"; },"
                        "{ name = \"b\"; model = { hours = { events_share = 0.9; }; }; } );");
    cr_assert_eq(load("a.cfg", NULL), ERROR_CONFIG);
    cr_assert_null(plan.cases);
    cr_assert_null(plan.seeds);
    cr_assert_null(plan.layout.time);
    cr_assert_null(texts.resolved);
}

/* ---- texts ------------------------------------------------------------------------------------------------------------- */

Test(config, keeps_all_files_and_overrides_as_given)
{
    static const char *const sets[] = {"run.seed=5"};
    struct config_overrides o = {sets, 1, NULL, "2"};
    write_file("sub/b.cfg", "run = { seed = 4; };\n");
    write_file("a.cfg", "base = \"sub/b.cfg\"; # mine");
    cr_assert_eq(load("a.cfg", &o), ERROR_NONE, "%s", err.text);
    cr_assert_str_eq(texts.given, "# file: a.cfg\nbase = \"sub/b.cfg\"; # mine\n"
                                  "# file: sub/b.cfg\nrun = { seed = 4; };\n"
                                  "# set: run.seed=5\n# set: run.replicates=2\n");
}

static void same_plans(const struct ensemble_plan *a, const struct ensemble_plan *b)
{
    cr_assert_eq(a->model, b->model);
    cr_assert_eq(memcmp(&a->run, &b->run, sizeof a->run), 0);
    cr_assert_eq(a->n_scenarios, b->n_scenarios);
    cr_assert_eq(a->n_replicates, b->n_replicates);
    cr_assert_eq(memcmp(a->seeds, b->seeds, a->n_replicates * sizeof *a->seeds), 0);
    cr_assert_eq(a->layout.n_ticks, b->layout.n_ticks);
    cr_assert_eq(a->layout.slow_every, b->layout.slow_every);
    for (uint32_t s = 0; s < a->n_scenarios; s++) {
        cr_assert_str_eq(a->scenario_name[s], b->scenario_name[s]);
        cr_assert_str_eq(a->scenario_question[s], b->scenario_question[s]);
        cr_assert_eq(memcmp(a->cases[s].params, b->cases[s].params, a->model->params.size), 0);
        cr_assert_eq(memcmp(&a->cases[s].scale, &b->cases[s].scale, sizeof a->cases[s].scale), 0);
        cr_assert_eq(!a->cases[s].roster, !b->cases[s].roster);
    }
}

Test(config, resolved_text_gives_the_same_plan_and_the_same_text)
{
    static const char *const sets[] = {"model.trust.hours=53.3", "scenarios.b.model.hours.mean=77.7",
                                       "world.closure=((2020-03, 2021-10), (2022.1, 2022.3))"};
    write_file("sub/r.csv", "name,sector\nA,core\nB,tech\n");
    write_file("sub/b.cfg", "world = { roster = \"r.csv\"; }; output = { compression = 3; };");
    loads_with(
        "base = \"sub/b.cfg\"; run = { seed = 9007199254740991; replicates = 5; network_every = 0.5; };"
        "model = { firms = { size_sigma = 1.3333333333333333; }; };"
        "scenarios = ( { name = \"a\"; question = \"Does \\\"it\\\" \\\\ work \xc3\xb8?\"; },"
        "{ name = \"b\"; world = { roster = \"\"; closure = (); }; policies = { brokering = { on = false; }; }; } );",
        sets, 3);
    struct ensemble_plan first = plan;
    struct config_texts kept = texts;
    memset(&plan, 0, sizeof plan);
    memset(&texts, 0, sizeof texts);
    loads(kept.resolved);
    same_plans(&first, &plan);
    cr_assert_str_eq(kept.resolved, texts.resolved);
    cr_assert_null(strstr(kept.resolved, "base = \""));
    config_free(&first, &kept);
}

Test(config, template_is_a_config_with_every_default)
{
    char *text = config_template(registry_models[0]);
    cr_assert_not_null(text);
    loads(text);
    free(text);
    void *defaults = malloc(plan.model->params.size);
    cr_assert_eq(param_reset(&plan.model->params, defaults, NULL), ERROR_NONE);
    for (size_t k = 0; k < plan.model->params.n; k++) {
        char a[8192], b[8192];
        param_print(&plan.model->params.rows[k], defaults, a, sizeof a);
        param_print(&plan.model->params.rows[k], plan.cases[0].params, b, sizeof b);
        cr_assert_str_eq(a, b);
    }
    free(defaults);
}

Test(config, template_of_every_model_chooses_that_model)
{
    for (const struct model *const *m = registry_models; *m; m++) {
        char *text = config_template(*m);
        cr_assert_not_null(text);
        loads(text);
        free(text);
        cr_assert_eq(plan.model, *m);
    }
}
