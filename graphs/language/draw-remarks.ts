/** What a drawing says of a node besides its stage and its ports. */
import type { CheckedNode } from './checked.js'

/** `shared draws`, `lanes jointly`, `frozen`, `weights of encoder`, `weight 0.5`. */
export function nodeRemarks({ draws, joint, frozen, shares, weight }: CheckedNode): string[] {
  return [
    ...(draws === 'shared' ? ['shared draws'] : []),
    ...(joint ? ['lanes jointly'] : []),
    ...(frozen === undefined ? [] : [frozen === true ? 'frozen' : `frozen ${frozen.join(', ')}`]),
    ...(shares === undefined ? [] : [`weights of ${shares}`]),
    ...(weight === undefined || weight === 1 ? [] : [`weight ${weight}`]),
  ]
}
