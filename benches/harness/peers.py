"""The servers that are compared. Each is started on the server's core, at its best settings."""

from . import sign
from .processes import Server, free_port


class Peer:
    """A server: `port`, `server`, and how its URLs are signed."""

    name = title = ""
    sign = staticmethod(sign.token_url)

    # Whether it refuses a forged URL.
    checks = True

    def __init__(self, place, name=None):
        self.place = place
        self.name = name or self.name
        self.folder = place.folder(self.name)
        self.server, self.port = self.start()

    def log_files(self):
        """What grows with each request, and is emptied between rounds."""
        return [self.server.out]

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path


class Countersign(Peer):
    """The program as it is released: verification, access log, metrics and time-outs on."""

    name, title = "countersign", "countersign"

    def start(self):
        config = self.write("countersign.toml", self.settings())
        (self.folder / "countersign.toml").chmod(0o600)
        server = Server(self.name, [self.place.program("countersign"), "serve", "--config", config], self.folder)
        ready = server.told("ready delivery=")
        port = ready.split("delivery=")[1].split()[0].strip('"').rsplit(":", 1)[1]
        return server, int(port)

    def settings(self):
        return f"""
[delivery]
listen = "127.0.0.1:0"
workers = 1
{self.tls()}
[ops]
listen = "127.0.0.1:0"
[cache]
max_bytes = "{self.place.cache_bytes}"
{self.place.delivery_tables}
[[site]]
name = "{sign.SITE}"
public_url = "http://bench.test"
{self.store()}
{self.place.site_tables}
[[site.key]]
kid = "k1"
alg = "HS256"
secret = "{sign.SECRET_HEX}"
state = "active"
"""

    def tls(self):
        if not self.place.tls:
            return ""
        cert, key = self.place.tls
        return f'[delivery.tls]\ncert_file = "{cert}"\nkey_file = "{key}"'

    def store(self):
        return f'[site.store]\ntype = "fs"\nroot = "{self.place.root}"'


class CountersignS3(Countersign):
    """The same before an S3 server."""

    def store(self):
        return f"""[site.store]
type = "s3"
bucket = "bench"
endpoint = "{self.place.store}"
region = "us-east-1"
path_style = true
access_key_id = "bench"
secret_access_key = "bench-bench-bench"
"""


class Ceiling(Peer):
    """Bare hyper, which checks the same HMAC."""

    name, title = "ceiling", "bare hyper"
    options = ()

    def start(self):
        command = [self.place.program("bench-ceiling"), "--root", self.place.root,
                   "--secret", sign.SECRET_HEX, "--site", sign.SITE]
        if self.place.tls:
            cert, key = self.place.tls
            command += ["--cert", cert, "--key", key]
        command += [str(option) for option in self.options]
        server = Server(self.name, command, self.folder)
        return server, int(server.told("ready http=").rsplit(":", 1)[1])


def ceiling_with(*options):
    """Bare hyper with other settings of its socket or of its bodies."""
    name = "ceiling" + "".join(str(option).replace("--", " ") if str(option).startswith("--") else f" {option}" for option in options)
    return type("CeilingWith", (Ceiling,), {"name": name.replace(" ", "-"), "title": name, "options": options})


CEILINGS = (Ceiling,) + tuple(ceiling_with(*options) for options in (
    ("--piece-bytes", 64 << 10), ("--piece-bytes", 256 << 10),
    ("--unsent-bytes", 128 << 10), ("--unsent-bytes", 512 << 10),
    ("--send-bytes", 256 << 10), ("--send-bytes", 512 << 10), ("--send-bytes", 1 << 20),
    ("--file-bytes", 64 << 10), ("--file-bytes", 1 << 30), ("--file-bytes", 1 << 30, "--from-disk"),
))


