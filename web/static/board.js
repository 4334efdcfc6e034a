// Comforts of the board: short addresses, x to select a row, what is selected, one drop at a time.
(() => {
  const chosen = () => [...document.querySelectorAll('#ledger input[name="ref"]')];

  const told = () => {
    const boxes = chosen(), number = boxes.filter((box) => box.checked).length;
    const said = document.querySelector("[data-selected]");
    const every = document.querySelector("[data-every]");
    if (!said) return;
    said.hidden = number === 0;
    said.querySelector("strong").textContent = number;
    document.querySelector("[data-bulk]").disabled = number === 0;
    every.checked = number > 0 && number === boxes.length;
    every.indeterminate = number > 0 && number < boxes.length;
  };

  const usual = { scope: "open", sort: "due" };

  // Filters that say nothing are left out of the address.
  document.addEventListener("htmx:config:request", (event) => {
    const { sourceElement, request } = event.detail.ctx;
    if (sourceElement.id !== "filters") return;
    const given = request.body;
    for (const name of new Set(given.keys())) {
      const said = given.getAll(name).filter(Boolean);
      given.delete(name);
      for (const one of said) if (usual[name] !== one) given.append(name, one);
    }
    if ([...given.keys()].length === 0) given.append("scope", "open");
  });

  // What else leads on from here follows the filters.
  const follow = () => {
    const found = document.getElementById("found");
    if (!found) return;
    const query = found.dataset.queryNow;
    for (const field of document.querySelectorAll("[data-query]")) field.value = query;
    for (const link of document.querySelectorAll("[data-export]")) {
      link.href = `${link.href.split("?")[0]}?${query || "scope=open"}`;
    }
    told();
  };
  document.addEventListener("htmx:after:swap", follow);

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-every]")) {
      for (const box of chosen()) box.checked = event.target.checked;
    }
    if (event.target.closest("#ledger")) told();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const open = document.querySelector(".drop[open]");
      if (open) { open.removeAttribute("open"); open.querySelector("summary").focus(); }
      return;
    }
    if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const box = event.target.closest("tr")?.querySelector('input[name="ref"]');
    if (!box || event.target.closest("select, textarea, dialog")) return;
    event.preventDefault();
    box.checked = !box.checked;
    told();
  });

  document.addEventListener("click", (event) => {
    for (const drop of document.querySelectorAll(".drop[open]")) {
      if (!drop.contains(event.target)) drop.removeAttribute("open");
    }
  });

  told();
})();
