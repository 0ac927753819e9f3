/* test_summary.c - means and intervals over replicates, and which times are chosen. */
#include <criterion/criterion.h>
#include <math.h>

#include "cli/summary.h"

static void near(double found, double expected, double by)
{
    cr_assert(fabs(found - expected) <= by, "found %.12g, expected %.12g", found, expected);
}

/* 2 4 4 4 5 5 7 9: mean 5, sum of squares 32, sd sqrt(32/7); t(0.975, 7) = 2.364624252 (tables of Student's t):
 * half = 2.364624252 * sqrt(32/7/8) = 1.787488. */
Test(estimate, has_the_interval_of_student)
{
    const double x[] = {2, 4, 4, 4, 5, 5, 7, 9};
    struct summary_estimate e = summary_estimate(x, 8);
    cr_assert_eq(e.n, 8u);
    near(e.mean, 5.0, 1e-12);
    near(e.high - e.mean, 2.364624252 * sqrt(32.0 / 56.0), 1e-8);
    near(e.mean - e.low, e.high - e.mean, 1e-12);
}

/* t(0.975, 1) = 12.7062047 */
Test(estimate, is_wide_for_two)
{
    const double x[] = {1, 3};
    struct summary_estimate e = summary_estimate(x, 2);
    near(e.mean, 2.0, 1e-12);
    near(e.high, 2.0 + 12.7062047, 1e-6);
}

Test(estimate, leaves_out_what_is_missing)
{
    const double x[] = {NAN, 2, NAN, 4, 4, 4, 5, 5, 7, 9, NAN};
    struct summary_estimate e = summary_estimate(x, 11);
    cr_assert_eq(e.n, 8u);
    near(e.mean, 5.0, 1e-12);
    near(e.high - e.mean, 2.364624252 * sqrt(32.0 / 56.0), 1e-8);
}

Test(estimate, has_no_interval_for_one_and_no_mean_for_none)
{
    const double x[] = {NAN, 7, NAN};
    struct summary_estimate one = summary_estimate(x, 3), none = summary_estimate(x, 1);
    cr_assert(one.n == 1 && one.mean == 7.0 && isnan(one.low) && isnan(one.high));
    cr_assert(none.n == 0 && isnan(none.mean) && isnan(none.low) && isnan(none.high));
}

Test(estimate, of_equal_values_is_a_point)
{
    const double x[] = {3, 3, 3};
    struct summary_estimate e = summary_estimate(x, 3);
    cr_assert(e.mean == 3.0 && e.low == 3.0 && e.high == 3.0);
}

/* Ends of monthly ticks from 2017-09: 2017.75, 2017.8333, ... */
static void monthly(double *times, int n)
{
    for (int k = 0; k < n; k++)
        times[k] = 2017.0 + 8.0 / 12.0 + (k + 1) * (1.0 / 12.0);
}

Test(summary, finds_the_turn_of_the_year)
{
    double times[40];
    monthly(times, 40);
    cr_assert_eq(summary_last(times, 40, 2018.0), 3); /* September, October, November, December */
    cr_assert_eq(summary_last(times, 40, 2019.0), 15);
    cr_assert_eq(summary_last(times, 40, 2017.7), -1);
    cr_assert_eq(summary_last(times, 40, 3000.0), 39);
}

Test(summary, has_twelve_months_in_a_year)
{
    double times[40];
    monthly(times, 40);
    for (int last = 11; last < 40; last++)
        cr_assert_eq(last - summary_year_start(times, last) + 1, 12, "tick %d", last);
    cr_assert_eq(summary_year_start(times, 5), 0, "a run shorter than a year gives what it has");
}

Test(summary, has_one_value_a_year_where_there_is_one)
{
    const double times[] = {2018.667, 2019.667, 2020.667};
    cr_assert_eq(summary_last(times, 3, 2020.0), 1);
    cr_assert_eq(summary_year_start(times, 1), 1);
}
