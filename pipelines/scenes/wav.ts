const HEADER = 44
const FULL = 32768

/** Samples as 16-bit integers, full scale 32768. */
export function quantised(samples: Float32Array): Int16Array {
  return Int16Array.from(samples, sample => Math.max(-FULL, Math.min(FULL - 1, Math.round(sample * FULL))))
}

/**
 * A mono WAV file of 16-bit integers.
 *
 * @param rate hertz
 */
export function integerWav(samples: Int16Array, rate: number): Buffer {
  const file = Buffer.alloc(HEADER + 2 * samples.length)
  file.write('RIFF', 0, 'latin1')
  file.writeUInt32LE(file.length - 8, 4)
  file.write('WAVEfmt ', 8, 'latin1')
  file.writeUInt32LE(16, 16)
  file.writeUInt16LE(1, 20) // integers
  file.writeUInt16LE(1, 22) // mono
  file.writeUInt32LE(rate, 24)
  file.writeUInt32LE(2 * rate, 28)
  file.writeUInt16LE(2, 32)
  file.writeUInt16LE(16, 34)
  file.write('data', 36, 'latin1')
  file.writeUInt32LE(2 * samples.length, 40)
  for (let i = 0; i < samples.length; i++) file.writeInt16LE(samples[i]!, HEADER + 2 * i)
  return file
}
