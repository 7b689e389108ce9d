import type { Figure } from '../../drawing/figure.js'

/** Where a patch was cut, in seconds of the sound. */
export interface Cut {
  node: string
  start: number
  end: number
}

/** What was written of one clip, and its drawings for the page. */
export interface Written {
  clip: string
  path: string
  labels: Record<string, string>
  start?: number | undefined
  end?: number | undefined
  /** Its draws depend on these, on the run's seed, the node and the lane. */
  draws: { epoch: number; position: number; occurrence: number }
  exhibits: {
    lane?: string | undefined
    port: string
    range?: [number, number]
    /** Of a label, levels, an embedding, tokens, or which pieces are kept. */
    values?: number[]
    cut?: Cut | undefined
    sound?: string | undefined
  }[]
  picture?: string | undefined
  /** The whole clip, and whether the file holds all of it. */
  sound?: { file: string; whole: boolean } | undefined
  /** Why training drops it. */
  failure?: string | undefined
  files: string[]
  figures: Figure[]
}

export interface TapResult {
  folder: string
  page: string
  clips: Written[]
  skipped: number
}
