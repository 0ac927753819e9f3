/* programme.c - programme and external events at the start of a tick (evidence.md section 1).
 *
 *   staff hours  accrue at S H_S (1 - reporting) a year, split between introductions (share) and the rest; what is not
 *                used within a year is gone
 *   attention    received by a member, and management's knowledge of it, fade at rate 1 / memory
 *   closure      physical meetings cannot be held in the spans of world.closure
 */
#include <string.h>

#include "cluster/cluster.h"

static double bank(double account, double yearly, double dt)
{
    return fmax(fmin(account + yearly * dt, yearly * fmax(1.0, dt)), 0.0);
}

void cluster_programme(struct world *w, uint32_t block)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_block *c = cluster_block(w, block);
    struct cluster_firms *f = cluster_firms(w);
    double middle = w->time + 0.5 * w->dt;
    c->level = param_spans_hold(&p->arena, middle)       ? PROGRAMME_ARENA
               : param_spans_hold(&p->arena_pro, middle) ? PROGRAMME_ARENA_PRO
                                                         : PROGRAMME_NONE;
    c->staff = c->level == PROGRAMME_ARENA       ? p->staff_arena
               : c->level == PROGRAMME_ARENA_PRO ? p->staff_arena_pro
                                                 : p->staff_none;
    c->closed = param_spans_hold(&p->closure, middle);
    double yearly = c->staff * p->staff_hours * (1.0 - p->staff_reporting),
           share = p->brokering ? p->broker_share : 0.0;
    c->broker_hours = bank(c->broker_hours, yearly * share, w->dt);
    c->staff_hours = bank(c->staff_hours, yearly * (1.0 - share), w->dt);
    memset(&c->tally, 0, sizeof c->tally);
    c->n_contacts = 0;
    double keep = real_exp(-w->dt / p->attention_memory);
    for (uint32_t i = cluster_first(w, block); i < cluster_end(w, block); i++) {
        f->spent_before[i] += f->spent[i];
        f->spent[i] = f->funded[i] = f->joint_events[i] = 0.0;
        f->attention[i] *= keep;
        f->known_to_staff[i] *= keep;
        f->called_now[i] = 0;
        f->successes[i] = f->ended[i] = f->attended_now[i] = 0;
    }
}
