// Deciding without the mouse. Every form works without it, and every tick is a field of its form.
(() => {
  const typing = (target) => target.closest("textarea, select, [contenteditable], dialog, input:not([type=checkbox])");
  const yes = document.querySelector("form[data-yes]");
  const ticks = yes ? [...yes.querySelectorAll("input[type=checkbox][required]")] : [];
  const button = yes?.querySelector("button:not([type])");
  const left = yes?.querySelector("[data-left]");

  // The button waits for the last tick; how many are missing is said beside it.
  const count = () => {
    const missing = ticks.filter((tick) => !tick.checked).length;
    if (!ticks.length || !left) return missing;
    button.setAttribute("aria-disabled", String(missing > 0));
    left.textContent = missing ? left.dataset.left.replace("#", missing) : left.dataset.ready;
    return missing;
  };
  ticks.forEach((tick) => tick.addEventListener("change", count));
  count();

  const approve = () => {
    if (!yes) return;
    yes.closest("details").open = true;
    const open = ticks.find((tick) => !tick.checked);
    if (open) open.focus();
    else if (ticks.length) yes.requestSubmit(button);
    else button.focus();
  };
  const giveBack = () => {
    const form = document.querySelector("[data-opens-by=r]");
    if (!form) return;
    form.open = true;
    form.querySelector("textarea")?.focus();
  };
  const evidence = () => {
    const links = [...document.querySelectorAll(".exhibit-name")].filter((link) => link.offsetParent);
    if (links.length) links[(links.indexOf(document.activeElement) + 1) % links.length].focus();
  };
  const pick = () => document.activeElement?.closest(".row-item")?.querySelector("input[type=checkbox]")?.click();
  const keys = { a: approve, r: giveBack, e: evidence, x: pick };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    const link = document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`);
    const tick = /^[1-9]$/.test(event.key) && ticks[Number(event.key) - 1];
    if (!link && !tick && !(event.key in keys)) return;
    event.preventDefault();
    if (link) link.click();
    else if (tick) { tick.click(); tick.focus(); }
    else keys[event.key]();
  });
})();
