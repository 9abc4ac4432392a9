// Draws the series of the charts. SVG, no tooltip of HTML, no inline styles: the page's policy forbids them.
import { LineChart } from "echarts/charts";
import { GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import type { ECharts, EChartsCoreOption } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([LineChart, GridComponent, MarkLineComponent, TooltipComponent, SVGRenderer]);

interface PlotPoint {
  on: string;
  rate: number | null;
  break: boolean;
  revised: boolean;
  note: string;
}
interface Plot {
  title: string;
  percent: boolean;
  break: string;
  lines: { name: string; own: boolean; points: PlotPoint[] }[];
}

const drawn = new Map<HTMLElement, { chart: ECharts; plot: Plot }>();
const token = (place: HTMLElement, name: string): string => getComputedStyle(place).getPropertyValue(name).trim();
const day = (iso: string): string => `${Number(iso.slice(5, 7))}-${iso.slice(8, 10)}`;

function breakLine(points: PlotPoint[], color: string, word: string): object {
  return {
    silent: true,
    symbol: "none",
    animation: false,
    lineStyle: { color, type: [2, 3], width: 1.5 },
    label: { formatter: word, color, fontSize: 14, position: "insideEndTop", rotate: 0, align: "right", distance: [4, 0] },
    data: points.filter((p) => p.break).map((p) => ({ xAxis: p.on })),
  };
}

/** A break parts the line in two: the days on both sides are not comparable. */
function segments(points: PlotPoint[]): PlotPoint[][] {
  const parts: PlotPoint[][] = [[]];
  for (const point of points) {
    if (point.break) parts.push([]);
    parts.at(-1)?.push(point);
  }
  return parts.filter((part) => part.length > 0);
}

function option(plot: Plot, place: HTMLElement): EChartsCoreOption {
  const own = token(place, "--front");
  const other = token(place, "--ink-3");
  const grid = token(place, "--line");
  const all = [...new Set(plot.lines.flatMap((line) => line.points.map((p) => p.on)))].sort();
  const known = plot.lines.flatMap((line) => line.points.filter((p) => p.rate !== null).map((p) => p.on)).sort();
  const days = all.filter((on) => on >= (known[0] ?? "")); // days before the first known value say nothing
  const step = Math.ceil(days.length / Math.max(2, Math.floor((place.clientWidth - 48) / 52))); // the last day always has its label
  const say = (v: unknown): string => (typeof v === "number" ? `${v.toFixed(1)}${plot.percent ? "%" : ""}` : "—");
  const series = plot.lines.flatMap((line) =>
    segments(line.points).map((part, i) => ({
      type: "line",
      name: line.name,
      data: part.filter((p) => days.includes(p.on)).map((p) => [p.on, p.rate]),
      connectNulls: false,
      symbol: line.own ? "circle" : "diamond",
      symbolSize: (_value: unknown, p: { dataIndex: number }) =>
        line.own && part.length > 3 && p.dataIndex < part.length - 1 ? 4 : 8,
      lineStyle: { width: line.own ? 2.5 : 2, type: line.own ? "solid" : "dashed", color: line.own ? own : other },
      itemStyle: { color: line.own ? own : other },
      markLine: i === 0 ? breakLine(line.points, line.own ? own : other, plot.break) : undefined,
      z: line.own ? 3 : 2,
    })),
  );
  return {
    animation: false,
    grid: { left: 34, right: 14, top: 14, bottom: 22 },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      confine: true,
      textStyle: { fontSize: 14 },
      axisPointer: { lineStyle: { color: other } },
      valueFormatter: say,
    },
    xAxis: {
      type: "category",
      data: days,
      boundaryGap: false,
      axisLine: { lineStyle: { color: grid } },
      axisTick: { show: false },
      axisLabel: { formatter: day, fontSize: 14, color: other, interval: (i: number) => (days.length - 1 - i) % step === 0, alignMinLabel: "left", alignMaxLabel: "right" },
    },
    yAxis: {
      type: "value",
      min: 0,
      splitNumber: 2,
      axisLabel: { fontSize: 14, color: other },
      splitLine: { lineStyle: { color: grid } },
    },
    series,
  };
}

function draw(place: HTMLElement): void {
  const block = document.getElementById(place.dataset["plot"] ?? "");
  if (block === null || drawn.has(place)) return;
  drawn.set(place, { chart: init(place, undefined, { renderer: "svg" }), plot: JSON.parse(block.textContent ?? "{}") as Plot });
  fit(place);
  sizes.observe(place);
}

/** Draw for the size at hand; with a view box the drawing shrinks as a whole on paper, where no script may redraw it. */
function fit(place: HTMLElement): void {
  const one = drawn.get(place);
  if (one === undefined || place.clientWidth === 0) return;
  one.chart.resize();
  one.chart.setOption(option(one.plot, place), { notMerge: true });
  place.querySelector("svg")?.setAttribute("viewBox", `0 0 ${place.clientWidth} ${place.clientHeight}`);
}

const sizes = new ResizeObserver((entries) => {
  if (matchMedia("print").matches) return;
  for (const { target } of entries) fit(target as HTMLElement);
});

function drawAll(): void {
  for (const [place, { chart }] of drawn) {
    if (place.isConnected) continue;
    sizes.unobserve(place);
    chart.dispose();
    drawn.delete(place);
  }
  for (const place of document.querySelectorAll<HTMLElement>("[data-plot]")) draw(place);
}

/** Paper gets drawings made for its own small size; the screen gets its own back. */
function forPaper(isPaper: boolean): void {
  for (const place of drawn.keys()) {
    place.classList.toggle("for-print", isPaper);
    fit(place);
  }
}

drawAll();
window.addEventListener("beforeprint", () => forPaper(true));
window.addEventListener("afterprint", () => forPaper(false));
document.addEventListener("htmx:afterSwap", drawAll);
