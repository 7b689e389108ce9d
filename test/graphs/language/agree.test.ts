/** Ports that have to agree: what is mixed, told apart or normalised has the rate, hop and bands of what it goes with. */
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { readGraph } from '../../../graphs/language/read-graph.js'
import { written } from './written.js'

const FRONT = `nodes:
  clip:  { stage: clips }
  wave:  { stage: waveform, from: clip, rate: 16 kHz }
  sound: { stage: recording, from: wave }
  slow:  { stage: waveform, from: clip, rate: 8 kHz }
  other: { stage: recording, from: slow }
  mel:   { stage: log-mel, from: wave, bands: 64, high: 3900 Hz }
  mel96: { stage: log-mel, from: wave, bands: 96 }
  mel5:  { stage: log-mel, from: wave, bands: 64, hop: 5 ms }
  mel8:  { stage: log-mel, from: slow, bands: 64, high: 3900 Hz }
  near:  { stage: temporal-proximity, from: mel }
  piece: { stage: crop, from: sound, length: 1 s }
  brief: { stage: crop, from: sound, length: 2 s }
  parts: { stage: scene, from: sound, events: sound, length: 1 s, longest: 1 s }
  two:   { stage: pair, a: brief, b: brief }
  mixes: { stage: batch, from: parts }
  pairs: { stage: batch, from: two }
`

async function said(t: ExecutionContext, node: string) {
  const file = join(written(t, { 'graph.yaml': `${FRONT}  node: ${node}\n` }), 'graph.yaml')
  const { problems } = await readGraph(file)
  return problems.filter(({ code }) => code !== 'dead-end').map(({ code, message }) => `${code}: ${message}`)
}

const CASES: Readonly<Record<string, string>> = {
  '{ stage: mix-back, from: near, backgrounds: mel96 }': "'mel96' has 96 bands, 'near' has 64 bands.",
  '{ stage: mix-back, from: near, backgrounds: mel5 }':
    "'mel5' has a hop of 80 samples, 'near' has a hop of 160 samples.",
  '{ stage: mix-within-clip, from: [near, mel8] }': "'mel8' has 8000 Hz, 'near' has 16000 Hz.",
  '{ stage: log-mixup-exp, from: near, backgrounds: mel96 }': "'mel96' has 96 bands, 'near' has 64 bands.",
  '{ stage: normalise, from: near, statistics: mel96 }': "'mel96' has 96 bands, 'near' has 64 bands.",
  '{ stage: add-noise, from: piece, colour: recorded, noises: other }': "'other' has 8000 Hz, 'piece' has 16000 Hz.",
  '{ stage: mixture-pair, from: piece, others: other }': "'other' has 8000 Hz, 'piece' has 16000 Hz.",
  '{ stage: scene, from: sound, events: other }': "'other' has 8000 Hz, 'sound' has 16000 Hz.",
  '{ stage: scene, from: sound, events: sound, beds: other }': "'other' has 8000 Hz, 'sound' has 16000 Hz.",
  '{ stage: mixit, from: mixes, references: pairs }': "'pairs' has 32000 samples, 'mixes' has 16000 samples.",
}

for (const [node, words] of Object.entries(CASES)) {
  test(node, async t => {
    const [problem, ...more] = await said(t, node)
    t.true(problem?.startsWith('ports-differ: '), problem)
    t.true(problem!.endsWith(words), problem)
    t.deepEqual(more, [])
  })
}

test('ports that agree are no problem, whatever else one of them says', async t => {
  t.deepEqual(await said(t, '{ stage: mix-back, from: near, backgrounds: mel }'), [])
  t.deepEqual(await said(t, '{ stage: scene, from: sound, events: sound, beds: sound }'), [])
})
