/** A graph's model as it is used: clips become embeddings. Runs in TensorFlow's thread. */
import { Problem } from '../../data/problem.js'
import { readTensors, writeTensors } from '../../engine/checkpoints/tensors.js'
import { type Compiled, compiled } from '../../engine/compile/compiled.js'
import type { Engine, Tensor } from '../../engine/engine.js'
import type { CheckedNode } from '../../graphs/language/checked.js'
import { itemShape, type LaneName, sizeOf } from '../../graphs/language/item-shape.js'
import { forwardAlone } from '../../graphs/model/gradient-caching.js'
import type { Model } from '../../graphs/model/model.js'
import { isPair, type Values } from '../../graphs/model/node-pass.js'
import type { LayerShape } from '../../graphs/readout/plan.js'
import type { BatchValues } from '../../graphs/streams/layout.js'
import { describePort, innermost, type Port } from '../../stages/ports.js'
import type { EncoderSetup } from './settings.js'

export class Encoder {
  /** By node and what is read of it. */
  readonly #encodings = new Map<string, Compiled>()

  constructor(
    protected readonly engine: Engine,
    protected readonly model: Model,
    private readonly setup: EncoderSetup,
  ) {}

  /**
   * What an encoder makes of `count` patches, or a head of as many embeddings, row-major; always of the same batch size,
   * because sums depend on it in the last digits.
   *
   * @param layer of an encoder, in place of its embedding: one that `layers` names
   */
  encode(node: string, items: Float32Array, count: number, layer?: string): Float32Array {
    const found = this.model.embedding.find(({ id }) => id === node)
    if (!found) {
      const there = this.model.embedding.map(({ id }) => id).join(', ')
      throw new Problem('no-such-layer', `The graph has no encoder or head '${node}'.`, { hint: `It has: ${there}.` })
    }
    const work = (given: Tensor) =>
      layer === undefined ? this.model.encode(node, given) : this.#pooled(node, given, layer)
    return this.#run(`${node} ${layer}`, work, items, found, count)
  }

  /**
   * What layers of an encoder make of `count` patches, patch after patch: layer after layer, frames x bands x channels.
   *
   * @param layers with the bands that are read of each: means of neighbouring ones where it has more
   */
  maps(
    node: string,
    items: Float32Array,
    count: number,
    layers: readonly { name: string; bands: number }[],
  ): Float32Array {
    const { tf } = this.engine
    const work = (given: Tensor) => {
      const found = this.model.layers(node, given)
      const flat = layers.map(({ name, bands }) => {
        const map = found[name]!
        const [patches, frames, all, channels] = map.shape as [number, number, number, number]
        const grouped = bands === all ? map : tf.mean(map.reshape([patches, frames, bands, all / bands, channels]), 3)
        return grouped.reshape([patches, frames * bands * channels])
      })
      return tf.concat(flat, 1)
    }
    const encoder = this.model.encoders.find(({ id }) => id === node)!
    return this.#run(`${node} ${JSON.stringify(layers)}`, work, items, encoder, count)
  }

  /** What the last of an encoder and heads on it makes of `count` patches, moment by moment, row-major. */
  moments(chain: readonly string[], items: Float32Array, count: number): Float32Array {
    const work = (given: Tensor) => {
      const made = this.model.moments(chain, given)
      return made.reshape([made.shape[0]!, -1])
    }
    const encoder = this.model.encoders.find(({ id }) => id === chain[0])!
    return this.#run(`moments ${chain}`, work, items, encoder, count)
  }

  /** What work makes of the first `count` items, row-major. */
  #run(name: string, work: (given: Tensor) => Tensor, items: Float32Array, node: CheckedNode, count: number) {
    const { tf } = this.engine
    // As one function of TensorFlow, with the same bits; what cannot be one runs operation by operation
    const encode =
      this.#encodings.get(name) ??
      compiled(this.engine, ([given]) => [tf.tidy(() => work(given!))], { how: 'function' })
    this.#encodings.set(name, encode)
    return tf.tidy(() => {
      const [made] = encode([this.#items(items, node)])
      return made!.dataSync<'float32'>().slice(0, count * made!.shape[1]!)
    })
  }

  /** Names of an encoder's layers, in order, and the shape of what each makes of a patch; found with a silent one. */
  layers(node: string): Record<string, LayerShape> {
    const encoder = this.model.encoders.find(({ id }) => id === node)!
    const shapes: Record<string, LayerShape> = {}
    this.engine.tf.tidy(() => {
      const patch = new Float32Array(sizeOf(itemShape(innermost(encoder.inputs.from!.port))!.shape))
      const found = this.model.layers(node, this.#items(patch, encoder))
      for (const [name, { shape }] of Object.entries(found)) shapes[name] = [shape[1]!, shape[2]!, shape[3]!]
    })
    return shapes
  }

  /** What a tensor node makes of a batch in training mode: numbers by side of the pair (`only` if there is none), row-major. */
  forward(node: string, batch: BatchValues): Partial<Record<LaneName, Float32Array>> {
    return this.engine.tf.tidy(() => {
      const value = this.model.forward(this.tensors(batch), [node])[node]!
      const numbers = (tensor: Tensor) => tensor.dataSync<'float32'>().slice()
      return isPair(value) ? { a: numbers(value.a), b: numbers(value.b) } : { only: numbers(value) }
    })
  }

  /** Lets batch normalisation see a batch; no weight learns. `chunk`: clips that encoders work on at once. */
  calibrate(batch: BatchValues, chunk?: number): void {
    const inputs = this.tensors(batch)
    forwardAlone(this.engine, this.model, inputs, chunk)
    this.engine.tf.dispose(inputs)
  }

  /** The weights. @returns sha256 of the file written */
  save(file: string): string {
    return writeTensors(file, this.model.weights.state())
  }

  /** The weights of a file, whatever else it holds. @throws Problem `bad-checkpoint`, `checkpoint-mismatch` */
  load(file: string): void {
    this.model.weights.load(readTensors(file).weights)
  }

  /** A layer without time and frequency: the mean over both. */
  #pooled(node: string, items: Tensor, layer: string): Tensor {
    return this.engine.operations.globalPool(this.model.layers(node, items)[layer]!, 'mean')
  }

  /** A batch by node, as the model takes it. */
  protected tensors(batch: BatchValues): Values {
    const values = Object.entries(batch).map(([id, lanes]) => {
      const { out } = this.setup.graph.nodes.find(other => other.id === id)!
      const { only, a, b } = lanes
      return [id, only ? this.#tensor(only, out) : { a: this.#tensor(a!, out), b: this.#tensor(b!, out) }]
    })
    return Object.fromEntries(values)
  }

  /** One side of what a batch holds: [items, ...shape of an item]. */
  #tensor(data: Float32Array, port: Port): Tensor {
    const item = itemShape(port)
    if (!item) throw new Problem('not-a-batch', `${describePort(port)} has no fixed size: it cannot be a tensor.`)
    return this.engine.tf.tensor(data, [data.length / sizeOf(item.shape), ...item.shape])
  }

  /** What a node reads: patches, or embeddings for a head. */
  #items(data: Float32Array, { inputs }: CheckedNode): Tensor {
    const port = innermost(inputs.from!.port)
    if (port.kind !== 'embedding' && port.kind !== 'tokens') return this.#tensor(data, port)
    return this.engine.tf.tensor(data, [data.length / port.size, port.size])
  }
}
