/** What a trained classifier says about labelled clips, as JSON beside which probes can stand: a sweep compares either. */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { onDisk, writeWhole } from '../../../data/whole-file.js'
import type { Classified } from './classification.js'

/** Name under which the classifier stands where those of probes stand. */
const OWN = 'own classifier'

/** Written whole or not at all; one class a clip, or the probability of each class where a clip may have several. */
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
    rows: [{ name: 'trained', classes, [OWN]: known.map(clip => (single ? byClip[clip]!.top : probabilities(clip))) }],
  }
  onDisk(dirname(file), () => mkdirSync(dirname(file), { recursive: true }))
  writeWhole(file, `${JSON.stringify({ recipe: 'earshot-predictions/1', predictions }, null, 1)}\n`)
}
