/** What a drawing says of a node besides its stage and its ports. */
import { basename } from 'node:path'
import type { CheckedNode } from '../language/checked.js'

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
