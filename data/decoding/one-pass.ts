/**
 * Stretches of a recording that can be decoded from its start alone (Ogg, and whatever ffmpeg reads). One that begins where
 * another has ended, or within it, goes on in the same pass over the file: its samples are those of a pass of its own, and
 * what lies before is not decoded again.
 */
import { CANCELLED_CHANNELS, cut, Mixer, type MonoBlock, type Note, type Stretch } from './mono.js'

/** Seconds of sound that are kept for a stretch which overlaps the one before. */
const KEPT = 120
/** Milliseconds after which a pass that nobody goes on with is given up. */
const IDLE = 10_000

/** Decodes a file from its start, and tells what is odd about it. */
export type Decoding = (mixer: Mixer, note: Note) => AsyncGenerator<MonoBlock>

export interface PassStretch extends Stretch {
  path: string
  channel: number | undefined
  /** Another one for other content, or another way of decoding it. */
  version: string
  note: Note
}

class Pass {
  /** Told of what is odd: whoever reads. */
  note: Note = () => {}
  ended = false
  readonly mixer: Mixer
  /** The last blocks, and the place in the file of their first sample. */
  #kept: MonoBlock[] = []
  #first = 0
  #count = 0
  readonly #blocks: AsyncGenerator<MonoBlock>

  constructor(
    { path, channel }: PassStretch,
    readonly key: string,
    decoding: Decoding,
  ) {
    this.mixer = new Mixer(path, channel)
    this.#blocks = decoding(this.mixer, oddity => this.note(oddity))
  }

  /** Whether it can go on with a stretch that begins at so many seconds. */
  reaches(start: number): boolean {
    const [block] = this.#kept
    return block !== undefined && Math.round(start * block.rate) >= this.#first
  }

  /** @throws as `cut` and the decoding */
  async *stretch(stretch: PassStretch): AsyncGenerator<MonoBlock> {
    this.note = stretch.note
    this.#forget(stretch.start)
    yield* cut(this.#read(stretch.start), stretch.path, stretch, this.#first)
    if (this.mixer.cancelled) this.note(CANCELLED_CHANNELS)
  }

  async *#read(start: number | undefined): AsyncGenerator<MonoBlock> {
    yield* [...this.#kept]
    for (;;) {
      const { value, done } = await this.#blocks.next()
      if (done) {
        this.ended = true
        return
      }
      this.#kept.push(value)
      this.#count += value.samples.length
      this.#forget(start)
      yield value
    }
  }

  /** All but the last block that lie before the stretch, or too far back. */
  #forget(start = 0): void {
    for (let [block] = this.#kept; block && this.#kept.length > 1; [block] = this.#kept) {
      const behind = this.#first + block.samples.length <= Math.round(start * block.rate)
      if (!behind && this.#count <= KEPT * block.rate) return
      this.#kept.shift()
      this.#first += block.samples.length
      this.#count -= block.samples.length
    }
  }

  async close(): Promise<void> {
    await this.#blocks.return(undefined)
  }
}

/** The pass that the last stretch has left open; in threads that somebody ends alone, since it may hold a program. */
let open: Pass | undefined
let keeps = false
let idle: NodeJS.Timeout | undefined

/** From now on this thread leaves passes open. */
export function keepPasses(): void {
  keeps = true
}

export async function endPass(): Promise<void> {
  clearTimeout(idle)
  const pass = open
  open = undefined
  await pass?.close()
}

/** @throws as `cut` and the decoding */
export async function* inOnePass(stretch: PassStretch, decoding: Decoding): AsyncGenerator<MonoBlock> {
  const key = [stretch.version, stretch.channel].join('\u0000')
  const goesOn = open?.key === key && open.reaches(stretch.start ?? 0)
  const pass = goesOn ? open! : new Pass(stretch, key, decoding)
  if (goesOn) open = undefined // another stretch that is read meanwhile has a pass of its own
  let whole = false
  try {
    yield* pass.stretch(stretch)
    whole = true
  } finally {
    await endPass()
    if (whole && keeps && !pass.ended) {
      open = pass
      idle = setTimeout(endPass, IDLE).unref()
    } else await pass.close()
  }
}
