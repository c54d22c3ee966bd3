// Draws every .chart from the JSON beside it; the table behind it stays the source.
import * as echarts from "echarts/core";
import { BarChart, MapChart, SankeyChart } from "echarts/charts";
import {
  AriaComponent, GeoComponent, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent,
} from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";

echarts.use([
  AriaComponent, BarChart, CanvasRenderer, GeoComponent, GridComponent, LegendComponent, MapChart,
  SankeyChart, TooltipComponent, VisualMapComponent,
]);

function colours() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  const dark = style.colorScheme.includes("dark");
  return {
    text: read("--color-base-content"),
    line: read("--color-base-300"),
    base: read("--color-base-100"),
    // Red, blue and grey differ in lightness, so that they stay apart for every kind of eye.
    series: dark ? ["#ff7a86", "#7fb0e0", "#c9ccd0"] : ["#b8132a", "#4f7fae", "#8d9299"],
    ramp: dark ? ["#3a2b2e", "#a5404c", "#ff97a1"] : ["#f8e4e4", "#d7696f", "#8c0f20"],
  };
}

function bars(data, c) {
  const axis = { axisLine: { lineStyle: { color: c.line } }, axisTick: { show: false }, axisLabel: { color: c.text } };
  const category = { type: "category", data: data.categories, ...axis };
  const value = {
    type: "value", splitLine: { lineStyle: { color: c.line } },
    axisLabel: { color: c.text },
  };
  const flat = data.kind === "bars-flat";
  return {
    color: c.series,
    grid: { left: 8, right: 16, top: 40, bottom: 4, containLabel: true },
    legend: { top: 0, right: 0, textStyle: { color: c.text }, itemWidth: 14, itemHeight: 14 },
    xAxis: flat ? value : category,
    yAxis: flat ? { ...category, inverse: true } : value,
    series: data.series.map((s) => ({
      type: "bar", name: s.name, stack: "all", data: s.values, barMaxWidth: 44,
      itemStyle: { borderColor: c.base, borderWidth: 0.5 },
    })),
  };
}

function districts(data, c) {
  const top = Math.max(1, ...data.values.map((v) => v.value));
  return {
    visualMap: {
      min: 0, max: top, left: "center", bottom: 0, orient: "horizontal", text: [data.more, data.less],
      itemHeight: 90, itemWidth: 10, textStyle: { color: c.text }, inRange: { color: c.ramp },
    },
    series: [{
      type: "map", map: "districts", nameProperty: "name", top: 8, bottom: 40,
      data: data.values.map((v) => ({ name: v.code, value: v.value, title: v.title })),
      itemStyle: { areaColor: c.line, borderColor: c.base, borderWidth: 1 },
      label: { show: false }, select: { disabled: true },
      emphasis: { label: { show: false }, itemStyle: { areaColor: c.text } },
    }],
  };
}

const ROW = 30; // pixels of a node with its name
function flow(data, c, width) {
  const depths = 1 + Math.max(...data.nodes.map((n) => n.depth));
  const step = (width - 24) / depths;
  const named = new Map(data.nodes.map((n) => [n.name, n.title]));
  const last = (n) => n.depth === depths - 1;
  return {
    series: [{
      type: "sankey", left: 4, right: 4, top: 8, bottom: 8, nodeWidth: 10, nodeGap: 14,
      nodeAlign: "justify", draggable: false, layoutIterations: 24, emphasis: { focus: "adjacency" },
      data: data.nodes.map((n) => ({
        ...n, itemStyle: { color: n.rest ? c.line : c.series[n.depth % c.series.length], borderColor: c.text, borderWidth: n.rest ? 0.75 : 0 },
        // The last two levels share the room between them.
        label: { position: last(n) ? "left" : "right", width: Math.max(44, n.depth < depths - 2 ? step - 16 : step / 2) },
      })),
      // A stream that is nought or below has no width; the table has it.
      links: data.links.filter((l) => l.value > 0),
      lineStyle: { color: c.text, opacity: 0.14, curveness: 0.5 },
      label: {
        color: c.text, fontSize: width < 480 ? 11 : 12, overflow: "truncate",
        textBorderColor: c.base, textBorderWidth: 2, formatter: (p) => named.get(p.name) ?? "",
      },
    }],
  };
}

function tallest(data) {
  const n = [];
  for (const one of data.nodes) n[one.depth] = (n[one.depth] ?? 0) + 1;
  return Math.max(...n);
}

function tip(data) {
  const named = new Map((data.nodes ?? []).map((n) => [n.name, n.title]));
  return (p) => {
    if (p.dataType === "node") return `${p.data.title}  ${p.data.said} ${data.unit}`;
    if (p.dataType === "edge") return `${named.get(p.data.source)} → ${named.get(p.data.target)}  ${p.data.said} ${data.unit}`;
    const name = p.seriesType === "map" ? (p.data?.title ?? p.name) : `${p.name} ${p.seriesName}`;
    return `${name}  ${p.value || p.value === 0 ? p.value.toLocaleString() : "-"} ${data.unit}`;
  };
}

async function draw(box) {
  const data = JSON.parse(document.getElementById(box.dataset.source).textContent);
  if (data.kind === "map") {
    const answer = await fetch(data.outlines);
    echarts.registerMap("districts", await answer.json());
  }
  const c = colours();
  if (data.kind === "flow") box.style.height = `${Math.max(160, 24 + ROW * tallest(data))}px`;
  const chart = echarts.getInstanceByDom(box) ?? echarts.init(box, null, { renderer: "canvas" });
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    aria: { enabled: false },
    tooltip: { trigger: "item", renderMode: "richText", formatter: tip(data) },
    ...({ map: districts, flow }[data.kind] ?? bars)(data, c, box.clientWidth),
  }, true);
  chart.off("click");
  if (data.kind === "flow") chart.on("click", (p) => { if (p.dataType === "node" && p.data.href) location.href = p.data.href; });
  box.dataset.drawn = "1";
  return chart;
}

const boxes = [...document.querySelectorAll(".chart[data-source]")];
document.documentElement.classList.remove("no-chart");
for (const box of boxes) {
  draw(box).then((chart) => new ResizeObserver(() => chart.resize()).observe(box)).catch(() => box.remove());
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => boxes.forEach(draw));
