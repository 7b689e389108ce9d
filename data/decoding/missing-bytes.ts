import type { AudioFile } from './audio-file.js'
import type { Note } from './mono.js'

/** Notes what is missing of a file that says at its beginning how many bytes it has: ffmpeg reads the rest, and says nothing. */
export function noteMissingBytes(file: AudioFile, note: Note): void {
  const declared = declaredBytes(file, file.read(0, 64))
  if (declared !== undefined && declared > file.size)
    note(`${file.size} of the ${declared} bytes that its header promises are there`)
}

function declaredBytes(file: AudioFile, head: Uint8Array): number | undefined {
  if (head.length < 32) return undefined
  const view = new DataView(head.buffer, head.byteOffset, head.length)
  const magic = Buffer.from(head.subarray(0, 4)).toString('latin1')
  if (magic === 'FORM' || magic === 'RIFX') return 8 + view.getUint32(4) // AIFF; WAV with its bytes turned round
  if (magic === 'RIFF' && view.getUint32(4, true) < 0x7ffff000) return 8 + view.getUint32(4, true) // AVI
  if (magic === 'riff') return Number(view.getBigUint64(16, true)) // Wave64
  if (magic === '.snd' && view.getUint32(8) !== 0xffffffff) return view.getUint32(4) + view.getUint32(8) // AU
  if (magic === '.SoX') return 4 + view.getUint32(4, true) + 4 * Number(view.getBigUint64(8, true))
  if (head[0] === 0x80 && head[1] === 0 && head[4] === 3) return adxBytes(view)
  return magic === 'caff' ? coreAudioBytes(file) : undefined
}

/** ADX, up to the end of its sound: blocks of one channel each, which begin with a scale of 2 bytes. */
function adxBytes(view: DataView): number | undefined {
  const [block, bits, channels] = [view.getUint8(5), view.getUint8(6), view.getUint8(7)]
  const perBlock = (8 * (block - 2)) / bits
  if (!(perBlock >= 1)) return undefined
  return view.getUint16(2) + 4 + Math.ceil(view.getUint32(12) / perBlock) * block * channels
}

/** Up to the end of the sound of a Core Audio file; undefined if it is not known. */
function coreAudioBytes(file: AudioFile): number | undefined {
  for (let at = 8; ; ) {
    const head = file.read(at, 12)
    if (head.length < 12) return undefined
    const length = Number(new DataView(head.buffer, head.byteOffset, 12).getBigInt64(4))
    at += 12 + length
    if (length < 0 || at > file.size) return length < 0 ? undefined : at
  }
}
