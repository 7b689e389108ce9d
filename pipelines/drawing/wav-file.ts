/** WAV files, as bytes. */

const HEADER = 44
/** Full scale of 16-bit integers. */
const FULL = 32768

/** Samples as 16-bit integers, full scale 32768. */
export function quantised(samples: Float32Array): Int16Array {
  const out = new Int16Array(samples.length) // a loop: `from` takes ten times as long
  for (let i = 0; i < out.length; i++) out[i] = Math.max(-FULL, Math.min(FULL - 1, Math.round(samples[i]! * FULL)))
  return out
}

/**
 * A WAV file of 16-bit integers.
 *
 * @param samples of all channels in turn
 * @param rate hertz
 */
export function integerWav(samples: Int16Array, rate: number, channels = 1): Buffer {
  const file = Buffer.alloc(HEADER + 2 * samples.length)
  file.write('RIFF', 0, 'latin1')
  file.writeUInt32LE(file.length - 8, 4)
  file.write('WAVEfmt ', 8, 'latin1')
  file.writeUInt32LE(16, 16)
  file.writeUInt16LE(1, 20) // integers
  file.writeUInt16LE(channels, 22)
  file.writeUInt32LE(rate, 24)
  file.writeUInt32LE(2 * channels * rate, 28)
  file.writeUInt16LE(2 * channels, 32)
  file.writeUInt16LE(16, 34)
  file.write('data', 36, 'latin1')
  file.writeUInt32LE(2 * samples.length, 40)
  for (let i = 0; i < samples.length; i++) file.writeInt16LE(samples[i]!, HEADER + 2 * i)
  return file
}

/**
 * A mono WAV file of 32-bit floats: the samples as they are, also those above 1.
 *
 * @param rate hertz
 */
export function floatWav(samples: Float32Array, rate: number): Buffer {
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)
  const header = Buffer.alloc(58)
  let at = 0
  const text = (word: string) => (at += header.write(word, at, 'latin1'))
  const long = (value: number) => (at = header.writeUInt32LE(value, at))
  const short = (value: number) => (at = header.writeUInt16LE(value, at))
  text('RIFF')
  long(header.length - 8 + data.length)
  text('WAVE')
  text('fmt ')
  long(18)
  short(3) // IEEE float
  short(1)
  long(rate)
  long(4 * rate)
  short(4)
  short(32)
  short(0) // no extension
  text('fact') // asked for by every encoding but integers
  long(4)
  long(samples.length)
  text('data')
  long(data.length)
  return Buffer.concat([header, data])
}
