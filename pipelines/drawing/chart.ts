/** Charts as SVG for a page: they take its colours, so that they fit dark and light, and carry their axes' titles. */

import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import { mean } from '../statistics/mean.js'
import { escaped } from './html-page.js'

/** Drawn for a phone's width; a wider page shows several beside each other. */
export const CHART = { width: 380, height: 236 }

/** Of the page's style sheet. */
export const colour = (at: number) => `var(--c${(at % 8) + 1})`

const { document } = parseHTML('<html></html>')

/**
 * @param title what a screen reader says
 * @param options of Observable Plot; its colours are names of the page's own, `colour(0)`, or `currentColor`
 */
export function chart(title: string, options: Plot.PlotOptions): string {
  const drawn = Plot.plot({
    ...CHART,
    marginTop: 28,
    marginLeft: 52,
    marginRight: 14,
    marginBottom: 38,
    ...options,
    document,
    className: 'plot',
  })
  const { outerHTML } = drawn as unknown as { outerHTML: string }
  return outerHTML
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace('<svg ', () => `<svg role="img" aria-label="${escaped(title)}" `)
    .replace('font-size="10"', 'font-size="12"')
}

/** A picture by itself: it brings its background, and opens in any browser. */
export function pictureByItself(ariaLabel: string, options: Plot.PlotOptions): string {
  const style = { background: 'white', color: '#222' }
  const { outerHTML } = Plot.plot({ ...options, style, document, ariaLabel }) as unknown as { outerHTML: string }
  return outerHTML.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ')
}

export interface Point {
  x: number
  y: number
}

export interface Series {
  name: string
  points: readonly Point[]
  /** A reference, such as a chance level: dashed, in the colour of what it belongs to. */
  dashed?: boolean
  /** Of the palette; its place among the series if absent. */
  colour?: number
}

export interface LineOptions {
  title: string
  x: string
  /** Title of the axis, with its unit. */
  y: string
  series: readonly Series[]
  /** Values that the axis must reach, 0 for example. */
  include?: readonly number[]
  kind?: 'linear' | 'log'
}

/** Lines over steps, and a legend if there is more than one. */
export function lineChart({ title, x, y, series, include = [], kind = 'linear' }: LineOptions): string {
  const shown = series.map((one, at) => ({ ...one, ink: colour(one.colour ?? at), points: thinned(one.points) }))
  const svg = chart(title, {
    x: { label: x, ticks: 5, tickFormat: shortNumber },
    y: { label: y, grid: true, nice: true, ticks: 5, type: kind, ...(kind === 'log' && { tickFormat: shortNumber }) },
    marks: [
      Plot.ruleY(include, { strokeOpacity: 0 }),
      ...shown.map(({ points, ink, dashed }) =>
        Plot.line(points, { x: 'x', y: 'y', stroke: ink, strokeWidth: 1.6, ...(dashed && { strokeDasharray: '5 4' }) }),
      ),
      ...shown
        .filter(({ points }) => points.length === 1)
        .map(({ points, ink }) => Plot.dot(points, { x: 'x', y: 'y', fill: ink, r: 3 })),
    ],
  })
  return svg + (series.length > 1 ? legend(shown) : '')
}

export function legend(entries: readonly { name: string; ink: string; dashed?: boolean }[]): string {
  const items = entries.map(
    ({ name, ink, dashed }) =>
      `<li><i class="${dashed ? 'dash' : ''}" style="--ink-of:${ink}"></i>${escaped(name)}</li>`,
  )
  return `<ul class="legend">${items.join('')}</ul>`
}

/** More points than these are averaged by neighbours: a chart has no room for them. */
const MOST = 400

function thinned(points: readonly Point[]): Point[] {
  const finite = points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))
  const each = Math.ceil(finite.length / MOST)
  if (each <= 1) return finite
  const groups = Math.ceil(finite.length / each)
  return Array.from({ length: groups }, (_, group) => {
    const some = finite.slice(group * each, (group + 1) * each)
    return { x: mean(some, ({ x }) => x), y: mean(some, ({ y }) => y) }
  })
}

/** `1600`, `12k`, `3M`; small ones with a few digits: `0.005`, `2e-7`. */
export function shortNumber(value: number): string {
  const size = Math.abs(value)
  if (size >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`
  if (size >= 1e4) return `${Number((value / 1e3).toPrecision(3))}k`
  if (size !== 0 && size < 1e-4) return value.toExponential(0)
  return String(Number(value.toPrecision(4)))
}
