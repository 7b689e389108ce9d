/** Choices that depend on a key alone: of a larger share, those of a smaller one are a part. */
import { hash } from 'node:crypto'

/** A number from 0 to 1, without 1, that the key decides. */
export function keyed(...key: readonly (string | number)[]): number {
  return hash('sha1', key.join('\u0000'), 'buffer').readUIntBE(0, 6) / 2 ** 48
}

/** The `count` members whose keyed numbers are smallest. */
export function chosen<Member>(
  members: readonly Member[],
  count: number,
  numberOf: (member: Member) => number,
): Member[] {
  const ranked = members.map(member => ({ member, number: numberOf(member) }))
  return ranked
    .sort((one, other) => one.number - other.number)
    .slice(0, count)
    .map(({ member }) => member)
}
