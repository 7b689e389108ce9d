import { z } from 'zod'
import type { Amount, Engine, Tensor } from '../../engine/engine.js'
import { besideTape } from '../../engine/operations/differentiable.js'
import { anyItem, batchOf, describeStage, indices, optional, ParameterProblem } from '../contract.js'
import { describePort, type EmbeddingPort, type IndicesPort, type Port, type TokensPort } from '../ports.js'

const KINDS = ['cosine', 'l1', 'mse', 'kl', 'bce'] as const
type Kind = (typeof KINDS)[number]

/** Embeddings or tokens made like given ones: of a teacher that follows, of a model whose embeddings or logits were kept. */
export default describeStage({
  name: 'match',
  runsIn: 'tensor',
  role: 'loss',
  summary:
    'Makes embeddings, or tokens, like those of a target, which learns nothing by it. Its chance: of l1 and mse, zeros for targets of mean 0 and deviation 1.',
  source:
    'cosine: Grill et al., NeurIPS 2020, equation 2, halved; kl: Hinton et al., 2015; bce: Dinkel et al. (CED), 2023',
  parameters: z.strictObject({
    kind: z
      .enum(KINDS)
      .default('cosine')
      .describe(
        'cosine: 1 - cos. l1, mse: mean over the numbers. kl, bce: both sides are logits, of classes that exclude one another or of each class by itself',
      ),
    temperature: z
      .number()
      .min(0.01)
      .max(100)
      .default(1)
      .describe('of kl: divides both sides; the loss is multiplied by its square'),
    probabilities: z
      .boolean()
      .optional()
      .describe('of kl and bce: the target holds probabilities, as `classify` keeps them, and not logits'),
    at: z
      .enum(['all', 'rest'])
      .optional()
      .describe('rest: the target has all tokens of a patch, and those that are not kept are compared'),
    standardise: z
      .boolean()
      .optional()
      .describe('brings each row of the target to mean 0 and deviation 1 first (data2vec, I-JEPA)'),
  }),
  changes: ['temperature'],
  in: { from: batchOf(anyItem), target: batchOf(anyItem), keep: optional(batchOf(indices)) },
  out: ({ from, target, keep }, { kind, at, probabilities, standardise }) => {
    if (probabilities && kind !== 'kl' && kind !== 'bce')
      throw new ParameterProblem('probabilities', `${kind} compares numbers as they are: write kind: kl or kind: bce`)
    if (probabilities && standardise)
      throw new ParameterProblem('standardise', 'of probabilities, mean 0 and deviation 1 say nothing: leave it out')
    const [own, wanted] = [compared('from', from.of), compared('target', target.of)]
    if (own.size !== wanted.size)
      throw new ParameterProblem(
        'target',
        `its vectors hold ${wanted.size} numbers, those of 'from' ${own.size}, and they are compared one by one; a projection makes the widths alike`,
      )
    demandAlike(own, wanted, keep?.of, at)
    return { kind: 'loss', chance: chanceOf(kind, own.size) }
  },
  build:
    ({ kind, temperature, at, standardise, probabilities }, ports) =>
    engine =>
    ({ from, target, keep }, { now }) => {
      const { tf, operations } = engine
      const given = target as Tensor
      const rest = keep && at === 'rest' ? tf.slice(keep, [0, ports.keep!.of.kept]) : undefined
      const goal = besideTape(tf, () => (rest ? operations.tokens.gather(given, rest) : tf.clone(given)))
      const wanted = standardise ? standardised(engine, goal) : probabilities ? logitsOf(engine, goal, kind) : goal
      return matchLoss(engine, from as Tensor, wanted, { kind, temperature: now?.temperature ?? temperature })
    },
})

