/* understanding.c - experience builds understanding of cluster work (thesis 5.1.1, 6.1).
 *
 *   U = w_p P + w_r R + w_g G        how cluster work functions, one's role, clear goals; each has what the firm came with
 *   x <- 1 - (1 - x)(1 - l)^n        each of the three, for n attended gatherings, and for ended projects; l is more for members that are
 *                                    taken in hand
 *   R <- R + o (1 - R)               for an outreach call
 *   w <- w (1 - loss)^n              wariness, for n own successes
 */
#include "cluster/cluster.h"

static double to_power(double x, unsigned n)
{
    double y = 1.0;
    for (; n > 0; n--)
        y *= x;
    return y;
}

static void learn(struct world *w, uint32_t block, uint32_t i)
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_firms *f = cluster_firms(w);
    if (f->attended_now[i] || f->ended[i]) {
        double factor = cluster_in_hand(w, block, i) ? p->onboarding_learning : 1.0;
        double lacking = to_power(1.0 - factor * p->u_learning, f->attended_now[i]) *
                         to_power(1.0 - factor * p->u_project, f->ended[i]);
        f->practice[i] = 1.0 - (1.0 - f->practice[i]) * lacking;
        f->role[i] = 1.0 - (1.0 - f->role[i]) * lacking;
        f->goals[i] = 1.0 - (1.0 - f->goals[i]) * lacking;
    }
    if (f->called_now[i]) f->role[i] += p->u_outreach * (1.0 - f->role[i]);
    f->wariness[i] *= to_power(1.0 - p->wary_loss, f->successes[i]);
}

void cluster_understanding(struct world *w, uint32_t block)
{
    const struct cluster_derived *d = cluster_derived(w);
    struct cluster_firms *f = cluster_firms(w);
    EACH_MEMBER(w, block, i)
    {
        learn(w, block, i);
        f->understanding[i] = d->practice * f->practice[i] + d->role * f->role[i] + d->goals * f->goals[i];
    }
}
