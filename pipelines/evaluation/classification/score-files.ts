/** What is kept of a classification: figures as JSON, class probabilities as Arrow. */
import { dirname, join } from 'node:path'
import { makeFolder, writeWhole } from '../../../data/whole-file.js'
import { secondsOf } from '../../../graphs/streams/prepare.js'
import { createEmbeddingWriter } from '../../embeddings/arrow-writer.js'
import type { Matrix } from '../../statistics/products.js'
import type { Classified } from './classified.js'

/** By the contract of embeddings: a row a clip, a number a class; nothing remains if it fails. */
export function writeScores(
  file: string,
  metadata: Record<string, string>,
  { said, prepared, columns }: Pick<Classified, 'said' | 'prepared' | 'columns'>,
): void {
  const { columns: size, values } = said.scores
  const writer = createEmbeddingWriter(file, { dimensions: size, columns, metadata })
  const seconds = secondsOf(prepared)
  const rows = prepared.clips.map(({ id, path, labels, start = 0 }, at) => ({
    ...{ clip: id, path, start, end: start + seconds[at]!, labels },
    embedding: Float32Array.from(values.subarray(at * size, (at + 1) * size)),
  }))
  try {
    writer.write(rows)
    writer.close()
  } catch (error) {
    writer.abort()
    throw error
  }
}

/** `classification.json` and `scores.arrow` in a folder. @returns the files */
export function writeClassified(folder: string, { classification, writeArrow }: Classified): string[] {
  makeFolder(folder)
  const [json, arrow] = [join(folder, 'classification.json'), join(folder, 'scores.arrow')]
  writeWhole(json, `${JSON.stringify(classification, null, 1)}\n`)
  writeArrow(arrow)
  return [json, arrow]
}

/** Name under which the classifier stands where those of probes stand. */
const OWN = 'own classifier'

/** -ln of a probability, in nats; one that is nothing counts as the least that float32 tells from 1 (as scikit-learn). */
const lossOf = ({ columns, values }: Matrix, clip: number, at: number) =>
  Number(-Math.log(Math.max(2 ** -23, values[clip * columns + at]!)).toPrecision(7))

/** Written whole or not at all; one class a clip with its log-loss, or the probability of each class where a clip may have several. */
export function writePredictions(file: string, { classification, said, classifier }: Classified): void {
  const { byClip, settings } = classification
  const { classes, outputs, size } = classifier
  const known = [...said.sets.keys()].filter(clip => said.sets[clip]!.length > 0)
  const names = (clip: number) => said.sets[clip]!.map(at => classes[at]!)
  const single = outputs === 'softmax'
  const probabilities = (clip: number) =>
    Array.from(said.scores.values.subarray(clip * size, (clip + 1) * size), value => Number(value.toPrecision(7)))
  const predictions = {
    clips: known.map(clip => byClip[clip]!.clip),
    labels: known.map(clip => (single ? names(clip)[0] : names(clip))),
    ...(settings.group !== undefined && { units: known.map(clip => byClip[clip]!.group ?? byClip[clip]!.clip) }),
    rows: [
      {
        ...{ name: 'trained', classes, [OWN]: known.map(clip => (single ? byClip[clip]!.top : probabilities(clip))) },
        ...(single && { losses: { [OWN]: known.map(clip => lossOf(said.scores, clip, said.sets[clip]![0]!)) } }),
      },
    ],
  }
  makeFolder(dirname(file))
  writeWhole(file, `${JSON.stringify({ recipe: 'earshot-predictions/1', predictions }, null, 1)}\n`)
}
