/** Which decoder a file's first bytes ask for; its name and extension do not matter. */
export type AudioFormat = 'wav' | 'aiff' | 'flac' | 'ogg-flac' | 'opus' | 'vorbis' | 'mp3'

/** @param head the first 64 bytes, more if there is an ID3 tag in front */
export function audioFormat(head: Uint8Array): AudioFormat | undefined {
  const text = (at: number, length: number) => String.fromCharCode(...head.subarray(at, at + length))
  const magic = text(0, 4)
  if ((magic === 'RIFF' || magic === 'RF64') && text(8, 4) === 'WAVE') return 'wav'
  if (magic === 'FORM' && (text(8, 4) === 'AIFF' || text(8, 4) === 'AIFC')) return 'aiff'
  if (magic === 'fLaC') return 'flac'
  if (magic === 'OggS') {
    const packet = text(28, 8)
    if (packet === 'OpusHead') return 'opus'
    if (packet.startsWith('\x01vorbis')) return 'vorbis'
    return packet.startsWith('\x7fFLAC') ? 'ogg-flac' : undefined
  }
  const frame = tagLength(head)
  return isMpegFrame(head, frame) ? 'mp3' : undefined
}

/** Bytes of an ID3v2 tag in front of the sound; 0 without one. */
export function tagLength(head: Uint8Array): number {
  if (head[0] !== 0x49 || head[1] !== 0x44 || head[2] !== 0x33 || head.length < 10) return 0
  const size = (head[6]! << 21) | (head[7]! << 14) | (head[8]! << 7) | head[9]!
  return 10 + size + (head[5]! & 0x10 ? 10 : 0)
}

/** MPEG audio layer III with a legal bit rate and sample rate. */
function isMpegFrame(head: Uint8Array, at: number): boolean {
  const [sync, version, rates] = [head[at], head[at + 1] ?? 0, head[at + 2] ?? 0xff]
  if (sync !== 0xff || (version & 0xe0) !== 0xe0) return false
  return (version & 0x18) !== 0x08 && (version & 0x06) === 0x02 && rates >> 4 !== 15 && (rates & 0x0c) !== 0x0c
}
