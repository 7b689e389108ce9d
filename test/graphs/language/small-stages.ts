/** A handful of stages that do nothing but have ports: the language needs no more. */
import { z } from 'zod'
import {
  anyItem,
  bank,
  batchOf,
  clip,
  describeStage,
  embedding,
  logMel,
  ParameterProblem,
  pair,
  patch,
  type Stage,
} from '../../../stages/contract.js'

const none = z.strictObject({})
const item = { runsIn: 'item', summary: '', work: () => () => undefined } as const
const tensor = {
  runsIn: 'tensor',
  summary: '',
  build: () => () => () => {
    throw new Error('never built')
  },
} as const

const stages: Stage[] = [
  describeStage({
    runsIn: 'source',
    name: 'source',
    summary: '',
    parameters: none,
    in: {},
    out: () => ({ kind: 'clip' }),
    order: () => () => [],
  }),
  describeStage({
    ...item,
    name: 'mel',
    parameters: z.strictObject({ bands: z.int().min(1).default(4) }),
    in: { from: clip },
    out: (_, { bands }) => ({ kind: 'logmel', rate: 8000, hop: 80, bands }),
  }),
  describeStage({
    ...item,
    name: 'jitter',
    draws: true,
    parameters: none,
    in: { from: logMel },
    out: ({ from }) => from,
  }),
  describeStage({ ...item, name: 'flat', parameters: none, in: { from: logMel }, out: ({ from }) => from }),
  describeStage({
    ...item,
    name: 'two',
    draws: true,
    parameters: z.strictObject({ frames: z.int().default(6) }),
    in: { from: logMel },
    out: ({ from }, { frames }) => {
      if (from.kind !== 'logmel') throw new ParameterProblem('frames', 'never')
      if (frames > 100) throw new ParameterProblem('frames', `${frames} frames are too many`)
      return { kind: 'pair', of: { ...from, kind: 'patch', frames } }
    },
  }),
  describeStage({
    ...item,
    name: 'shape',
    draws: true,
    parameters: none,
    in: { from: patch },
    out: ({ from }) => from,
  }),
  describeStage({
    ...item,
    name: 'mix',
    draws: true,
    parameters: none,
    in: { from: pair(patch), backgrounds: bank(logMel) },
    out: ({ from }) => from,
  }),
  describeStage({
    ...item,
    name: 'join',
    parameters: none,
    in: { a: anyItem, b: anyItem },
    out: ({ a }) => ({ kind: 'pair', of: a }),
  }),
  describeStage({
    runsIn: 'batch',
    name: 'batch',
    summary: '',
    parameters: z.strictObject({ size: z.int().min(1).default(8) }),
    in: { from: anyItem },
    out: ({ from }, { size }) => ({ kind: 'batch', of: from, size }),
  }),
  describeStage({
    ...tensor,
    role: 'encoder',
    name: 'encoder',
    parameters: none,
    in: { from: batchOf(patch) },
    out: ({ from }) => ({
      kind: 'batch',
      of: { kind: 'embedding', size: 16 },
      size: from.size,
    }),
  }),
  describeStage({
    ...tensor,
    role: 'loss',
    name: 'loss',
    parameters: none,
    in: { from: batchOf(pair(embedding)) },
    out: () => ({ kind: 'loss', chance: 1 }),
  }),
]

export const smallStages: ReadonlyMap<string, Stage> = new Map(stages.map(stage => [stage.name, stage]))

export const SMALL = `nodes:
  clip:  { stage: source }
  mel:   { stage: mel, from: clip }
  near:  { stage: two, from: mel }
  view:  { stage: shape, from: near }
  batch: { stage: batch, from: view }
  code:  { stage: encoder, from: batch }
  loss:  { stage: loss, from: code }
`
