/** What embeddings are worth over minutes of training, as a picture: a panel for each set, a line for each recipe. */
import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import type { Interval } from '../../pipelines/statistics/scores.js'

const { document } = parseHTML('<html></html>')

export interface Spot {
  set: string
  recipe: string
  /** A step, or a baseline that is read out in the same way. */
  at: number | 'untrained' | 'log-mel'
  minutes: number
  /** In percent, with its 95 % interval. */
  value: number
  interval: Interval
}

/** @returns an SVG by itself, which brings its background */
export function worthPicture(spots: readonly Spot[]): string {
  const trained = spots.filter(({ at }) => typeof at === 'number')
  const baselines = spots.filter(({ at }) => typeof at !== 'number')
  const sets = [...new Set(spots.map(({ set }) => set))]
  const drawn = Plot.plot({
    document,
    ...{
      width: 90 + 360 * sets.length,
      height: 380,
      marginLeft: 56,
      marginRight: 110,
      marginTop: 40,
      marginBottom: 48,
    },
    style: { background: 'white', color: '#222' },
    ariaLabel: 'balanced accuracy over minutes of training',
    fx: { label: null, domain: sets },
    x: { type: 'log', label: 'minutes of training, all processors together (logarithmic)', labelAnchor: 'center' },
    y: { label: 'balanced accuracy (%)', grid: true, nice: true },
    color: { domain: [...new Set(spots.map(({ recipe }) => recipe))], scheme: 'Observable10', legend: false },
    marks: [
      Plot.ruleY(baselines, { y: 'value', fx: 'set', stroke: 'recipe', strokeDasharray: '4 3' }),
      Plot.ruleX(trained, {
        ...{ x: 'minutes', fx: 'set', stroke: 'recipe', strokeOpacity: 0.4 },
        y1: ({ interval }: Spot) => interval[0],
        y2: ({ interval }: Spot) => interval[1],
      }),
      Plot.line(trained, { x: 'minutes', y: 'value', fx: 'set', stroke: 'recipe', strokeWidth: 1.8 }),
      Plot.dot(trained, { x: 'minutes', y: 'value', fx: 'set', fill: 'recipe', r: 3 }),
      Plot.text(
        trained,
        Plot.selectLast({
          x: 'minutes',
          y: 'value',
          z: 'recipe',
          fx: 'set',
          text: 'recipe',
          dx: 6,
          textAnchor: 'start',
        }),
      ),
      Plot.text(baselines, {
        y: 'value',
        fx: 'set',
        text: ({ at, recipe }: Spot) => `${at} (${recipe})`,
        frameAnchor: 'right',
        dx: 106,
        fontSize: 9,
      }),
    ],
  }) as unknown as { outerHTML: string }
  return drawn.outerHTML.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ')
}
