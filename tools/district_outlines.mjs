// District outlines as GeoJSON with today's codes and names, from the package's older ones:
// Chongwen went into Dongcheng and Xuanwu into Xicheng in 2010; Miyun and Yanqing became districts
// in 2015 (GB/T 2260).
const TODAY = {
  东城区: "110101", 崇文区: "110101", 西城区: "110102", 宣武区: "110102", 朝阳区: "110105",
  丰台区: "110106", 石景山区: "110107", 海淀区: "110108", 门头沟区: "110109", 房山区: "110111",
  通州区: "110112", 顺义区: "110113", 昌平区: "110114", 大兴区: "110115", 怀柔区: "110116",
  平谷区: "110117", 密云县: "110118", 密云区: "110118", 延庆县: "110119", 延庆区: "110119",
};
const NAMES = Object.fromEntries(
  Object.entries(TODAY).filter(([name]) => !["崇文区", "宣武区"].includes(name) && name.endsWith("区"))
    .map(([name, code]) => [code, name]),
);

function polygons(geometry) {
  return geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
}

// Rings of two neighbours joined by dropping the edges that both have; the rings unchanged if the
// neighbours share no edge.
function joined(rings) {
  const edges = new Map();
  const key = (p) => p.join(",");
  for (const ring of rings) {
    for (let i = 0; i + 1 < ring.length; i += 1) {
      const [a, b] = [ring[i], ring[i + 1]];
      if (key(a) === key(b)) continue;
      const back = `${key(b)};${key(a)}`;
      if (edges.has(back)) edges.delete(back);
      else edges.set(`${key(a)};${key(b)}`, [a, b]);
    }
  }
  const from = new Map([...edges.values()].map(([a, b]) => [key(a), [a, b]]));
  if (from.size !== edges.size) return rings;
  const result = [];
  while (from.size) {
    let [[start, [point]]] = from;
    const ring = [point];
    for (let at = start; from.has(at); ) {
      const next = from.get(at)[1];
      from.delete(at);
      ring.push(next);
      at = key(next);
    }
    if (ring.length > 5) result.push(ring);
  }
  return result;
}

export function outlines(source) {
  const byCode = new Map();
  for (const feature of source.features) {
    const code = TODAY[feature.properties.name];
    if (!code) throw new Error(`unknown district ${feature.properties.name}`);
    byCode.set(code, [...(byCode.get(code) ?? []), ...polygons(feature.geometry)]);
  }
  const features = [...byCode].sort().map(([code, parts]) => {
    const rings = parts.length > 1 ? joined(parts.map((p) => p[0])) : [parts[0][0]];
    return {
      type: "Feature",
      id: code,
      properties: { name: code, title: NAMES[code] },
      geometry: { type: "MultiPolygon", coordinates: rings.map((ring) => [ring]) },
    };
  });
  if (features.length !== 16) throw new Error(`expected 16 districts, found ${features.length}`);
  return { type: "FeatureCollection", features };
}