/** @throws ParameterProblem unless it is an embedding, or tokens */
function compared(name: string, port: Port): EmbeddingPort | TokensPort {
  if (port.kind === 'embedding' || port.kind === 'tokens') return port
  const side = port.kind === 'pair' ? `; name a side, as in ${name}: prediction.a` : ''
  throw new ParameterProblem(name, `embeddings or tokens are compared, and ${describePort(port)} arrives${side}`)
}

/** @throws ParameterProblem unless each vector has one to be compared with */
function demandAlike(
  own: EmbeddingPort | TokensPort,
  wanted: EmbeddingPort | TokensPort,
  keep: IndicesPort | undefined,
  at: 'all' | 'rest' | undefined,
): void {
  if (at === 'rest' && !keep) throw new ParameterProblem('at', "rest is what 'keep' leaves out: name the mask there")
  if (own.kind !== wanted.kind)
    throw new ParameterProblem(
      'target',
      `${describePort(wanted)} and ${describePort(own)} are not the same kind of thing`,
    )
  if (own.kind === 'embedding' || wanted.kind === 'embedding') return
  const all = wanted.times * wanted.bins
  if (at === 'rest' && (wanted.count !== all || keep!.times !== wanted.times || keep!.bins !== wanted.bins))
    throw new ParameterProblem(
      'target',
      `rest is cut from all tokens of the mask's grid; ${describePort(wanted)} arrives`,
    )
  const count = at === 'rest' ? all - keep!.kept : wanted.count
  if (own.count !== count)
    throw new ParameterProblem(
      'from',
      `${own.count} tokens arrive, and ${count} of the target are to be compared with them`,
    )
}

/** Rows of mean 0 and deviation 1; those of one number throughout become 0. */
function standardised({ tf }: Engine, rows: Tensor): Tensor {
  const centred = tf.sub(rows, tf.mean(rows, -1, true))
  return tf.div(centred, tf.sqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-6)))
}

/** What gives these probabilities by a softmax (kl) or by a sigmoid each (bce); none is nearer to 0 or 1 than 1e-6. */
function logitsOf({ tf }: Engine, probabilities: Tensor, kind: Kind): Tensor {
  return besideTape(tf, () => {
    const likely = tf.clipByValue(probabilities, 1e-6, 1 - 1e-6)
    return kind === 'kl' ? tf.log(likely) : tf.sub(tf.log(likely), tf.log1p(tf.neg(likely)))
  })
}

function chanceOf(kind: Kind, size: number): number {
  const levels = { cosine: 1, l1: Math.sqrt(2 / Math.PI), mse: 1, kl: Math.log(size), bce: Math.LN2 }
  return levels[kind]
}

/**
 * How far rows are from those of a target, the mean over them; no gradient flows into the target.
 *
 * @param from [..., size] @param target of the same shape
 * @returns scalar
 */
export function matchLoss(
  { tf }: Engine,
  from: Tensor,
  target: Tensor,
  { kind, temperature = 1 }: { kind: Kind; temperature?: Amount },
): Tensor {
  const goal = besideTape(tf, () => tf.clone(target))
  const losses = {
    cosine: () => tf.sub(1, tf.mean(tf.sum(tf.mul(unit(from), unit(goal)), -1))),
    l1: () => tf.mean(tf.abs(tf.sub(from, goal))),
    mse: () => tf.mean(tf.squaredDifference(from, goal)),
    kl: () => {
      const [own, wanted] = [from, goal].map(logits => tf.logSoftmax(tf.div(logits, temperature)))
      const divergence = tf.sum(tf.mul(tf.exp(wanted!), tf.sub(wanted!, own!)), -1)
      return tf.mul(tf.mean(divergence), tf.square(temperature))
    },
    bce: () => tf.mean(tf.sub(tf.softplus(from), tf.mul(tf.sigmoid(goal), from))),
  }
  return losses[kind]()

  function unit(rows: Tensor): Tensor {
    return tf.div(rows, tf.sqrt(tf.add(tf.sum(tf.square(rows), -1, true), 1e-12)))
  }
}
