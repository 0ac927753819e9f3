/* participation.c - what makes a firm take part more or less than its understanding says (thesis 5.1.1, 5.2.2.2; P07, P46).
 *
 *   (1 - wariness)(1 + b (B - B*))   with wariness of firms whose earlier experience was disappointing, B* the preset's mean
 */
#include "cluster/cluster.h"

double cluster_participation(const struct world *w, uint32_t i)
{
    const struct cluster_params *p = cluster_params(w);
    const struct cluster_firms *f = cluster_firms(w);
    double drawn = p->has_community ? 1.0 + p->b_part * (f->belonging[i] - p->exit_b) : 1.0;
    return drawn > 0.0 ? (1.0 - f->wariness[i]) * drawn : 0.0;
}