class Nginx(Peer):
    """nginx with secure_link, one worker, its access log on."""

    sign = staticmethod(sign.secure_link_url)
    sending = zone = ""

    def start(self):
        port = free_port()
        config = self.write("nginx.conf", f"""
daemon off;
worker_processes 1;
pid {self.folder}/nginx.pid;
error_log {self.folder}/error.log;
worker_rlimit_nofile 60000;
events {{ worker_connections 20000; multi_accept on; }}
http {{
  default_type application/octet-stream;
  access_log {self.folder}/access.log combined buffer=64k flush=1s;
  keepalive_requests 1000000000;
  keepalive_timeout 75s;
  tcp_nodelay on;
  open_file_cache max=100000 inactive=1h;
  open_file_cache_valid 1h;
  client_body_temp_path {self.folder}/body; proxy_temp_path {self.folder}/proxy;
  fastcgi_temp_path {self.folder}/fastcgi; uwsgi_temp_path {self.folder}/uwsgi; scgi_temp_path {self.folder}/scgi;
  {self.sending}
  {self.zone}
  server {{
    listen 127.0.0.1:{port} {self.tls()};
    location / {{
      secure_link $arg_md5,$arg_expires;
      secure_link_md5 "$secure_link_expires$uri {sign.NGINX_SECRET}";
      if ($secure_link = "") {{ return 403; }}
      if ($secure_link = "0") {{ return 410; }}
      {self.answer()}
    }}
  }}
}}
""")
        server = Server(self.name, ["nginx", "-e", self.folder / "start.log", "-c", config], self.folder)
        return server.listens(port), port

    def tls(self):
        if not self.place.tls:
            return "backlog=4096"
        cert, key = self.place.tls
        # Its frames of HTTP/2 are 8 KiB otherwise.
        return f"ssl http2 backlog=4096; http2_chunk_size 64k; keepalive_timeout 75s; ssl_certificate {cert}; ssl_certificate_key {key}"

    def answer(self):
        return f"root {self.place.root};"

    def log_files(self):
        return [self.folder / "access.log"]


class NginxSendfile(Nginx):
    """sendfile with tcp_nopush off: nearly twice as fast at 1 MiB as with it."""

    name, title = "nginx-sendfile", "nginx, sendfile"
    sending = "sendfile on; tcp_nopush off;"


class NginxBuffers(Nginx):
    """Reads into large buffers in place of sendfile."""

    name, title = "nginx-buffers", "nginx, output_buffers"
    sending = "sendfile off; output_buffers 2 512k;"


class NginxCache(Nginx):
    """nginx with proxy_cache before the S3 stand-in."""

    name, title = "nginx-cache", "nginx, proxy_cache"
    sending = "sendfile on; tcp_nopush off;"

    @property
    def zone(self):
        store = self.place.store.removeprefix("http://")
        return (f"proxy_cache_path {self.folder}/kept keys_zone=kept:64m max_size=2g inactive=1h use_temp_path=off;\n"
                f"  upstream store {{ server {store}; keepalive 64; }}")

    def answer(self):
        return """proxy_pass http://store/bench$uri;
      proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $proxy_host;
      proxy_buffer_size 64k; proxy_buffers 16 64k; proxy_busy_buffers_size 256k;
      proxy_cache kept; proxy_cache_key $uri; proxy_cache_valid 200 1h;"""


class Varnish(Peer):
    """Varnish from memory. It checks nothing: there is no HMAC in its packages."""

    name, title = "varnish", "Varnish (checks nothing)"
    checks = False
    sign = staticmethod(sign.plain_url)

    def start(self):
        behind, port = free_port(), free_port()
        origin = self.write("origin.conf", f"""
daemon off; worker_processes 1; pid {self.folder}/nginx.pid; error_log {self.folder}/error.log;
events {{ worker_connections 1000; }}
http {{ access_log off; server {{ listen 127.0.0.1:{behind}; root {self.place.root}; }}
  client_body_temp_path {self.folder}/body; proxy_temp_path {self.folder}/proxy;
  fastcgi_temp_path {self.folder}/fastcgi; uwsgi_temp_path {self.folder}/uwsgi; scgi_temp_path {self.folder}/scgi; }}
""")
        Server("varnish-origin", ["nginx", "-e", self.folder / "start.log", "-c", origin], self.folder).listens(behind)
        rules = self.write("rules.vcl", f"""
vcl 4.1;
backend files {{ .host = "127.0.0.1"; .port = "{behind}"; }}
sub vcl_recv {{ set req.url = regsub(req.url, "\\?.*$", ""); return (hash); }}
sub vcl_backend_response {{ set beresp.ttl = 1h; }}
""")
        # Its folder is for another user, so it stands where all may go.
        server = Server(self.name, ["varnishd", "-F", "-f", rules, "-a", f"127.0.0.1:{port}", "-n", self.folder / "n",
                                    "-s", f"malloc,{self.place.cache_bytes}", "-T", "none"], self.folder)
        return server.listens(port), port


NGINX = (NginxSendfile, NginxBuffers)
HITS = (Countersign, Ceiling, *NGINX, Varnish)
