import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Problem } from './problem.js'
import { type ByteRange, inTar } from './shards/tar-file.js'

const known = new Map<string, Promise<string>>()

/**
 * SHA-256 of a file's bytes, hex; of a file in a tar, of its own bytes. Read once as long as path, size and time of
 * change stay the same.
 *
 * @throws Problem `audio-missing`, `audio-unreadable`; of the tar, as `inTar`
 */
export async function contentHash(path: string): Promise<string> {
  const member = inTar(path)
  const stats = await stat(member?.file ?? path).catch(error => refuse(path, error))
  const { size, mtimeMs } = stats
  if (!stats.isFile())
    // a pipe or a device may never end
    throw new Problem('audio-unreadable', `${path}: it is not a file`, { place: { file: path } })
  const key = [path, size, mtimeMs].join('\u0000')
  let hash = known.get(key)
  if (!hash) {
    hash = read(path, member).catch(error => refuse(path, error))
    known.set(key, hash)
    hash.catch(() => known.delete(key))
  }
  return hash
}

async function read(path: string, member: ByteRange | undefined): Promise<string> {
  const hash = createHash('sha256')
  const range = member && { start: member.start, end: member.start + member.size - 1 }
  if (member?.size === 0) return hash.digest('hex') // a stream cannot end before it starts
  const stream = createReadStream(member?.file ?? path, { highWaterMark: 1 << 18, ...range })
  for await (const chunk of stream) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

function refuse(path: string, error: NodeJS.ErrnoException): never {
  const place = { file: path }
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR')
    throw new Problem('audio-missing', `${path}: there is no such file`, { place, cause: error })
  throw new Problem('audio-unreadable', `${path}: it cannot be opened (${error.code})`, { place, cause: error })
}
