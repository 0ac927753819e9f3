/* history.c - what lies behind a member since its entry: sums over ticks and first times, for the panel alone. No process
 * reads them.
 *
 *   totals     of joint events, those through management, calls and ideas started, hours with other members (each its own), projects
 *              joined in the cluster; hours at gatherings and courses are added where they are paid
 *   firsts     the middle of the tick of the first joint event, and of the first start of a project; NaN before
 */
#include "cluster/cluster.h"

static void add_events(struct cluster_firms *f, uint32_t i, double now)
{
    f->joint_events_total[i] += f->joint_events[i];
    f->initiated_total[i] += f->initiated[i];
    f->mediated_total[i] += f->mediated[i];
    if (f->joint_events[i] > 0.0 && isnan(f->first_event[i])) f->first_event[i] = now;
}

static void add_hours(struct cluster_firms *f, const struct cluster_contact *contact)
{
    if (contact->kind >= CONTACT_DELIVERY) return; /* counts as no event either */
    f->hours_together_total[contact->i] += (double)contact->hours;
    f->hours_together_total[contact->j] += (double)contact->hours;
}

static void add_project(struct cluster_firms *f, const struct cluster_project *project)
{
    if (project->origin == OUTSIDE) return;
    for (uint32_t a = 0; a < project->n; a++) {
        uint32_t i = project->member[a];
        f->projects_total[i]++;
        if (isnan(f->first_project[i])) f->first_project[i] = project->start;
    }
}

void cluster_history(struct world *w, uint32_t block)
{
    const struct cluster_block *c = cluster_block(w, block);
    struct cluster_firms *f = cluster_firms(w);
    double now = w->time + 0.5 * w->dt;
    EACH_MEMBER(w, block, i)
    add_events(f, i, now);
    for (uint32_t k = 0; k < c->n_contacts; k++)
        add_hours(f, &c->room.contact[k]);
    /* projects that started in this tick stand last */
    for (uint32_t k = c->n_projects; k > 0 && c->room.project[k - 1].start > w->time; k--)
        add_project(f, &c->room.project[k - 1]);
}
