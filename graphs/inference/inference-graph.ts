/**
 * How a trained encoder hears: the graph without its draws, in one lane. A stage that draws is left out: what it read
 * goes on to its readers. Where it cut a piece at random, pieces are cut at the places that are asked for. All that
 * draws nothing stays as training had it.
 */
import { Problem } from '../../data/problem.js'
import type { ItemStage, Stage } from '../../stages/contract.js'
import { describePort, type ExcerptPort, embeddingSize, LANES, type PatchPort, type Port } from '../../stages/ports.js'
import type { CheckedGraph, CheckedNode, Input } from '../language/checked.js'
import { fitOf, laneOf, lanesOf } from '../language/lift.js'
import { cutFrom, isSame, wholeClip } from './whole-clip.js'

export interface InferenceGraph {
  /** From the clip to what the encoder reads, as the evaluator runs it. */
  graph: CheckedGraph
  /** What the encoder reads: the value of a node, or a piece of it. */
  input: Input
  /** What is cut: each place where the encoder listens is a place in the first. None if whole clips are heard at once. */
  cuts: Input[]
  /** Of one item that the encoder reads. */
  port: PatchPort | ExcerptPort
  encoder: string
  /** Numbers of the embedding. */
  dimensions: number
  /** It and other encoders whose embeddings are compared with its own, as they are, by name; undefined if there are none. */
  space: string | undefined
}

type Stages = ReadonlyMap<string, Stage>

/**
 * @param encoder the first that learns if absent
 * @throws Problem `no-such-layer`; `cannot-embed`, if an encoder can be trained in this graph and cannot be run without
 *   what was drawn
 */
export function inferenceGraph(graph: CheckedGraph, stages: Stages, encoder?: string): InferenceGraph {
  return new Rewriting(graph, stages).upTo(chooseEncoder(graph, stages, encoder))
}

/** What keeps a graph's encoders from being run, in words; undefined if nothing does, or if there are none. */
export function reasonAgainst(graph: CheckedGraph, stages: Stages): Problem | undefined {
  try {
    inferenceGraph(graph, stages)
  } catch (error) {
    if (error instanceof Problem && error.code === 'cannot-embed') return error
    if (!(error instanceof Problem)) throw error
  }
  return undefined
}

function chooseEncoder({ nodes }: CheckedGraph, stages: Stages, id?: string): CheckedNode {
  const encoders = nodes.filter(({ stage: name }) => {
    const stage = stages.get(name)
    return stage?.runsIn === 'tensor' && stage.role === 'encoder'
  })
  const learning = encoders.find(({ frozen, follows }) => frozen !== true && follows === undefined)
  const chosen = id === undefined ? (learning ?? encoders[0]) : encoders.find(encoder => encoder.id === id)
  if (chosen) return chosen
  if (encoders.length === 0)
    throw new Problem('no-such-layer', 'The graph has no encoder, and makes no embeddings.', {
      hint: 'Name a run or graph of an encoder. A separator answers to ./earshot separate.',
    })
  const there = encoders.map(({ id }) => id).join(', ')
  throw new Problem('no-such-layer', `The graph has no encoder '${id}'.`, { hint: `Its encoders: ${there}.` })
}

/** Makes the nodes of the new graph while it follows them upwards from the encoder. */
class Rewriting {
  readonly #made = new Map<string, CheckedNode>()
  readonly #byId: ReadonlyMap<string, CheckedNode>

  constructor(
    private readonly graph: CheckedGraph,
    private readonly stages: Stages,
  ) {
    this.#byId = new Map(graph.nodes.map(node => [node.id, node]))
  }

