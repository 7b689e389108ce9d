/**
 * What a patch is compared with: the same patch a few frames later or a few bands higher, cut from a spectrogram that
 * goes on there. Nothing is wrapped around or filled in: the shifted patch holds new sound where the first one ends.
 *
 * Along frequency, a spectrogram that goes on is one of more bands in the same range of hertz: `SPARE` more, so that
 * bands lie a little closer together than in training, for the unshifted patch as for the shifted one.
 */
import { Problem } from '../../../data/problem.js'
import type { InferenceGraph } from '../../../graphs/inference/inference-graph.js'
import type { CheckedGraph, CheckedNode, Input } from '../../../graphs/language/checked.js'

export const AXES = ['time', 'frequency'] as const
export type Axis = (typeof AXES)[number]

/** In frames or bands; 0 is the patch that the others are compared with. */
export const SHIFTS = [0, 1, 3, 5] as const

/** Frames and bands that the largest shift needs beyond a patch. */
export const SPARE = Math.max(...SHIFTS)

/** The encoder's way to hear what is `shift` bands higher, and the features that all shifts need. */
export interface Wider {
  features: CheckedGraph
  /** Id of the spectrogram that training heard. */
  mel: string
  bands: number
  shifted(shift: number): InferenceGraph
}

/**
 * With a second spectrogram of `SPARE` more bands beside that of training, from which patches are cut.
 *
 * @throws Problem `no-wider-front-end` if patches are not cut from one spectrogram whose bands are a parameter
 */
export function withWider(inference: InferenceGraph): Wider {
  const { graph, cuts, input } = inference
  const [first, ...others] = cuts
  const mel = graph.nodes.find(({ id }) => id === first?.node)
  if (
    mel?.out.kind !== 'logmel' ||
    mel.parameters.bands !== mel.out.bands ||
    others.some(({ node }) => node !== mel.id)
  )
    throw new Problem('no-wider-front-end', notWider(first, mel), {
      hint: 'Shifts along frequency need patches of one log-mel spectrogram.',
    })
  const bands = mel.out.bands + SPARE
  const id = `${mel.id}+${SPARE}`
  const wide = { ...mel, id, parameters: { ...mel.parameters, bands }, out: { ...mel.out, bands } }
  const nodes = graph.nodes.flatMap(node => (node === mel ? [mel, wide] : [node]))
  const features = { ...graph, nodes }
  const higher = (shift: number) => (read: Input) => (read.cut ? { ...read, node: id, cut: { band: shift } } : read)
  return {
    ...{ features, mel: mel.id, bands: mel.out.bands },
    shifted: shift => ({
      ...inference,
      graph: { ...features, nodes: nodes.map(node => reading(node, higher(shift))) },
      input: higher(shift)(input),
      cuts: cuts.map(higher(shift)),
    }),
  }
}

function reading(node: CheckedNode, change: (input: Input) => Input): CheckedNode {
  const inputs = Object.entries(node.inputs).map(([name, input]) => [name, change(input)])
  return { ...node, inputs: Object.fromEntries(inputs) }
}

function notWider(cut: Input | undefined, mel: CheckedNode | undefined): string {
  if (!cut || !mel) return 'The encoder hears whole clips: nothing is cut from a spectrogram.'
  return `'${mel.id}' (${mel.stage}), which patches are cut from, has no parameter 'bands', or is not the only one: it cannot be made wider.`
}
