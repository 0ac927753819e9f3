/* tie.h - a tie's values today, in closed form.
 *
 *   trust      T(t) = T(t0) exp(-delta (t - t0))                         any tie (evidence.md section 8: trust waning)
 *              T(t) = T* + (T(t0) - T*) exp(-(kappa + delta) (t - t0))   customer and supplier: daily trade rebuilds at
 *                     rate kappa, set so that T* = kappa / (kappa + delta) is model.trust.supplier
 *   awareness  c(t) = c(t0) exp(-eta (t - t0)), kept up by trade between customer and supplier
 *
 * Contact comes on average in the middle of a tick, and so do choices that look at a tie: `middle` is whole ticks after. What is seen
 * at the end of a tick (`end`) is half a tick later, so that neither depends on the length of a tick.
 *
 * A tie that has been above the lapse level and falls below it lapses: trust 0. Factors are tabled by whole ticks.
 */
#ifndef KLYNGE_MODELS_CLUSTER_TIE_H
#define KLYNGE_MODELS_CLUSTER_TIE_H

#include "cluster/cluster.h"

struct tie_view {
    uint32_t n;
    uint32_t *to;
    float *trust, *awareness;
    uint16_t *touched;
    uint8_t *kind;
};

static inline struct tie_view tie_view(const struct network *g, uint32_t i)
{
    struct tie_view v = {
        g->rows[i].n,          network_to(g, i),  network_value(g, i, TIE_TRUST), network_value(g, i, TIE_AWARENESS),
        network_touched(g, i), network_kind(g, i)};
    return v;
}

/* What fading needs, side by side. */
struct tie_fader {
    struct cluster_fading keep;
    float held, lapse; /* trust that trade holds; at which a tie lapses */
    uint32_t now;
};

static inline struct tie_fader tie_fader_of(const struct world *w, const struct cluster_fading *keep)
{
    const struct cluster_params *p = cluster_params(w);
    struct tie_fader fader = {*keep, (float)p->supplier_trust, (float)p->trust_lapse, w->tick};
    return fader;
}
static inline struct tie_fader tie_fader_end(const struct world *w)
{
    return tie_fader_of(w, &cluster_derived(w)->end);
}

static inline float tie_faded_trust(const struct tie_fader *fader, float then, uint32_t ticks, uint8_t kind)
{
    if (kind & TIE_SUPPLIER) return fader->held + (then - fader->held) * fader->keep.supplier[ticks];
    float now = then * fader->keep.trust[ticks];
    return then >= fader->lapse && now < fader->lapse ? 0.0f : now;
}

static inline float tie_faded_awareness(const struct tie_fader *fader, float then, uint32_t ticks, uint8_t kind)
{
    return kind & TIE_SUPPLIER ? then : then * fader->keep.awareness[ticks];
}

static inline float tie_trust_at(const struct world *w, const struct cluster_fading *keep, const struct tie_view *v,
                                 uint32_t k)
{
    struct tie_fader fader = tie_fader_of(w, keep);
    return tie_faded_trust(&fader, v->trust[k], w->tick - v->touched[k], v->kind[k]);
}

static inline float tie_awareness_at(const struct world *w, const struct cluster_fading *keep, const struct tie_view *v,
                                     uint32_t k)
{
    struct tie_fader fader = tie_fader_of(w, keep);
    return tie_faded_awareness(&fader, v->awareness[k], w->tick - v->touched[k], v->kind[k]);
}

/* In the middle of the tick. */
static inline float tie_trust(const struct world *w, const struct tie_view *v, uint32_t k)
{
    return tie_trust_at(w, &cluster_derived(w)->middle, v, k);
}
static inline float tie_awareness(const struct world *w, const struct tie_view *v, uint32_t k)
{
    return tie_awareness_at(w, &cluster_derived(w)->middle, v, k);
}

/* At its end. */
static inline float tie_trust_end(const struct world *w, const struct tie_view *v, uint32_t k)
{
    return tie_trust_at(w, &cluster_derived(w)->end, v, k);
}
static inline float tie_awareness_end(const struct world *w, const struct tie_view *v, uint32_t k)
{
    return tie_awareness_at(w, &cluster_derived(w)->end, v, k);
}

/* Contact preference by trust, ((0.1 + T) / 1.1)^s, at the nearest of PREFERENCE_STEPS steps of T: a partner taken at random and
 * kept with this chance is one drawn in proportion to (0.1 + T)^s. */
static inline double tie_preference(const struct world *w, double trust)
{
    return cluster_derived(w)->preference[(int)(trust * PREFERENCE_STEPS + 0.5)];
}

static inline bool tie_known(const struct world *w, const struct tie_view *v, uint32_t k)
{
    return tie_awareness(w, v, k) >= KNOWN;
}
static inline bool tie_known_end(const struct world *w, const struct tie_view *v, uint32_t k)
{
    return tie_awareness_end(w, v, k) >= KNOWN;
}

/* In contact within so many ticks: a tie touched since then, or one of daily trade. */
static inline bool tie_recent(const struct world *w, const struct tie_view *v, uint32_t k, uint32_t ticks)
{
    return v->kind[k] & TIE_SUPPLIER || (w->tick - v->touched[k] < ticks && tie_trust(w, v, k) > 0.0f);
}

/* Trust of i in j today, 0 without a tie. */
static inline double tie_trust_of(const struct world *w, uint32_t i, uint32_t j)
{
    struct tie_view v = tie_view(&w->ties, i);
    uint32_t k = network_find(&w->ties, i, j);
    return k == NETWORK_NONE ? 0.0 : (double)tie_trust(w, &v, k);
}

static inline bool tie_knows(const struct world *w, uint32_t i, uint32_t j)
{
    struct tie_view v = tie_view(&w->ties, i);
    uint32_t k = network_find(&w->ties, i, j);
    return k != NETWORK_NONE && tie_known(w, &v, k);
}

/* Write today's values into tie k and count from today on. */
static inline void tie_refresh(const struct world *w, struct tie_view *v, uint32_t k)
{
    float trust = tie_trust(w, v, k), awareness = tie_awareness(w, v, k);
    v->trust[k] = trust;
    v->awareness[k] = awareness;
    v->touched[k] = (uint16_t)w->tick;
}

#endif
