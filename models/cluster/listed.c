/* listed.c - firms and ties as a user lists them in CSVs (ODD.md, Initialisation): what crosses columns, and whose ties are listed.
 *
 *   coordinates  the nearest place of places.def, at most PLACE_REACH km away: the model knows firms by place
 *   trust        of a supplier tie: model.trust.supplier where empty; cooperation has to state it
 */
#include "cluster/cluster.h"

#define PLACE_REACH 600.0 /* km: from Oslo to all of southern Norway, from Senja to all of Finnmark */

static const char *const place_ids[N_PLACES] = {
#define PLACE(id, label, latitude, longitude) #id,
#include "cluster/places.def"
#undef PLACE
};

static int place_of(double latitude, double longitude, double *place, struct error *err)
{
    double nearest = INFINITY;
    for (int k = 0; k < N_PLACES; k++) {
        double km = cluster_km_to((enum cluster_place)k, latitude, longitude);
        if (km >= nearest) continue;
        nearest = km;
        *place = k;
    }
    if (nearest <= PLACE_REACH) return ERROR_NONE;
    return error_set(err, ERROR_CONFIG,
                     "latitude: found %g, %g, which is %.0f km from the nearest place of the model (%s), expected at "
                     "most %.0f km",
                     latitude, longitude, nearest, place_ids[(int)*place], PLACE_REACH);
}

int cluster_settle_firm(double *value, struct error *err)
{
    double latitude = value[ROSTER_LATITUDE], longitude = value[ROSTER_LONGITUDE];
    if (isnan(latitude) && isnan(longitude)) return ERROR_NONE;
    if (isnan(latitude) || isnan(longitude))
        return error_set(err, ERROR_CONFIG, "%s: found nothing beside %s, expected both or neither",
                         isnan(latitude) ? "latitude" : "longitude", isnan(latitude) ? "longitude" : "latitude");
    if (!isnan(value[ROSTER_PLACE]))
        return error_set(err, ERROR_CONFIG, "place: found %s beside coordinates, expected one of the two",
                         place_ids[(int)value[ROSTER_PLACE]]);
    return place_of(latitude, longitude, &value[ROSTER_PLACE], err);
}

int cluster_settle_tie(double *value, struct error *err)
{
    if (value[LISTED_KIND] != LISTED_COOPERATION || !isnan(value[LISTED_TRUST])) return ERROR_NONE;
    return error_set(err, ERROR_CONFIG, "trust: found nothing, expected a number (0 to 0.99): cooperation needs it");
}

/* Ties of a firm, which is a row of the roster when its uid is below n; NULL: none are listed. */
static const struct roster_ties *ties_of(const struct world *w, uint32_t uid)
{
    const struct roster *r = w->setup.roster;
    return r && r->ties.first && uid < r->n ? &r->ties : NULL;
}

const double *cluster_listed_tie(const struct world *w, uint32_t uid, uint32_t other)
{
    const struct roster_ties *t = ties_of(w, uid);
    if (!t) return NULL;
    uint32_t low = t->first[uid], high = t->first[uid + 1];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (t->to[middle] == other) return t->value + (size_t)middle * t->n_columns;
        if (t->to[middle] < other)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

bool cluster_lists_suppliers(const struct world *w, uint32_t uid)
{
    const struct roster_ties *t = ties_of(w, uid);
    for (uint32_t k = t ? t->first[uid] : 0; t && k < t->first[uid + 1]; k++)
        if (t->value[(size_t)k * t->n_columns + LISTED_KIND] == LISTED_SUPPLIER) return true;
    return false;
}
