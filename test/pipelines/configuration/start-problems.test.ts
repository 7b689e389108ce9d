/** Weights and files that a config begins with, and that are for another graph, are told before any sound is read. */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { Problems } from '../../../data/problem.js'
import { encodeSafetensors } from '../../../engine/safetensors.js'
import { readGraph } from '../../../graphs/language/read-graph.js'
import { CONFIG, RESUMED, readConfig } from '../../../pipelines/configuration/config.js'
import { createEmbeddingWriter } from '../../../pipelines/embeddings/arrow-writer.js'
import { earshot, scratchFolder } from '../../earshot.js'
import { writeShapedCheckpoint } from '../../shaped-checkpoint.js'
import { smallConfig } from '../../small-config.js'

const { folder, config } = smallConfig('starts', { steps: 1, every: 1 })

/** A checkpoint with weights of these shapes. */
async function checkpoint(run: string, shapes: Record<string, number[]>, graph?: string): Promise<string> {
  const made = join(folder, run)
  const { nodes } = graph ? (await readGraph(graph)).graph! : { nodes: [] }
  writeShapedCheckpoint(made, new Map(Object.entries(shapes).map(([name, shape]) => [name, { shape }])), nodes)
  return made
}

/** What is wrong with the small config, or another one, and where. */
async function told(edits: string[], file = config): Promise<string[]> {
  const set = edits.map(set => ({ set }))
  const { problems } = await readGraph(file, { edits: set, ...CONFIG })
  return problems.map(({ message, place }) => `${place?.path}: ${message}`)
}

const BLOCK = { scale: [4], offset: [4], mean: [4], variance: [4] }
const blockOf = (node: string, at: number, filter: number[]) => ({
  [`${node}.block${at}.filter`]: filter,
  ...Object.fromEntries(Object.keys(BLOCK).map(name => [`${node}.block${at}.${name}`, [filter.at(-1)!]])),
})
const small = (node: string) => ({ ...blockOf(node, 0, [3, 3, 1, 4]), ...blockOf(node, 1, [3, 3, 4, 8]) })

