// node node-example.mjs sound.f32: embeds raw float32 samples, mono, at the encoder's rate. Needs: npm i @tensorflow/tfjs
import { readFileSync } from 'node:fs'
import * as tf from '@tensorflow/tfjs'
import { embed } from './embed.mjs'

const here = name => readFileSync(new URL(name, import.meta.url))
const card = JSON.parse(here('encoder.json'))
const { modelTopology, weightsManifest } = JSON.parse(here('model.json'))
const weightData = Uint8Array.from(here('weights.bin')).buffer
const model = await tf.loadGraphModel({
  load: async () => ({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData }),
})
const sound = new Float32Array(Uint8Array.from(readFileSync(process.argv[2])).buffer)
console.log(JSON.stringify([...(await embed(tf, model, card, sound))]))
