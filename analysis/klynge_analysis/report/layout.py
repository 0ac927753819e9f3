"""Where the page draws the firms: places that stay the same in all months, so that the eye can follow a firm.

Two arrangements, both in a unit square: by ties (attraction along the trust of a firm's whole membership, repulsion between all:
Fruchterman and Reingold, Software: Practice and Experience 21, 1991) and by sector (a slice of a disc each).
"""
import numpy as np

STEPS = 250
SEED = 2017
CENTRE = 0.6  # pull to the middle, so that firms without ties stay in the picture


def positions(n, edges, sectors):
    return {"ties": _rounded(by_ties(n, edges)), "sector": _rounded(by_sector(sectors))}


def _rounded(points):
    return [[round(float(x), 4), round(float(y), 4)] for x, y in points]


def _weights(n, edges):
    """(n, n): trust summed over snapshots, largest 1."""
    weights = np.zeros((n, n))
    np.add.at(weights, (edges["a"], edges["b"]), edges["trust"])
    weights = weights + weights.T
    return weights / weights.max() if weights.max() > 0 else weights


def by_ties(n, edges):
    """(n, 2). The same file gives the same picture."""
    rng = np.random.default_rng(SEED)
    points, weights = rng.uniform(-0.5, 0.5, (n, 2)), np.sqrt(_weights(n, edges))
    ideal = 1 / np.sqrt(max(n, 1))
    for step in range(STEPS):
        x, y = points.T
        square = np.maximum((x[:, None] - x) ** 2 + (y[:, None] - y) ** 2, 1e-6)
        force = ideal**2 / square - weights * np.sqrt(square) / ideal
        np.fill_diagonal(force, 0)
        move = points * (force.sum(axis=1) - CENTRE)[:, None] - force @ points
        length = np.maximum(np.hypot(move[:, 0], move[:, 1]), 1e-9)
        heat = 0.1 * (1 - step / STEPS)
        points += move / length[:, None] * np.minimum(length, heat)[:, None]
    return _into_square(points)


def by_sector(sectors):
    """Slices of a disc whose angles follow the number of firms; firms fill a slice from the rim inwards."""
    n, points, begin = len(sectors), np.zeros((len(sectors), 2)), 0.0
    for sector in sorted(set(sectors)):
        members = [i for i, s in enumerate(sectors) if s == sector]
        angle = 2 * np.pi * len(members) / n
        for k, i in enumerate(members):
            radius = np.sqrt(1 - 0.93 * (k + 0.5) / len(members))
            turn = begin + angle * (0.08 + 0.84 * (((k + 1) * 0.618034) % 1))
            points[i] = radius * np.sin(turn), -radius * np.cos(turn)
        begin += angle
    return 0.5 + 0.47 * points


def _into_square(points):
    """Spread evenly over a disc: directions stay, distances from the middle become those of their order."""
    points = points - np.median(points, axis=0)
    distance = np.maximum(np.hypot(points[:, 0], points[:, 1]), 1e-9)
    even = np.sqrt((np.argsort(np.argsort(distance)) + 0.5) / len(points))
    points = points * (even / distance)[:, None]
    low, high = points.min(axis=0), points.max(axis=0)
    return 0.03 + 0.94 * (points - low) / np.maximum(high - low, 1e-9)