test('weights of a run that are of other sizes, or of another stage, are told at the line that names it', async t => {
  const other = await checkpoint('other', {
    ...blockOf('encoder', 0, [3, 3, 1, 4]),
    ...blockOf('encoder', 1, [3, 3, 4, 16]),
  })
  const [first, ...more] = await told([`nodes.encoder.weights=${other}`])
  t.regex(
    first!,
    /^nodes\.encoder\.weights: 'encoder' cannot start from .*encoder\.block1\.filter is \[3 x 3 x 4 x 16\] there, and \[3 x 3 x 4 x 8\] here/,
  )
  t.deepEqual(more, [])
  t.regex(
    (await told([`train.from=${other}`]))[0]!,
    /^train\.from: Nothing in .* fits this graph: 'encoder' \(encoder\.block1/,
  )
  const lacking = await checkpoint('lacking', blockOf('encoder', 0, [3, 3, 1, 4]))
  t.regex((await told([`nodes.encoder.weights=${lacking}`]))[0]!, /encoder\.block1\.filter is not there/)
})

test('pretrained is the encoder that ships, from wherever it is named', async t => {
  for (const edit of [
    'train.from=pretrained',
    'train.from={run: pretrained}',
    'nodes.encoder.weights=pretrained@untrained',
  ])
    t.regex((await told([edit]))[0]!, /pretrained\/earshot\/(step-001600|untrained)\.safetensors/)
  const child = join(folder, 'pretrained.yaml')
  writeFileSync(child, `extends: ${config}\ntrain: { from: pretrained }\n`)
  t.regex((await told([], child))[0]!, /pretrained\/earshot\/step-001600\.safetensors/)
  const own = await checkpoint('pretrained', small('encoder'))
  t.deepEqual(await told([], child), [])
  rmSync(own, { recursive: true })
})

test('weights that fit are no problem, whatever else the run holds; nor is a run that is not there yet', async t => {
  const fits = await checkpoint('fits', { ...small('encoder'), 'classifier.weight': [8, 3] })
  t.deepEqual(await told([`train.from=${fits}`, `nodes.encoder.weights=${fits}`]), [])
  t.deepEqual(await told(['train.from=nowhere', 'nodes.encoder.weights=nowhere']), [])
  const { code, out } = await earshot([
    'validate',
    config,
    '--set',
    'train.from=nowhere',
    '--set',
    'nodes.encoder.weights=none',
  ])
  t.is(code, 0)
  t.regex(out, /^It begins with what is not here: there is no none \(nodes\.encoder\.weights\)\.$/m)
  t.regex(out, /^It begins with what is not here: there is no nowhere \(train\.from\)\.$/m)
})

test('a node that is to become another one here has to fit there', async t => {
  const run = await checkpoint('teacher', { ...small('teacher'), 'head.weight': [8, 3] })
  const from = (as: string) => told([`train.from={ run: ${run}, as: ${as} }`])
  t.deepEqual(await from('{ teacher: encoder }'), [])
  t.regex((await from('{ head: encoder }'))[0]!, /^train\.from: 'head' of .* cannot become 'encoder'/)
  t.regex((await from('{ teachr: encoder }'))[0]!, /has no node 'teachr' \(train\.from\.as\)\. Did you mean 'teacher'/)
})

test('train is refused before it makes a run folder', async t => {
  const other = await checkpoint('wide', blockOf('encoder', 0, [3, 3, 1, 64]))
  const run = join(folder, 'refused')
  const { code, error } = await earshot(['train', config, '--run', run, '--from', other])
  t.is(code, 1)
  t.regex(error, /Nothing in .* fits this graph/)
  t.false(existsSync(run))
})

test('a run that goes on does not ask what its start has become since', async t => {
  const other = await checkpoint('since', blockOf('encoder', 0, [3, 3, 1, 64]))
  const edits = [{ set: `train.from=${other}` }]
  await t.throwsAsync(readConfig(config, edits), { instanceOf: Problems })
  await t.notThrowsAsync(readConfig(config, edits, RESUMED))
})

test('a codebook of other sizes than the graph asks for is told', async t => {
  const file = join(scratchFolder('codes'), 'codes.safetensors')
  const write = (shape: [number, number]) =>
    writeFileSync(
      file,
      encodeSafetensors(new Map([['codebook', { shape, data: new Float32Array(shape[0] * shape[1]) }]])),
    )
  const asked = () => told([`nodes.codes.file=${file}`], 'graphs/hubert.yaml')
  write([256, 3])
  const [first] = await asked()
  const [, size] = /^nodes\.codes: .* holds 256 codes of 3 numbers, and 256 of (\d+) are asked for\.$/.exec(first!)!
  write([256, Number(size)])
  t.deepEqual(await asked(), [])
})

test('vectors of another width than the graph asks for are told', async t => {
  const asked = (dimensions: number) => {
    const file = join(scratchFolder('vectors'), 'vectors.arrow')
    const writer = createEmbeddingWriter(file, { dimensions, columns: [], metadata: {} })
    const embedding = new Float32Array(dimensions)
    writer.write([{ clip: 'a', path: 'a', start: 0, end: 1, labels: {}, embedding }])
    writer.close()
    return told([`nodes.teacher.file=${file}`], 'graphs/distillation.yaml')
  }
  t.deepEqual(await asked(3), ["nodes.teacher: The vectors of 'embedding' hold 3 numbers, not 256."])
  t.deepEqual(await asked(256), [])
})

test('separators of other channels, or of another rate, and runs of no separator, are told', async t => {
  const run = await checkpoint('mixit', {}, 'graphs/mixit.yaml')
  const asked = (...edits: string[]) =>
    told([`nodes.tracks.processors=[${run}]`, ...edits], 'graphs/separated-scenes.yaml')
  t.deepEqual(await asked(), [])
  t.regex(
    (await asked(...['tracks', 'choice', 'choice2'].map(node => `nodes.${node}.sources=3`)))[0]!,
    /^nodes\.tracks: .* separates into 4 channels, not 3\./,
  )
  t.regex((await asked('nodes.wave.rate=20 kHz')).join('\n'), /was trained at 16000 Hz; the recording is at 20000 Hz\./)
  const none = await checkpoint('none', {})
  t.regex(
    (await told([`nodes.tracks.processors=[${none}]`], 'graphs/separated-scenes.yaml'))[0]!,
    /no checkpoint of a separator/,
  )
})
