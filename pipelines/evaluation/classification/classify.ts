/** What a trained run says about sounds: a row of class probabilities a clip, and how many are right where it is known. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'
import { missingColumn } from '../../../data/nearest-name.js'
import { shippedFile } from '../../../data/shipped-file.js'
import { Hearing } from '../../../graphs/inference/hearing.js'
import { type InferenceGraph, inferenceGraph } from '../../../graphs/inference/inference-graph.js'
import { loadStages } from '../../../stages/registry.js'
import { encoderIn } from '../../embeddings/encoder-layer.js'
import { readInWindows } from '../../embeddings/long-recordings.js'
import { embeddingMetadata } from '../../embeddings/metadata.js'
import { readUsable } from '../../embeddings/read-sounds.js'
import { findCheckpoint } from '../../model/checkpoint.js'
import { startTrained } from '../../model/trainer-thread.js'
import { rowsOf } from '../../statistics/products.js'
import { progress } from '../../terminal/progress.js'
import { tell } from '../../terminal/say.js'
import { topClasses } from '../probes/judges.js'
import { type ClassFigures, classFigures } from './class-figures.js'
import type { Classification, ClassifyOptions } from './classification.js'
import type { Classified } from './classified.js'
import { type ClipScores, clipScores } from './clip-scores.js'
import { writeScores } from './score-files.js'
import { type TrainedClassifier, trainedClassifier } from './trained-classifier.js'

/** @throws Problem `no-classifier`, `missing-column`, and as `embed` throws them; the signal's reason once it is aborted */
export async function classify(options: ClassifyOptions): Promise<Classified> {
  const { run, sounds, group, signal } = options
  const found = findCheckpoint(run)
  const { graph, statistics, step, sha256, graphHash } = found.checkpoint
  const stages = await loadStages(graph.stageFiles)
  const inference = inferenceGraph(graph, stages, encoderIn(options.layer))
  const classifier = trainedClassifier(graph, stages, inference.encoder)
  const { prepared, columns } = await preparedSounds(options, inference)
  const hearing = new Hearing(inference, stages, prepared, statistics)
  const hop = hearing.hop(options.hop)
  const thread = await startTrained(found)
  const bar = progress('classified clips', prepared.clips.length)
  let said: ClipScores
  try {
    said = await clipScores({ thread, hearing, classifier, prepared, hop, signal, onClip: () => bar.tick() })
  } finally {
    bar.done()
    await thread.close()
  }
  const { node, column, classes, outputs } = classifier
  const known = [...said.sets.keys()].filter(clip => said.sets[clip]!.length > 0)
  const units = known.map(clip => (group && prepared.clips[clip]!.labels[group]) || prepared.clips[clip]!.id)
  if (known.length > 0 && learnedFrom(found.run, sounds))
    tell([`${run} has learned from these sounds: its figures on them are too good. Classify others to know.`])
  const top = topClasses(said.scores)
  const classification: Classification = {
    recipe: 'earshot-classification/1',
    ...{ run, sounds },
    checkpoint: { step, sha256, graphHash, encoder: inference.encoder },
    classifier: { node, column, classes, outputs },
    settings: { hop, group, pooling: 'mean of patch probabilities' },
    ...{ clips: prepared.clips.length, patches: said.patches, labelled: known.length },
    left: prepared.skipped.map(({ clip, reason }) => ({ clip, reason })),
    ...(known.length > 0 && figuresOf(said, known, classifier, units)),
    byClip: prepared.clips.map(({ id, labels }, at) => ({
      ...{ clip: id, label: labels[column], top: classes[top[at]!]! },
      probability: said.scores.values[at * classifier.size + top[at]!]!,
      ...(group !== undefined && { group: labels[group] }),
    })),
  }
  const writeArrow = (file: string) => {
    const metadata = {
      ...embeddingMetadata(found.checkpoint, inference),
      'earshot.level': 'clip',
      'earshot.hop': String(hop),
      'earshot.layer': node,
      'earshot.pooling': 'mean',
      'earshot.content': `class probabilities (${outputs})`,
      'earshot.classes': JSON.stringify(classes),
    }
    writeScores(file, metadata, { said, prepared, columns })
  }
  return { classification, said, prepared, columns, classifier, writeArrow }
}

/** As the run folder's config says. */
function learnedFrom(run: string, sounds: string): boolean {
  const file = join(run, 'run.yaml')
  const set = existsSync(file) ? parse(readFileSync(file, 'utf8')).data?.set : undefined
  return typeof set === 'string' && resolve(set) === resolve(shippedFile(sounds, 'data/sets'))
}

function figuresOf(
  { scores, sets }: ClipScores,
  known: readonly number[],
  { size, outputs }: TrainedClassifier,
  units: readonly string[],
): ClassFigures {
  const truth = { classes: size, sets: known.map(clip => sets[clip]!), exclusive: outputs === 'softmax' }
  return classFigures(rowsOf(scores, known), truth, units)
}

/** @throws Problem `missing-column`, `no-usable-clips`, and those of `readClips` */
export async function preparedSounds(
  { sounds, group, workers, cache, signal, segment, annotations }: Omit<ClassifyOptions, 'run' | 'hop'>,
  { graph }: InferenceGraph,
) {
  const { clips, columns, notes = [] } = await readInWindows(sounds, { segment, annotations })
  tell(notes)
  if (group !== undefined && !columns.includes(group)) throw missingColumn(group, columns, sounds)
  return { prepared: await readUsable({ graph, clips, cacheFolder: cache, workers, signal }), columns }
}
