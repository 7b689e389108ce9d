/** Dots with their intervals, a line each; the name stands above it: names are long, and a phone is narrow. */
import * as Plot from '@observablehq/plot'
import { chart } from './chart.js'

export interface IntervalRow {
  /** Unlike any other's. */
  name: string
  /** What stands above the line. */
  label: string
  value: number
  low: number
  high: number
  ink: string
}

export interface IntervalOptions {
  title: string
  /** Title of the axis, with its unit. */
  x: string
  rows: readonly IntervalRow[]
  /** The axis never goes beyond these. */
  within: readonly [low: number, high: number]
  /** A value to mark with a line, such as no difference. */
  mark?: number
}

export function intervalChart({ title, x, rows, within, mark }: IntervalOptions): string {
  const reached = [...rows.flatMap(({ low, high }) => [low, high]), ...(mark === undefined ? [] : [mark])]
  const [start, end] = rounded(Math.min(...reached), Math.max(...reached), within)
  return chart(title, {
    height: 62 + 36 * rows.length,
    marginLeft: 14,
    marginRight: 18,
    marginTop: 20,
    x: { label: x, domain: [start, end], grid: true, ticks: 6 },
    y: { label: null, domain: rows.map(({ name }) => name), axis: null, padding: 0.35 },
    marks: [
      ...(mark === undefined ? [] : [Plot.ruleX([mark], { stroke: 'currentColor', strokeOpacity: 0.7 })]),
      ...rows.flatMap(row => [
        Plot.ruleY([row], { y: 'name', x1: 'low', x2: 'high', stroke: row.ink, strokeWidth: 2.5 }),
        Plot.dot([row], { y: 'name', x: 'value', fill: row.ink, r: 4.5 }),
        Plot.text([row], { y: 'name', x: start, text: 'label', textAnchor: 'start', dy: -13, fill: 'currentColor' }),
      ]),
    ],
  })
}

/** Outwards to whole steps of 1, 2, 5 or 10 times a power of ten. */
function rounded(low: number, high: number, [least, most]: IntervalOptions['within']): [number, number] {
  const span = high - low || 1
  const power = 10 ** Math.floor(Math.log10(span / 4))
  const step = [1, 2, 5, 10].map(factor => factor * power).find(step => step >= span / 4)!
  const start = Math.floor(low / step - 0.1) * step
  const end = Math.ceil(high / step + 0.1) * step
  return [Math.max(least, start), Math.min(most, end)]
}
