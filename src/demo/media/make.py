#!/usr/bin/env python3
"""Makes photo.jpg, film.mp4, document.pdf, stream/ and gallery.mjpeg, the sample media of `countersign demo`.

Needs Python 3.11, numpy, Pillow (10.1 or newer), reportlab, and ffmpeg with libx264:

    pip install numpy pillow reportlab
    python make.py [photo] [film] [document] [stream] [gallery]
                                     # all when none is named, about two minutes; the last two are made of the film

Everything is computed from fixed seeds, without time or chance; other versions of the
libraries may change bytes, not the look. Nothing here is a picture of a real place.
"""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import document
import stream
from scene import Scene

HERE = Path(__file__).resolve().parent
PHOTO_SIZE, PHOTO_TIME = (1200, 800), 0.07
FILM_SIZE, FILM_SECONDS, FRAMES_PER_SEC = (640, 360), 12, 24


def _shrink(pixels, size):
    picture = Image.fromarray((pixels * 255 + 0.5).astype(np.uint8))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _scene(size, oversampling):
    return Scene(int(size[0] * oversampling), int(size[1] * oversampling))


def make_photo():
    """The evening photo, with a little grain so that the sky shows no steps."""
    picture = _shrink(_scene(PHOTO_SIZE, 2).render(PHOTO_TIME, 2.0), PHOTO_SIZE)
    grain = np.random.Generator(np.random.PCG64(1)).normal(0, 1.3, (PHOTO_SIZE[1], PHOTO_SIZE[0], 1))
    pixels = np.clip(np.asarray(picture, dtype=np.float32) + grain, 0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(HERE / "photo.jpg", quality=82, optimize=True, progressive=True, subsampling="4:2:0")


def _film_frame(scene, number, font):
    """One frame as raw RGB, with the time of the evening in its corner."""
    frames = FILM_SECONDS * FRAMES_PER_SEC
    picture = _shrink(scene.render(number / (frames - 1), number / FRAMES_PER_SEC), FILM_SIZE)
    minutes = 20 * 60 + 10 + number * 170 // frames
    label = f"{minutes // 60}:{minutes % 60:02}"
    veil = Image.new("L", FILM_SIZE, 0)
    ImageDraw.Draw(veil).text((20, FILM_SIZE[1] - 20), label, fill=200, font=font, anchor="ls")
    picture.paste((255, 246, 232), mask=veil)
    return picture.tobytes()


def make_film():
    """Twelve seconds from sunset to moonlight; a key frame each second, so that seeking is quick."""
    font, scene = ImageFont.load_default(24), _scene(FILM_SIZE, 1.5)
    command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24",
               "-s", "%dx%d" % FILM_SIZE, "-r", str(FRAMES_PER_SEC), "-i", "-", "-an",
               "-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p",
               "-c:v", "libx264", "-profile:v", "main", "-level", "3.0", "-preset", "veryslow",
               "-crf", "27", "-maxrate", "420k", "-bufsize", "840k", "-aq-mode", "3", "-g", str(FRAMES_PER_SEC),
               "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
               "-threads", "1", "-fflags", "+bitexact", "-flags:v", "+bitexact",
               "-movflags", "+faststart", str(HERE / "film.mp4")]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder:
        for number in range(FILM_SECONDS * FRAMES_PER_SEC):
            encoder.stdin.write(_film_frame(scene, number, font))
        encoder.stdin.close()
        if encoder.wait() != 0:
            sys.exit("ffmpeg failed: see its message above")


def make_document():
    """The PDF, with a strip of the landscape at its head."""
    picture = _shrink(_scene((1050, 700), 2).render(PHOTO_TIME, 2.0), (1050, 700)).crop((0, 170, 1050, 520))
    head = io.BytesIO()
    picture.save(head, "JPEG", quality=72, optimize=True)
    document.write(HERE / "document.pdf", head.getvalue())


def main():
    makers = {"photo": make_photo, "film": make_film, "document": make_document,
              "stream": stream.make_stream, "gallery": stream.make_gallery}
    wanted = sys.argv[1:] or list(makers)
    for name in wanted:
        if name not in makers:
            sys.exit(f"unknown: {name}; one of {', '.join(makers)}")
        makers[name]()


if __name__ == "__main__":
    main()
