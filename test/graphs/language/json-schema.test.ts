/** The JSON Schema for editors: what is shipped is what the stages say now. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Ajv } from 'ajv'
import test from 'ava'
import { parse } from 'yaml'
import { documentSchema } from '../../../graphs/language/json-schema.js'
import { parametersOf } from '../../../graphs/language/parameters.js'
import { jsonSchemas } from '../../../pipelines/commands/explain-config.js'
import { sections } from '../../../pipelines/configuration/sections.js'
import { loadStages } from '../../../stages/registry.js'

interface NodeSchema {
  allOf: { if: { properties: { stage: { const: string } } }; then: { properties: Record<string, unknown> } }[]
}

/** Where each kind's schema lies, and its files. */
const SHIPPED = [
  ['config', 'graphs/earshot.schema.json', ['graphs', 'configs', 'graphs/own-stage']],
  ['sweep', 'configs/sweep.schema.json', ['configs/sweeps']],
  ['scenes', 'configs/scenes.schema.json', ['configs/scenes']],
  ['proxy', 'configs/proxy.schema.json', ['configs/proxy']],
  ['data-set', 'data/data-set.schema.json', ['data/sets']],
] as const

const filesOf = (folders: readonly string[]) =>
  folders.flatMap(folder =>
    readdirSync(folder)
      .filter(name => name.endsWith('.yaml'))
      .map(name => join(folder, name)),
  )

/** Of the shipped schemas, which are what the program says now; compiling them takes seconds without `optimize: false`. */
const valid = Object.fromEntries(
  SHIPPED.map(([kind, file]) => {
    const ajv = new Ajv({ strict: false, allowUnionTypes: true, code: { optimize: false } })
    return [kind, ajv.compile(JSON.parse(readFileSync(file, 'utf8')))]
  }),
)
const parsed = (text: string) => parse(text, { merge: false })

for (const [kind, file, folders] of SHIPPED) {
  test(`the shipped schema of ${kind} is what the program says (./earshot config --schema ${kind} > ${file})`, async t => {
    const now = await jsonSchemas[kind]!()
    t.deepEqual(JSON.parse(readFileSync(file, 'utf8')), JSON.parse(JSON.stringify(now)))
  })

  test(`it takes every shipped ${kind}, which name it`, t => {
    const files = filesOf(folders)
    t.true(files.length > 0)
    for (const one of files) {
      const text = readFileSync(one, 'utf8')
      t.true(valid[kind]!(parsed(text)), `${one}: ${JSON.stringify(valid[kind]!.errors?.slice(0, 3))}`)
      const [, named = ''] = /^# yaml-language-server: \$schema=(.*)$/m.exec(text) ?? []
      t.is(join(dirname(one), named), file, one)
    }
  })
}

test('misspelt stages, settings and units are refused; what is removed, referred to or of ones own is not', t => {
  const refused = [
    'nodes: { mel: { stage: log-mell } }',
    'nodes: { mel: { stage: log-mel, bnds: 3 } }',
    'nodes: { mel: { stage: log-mel, window: 25 msec } }',
    'nodes: { mel: { stage: log-mel, high: 7.8 KHz } }',
    'nodes: { twin: { shares: encoder, widths: [3] } }',
    'train: { steps: many }',
    'train: { watch: { evry: 3 } }',
    'evaluate: { hop: 1 parsec }',
    'trian: {}',
  ]
  for (const text of refused) t.false(valid.config!(parsed(text)), text)
  const taken = [
    `nodes: { mel: null, wave: { rate: null, from: "\${nodes.mel.from}" } }`,
    `nodes: { mel: { stage: log-mel, window: 25 ms, high: 7.8 kHz, bands: "\${evaluate.bands}" } }`,
    `train: { watch: null, steps: "\${env:STEPS,3}", mixup: { alpha: null } }`,
    'data: null',
    'stages: [./mine.js]\nnodes: { mine: { stage: mine, from: mel } }',
    'nodes: { views: { use: views.yaml, from: mel, mixed: { ratio: [0, 0.1] } } }',
  ]
  for (const text of taken) t.true(valid.config!(parsed(text)), `${text}: ${JSON.stringify(valid.config!.errors)}`)
})

test('a misspelt edit, evaluation, event or folder is refused, too', t => {
  for (const [kind, text] of [
    ['sweep', 'base: a.yaml\narms: { x: [{ sett: train.steps=1 }] }'],
    ['sweep', 'base: a.yaml\nevaluate: { x: { set: a, lable: b } }'],
    ['sweep', 'base: a.yaml\nbudget: { memory: 2 gigs }'],
    ['sweep', 'arms: {}'],
    ['scenes', 'events: { set: a, overlp: 1 }'],
    ['proxy', 'label: a'],
    ['data-set', 'foldr: a'],
  ] as const)
    t.false(valid[kind]!(parsed(text)), text)
})

test('it knows every stage with its ports and parameters, and every section', async t => {
  const stages = await loadStages()
  const schema = documentSchema(stages.values(), sections) as {
    properties: Record<string, unknown>
    definitions: { node: NodeSchema }
  }
  const known = new Map(
    schema.definitions.node.allOf.map(one => [one.if.properties.stage.const, one.then.properties] as const),
  )
  for (const stage of stages.values()) {
    const names = [...Object.keys(stage.in), ...parametersOf(stage.parameters).map(({ name }) => name)]
    for (const name of ['stage', 'from', ...names]) t.true(name in known.get(stage.name)!, `${stage.name}.${name}`)
  }
  for (const name of Object.keys(sections)) t.true(name in schema.properties, name)
})
