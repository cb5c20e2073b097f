"""From a change's commit to the page that shows it, in a real browser by the W3C's WebDriver protocol."""

import json
import re
import shutil
import subprocess
import sys
import time
import urllib.request

# Without a proxy: the driver listens on loopback.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
OBSERVE = """
    window.shown = [];
    new MutationObserver(() => requestAnimationFrame(() => window.shown.push(Date.now())))
        .observe(document.getElementById("main"), { childList: true });
"""


class Browser:
    def __init__(self):
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True)
        for line in self.driver.stdout:
            found = re.search(r"successfully on port (\d+)", line)
            if found:
                break
        else:
            sys.exit("bench: chromedriver ended")
        self.url = f"http://127.0.0.1:{found[1]}/session"
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]}
        answer = self.call("POST", "", {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}})
        self.url += "/" + answer["sessionId"]

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        with OPENER.open(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def run(self, script):
        return self.call("POST", "/execute/sync", {"script": script, "args": []})

    def end(self):
        try:
            self.call("DELETE", "")
        finally:
            self.driver.kill()
            self.driver.wait()


def page_delays(stack, address, publish, samples):
    """`publish` makes slates change and returns when they have. Milliseconds from each change of the slate to the frame in
    which the page shows it; None without a browser."""
    if not shutil.which("chromedriver"):
        print("update_to_page_ms: chromedriver is missing (apt-get install chromium-driver); not measured", file=sys.stderr)
        return None
    browser = Browser()
    try:
        browser.call("POST", "/url", {"url": f"http://{address}/"})
        # The page asks once for itself when its stream stands.
        time.sleep(2)
        browser.run(OBSERVE)
        began = stack.sql("SELECT now()")[0][0]
        publish(samples)
        time.sleep(1)
        shown = browser.run("return window.shown")
    finally:
        browser.end()
    changes = [float(row[0]) for row in stack.sql(
        f"""SELECT extract(epoch FROM at) * 1000 FROM nba_publishing.change_event
            WHERE kind = 'tonight' AND key = 'all-players' AND at > '{began}' ORDER BY seq""")]
    delays = []
    for change, following in zip(changes, changes[1:] + [float("inf")]):
        # A change that the next one overtakes is never shown by itself.
        delays += [moment - change for moment in shown if change <= moment < following][:1]
    if len(delays) < samples // 2:
        sys.exit(f"bench: the page showed {len(delays)} of {len(changes)} changes")
    return delays
