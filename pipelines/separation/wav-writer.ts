/** A WAV file that grows: of any length, without holding it. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { beginPart, onDisk } from '../../data/whole-file.js'
import { floatWav } from '../drawing/wav-file.js'

/** Where the header tells bytes after it, samples, and bytes of samples; and the room for sizes of 64 bits. */
const RIFF_SIZE = 4
const LONG = 12
const SAMPLES = 82
const DATA_SIZE = 90
/** The most that 32 bits hold. In RF64 it says that 64 bits stand in the chunk `ds64`. */
const MOST = 0xffffffff

/**
 * Mono, 32-bit floats; RF64 beyond 4 GiB (EBU Tech 3306: room for it is kept in a chunk that others pass over). Under a temporary name until it is whole. Each method: @throws Problem `disk-full`, `not-writable`
 */
export class WavWriter {
  readonly #temporary: string
  readonly #descriptor: number
  readonly #header: Buffer
  #samples = 0
  #open = true

  /** @param most bytes of a RIFF file; a longer one becomes RF64 */
  constructor(
    readonly file: string,
    rate: number,
    private readonly most = MOST,
  ) {
    this.#temporary = beginPart(file)
    const plain = floatWav(new Float32Array(0), rate)
    this.#header = Buffer.concat([plain.subarray(0, LONG), roomForLong(), plain.subarray(LONG)])
    this.#descriptor = this.#onDisk(() => openSync(this.#temporary, 'w'))
    this.#write(this.#header, 0)
  }

  add(samples: Float32Array): void {
    const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)
    this.#write(bytes, this.#header.length + 4 * this.#samples)
    this.#samples += samples.length
  }

  /** The file is there afterwards. */
  finish(): void {
    const bytes = 4 * this.#samples
    const sizes = [this.#header.length - 8 + bytes, bytes, this.#samples] as const
    const long = sizes[0] > this.most
    for (const [at, place] of [RIFF_SIZE, DATA_SIZE, SAMPLES].entries())
      this.#header.writeUInt32LE(long ? MOST : sizes[at]!, place)
    if (long) {
      this.#header.write('RF64', 0, 'latin1')
      this.#header.write('ds64', LONG, 'latin1')
      for (const [at, size] of sizes.entries()) this.#header.writeBigUInt64LE(BigInt(size), LONG + 8 + 8 * at)
    }
    this.#write(this.#header, 0)
    this.#close()
    this.#onDisk(() => renameSync(this.#temporary, this.file))
  }

  /** Nothing is left; a finished file stays. */
  abandon(): void {
    this.#close()
    rmSync(this.#temporary, { force: true })
  }

  #close(): void {
    if (this.#open) closeSync(this.#descriptor)
    this.#open = false
  }

  #write(bytes: Buffer, position: number): void {
    this.#onDisk(() => {
      for (let at = 0; at < bytes.length; )
        at += writeSync(this.#descriptor, bytes, at, bytes.length - at, position + at)
    })
  }

  #onDisk<Value>(work: () => Value): Value {
    return onDisk(dirname(this.file), work)
  }
}

/** A chunk of nothing, as long as `ds64`: three sizes and the length of an empty table. */
function roomForLong(): Buffer {
  const room = Buffer.alloc(8 + 28)
  room.write('JUNK', 0, 'latin1')
  room.writeUInt32LE(28, 4)
  return room
}
