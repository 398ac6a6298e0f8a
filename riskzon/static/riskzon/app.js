// What the browser adds to pages that already work without it. Nothing personal is kept in the browser.
(() => {
  "use strict";
  const root = document.documentElement;
  const words = JSON.parse(document.body.dataset.words || "{}");
  const say = (text) => {
    const line = document.querySelector("[data-say]");
    if (line) line.textContent = text;
  };
  const on = (kind, selector, act) =>
    document.addEventListener(kind, (event) => {
      const found = event.target instanceof Element && event.target.closest(selector);
      if (found) act(found, event);
    });

  // The product's clock: the server says what time it was when the page was made, the browser counts on from there.
  const stamp = document.querySelector('meta[name="product-now"]');
  const [arrival] = performance.getEntriesByType("navigation");
  const made = Date.now() - performance.now() + (arrival ? arrival.responseStart : 0);
  const ahead = stamp ? Date.parse(stamp.content) - made : 0;
  const now = () => Date.now() + ahead;

  // Time words, said anew each half minute: the same rules as timewords.py.
  const fill = (text, values) => text.replace(/\{(\w)\}/g, (_, key) => values[key]);
  const length = (ms) => {
    const minutes = Math.floor(ms / 60000);
    const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
    if (hours >= 48) return fill(words.days, { d: Math.floor(hours / 24) });
    if (hours) return fill(words.hours, { h: hours, m: String(rest).padStart(2, "0") });
    return rest ? fill(words.minutes, { m: rest }) : words.instant;
  };
  const level = (badge, name) => {
    const old = [...badge.classList].find((part) => /^due--(over|soon|urgent|calm)$/.test(part));
    if (old) badge.classList.replace(old, `due--${name}`);
    const row = badge.closest("tr");
    if (row && row.querySelector(".due") === badge) row.className = row.className.replace(/\bis-\w+/, `is-${name}`);
  };
  const tell = () => {
    const at = now();
    document.querySelectorAll("time[data-counts]").forEach((time) => {
      const due = Date.parse(time.dateTime);
      const badge = time.closest(".due");
      if (due < at) {
        time.textContent = fill(words.over, { t: length(at - due) });
        if (badge) level(badge, "over");
      } else if (time.dataset.counts === "waited") {
        time.textContent = fill(words.waited, { t: length(Math.max(at - Date.parse(time.dataset.since), 0)) });
      } else {
        time.textContent = fill(words.left, { t: length(due - at) });
        if (badge && due - at <= 4 * 3600000) level(badge, "soon");
      }
    });
  };
  const paused = () => root.dataset.paused === "true";
  setInterval(() => paused() || tell(), 30000);
  document.addEventListener("htmx:afterSettle", tell);
  addEventListener("pageshow", () => paused() || tell());

  // Pause: stops the words and every [data-poll].
  on("click", "[data-pause]", (button) => {
    root.dataset.paused = String(!paused());
    button.setAttribute("aria-pressed", String(paused()));
    const text = button.querySelector("[data-pause-text]") || button;
    text.textContent = paused() ? words.resume : words.pause;
    if (!paused()) tell();
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (paused() && event.target.closest("[data-poll]")) event.preventDefault();
  });

  // Moments: the button for now, and tidy texts.
  const stockholm = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Stockholm", dateStyle: "short", timeStyle: "short" });
  on("click", "[data-fill-now]", (button) => {
    const box = button.closest("[data-moment]");
    const [day, clock] = stockholm.format(now()).split(" ");
    for (const [field, value] of [["[data-date]", day], ["[data-clock]", clock.replace(":", ".")]]) {
      const input = box.querySelector(field);
      input.value = value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
    say(words.now_set);
  });
  on("focusout", "[data-clock]", (input) => {
    const match = /^\s*(\d{1,2})[.:]?(\d{2})\s*$/.exec(input.value);
    if (match) input.value = `${match[1].padStart(2, "0")}.${match[2]}`;
  });
  on("focusout", "[data-date]", (input) => {
    const match = /^\s*(\d{4})(\d{2})(\d{2})\s*$/.exec(input.value);
    if (match) input.value = match.slice(1).join("-");
  });

  // Forms: what is typed is kept by the server until it is sent. `unsaved`: the server does not have it all yet.
  const unsaved = new Set();
  const waiting = new Map();
  const line = (form, text, failed = false) => {
    const place = form.querySelector("[data-draft-line]");
    if (!place) return;
    if (place.textContent !== text) place.textContent = text;
    place.classList.toggle("draft-line--failed", failed);
  };
  // Every answer says in how many seconds the session ends.
  const heard = (headers) => document.dispatchEvent(new CustomEvent("session", { detail: headers.get("X-Session-Left") }));
  // "kept", "refused" (the server answered, and does not keep it) or "unreachable".
  const keep = async (form, leaving = false) => {
    const token = form.querySelector("[data-draft]");
    clearTimeout(waiting.get(form));
    if (!token) return "refused";
    unsaved.delete(form);
    let came = "unreachable";
    try {
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(token.dataset.draft, { method: "POST", body, keepalive: leaving, signal: AbortSignal.timeout(10000) });
      came = answer.ok ? "kept" : "refused";
      heard(answer.headers);
    } catch {}
    if (came === "kept") line(form, fill(words.draft_saved, { t: stockholm.format(now()).split(" ")[1].replace(":", ".") }));
    else {
      unsaved.add(form);
      line(form, words.draft_failed, true);
      if (came === "unreachable") waiting.set(form, setTimeout(keep, 15000, form));
    }
    return came;
  };
  on("input", "form[data-guard]", (form) => {
    unsaved.add(form);
    clearTimeout(waiting.get(form));
    waiting.set(form, setTimeout(keep, 800, form));
  });
  document.addEventListener("visibilitychange", () => document.hidden && unsaved.forEach((form) => keep(form, true)));
  addEventListener("beforeunload", (event) => {
    if ([...unsaved].some((form) => form.isConnected)) event.preventDefault();
  });

  // Send once, and only what has been kept: without a network nothing is sent, and nothing is lost.
  const busy = (form, is) => (is ? form.setAttribute("aria-busy", "true") : form.removeAttribute("aria-busy"));
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const { submitter } = event;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.getAttribute("aria-busy") === "true") return event.preventDefault();
    busy(form, true);
    if (unsaved.has(form) && form.querySelector("[data-draft]")) {
      event.preventDefault();
      say(words.sending);
      const came = await keep(form);
      busy(form, false);
      if (came === "unreachable") return line(form, words.not_sent, true);
      unsaved.delete(form);
      return form.requestSubmit(submitter);
    }
    clearTimeout(waiting.get(form));
    say(words.sending);
    setTimeout(busy, 8000, form, false);
  });
  addEventListener("pageshow", () => {
    document.querySelectorAll('form[aria-busy="true"]').forEach((form) => form.removeAttribute("aria-busy"));
  });
  document.addEventListener("htmx:afterRequest", (event) => event.target.removeAttribute("aria-busy"));

  // Five minutes before the session ends every tab asks; what is done in one counts in all. When it has ended no tab goes
  // on showing what it showed; what was typed is with the server.
  const asks = document.querySelector("[data-session]");
  if (asks) {
    const tabs = new BroadcastChannel("session");
    let timer, over;
    const arm = (seconds) => {
      clearTimeout(timer);
      asks.close();
      clearTimeout(over);
      const ends = Date.now() + seconds * 1000;
      timer = setTimeout(() => Date.now() < ends && asks.showModal(), (seconds - 300) * 1000);
      over = setTimeout(() => location.reload(), (seconds + 2) * 1000);
    };
    tabs.addEventListener("message", (event) => arm(event.data));
    asks.querySelector("form").addEventListener("submit", async (event) => {
      event.preventDefault();
      const answer = await fetch(event.target.action, { method: "POST", body: new FormData(event.target) }).catch(() => null);
      if (!answer) return;
      if (!answer.ok || answer.redirected) return location.reload();
      heard(answer.headers);
    });
    document.addEventListener("session", ({ detail }) => {
      if (detail === null) return;
      arm(Number(detail));
      tabs.postMessage(Number(detail));
    });
    document.dispatchEvent(new CustomEvent("session", { detail: asks.dataset.session }));
  }

  // Copy a text to take it to the personal file.
  on("click", "[data-copy]", async (button) => {
    const source = document.getElementById(button.dataset.copy.replace(/^#/, ""));
    if (!source) return;
    const text = source.querySelector("[data-copy-text]") || source.querySelector(".event-body") || source;
    await navigator.clipboard.writeText(text.innerText.replace(button.innerText, "").trim());
    say(words.copied);
    button.lastChild.textContent = words.copied;
  });

  // Shortcut: / goes to the search box. It can be switched off (WCAG 2.1.4); only that choice is remembered.
  const allowed = () => localStorage.getItem("shortcuts") !== "off";
  const show = () => {
    root.dataset.keys = allowed() ? "on" : "off";
    const text = document.querySelector("[data-shortcuts-text]");
    if (text) text.textContent = allowed() ? words.shortcuts_on : words.shortcuts_off;
  };
  on("click", "[data-shortcuts]", () => {
    localStorage.setItem("shortcuts", allowed() ? "off" : "on");
    show();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    const box = document.getElementById("find");
    if (event.key !== "/" || !box || !allowed() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    box.focus();
  });
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => menu.contains(event.target) || (menu.open = false));
  });

  on("change", "[data-reveal] input", (box) => {
    box.form.querySelector('[autocomplete="current-password"]').type = box.checked ? "text" : "password";
  });

  // Start: what needs a script appears, filters fold on a phone.
  document.querySelectorAll("[data-fill-now], [data-shortcuts], [data-pause], [data-reveal]").forEach((part) => (part.hidden = false));
  if (navigator.clipboard) document.querySelectorAll("[data-copy]").forEach((part) => (part.hidden = false));
  if (matchMedia("(max-width: 48rem)").matches) document.querySelectorAll("details.filter-box").forEach((box) => (box.open = false));
  show();
})();
