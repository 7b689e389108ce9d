/** What must hold of a config as a whole: its sections and its graph together, before any sound is opened. */

import { suggestion } from '../../data/nearest-name.js'
import type { Problem } from '../../data/problem.js'
import type { Shapes } from '../../engine/weights.js'
import { planGraph } from '../../graphs/language/plan.js'
import type { SoundGraph } from '../../graphs/language/read-graph.js'
import { type Path, problemAt, spotAt } from '../../graphs/language/tree.js'
import { fromEncoder } from '../../graphs/model/heads.js'
import { weightShapes } from '../../graphs/model/weight-shapes.js'
import { INPUT } from '../../graphs/readout/plan.js'
import { labelProblems } from './label-problems.js'
import type { sections } from './sections.js'
import { startProblems } from './start-problems.js'

type Config = SoundGraph<typeof sections>
/** A problem at a path of the document. */
type Tell = (code: string, path: Path, message: string, hint?: string) => void
type Rule = (config: Config, tell: Tell) => void

/** All that is wrong. Sounds that are not on this machine are no problem here: whoever opens them tells. */
export const configProblems = async (config: Config): Promise<Problem[]> => [
  ...(await resumedProblems(config)),
  ...(await startProblems(config)),
]

/** The same of a run that goes on: what it began with may be another thing by now. */
export async function resumedProblems(config: Config): Promise<Problem[]> {
  const problems: Problem[] = []
  const tell: Tell = (code, path, message, hint) => {
    problems.push(problemAt(code, spotAt(config.document.tree, path), path, message, hint))
  }
  for (const rule of [
    windowHoldsABatch,
    mixupHasLabels,
    watchedNodeIsThere,
    startingNodesAreThere,
    namedLayersAreThere,
    encodersLearn,
    readLayersAreThere,
  ])
    rule(config, tell)
  return [...problems, ...(await labelProblems(config))]
}

const windowHoldsABatch: Rule = ({ graph, document }, tell) => {
  const window = document.sections.streams?.window
  const { smallest, usual } = planGraph(graph).window
  if (window === undefined || window >= smallest) return
  const message = `A window of ${window} clips is below one batch of ${smallest}: the batch could never fill, and the run would wait for ever.`
  tell(
    'window-too-small',
    ['streams', 'window'],
    message,
    `Write at least ${smallest}; without this line it is ${usual}.`,
  )
}

/** Labels have to be mixed with the sounds, and `unknown` cannot be. */
const mixupHasLabels: Rule = ({ graph: { nodes }, document }, tell) => {
  if (!document.sections.train?.mixup) return
  const labels = nodes.filter(({ out }) => out.kind === 'label')
  const unsure = labels.find(({ parameters: { missing, absent } }) => missing !== undefined || absent === 'unknown')
  if (labels.length > 0 && !unsure) return
  const why = unsure ? `'${unsure.id}' has labels that may be missing` : 'the graph has no label node'
  const hint = unsure
    ? 'Leave one of them out.'
    : 'Views of unlabelled sounds are mixed by stages: mix-back, log-mixup-exp.'
  tell('mixup-without-labels', ['train', 'mixup'], `train.mixup mixes labels with sounds, and ${why}.`, hint)
}

const watchedNodeIsThere: Rule = ({ graph, document, stages }, tell) => {
  const watch = document.sections.train?.watch
  if (!watch) return
  const names = graph.nodes.flatMap(({ id }) => (fromEncoder(graph, stages, id) ? [id] : []))
  const { node } = watch
  if (node === undefined && names.length === 0)
    tell('no-such-node', ['train', 'watch'], 'train.watch looks at an encoder, and the graph has none.')
  if (node === undefined || names.includes(node)) return
  const message = graph.nodes.some(({ id }) => id === node)
    ? `'${node}' is no encoder, and no head above which there is one. ${suggestion('', names)}`
    : `There is no node '${node}' to watch. ${suggestion(node, names)}`
  const hint = 'Without train.watch.node the first encoder is watched.'
  tell('no-such-node', ['train', 'watch', 'node'], message.trimEnd(), hint)
}

