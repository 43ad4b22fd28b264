import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createCanvas, GlobalFonts } from '@napi-rs/canvas';
import { Chart as Drawing } from 'chart.js/auto';
import type { Chart } from './views/chart.ts';

const WIDTH = 960;
const HEIGHT = 280;
const GAP = 16;
/** Phones have twice the dots. */
const RATIO = 2;
const FONT = 'Keysteward Inter';
const INK = '#1d1c1d';
const LINES = '#e3e3e3';
const COLOURS: Readonly<Record<Chart['kind'], string>> = { line: '#1264a3', bar: '#6b8fb5' };
const FILES = ['latin', 'latin-ext'].flatMap((letters) => ['400', '600'].map((weight) => `${letters}-${weight}`));

let hasFont = false;

/** The charts under one another as a PNG, on white: readable on light and dark alike. Needs no network and no browser. */
export async function drawCharts(charts: readonly Chart[]): Promise<Uint8Array> {
  loadFont();
  const height = charts.length * HEIGHT + (charts.length - 1) * GAP;
  const picture = createCanvas(WIDTH * RATIO, height * RATIO);
  const context = picture.getContext('2d');
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, picture.width, picture.height);
  for (const [index, chart] of charts.entries()) {
    context.drawImage(drawOne(chart), 0, index * (HEIGHT + GAP) * RATIO);
  }
  return picture.encode('png');
}

function drawOne({ title, kind, points, unit }: Chart) {
  // It is made larger by the ratio when it is drawn.
  const canvas = createCanvas(WIDTH, HEIGHT);
  const values = points.map(({ value }) => value);
  const drawing = new Drawing(canvas as unknown as ConstructorParameters<typeof Drawing>[0], {
    type: kind,
    data: {
      labels: points.map(({ label }) => label),
      datasets: [
        {
          data: values,
          borderColor: COLOURS[kind],
          backgroundColor: COLOURS[kind],
          borderWidth: kind === 'line' ? 3 : 0,
          borderRadius: 4,
          maxBarThickness: 56,
          pointRadius: 4,
        },
      ],
    },
    options: {
      responsive: false,
      animation: false,
      devicePixelRatio: RATIO,
      font: { family: FONT, size: 14 },
      color: INK,
      layout: { padding: { left: 16, right: 24, top: 12, bottom: 8 } },
      plugins: {
        legend: { display: false },
        tooltip: { enabled: false },
        title: {
          display: true,
          text: kind === 'line' ? `${title}, ${unit}` : title,
          align: 'start',
          color: INK,
          font: { family: FONT, size: 18, weight: 600 },
        },
      },
      scales: {
        x: { grid: { display: false }, ticks: { color: INK, font: { family: FONT, size: 14 } } },
        y: {
          ...(kind === 'line' ? spanOf(values) : { beginAtZero: true }),
          grid: { color: LINES },
          border: { display: false },
          ticks: { color: INK, maxTicksLimit: 6, font: { family: FONT, size: 14 } },
        },
      },
    },
  });
  drawing.stop();
  return canvas;
}

/** In tens, with some room: on a whole scale a change of three points is not seen. */
function spanOf(values: readonly number[]): { readonly min: number; readonly max: number } {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return { min: Math.max(0, Math.floor(least / 10 - 1) * 10), max: Math.min(100, Math.ceil(most / 10 + 0.5) * 10) };
}

/** Servers and images have no fonts of their own. */
function loadFont(): void {
  if (hasFont) return;
  const folder = dirname(createRequire(import.meta.url).resolve('@fontsource/inter/package.json'));
  for (const file of FILES) GlobalFonts.registerFromPath(join(folder, 'files', `inter-${file}-normal.woff2`), FONT);
  hasFont = true;
}
