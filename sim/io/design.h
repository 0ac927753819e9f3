/* design.h - the points of a sweep, from a config's section `design`: what varies, over what, and every point's values.
 *
 *   design = {
 *     kind = "sobol";            // grid, latin_hypercube, sobol, morris, list, csv
 *     n = 256;                   // what it counts: design.def
 *     axes = ( "grade A",                                          // every number of that grade, over its table's range
 *              "policies.outreach.*",                              // by pattern
 *              { path = "model.trust.hours"; low = 30; high = 90; },
 *              { path = "policies.gatherings.mode"; values = ("physical", "digital"); } );
 *     except = ("world.phase.*");                                  // what patterns leave out
 *     points = ( (45, "physical"), (60, "digital") );              // of a list, in the order of the axes
 *   };
 *
 * Order of points: a grid varies its last axis fastest. sobol has n blocks of k + 2 points (Saltelli 2010): A, then A with one axis
 * after the other taken from B, then B. morris has n trajectories of k + 1 points, each of which moves one axis. So both stay whole
 * designs when they are cut after a block.
 *
 * In a result file: param_<name>(scenario, point), <name> the path with _ for its dots, and root attributes design_kind,
 * design_n, design_levels, design_seed and design_axes (the paths, in order, one a line).
 */
#ifndef KLYNGE_IO_DESIGN_H
#define KLYNGE_IO_DESIGN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/ensemble.h"

struct mistakes;
struct scenario_list;
struct settings;
struct tree;

/* name, what n counts; an n that is not 0 is required where it says something */
#define DESIGN_KINDS(X)                                                                                                \
    X(NONE, "none", "")                                                                                                \
    X(GRID, "grid", "")                                                                                                \
    X(LATIN_HYPERCUBE, "latin_hypercube", "points")                                                                    \
    X(SOBOL, "sobol", "blocks of k + 2 points")                                                                        \
    X(MORRIS, "morris", "trajectories of k + 1 points")                                                                \
    X(LIST, "list", "")                                                                                                \
    X(CSV, "csv", "")

enum design_kind {
#define DESIGN_ENUM(name, text, counts) DESIGN_##name,
    DESIGN_KINDS(DESIGN_ENUM)
#undef DESIGN_ENUM
};

enum { DESIGN_AXES_MAX = 512, DESIGN_POINTS_MAX = 100000000 };

/* design.def */
struct design_params {
#define PARAM PARAM_FIELD
#include "io/design.def"
#undef PARAM
};
extern const struct param_table design_table;

struct design_axis {
    const struct param *param; /* of the model's table */
    double low, high;          /* of a number */
    uint32_t levels;           /* of a grid; 0: the design's */
    bool by_pattern;           /* not named by its own path */
    uint32_t n_choices;        /* > 0: it takes one of these, as config text, and a point's value is its number */
    char **choices;            /* (n_choices); owned */
};

struct design {
    enum design_kind kind;
    struct design_params params;
    uint32_t n_axes, n_points; /* no section: 0 axes, 1 point */
    struct design_axis *axes;  /* (n_axes); owned */
    double *values;            /* (n_points, n_axes); owned */
    char **fixed;              /* (n_scenarios, n_axes) what --set says, over the design; NULL: nothing; owned */
    uint32_t n_scenarios;
};

/* From the section, or NULL where a config has none, and settings of design_table. Everything is checked; after a mistake it is
 * empty. The list is what files and --set gave. */
void design_read(struct design *d, const struct tree *section, const struct settings *settings,
                 const struct scenario_list *list, struct mistakes *m);
void design_free(struct design *d);

const char *design_kind_name(enum design_kind kind);

/* The value of an axis in a scenario at a point, --set included: as config text that gives the same bits, or as a number: of a
 * flag 0 or 1, of other types that are no number NaN. */
int design_text(const struct design *d, uint32_t scenario, uint32_t point, uint32_t axis, char *buffer, size_t size);
double design_number(const struct design *d, uint32_t scenario, uint32_t point, uint32_t axis);

/* "path=value" of an axis at a point, as --set takes it; the same bits come back. Returns the length as snprintf does. */
int design_override(const struct design *d, uint32_t point, uint32_t axis, char *buffer, size_t size);

/* A scenario at a point: a case of its own, with the roster of the plan's. plan->cases are those of config_load, one point each.
 * On error (the model refuses the values) nothing is allocated and err names the point and what it was. */
int design_case(const struct design *d, const struct ensemble_plan *plan, uint32_t scenario, uint32_t point,
                struct ensemble_case *c, struct error *err);
void design_case_free(const struct ensemble_plan *plan, struct ensemble_case *c);

/* All points at once, for a plan that is run as a whole: plan->n_points and plan->cases become the design's. */
int design_expand(const struct design *d, struct ensemble_plan *plan, struct error *err);

#endif
