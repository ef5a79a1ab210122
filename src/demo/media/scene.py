"""A lake among mountains from sunset (time 0) to moonlight (time 1), rendered with numpy.

Coordinates are in picture heights: y runs from 0 (top) to 1, x from 0 to the aspect ratio.
"""

import numpy as np
from PIL import Image

import figures
from noise import fbm, ridged

HORIZON = 0.60
# time: colours of the sky at the top, half way down, at the horizon; and of the haze between hills
SKY = [
    (0.00, (74, 116, 176), (196, 170, 176), (255, 204, 138), (238, 184, 156)),
    (0.30, (40, 62, 122), (162, 112, 146), (255, 158, 98), (206, 130, 124)),
    (0.55, (20, 34, 82), (66, 72, 132), (196, 122, 120), (112, 92, 128)),
    (0.80, (9, 16, 44), (22, 34, 76), (58, 70, 114), (40, 52, 92)),
    (1.00, (6, 11, 32), (16, 27, 62), (40, 56, 98), (30, 44, 82)),
]
# distance 0..1, foot, height, frequency, seed: the far ridge first
RIDGES = [(0.92, 0.005, 0.30, 1.9, 11), (0.66, 0.0, 0.215, 2.3, 23), (0.40, 0.0, 0.115, 2.9, 37)]


def _mix(a, b, weight):
    return a + (b - a) * weight


def _step(low, high, value):
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def _palette(time):
    times = [row[0] for row in SKY]
    return [np.array([np.interp(time, times, [row[k][c] for row in SKY]) for c in range(3)], dtype=np.float32) / 255
            for k in range(1, 5)]


