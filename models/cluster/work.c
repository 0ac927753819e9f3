/* work.c - projects use hours, end, deliver or breach; value comes after a lag (evidence.md sections 2 and 8). Before the
 * tick's proposals, so that whoever ends a project may begin another; one that began in the middle of the last tick works for
 * one and a half.
 *
 *   swift     after three months a partner has delivered with probability R x worked / due, R its clearness of role; of one that has not,
 *             the others take back half of the trust that they lent it
 *   hours     each member owes h_L a year, of which `funded` is paid from outside; it pays what its project account holds, and works in
 *             proportion; `together` of the least of two members' hours is spent together, for each pair
 *   end       success with the probability it has from its start, breach of trust with probability `breach_rate`; without breach, a success delivers:
 *             `delivery_weight` of the hours together that were worked comes on top; a breach takes back breach_ratio times that (contact.c)
 *   value     after the lag, to members that still are: v g^(L-1) m_i U_i A_i x what it brings home x what does not leak, by the share of
 *             its hours that the firm worked; leak = 1 - l (mean over the others of 1 - T to a competitor, 0 to any other) (model.md: only a firm with understanding and anchoring
 *             turns the outcome into benefit)
 */
#include "cluster/cluster.h"
#include "cluster/match.h"
#include "cluster/tie.h"

/* Instrument to which members' own hours in a project count; -1: none. */
static const int payer[] = {[FROM_IDEA] = -1,
                            [FROM_OPENED] = -1,
                            [FROM_SMALL_PROJECT] = POLICY_small_projects,
                            [FROM_TRIAL] = POLICY_brokering,
                            [FROM_VOTE] = POLICY_votes,
                            [OUTSIDE] = -1};

/* Each member works its hours of this tick; worked[a] in hours. */
static void use_hours(struct world *w, struct cluster_block *c, struct cluster_project *project, double years,
                      double worked[TEAM_MAX])
{
    const struct cluster_params *p = cluster_params(w);
    struct cluster_firms *f = cluster_firms(w);
    double due = cluster_derived(w)->hours[project->level] * years, own = due * (1.0 - p->funded);
    for (uint32_t a = 0; a < project->n; a++) {
        worked[a] = 0.0;
        if (!cluster_still_member(w, project, a)) continue;
        uint32_t i = project->member[a];
        double paid = cluster_spend(f, i, f->hours_projects, own);
        worked[a] = own > 0.0 ? due * (paid / own) : due;
        f->funded[i] += worked[a] - paid;
        project->worked[a] += worked[a];
        if (payer[project->origin] >= 0) c->tally.member_hours[payer[project->origin]] += paid;
    }
}

static void meet_pairs(struct world *w, uint32_t block, const struct cluster_project *project, const double *hours,
                       double share, enum cluster_kind kind)
{
    for (uint32_t a = 0; a < project->n; a++)
        for (uint32_t b = a + 1; b < project->n; b++) {
            double both = share * fmin(hours[a], hours[b]);
            if (!(both > 0.0)) continue;
            cluster_meet(w, block, project->member[a], project->member[b], both, kind, 0);
            if (kind != CONTACT_WORK || (project->origin != FROM_SMALL_PROJECT && project->origin != FROM_TRIAL))
                continue;
            cluster_firms(w)->mediated[project->member[a]] += 12.0 * w->dt;
            cluster_firms(w)->mediated[project->member[b]] += 12.0 * w->dt;
        }
}

/* Outcome; true for a success. */
static bool finish(struct world *w, uint32_t block, const struct cluster_project *project)
{
    const struct cluster_params *p = cluster_params(w);
    const struct cluster_derived *d = cluster_derived(w);
    struct cluster_block *c = cluster_block(w, block);
    struct cluster_firms *f = cluster_firms(w);
    struct rng r = rng_open(w->seed, STREAM_outcome, block, project->uid[0], RNG_NOBODY, project->number);
    bool success = rng_uniform(&r) < project->success, breach = rng_uniform(&r) < p->breach_rate;
    cluster_record_end(w, block, project, success, breach);
    double hours[TEAM_MAX];
    for (uint32_t a = 0; a < project->n; a++) {
        bool here = cluster_still_member(w, project, a);
        hours[a] = here ? project->worked[a] : 0.0;
        if (!here) continue;
        uint32_t i = project->member[a];
        f->committed[i] -= d->hours[project->level] * (1.0 - p->funded);
        f->ended[i]++;
        if (!success) continue;
        f->successes[i]++;
        f->glow[i] = 1.0;
    }
    enum cluster_kind kind = breach ? CONTACT_BREACH : CONTACT_DELIVERY;
    if (breach || success) meet_pairs(w, block, project, hours, p->together * p->delivery_weight, kind);
    if (!success) return false;
    if (project->origin == OUTSIDE) return true; /* nobody sees it */
    c->tally.succeeded++;
    c->tally.visible += project->level <= L2 ? p->visible_12 : p->visible_34;
    return true;
}

