/** `earshot tap`: what leaves a node of a graph, to look at and to listen to. */
import { join } from 'node:path'
import type { Command } from 'commander'
import { cacheFolder } from '../../data/cache-folder.js'
import type { Edit } from '../../graphs/language/edits.js'
import { editOptions } from './edit-options.js'
import { wholeNumber } from './whole-number.js'

interface Flags {
  count: string
  output?: string
  data?: string
  seed?: string
  workers?: string
}

const EXAMPLES = `
Examples:
  ./earshot tap configs/quickstart.yaml view               both views of 8 clips, as training would see them
  ./earshot tap configs/quickstart.yaml mixed -n 3 --set nodes.mixed.ratio='[0, 0.5]'
  ./earshot tap configs/quickstart.yaml encoder -n 2       embeddings of the first batch, with the first weights
  ./earshot tap graphs/contrastive-16k.yaml near.a --data my-sounds/ -o look-at-this
`

export default (program: Command): void => {
  const command = program
    .command('tap')
    .description('write what leaves a node: spectrograms, sounds and a page to look at and listen to')
    .argument('<file>', 'a graph or config (YAML)')
    .argument('<node>', 'a node, one side of its pair, or one channel: near, near.a, parts.2')
    .option('-n, --count <clips>', 'clips to show, in the order of training', '8')
    .option('-o, --output <folder>', 'folder to write; taps/<name of the graph>/<node> if not given')
    .option('--data <set>', "sounds in place of the config's own: a folder, a table, a data set file")
    .option('--seed <n>', "run seed, on which all draws hang; the config's own if not given")
    .option('--workers <count>', 'worker threads for decoding; cores - 1 if not given')
    .addHelpText('after', EXAMPLES)
  const edits = editOptions(command)
  command.action((file: string, node: string, flags: Flags) => tap(file, node, edits, flags))
}

async function tap(file: string, node: string, edits: readonly Edit[], flags: Flags): Promise<void> {
  const options = {
    count: wholeNumber('--count', flags.count, 1),
    seed: flags.seed === undefined ? undefined : wholeNumber('--seed', flags.seed, 0),
    workers: flags.workers === undefined ? undefined : wholeNumber('--workers', flags.workers, 1),
  }
  const { tapNode } = await import('../reports/tap/tap-node.js')
  const { data, output } = flags
  const cache = join(cacheFolder(), 'features')
  const { folder, page, clips, skipped } = await tapNode({ file, node, edits, data, output, cache, ...options })
  const files = clips.flatMap(({ files }) => files)
  const kinds = ['png', 'wav'].map(kind => `${files.filter(name => name.endsWith(kind)).length} ${kind.toUpperCase()}`)
  const lost = skipped > 0 ? `; ${counted(skipped, 'clip')} of the set cannot be used` : ''
  process.stdout.write(
    `${folder}: ${counted(clips.length, 'clip')}, ${kinds.join(', ')}${lost}.\nOpen ${page} in a browser.\n`,
  )
}

const counted = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`