class Scene:
    """What does not change with the time, made once for one size."""

    def __init__(self, width, height):
        self.width, self.height, self.aspect = width, height, width / height
        self.rows = int(round(HORIZON * height))
        y, x = np.mgrid[0:self.rows, 0:width].astype(np.float32) / height
        self.x, self.y = x, y
        self.forest = figures.forest(width, height, HORIZON)[: self.rows]
        self.walls, self.windows = (m[: self.rows] for m in figures.cabin(width, height, HORIZON))
        self.hills = [self._hill(*ridge) for ridge in RIDGES]
        rng = np.random.Generator(np.random.PCG64(5))
        self.stars = rng.random((260, 3), dtype=np.float32)
        self.boat = figures.boat(int(height * 0.125))

    def _hill(self, distance, foot, tall, frequency, seed):
        line = np.arange(self.width, dtype=np.float32) / self.height
        valley = 0.55 + 0.45 * np.abs(line / self.aspect - 0.56) * 2
        crest = HORIZON - foot - tall * ridged(line * frequency + seed, seed) * valley
        cover = np.clip((self.y - crest) * self.height + 0.5, 0, 1)
        below = np.clip((self.y - crest) / max(tall, 1e-3), 0, 1)
        rock = fbm(self.x * 16 + self.y * 22, self.y * 30 - self.x * 5, seed + 3, 5)
        return distance, cover, below, rock

    def _lights(self, time):
        """Sun and moon: (x, y, radius, strength)."""
        sun = (0.60 * self.aspect, 0.435 + 0.42 * time, 0.030, 1 - _step(0.28, 0.45, time))
        moon = (0.30 * self.aspect + 0.10 * (time - 0.6), 0.56 - 0.52 * (time - 0.36), 0.023, _step(0.50, 0.74, time))
        return sun, moon

    def _air(self, time):
        top, middle, low, haze = _palette(time)
        down = (self.y / HORIZON)[..., None]
        upper, lower = _mix(top, middle, _step(0, 0.55, down)), _mix(middle, low, _step(0.5, 1.0, down))
        sky = np.where(down < 0.55, upper, lower)
        (sx, sy, sr, sun), (mx, my, mr, moon) = self._lights(time)
        self._add_stars(sky, _step(0.5, 0.85, time))
        to_sun = np.hypot((self.x - sx) * 0.75, self.y - min(sy, HORIZON))[..., None]
        warm = np.array([1.0, 0.52, 0.22], dtype=np.float32)
        glow = 0.5 * np.exp(-((to_sun / 0.30) ** 2)) + 0.22 * np.exp(-to_sun / 0.5)
        sky = sky + warm * glow * (0.25 + 0.75 * sun) * (1 - _step(0.3, 0.75, time))
        to_moon = np.hypot(self.x - mx, self.y - my)[..., None]
        halo = 0.30 * np.exp(-to_moon / 0.055) + 0.12 * np.exp(-to_moon / 0.3)
        sky = sky + np.array([0.55, 0.65, 0.85], dtype=np.float32) * halo * moon
        sky = self._clouds(sky, time, to_sun, sun, low)
        edge = 1.5 / self.height
        disc = 1 - _step(sr - edge, sr + edge, np.hypot(self.x - sx, self.y - sy)[..., None])
        sky = _mix(sky, np.array([2.0, 1.7, 1.25]), disc * min(1, sun * 1.5))
        spots = fbm((self.x - mx) * 55 + 7.3, (self.y - my) * 70 + 2.6, 78, 4)
        seas = 1 - 0.16 * _step(0.42, 0.66, spots)[..., None]
        sky = _mix(sky, np.array([0.97, 0.96, 0.90]) * seas, (1 - _step(mr - edge, mr + edge, to_moon)) * moon)
        return sky, haze, warm

    def _add_stars(self, sky, strength):
        for sx, sy, bright in self.stars if strength > 0 else ():
            px, py = int(sx * self.width), int(sy * self.rows * 0.8)
            size = max(1, self.height // 520)
            sky[py:py + size, px:px + size] += strength * (0.15 + 0.75 * bright**3)

    def _clouds(self, sky, time, to_sun, sun, low):
        drift = 0.16 * time
        shape = fbm((self.x - drift) * 2.1, self.y * 9.0 + 3, 61, 6, 0.53)
        band = np.exp(-(((self.y - 0.25) / 0.17) ** 2))
        cover = _step(0.47, 0.74, shape * (0.72 + 0.42 * band))[..., None]
        lit = np.clip(_mix(low, np.array([1.0, 0.62, 0.44]), 0.55 * sun) + 0.22 * np.exp(-to_sun / 0.3) * sun, 0, 1.1)
        shade = _mix(sky * 0.80, lit, _step(0.9, 0.2, shape)[..., None] * 0.9)
        return _mix(sky, shade, cover * (0.85 - 0.35 * _step(0.5, 0.9, time)))

    def _land(self, picture, haze, warm, time):
        day = 1 - _step(0.25, 0.7, time)
        for distance, cover, below, rock in self.hills:
            body = np.array([0.075, 0.085, 0.13], dtype=np.float32) * (0.35 + 0.65 * day)
            tone = _mix(body, haze, distance * 0.72)
            light = (rock - 0.5)[..., None] * (0.34 * day + 0.08) * (1 - below[..., None]) * (0.4 + distance * 0.6)
            tone = tone + light * _mix(haze, warm, 0.5)
            tone = _mix(tone, haze, (below[..., None] ** 1.6) * (0.30 + 0.42 * distance))
            picture = _mix(picture, tone, cover[..., None])
        near = _mix(np.array([0.018, 0.028, 0.042], dtype=np.float32), haze, 0.05)
        mist = np.exp(-(HORIZON - self.y) / 0.035)[..., None]
        picture = _mix(picture, haze, mist * 0.42)
        picture = _mix(picture, _mix(near, haze, mist * 0.10), self.forest[..., None])
        picture = _mix(picture, _mix(near, haze, 0.16), self.walls[..., None])
        glow = _step(-0.05, 0.16, time)
        return _mix(picture, np.array([1.0, 0.78, 0.38]), self.windows[..., None] * glow)

    def _water(self, above, low, time, seconds):
        depth_rows = self.height - self.rows
        y = (np.arange(depth_rows, dtype=np.float32)[:, None] + 0.5) / self.height
        x = np.arange(self.width, dtype=np.float32)[None, :] / self.height - self.aspect / 2
        far = 1 / (y + 0.035)
        wave = fbm(x * far * 2.2 + 40 + seconds * 0.16, far * 7.0 + seconds * 0.55 + 0 * x, 91, 4) - 0.5
        wave += 0.5 * (fbm(x * far * 0.55 + 9 - seconds * 0.1, far * 2.4 + seconds * 0.3 + 0 * x, 97, 3) - 0.5)
        slope = wave * (0.02 + 0.62 * y)
        source = np.clip((HORIZON - y * 1.12 + slope) * self.height, 0, self.rows - 1)
        column = np.clip(np.arange(self.width)[None, :] + wave * y * self.height * 0.10, 0, self.width - 1)
        mirror = above[source.astype(np.int32), column.astype(np.int32)]
        deep = np.array([0.02, 0.055, 0.095], dtype=np.float32)
        nearness = _step(0.0, 0.42, y)[..., None]
        water = _mix(mirror * 0.93, deep + mirror * 0.42, nearness * 0.75)
        shine = np.clip(wave - 0.12, 0, 1)[..., None] * 0.5
        line = np.exp(-y / 0.006)[..., None] * 0.25
        water = water + shine * low * (0.2 + 0.3 * nearness)
        glitter = zip(self._lights(time), ((1.0, 0.66, 0.36), (0.80, 0.86, 0.98)), (0.05, 0.018))
        for (light_x, _, _, strength), colour, width in glitter:
            column = np.exp(-(((x + self.aspect / 2 - light_x) / (width + 0.16 * y)) ** 2))
            sparkle = _step(0.02, 0.22, wave) * column * (0.35 + 0.65 * _step(0.0, 0.2, y)) * strength * 0.62
            water = water + sparkle[..., None] * np.array(colour, dtype=np.float32)
        return _mix(water, low * 0.85, line)

    def _with_boat(self, picture, time, seconds):
        size = self.boat.size[0]
        x = int((0.385 + 0.17 * time) * self.width)
        y = int((HORIZON + 0.088 + 0.0012 * np.sin(seconds * 1.7)) * self.height)
        heel = self.boat.rotate(1.6 * np.sin(seconds * 1.1), Image.Resampling.BICUBIC, center=(size / 2, size))
        sprite = np.asarray(heel, dtype=np.float32) / 255
        _, _, low, haze = _palette(time)
        tint = _mix(haze, np.ones(3), 0.30) * (0.42 + 0.58 * (1 - _step(0.2, 0.75, time)))
        colour, alpha = sprite[..., :3] * tint, sprite[..., 3:]
        spot = picture[y - size:y, x:x + size]
        picture[y - size:y, x:x + size] = _mix(spot, colour, alpha)
        for row in range(min(int(size * 0.9), self.height - y)):
            ripple = 0.055 * np.sin(row * 58 / size + seconds * 2.6) + 0.035 * np.sin(row * 23 / size - seconds * 1.9)
            shift = int(ripple * row)
            source = size - 1 - min(int(row * 1.1), size - 1)
            left = x + shift
            strip = picture[y + row, left:left + size]
            weight = alpha[source] * (0.62 - 0.45 * row / size)
            picture[y + row, left:left + size] = _mix(strip, colour[source] * 0.75, weight)

    def render(self, time, seconds=0.0):
        """The picture at `time` (0..1) as floats of 0..1; `seconds` moves the waves."""
        sky, haze, warm = self._air(time)
        above = self._land(sky, haze, warm, time)
        below = self._water(above, _palette(time)[2], time, seconds)
        picture = np.concatenate([above, below], axis=0)
        self._with_boat(picture, time, seconds)
        picture = np.clip(picture, 0, None)
        picture = np.where(picture > 0.66, 1 - 0.34 * np.exp(-(picture - 0.66) / 0.34), picture)
        y, x = np.mgrid[-1:1:self.height * 1j, -1:1:self.width * 1j].astype(np.float32)
        return np.clip(picture * (1 - 0.20 * _step(0.5, 1.9, x * x + y * y))[..., None], 0, 1)
