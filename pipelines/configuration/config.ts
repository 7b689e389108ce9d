/** A graph with all that a run needs beside it: which sounds, how to train. */
import { Problem, Problems } from '../../data/problem.js'
import type { CheckedGraph } from '../../graphs/language/checked.js'
import type { Document } from '../../graphs/language/document.js'
import { type Edit, readGraph } from '../../graphs/language/read-graph.js'
import { type ReadoutSettings, settled } from '../../graphs/readout/settings.js'
import type { Stage } from '../../stages/contract.js'
import { classEdits } from './column-classes.js'
import { configProblems, resumedProblems } from './rules.js'
import {
  type DataSettings,
  type EvaluateSettings,
  type StreamSettings,
  sections,
  type TrainSettings,
} from './sections.js'

/** What the language is told of configs. */
export const CONFIG = { sections, rule: configProblems }

/** The same of a run that goes on. */
export const RESUMED = { sections, rule: resumedProblems }

/** A config that can be trained. */
export interface Config {
  name: string
  graph: CheckedGraph
  stages: ReadonlyMap<string, Stage>
  data: DataSettings
  train: TrainSettings
  streams: StreamSettings
  /** Test set of `finetune`. */
  evaluate?: EvaluateSettings | undefined
  /** How embeddings are read out of the encoder. */
  readout: ReadoutSettings
  document: Document<typeof sections>
}

/**
 * @param edits overrides, as `--set`, `--without` and `--swap` take them
 * @param asked without a rule, what a config needs besides a graph that is sound need not be there yet
 * @throws Problems, all of them at once
 */
export async function readConfig(file: string, edits: readonly Edit[] = [], asked: Asked = CONFIG): Promise<Config> {
  const config = await read(file, edits, asked)
  const named = await classEdits(config)
  return named.length === 0 ? config : read(file, [...edits, ...named], asked)
}

type Asked = Pick<typeof CONFIG, 'sections'> & Partial<typeof CONFIG>

async function read(file: string, edits: readonly Edit[], asked: Asked): Promise<Config> {
  const { graph, document, problems, stages } = await readGraph(file, { edits, ...asked })
  if (problems.length > 0 || !graph || !document) throw new Problems(problems)
  const { data, train, streams, evaluate, readout } = document.sections
  const missing = data ? (train ? undefined : 'train') : 'data'
  if (!data || !train || missing) {
    throw new Problem('not-a-config', `${file} has no '${missing}': it is a graph, not a config that can be trained.`, {
      hint: `Write a config that says \`extends: ${file}\` and adds data and train, as configs/quickstart.yaml does.`,
    })
  }
  return {
    ...{ name: document.name, graph, stages, data, train, streams: streams!, evaluate, document },
    readout: settled(readout),
  }
}
