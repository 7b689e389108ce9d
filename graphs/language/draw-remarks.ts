/** What a drawing says of a node besides its stage and its ports. */
import { basename } from 'node:path'
import type { CheckedNode } from './checked.js'

/** `shared draws`, `lanes jointly`, `frozen`, `weights of encoder`, `follows encoder`, `weight 0.5`. */
export function nodeRemarks({
  draws,
  joint,
  frozen,
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
    ...(shares === undefined ? [] : [`weights of ${shares}`]),
    ...(follows === undefined ? [] : [`follows ${follows}`]),
    ...(weights ? [`weights from ${basename(weights.run)}`] : []),
    ...Object.keys(changes ?? {}).map(name => `${name} changes`),
    ...(weight === undefined || weight === 1 || changes?.weight ? [] : [`weight ${weight}`]),
  ]
}
