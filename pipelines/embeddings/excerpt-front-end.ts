/** The front end of graphs whose views work on sound: excerpts that become log-mel patches at the very end. */
import type { CheckedGraph, CheckedNode } from '../../graphs/language/checked.js'
import { logMelOptions, logMelParameters } from '../../stages/audio/log-mel.js'

/** The stage that makes a patch of an excerpt. */
export const EXCERPT_FRONT_END = 'log-mel-patch'

/**
 * The log-mel node, with the settings of a node of that stage, that hears whole clips: it reads what the recording was
 * made of, so that no recording need be kept, or the recording itself where it is no plain copy of a waveform.
 *
 * @param patch node of the stage `log-mel-patch`
 * @param recording the cached node that the excerpts were cut from
 */
export function logMelInPlaceOf(patch: CheckedNode, recording: CheckedNode, { nodes }: CheckedGraph): CheckedNode {
  const waveform = recording.stage === 'recording' ? recording.inputs.from : undefined
  const source = (waveform && nodes.find(({ id }) => id === waveform.node)) ?? recording
  const { rate } = source.out as { rate: number }
  const parameters = logMelParameters.parse(
    Object.fromEntries(Object.entries(patch.parameters).filter(([name]) => name !== 'frames')),
  )
  const { hop, bands } = logMelOptions(rate, parameters)
  return {
    id: patch.id,
    stage: 'log-mel',
    place: 'item',
    parameters,
    inputs: { from: { node: source.id, bank: false, port: { kind: 'waveform', rate } } },
    lifted: false,
    draws: 'separate',
    joint: false,
    out: { kind: 'logmel', rate, hop, bands },
  }
}
