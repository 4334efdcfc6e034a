// Sends evidence one file at a time with its progress, takes files that are dropped or photographed,
// and copies references and digests. Without it the form sends everything at once.
(() => {
  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) break;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      const said = button.textContent;
      button.textContent = "✓";
      setTimeout(() => (button.textContent = said), 1500);
    });
  }

  const form = document.querySelector("[data-upload]");
  if (!form) return;
  const find = (name) => form.querySelector(`[data-${name}]`);
  const input = form.elements.files;
  const camera = document.getElementById("camera");
  const shown = find("progress");
  let chosen = [];

  // The input keeps what was chosen last; photographs and dropped files come on top.
  const list = () => {
    find("chosen").replaceChildren(...chosen.map((file) => {
      const line = document.createElement("li");
      const size = file.size < 1e5 ? `${Math.ceil(file.size / 1e3)} KB` : `${(file.size / 1e6).toFixed(1)} MB`;
      line.textContent = `${file.name} (${size})`;
      return line;
    }));
  };
  const add = (files) => { chosen = chosen.concat([...files]); input.required = !chosen.length; list(); };
  input.addEventListener("change", () => { add(input.files); input.value = ""; });
  camera.addEventListener("change", () => { add(camera.files); camera.value = ""; });
  find("camera").hidden = !matchMedia("(pointer: coarse)").matches;
  const drop = find("drop");
  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle("drop-over", name === "dragenter" || name === "dragover");
      if (name === "drop") add(event.dataTransfer.files);
    });
  }

  // An address with a place in it that is the page's own would only be scrolled to.
  const go = () => {
    if (new URL(form.dataset.done, location).href === location.href) location.reload();
    else location.assign(form.dataset.done);
  };

  const tell = (filename, said, good) => {
    const line = document.createElement("p");
    line.className = good ? "told-good" : "told-bad";
    line.textContent = filename ? `${filename}${form.dataset.colon}${said}` : said;
    find("told").append(line);
  };

  const send = (file, told) => new Promise((done) => {
    const body = new FormData();
    for (const name of ["csrf", "key", "turn", "note"]) body.append(name, form.elements[name].value);
    body.append("files", file);
    const call = new XMLHttpRequest();
    call.open("POST", form.action);
    call.setRequestHeader("accept", "application/json");
    call.setRequestHeader("x-csrf-token", form.elements.csrf.value);
    call.upload.addEventListener("progress", (event) => event.lengthComputable && told(event.loaded / event.total));
    call.addEventListener("load", () => {
      try { done(JSON.parse(call.responseText).files); } catch { done(null); }
    });
    call.addEventListener("error", () => done(null));
    call.send(body);
  });

  const percent = (part) => {
    const value = Math.floor(part * 100);
    shown.querySelector("progress").value = value;
    find("percent").textContent = `${value} %`;
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    find("told").replaceChildren();
    if (!chosen.length) return tell("", form.dataset.none, false);
    const button = form.querySelector("button:not([type])");
    const total = chosen.reduce((sum, file) => sum + file.size, 0) || 1;
    let before = 0, refused = 0;
    const left = [];
    button.disabled = true;
    shown.hidden = false;
    document.body.dataset.busy = "1";
    for (const file of chosen) {
      let answers = [{ filename: file.name, said: form.dataset.large }];
      if (file.size <= form.dataset.most * 1e6) answers = await send(file, (part) => percent((before + file.size * part) / total));
      if (!answers) { left.push(file); answers = [{ filename: file.name, said: form.dataset.lost }]; }
      for (const one of answers) {
        refused += one.said ? 1 : 0;
        tell(one.filename, one.said || form.dataset.kept, !one.said);
      }
      before += file.size;
      percent(before / total);
    }
    delete document.body.dataset.busy;
    button.disabled = false;
    shown.hidden = true;
    if (!refused) return go();
    chosen = left;
    list();
    const again = document.createElement("a");
    again.href = form.dataset.done;
    again.textContent = form.dataset.again;
    again.addEventListener("click", (event) => { event.preventDefault(); go(); });
    find("told").append(again);
  });
})();
