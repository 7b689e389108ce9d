/** Magma: lightness grows evenly with the value, also in grey and for colour-blind eyes (van der Walt, Smith, 2015). */
const STOPS = [
  0x000004, 0x0b0924, 0x20114b, 0x3b0f70, 0x57157e, 0x721f81, 0x8c2981, 0xa8327d, 0xc43c75, 0xde4968, 0xf1605d,
  0xfa7f5e, 0xfe9f6d, 0xfebf84, 0xfddea0, 0xfcfdbf,
]

/** The colour of a value in [0, 1], as red, green, blue in 0...255; what lies outside gets the nearest end's. */
export function magma(value: number): [number, number, number] {
  const place = Math.min(1, Math.max(0, value)) * (STOPS.length - 1)
  const below = Math.min(STOPS.length - 2, Math.floor(place))
  const share = place - below
  const mixed = (shift: number) => {
    const [low, high] = [(STOPS[below]! >> shift) & 255, (STOPS[below + 1]! >> shift) & 255]
    return Math.round(low + share * (high - low))
  }
  return [mixed(16), mixed(8), mixed(0)]
}

/** The stops of an SVG gradient from low to high. */
export function magmaStops(): string {
  return STOPS.map((colour, at) => {
    const hex = colour.toString(16).padStart(6, '0')
    return `<stop offset="${(at / (STOPS.length - 1)).toFixed(4)}" stop-color="#${hex}"/>`
  }).join('')
}
