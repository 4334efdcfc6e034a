// Long work says that it goes on.
(() => {
  const deed = document.getElementById("deed");
  deed?.addEventListener("submit", () => {
    document.querySelector("[data-waiting]").textContent = deed.dataset.wait;
    document.body.setAttribute("aria-busy", "true");
  });
})();
