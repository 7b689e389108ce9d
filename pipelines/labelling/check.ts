/**
 * How good a ranking is, told without flattery: windows that nobody has heard are drawn at random from layers of it, the 16
 * likeliest, the next 16, the next 32 and so on, as Navine et al. do (All thresholds barred, Frontiers in Bird Science 3,
 * 2024, in layers that double). A rare class is met in the first ones; the last ones tell what is missed. It runs in the
 * page as well as here: no import of it may need Node.
 */

/** Windows of the first layer. */
const FIRST = 16

/** Why a window was asked: its layer among the windows not heard by then, by rank, and how many of the class were known. */
export type Drawn = `check ${number}-${number} of ${number}, ${number} known`

export const DRAWN = /^check (\d+)-(\d+) of (\d+), (\d+) known$/

/** A ranking as it was when its check began, and what has been drawn of it. */
export class Check {
  /** Windows by falling score. */
  readonly #ranked: number[]

  /**
   * @param heard windows that were answered or skipped
   * @param known how many of them are of the class
   */
  constructor(
    scores: Float32Array,
    heard: ReadonlySet<number>,
    private readonly known: number,
  ) {
    this.#ranked = [...scores.keys()].filter(row => !heard.has(row)).sort((a, b) => scores[b]! - scores[a]! || a - b)
  }

  /**
   * A window of the layer of which fewest were heard.
   *
   * @param draw a number from 0 up to, without, 1
   * @returns undefined if all were heard
   */
  next(heard: ReadonlySet<number>, draw: () => number): { row: number; reason: Drawn } | undefined {
    const of = this.#ranked.length
    const layers = layersOf(of).map(([first, last]) => {
      const left = this.#ranked.slice(first - 1, last).filter(row => !heard.has(row))
      return { first, last, left, heard: last - first + 1 - left.length }
    })
    const [layer] = layers.filter(({ left }) => left.length > 0).sort((a, b) => a.heard - b.heard || a.first - b.first)
    if (!layer) return undefined
    const { first, last, left } = layer
    return {
      row: left[Math.floor(draw() * left.length)]!,
      reason: `check ${first}-${last} of ${of}, ${this.known} known`,
    }
  }
}

/** First and last rank of each layer; what is left below the last is its own. */
export function layersOf(of: number): [first: number, last: number][] {
  const layers: [number, number][] = []
  for (let first = 1, last = FIRST; first <= of; first = last + 1, last *= 2) {
    if (1.5 * last >= of) last = of
    layers.push([first, last])
  }
  return layers
}

/** A share and where it lies in 95 of 100 checks. */
export interface Share {
  share: number
  low: number
  high: number
}

export interface Checked {
  /** Windows drawn and answered, and how many make a round: one of each layer. */
  drawn: number
  round: number
  /** Windows that nobody had heard when the check began, and known ones of the class. */
  of: number
  known: number
  /** After the first round. */
  told?: {
    /** So many of the likeliest, about as many as there are of the class; which share of them is of it. */
    likeliest: number
    precision: Share
    /** Of all that nobody had heard. */
    rest: Share
  }
}

/**
 * What the last check tells. Shares of layers are weighted by their size, so that they are those of all windows whatever
 * was drawn; intervals are Wilson's (1927) with the number of answers that, drawn from all alike, would vary as much
 * (Kish, Survey Sampling, 1965).
 *
 * @param given answers of a class, and why each was asked
 */
export function checked(given: Iterable<{ answer: string; reason: string }>): Checked | undefined {
  const checks = new Map<string, { of: number; known: number; layers: Map<number, Layer> }>()
  for (const { answer, reason } of given) {
    const [, first, last, of, known] = (DRAWN.exec(reason) ?? []).map(Number)
    if (of === undefined || answer === 'skip') continue
    const key = `${of} ${known}`
    if (!checks.has(key)) checks.set(key, { of, known: known!, layers: new Map() })
    const { layers } = checks.get(key)!
    const layer = layers.get(first!) ?? { size: last! - first! + 1, drawn: 0, yes: 0 }
    layers.set(first!, { ...layer, drawn: layer.drawn + 1, yes: layer.yes + (answer === 'yes' ? 1 : 0) })
  }
  const [last] = [...checks.values()].sort((a, b) => a.of - b.of)
  if (!last) return undefined
  const { of, known } = last
  const ranks = layersOf(of)
  const layers = ranks.flatMap(([first]) => last.layers.get(first) ?? [])
  const drawn = layers.reduce((sum, layer) => sum + layer.drawn, 0)
  const counts = { drawn, round: ranks.length, of, known }
  if (layers.length < ranks.length) return counts
  const rest = shareOf(layers)
  const distance = (rank: number) => Math.abs(Math.log(rank / Math.max(FIRST, rest.share * of)))
  const likeliest = ranks.map(([, end]) => end).reduce((best, rank) => (distance(rank) < distance(best) ? rank : best))
  const precision = shareOf(layers.slice(0, ranks.findIndex(([, end]) => end === likeliest) + 1))
  // all have at least what the likeliest have
  const low = Math.min(rest.share, Math.max(rest.low, (precision.low * likeliest) / of))
  return { ...counts, told: { likeliest, precision, rest: { ...rest, low } } }
}

interface Layer {
  size: number
  drawn: number
  yes: number
}

function shareOf(layers: readonly Layer[]): Share {
  const all = layers.reduce((sum, { size }) => sum + size, 0)
  const sum = (of: (layer: Layer, weight: number) => number) =>
    layers.reduce((total, layer) => total + of(layer, layer.size / all), 0)
  const share = sum(({ yes, drawn }, weight) => (weight * yes) / drawn)
  const count = 1 / sum(({ drawn }, weight) => weight ** 2 / drawn)
  const z = 1.96
  const middle = (share + z ** 2 / (2 * count)) / (1 + z ** 2 / count)
  const half = (z / (1 + z ** 2 / count)) * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2))
  return { share, low: Math.max(0, middle - half), high: Math.min(1, middle + half) }
}
