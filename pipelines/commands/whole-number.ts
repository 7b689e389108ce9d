/** Whole numbers of the command line. */
import { Problem } from '../../data/problem.js'

/** @throws Problem `bad-option` unless the text is a whole number from `least` to `most` */
export function wholeNumber(flag: string, text: string, least = 1, most = Number.POSITIVE_INFINITY): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  const range = most < Number.POSITIVE_INFINITY ? `${least} to ${most}` : least
  throw new Problem('bad-option', `${flag} ${text}: expected a whole number from ${range}.`)
}
