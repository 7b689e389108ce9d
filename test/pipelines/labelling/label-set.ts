/** Windows of a recording with a sound that stands in some of them, embedded by a rule that everybody knows. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { streamOf } from '../../../graphs/streams/draws.js'
import { integerWav, quantised } from '../../../pipelines/drawing/wav-file.js'
import { createEmbeddingWriter } from '../../../pipelines/embeddings/arrow-writer.js'

const RATE = 16_000

/** `NAME.wav` of noise with a tone in every `each`-th second, and `NAME.arrow`: 16 numbers a second, the first one of the tone. */
export function writeNight(folder: string, { name = 'night', seconds = 60, each = 7, silent = false } = {}): string {
  const rng = streamOf(`night ${name}`)
  const path = join(folder, `${name}.wav`)
  const samples = Float32Array.from({ length: RATE * seconds }, (_, at) => {
    const tone = Math.floor(at / RATE) % each === 0 ? 0.3 * Math.sin((2 * Math.PI * 1000 * at) / RATE) : 0
    return 0.02 * rng.normal() + tone
  })
  if (!silent) writeFileSync(path, integerWav(quantised(samples), RATE))
  const file = join(folder, `${name}.arrow`)
  const writer = createEmbeddingWriter(file, { dimensions: 16, columns: [], metadata: {} })
  for (let at = 0; at < seconds; at++) {
    const embedding = Float32Array.from({ length: 16 }, (_, k) => rng.normal() + (k === 0 && at % each === 0 ? 6 : 0))
    writer.write([{ clip: `${name}.wav`, path, start: at, end: at + 1, labels: {}, embedding }])
  }
  writer.close()
  return file
}
