import test from 'ava'
import polarityStage from '../../../stages/waveforms/polarity.js'
import { draws, runItem } from '../views/support.js'
import { ports, sound } from './support.js'

test('some excerpts are turned over, the others stay', t => {
  let turned = 0
  for (let i = 0; i < 400; i++) {
    const out = runItem(polarityStage, { share: 0.25 }, ports, { from: sound, rng: draws(`clip ${i}`) }) as Float32Array
    if (out === sound) continue
    t.deepEqual(
      out,
      sound.map(sample => -sample),
    )
    turned++
  }
  t.true(Math.abs(turned - 100) < 30, String(turned))
})
