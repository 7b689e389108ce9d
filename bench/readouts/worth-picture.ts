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
  const baselines = (name: string) => spots.filter(({ at }) => at === name)
  const sets = [...new Set(spots.map(({ set }) => set))]
  const recipes = [...new Set(spots.map(({ recipe }) => recipe))]
  const drawn = Plot.plot({
    document,
    ...{
      width: 90 + 360 * sets.length,
      height: 340 + 18 * (recipes.length + 1),
      marginLeft: 56,
      marginRight: 24,
      marginTop: 40,
      marginBottom: 54 + 18 * (recipes.length + 1),
    },
    style: { background: 'white', color: '#222' },
    ariaLabel: 'balanced accuracy over minutes of training',
    fx: { label: null, domain: sets },
    x: {
      type: 'log',
      label: 'minutes of training, all processors together (logarithmic)',
      labelAnchor: 'center',
      labelOffset: 36,
    },
    y: { label: 'balanced accuracy (%)', grid: true, nice: true },
    color: { domain: recipes, scheme: 'Observable10', legend: false },
    marks: [
      Plot.ruleY(baselines('untrained'), { y: 'value', fx: 'set', stroke: 'recipe', strokeDasharray: '6 3' }),
      Plot.ruleY(baselines('log-mel'), { y: 'value', fx: 'set', stroke: 'recipe', strokeDasharray: '1 3' }),
      Plot.ruleX(trained, {
        ...{ x: 'minutes', fx: 'set', stroke: 'recipe', strokeOpacity: 0.4 },
        y1: ({ interval }: Spot) => interval[0],
        y2: ({ interval }: Spot) => interval[1],
      }),
      Plot.line(trained, { x: 'minutes', y: 'value', fx: 'set', stroke: 'recipe', strokeWidth: 1.8 }),
      Plot.dot(trained, { x: 'minutes', y: 'value', fx: 'set', fill: 'recipe', r: 3 }),
      Plot.text(['trained; dashed: untrained; dotted: log-mel, read out alike'], {
        fx: () => sets[0]!,
        ...{ frameAnchor: 'bottom-left', dy: 56, text: (line: string) => line, fontSize: 12 },
      }),
      ...recipes.map((recipe, at) =>
        Plot.text([recipe], {
          fx: () => sets[0]!,
          ...{ frameAnchor: 'bottom-left', dy: 74 + 18 * at, fill: () => recipe, text: [recipe], fontSize: 12 },
        }),
      ),
    ],
  }) as unknown as { outerHTML: string }
  return drawn.outerHTML.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ')
}
