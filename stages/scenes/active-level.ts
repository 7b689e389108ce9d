/**
 * How loud a sound is while it sounds. A clip is cut into frames of 20 ms (the last one may be shorter); a frame is
 * active if its mean power lies within 30 dB of the loudest frame's. The level of the clip is the mean power over the
 * samples of its active frames, so that pauses and silent ends do not count.
 */
const FRAME = 0.02
const RANGE = 1e-3 // 30 dB
/** A sound whose loudest frame is below this power (-80 dB of full scale) is silent. */
const SILENT = 1e-8

interface Frames {
  size: number
  /** Sum of squares of each frame. */
  energies: Float64Array
  active: Uint8Array
}

/**
 * Level over active frames, dB of full scale: 0 for a square wave of amplitude 1, -3.01 for such a sine.
 *
 * @param rate hertz
 * @throws RangeError if the sound is silent
 */
export function activeLevel(samples: Float32Array, rate: number): number {
  const { size, energies, active } = activeFrames(samples, rate)
  let [energy, count] = [0, 0]
  for (let frame = 0; frame < energies.length; frame++) {
    if (!active[frame]) continue
    energy += energies[frame]!
    count += Math.min(size, samples.length - frame * size)
  }
  return 10 * Math.log10(energy / count)
}

/**
 * Where the sound begins and ends: from one frame before the first active frame to one after the last, in samples.
 *
 * @throws RangeError if the sound is silent
 */
export function activeStretch(samples: Float32Array, rate: number): [start: number, end: number] {
  const { size, active } = activeFrames(samples, rate)
  const [first, last] = [active.indexOf(1), active.lastIndexOf(1)]
  return [Math.max(0, (first - 1) * size), Math.min(samples.length, (last + 2) * size)]
}

function activeFrames(samples: Float32Array, rate: number): Frames {
  const size = Math.max(1, Math.round(FRAME * rate))
  const energies = new Float64Array(Math.ceil(samples.length / size))
  const powers = energies.map((_, frame) => {
    const end = Math.min(samples.length, (frame + 1) * size)
    let energy = 0
    for (let i = frame * size; i < end; i++) energy += samples[i]! * samples[i]!
    energies[frame] = energy
    return energy / (end - frame * size)
  })
  const loudest = powers.reduce((most, power) => Math.max(most, power), 0)
  if (!(loudest >= SILENT)) throw new RangeError('the sound is silent')
  return { size, energies, active: Uint8Array.from(powers, power => (power >= RANGE * loudest ? 1 : 0)) }
}
