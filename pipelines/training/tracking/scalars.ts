/** The numbers of a line of `metrics.jsonl`, `timings.jsonl` or `streams.jsonl` as TensorBoard shows them, by tag. */

/** What a line holds, and the group and name that TensorBoard shows it under. */
const TAGS: Readonly<Record<string, string>> = {
  losses: 'loss',
  chance: 'chance',
  learningRate: 'training/learning rate',
  gradientNorm: 'gradients/norm',
  headGradientNorm: 'gradients/norm of head',
  headGradientCosine: 'gradients/cosine',
  collapse: 'collapse',
  watch: 'watch',
  seconds: 'times/seconds a step',
  waited: 'times/seconds waited',
  cpu: 'times/seconds of all processors',
  rate: 'streams/clips a second',
  inFlight: 'streams/clips in flight',
  queued: 'streams/tasks queued',
  dropped: 'streams/clips dropped',
}

/** Told by the step itself, or of no use as a curve. */
const LEFT_OUT = new Set(['step', 'time', 'items', 'batches', 'elapsed', 'busy', 'consumerWaited', 'sourceWaited'])

/** Finite numbers only; what the table above does not know goes under `other`. */
export function scalarsOf(line: Readonly<Record<string, unknown>>): Record<string, number> {
  const scalars: Record<string, number> = {}
  const put = (tag: string, value: unknown) => {
    if (typeof value === 'number' && Number.isFinite(value)) scalars[tag] = value
    else if (Array.isArray(value))
      for (const { heads, cosine } of value) if (heads) put(`${tag}/${heads.join(' and ')}`, cosine)
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      for (const [name, inner] of Object.entries(value)) put(`${tag}/${name}`, inner)
  }
  for (const [name, value] of Object.entries(line)) if (!LEFT_OUT.has(name)) put(TAGS[name] ?? `other/${name}`, value)
  return scalars
}
