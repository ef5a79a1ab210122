"""Makes stream/ (HLS, two variants) and gallery.mjpeg (200 thumbnails) out of film.mp4, with ffmpeg."""

import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
FILM = HERE / "film.mp4"
SEGMENT_SECONDS = 2
THUMBNAILS, THUMBNAIL_SIZE = 200, "128:72"
EXACT = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact"]
# Name (the width) and how it is encoded: the film's own pictures, and a quarter of them.
VARIANTS = {
    "640": ["-c", "copy"],
    "320": ["-vf", "scale=320:180", "-c:v", "libx264", "-profile:v", "main", "-preset", "veryslow", "-crf", "29",
            "-maxrate", "160k", "-bufsize", "320k", "-g", "24", "-threads", "1",
            "-force_key_frames", f"expr:gte(t,n_forced*{SEGMENT_SECONDS})"],
}
# The bandwidths are the largest segment's; the codecs are what the init.mp4 say (avcC).
MASTER = """#EXTM3U
#EXT-X-VERSION:7
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-STREAM-INF:BANDWIDTH=58000,RESOLUTION=320x180,FRAME-RATE=24.000,CODECS="avc1.4d4015"
320/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=252000,RESOLUTION=640x360,FRAME-RATE=24.000,CODECS="avc1.4d401e"
640/index.m3u8
"""


def _ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", str(FILM), "-map", "0:v", *arguments], check=True)


def make_stream():
    """Fragmented MP4 in segments of two seconds; every URI is relative, as the path token needs it."""
    for name, encoding in VARIANTS.items():
        folder = HERE / "stream" / name
        folder.mkdir(parents=True, exist_ok=True)
        _ffmpeg(*encoding, *EXACT, "-f", "hls", "-hls_time", str(SEGMENT_SECONDS), "-hls_list_size", "0",
                "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4", "-hls_flags", "independent_segments",
                "-hls_fmp4_init_filename", "init.mp4", "-hls_segment_filename", str(folder / "%d.m4s"),
                str(folder / "index.m3u8"))
    (HERE / "stream" / "master.m3u8").write_text(MASTER)


def make_gallery():
    """One JPEG after the other in one file; the demo takes them apart at its start."""
    _ffmpeg("-vf", f"fps={THUMBNAILS}/12,scale={THUMBNAIL_SIZE}", "-frames:v", str(THUMBNAILS), "-c:v", "mjpeg",
            "-pix_fmt", "yuvj420p", "-q:v", "6", "-huffman", "optimal", *EXACT, "-f", "mjpeg", str(HERE / "gallery.mjpeg"))
