import { z } from 'zod'
import { namesIn } from '../../data/label-cells.js'
import { Problem } from '../../data/problem.js'
import { clip, describeStage } from '../contract.js'

/** Which column holds the labels, and which of them are classes. */
export const labelSettings = {
  column: z.string().min(1).default('label').describe('label column of the data set'),
  classes: z
    .array(z.string().min(1))
    .min(2)
    .refine(classes => new Set(classes).size === classes.length, 'a class stands there twice')
    .describe('in the order of the numbers'),
}

/** What is known about a clip, as numbers: where training is supervised. */
export default describeStage({
  name: 'label',
  summary:
    'Label column of the clip: 1 at its class, 0 elsewhere; clips without one of the classes are left out, or unknown.',
  parameters: z.strictObject({
    ...labelSettings,
    classes: labelSettings.classes
      .optional()
      .describe('in the order of the numbers; all of the column, sorted, if not said'),
    separator: z
      .string()
      .min(1)
      .optional()
      .describe('between several labels of a clip; those that are no class count for nothing'),
    missing: z
      .string()
      .min(1)
      .optional()
      .describe('column of classes that the clip may have besides (`classify --flag`): -1, and no loss asks for them'),
    where: z
      .strictObject({ column: z.string().min(1), values: z.array(z.string().min(1)).min(1) })
      .optional()
      .describe(
        'only of clips of this part something is known: { column: labelled, values: [curated] }; the others are kept with -1 throughout. With two labels and two losses on one classifier a clean and a noisy part are learned differently',
      ),
    absent: z
      .enum(['leave-out', 'unknown'])
      .optional()
      .describe(
        'clips without one of the classes: left out, as if not said, or kept with -1 throughout, for losses that skip them',
      ),
  }),
  runsIn: 'item',
  in: { from: clip },
  out: (_, { classes = UNNAMED, where, absent }) => ({
    kind: 'label',
    classes: classes.length,
    ...((absent === 'unknown' || where) && { unknown: true as const }),
  }),
  labels: ({ column, classes, separator, missing, where, absent }) => [
    { column, values: classes, separator, all: absent !== 'unknown' && !where },
    ...(where ? [where] : []),
    ...(missing === undefined ? [] : [{ column: missing }]),
  ],
  work: ({ classes = UNNAMED, where, absent, ...rest }) => {
    const parameters = { ...rest, classes }
    return ({ from }) => {
      const label = from.labels[parameters.column]
      const elsewhere = where && !where.values.includes(from.labels[where.column] ?? '')
      if (elsewhere || (absent === 'unknown' && !isOneOf(label, parameters)))
        return new Float32Array(classes.length).fill(-1)
      return withoutMissing(oneHot(label, parameters), from.labels, parameters)
    }
  },
})

/** Stands for the classes of a graph whose sounds nobody has named yet; a config names those of its sounds. */
const UNNAMED: readonly string[] = ['one class', 'another class']

/** -1 at the classes of the column `missing` that the clip is not known to have: they may have been overlooked. */
export function withoutMissing(
  known: Float32Array,
  labels: Readonly<Record<string, string>>,
  {
    classes,
    separator = ';',
    missing,
  }: { classes: readonly string[]; separator?: string | undefined; missing?: string | undefined },
): Float32Array {
  const flagged = missing === undefined ? [] : namesIn(labels[missing], separator)
  return known.map((value, at) => (value === 0 && flagged.includes(classes[at]!) ? -1 : value))
}

const isOneOf = (label: string | undefined, { classes, separator }: Classes) =>
  label !== undefined && namesIn(label, separator).some(name => classes.includes(name))

interface Classes {
  classes: readonly string[]
  separator?: string | undefined
}

/**
 * @param label cell of the column; undefined if it is empty or there is none
 * @returns a number a class, 1 where the label is that class
 * @throws Problem `no-label`, `not-a-class`
 */
export function oneHot(
  label: string | undefined,
  { column, classes, separator }: Classes & { column: string },
): Float32Array {
  if (label === undefined) throw new Problem('no-label', `The clip has no label in the column '${column}'.`)
  const labels = namesIn(label, separator)
  const numbers = Float32Array.from(classes, name => (labels.includes(name) ? 1 : 0))
  if (numbers.includes(1)) return numbers
  throw new Problem('not-a-class', `The clip's label '${label}' is none of the classes.`, {
    hint: `Add it to the classes of the label node, or leave such clips out of the data set with 'except'.`,
  })
}
