/* life.c - what the cluster has been like of late, and the phase of life that this makes (model.md, growth phases; P18).
 *
 *   averages   x <- x + (1 - exp(-dt / memory)) (now - x): net growth over members, exits, activity (joint events a firm and year), and
 *              visible results with a memory of their own; prestige = results / (results + half)
 *   decline    growth <= -decline, or activity below a share of its highest
 *   renewal    from decline, when it grows, or activity is half way back; for one memory
 *   growth     growth >= the level of growth;   emerging: younger than that and not growing yet;   mature: else
 */
#include "cluster/cluster.h"

static double mean_activity(const struct world *w, uint32_t block)
{
    double sum = 0.0;
    EACH_MEMBER(w, block, i)
    sum += cluster_firms(w)->joint_events[i];
    return sum > 0.0 ? sum / cluster_block(w, block)->tally.member_years : 0.0;
}

static void average(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    struct cluster_life *life = &c->life;
    double keep = real_exp(-w->dt / p->phase_memory), part = 1.0 - keep;
    double before = fmax(1.0, life->members), net = ((double)c->n - life->members) / before / w->dt;
    life->growth += part * (net - life->growth);
    life->exits += part * (c->tally.exits / w->dt - life->exits);
    life->activity += part * (mean_activity(w, block) - life->activity);
    if (life->activity > life->peak) life->peak = life->activity;
    life->results += real_chance(1.0 / p->prestige_memory, w->dt) * (c->tally.visible / w->dt - life->results);
    life->prestige = life->results / (life->results + p->prestige_half);
    life->members = c->n;
}

static enum cluster_phase next_phase(const struct world *w, const struct cluster_life *life)
{
    const struct cluster_params *p = cluster_params(w);
    double now = w->time + w->dt, age = now - w->setup.run->start;
    bool settled = age > p->phase_emerging + p->phase_memory, growing = life->growth >= p->phase_growth;
    bool idle = settled && life->activity < p->phase_activity * life->peak;
    if (life->growth <= -p->phase_decline || idle) return DECLINE;
    if (life->phase == DECLINE) {
        bool back = life->activity >= 0.5 * (1.0 + p->phase_activity) * life->peak;
        return growing || back ? RENEWAL : DECLINE;
    }
    if (life->phase == RENEWAL && now < life->since + p->phase_memory) return RENEWAL;
    if (growing) return GROWTH;
    return life->phase == EMERGING && age < p->phase_emerging ? EMERGING : MATURE;
}

void cluster_life(struct world *w, uint32_t block)
{
    struct cluster_life *life = &cluster_block(w, block)->life;
    average(w, block);
    enum cluster_phase next = next_phase(w, life);
    if (next != life->phase) life->since = w->time + w->dt;
    life->phase = next;
}
