/** Triangular filters on a mel scale, as librosa.filters.mel makes them. */
export interface MelFilters {
  /** Filter b weighs FFT bins first[b] ... first[b] + weights[b].length - 1. */
  first: Int32Array
  weights: Float64Array[]
}

export interface MelOptions {
  /** Sample rate, hertz. */
  rate: number
  /** FFT length, samples. */
  fft: number
  bands: number
  /** Ends of the lowest and highest filter, hertz. */
  low: number
  high: number
  /** htk: 2595 log10(1 + f / 700). slaney: linear to 1 kHz, logarithmic above (Auditory Toolbox). */
  scale: 'htk' | 'slaney'
  /** none: every filter's top is 1. slaney: every filter's area is the same. */
  norm: 'none' | 'slaney'
}

/** A filter that falls between two bins is empty: its band holds the floor alone. */
export function melFilterBank({ rate, fft, bands, low, high, scale, norm }: MelOptions): MelFilters {
  const corners = melCorners({ bands, low, high, scale })
  const first = new Int32Array(bands)
  const weights = Array.from({ length: bands }, (_, band) => {
    const [left, centre, right] = [corners[band]!, corners[band + 1]!, corners[band + 2]!]
    const gain = norm === 'slaney' ? 2 / (right - left) : 1
    const from = Math.max(0, Math.ceil((left * fft) / rate))
    const to = Math.min(fft / 2, Math.floor((right * fft) / rate))
    first[band] = from
    return Float64Array.from({ length: Math.max(0, to - from + 1) }, (_, k) => {
      const hertz = ((from + k) * rate) / fft
      return gain * Math.max(0, Math.min((hertz - left) / (centre - left), (right - hertz) / (right - centre)))
    })
  })
  return { first, weights }
}

/** Hertz at which the filters peak. */
export const bandCentres = (options: Pick<MelOptions, 'bands' | 'low' | 'high' | 'scale'>): number[] =>
  melCorners(options).slice(1, -1)

/** Hertz at which the filters begin, peak and end: band b from corner b over its centre b + 1 to corner b + 2. */
export function melCorners({
  bands,
  low,
  high,
  scale,
}: Pick<MelOptions, 'bands' | 'low' | 'high' | 'scale'>): number[] {
  const { toMel, toHertz } = SCALES[scale]
  const [bottom, top] = [toMel(low), toMel(high)]
  return Array.from({ length: bands + 2 }, (_, i) => toHertz(bottom + ((top - bottom) * i) / (bands + 1)))
}

const KNEE = 1000
const LINEAR = 200 / 3
const LOGARITHMIC = Math.log(6.4) / 27

const SCALES = {
  htk: {
    toMel: (hertz: number) => 2595 * Math.log10(1 + hertz / 700),
    toHertz: (mel: number) => 700 * (10 ** (mel / 2595) - 1),
  },
  slaney: {
    toMel: (hertz: number) => (hertz < KNEE ? hertz / LINEAR : KNEE / LINEAR + Math.log(hertz / KNEE) / LOGARITHMIC),
    toHertz: (mel: number) =>
      mel < KNEE / LINEAR ? mel * LINEAR : KNEE * Math.exp(LOGARITHMIC * (mel - KNEE / LINEAR)),
  },
}
