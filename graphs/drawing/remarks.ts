/** What a drawing says of a node besides its ports, and of what it reads. */
import { basename } from 'node:path'
import { describePort } from '../../stages/ports.js'
import type { CheckedNode, Input } from '../language/checked.js'

/** Below the name of a node: `spec-augment, each lane, shared draws`. */
export const underName = (node: CheckedNode): string =>
  [node.stage, ...(node.lifted && !node.joint ? ['each lane'] : []), ...nodeRemarks(node)].join(', ')

/** Beside an edge to the port `name`: `.a patch[96 x 64]@16000/160`; the port is named if it is not the first, or a bank. */
export function besideEdge({ inputs }: CheckedNode, name: string, { lane, bank, port }: Input): string {
  const named = bank || name !== Object.keys(inputs)[0]
  return `${named ? `${name}: ` : ''}${lane ? `.${lane} ` : ''}${describePort(port)}`
}

/** `shared draws`, `lanes jointly`, `frozen`, `adapters of rank 8`, `weights of encoder`, `follows encoder`, `weight 0.5`. */
export function nodeRemarks({
  draws,
  joint,
  frozen,
  adapt,
  shares,
  follows,
  weights,
  changes,
  weight,
}: CheckedNode): string[] {
  return [
    ...(draws === 'shared' ? ['shared draws'] : []),
    ...(joint ? ['lanes jointly'] : []),
    ...(frozen === undefined ? [] : [frozen === true ? 'frozen' : `frozen ${frozen.join(', ')}`]),
    ...(adapt ? [`adapters of rank ${adapt.rank}`] : []),
    ...(shares === undefined ? [] : [`weights of ${shares}`]),
    ...(follows === undefined ? [] : [`follows ${follows}`]),
    ...(weights ? [`weights from ${basename(weights.run)}`] : []),
    ...Object.keys(changes ?? {}).map(name => `${name} changes`),
    ...(weight === undefined || weight === 1 || changes?.weight ? [] : [`weight ${weight}`]),
  ]
}
