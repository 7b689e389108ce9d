/** One draw of a study: some groups are held out, and each way of validating scores every model on the others. */
import { contamination } from '../../../data/splits/contamination.js'
import type { SplitClip } from '../../../data/splits/parts.js'
import { shuffled } from '../../../graphs/streams/draws.js'
import type { Tuned } from '../../evaluation/probes/classifiers.js'
import { topClasses } from '../../evaluation/probes/judges.js'
import type { Matrix } from '../../statistics/products.js'
import { score } from '../../statistics/scores.js'
import { standardiseRows } from '../../statistics/standardise.js'
import { type Truth, truthOfRows } from '../../statistics/truth.js'
import { assignParts, type Method } from '../split-set.js'

/** Features of the same clips, by one encoder. */
export interface Encoder {
  name: string
  features: Matrix
}

/** An encoder, a classifier and one of its settings. */
export interface Model {
  encoder: string
  classifier: string
  setting: number
}

/** Balanced accuracies of all models, in one order. */
export interface MethodScores {
  /** On the clips that this way of splitting set apart. */
  validation: number[]
  /** The same fits on the groups held out. */
  heldOut: number[]
  /** Share of validation and training clips whose group and class stand on the other side too. */
  contaminated: number
}

export interface Draw {
  groups: string[]
  methods: Partial<Record<Method, MethodScores>>
}

export interface Labelled {
  truth: Truth
  groups: readonly string[]
}

/** Deals the groups into parts by chance: each draw of one repeat holds out one of them, and every group once. */
export function heldOutGroups(groups: readonly string[], { parts, key }: { parts: number; key: string }): string[][] {
  const order = shuffled([...new Set(groups)].sort(), key)
  return Array.from({ length: parts }, (_, part) => order.filter((_, at) => at % parts === part))
}

export const modelsOf = (encoders: readonly Encoder[], classifiers: readonly Tuned[]): Model[] =>
  encoders.flatMap(({ name }) =>
    classifiers.flatMap(({ name: classifier, settings }) =>
      settings.map(setting => ({ encoder: name, classifier, setting })),
    ),
  )

/**
 * Models are fitted on the training part of each split alone, and that fit is scored on the validation part and on the
 * groups held out, there on the classes that other groups have.
 *
 * @param held groups that no split may look at
 */
export async function drawScores(
  { truth, groups }: Labelled,
  held: readonly string[],
  about: {
    encoders: readonly Encoder[]
    classifiers: readonly Tuned[]
    methods: readonly Method[]
    validation: number
    seed: number
  },
): Promise<Draw> {
  const everyone = groups.map((_, at) => at)
  const known = everyone.filter(at => !held.includes(groups[at]!))
  const classes = new Set(known.flatMap(at => truth.sets[at]!))
  const heldOut = everyone.filter(at => held.includes(groups[at]!) && truth.sets[at]!.some(c => classes.has(c)))
  const clips = known.map((at): SplitClip => ({ classes: truth.sets[at]!.map(String), group: groups[at]! }))
  const { validation: share, seed } = about
  const parts = [
    { name: 'train', share: 1 - share },
    { name: 'validation', share },
  ]
  const methods: Draw['methods'] = {}
  for (const method of about.methods) {
    const assigned = assignParts(clips, { parts, method, keepGroups: false, seed })
    const [train, validation] = [0, 1].map(part => known.filter((_, at) => assigned[at] === part)) as [
      number[],
      number[],
    ]
    methods[method] = {
      ...(await scoresOf(truth, { train, validation, heldOut }, about)),
      contaminated: contamination(clips, assigned).within / clips.length,
    }
  }
  return { groups: [...held], methods }
}

async function scoresOf(
  truth: Truth,
  { train, validation, heldOut }: { train: number[]; validation: number[]; heldOut: number[] },
  { encoders, classifiers }: { encoders: readonly Encoder[]; classifiers: readonly Tuned[] },
): Promise<Pick<MethodScores, 'validation' | 'heldOut'>> {
  const tested = [...validation, ...heldOut]
  const labels = tested.map(at => truth.sets[at]![0]!)
  const found: Pick<MethodScores, 'validation' | 'heldOut'> = { validation: [], heldOut: [] }
  for (const { features } of encoders) {
    const scaled = standardiseRows(features, { train, test: tested })
    for (const { scores, settings } of classifiers) {
      const about = { settings, final: false, layers: 1, frames: undefined }
      for (const own of await scores(scaled.train, truthOfRows(truth, train), scaled.test, about)) {
        const right = [...topClasses(own)].map((guess, at) => Number(guess === labels[at]))
        const balanced = (from: number, to?: number) => score(labels.slice(from, to), right.slice(from, to)).balanced
        found.validation.push(balanced(0, validation.length))
        found.heldOut.push(balanced(validation.length))
      }
    }
  }
  return found
}
