import { type Choose, inRandomOrder } from '../random-order.js'
import { largest, type Part, type SplitClip, unitsOf } from './parts.js'

/**
 * Parts by chance: units in a random order, each to the part that lacks most clips of its share. Of single clips, each
 * part gets its share to less than one clip.
 *
 * @returns number of its part, by clip
 */
export function randomSplit(
  clips: readonly SplitClip[],
  parts: readonly Part[],
  { keepGroups, choose }: { keepGroups: boolean; choose: Choose },
): number[] {
  const lacking = parts.map(({ share }) => share * clips.length)
  const assigned = new Array<number>(clips.length)
  for (const unit of inRandomOrder(unitsOf(clips, { keepGroups }), choose)) {
    const part = largest(lacking, choose)
    lacking[part]! -= unit.length
    for (const clip of unit) assigned[clip] = part
  }
  return assigned
}
