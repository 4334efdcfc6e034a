// Says that the page is old: an item by a bar, a list by fetching it anew. Nothing that somebody is
// typing in is ever replaced, and no page that nobody looks at asks for anything.
(() => {
  const bar = document.getElementById("live-bar");
  const item = document.querySelector("[data-live-item]");
  const shown = () => document.querySelector("#ledger, [data-live-list]");
  if (!bar || !window.EventSource || !(item || shown())) return;
  const REST = 5000, AWAKE = 30 * 60 * 1000;
  let source = null, seen = 0, last = 0, timer = 0, moved = Date.now();

  const say = () => {
    if (!bar.hidden || document.body.dataset.busy) return;
    bar.hidden = false;
    bar.querySelector("span").textContent = item ? bar.dataset.item : bar.dataset.list;
  };
  bar.querySelector("button").addEventListener("click", () => {
    const [address] = location.href.split(/[?#]/);
    if (item) location.assign(address); else location.reload();
  });

  const occupied = (list) => {
    const focused = document.activeElement;
    return focused?.closest("input, textarea, select, [contenteditable], dialog")
      || document.querySelector("dialog[open]") || list.querySelector("input:checked, details[open]");
  };

  // A list keeps its place and the row that has the focus.
  const fetchAnew = async () => {
    timer = 0;
    const list = shown();
    if (!list || !list.id || occupied(list) || Date.now() - moved > AWAKE) return say();
    last = Date.now();
    try {
      const answer = await fetch(location.href, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = answer.ok && !answer.redirected && page.getElementById(list.id);
      const here = shown();
      if (!fresh || !here || occupied(here)) return say();
      const row = document.activeElement?.closest("[data-row]")?.getAttribute("href");
      here.replaceWith(fresh);
      window.htmx?.process(fresh);
      if (row) fresh.querySelector(`[data-row][href="${CSS.escape(row)}"]`)?.focus({ preventScroll: true });
    } catch { say(); }
  };

  const changed = (event) => {
    seen = Number(event.lastEventId) || seen;
    if (item) return say();
    if (!timer) timer = setTimeout(fetchAnew, Math.max(0, last + REST - Date.now()));
  };

  const close = () => { source?.close(); source = null; };
  const open = () => {
    if (source || document.hidden) return;
    const known = item ? item.dataset.liveVersion : seen;
    const of = item ? `item=${encodeURIComponent(item.dataset.liveItem)}&` : "";
    source = new EventSource(`/live?${of}seen=${known}`);
    source.addEventListener("hello", (event) => (seen = Number(event.lastEventId) || seen));
    source.addEventListener("changed", changed);
    source.addEventListener("over", close);
    source.addEventListener("full", close);
  };
  for (const kind of ["pointerdown", "keydown", "scroll"]) {
    document.addEventListener(kind, () => (moved = Date.now()), { passive: true, capture: true });
  }
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  open();
})();
