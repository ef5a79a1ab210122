"""Smooth, repeatable noise: the same seed gives the same hills on every machine."""

import numpy as np


def _smooth(t):
    return t * t * t * (t * (t * 6 - 15) + 10)


def _value_noise(x, y, seed):
    """Value noise in 0..1 at the points (x, y); a lattice of 256 x 256, repeated."""
    grid = np.random.Generator(np.random.PCG64(seed)).random((256, 256), dtype=np.float32)
    x0, y0 = np.floor(x).astype(np.int32), np.floor(y).astype(np.int32)
    fx, fy = _smooth(x - x0), _smooth(y - y0)
    xa, xb, ya, yb = x0 & 255, (x0 + 1) & 255, y0 & 255, (y0 + 1) & 255
    upper = grid[ya, xa] * (1 - fx) + grid[ya, xb] * fx
    lower = grid[yb, xa] * (1 - fx) + grid[yb, xb] * fx
    return upper * (1 - fy) + lower * fy


def fbm(x, y, seed, octaves=5, gain=0.5):
    """Several octaves of noise on top of one another, about 0..1."""
    total, weight, sum_of_weights = 0, 1.0, 0.0
    for octave in range(octaves):
        scale = 2.0**octave
        total = total + weight * _value_noise(x * scale, y * scale, seed + octave)
        sum_of_weights += weight
        weight *= gain
    return (total / sum_of_weights).astype(np.float32)


def ridged(x, seed, octaves=6):
    """Noise along a line with sharp crests: the outline of mountains, about 0..1."""
    total, weight, sum_of_weights = 0, 1.0, 0.0
    for octave in range(octaves):
        n = _value_noise(x * 2.0**octave, np.full_like(x, 0.5), seed + octave)
        total = total + weight * (1 - np.abs(2 * n - 1))
        sum_of_weights += weight
        weight *= 0.48
    return (total / sum_of_weights).astype(np.float32)
