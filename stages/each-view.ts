/** The views of a clip, however many: two of them are a pair, more are channels. */
import type { Engine, Tensor } from '../engine/engine.js'
import type { ChannelsPort, PairPort, Port } from './ports.js'
import type { Pair, Views } from './values.js'

export type ViewsPort<Of extends Port = Port> = PairPort<Of> | ChannelsPort<Of>

/** The port of `count` views that are alike. */
export const viewsPort = <Of extends Port>(of: Of, count: number): ViewsPort<Of> =>
  count === 2 ? { kind: 'pair', of } : { kind: 'channels', of, count }

export const viewCount = (port: ViewsPort): number => (port.kind === 'pair' ? 2 : port.count)

/** One after the other. */
export const inOrder = <Value>(views: Views<Value>): readonly Value[] => ('a' in views ? [views.a, views.b] : views)

/** As many values as there are views, in the shape of their port. */
export const asViews = <Value>(port: ViewsPort, values: readonly Value[]): Views<Value> =>
  port.kind === 'pair' ? { a: values[0]!, b: values[1]! } : values

/** What is made for each view, by its number. */
export const madeViews = <Value>(port: ViewsPort, make: (at: number) => Value): Views<Value> =>
  asViews(
    port,
    Array.from({ length: viewCount(port) }, (_, at) => make(at)),
  )

/** Those of a batch, each [batch, ...]: the sides of a pair, or the second axis of one tensor. */
export const tensorsInOrder = ({ tf }: Engine, views: Pair<Tensor> | Tensor): Tensor[] =>
  'a' in views ? [views.a, views.b] : tf.unstack(views, 1)