/** What a node of another run becomes here has weights of its own. */
const startingNodesAreThere: Rule = ({ graph, document, stages }, tell) => {
  const from = document.sections.train?.from
  if (from === undefined || typeof from === 'string') return
  const own = graph.nodes.flatMap(({ id, stage: name, shares }) => {
    const stage = stages.get(name)
    return stage?.runsIn === 'tensor' && stage.role !== 'loss' && shares === undefined ? [id] : []
  })
  for (const [node, wanted] of Object.entries(from.as))
    for (const one of [wanted].flat())
      if (!own.includes(one)) {
        const message = `There is no node '${one}' with weights of its own that '${node}' could become. ${suggestion(one, own, 20)}`
        tell('no-such-node', ['train', 'from', 'as', node], message.trimEnd())
      }
}

/** What embeds alone is part of no training. */
const encodersLearn: Rule = ({ graph, document, stages }, tell) => {
  if (!document.sections.train) return
  for (const { id, stage: name } of graph.nodes) {
    const stage = stages.get(name)
    if (stage?.runsIn !== 'tensor' || !stage.embedsAlone) continue
    const message = `'${id}' (${name}) embeds, and is part of no training. Embed the sounds by it, and read what it gave with the stage vectors.`
    tell('embeds-alone', ['nodes', id, 'stage'], message)
  }
}

/** The layers that are frozen, or have adapters. */
const namedLayersAreThere: Rule = ({ graph, stages }, tell) => {
  for (const node of graph.nodes) {
    const stage = stages.get(node.stage)
    const frozen = Array.isArray(node.frozen) ? node.frozen : undefined
    const named: readonly string[] = frozen ?? node.adapt?.layers ?? []
    if (named.length === 0 || stage?.runsIn !== 'tensor') continue
    const weights = namesOf(weightShapes(node, stage))
    for (const [at, layer] of named.entries()) {
      if (!weights || weights.some(name => name.startsWith(`${layer}.`))) continue
      const layers = new Set(weights.map(name => name.split('.')[0]!))
      const could = frozen ? 'could be frozen' : 'could have adapters'
      const message = `${node.stage} has no layer '${layer}' that ${could}. ${suggestion(layer, layers, 20)}`
      const path = ['nodes', node.id, ...(frozen ? ['frozen', at] : ['adapt', 'layers', at])]
      tell('no-such-layer', path, message.trimEnd())
    }
  }
}

const namesOf = (weights: Shapes | undefined) => weights && [...weights.keys()]

/** The layers that a readout names, of the encoder that embeds: the first that learns. */
const readLayersAreThere: Rule = ({ graph, document, stages }, tell) => {
  const layers = document.sections.readout?.layers
  if (!Array.isArray(layers)) return
  const encoders = graph.nodes.filter(({ stage: name }) => {
    const stage = stages.get(name)
    return stage?.runsIn === 'tensor' && stage.role === 'encoder'
  })
  const node = encoders.find(({ frozen, follows }) => frozen !== true && follows === undefined) ?? encoders[0]
  const stage = node && stages.get(node.stage)
  const owner = graph.nodes.find(({ id }) => id === (node?.shares ?? node?.id))
  const weights = owner && stage?.runsIn === 'tensor' ? namesOf(weightShapes(owner, stage)) : undefined
  for (const [at, layer] of layers.entries()) {
    if (!weights || layer === INPUT || weights.some(name => name.startsWith(`${layer}.`))) continue
    const there = new Set(weights.map(name => name.split('.')[0]!))
    const message = `${stage!.name} has no layer '${layer}' that could be read out. ${suggestion(layer, there, 20)}`
    tell('no-such-layer', ['readout', 'layers', at], message.trimEnd())
  }
}
