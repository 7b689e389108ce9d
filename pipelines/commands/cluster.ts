/** `earshot cluster`: makes the codebook that a node `quantise` asks for. */
import { z } from 'zod'
import { featureFolder } from '../../data/cache-folder.js'
import { argument, option, text } from '../configuration/options.js'
import { stoppable } from '../terminal/interrupt.js'
import { verb } from './verb.js'

const EXAMPLES = `
Examples:
  ./earshot cluster configs/hubert-pool.yaml
  ./earshot cluster configs/hubert-pool.yaml --set nodes.codes.codes=256 --vectors 50000
`

export default verb({
  name: 'cluster',
  summary: 'make the codebook that a graph quantises by: k-means of its patches or tokens',
  takes: z.strictObject({
    config: argument('<config>', 'config with a node quantise of kind codebook'),
    node: text('id', 'the node, if several have a codebook'),
    vectors: option('number', 'most pieces or tokens', z.int().min(2).default(20_000)),
    batches: option('number', 'of training, to draw them from', z.coerce.number().int().min(1).default(20)),
    rounds: option('number', 'most rounds of k-means', z.int().min(1).default(50)),
    json: z.boolean().optional().describe('print for tools'),
  }),
  edits: true,
  help: EXAMPLES,
  run: async ({ config: file, edits, json, ...options }) => {
    const { readConfig, CONFIG } = await import('../configuration/config.js')
    const { codebookNode, demandCodebook, makeCodebook } = await import('../training/make-codebook.js')
    const config = await readConfig(file, edits, { sections: CONFIG.sections }) // the codebook is not there yet
    const target = String(codebookNode(config.graph, options.node).parameters.file)
    demandCodebook(target)
    await stoppable(
      async signal => {
        const cache = featureFolder()
        const made = await makeCodebook({ ...options, config, cache, signal })
        if (json) return void process.stdout.write(`${JSON.stringify(made)}\n`)
        const { codes, size, vectors, left, rounds } = made
        process.stdout.write(
          `${target}: ${codes} codes of ${size} numbers, of ${vectors} vectors in ${rounds} rounds; ${(100 * left).toFixed(1)} % of their variance lies within the codes.\nNext:\n  ./earshot train ${file}\n`,
        )
      },
      () => `Stopped; ${target} has not been written.`,
    )
  },
})
