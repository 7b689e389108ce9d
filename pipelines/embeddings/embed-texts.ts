/** Texts as a run sees them beside its sounds (graphs/audio-text.yaml): rows to search recordings by. */
import { readClipVectors } from '../../data/arrow/clip-vectors.js'
import { demandOutput } from '../../data/output-file.js'
import { Problem } from '../../data/problem.js'
import type { CheckedGraph, CheckedNode } from '../../graphs/language/checked.js'
import { embeddingSize } from '../../stages/ports.js'
import { writeTextRows } from './arrow-writer.js'
import type { EmbedOptions } from './embed-options.js'
import { encoderSource } from './encoder-source.js'
import { embeddingMetadata } from './metadata.js'

/**
 * Vectors of texts through the head that learned them.
 *
 * @param file Arrow file with the columns `text` and `embedding`
 * @returns rows written
 * @throws Problem `no-such-layer`, `other-width`, `no-rows`; those of the checkpoint, of `readClipVectors` and of writing
 */
export async function embedTexts(
  file: string,
  { run, layer, output }: Pick<EmbedOptions, 'run' | 'layer' | 'output'>,
): Promise<number> {
  demandOutput(output, 'Arrow', [file])
  const { made, inference, start } = await encoderSource({ run, layer: undefined, readout: 'plain', level: 'clip' })
  const head = headOf(made.graph, layer)
  const given = await readClipVectors(file, 'embedding', 'text')
  const width = embeddingSize(head.inputs.from!.port)
  const place = { file }
  if (given.size !== width)
    throw new Problem('other-width', `Its vectors hold ${given.size} numbers; '${head.id}' has learned of ${width}.`, {
      place,
    })
  if (given.of.size === 0) throw new Problem('no-rows', 'It holds no text.', { place })
  const vectors = new Float32Array(given.of.size * width)
  for (const [row, vector] of [...given.of.values()].entries()) vectors.set(vector, row * width)
  const thread = await start()
  const values = await thread.encode(head.id, vectors, given.of.size).finally(() => thread.close())
  const size = embeddingSize(head.out)
  const metadata = {
    ...embeddingMetadata(made, inference),
    ...{ 'earshot.content': 'embedding', 'earshot.layer': head.id, 'earshot.readout': 'plain' },
    ...(inference.space && { 'earshot.space': inference.space }),
  }
  const texts = [...given.of.keys()].map((text, row) => ({
    labels: { text },
    embedding: values.subarray(row * size, (row + 1) * size),
  }))
  writeTextRows(output, texts, { dimensions: size, columns: ['text'], metadata })
  return texts.length
}

/** The head that reads vectors of texts. @throws Problem `no-such-layer` if there is none, or none of that name */
function headOf({ nodes }: CheckedGraph, name: string | undefined): CheckedNode {
  const by = (id: string | undefined) => nodes.find(node => node.id === id)
  const heads = nodes.filter(
    ({ place, inputs }) => place === 'tensor' && by(by(inputs.from?.node)?.inputs.from?.node)?.stage === 'vectors',
  )
  const head = heads.find(({ id }) => name === undefined || id === name)
  if (head) return head
  const there = heads.map(({ id }) => id).join(', ') || 'none'
  throw new Problem('no-such-layer', `The graph has no head ${name ? `'${name}' ` : ''}that reads vectors of texts.`, {
    hint: `Those that it has: ${there}. graphs/audio-text.yaml has one.`,
  })
}
