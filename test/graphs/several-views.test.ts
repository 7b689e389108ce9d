/** More than two views of a clip: from one parameter, all lanes follow to the loss, to embeddings and to what is shown. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { readGraph } from '../../graphs/language/read-graph.js'
import { describePort } from '../../stages/ports.js'
import { earshot } from '../earshot.js'
import { smallConfig } from '../small-config.js'

test('one parameter of the recipe: the views between follow, and the loss counts them', async t => {
  const { graph, problems } = await readGraph('graphs/contrastive-16k.yaml', { edits: [{ set: 'nodes.near.views=4' }] })
  t.deepEqual(problems, [])
  const port = (id: string) => describePort(graph!.nodes.find(node => node.id === id)!.out)
  t.is(port('mixed'), 'channels[4]<patch[96 x 64]@16000/160>')
  t.is(port('projection'), 'batch[128]<channels[4]<embedding[128]>>')
  const { out } = graph!.nodes.find(({ id }) => id === 'similarity')!
  t.like(out, { kind: 'loss', chance: Math.log(4 * 128 - 1) })
})

test('a loss of pairs says that it takes no more than two', async t => {
  const edits = [{ set: 'nodes.near.views=4' }, { swap: 'similarity=vicreg' }]
  const { problems } = await readGraph('graphs/contrastive-16k.yaml', { edits })
  t.is(problems.length, 1)
  t.regex(
    problems[0]!.message,
    /vicreg reads batch<pair<embedding>>, but 'projection' .* gives batch\[128\]<channels\[4\]/,
  )
})

test('three views are trained with, in chunks as well; the run embeds, and a view can be looked at', async t => {
  const { folder, config, cache, sounds } = smallConfig('three views', { steps: 2, every: 2 })
  const three = ['--set', 'nodes.near.views=3']
  const run = join(folder, 'run')
  const { code, error } = await earshot(['train', config, '--run', run, ...three], cache)
  t.is(code, 0, error)
  const lines = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trimEnd().split('\n')
  t.true(lines.length > 0 && lines.every(line => !line.includes('NaN')))
  const chunks = join(folder, 'chunks')
  t.is((await earshot(['train', config, '--run', chunks, ...three, '--set', 'train.chunk=4'], cache)).code, 0)
  const arrow = join(folder, 'out.arrow')
  const embedded = await earshot(['embed', run, sounds, '-o', arrow], cache)
  t.is(embedded.code, 0, embedded.error)
  const shown = join(folder, 'shown')
  const tapped = await earshot(['tap', config, 'mixed.3', ...three, '-o', shown], cache)
  t.is(tapped.code, 0, tapped.error)
  t.true(existsSync(shown))
  const drawn = await earshot(['graph', config, ...three], cache)
  t.regex(drawn.out, /channels\[3\]<patch/)
})
