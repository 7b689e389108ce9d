/** What a probe is told, on the command line and from TypeScript. */
import { z } from 'zod'
import { demandOptions } from '../../configuration/demand-options.js'
import { option, text } from '../../configuration/options.js'
import type { Budget } from './fewer-labels.js'

/** Points of HEAR's grid. */
const HEAR_POINTS = 16

export const probeOptions = z.strictObject({
  label: option('column', 'column of the classes', z.string()),
  group: text('column', 'hold out whole groups (speaker, kit, site), and resample them for the intervals'),
  folds: option('k', 'number of folds', z.int().min(2).default(5)),
  split: text('column', "fixed split: tested on 'test' if there is such a value, else each value in turn"),
  labels: text('table', 'TSV or CSV that brings the columns, joined by clip or file name'),
  against: option(
    'files',
    'more embeddings of the same clips, compared pairwise',
    z.array(z.string()).readonly().default([]),
  ),
  classifiers: z
    .array(z.string())
    .readonly()
    .optional()
    .describe(
      'logistic-regression, knn, centroid; mlp (512 hidden units), hear (the networks of its grid), attentive (over the ' +
        'rows of a clip), weighted-layers (over several files). Default: the first two',
    )
    .meta({ flag: 'classifier', value: 'names' }),
  gridPoints: z
    .int()
    .min(1)
    .max(HEAR_POINTS)
    .default(8)
    .describe(`settings of HEAR's grid that hear tries, 1 to ${HEAR_POINTS}`),
  repeats: z.int().min(1).default(5).describe('draws of the labels where fewer are asked for'),
  seed: z.int().min(0).default(0).describe('seed of folds and resamples'),
})

/** What no flag says. */
interface Besides {
  file: string
  /** More files of the same clips (layers of an encoder), whose embeddings stand beside those of the first. */
  layers?: readonly string[] | undefined
  /** What stands between the classes of a clip that may have several, `;` for example. */
  separator?: string | undefined
  /** Fewer labels to learn from as well: `{ perClass: 5 }`, `{ share: 0.1 }`. */
  budgets?: readonly Budget[] | undefined
}

/** As asked for: what has a default may be left out. */
export type ProbeRequest = z.input<typeof probeOptions> & Besides
export type ProbeOptions = z.output<typeof probeOptions> & Besides

export function withDefaults({ file, layers, separator, budgets, ...given }: ProbeRequest): ProbeOptions {
  return { ...demandOptions(probeOptions, given), file, layers, separator, budgets }
}
