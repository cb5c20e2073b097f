/// The console's one script: follows the stream, writes local times and listens to keys. Every page is whole without it.
enum ConsoleScript {
    static let text = #"""
        (() => {
          "use strict";
          const badge = document.getElementById("connection");
          const pause = document.getElementById("pause");
          const find = document.getElementById("find");
          const zone = document.documentElement.dataset.zone;
          const panels = [...document.querySelectorAll("[data-panel]")];

          const times = (root) => {
            for (const time of root.querySelectorAll("time[datetime]")) {
              const at = new Date(time.dateTime);
              if (Number.isNaN(at.getTime())) continue;
              if (zone === "local") time.textContent = at.toLocaleString([], { dateStyle: "short", timeStyle: "medium" });
              else time.title = at.toLocaleString();
            }
          };
          times(document);

          for (const button of document.querySelectorAll("button.copy")) {
            button.hidden = false;
            button.addEventListener("click", async () => {
              try {
                await navigator.clipboard.writeText(button.previousElementSibling.textContent);
                button.textContent = "Copied";
              } catch { button.textContent = "Select and copy"; }
            });
          }

          // Focus, ticks, folded and unfolded parts and the place in wide tables stay as they were.
          const put = (panel, digest, markup) => {
            const body = panel.querySelector(".body");
            const active = document.activeElement;
            const isInside = body.contains(active);
            const same = isInside ? { name: active.name, value: active.value, href: active.getAttribute("href") } : null;
            const ticked = new Set([...body.querySelectorAll("input:checked")].map((i) => i.name + "=" + i.value));
            const folds = [...body.querySelectorAll("details")].map((d) => d.open);
            const places = [...body.querySelectorAll(".scroll")].map((s) => s.scrollLeft);
            body.innerHTML = markup;
            panel.dataset.digest = digest;
            for (const box of body.querySelectorAll("input[type=checkbox]")) {
              box.checked = ticked.has(box.name + "=" + box.value);
            }
            const details = [...body.querySelectorAll("details")];
            if (details.length === folds.length) details.forEach((d, i) => { d.open = folds[i]; });
            body.querySelectorAll(".scroll").forEach((s, i) => { if (places[i]) s.scrollLeft = places[i]; });
            if (same) {
              const found = [...body.querySelectorAll("a,input,button,summary")].find((e) =>
                same.href ? e.getAttribute("href") === same.href : e.name === same.name && e.value === same.value);
              if (found) found.focus({ preventScroll: true });
            }
            times(body);
            panel.classList.remove("fresh");
            void panel.offsetWidth;
            panel.classList.add("fresh");
          };

          let isPaused = false;
          const held = new Map();
          const arrived = (address, digest, markup) => {
            for (const panel of panels) {
              if (panel.dataset.panel !== address) continue;
              // What is shown is the newest again.
              if (panel.dataset.digest === digest) held.delete(panel);
              else if (isPaused) held.set(panel, [digest, markup]); else put(panel, digest, markup);
            }
          };

          let state = "live";
          const say = () => {
            const word = isPaused ? "paused" + (held.size ? ", " + held.size + " newer" : "") : state;
            badge.className = isPaused ? "paused" : state === "disconnected" ? "down" : state;
            if (badge.textContent !== word) badge.textContent = word;
          };

          // Without the stream: a look every ten seconds.
          const look = async () => {
            for (const panel of panels) {
              try {
                const answer = await fetch(panel.dataset.panel + (panel.dataset.panel.includes("?") ? "&" : "?") + "tz=" + zone, { cache: "no-store" });
                if (answer.status === 401) { location.reload(); return; }
                if (!answer.ok) throw new Error(answer.status);
                arrived(panel.dataset.panel, answer.headers.get("ETag").replaceAll("\"", ""), await answer.text());
                state = "polling";
              } catch { state = "disconnected"; }
            }
            say();
          };
          let polling = 0;
          const poll = (isWanted) => {
            clearInterval(polling);
            polling = isWanted ? setInterval(look, 10000) : 0;
          };

          // A stream that says nothing, not even that it lives, is dead: a phone slept, or something in between forgot it.
          let source = null;
          let heard = 0;
          let again = 0;
          const silence = 45000;
          const leave = () => {
            clearTimeout(again);
            if (source) source.close();
            source = null;
          };
          // Anew, because the server is told what the page shows by now.
          const lost = () => {
            leave();
            state = "disconnected";
            say();
            if (document.hidden) return;
            if (!polling) { poll(true); look(); }
            again = setTimeout(listen, 3000);
          };
          const listen = () => {
            leave();
            heard = Date.now();
            const query = "tz=" + zone + "&" + panels.map((p) => "p=" + encodeURIComponent(p.dataset.panel)
              + "&d=" + encodeURIComponent(p.dataset.digest)).join("&");
            source = new EventSource("/live?" + query);
            source.onopen = () => { heard = Date.now(); state = "live"; poll(false); say(); };
            source.addEventListener("ping", () => { heard = Date.now(); });
            source.addEventListener("panel", (event) => {
              heard = Date.now();
              const message = JSON.parse(event.data);
              arrived(message.panel, message.digest, message.markup);
              say();
            });
            source.addEventListener("ended", () => { leave(); location.reload(); });
            source.onerror = lost;
          };
          if (panels.length && badge) {
            listen();
            pause.hidden = false;
            addEventListener("pagehide", leave);
            addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
            setInterval(() => { if (source && Date.now() - heard > silence) lost(); }, 5000);
            // Nobody looks at a hidden tab, and a browser opens few connections to one host.
            document.addEventListener("visibilitychange", () => {
              if (document.hidden) { leave(); poll(false); } else listen();
            });
          }
          const toggle = () => {
            isPaused = !isPaused;
            pause.setAttribute("aria-pressed", String(isPaused));
            pause.textContent = isPaused ? "Go on" : "Pause";
            if (!isPaused) { for (const [panel, [digest, markup]] of held) put(panel, digest, markup); held.clear(); }
            say();
          };
          if (pause) pause.addEventListener("click", toggle);

          let isGoing = false;
          document.addEventListener("keydown", (event) => {
            const isTyping = event.target.closest("input,select,textarea");
            if (find && ((event.key === "k" && (event.ctrlKey || event.metaKey)) || (event.key === "/" && !isTyping))) {
              event.preventDefault();
              find.focus();
              return;
            }
            if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
            if (isGoing) {
              isGoing = false;
              const link = document.querySelector("nav a[data-key='" + CSS.escape(event.key.toLowerCase()) + "']");
              if (link) link.click();
              return;
            }
            if (event.key === "g") isGoing = true;
            else if (event.key === "p" && pause && !pause.hidden) toggle();
            else if (event.key === "?") {
              const keys = document.getElementById("keys");
              keys.open = !keys.open;
              if (keys.open) keys.querySelector("summary").focus();
            } else if (event.key.startsWith("Arrow") && event.target.closest(".grid")) {
              const cell = event.target.closest("td");
              if (!cell) return;
              const row = cell.parentElement;
              const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
              const rows = [...row.parentElement.children];
              const next = rows[rows.indexOf(row) + step[0]]?.children[cell.cellIndex + step[1]]?.querySelector("a");
              if (next) { event.preventDefault(); next.focus(); }
            }
          });
        })();
        """#
}
