/** A learning curve as a picture: what embeddings are worth over the number of labelled clips. */
import * as Plot from '@observablehq/plot'
import { writeWhole } from '../../../data/whole-file.js'
import { pictureByItself } from '../../drawing/chart.js'
import { mean } from '../../statistics/mean.js'
import type { Interval } from '../../statistics/scores.js'
import type { Row } from './compare.js'
import type { ProbeResultOf } from './run-probe.js'

interface Spot {
  classifier: string
  name: string
  /** Labelled clips of a training part. */
  labelled: number
  value: number
  low: number
  high: number
}

/**
 * A line for each row but chance, a panel for each classifier, intervals as bars; the last point has all labels.
 *
 * @param title of the vertical axis, without its unit
 * @returns an SVG by itself, which brings its background
 */
export function curvePicture<M extends string>(result: ProbeResultOf<M>, metric: M, title: string): string {
  const { classifiers, comparison, curve, examples, options } = result
  const { folds } = examples
  const all = mean(folds, ({ train }) => train.length)
  const points = [...curve, { labelled: all, comparison }]
  const spots = classifiers.flatMap(({ name: classifier }) =>
    points.flatMap(({ labelled, comparison }) =>
      comparison.rows.filter(hasEmbeddings).map(({ name, figures }): Spot => {
        const figure = figures[classifier]!
        const [low, high] = figure[`${metric}Interval`] as Interval
        return { classifier, name, labelled, value: 100 * figure[metric], low: 100 * low, high: 100 * high }
      }),
    ),
  )
  const names = [...new Set(spots.map(({ name }) => name))]
  const ticks = points.map(({ labelled }) => Math.round(labelled))
  return pictureByItself(`${options.file}: ${title} over labelled clips`, {
    ...{ width: 90 + 330 * classifiers.length, height: 340 + 18 * names.length },
    ...{ marginLeft: 60, marginRight: 24, marginTop: 46, marginBottom: 54 + 18 * names.length },
    fx: { label: null, domain: classifiers.map(({ name }) => name) },
    x: {
      type: 'log',
      label: 'labelled clips (number, logarithmic)',
      ticks,
      tickFormat: String,
      labelAnchor: 'center',
      labelOffset: 36,
    },
    y: { label: `${title} (%)`, grid: true, nice: true },
    color: { domain: names, scheme: 'Observable10' },
    marks: [
      Plot.ruleX(spots, { x: 'labelled', fx: 'classifier', y1: 'low', y2: 'high', stroke: 'name', strokeOpacity: 0.5 }),
      Plot.line(spots, { x: 'labelled', fx: 'classifier', y: 'value', stroke: 'name', strokeWidth: 1.8 }),
      Plot.dot(spots, { x: 'labelled', fx: 'classifier', y: 'value', fill: 'name', r: 3 }),
      ...names.map((name, at) =>
        Plot.text([name], {
          fx: () => classifiers[0]!.name,
          ...{ frameAnchor: 'bottom-left', dy: 56 + 18 * at, fill: () => name, text: [name], fontSize: 12 },
        }),
      ),
    ],
  })
}

/** Chance has no embeddings. */
const hasEmbeddings = <M extends string>({ file }: Row<M>) => file !== undefined

/** @param file of the result, JSON. @returns the files written. @throws Problem if the folder refuses them */
export async function writeCurve(file: string, svg: string): Promise<string[]> {
  const { default: sharp } = await import('sharp')
  const stem = file.replace(/(\.[a-z-]*probe)?\.json$/, '')
  const files = [`${stem}.curve.svg`, `${stem}.curve.png`]
  writeWhole(files[0]!, svg)
  writeWhole(files[1]!, await sharp(Buffer.from(svg), { density: 144 }).png().toBuffer())
  return files
}
