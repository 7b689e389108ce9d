/**
 * A mono WAV file of 32-bit floats: the samples as they are, also those above 1.
 *
 * @param rate hertz
 */
export function wavFile(samples: Float32Array, rate: number): Buffer {
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
