"""Serves a page that animates, and keeps what the page reports: frames a second and its worst frame gap.

usage: page.py PORT PHASE_FILE OUT
"""

import http.server
import sys
import urllib.parse

PAGE = b"""<!doctype html><canvas id=c width=800 height=500></canvas><script>
const g = document.getElementById('c').getContext('2d')
let last = performance.now(), sent = last, worst = 0, frames = 0
function draw(t) {
  const now = performance.now()
  worst = Math.max(worst, now - last); last = now; frames++
  g.clearRect(0, 0, 800, 500)
  for (let i = 0; i < 150; i++) {
    g.fillStyle = 'hsl(' + (i * 7 + t / 20) + ',60%,60%)'
    g.fillRect(400 + 300 * Math.cos(i + t / 900), 250 + 200 * Math.sin(i * 1.7 + t / 700), 26, 26)
  }
  if (now - sent > 2000) {
    fetch('/report?worst=' + worst.toFixed(1) + '&fps=' + (frames * 1000 / (now - sent)).toFixed(1))
    worst = 0; frames = 0; sent = now
  }
  requestAnimationFrame(draw)
}
requestAnimationFrame(draw)
</script>"""


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path.startswith("/report"):
            report = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
            with open(phase_file) as phase, open(out, "a") as reports:
                reports.write(f"{phase.read().strip()}\tfps={report['fps'][0]}\tworst={report['worst'][0]} ms\n")
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE)


port, phase_file, out = int(sys.argv[1]), sys.argv[2], sys.argv[3]
http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
