/// The one script: follows the stream and replaces the part of the page that changed. The page is whole without it.
enum LiveScript {
    static let text = #"""
        (() => {
          "use strict";
          const main = document.getElementById("main");
          const status = document.getElementById("connection");
          const localTimes = () => {
            for (const time of main.querySelectorAll("time[data-local]")) {
              const local = new Date(time.dateTime);
              if (Number.isNaN(local.getTime())) continue;
              time.title = local.toLocaleString([], { weekday: "short", hour: "2-digit", minute: "2-digit" }) + " here";
            }
          };
          localTimes();
          if (!main.dataset.topics) return;

          const pollEvery = 15000;
          let part = main.dataset.part;
          let etag = null;
          let updatedAt = null;
          let isDown = false;
          let polling = 0;
          let running = null;
          let again = false;

          const say = () => {
            const seconds = updatedAt === null ? null : Math.round((Date.now() - updatedAt) / 1000);
            const age = seconds === null ? "" : seconds < 60 ? "updated just now"
              : "updated " + Math.floor(seconds / 60) + " min ago";
            const text = isDown ? "Not live: looking every 15 s" + (age ? ", " + age : "") : age ? "Live, " + age : "Live";
            status.classList.toggle("down", isDown);
            if (status.textContent !== text) status.textContent = text;
          };

          const rowTexts = () => new Map([...main.querySelectorAll("tbody tr[id]")].map((row) => [row.id, row.innerHTML]));

          // Where the reader is stays where it was: focus, what he typed, open details.
          const replace = (markup) => {
            const before = rowTexts();
            const active = document.activeElement;
            const isInside = active !== main && main.contains(active);
            const name = isInside && active.name;
            const address = isInside && active.getAttribute("href");
            const typed = new Map([...main.querySelectorAll("input[name],select[name]")].map((f) => [f.name, f.value]));
            const caret = isInside && active.type === "search" ? active.selectionStart : null;
            main.innerHTML = markup;
            for (const field of main.querySelectorAll("input[name],select[name]")) {
              if (typed.has(field.name) && field.type !== "hidden") field.value = typed.get(field.name);
            }
            const same = name ? main.querySelector("[name='" + CSS.escape(name) + "']")
              : address ? [...main.querySelectorAll("a")].find((a) => a.getAttribute("href") === address) : null;
            if (same) {
              same.focus({ preventScroll: true });
              if (caret !== null) same.setSelectionRange(caret, caret);
            }
            for (const row of main.querySelectorAll("tbody tr[id]")) {
              if (before.has(row.id) && before.get(row.id) !== row.innerHTML) row.classList.add("changed");
            }
            localTimes();
          };

          // One request at a time; what arrives meanwhile asks once more.
          const refresh = () => {
            if (running) { again = true; return running; }
            running = (async () => {
              try {
                const asked = part;
                const answer = await fetch(asked, { cache: "no-store", headers: etag ? { "If-None-Match": etag } : {} });
                if (answer.status === 200) {
                  const markup = await answer.text();
                  if (asked !== part) { again = true; return; }
                  // The first answer is what the page shows already, unless something changed in between.
                  const isFirst = etag === null;
                  etag = answer.headers.get("ETag");
                  const holder = document.createElement("template");
                  holder.innerHTML = markup;
                  const isSame = isFirst && holder.innerHTML === originalMarkup;
                  if (!isSame) { replace(markup); updatedAt = Date.now(); }
                }
              } catch { /* The stream or the next look says so. */ }
              finally {
                running = null;
                say();
                if (again) { again = false; refresh(); }
              }
            })();
            return running;
          };
          const originalMarkup = (() => {
            const holder = document.createElement("template");
            holder.innerHTML = main.innerHTML;
            for (const time of holder.content.querySelectorAll("time[data-local]")) time.removeAttribute("title");
            return holder.innerHTML;
          })();

          const poll = (isWanted) => {
            clearInterval(polling);
            polling = isWanted ? setInterval(refresh, pollEvery) : 0;
          };
          let source = null;
          const listen = () => {
            source = new EventSource("/v1/stream?topics=" + encodeURIComponent(main.dataset.topics));
            // Whatever happened between the page and the stream is fetched once the stream stands.
            for (const name of ["hello", "resync", "slate.updated", "document.updated"]) {
              source.addEventListener(name, refresh);
            }
            source.onopen = () => { isDown = false; poll(false); say(); };
            source.onerror = () => {
              isDown = true;
              say();
              if (!polling) { poll(true); }
              // The browser comes back by itself after a cut, and not after a refusal.
              if (source.readyState === EventSource.CLOSED) setTimeout(listen, pollEvery);
            };
          };
          listen();
          setInterval(say, 20000);
          // A page that is left must not hold one of the browser's few connections.
          addEventListener("pagehide", () => source.close());
          addEventListener("pageshow", (event) => { if (event.persisted) listen(); });

          // The threshold follows the figure that is typed.
          let typing = 0;
          main.addEventListener("input", (event) => {
            const form = event.target.closest("#threshold");
            if (!form || !event.target.validity.valid || event.target.value === "") return;
            clearTimeout(typing);
            typing = setTimeout(() => {
              const query = "?line=" + encodeURIComponent(event.target.value);
              part = part.split("?")[0] + query;
              etag = "\"none\"";
              history.replaceState(null, "", form.getAttribute("action") + query);
              refresh();
            }, 250);
          });
        })();
        """#
}
