import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { inTar } from '../shards/tar-file.js'
import { badAudio } from './bad-audio.js'

/** Waits for nobody: a named pipe opened otherwise waits until somebody writes to it. */
const AT_ONCE = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/**
 * An audio file, also one in a tar (`shards/000.tar/1.wav`), open for reading at any position. Reads are synchronous:
 * they happen in worker threads.
 */
export class AudioFile {
  private constructor(
    readonly path: string,
    readonly size: number,
    /** Another one for another path, size or time of change. */
    readonly version: string,
    private readonly descriptor: number,
    private readonly start = 0,
  ) {}

  /** @throws Problem `audio-missing`, `audio-unreadable`, `audio-empty`; of the tar, as `inTar` */
  static open(path: string): AudioFile {
    const member = inTar(path)
    if (member?.size === 0) throw badAudio('audio-empty', path)
    if (member) {
      const descriptor = openSync(member.file, 'r')
      return new AudioFile(path, member.size, versionOf(path, fstatSync(descriptor)), descriptor, member.start)
    }
    let descriptor: number
    try {
      descriptor = openSync(path, AT_ONCE)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      const missing = code === 'ENOENT' || code === 'ENOTDIR'
      throw badAudio(missing ? 'audio-missing' : 'audio-unreadable', path, missing ? undefined : code, error)
    }
    const stats = fstatSync(descriptor)
    if (stats.isFile() && stats.size > 0) return new AudioFile(path, stats.size, versionOf(path, stats), descriptor)
    closeSync(descriptor)
    throw stats.isFile() ? badAudio('audio-empty', path) : badAudio('audio-unreadable', path, 'not a file')
  }

  /** Up to `length` bytes from `position`; fewer at the file's end. @throws Problem `audio-truncated` if it has shrunk */
  read(position: number, length: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - position)))
    let got = 0
    while (got < bytes.length) {
      const more = readSync(this.descriptor, bytes, got, bytes.length - got, this.start + position + got)
      if (more === 0) throw badAudio('audio-truncated', this.path, 'it became shorter while it was read')
      got += more
    }
    return bytes
  }

  close(): void {
    closeSync(this.descriptor)
  }
}

const versionOf = (path: string, { size, mtimeMs }: Stats) => [path, size, mtimeMs].join('\u0000')
