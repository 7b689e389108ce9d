/** `earshot tap`: what leaves a node of a graph, to look at and to listen to. */

import { featureFolder } from '../../data/cache-folder.js'
import { tapOptions } from '../reports/tap/tap-options.js'
import { plural } from '../terminal/numbers.js'
import { verb } from './verb.js'

const EXAMPLES = `
Examples:
  ./earshot tap configs/quickstart.yaml view               both views of 8 clips, as training would see them
  ./earshot tap configs/quickstart.yaml mixed -n 3 --set nodes.mixed.ratio='[0, 0.5]'
  ./earshot tap configs/quickstart.yaml encoder -n 2       embeddings of the first batch, with the first weights
  ./earshot tap graphs/contrastive-16k.yaml near.a --data my-sounds/ -o look-at-this
`

export default verb({
  name: 'tap',
  summary: 'write what leaves a node: spectrograms, sounds and a page to look at and listen to',
  takes: tapOptions,
  edits: true,
  help: EXAMPLES,
  run: async given => {
    const { tapNode } = await import('../reports/tap/tap-node.js')
    const cache = featureFolder()
    const { folder, page, clips, skipped } = await tapNode({ ...given, cache })
    const files = clips.flatMap(({ files }) => files)
    const kinds = ['png', 'wav'].map(
      kind => `${files.filter(name => name.endsWith(kind)).length} ${kind.toUpperCase()}`,
    )
    const lost = skipped > 0 ? `; ${plural(skipped, 'clip')} of the set cannot be used` : ''
    process.stdout.write(
      `${folder}: ${plural(clips.length, 'clip')}, ${kinds.join(', ')}${lost}.\nOpen ${page} in a browser.\n`,
    )
  },
})