/* What does not leak to competitors on the team (P43). */
static double kept(const struct world *w, const struct cluster_project *project, uint32_t a)
{
    const struct cluster_params *p = cluster_params(w);
    double leak = 0.0;
    if (!p->has_spillover) return 1.0;
    for (uint32_t b = 0; b < project->n; b++) {
        if (b == a || !cluster_still_member(w, project, b)) continue;
        if (cluster_match_competitors(w, project->member[a], project->member[b]))
            leak += 1.0 - tie_trust_of(w, project->member[a], project->member[b]);
    }
    return 1.0 - p->leak * leak / (project->n - 1.0);
}

/* The others take back half of what they lent partner b. */
static void withdraw_trust(struct world *w, const struct cluster_project *project, uint32_t b)
{
    for (uint32_t a = 0; a < project->n; a++) {
        uint32_t i = project->member[a];
        bool lent = project->lent_to >> (TEAM_MAX * a + b) & 1;
        struct tie_view v = tie_view(&w->ties, i);
        uint32_t k = !lent || !cluster_still_member(w, project, a) ? NETWORK_NONE
                                                                   : network_find(&w->ties, i, project->member[b]);
        if (k == NETWORK_NONE) continue;
        tie_refresh(w, &v, k);
        v.trust[k] = (float)fmax(0.0, (double)v.trust[k] - 0.5 * project->lent);
    }
}

/* Has partner b delivered? It has to know its role, and to have worked what was due. */
static bool has_delivered(const struct world *w, uint32_t block, const struct cluster_project *project, uint32_t b,
                          double due)
{
    struct rng r = rng_open(w->seed, STREAM_delivery, block, project->uid[b], project->uid[0], project->number);
    double role = cluster_firms(w)->role[project->member[b]];
    return rng_uniform(&r) < role * fmin(1.0, project->worked[b] / due);
}

static void try_swift_trust(struct world *w, uint32_t block, struct cluster_project *project)
{
    double years = project->until - project->start;
    if (!cluster_params(w)->has_fragility || project->tried || !project->lent_to || years < 0.25 - 1e-9) return;
    double due = cluster_derived(w)->hours[project->level] * years;
    project->tried = 1;
    for (uint32_t b = 0; b < project->n; b++)
        if (cluster_still_member(w, project, b) && !has_delivered(w, block, project, b, due))
            withdraw_trust(w, project, b);
}

static void pay(struct world *w, const struct cluster_project *project)
{
    const struct cluster_params *p = cluster_params(w);
    const struct cluster_derived *d = cluster_derived(w);
    struct cluster_firms *f = cluster_firms(w);
    uint32_t month = (uint32_t)floor(w->time * 12.0 + 1e-9) % BENEFIT_MONTHS;
    double value = p->v_project * real_pow(p->v_level, project->level);
    for (uint32_t a = 0; a < project->n; a++) {
        if (!cluster_still_member(w, project, a)) continue;
        uint32_t i = project->member[a];
        double share = project->worked[a] / (d->hours[project->level] * d->years[project->level]);
        f->benefit[i * BENEFIT_MONTHS + month] +=
            (float)(value * share * project->match[a] * f->understanding[i] * f->anchoring[i] *
                    cluster_brought_home(w, i) * kept(w, project, a));
    }
}

void cluster_work(struct world *w, uint32_t block)
{
    struct cluster_block *c = cluster_block(w, block);
    uint32_t kept = 0;
    for (uint32_t k = 0; k < c->n_projects; k++) {
        struct cluster_project project = c->room.project[k];
        double until = w->time + w->dt, worked[TEAM_MAX];
        bool keep = true;
        if (!project.ended) {
            use_hours(w, c, &project, fmin(until, project.end) - project.until, worked);
            project.until = fmin(until, project.end);
            enum cluster_kind kind = project.origin == OUTSIDE ? CONTACT_OUTSIDE : CONTACT_WORK;
            meet_pairs(w, block, &project, worked, cluster_params(w)->together, kind);
            try_swift_trust(w, block, &project);
            project.ended = project.end <= until + 1e-9;
            if (project.ended) keep = finish(w, block, &project);
        } else if (project.pay <= until + 1e-9) {
            pay(w, &project);
            keep = false;
        }
        if (keep) c->room.project[kept++] = project;
    }
    c->n_projects = kept;
}
