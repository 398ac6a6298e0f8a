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

  // Forms: what is typed is kept by the server until it is sent. `unsaved`: since when the server does not have it all.
  const unsaved = new Map();
  const waiting = new Map();
  const line = (form, text, failed = false) => {
    const place = form.querySelector("[data-draft-line]");
    if (!place) return;
    if (place.textContent !== text) place.textContent = text;
    place.classList.toggle("draft-line--failed", failed);
  };
  const clockIn = (ms) => stockholm.format(now() + ms).split(" ")[1].replace(":", ".");
  // Every answer says which login it is of, and when that ends.
  const heard = (headers) => document.dispatchEvent(new CustomEvent("session", { detail: headers }));
  // "kept", "refused" (the server answered, and does not keep it), "later" (it said when to try again) or "unreachable".
  const keep = async (form) => {
    const token = form.querySelector("[data-draft]");
    clearTimeout(waiting.get(form));
    if (!token) return "refused";
    unsaved.delete(form);
    let came = "unreachable";
    let again = 15000;
    try {
      const body = new URLSearchParams(new FormData(form));
      // What is on its way arrives though the page is left; a browser lets no more than 64 kB do so.
      const keepalive = String(body).length < 60000;
      const answer = await fetch(token.dataset.draft, { method: "POST", body, keepalive, signal: AbortSignal.timeout(10000) });
      const wait = answer.headers.get("Retry-After");
      came = answer.ok ? "kept" : wait ? "later" : "refused";
      if (came === "later") again = Number(wait) * 1000;
      heard(answer.headers);
    } catch {}
    if (came === "kept") line(form, fill(words.draft_saved, { t: clockIn(0) }));
    else {
      unsaved.set(form, Date.now());
      line(form, came === "later" ? fill(words.later, { t: clockIn(again + 60000) }) : words.draft_failed, true);
      if (came !== "refused") waiting.set(form, setTimeout(keep, again, form));
    }
    return came;
  };
  on("input", "form[data-guard]", (form) => {
    if (!unsaved.has(form)) unsaved.set(form, Date.now());
    clearTimeout(waiting.get(form));
    // When there is a pause; whoever makes none is not left unsaved for more than ten seconds.
    waiting.set(form, setTimeout(keep, Math.min(800, unsaved.get(form) + 10000 - Date.now()), form));
  });
  document.addEventListener("visibilitychange", () => document.hidden && [...unsaved.keys()].forEach((form) => keep(form)));
  addEventListener("beforeunload", (event) => {
    if ([...unsaved.keys()].some((form) => form.isConnected)) event.preventDefault();
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
      if (came === "later") return;
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

  // The session. Every tab tells the others which login it is of and when that ends: what is done in one counts in all. A
  // tab whose login has ended, or is not the browser's any more, shows nothing from that moment; what was typed in it goes
  // to the server first. Five minutes before the end each asks once, or only says it where no answer can move the end.
  const tabs = new BroadcastChannel("session");
  if ("sessionOver" in document.body.dataset) tabs.postMessage({ mark: null });
  const asks = document.querySelector("[data-session]");
  if (asks) {
    const last = document.querySelector("[data-last]");
    let [ends, cannot, said, typed, timer, gone] = [0, false, "", 0, 0, false];
    const leave = async (to) => {
      if (gone) return;
      gone = true;
      clearTimeout(timer);
      document.title = document.title.split(" – ").pop();
      document.body.replaceChildren(words.gone);
      const kept = async (form) => {
        while (["unreachable", "later"].includes(await keep(form))) await new Promise((done) => setTimeout(done, 15000));
      };
      await Promise.all([...waiting.keys()].map(kept));
      location.replace(to);
    };
    const stay = async () => {
      const form = asks.querySelector("form");
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form) }).catch(() => null);
      if (!answer) said = "";
      else if (answer.redirected || answer.status === 403) leave(asks.dataset.back);
      else heard(answer.headers);
    };
    const put = (what) => {
      said = what;
      if (what !== "ask") asks.close();
      last.hidden = what !== "last";
      if (what === "last") last.querySelector("p").textContent = fill(words.last, { t: clockIn(ends - Date.now()) });
      // Whoever is typing is here, and is not interrupted.
      if (what === "ask" && !asks.open) Date.now() - typed < 60000 ? stay() : asks.showModal();
    };
    // A machine that has slept knows what time it is; its timers do not. So it is looked again, and when the tab is seen.
    const look = () => {
      clearTimeout(timer);
      if (gone) return;
      const left = ends - Date.now();
      if (left < -2000) return leave(asks.dataset.back);
      const what = left > 300000 ? "" : cannot ? "last" : "ask";
      if (what !== said) put(what);
      timer = setTimeout(look, Math.min(what ? left + 2001 : left - 300000, 15000));
    };
    const hear = ({ mark, left, most }) => {
      if (mark !== asks.dataset.mark) return leave(Date.now() < ends ? asks.dataset.login : asks.dataset.back);
      [ends, cannot] = [Date.now() + left * 1000, left >= most];
      look();
    };
    const spread = (told) => {
      tabs.postMessage(told);
      hear(told);
    };
    document.addEventListener("input", () => (typed = Date.now()));
    document.addEventListener("visibilitychange", () => document.hidden || look());
    addEventListener("pageshow", (event) => event.persisted && leave(asks.dataset.back));
    tabs.addEventListener("message", (event) => hear(event.data));
    asks.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      stay();
    });
    document.addEventListener("session", ({ detail }) => {
      const [mark, left, most] = ["Mark", "Left", "At-Most"].map((name) => detail.get(`X-Session-${name}`));
      if (left !== null) spread({ mark, left: Number(left), most: Number(most) });
    });
    const [left, most] = asks.dataset.session.split(" ").map(Number);
    spread({ mark: asks.dataset.mark, left, most });
  }

  // What leaves on paper or as a copy stands in the access log: which page, never what stood there. Nothing waits for it.
  const left = (how) => {
    const line = document.querySelector("[data-printed]");
    const key = document.querySelector('[name="csrfmiddlewaretoken"]');
    if (!line || !key) return;
    const body = new URLSearchParams({ how, page: location.pathname, csrfmiddlewaretoken: key.value });
    fetch(line.dataset.printed, { method: "POST", body, keepalive: true }).catch(() => null);
  };
  addEventListener("beforeprint", () => left("print"));

  // Copy a text to take it to the personal file.
  on("click", "[data-copy]", async (button) => {
    const source = document.getElementById(button.dataset.copy.replace(/^#/, ""));
    if (!source) return;
    const text = source.querySelector("[data-copy-text]") || source.querySelector(".event-body") || source;
    await navigator.clipboard.writeText(text.innerText.replace(button.innerText, "").trim());
    left("copy");
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
