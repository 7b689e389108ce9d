/** How numbers and lists are written in tables and reports. */

/** A share in percent, without its sign: `46.9`. */
export const inPercent = (share: number) => (100 * share).toFixed(1)

export const percent = (share: number) => `${inPercent(share)} %`

/** `47 %`. */
export const wholePercent = (share: number) => `${Math.round(100 * share)} %`

/** A difference of shares in percentage points: `+1.2`, `-0.4`. */
export const signed = (share: number) => `${share < 0 ? '-' : '+'}${inPercent(Math.abs(share))}`

/** `[38.1, 52.0]`. */
export const range = (ends: readonly number[], shown: (value: number) => string) => `[${ends.map(shown).join(', ')}]`

/** `40 s`, `3 min`, `5 h`, `12 d`. */
export function age(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`
}

/** `3 h 20 min`, `4 min`, `50 s`. */
export function inWords(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 90) return `${minutes} min`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** `1 job`, `1,200 jobs`. */
export const plural = (count: number, what: string) => `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`

/** `a, b and c`. */
export const and = (words: readonly string[]) =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
