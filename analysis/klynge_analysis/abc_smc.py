"""Approximate Bayesian computation by sequential Monte Carlo, over the unit cube with a uniform prior.

A simulation of the parameters u gives outcomes y; it is near the targets v, with tolerances t, within e when max |y - v| / t <= e. The
posterior is that of all u whose simulations come within e = 1. Populations of particles come near step by step (Beaumont et al. 2009,
Biometrika 96, 983-990): each next e is a quantile of the distances of the last population, each next population is drawn from the last
one, moved by a normal kernel of twice its weighted covariance, and weighted by prior over proposal. With several replicates of each
particle its weight is also the share of them that are within e, which leaves the posterior the same and its weights steadier.

Shapes: n particles, k parameters, r replicates, m targets.
"""
from dataclasses import dataclass, replace

import numpy as np

START, PROPOSE, DRAW = 0, 1, 2  # what a generator is for


@dataclass
class Settings:
    particles: int = 200
    quantile: float = 0.5
    most_batches: int = 60  # of proposals, n particles each, in all
    least_accepted: float = 0.01  # of ten batches or more; below it the population stays what it is
    seed: int = 1


@dataclass
class Population:
    u: np.ndarray  # (n, k)
    y: np.ndarray  # (n, r, m)
    weights: np.ndarray  # (n), sum 1
    epsilon: float  # distances are within it
    accepted: float  # share of proposals with any replicate within

    def size(self):
        """Effective number of particles."""
        return 1 / np.sum(self.weights**2)


def distances(y, targets, tolerances):
    """(n, r); a run that failed is at infinity."""
    d = np.abs(y - targets) / tolerances
    return np.where(np.isfinite(d), d, np.inf).max(axis=2)


def _generator(settings, *purpose):
    return np.random.default_rng([settings.seed, *purpose])


def _covariance(population):
    centred = population.u - population.weights @ population.u
    return 2 * (population.weights[:, None] * centred).T @ centred + 1e-10 * np.eye(centred.shape[1])


def propose(population, n, rng):
    """(n, k) moved particles, all in the cube: those that leave it are drawn again."""
    root = np.linalg.cholesky(_covariance(population))
    found = np.empty((0, population.u.shape[1]))
    while len(found) < n:
        base = rng.choice(len(population.u), size=n, p=population.weights)
        moved = population.u[base] + rng.standard_normal((n, population.u.shape[1])) @ root.T
        found = np.vstack([found, moved[((moved >= 0) & (moved < 1)).all(axis=1)]])
    return found[:n]


def proposal_density(u, population):
    """Of `propose`, to a factor, (n): what each particle throws to u, over the part of its kernel that stays in the cube. That part
    is the same draw for all: a proposal outside is drawn again with a new particle, so the factor is one for the whole mixture."""
    inverse = np.linalg.inv(_covariance(population))
    found = np.empty(len(u))
    for first in range(0, len(u), 256):  # (256, n, k) at a time
        gap = u[first:first + 256, None] - population.u
        found[first:first + 256] = np.exp(-0.5 * np.einsum("abk,kl,abl->ab", gap, inverse, gap)) @ population.weights
    return found


def _weigh(inside, density):
    weights = inside / density
    return weights / weights.sum()


def first_population(u, y):
    return Population(u, y, np.full(len(u), 1 / len(u)), np.inf, 1.0)


def next_epsilon(population, targets, tolerances, quantile):
    """The weighted quantile of the distances, of all replicates; 1 at the least."""
    d = distances(population.y, targets, tolerances)
    w = np.broadcast_to(population.weights[:, None] / d.shape[1], d.shape)
    inside = np.isfinite(d) & (d <= population.epsilon)
    order = np.argsort(d[inside])
    total = np.cumsum(w[inside][order])
    return max(1.0, float(d[inside][order][np.searchsorted(total, quantile * total[-1])]))


def run(simulate, first, targets, tolerances, settings, tell=lambda populations, batch: None):
    """All populations, the last of which is the posterior's; its epsilon is 1 when it came that near.

    `simulate(u, batch)` gives y (n, r, m); `first` is (u, y) of the prior.
    """
    populations, batch = [first_population(*first)], 0
    while populations[-1].epsilon > 1 and batch < settings.most_batches:
        last = populations[-1]
        if not np.isfinite(distances(last.y, targets, tolerances)).any():
            break
        epsilon = next_epsilon(last, targets, tolerances, settings.quantile)
        if epsilon >= last.epsilon:
            break
        us, ys, tried = [], [], 0
        while sum(map(len, us)) < settings.particles and batch < settings.most_batches:
            batch += 1
            u = propose(last, settings.particles, _generator(settings, PROPOSE, batch))
            y = simulate(u, batch)
            near = (distances(y, targets, tolerances) <= epsilon).any(axis=1)
            us.append(u[near])
            ys.append(y[near])
            tried += len(u)
            tell(populations, batch)
            if tried >= 10 * settings.particles and sum(map(len, us)) < settings.least_accepted * tried:
                break
        found = sum(map(len, us))
        if found < settings.particles:
            break
        u, y = np.concatenate(us), np.concatenate(ys)
        inside = (distances(y, targets, tolerances) <= epsilon).mean(axis=1)
        populations.append(Population(u, y, _weigh(inside, proposal_density(u, last)), epsilon, found / tried))
    return populations


def draw(population, n, seed):
    """(n) numbers of particles by their weights, systematic: each is drawn its weight's share of times, one more or less."""
    rng = np.random.default_rng([seed, DRAW])
    return np.searchsorted(np.cumsum(population.weights), (np.arange(n) + rng.random()) / n).clip(0, len(population.weights) - 1)


def ranks(simulate, prior, targets_of, tolerances, settings, n, draws, tell=lambda k: None):
    """Simulation-based calibration (Talts et al. 2018), (n, k): the rank of the truth among `draws` of the posterior, in each
    parameter; uniform on 0 .. draws where the sampler is right. The truths are n draws of the prior with one simulation each, to which
    an error within the tolerances is added, since the posterior is of outcomes within them (Fearnhead and Prangle 2012).

    `prior(trial)` gives (u, y); `targets_of(u, trial)` the outcome (m) of a truth (k).
    """
    found = []
    for trial in range(n):
        rng = _generator(settings, START, trial)
        truth = rng.random(prior(trial)[0].shape[1])
        seen = targets_of(truth, trial) + tolerances * rng.uniform(-1, 1, len(tolerances))
        own = replace(settings, seed=int(rng.integers(2**53)))  # proposals of one trial must not be those of another
        populations = run(lambda u, batch, t=trial: simulate(u, (t, batch)), prior(trial), seen, tolerances, own)
        if np.isfinite(seen).all() and populations[-1].epsilon == 1:
            u = populations[-1].u[rng.choice(len(populations[-1].u), size=draws, p=populations[-1].weights)]
            found.append((u < truth).sum(axis=0))
        tell(trial)
    return np.array(found)
