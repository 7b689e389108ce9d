/** What is kept of clips (spectrograms, recordings, levels), one file a clip and node, read by range. Any number of processes may share a folder. */
import { randomBytes } from 'node:crypto'
import { statSync, utimesSync } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { CacheRoom } from './cache-limit.js'
import { bodyLength, HEADER, type Header, notesBytes, readHeader, writeHeader } from './feature-header.js'
import { OpenFiles } from './open-files.js'
import { Problem } from './problem.js'
import { makeFolders } from './whole-file.js'

export interface Feature {
  frames: number
  bands: number
  /**
   * Copies `count` frames from frame `start`, row-major.
   *
   * @throws RangeError outside the clip; Problem `cache-changed` if the file is no longer there, or no longer whole
   */
  read(start: number, count: number): Float32Array
  /** Length of the sound itself, before it was repeated to fill a patch; NaN if its writer did not say. */
  seconds: number
  /** What is odd about the file of the sound. */
  notes: readonly string[]
  /** Over every number of the spectrogram. */
  summary: { count: number; sum: number; sumOfSquares: number }
  close(): void
}

/** Files that are open at once, in this thread. */
const files = new OpenFiles(256)

export class FeatureCache {
  readonly #room: CacheRoom

  /** @param folder made when the first feature is written */
  constructor(readonly folder: string) {
    this.#room = new CacheRoom(folder)
  }

  /**
   * The feature of this key; undefined if there is none, or if its file is cut short or damaged.
   *
   * @param key hex
   */
  open(key: string): Feature | undefined {
    const path = this.path(key)
    try {
      const header = readHeader(files, path)
      if (!header) files.forget(path)
      else markUsed(path)
      return header && feature(path, header)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw problemOf(error, this.folder)
    }
  }

  /** The feature of a key that was there a while ago. @throws Problem `cache-changed` */
  get(key: string): Feature {
    const found = this.open(key)
    if (found) return found
    throw cacheChanged(this.path(key))
  }

  /**
   * Writes a feature under a temporary name and renames it when it is whole. If two writers meet, either one's file
   * stays: they hold the same.
   *
   * @param blocks whole frames, row-major frames x bands
   * @param about length of the sound and what is odd about its file; asked for when all blocks have come
   * @throws Problem `cache-full`, `cache-limit`, `cache-not-writable`; and whatever `blocks` throws
   */
  async write(
    key: string,
    bands: number,
    blocks: AsyncIterable<Float32Array>,
    about: { seconds?: (() => number | undefined) | undefined; notes?: (() => readonly string[]) | undefined } = {},
  ): Promise<Feature> {
    const path = this.path(key)
    const temporary = join(dirname(path), `.${key}.${process.pid}.${randomBytes(4).toString('hex')}`)
    let handle: FileHandle | undefined
    try {
      handle = await this.onDisk(async () => {
        makeFolders(dirname(path))
        return open(temporary, 'wx')
      })
      const body = await this.body(handle, bands, blocks)
      const notes = about.notes?.() ?? []
      const tail = notesBytes(notes)
      const checksum = crc32(tail, body.checksum)
      const header = { ...body, checksum, notes, seconds: about.seconds?.() ?? Number.NaN }
      const written = handle
      await this.#room.take(HEADER + bodyLength(header) + tail.length)
      await this.onDisk(async () => {
        await writeAll(written, tail, HEADER + bodyLength(header))
        await written.write(writeHeader(header), 0, HEADER, 0)
        await written.close()
        handle = undefined
        await rename(temporary, path)
      })
      files.forget(path)
      return feature(path, header)
    } catch (error) {
      await handle?.close().catch(() => {})
      await rm(temporary, { force: true }).catch(() => {})
      throw error
    }
  }

  private async body(handle: FileHandle, bands: number, blocks: AsyncIterable<Float32Array>) {
    let [count, sum, sumOfSquares, checksum] = [0, 0, 0, 0]
    for await (const block of blocks) {
      for (let i = 0; i < block.length; i++) {
        sum += block[i]!
        sumOfSquares += block[i]! * block[i]!
      }
      const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength)
      const at = HEADER + 4 * count
      await this.onDisk(() => writeAll(handle, bytes, at))
      checksum = crc32(bytes, checksum)
      count += block.length
    }
    return { bands, frames: count / bands, summary: { count, sum, sumOfSquares }, checksum }
  }

  private async onDisk<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw cacheChanged(this.folder, error)
      throw problemOf(error, this.folder)
    }
  }

  private path(key: string): string {
    return join(this.folder, key.slice(0, 2), `${key}.f32`)
  }
}

function feature(path: string, { frames, bands, seconds, notes, summary }: Header): Feature {
  return {
    frames,
    bands,
    seconds,
    notes,
    summary,
    read(start, count) {
      if (!Number.isInteger(start) || !Number.isInteger(count) || start < 0 || count < 0 || start + count > frames)
        throw new RangeError(`frames ${start} to ${start + count} of a feature of ${frames} frames`)
      const out = new Float32Array(count * bands)
      const at = HEADER + bodyLength({ frames: start, bands })
      if (bytesRead(path, new Uint8Array(out.buffer), at) < out.byteLength) throw cacheChanged(path)
      return out
    },
    close: () => files.forget(path),
  }
}

function bytesRead(path: string, bytes: Uint8Array, position: number): number {
  try {
    return files.read(path, bytes, position)
  } catch (error) {
    throw cacheChanged(path, error)
  }
}

function cacheChanged(path: string, cause?: unknown): Problem {
  files.forget(path)
  return new Problem('cache-changed', `${path} was taken away or cut short while it was in use.`, {
    hint: 'The cache may be made smaller when nothing runs. The same command makes again what is missing.',
    cause,
  })
}

/** The time of change tells `cache prune` when a feature was last used, to the day. */
function markUsed(path: string): void {
  try {
    const now = new Date()
    if (now.getTime() - statSync(path).mtimeMs > 86_400_000) utimesSync(path, now, now)
  } catch {
    // a cache that may only be read is as good
  }
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, position + at)
    at += bytesWritten
  }
}

const FULL = new Set(['ENOSPC', 'EDQUOT'])
const REFUSED = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'])

/** Errors of the disk in words; others as they are. */
export function problemOf(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  const hint = "Set EARSHOT_CACHE to a folder elsewhere, or make room with './earshot cache prune'."
  if (FULL.has(code))
    return new Problem('cache-full', `No room is left for the cache in ${folder}.`, { hint, cause: error })
  if (!REFUSED.has(code)) return error
  return new Problem('cache-not-writable', `The cache folder ${folder} cannot be used (${code}).`, {
    hint: 'Set EARSHOT_CACHE to a folder that may be written.',
    cause: error,
  })
}