  upTo(encoder: CheckedNode): InferenceGraph {
    const { in: ports } = this.stages.get(encoder.stage)!
    // what an encoder can do without (which pieces it may see) is for training
    const [read, ...others] = Object.entries(encoder.inputs).flatMap(([name, input]) =>
      ports[name]!.optional ? [] : [input],
    )
    if (!read || others.length > 0) throw refused(`'${encoder.id}' reads ${1 + others.length} batches at once.`)
    const batch = this.#node(read.node)
    const [gathered] = Object.values(batch.inputs)
    if (batch.place !== 'batch' || !gathered)
      throw refused(`'${encoder.id}' reads '${batch.id}' (${batch.stage}), which is no batch of what clips give.`)
    const input = this.#follow(
      gathered,
      read.lane ? [read.lane] : encoder.lifted ? [this.#oneLane(encoder, read, gathered)] : [],
    )
    const { port } = input
    if (port.kind !== 'patch' && port.kind !== 'excerpt')
      throw refused(`'${encoder.id}' reads ${describePort(port)} of each clip, not one patch or excerpt.`)
    const nodes = this.#needed(input)
    const cuts = [...nodes.flatMap(({ inputs }) => Object.values(inputs)), input].filter(({ cut }) => cut)
    const { id, out } = encoder
    const made = { graph: { ...this.graph, nodes }, input, cuts, port }
    return { ...made, encoder: id, dimensions: embeddingSize(out), space: this.#spaceOf(id) }
  }

  /**
   * Two encoders that a node puts side by side (`zip`), without a head between, make embeddings of one space; so do an encoder
   * and a head of given vectors.
   */
  #spaceOf(encoder: string): string | undefined {
    const isEncoder = ({ stage: name, inputs }: CheckedNode) => {
      const stage = this.stages.get(name)
      if (stage?.runsIn !== 'tensor') return false
      return stage.role === 'encoder' || this.#node(inputs.from?.node ?? '')?.place === 'batch'
    }
    const sides = this.graph.nodes
      .filter(({ stage }) => stage === 'zip')
      .map(({ inputs }) => Object.values(inputs).map(({ node }) => node))
      .find(sides => sides.includes(encoder) && sides.every(side => isEncoder(this.#node(side))))
    return sides && [...sides].sort().join(', ')
  }

  /**
   * Where a value comes from when nothing is drawn.
   *
   * @param lanes sides or channels of what arrives, from outside in
   */
  #follow(input: Input, lanes: readonly string[]): Input {
    const node = this.#node(input.node)
    const picks = input.lane ? [input.lane, ...lanes] : lanes
    const stage = this.stages.get(node.stage)
    const [lane, ...rest] = picks
    if (stage?.runsIn === 'source') return this.#placed(node, picks)
    if (stage?.runsIn !== 'item') throw refused(`'${node.id}' (${node.stage}) works on batches.`)
    if (stage.cached) return this.#kept(node, picks)
    if (stage.draws) return this.#withoutDraws(node, stage, picks)
    const source = stage.copies && lane !== undefined ? node.inputs[lane] : undefined
    if (source) return this.#follow(source, rest)
    return node.lifted && lane !== undefined ? this.#inLane(node, stage, lane, rest) : this.#whole(node, stage, picks)
  }

  /**
   * The lane that stands for a clip. Views that were drawn from it are alike without their draws; of a pair, the first is
   * the clip itself in every graph where they differ.
   */
  #oneLane({ id }: CheckedNode, { port }: Input, gathered: Input): string {
    const [first, ...others] = lanesOf(port)
    if (first === LANES[0] || (first !== undefined && this.#drawsLanes(gathered))) return first
    throw refused(`'${id}' hears ${describePort(port)}: ${1 + others.length} sounds of a clip, not one.`)
  }

  /** Whether the stage that made lanes of what has none drew them. */
  #drawsLanes(input: Input): boolean {
    const { stage: name, inputs } = this.#node(input.node)
    const stage = this.stages.get(name)
    const above = Object.values(inputs).find(({ bank, lane, port }) => !bank && !lane && lanesOf(port).length > 0)
    return above ? this.#drawsLanes(above) : stage?.runsIn === 'item' && stage.draws === true
  }

  /** A stage that works lane by lane, in one of them. */
  #inLane(node: CheckedNode, stage: ItemStage, lane: string, rest: readonly string[]): Input {
    const inputs = mapped(node.inputs, (input, name) => {
      const lifted = fitOf(input.port, stage.in[name]!.accepts) === 'lifted'
      return input.bank ? input : this.#follow(input, lifted ? [lane] : [])
    })
    const single = { ...node, id: `${node.id}.${lane}`, inputs, lifted: false, out: laneOf(node.out)! }
    return this.#heardWhole(single, stage) ?? this.#placed(single, rest)
  }

  #whole(node: CheckedNode, stage: ItemStage, picks: readonly string[]): Input {
    try {
      const inputs = mapped(node.inputs, input => (input.bank ? input : this.#follow(input, [])))
      const same = { ...node, inputs }
      return this.#heardWhole(same, stage) ?? this.#placed(same, picks)
    } catch (error) {
      const [first] = Object.values(node.inputs)
      if (!stage.joins || !(error instanceof Problem) || !first) throw error
      return this.#follow(first, lanesOf(first.port).slice(0, 1))
    }
  }

  /** A stage that draws: what it read, if that is of the kind that it gave, or a piece of it, if that is shorter. */
  #withoutDraws(node: CheckedNode, { in: ports }: ItemStage, picks: readonly string[]): Input {
    const wanted = picked(node.out, picks)
    for (const input of Object.values(node.inputs).filter(({ bank }) => !bank)) {
      for (const lanes of picks.length > 0 ? [[], picks] : [[]]) {
        const port = picked(input.port, lanes)
        if (!port || !wanted) continue
        if (isSame(port, wanted)) return this.#follow(input, lanes)
        if (cutFrom(port, wanted)) return { ...this.#follow(input, lanes), cut: { band: 0 }, port: wanted }
      }
    }
    const read = Object.keys(ports).flatMap(name => (node.inputs[name] ? [describePort(node.inputs[name].port)] : []))
    throw refused(
      `'${node.id}' (${node.stage}) draws ${describePort(wanted ?? node.out)} from ${read.join(' and ')}: there is no one way to leave its draws out.`,
    )
  }

  /** Where a stage works on pieces that were cut, and there is one that does the same to whole clips. */
  #heardWhole(node: CheckedNode, { ofWholeClip }: ItemStage): Input | undefined {
    const [excerpt, ...others] = Object.values(node.inputs)
    if (!ofWholeClip || !excerpt?.cut || others.length > 0 || node.lifted || node.out.kind !== 'patch') return undefined
    const source = this.#made.get(excerpt.node)!
    const copied = this.stages.get(source.stage) as ItemStage
    const [from] = copied.copies && !excerpt.lane ? Object.values(source.inputs) : []
    const { cut: _, ...all } = { ...excerpt, port: picked(source.out, excerpt.lane ? [excerpt.lane] : [])! }
    const whole = wholeClip(node, ofWholeClip(node.parameters), from ?? all, this.stages)
    if (!whole) return undefined
    this.#made.set(whole.id, whole)
    return { node: whole.id, bank: false, cut: { band: 0 }, port: node.out }
  }

  /** A node whose values are kept on disk, and all that it is made of. */
  #kept(node: CheckedNode, picks: readonly string[]): Input {
    for (const { node: id } of Object.values(node.inputs)) if (!this.#made.has(id)) this.#kept(this.#node(id), [])
    return this.#placed(node, picks)
  }

  #placed(node: CheckedNode, picks: readonly string[]): Input {
    if (!this.#made.has(node.id)) this.#made.set(node.id, node)
    const port = picked(node.out, picks)
    if (!port || picks.length > 1) throw refused(`a lane of a lane of '${node.id}' would be needed.`)
    return { node: node.id, ...(picks[0] ? { lane: picks[0] } : {}), bank: false, port }
  }

  /** Of all that was made, what the encoder's input depends on. Banks are asked for statistics alone. */
  #needed(input: Input): CheckedNode[] {
    const needed = new Set([input.node])
    for (const { id, stage, inputs } of [...this.#made.values()].reverse()) {
      const { cached } = this.stages.get(stage) as ItemStage
      if (needed.has(id)) for (const { node, bank } of Object.values(inputs)) if (!bank || cached) needed.add(node)
    }
    return [...this.#made.values()].filter(({ id }) => needed.has(id))
  }

  #node(id: string): CheckedNode {
    return this.#byId.get(id)!
  }
}

/** One lane after the other; undefined where there is none of that name. */
function picked(port: Port, lanes: readonly string[]): Port | undefined {
  return lanes.reduce<Port | undefined>((at, lane) => (at && lanesOf(at).includes(lane) ? laneOf(at) : undefined), port)
}

function mapped(inputs: CheckedNode['inputs'], change: (input: Input, name: string) => Input): CheckedNode['inputs'] {
  return Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, change(input, name)]))
}

function refused(why: string): Problem {
  return new Problem('cannot-embed', `The encoder cannot be run on clips as they are: ${why}`, {
    hint: 'Such a graph can be trained; its run gives no embeddings.',
  })
}
