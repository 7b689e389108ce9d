import test from 'ava'
import { soundingFrames } from '../../../graphs/readout/sounding.js'

/** A spectrogram of two bands whose louder one is as loud as said, log10 of power. */
function mel(levels: readonly number[]) {
  const values = Float32Array.from(levels.flatMap(level => [level - 1, level]))
  return {
    frames: levels.length,
    bands: 2,
    read: (start: number, count: number) => values.slice(2 * start, 2 * (start + count)),
  }
}

test('silence at both ends is left out, and what lies between is not', t => {
  t.deepEqual(soundingFrames(mel([-9, -9, 0, -9, -7, -9]), 6), [2, 5])
})

test('80 dB below the loudest frame is silence', t => {
  t.deepEqual(soundingFrames(mel([-8, 0, -7.9]), 3), [1, 3])
})

test('only the frames asked about are looked at; of nothing but silence all count', t => {
  t.deepEqual(soundingFrames(mel([-3, -3, 9]), 2), [0, 2])
})
