#include "cli/plan.h"

#include "cli/options.h"
#include "core/parallel.h"

int plan_load(const struct options *o, struct ensemble_plan *plan, struct config_texts *texts, struct error *err)
{
    struct config_overrides overrides = {o->sets, o->n_sets, o->seed, o->replicates};
    return config_load(o->operands[0], &overrides, plan, texts, err);
}

int plan_threads(const struct options *o) { return o->threads ? o->threads : parallel_max_threads(); }

uint64_t plan_runs(const struct ensemble_plan *plan)
{
    return (uint64_t)plan->n_scenarios * plan->n_points * plan->n_replicates;
}

struct world_setup plan_setup(const struct ensemble_plan *plan, const struct ensemble_case *one)
{
    return (struct world_setup){plan->model, &plan->run,    one->params, one->derived,
                                one->roster, &plan->layout, one->scale};
}
