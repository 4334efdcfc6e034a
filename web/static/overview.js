// Draws the pictures of the overview from its tables, and tells when there are newer figures.
// Without it the tables say everything.
(() => {
  const MOST = 14; // lines that a picture can show; the table has them all

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--ov-${name}`).trim();

  const number = (cell) => Number((cell?.textContent || "0").replace(/[^0-9.-]/g, "")) || 0;

  // The lines of a table that stand for something by themselves, and the heads of its columns.
  const read = (holder) => {
    const table = document.getElementById(holder.dataset.table);
    const columns = holder.dataset.columns.split(",").map(Number);
    const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
    const rows = [...table.tBodies[0].rows].filter((row) => !row.className);
    const named = (row) => (row.cells[0].querySelector("a") || row.cells[0]).firstChild.textContent.trim();
    const lines = rows.map((row) => ({ name: named(row), values: columns.map((n) => number(row.cells[n])) }));
    return { heads: columns.map((n) => heads[n]), lines };
  };

  // Stripes and dots besides colours, so that a picture is understood without them.
  const pattern = (paint, shape) => {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 10;
    const pen = tile.getContext("2d");
    pen.fillStyle = paint;
    pen.fillRect(0, 0, 10, 10);
    pen.strokeStyle = pen.fillStyle = colour("mark");
    pen.lineWidth = 1.6;
    pen.beginPath();
    if (shape === "stripes") { pen.moveTo(-2, 12); pen.lineTo(12, -2); pen.stroke(); }
    if (shape === "dots") { pen.arc(5, 5, 1.5, 0, 7); pen.fill(); }
    return pen.createPattern(tile, "repeat");
  };

  const common = (stacked, across) => {
    const ink = colour("ink");
    const grid = { color: `${colour("grey")}44` };
    const room = innerWidth < 768 ? 10 : 24;
    const short = (text) => (text.length > room ? `${text.slice(0, room - 1)}…` : text);
    const told = { color: ink, autoSkip: false, callback(place) { return short(this.getLabelForValue(place)); } };
    const scale = { stacked, beginAtZero: true, grid, ticks: { color: ink, precision: 0 } };
    const names = { stacked, grid: { display: false }, ticks: across ? told : { color: ink } };
    return {
      animation: false, responsive: true, maintainAspectRatio: false,
      indexAxis: across ? "y" : "x",
      scales: across ? { x: scale, y: names } : { x: names, y: scale },
      plugins: { legend: { position: "top", align: "start", labels: { color: ink, boxWidth: 26 } } },
    };
  };

  const shapes = { red: "stripes", yellow: "dots", green: "" };

  const kinds = {
    lights: ({ heads, lines }) => {
      const told = lines.filter((line) => line.values.some(Boolean))
        .sort((a, b) => b.values.reduce((x, y) => x + y) - a.values.reduce((x, y) => x + y)).slice(0, MOST);
      return {
        type: "bar", options: common(true, true), lines: told.length,
        data: {
          labels: told.map((line) => line.name),
          datasets: Object.keys(shapes).map((light, n) => ({
            label: heads[n], data: told.map((line) => line.values[n]), maxBarThickness: 22,
            backgroundColor: pattern(colour(light), shapes[light]),
          })),
        },
      };
    },
    // What happens in a month stands as bars; what has piled up is a line by a scale of its own.
    trend: ({ heads, lines }) => {
      const options = common(false, false);
      const ink = colour("ink");
      options.scales.y.title = { display: true, text: `${heads[0]} / ${heads[1]}`, color: ink };
      options.scales.pile = {
        position: "right", beginAtZero: true, grid: { display: false },
        ticks: { color: ink, precision: 0 }, title: { display: true, text: heads[2], color: ink },
      };
      const values = (n) => lines.map((line) => line.values[n]);
      const bar = (n, name, shape) => (
        { label: heads[n], data: values(n), backgroundColor: pattern(colour(name), shape), order: 2 }
      );
      return {
        type: "bar", options,
        data: {
          labels: lines.map((line) => line.name),
          datasets: [bar(0, "blue", ""), bar(1, "green", "stripes"), {
            type: "line", label: heads[2], data: values(2), yAxisID: "pile", order: 1, borderWidth: 2,
            borderColor: colour("red"), backgroundColor: colour("red"), pointStyle: "triangle", pointRadius: 4,
          }],
        },
      };
    },
    bars: ({ heads, lines }) => {
      const options = common(false, false);
      options.plugins.legend.display = false;
      return {
        type: "bar", options,
        data: {
          labels: lines.map((line) => line.name),
          datasets: [{ label: heads[0], data: lines.map((line) => line.values[0]), maxBarThickness: 48,
            backgroundColor: pattern(colour("blue"), "") }],
        },
      };
    },
  };

  const drawn = [];
  const draw = () => {
    while (drawn.length) drawn.pop().destroy();
    for (const holder of document.querySelectorAll("[data-chart]")) {
      const found = read(holder);
      const { lines, ...made } = kinds[holder.dataset.chart](found);
      if (!made.data.labels.length) continue;
      holder.hidden = false;
      if (lines) holder.classList.add(`ov-lines-${Math.min(Math.ceil(lines / 3), 5)}`);
      drawn.push(new Chart(holder.querySelector("canvas"), made));
    }
  };

  if (window.Chart) {
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    draw();
    // Paper is white, whatever the screen is.
    const root = document.documentElement;
    let theme;
    addEventListener("beforeprint", () => {
      theme = root.dataset.bsTheme;
      root.dataset.bsTheme = "light";
      draw();
    });
    addEventListener("afterprint", () => { root.dataset.bsTheme = theme; draw(); });
    new MutationObserver(draw).observe(root, { attributeFilter: ["data-bs-theme"] });
  }

  const printer = document.querySelector("[data-print]");
  if (printer) {
    printer.hidden = false;
    printer.addEventListener("click", () => window.print());
  }

  const ask = async (address) => {
    const answer = await fetch(address, { headers: { accept: "application/json" } });
    return answer.ok ? answer.json() : {};
  };

  // The first count: the page comes again as soon as there is something to show.
  const waits = document.querySelector("[data-waits]");
  const wait = async () => {
    if ((await ask(waits.dataset.waits)).as_of) location.reload();
    else setTimeout(wait, 1500);
  };
  if (waits) setTimeout(wait, 1000);

  // A newer count is offered, never forced upon a reader.
  const newer = document.querySelector("[data-newer]");
  let times = 40;
  const look = async () => {
    const { as_of: asOf } = await ask(newer.dataset.newer);
    if (asOf && asOf !== newer.dataset.asOf) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = newer.dataset.words;
      button.addEventListener("click", () => location.reload());
      newer.replaceChildren(button);
    } else if (times-- > 0) setTimeout(look, 3000);
  };
  if (newer) setTimeout(look, 2000);
})();
