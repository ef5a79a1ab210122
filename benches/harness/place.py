"""Where a run happens: folders that go with it, and the programs that were built."""

import shutil
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


class Place:
    """A folder of this run; removed at its end."""

    def __init__(self, target):
        self.top = Path(tempfile.mkdtemp(prefix="countersign-bench-"))
        # Servers that drop their privileges read there.
        self.top.chmod(0o755)
        self.target = Path(target)
        self.root = self.top / "objects"
        self.root.mkdir()
        self.cache_bytes = 1 << 30
        # Further tables of countersign's settings: behind [delivery], and behind [[site]].
        self.delivery_tables = self.site_tables = ""
        # Certificate and key; None: clear text.
        self.tls = None
        # Where the S3 stand-in is.
        self.store = None

    def folder(self, name):
        path = self.top / name
        path.mkdir(exist_ok=True)
        return path

    def program(self, name):
        return self.target / "release" / name

    def close(self):
        shutil.rmtree(self.top, ignore_errors=True)
