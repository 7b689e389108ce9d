/** Whole numbers of the command line. */
import { Problem } from '../data/problem.js'

/** @throws Problem `bad-option` unless the text is a whole number that is not below `least` */
export function wholeNumber(flag: string, text: string, least = 1): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least) return value
  throw new Problem('bad-option', `${flag} ${text}: expected a whole number from ${least}.`)
}
