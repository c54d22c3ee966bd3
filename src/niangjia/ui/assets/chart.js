// Draws every .chart from the JSON beside it; the table behind it stays the source.
import * as echarts from "echarts/core";
import { BarChart, MapChart } from "echarts/charts";
import {
  AriaComponent, GeoComponent, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent,
} from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";

echarts.use([
  AriaComponent, BarChart, CanvasRenderer, GeoComponent, GridComponent, LegendComponent, MapChart,
  TooltipComponent, VisualMapComponent,
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

function tip(data) {
  return (p) => {
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
  const chart = echarts.getInstanceByDom(box) ?? echarts.init(box, null, { renderer: "canvas" });
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    aria: { enabled: false },
    tooltip: { trigger: "item", renderMode: "richText", formatter: tip(data) },
    ...(data.kind === "map" ? districts(data, c) : bars(data, c)),
  }, true);
  box.dataset.drawn = "1";
  return chart;
}

const boxes = [...document.querySelectorAll(".chart[data-source]")];
document.documentElement.classList.remove("no-chart");
for (const box of boxes) {
  draw(box).then((chart) => new ResizeObserver(() => chart.resize()).observe(box)).catch(() => box.remove());
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => boxes.forEach(draw));
