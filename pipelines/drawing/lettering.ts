/**
 * Letters of pictures, drawn as strokes: they look the same on every machine, also on one without any font. Only what
 * axes need; each sits on a grid with the baseline at 6 and the top of capitals at 0.
 */
const GLYPHS: Record<string, readonly [width: number, path: string]> = {
  ' ': [1.6, ''],
  0: [4, 'M2 0C.7 0 0 1.2 0 3S.7 6 2 6 4 4.8 4 3 3.3 0 2 0Z'],
  1: [3, 'M.4 1.3L2 0V6'],
  2: [4, 'M.1 1.5C.2.6 1 0 2 0 3.1 0 3.9.7 3.9 1.7 3.9 3 2.6 3.9 0 6H4'],
  3: [4, 'M.2.9C.6.3 1.2 0 2 0 3.1 0 3.8.6 3.8 1.4S3 2.8 1.6 2.8C3.1 2.8 4 3.4 4 4.4S3.2 6 2 6C1.1 6 .4 5.6 0 4.9'],
  4: [4, 'M3 6V0L0 4.2H4'],
  5: [4, 'M3.6 0H.6L.3 2.6C.8 2.2 1.4 2 2 2 3.2 2 4 2.8 4 4S3.2 6 2 6C1.1 6 .4 5.6 0 4.9'],
  6: [4, 'M3.5.6C3.1.2 2.6 0 2.1 0 .8 0 0 1.3 0 3.3 0 5 .8 6 2 6 3.2 6 4 5.2 4 4S3.2 2.1 2 2.1 0 2.9 0 4'],
  7: [4, 'M0 0H4L1.5 6'],
  8: [
    4,
    'M2 0C1 0 .3.5.3 1.4S1 2.7 2 2.7 3.7 2.2 3.7 1.4 3 0 2 0ZM2 2.7C.9 2.7 0 3.3 0 4.3S.8 6 2 6 4 5.3 4 4.3 3.1 2.7 2 2.7Z',
  ],
  9: [4, 'M.5 5.4C.9 5.8 1.4 6 1.9 6 3.2 6 4 4.7 4 2.7 4 1 3.2 0 2 0S0 .8 0 2 .8 3.9 2 3.9 4 3.1 4 2'],
  '-': [3.4, 'M.4 3.2H3'],
  '.': [1.2, 'M.6 5.5V6'],
  H: [4, 'M0 0V6M4 0V6M0 3H4'],
  B: [4, 'M0 0V6H2.2C3.3 6 4 5.4 4 4.4S3.3 2.9 2.2 2.9H0M0 0H2C3 0 3.6.5 3.6 1.4S3 2.9 2 2.9'],
  a: [3.6, 'M3.6 2V6M3.6 4C3.6 2.8 2.9 2 1.8 2S0 2.8 0 4 .7 6 1.8 6 3.6 5.2 3.6 4'],
  b: [3.6, 'M0 0V6M0 4C0 2.8.7 2 1.8 2S3.6 2.8 3.6 4 2.9 6 1.8 6 0 5.2 0 4'],
  d: [3.6, 'M3.6 0V6M3.6 4C3.6 2.8 2.9 2 1.8 2S0 2.8 0 4 .7 6 1.8 6 3.6 5.2 3.6 4'],
  i: [0.4, 'M.2 2V6M.2.3V.6'],
  k: [3.6, 'M0 0V6M3.3 2L0 4.6M1.3 3.6L3.6 6'],
  m: [4.8, 'M0 2V6M0 3.3C.3 2.4.8 2 1.4 2 2 2 2.4 2.4 2.4 3.2V6M2.4 3.3C2.7 2.4 3.2 2 3.8 2 4.4 2 4.8 2.4 4.8 3.2V6'],
  n: [3.2, 'M0 2V6M0 3.5C.4 2.5 1 2 1.8 2 2.7 2 3.2 2.5 3.2 3.5V6'],
  r: [2.2, 'M0 2V6M0 3.6C.3 2.6 1 2 2.2 2.1'],
  s: [3.4, 'M3.2 2.7C2.9 2.2 2.4 2 1.7 2 .8 2 .2 2.4.2 3 .2 4.5 3.4 3.5 3.4 5 3.4 5.6 2.7 6 1.8 6 1 6 .4 5.7 0 5.2'],
  z: [3.4, 'M.2 2H3.2L0 6H3.4'],
}

const GAP = 1.3

export interface Lettering {
  x: number
  /** Of the middle of the capitals. */
  y: number
  /** Height of capitals. */
  size?: number
  anchor?: 'start' | 'middle' | 'end'
}

/** Text as SVG strokes in the current colour. @throws RangeError for a character that is not in the set */
export function lettered(text: string, { x, y, size = 10, anchor = 'start' }: Lettering): string {
  const scale = size / 6
  let at = 0
  const letters = [...text].map(character => {
    const glyph = GLYPHS[character]
    if (!glyph) throw new RangeError(`no strokes for '${character}'`)
    const letter = glyph[1] && `<path transform="translate(${round(at)})" d="${glyph[1]}"/>`
    at += glyph[0] + GAP
    return letter
  })
  const width = (at - GAP) * scale
  const left = x - (anchor === 'end' ? width : anchor === 'middle' ? width / 2 : 0)
  const place = `translate(${round(left)} ${round(y - size / 2)}) scale(${round(scale)})`
  return `<g transform="${place}" fill="none" stroke="currentColor" stroke-width=".75" stroke-linecap="round" stroke-linejoin="round">${letters.join('')}</g>`
}

const round = (value: number) => Number(value.toFixed(3))
