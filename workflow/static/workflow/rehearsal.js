/* The chart of a rehearsal. The table below it says the same; without this file nothing is missing. */
"use strict";

(() => {
  const COLOURS = {
    reminder: "#4f86c0",
    warning: "#e3b23c",
    supervision_order: "#d9822b",
    bulletin: "#c2562d",
    interview: "#9c2f3f",
    referral: "#5b2145",
  };

  function bar(series) {
    return { type: "bar", stack: "notices", name: series.name, data: series.data, color: COLOURS[series.key], barMaxWidth: 28 };
  }

  function line(series) {
    return { type: "line", name: series.name, data: series.data, color: "#1d2a37", symbol: "none", step: "middle", lineStyle: { width: 2, type: "dashed" } };
  }

  function options(chart) {
    const series = chart.bars.map(bar);
    return {
      animation: false,
      aria: { enabled: true, decal: { show: true } },
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 8, right: 8, top: 40, bottom: 8, containLabel: true },
      legend: { type: "scroll", top: 4, left: 0, itemGap: 16 },
      tooltip: { trigger: "axis", renderMode: "richText", confine: true, axisPointer: { type: "shadow" } },
      xAxis: { type: "category", data: chart.days },
      yAxis: { type: "value", minInterval: 1 },
      series: chart.line ? [...series, line(chart.line)] : series,
    };
  }

  const place = document.getElementById("rehearsal-chart");
  const data = document.getElementById("rehearsal-data");
  if (!place || !data || !window.echarts) return;
  place.hidden = false;
  const drawn = window.echarts.init(place);
  drawn.setOption(options(JSON.parse(data.textContent)));
  new ResizeObserver(() => drawn.resize()).observe(place);
})();
