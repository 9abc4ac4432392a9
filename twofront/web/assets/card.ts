// The board as a picture for a chat: drawn from what the page shows, so that the two can never differ.

export interface Card {
  county: string;
  moment: string;
  phase: string;
  exercise: string;
  sentences: string[];
  goals: { title: string; state: string; word: string; figure: string; front: string }[];
  charts: { title: string; figure: string; note: string; front: string }[];
}

const WIDTH = 1080;
const EDGE = 48;
const STATES: Record<string, string> = { met: "--good", broken: "--bad", open: "--open", unknown: "--unknown" };
const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const words = (root: ParentNode, selector: string): string =>
  root.querySelector(selector)?.textContent?.trim().replace(/\s+/g, " ") ?? "";

const frontOf = (element: Element): string => (element.classList.contains("front-prevention") ? "prevention" : "resumption");

export function readCard(): Card {
  return {
    county: words(document, ".brand-words b"),
    moment: words(document, ".top-clock time"),
    phase: words(document, ".chip-phase"),
    exercise: words(document, ".exercise-mark b"),
    sentences: [...document.querySelectorAll("[data-sentence]")].map((s) => s.textContent?.trim() ?? ""),
    goals: [...document.querySelectorAll('[data-card="goal"]')].map((g) => ({
      title: words(g, "[data-card-title]"),
      state: g.querySelector<HTMLElement>("[data-card-state]")?.dataset["cardState"] ?? "unknown",
      word: words(g, "[data-card-state]"),
      figure: words(g, "[data-card-figure]"),
      front: frontOf(g),
    })),
    charts: [...document.querySelectorAll('[data-card="chart"]')].map((c) => ({
      title: words(c, "[data-card-title]"),
      figure: words(c, "[data-card-figure]"),
      note: words(c, "[data-card-note]"),
      front: frontOf(c),
    })),
  };
}

/** Break a text into lines that fit; Chinese breaks anywhere, other words at spaces. */
export function breakLines(said: string, fits: (line: string) => boolean): string[] {
  const pieces = said.match(/[\u3000-\u9fff\uff00-\uffef]|[^\s\u3000-\u9fff\uff00-\uffef]+\s*|\s+/g) ?? [];
  const lines: string[] = [];
  let line = "";
  for (const piece of pieces) {
    if (line !== "" && !fits(line + piece)) {
      lines.push(line.trimEnd());
      line = "";
    }
    line += piece;
  }
  return line === "" ? lines : [...lines, line.trimEnd()];
}

class Pen {
  y = 0;
  constructor(readonly c: CanvasRenderingContext2D) {}

  font(size: number, weight = 400): void {
    this.c.font = `${weight} ${size}px ${getComputedStyle(document.body).fontFamily}`;
  }

  text(said: string, x: number, y: number, color: string, align: CanvasTextAlign = "left"): void {
    this.c.fillStyle = color;
    this.c.textAlign = align;
    this.c.fillText(said, x, y);
  }

  box(x: number, y: number, w: number, h: number, fill: string, r = 14): void {
    this.c.fillStyle = fill;
    this.c.beginPath();
    this.c.roundRect(x, y, w, h, r);
    this.c.fill();
  }

  fit(said: string, width: number, size: number, weight: number): void {
    let s = size;
    for (this.font(s, weight); s > 18 && this.c.measureText(said).width > width; s -= 1) this.font(s, weight);
  }
}

function drawHead(pen: Pen, card: Card): void {
  pen.c.fillStyle = token("--band");
  pen.c.fillRect(0, 0, WIDTH, 132);
  pen.font(40, 700);
  pen.text(card.county, EDGE, 64, token("--on-band"));
  pen.font(28);
  pen.text([card.moment, card.phase].filter((p) => p !== "").join("  ·  "), EDGE, 106, token("--on-band-2"));
  pen.y = 132;
  if (card.exercise === "") return;
  pen.c.fillStyle = token("--exercise");
  pen.c.fillRect(0, 132, WIDTH, 56);
  pen.font(28, 700);
  pen.text(card.exercise, WIDTH / 2, 170, token("--exercise-ink"), "center");
  pen.y = 188;
}

function drawSentences(pen: Pen, card: Card): void {
  pen.y += 22;
  card.sentences.forEach((sentence, i) => {
    pen.font(34, 600);
    const lines = breakLines(sentence, (line) => pen.c.measureText(line).width <= WIDTH - 2 * EDGE - 60);
    pen.text(`${i + 1}`, EDGE + 8, pen.y + 38, token("--prevention"));
    for (const line of lines) {
      pen.text(line, EDGE + 52, pen.y + 38, token("--ink"));
      pen.y += 48;
    }
    pen.y += 12;
  });
}

function drawGoals(pen: Pen, card: Card): void {
  const w = (WIDTH - 2 * EDGE - 24) / 2;
  card.goals.forEach((goal, i) => {
    const x = EDGE + (i % 2) * (w + 24);
    const y = pen.y + 12 + Math.floor(i / 2) * 164;
    pen.box(x, y, w, 148, token("--surface"));
    pen.box(x, y, 10, 148, token(`--${goal.front}`), 5);
    pen.font(26);
    pen.text(goal.title, x + 30, y + 44, token("--ink-2"));
    pen.font(26, 700);
    const color = token(STATES[goal.state] ?? "--unknown");
    const wide = pen.c.measureText(goal.word).width;
    pen.c.strokeStyle = color;
    pen.c.lineWidth = 2;
    pen.c.setLineDash(goal.state === "unknown" ? [6, 5] : []);
    pen.c.beginPath();
    pen.c.roundRect(x + w - wide - 56, y + 14, wide + 36, 42, 21);
    pen.c.stroke();
    pen.c.setLineDash([]);
    pen.text(goal.word, x + w - wide - 38, y + 44, color);
    pen.fit(goal.figure, w - 60, 46, 700);
    pen.text(goal.figure, x + 30, y + 116, token("--ink"));
  });
  pen.y += 12 + Math.ceil(card.goals.length / 2) * 164;
}

function drawCharts(pen: Pen, card: Card): void {
  for (const chart of card.charts) {
    pen.y += 10;
    pen.box(EDGE, pen.y, WIDTH - 2 * EDGE, 84, token("--surface"));
    pen.box(EDGE, pen.y, 10, 84, token(`--${chart.front}`), 5);
    pen.fit(chart.title, 430, 28, 600);
    pen.text(chart.title, EDGE + 30, pen.y + 53, token("--ink"));
    pen.font(44, 700);
    pen.text(chart.figure, EDGE + 640, pen.y + 58, token(`--${chart.front}`), "right");
    pen.fit(chart.note, WIDTH - 2 * EDGE - 690, 26, 400);
    pen.text(chart.note, EDGE + 670, pen.y + 53, token("--ink-2"));
    pen.y += 84;
  }
}

export function drawCard(card: Card): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("this browser draws no pictures");
  canvas.width = WIDTH;
  canvas.height = 4000;
  const pen = new Pen(context);
  context.fillStyle = token("--paper");
  context.fillRect(0, 0, WIDTH, canvas.height);
  drawHead(pen, card);
  drawSentences(pen, card);
  drawGoals(pen, card);
  drawCharts(pen, card);
  pen.font(22);
  pen.text([card.exercise, card.county, card.moment].filter((p) => p !== "").join(" · "), EDGE, pen.y + 52, token("--ink-2"));
  const whole = document.createElement("canvas");
  whole.width = WIDTH;
  whole.height = Math.ceil(pen.y + 80);
  whole.getContext("2d")?.drawImage(canvas, 0, 0);
  return whole;
}
