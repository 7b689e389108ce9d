/** What pieces can be cut from: which value of a clip, and which stage makes whole clips of what others make pieces of. */
import type { ItemStage, Stage } from '../../stages/contract.js'
import { describePort, type Port } from '../../stages/ports.js'
import type { CheckedNode, Input } from '../language/checked.js'
import { lanesOf, seenOf } from '../language/lift.js'

export const isSame = (one: Port, other: Port): boolean => describePort(one) === describePort(other)

/** Whether the second is a piece of the first: a patch of a spectrogram, an excerpt of a recording, lane by lane. */
export function cutFrom(from: Port, piece: Port): boolean {
  if ('of' in from && 'of' in piece)
    return from.kind === piece.kind && lanesOf(from).join() === lanesOf(piece).join() && cutFrom(from.of, piece.of)
  if (from.kind === 'recording' && piece.kind === 'excerpt') return from.rate === piece.rate
  const spectra = from.kind === 'logmel' && piece.kind === 'patch'
  return spectra && from.rate === piece.rate && from.hop === piece.hop && from.bands === piece.bands
}

/**
 * The cached node that does to whole clips what `node` does to pieces of them; undefined if the pieces of its result
 * are not those that the node gives.
 */
export function wholeClip(
  node: CheckedNode,
  { stage: name, parameters: given }: { stage: string; parameters: Record<string, unknown> },
  read: Input,
  stages: ReadonlyMap<string, Stage>,
): CheckedNode | undefined {
  const stage = stages.get(name) as ItemStage | undefined
  const [port] = Object.keys(stage?.in ?? {})
  if (!stage || port === undefined) return undefined
  const parameters = stage.parameters.parse(given) as Record<string, unknown>
  const out = stage.out({ [port]: seenOf(read.port, stage.in[port]!.accepts) }, parameters)
  if (!cutFrom(out, node.out)) return undefined
  return {
    ...node,
    stage: name,
    parameters,
    inputs: { [port]: read },
    lifted: false,
    draws: 'separate',
    joint: false,
    out,
  }
}
