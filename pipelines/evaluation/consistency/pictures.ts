/** Consistency over the size of the shift, and what learnt low-pass filters have become, as SVG. */
import * as Plot from '@observablehq/plot'
import type { StoredTensor } from '../../../engine/weights.js'
import { pictureByItself } from '../../drawing/chart.js'
import { mean } from '../../statistics/mean.js'
import { armsOf, type MeasuredRun } from './runs.js'
import { AXES, SHIFTS } from './shifts.js'

/** Share of patches of the same class where there are classifiers, cosine of the embeddings otherwise; a line an arm. */
export function drawCurves(measured: readonly MeasuredRun[]): string {
  const classified = measured.every(({ consistency }) => consistency.classifier)
  const points = [...armsOf(measured)].flatMap(([arm, runs]) =>
    AXES.flatMap(axis =>
      SHIFTS.map((shift, at) => {
        const values = runs.map(({ consistency }) => {
          const { same, cosine } = consistency.figures[axis][at]!
          return classified ? 100 * same!.value : cosine.value
        })
        const only = runs.length === 1 ? runs[0]!.consistency.figures[axis][at]! : undefined
        const range = only && (classified ? only.same!.interval.map(end => 100 * end) : only.cosine.interval)
        return {
          arm,
          axis,
          shift,
          mean: mean(values),
          low: range?.[0] ?? Math.min(...values),
          high: range?.[1] ?? Math.max(...values),
        }
      }),
    ),
  )
  const several = new Set(points.map(({ arm }) => arm)).size > 1
  const by = { x: 'shift', fx: 'axis', stroke: several ? 'arm' : () => 'run' } as const
  return pictureByItself('consistency over the size of the shift', {
    ...{ width: 720, height: 320, marginLeft: 56, marginRight: several ? 80 : 24, marginTop: 36 },
    fx: { label: null, domain: [...AXES] },
    x: { label: 'shift in frames (time) or bands (frequency)', ticks: [...SHIFTS], tickFormat: String },
    y: { label: classified ? 'top class unchanged, %' : 'cosine of the embeddings', grid: true, nice: true },
    marks: [
      Plot.ruleX(points, { ...by, y1: 'low', y2: 'high', strokeOpacity: 0.5 }),
      Plot.line(points, { ...by, y: 'mean', strokeWidth: 1.8 }),
      Plot.dot(points, { ...by, y: 'mean', r: 3 }),
      ...(several
        ? [
            Plot.text(
              points.filter(({ shift }) => shift === SHIFTS.at(-1)),
              { ...nameAt, fx: 'axis', fill: 'arm' },
            ),
          ]
        : []),
    ],
  })
}

const nameAt = { x: 'shift', y: 'mean', text: 'arm', textAnchor: 'start', dx: 6 } as const

/** Filters of a layer that are drawn at most. */
const SHOWN = 16

/**
 * The taps of every learnt low-pass filter, time from left to right, a row a layer: the mean over all channels, then the
 * first channels. The colours are taps times their number, so that 1 is an even average.
 *
 * @returns undefined if the weights hold none
 */
export function drawFilters(weights: ReadonlyMap<string, StoredTensor>): string | undefined {
  const layers = [...weights].filter(([name]) => name.endsWith('.taps'))
  if (layers.length === 0) return undefined
  const cells = layers.flatMap(([name, tensor]) => cellsOf(name.replace(/\.pooling\.taps$/, ''), tensor))
  return pictureByItself('learnt low-pass filters', {
    ...{
      width: 180 + 54 * (SHOWN + 1),
      height: 60 + 62 * layers.length,
      marginLeft: 110,
      marginRight: 90,
      marginTop: 30,
    },
    fx: { label: 'channel', domain: ['mean', ...Array.from({ length: SHOWN }, (_, channel) => String(channel))] },
    fy: { label: null, axis: 'left' },
    x: { axis: null },
    y: { axis: null, reverse: true },
    color: { scheme: 'Viridis', legend: false },
    marks: [
      Plot.cell(cells, { x: 'time', y: 'band', fx: 'channel', fy: 'layer', fill: 'tap' }),
      Plot.text(rangesOf(cells), {
        fy: 'layer',
        text: 'range',
        frameAnchor: 'right',
        fx: () => String(SHOWN - 1),
        dx: 78,
      }),
    ],
  })
}

interface Cell {
  layer: string
  channel: string
  time: number
  band: number
  tap: number
}

/** What is learnt are the logits [kernel, kernel, channels] of a soft-max over each channel's taps. */
function cellsOf(layer: string, { shape, data }: StoredTensor): Cell[] {
  const [height, width, channels] = shape as [number, number, number]
  const count = height * width
  const taps = Array.from({ length: channels }, (_, channel) => {
    const powers = Array.from({ length: count }, (_, tap) => Math.exp(data[tap * channels + channel]!))
    const sum = powers.reduce((total, power) => total + power, 0)
    return powers.map(power => (count * power) / sum)
  })
  const mean = Array.from({ length: count }, (_, tap) => taps.reduce((sum, own) => sum + own[tap]! / channels, 0))
  const shown: [string, number[]][] = [
    ['mean', mean],
    ...taps.slice(0, SHOWN).map((own, at) => [String(at), own] as [string, number[]]),
  ]
  return shown.flatMap(([channel, own]) =>
    own.map((tap, at) => ({ layer, channel, time: Math.floor(at / width), band: at % width, tap })),
  )
}

function rangesOf(cells: readonly Cell[]): { layer: string; range: string }[] {
  return [...new Set(cells.map(({ layer }) => layer))].map(layer => {
    const taps = cells.filter(cell => cell.layer === layer && cell.channel !== 'mean').map(({ tap }) => tap)
    return { layer, range: `${Math.min(...taps).toFixed(2)} to ${Math.max(...taps).toFixed(2)}` }
  })
}
