/** What a config may say of optimiser and learning rate. Loads zod only. */
import { z } from 'zod'

const rate = z.number().positive().max(100)
const momentum = z.number().min(0).lt(1)
const weightDecay = z.number().min(0).max(10).default(0).describe('L2 penalty on every weight')
const clip = z
  .number()
  .positive()
  .max(1e6)
  .optional()
  .describe('gradients are scaled down together until their L2 norm is at most this; not at all if absent')
const adam = {
  beta1: momentum.default(0.9).describe('memory of the mean gradient'),
  beta2: momentum.default(0.999).describe('memory of the mean squared gradient'),
  epsilon: z.number().positive().max(1).default(1e-8),
}

/** As torch.optim's SGD, Adam and AdamW. */
export const optimiserSettings = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('sgd'),
    momentum: momentum.default(0.9),
    'weight-decay': weightDecay,
    nesterov: z.boolean().default(false),
    clip,
  }),
  z.strictObject({ kind: z.literal('adam'), ...adam, 'weight-decay': weightDecay, clip }),
  z.strictObject({
    kind: z.literal('adamw'),
    ...adam,
    'weight-decay': weightDecay.default(0.01).describe('decay of every weight, apart from the gradient'),
    clip,
  }),
])
export type OptimiserSettings = z.output<typeof optimiserSettings>

/** How the learning rate goes over a run; steps count from 0. */
export const scheduleSettings = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant'), 'learning-rate': rate }),
  z.strictObject({
    kind: z.literal('cosine'),
    'learning-rate': rate.describe('at the end of the warm-up'),
    'warm-up': z.int().min(0).default(0).describe('steps of linear rise from 0'),
    final: z.number().min(0).max(100).default(0).describe('learning rate at the last step'),
  }),
  z.strictObject({
    kind: z.literal('one-cycle'),
    'learning-rate': rate.describe('the peak'),
    'warm-up': z.number().gt(0).lt(1).default(0.3).describe('share of the steps before the peak'),
    'initial-divisor': z.number().min(1).default(25).describe('peak over the first learning rate'),
    'final-divisor': z.number().min(1).default(1e4).describe('first learning rate over the last'),
    'cycle-momentum': z.boolean().default(true).describe('momentum goes down while the learning rate goes up'),
    'base-momentum': momentum.default(0.85).describe('at the peak'),
    'max-momentum': momentum.default(0.95).describe('at the start and at the end'),
  }),
  z.strictObject({
    kind: z.literal('steps'),
    'learning-rate': rate,
    milestones: z.array(z.int().min(1)).min(1).describe('steps at which the learning rate falls'),
    gamma: z.number().gt(0).max(1).default(0.1).describe('factor at each milestone'),
  }),
])
export type ScheduleSettings = z.output<typeof scheduleSettings>
