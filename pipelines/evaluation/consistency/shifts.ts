/**
 * What a patch is compared with: the same patch a few frames later or a few bands higher, cut from a spectrogram that
 * goes on there. Nothing is wrapped around or filled in: the shifted patch holds new sound where the first one ends.
 *
 * Along frequency, a spectrogram that goes on is one of more bands in the same range of hertz: `SPARE` more, so that
 * bands lie a little closer together than in training, for the unshifted patch as for the shifted one.
 */
import { Problem } from '../../../data/problem.js'
import type { CheckedGraph, CheckedNode } from '../../../graphs/language/checked.js'
import type { LogMelPort } from '../../../stages/ports.js'
import type { LogMel } from '../../../stages/values.js'

export const AXES = ['time', 'frequency'] as const
export type Axis = (typeof AXES)[number]

/** In frames or bands; 0 is the patch that the others are compared with. */
export const SHIFTS = [0, 1, 3, 5] as const

/** Frames and bands that the largest shift needs beyond a patch. */
export const SPARE = Math.max(...SHIFTS)

/**
 * The spectrogram without its first `shift` frames or bands, and without so many at its end that all shifts leave the
 * same size.
 */
export function shifted(mel: LogMel, axis: Axis, shift: number): LogMel {
  if (axis === 'time') {
    return { frames: mel.frames - SPARE, bands: mel.bands, read: (start, count) => mel.read(start + shift, count) }
  }
  const bands = mel.bands - SPARE
  const read = (start: number, count: number) => {
    const wide = mel.read(start, count)
    const narrow = new Float32Array(count * bands)
    for (let frame = 0; frame < count; frame++) {
      const from = frame * mel.bands + shift
      narrow.set(wide.subarray(from, from + bands), frame * bands)
    }
    return narrow
  }
  // as many frames as along time, so that the same patches are heard along both
  return { frames: mel.frames - SPARE, bands, read }
}

/**
 * The front end with a second spectrogram of `SPARE` more bands beside that of training.
 *
 * @param mel id of the cached log-mel node
 * @returns the graph, and the id of the wider node
 * @throws Problem `no-wider-front-end` if the node has no number of bands to raise
 */
export function withWider(features: CheckedGraph, mel: string): { features: CheckedGraph; wide: string } {
  const node = features.nodes.find(({ id }) => id === mel) as CheckedNode & { out: LogMelPort }
  const bands = node.out.bands + SPARE
  if (node.parameters.bands !== node.out.bands) {
    throw new Problem(
      'no-wider-front-end',
      `'${mel}' (${node.stage}) has no parameter 'bands': its spectrogram cannot be made wider.`,
      {
        hint: 'Shifts along frequency need log-mel spectrograms.',
      },
    )
  }
  const wide = `${mel}+${SPARE}`
  const wider = { ...node, id: wide, parameters: { ...node.parameters, bands }, out: { ...node.out, bands } }
  return { features: { ...features, nodes: [...features.nodes, wider] }, wide }
}
