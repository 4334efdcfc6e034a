// What the keyboard does, and small comforts. Every page works without it.
(() => {
  const typing = (target) => target.closest("input, textarea, select, [contenteditable], dialog");

  // j and k walk over rows, and Enter opens: the rows' links are what has the focus.
  const walk = (by) => {
    const rows = [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent);
    if (!rows.length) return;
    const here = rows.indexOf(document.activeElement);
    const next = here < 0 ? (by > 0 ? 0 : rows.length - 1) : here + by;
    rows[Math.min(Math.max(next, 0), rows.length - 1)].focus();
  };

  const keys = {
    "/": () => document.getElementById("find").focus(),
    j: () => walk(1),
    k: () => walk(-1),
    g: () => location.assign("/mine"),
    "?": () => document.getElementById("keys").showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape" && event.target.id === "find") event.target.blur();
    if (typing(event.target) || !(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) document.getElementById(opener.dataset.opens).showModal();
  });

  // What is told of leads to where it is mended, and that is unfolded.
  document.addEventListener("click", (event) => {
    const leads = event.target.closest("[data-unfolds]");
    if (leads) document.querySelector(leads.dataset.unfolds)?.setAttribute("open", "");
  });

  // A page narrowed by script has another address than the one it was made with.
  document.addEventListener("submit", (event) => {
    const back = event.target.elements.next;
    if (!event.target.matches(".switches form") || !back) return;
    const query = new URLSearchParams(location.search);
    query.delete("lang");
    query.delete("done");
    back.value = location.pathname + (query.size ? `?${query}` : "");
  });

  // What has been written and not sent is not left behind by mistake.
  const written = () => [...document.querySelectorAll("form[method=post] textarea")]
    .some((text) => text.value.trim() && text.value !== text.defaultValue && !text.form.dataset.sent);
  addEventListener("beforeunload", (event) => { if (written()) event.preventDefault(); });

  // A form is sent once. The button keeps its place and its focus; pages that come back are fresh.
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.sent && event.target.method === "post") event.preventDefault();
    event.target.dataset.sent = "1";
    setTimeout(() => delete event.target.dataset.sent, 5000);
  });

  // What is said of the last deed is read out where it stands, and seen without scrolling.
  const said = document.querySelector("[data-said]");
  if (said) {
    said.closest("details")?.setAttribute("open", "");
    said.scrollIntoView({ block: "center" });
  }
})();
