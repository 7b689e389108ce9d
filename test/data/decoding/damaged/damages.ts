/** Ways in which a file goes wrong, each drawn from a seed. */
import type { Draws } from './draws.js'

export interface Damage {
  name: string
  /** The damaged bytes; undefined where it does not apply. */
  apply(bytes: Buffer, draws: Draws): Buffer | undefined
}

const copy = (bytes: Buffer, change: (bytes: Buffer) => void) => {
  const changed = Buffer.from(bytes)
  change(changed)
  return changed
}

const flip = (bytes: Buffer, count: number, draws: Draws, from = 0, to = bytes.length) =>
  copy(bytes, changed => {
    for (let i = 0; i < count; i++) {
      const at = from + draws.below(Math.max(1, to - from))
      changed[at] = changed[at]! ^ (1 << draws.below(8))
    }
  })

/** What may stand in front of a sound or behind it. */
const id3v1 = Buffer.concat([Buffer.from('TAG'), Buffer.alloc(125, 'earshot ')])
const ape = Buffer.concat([Buffer.from('APETAGEX'), Buffer.alloc(56, 0x20)])
const id3v2 = Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\x01\0', 'latin1'), Buffer.alloc(128)])

const anywhere: Damage[] = [
  { name: 'whole, under an odd name', apply: bytes => bytes },
  ...[0.1, 0.5, 0.9, 0.99].map(share => ({
    name: `cut at ${share}`,
    apply: (bytes: Buffer) => bytes.subarray(0, Math.round(bytes.length * share)),
  })),
  { name: 'last byte missing', apply: bytes => bytes.subarray(0, -1) },
  { name: 'one bit turned in its first 64 bytes', apply: (bytes, draws) => flip(bytes, 1, draws, 0, 64) },
  { name: 'one bit turned', apply: (bytes, draws) => flip(bytes, 1, draws) },
  { name: 'ten bits turned', apply: (bytes, draws) => flip(bytes, 10, draws) },
  {
    name: 'a stretch of zeros',
    apply: (bytes, draws) => {
      const at = draws.below(bytes.length)
      return copy(bytes, changed => changed.fill(0, at, Math.min(at + 300, changed.length)))
    },
  },
  {
    name: 'a stretch taken out',
    apply: (bytes, draws) => {
      const at = draws.below(bytes.length)
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 300)])
    },
  },
  {
    name: 'noise put in',
    apply: (bytes, draws) => {
      const at = draws.below(bytes.length)
      return Buffer.concat([bytes.subarray(0, at), draws.noise(300), bytes.subarray(at)])
    },
  },
  { name: 'ID3v1 behind', apply: bytes => Buffer.concat([bytes, id3v1]) },
  { name: 'APE tag behind', apply: bytes => Buffer.concat([bytes, ape]) },
  { name: 'a newline behind', apply: bytes => Buffer.concat([bytes, Buffer.from('\n')]) },
  { name: 'noise behind', apply: (bytes, draws) => Buffer.concat([bytes, draws.noise(2000)]) },
  { name: 'itself behind', apply: bytes => Buffer.concat([bytes, bytes]) },
  { name: 'ID3v2 in front', apply: bytes => Buffer.concat([id3v2, bytes]) },
]

/** Sets a little-endian field of the `fmt ` or `data` chunk. */
const wavField = (name: string, chunk: 'fmt ' | 'data', at: number, size: number, values: readonly number[]) =>
  values.map(
    (value): Damage => ({
      name: `WAV: ${name} ${value}`,
      apply: bytes => {
        const start = bytes.indexOf(chunk)
        if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WAVE' || start < 0) return
        return copy(bytes, changed => changed.writeUIntLE(value, start + at, size))
      },
    }),
  )

const wav: Damage[] = [
  ...wavField('bytes of sound', 'data', 4, 4, [0, 100, 0x7ffff000, 0xfffffff0, 0xffffffff, 0x10000000]),
  ...wavField('rate', 'fmt ', 12, 4, [0, 1, 44101, 4_000_000, 16_000_000, 0xffffffff]),
  ...wavField('channels', 'fmt ', 10, 2, [0, 3, 60_000]),
  ...wavField('block', 'fmt ', 20, 2, [0, 1, 8, 60_000]),
  ...wavField('bits', 'fmt ', 22, 2, [0, 12, 20, 24, 33, 65_535]),
  ...wavField('encoding', 'fmt ', 8, 2, [0, 0x31, 0x55, 0xffff]),
  ...wavField('bytes of format', 'fmt ', 4, 4, [0, 15, 17, 0x7fffffff]),
]

/** STREAMINFO of FLAC: total samples (36 bits from byte 21), rate (20 bits from byte 18). */
const flac: Damage[] = [
  ['samples 0', 22, 0],
  ['samples 1', 22, 1],
  ['samples 2^31', 22, 2 ** 31],
  ['longest frame 1 byte', 14, 0x00000100],
].map(([name, at, value]) => ({
  name: `FLAC: ${name}`,
  apply: bytes =>
    bytes.toString('latin1', 0, 4) === 'fLaC'
      ? copy(bytes, changed => changed.writeUInt32BE(value as number, at as number))
      : undefined,
}))

/** A chunk of size 2^32 - 1 in front of the sound; a size of 2^62. */
const sizes: Damage[] = [
  {
    name: 'WAV: a chunk that never ends',
    apply: bytes =>
      bytes.toString('latin1', 0, 4) === 'RIFF'
        ? Buffer.concat([bytes.subarray(0, 12), Buffer.from('LIST\xff\xff\xff\xff', 'latin1'), bytes.subarray(12)])
        : undefined,
  },
  {
    name: 'RF64: 2^62 bytes',
    apply: bytes =>
      bytes.toString('latin1', 0, 4) === 'RF64'
        ? copy(bytes, changed => changed.writeBigUInt64LE(2n ** 62n, changed.indexOf('ds64') + 16))
        : undefined,
  },
]

export const DAMAGES: readonly Damage[] = [...anywhere, ...wav, ...flac, ...sizes]
