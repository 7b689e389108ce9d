/** A WAV file that grows: of any length, without holding it. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { onDisk } from '../../data/whole-file.js'
import { floatWav } from '../drawing/wav-file.js'

/** Where the header tells bytes after it, samples, and bytes of samples. */
const RIFF_SIZE = 4
const SAMPLES = 46
const DATA_SIZE = 54

/** Mono, 32-bit floats, under a temporary name until it is whole. Each method: @throws Problem `disk-full`, `not-writable` */
export class WavWriter {
  readonly #temporary: string
  readonly #descriptor: number
  readonly #header: Buffer
  #samples = 0
  #open = true

  constructor(
    readonly file: string,
    rate: number,
  ) {
    this.#temporary = `${file}.${process.pid}.part`
    this.#header = floatWav(new Float32Array(0), rate)
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
    this.#header.writeUInt32LE(this.#header.length - 8 + bytes, RIFF_SIZE)
    this.#header.writeUInt32LE(this.#samples, SAMPLES)
    this.#header.writeUInt32LE(bytes, DATA_SIZE)
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
