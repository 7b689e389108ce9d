/** What the jobs of a sweep need and a command makes, scenes, teachers, pre-trained encoders: which of it is not there. */
import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { Problem } from '../../data/problem.js'
import { readJson } from '../jobs/job-folder.js'
import { plural } from '../terminal/numbers.js'
import { command, optionAgain } from '../terminal/say.js'
import type { SweepFile } from './sweep-file.js'
import { productOf } from './sweep-schema.js'

export interface Step {
  /** A command, without ./earshot. */
  words: readonly string[]
  /** Absolute path of what it makes. */
  product: string
}

/** In the sweep's output: what is being made. Where it is left there, it was not made whole. */
export const BEGUN = 'before.json'

/** In the order in which they are made. */
export const stepsOf = ({ file, written }: Pick<SweepFile, 'file' | 'written'>): Step[] =>
  written.before.map(words => ({ words, product: resolve(dirname(file), productOf(words)!) }))

/** Those whose products are not there, or not whole. */
export function stepsLeft(steps: readonly Step[], output: string): Step[] {
  const begun = readJson<{ product: string }>(join(output, BEGUN))?.product
  return steps.filter(({ product }) => product === begun || !existsSync(product) || isUnfinished(product))
}

export const isUnfinished = (run: string): boolean =>
  existsSync(join(run, 'run.yaml')) && readJson<{ state: string }>(join(run, 'status.json'))?.state !== 'finished'

/**
 * @param needed by the arms `only`, or by all
 * @throws Problem `not-made`, with the command that makes it
 */
export function demandBefore(
  sweep: SweepFile,
  needed: readonly Step[],
  output: string,
  only?: readonly string[],
): void {
  const steps = stepsLeft(needed, output)
  if (steps.length === 0) return
  const missing = `${plural(steps.length, 'thing')} that the jobs need ${steps.length === 1 ? 'is' : 'are'} not there yet`
  throw new Problem('not-made', `${missing}: ${productNames(steps)}.`, {
    place: { ...sweep.spotAt(['before']), path: 'before' },
    hint: `${command`./earshot sweep run ${sweep.file}`}${optionAgain('only', only)} makes that first.`,
  })
}

/** Nothing to say where nothing is spared. */
export const sparedText = (spared: readonly Step[]): string =>
  spared.length === 0 ? '' : `Not made, as these arms do not need it: ${productNames(spared)}.`

const productNames = (steps: readonly Step[]) => steps.map(({ product }) => relative('.', product)).join(', ')
