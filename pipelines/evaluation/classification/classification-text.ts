/** The tables that `classify` and `finetune` print. */

import { spreadOverSeeds } from '../../statistics/intervals.js'
import { inPercent } from '../../terminal/numbers.js'
import { textTable } from '../../terminal/text-table.js'
import type { Estimate } from './class-figures.js'
import type { Classification } from './classification.js'

/** What the figures of a classification are called. */
export const FIGURE_NAMES: Record<string, string> = {
  balanced: 'macro top-1',
  accuracy: 'micro top-1',
  map: 'mAP',
  dPrime: "d'",
  lwlrap: 'lwlrap',
}

/** One run: its figures, then class by class, the hardest first. */
export function classificationText(classification: Classification): string {
  const { sounds, clips, patches, left, labelled, figures, byClass, classifier, settings } = classification
  const lost = left.length > 0 ? `, ${left.length} left out (classification.json says why)` : ''
  const head = `${sounds}: ${clips} clips, ${patches} patches${lost}`
  if (!figures || !byClass)
    return `${head}\nNo clip says by a column '${classifier.column}' which of the classes it is: nothing is judged.`
  const unjudged = labelled < clips ? `; ${clips - labelled} without one of the classes are not judged` : ''
  const rows = Object.entries(figures).map(
    ([name, estimate]) => `${FIGURE_NAMES[name]!.padEnd(13)}${figureText(name, estimate)}`,
  )
  const classes = byClass
    .map(({ clips, figure }, at) => ({ name: classifier.classes[at]!, clips, figure }))
    .filter(({ figure }) => figure !== undefined)
    .sort((one, other) => one.figure! - other.figure!)
  const width = Math.max(...classes.map(({ name }) => name.length))
  return [
    head,
    ...rows,
    '',
    ...classes.map(
      ({ name, clips, figure }) => `${name.padEnd(width)}  ${inPercent(figure!).padStart(6)}  ${clips} clips`,
    ),
    '',
    `${labelled} clips${unjudged}. Score of a clip: ${settings.pooling}. [ ]: 95 %, ${settings.group ? `groups of '${settings.group}'` : 'clips'} resampled.`,
  ].join('\n')
}

export interface ArmClassified {
  arm: string
  seed?: number | undefined
  classification: Classification
}

/** Several runs: a line an arm, mean and standard deviation over its seeds. */
export function armsText(measured: readonly ArmClassified[]): string {
  const names = Object.keys(measured.find(({ classification }) => classification.figures)?.classification.figures ?? {})
  const arms = [...new Set(measured.map(({ arm }) => arm))]
  const rows = arms.map(arm => {
    const runs = measured.filter(one => one.arm === arm)
    const cells = names.map(name =>
      spreadOverSeeds(
        runs.map(({ classification }) => classification.figures?.[name]?.value),
        value => text(name, value),
      ),
    )
    return [arm, String(runs.length), ...cells]
  })
  const lines = [['arm', 'seeds', ...names.map(name => FIGURE_NAMES[name]!)], ...rows]
  return `${textTable(lines).join('\n')}\n\n+-: standard deviation over seeds.`
}

/** `61.2 [55.0, 66.8]`: percent, but for d'. */
export const figureText = (name: string, { value, interval }: Estimate) =>
  `${text(name, value)}${interval ? ` [${interval.map(end => text(name, end)).join(', ')}]` : ''}`
const text = (name: string, value: number) => (name === 'dPrime' ? value.toFixed(2) : inPercent(value))
