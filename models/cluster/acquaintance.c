/* acquaintance.c - each firm's own view of its ties: how many it knows, its mean trust in them, its strong ties by origin. Trust
 * and awareness fade in closed form (tie.h); a tie of which nothing is left, neither known nor trusted at 0.01, is dropped.
 */
#include "cluster/cluster.h"
#include "cluster/tie.h"

/* A tie becomes strong above 0.6, and is no longer counted as new until it has been below 0.5. */
static bool newly_strong(uint8_t *kind, double trust)
{
    bool was = *kind & TIE_STRONG;
    if (was && trust < 0.5) *kind &= (uint8_t)~TIE_STRONG;
    if (was || !(trust > STRONG)) return false;
    *kind |= TIE_STRONG;
    return !(*kind & TIE_SUPPLIER);
}

enum { CLOSEST = 5 };

/* Counts of one firm's view of its ties. */
struct view {
    uint32_t known, rivals, supplier, project, own;
    uint32_t recent; /* in contact within a year */
    uint32_t fresh;
    double trust,
        top[CLOSEST]; /* the most trusted beside customers and suppliers, from the lapse level on, the most first */
};

static void add_close(struct view *x, double trust)
{
    int at = CLOSEST - 1;
    for (; at > 0 && x->top[at - 1] < trust; at--)
        x->top[at] = x->top[at - 1];
    x->top[at] = trust;
}

/* A tie that is trusted, or has been strong: few are. */
static void add_trusted(struct view *x, uint8_t *kind, double trust, bool known)
{
    bool supplier = *kind & TIE_SUPPLIER;
    x->fresh += newly_strong(kind, trust);
    if (known && !supplier && trust > x->top[CLOSEST - 1]) add_close(x, trust);
    if (!(trust > STRONG)) return;
    if (supplier)
        x->supplier++;
    else if (*kind & TIE_PROJECT)
        x->project++;
    else
        x->own++;
}

/* Marks are bytes, which may alias anything: what does not change is copied, so that it stays in registers. */
static struct view look(struct world *w, uint32_t i)
{
    struct tie_view v = tie_view(&w->ties, i);
    struct view x = {0};
    const struct tie_fader fader = tie_fader_end(w);
    const uint32_t year = (uint32_t)w->setup.run->ticks_per_year;
    for (uint32_t k = v.n; k-- > 0;) {
        uint8_t kind = v.kind[k];
        uint32_t age = fader.now - v.touched[k];
        float trust = tie_faded_trust(&fader, v.trust[k], age, kind);
        bool known = tie_faded_awareness(&fader, v.awareness[k], age, kind) >= KNOWN;
        if (!known && trust < 0.01f) {
            network_drop(&w->ties, i, k);
            continue;
        }
        x.known += known;
        x.trust += known ? (double)trust : 0.0;
        x.rivals += (uint32_t)known & (kind & TIE_COMPETITOR) / TIE_COMPETITOR;
        x.recent += (kind & TIE_SUPPLIER) / TIE_SUPPLIER | ((trust > 0.0f) & (age < year));
        if (trust >= fader.lapse || kind & TIE_STRONG) add_trusted(&x, &v.kind[k], (double)trust, known);
    }
    return x;
}

static void remember(struct cluster_firms *f, struct cluster_tally *tally, uint32_t i, const struct view *x)
{
    f->known[i] = (uint16_t)x->known;
    f->trust[i] = x->known ? x->trust / x->known : 0.0;
    f->rivals[i] = (uint16_t)x->rivals;
    f->strong_supplier[i] = (uint16_t)x->supplier;
    f->strong_project[i] = (uint16_t)x->project;
    f->strong_own[i] = (uint16_t)x->own;
    f->new_strong[i] = (uint16_t)x->fresh;
    tally->recent += x->recent;
    double close = 0.0;
    for (int k = 0; k < CLOSEST; k++)
        close += x->top[k];
    tally->relational += close / CLOSEST;
}

void cluster_acquaintance(struct world *w, uint32_t block)
{
    struct cluster_tally *tally = &cluster_block(w, block)->tally;
    EACH_MEMBER(w, block, i)
    {
        struct view x = look(w, i);
        remember(cluster_firms(w), tally, i, &x);
    }
}
