"""What stands in the landscape: firs, a cabin and a sailing boat, drawn as masks."""

import numpy as np
from PIL import Image, ImageDraw


def _fir(draw, x, foot, height, rng):
    """One fir as stacked, slightly uneven tiers."""
    width, tiers = height * rng.uniform(0.19, 0.25), int(rng.integers(8, 12))
    draw.line([(x, foot), (x, foot - height)], fill=255, width=max(1, int(width * 0.08)))
    for tier in range(tiers):
        top = foot - height + height * 0.9 * tier / tiers
        low = top + height * 1.5 / tiers
        half = width * (tier + 0.8) / tiers
        left, right = half * rng.uniform(0.8, 1.15), half * rng.uniform(0.8, 1.15)
        draw.polygon([(x, top), (x + right, low), (x + right * 0.35, low - half * 0.16),
                      (x - left * 0.35, low - half * 0.16), (x - left, low)], fill=255)


def forest(width, height, horizon):
    """The wooded shores left and right as a mask of 0..1, standing on the horizon."""
    rng = np.random.Generator(np.random.PCG64(41))
    mask = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(mask)
    unit, foot, right = height, horizon * height, width / height
    for start, end, tall in ((-0.03, 0.30, 0.175), (right - 0.42, right + 0.03, 0.205)):
        for x in np.arange(start, end, 0.0075):
            x = x + rng.uniform(-0.004, 0.004)
            inland = (end - x) / (end - start) if start < 0 else (x - start) / (end - start)
            size = tall * (0.16 + 0.84 * inland**0.75) * rng.uniform(0.6, 1.08)
            _fir(draw, x * unit, foot + 2, size * unit, rng)
        shore = 0.011 * unit
        draw.ellipse([start * unit - shore, foot - shore, end * unit + shore * 4, foot + shore], fill=255)
    return np.asarray(mask, dtype=np.float32) / 255


def cabin(width, height, horizon):
    """A cabin at the right shore: (walls, windows) as masks of 0..1."""
    walls, windows = (Image.new("L", (width, height), 0) for _ in range(2))
    draw, light = ImageDraw.Draw(walls), ImageDraw.Draw(windows)
    x, y, u = width - 0.335 * height, (horizon - 0.004) * height, 0.021 * height
    draw.rectangle([x - 1.5 * u, y - 1.25 * u, x + 1.5 * u, y + 0.2 * u], fill=255)
    draw.polygon([(x - 1.9 * u, y - 1.15 * u), (x, y - 2.45 * u), (x + 1.9 * u, y - 1.15 * u)], fill=255)
    draw.rectangle([x + 0.75 * u, y - 2.65 * u, x + 1.05 * u, y - 1.4 * u], fill=255)
    for left, right in ((-1.0, -0.42), (0.42, 1.0)):
        light.rectangle([x + left * u, y - 0.95 * u, x + right * u, y - 0.4 * u], fill=255)
    light.ellipse([x - 0.2 * u, y - 1.85 * u, x + 0.2 * u, y - 1.45 * u], fill=255)
    return tuple(np.asarray(m, dtype=np.float32) / 255 for m in (walls, windows))


def boat(size):
    """A small sailing boat, `size` pixels high, as an RGBA picture; the waterline is its lower edge."""
    scale = 4
    s = size * scale
    picture = Image.new("RGBA", (s, s), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    curve = [(0.53 + 0.33 * np.sin(a * 1.35) * (1 - a * 0.05), 0.05 + 0.72 * a) for a in np.linspace(0, 1, 24)]
    main = [(0.50, 0.05)] + [(min(x, 0.86), y) for x, y in curve] + [(0.50, 0.79)]
    jib = [(0.47, 0.13), (0.47, 0.78), (0.20, 0.78), (0.30, 0.52), (0.39, 0.32)]
    draw.polygon([(x * s, y * s) for x, y in main], fill=(250, 238, 224, 255))
    draw.polygon([(x * s, y * s) for x, y in jib], fill=(226, 206, 196, 255))
    draw.line([(0.485 * s, 0.02 * s), (0.485 * s, 0.86 * s)], fill=(70, 48, 44, 255), width=max(2, s // 70))
    hull = [(0.12, 0.85), (0.90, 0.83), (0.80, 0.98), (0.72, 1.0), (0.26, 1.0), (0.19, 0.95)]
    draw.polygon([(x * s, y * s) for x, y in hull], fill=(96, 34, 34, 255))
    draw.polygon([(0.12 * s, 0.85 * s), (0.90 * s, 0.83 * s), (0.885 * s, 0.86 * s), (0.14 * s, 0.88 * s)],
                 fill=(238, 222, 204, 255))
    return picture.resize((size, size), Image.Resampling.LANCZOS)
