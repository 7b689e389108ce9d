/** `earshot data`: what is wrong with data sets, how to part them, and which part to trust. */
import type { Command } from 'commander'
import { z } from 'zod'
import { demandOthers, demandOutput } from '../../data/output-file.js'
import { Problem } from '../../data/problem.js'
import type { Part } from '../../data/splits/parts.js'
import { writeWhole } from '../../data/whole-file.js'
import { argument, option, text } from '../configuration/options.js'
import type { Method } from '../datasets/split-set.js'
import { verb } from './verb.js'

const CHECK_EXAMPLES = `
Says which clips are missing, empty, unreadable, silent, clipped or odd, whose length is not as a column states it, and which
sound stands twice: also cut, coded as Opus or MP3, louder or inverted; in one set or in two (a leak). A pair is named if
the waveforms agree as a whole, in each loud octave, and in their levels over time. What agrees in part (faded or filtered,
a loop under another tune, a sample in a mix) is listed apart. Sound that was played faster or slower is not found,
and cuts below a second may be missed. Exit code 1 if anything but clipping and likeness is found.

Examples:
  ./earshot data check my-sounds/
  ./earshot data check data/sets/drums16k-training.yaml --against data/sets/drums16k-held-out.yaml
  ./earshot data check train.tsv test.tsv --json check.json
`

const SPLIT_EXAMPLES = `
Writes NAME.tsv with a new column, NAME.yaml (the whole set) and NAME-PART.yaml for each part.
  random         by chance
  stratified     the same share of every class in each part (iterative stratification, for several labels too)
  contamination  stratified, with as few clips as possible whose group and class stand in another part too
--keep-groups never parts a group (speaker, kit, uploader), with random and stratified.

Examples:
  ./earshot data split data/sets/drums16k.yaml --label label --group kit -o splits/drums
  ./earshot data split clips.tsv --label class --parts train=0.8,test=0.2 --method stratified -o splits/mine
  ./earshot data split esc50.yaml --label category --group source --existing fold        only counts contamination
`

const PROXY_EXAMPLES = `
Holds out whole groups, again and again, and asks of each way of validating on the others whether its scores were those
of the groups held out, and whether it chose the right model. May be stopped and started again.

Examples:
  ./earshot data proxy configs/proxy/drums.yaml -o runs/honest-proxy/drums
  ./earshot data proxy configs/proxy/drums.yaml --embeddings drums.arrow other.arrow -o runs/mine
`

const sets = z.array(z.string())

const check = verb({
  name: 'check',
  summary: 'find missing, unreadable, silent and clipped clips, and sounds that stand twice',
  takes: z.strictObject({
    sets: sets.describe('folders, tables or data set files').meta({ argument: '<set...>' }),
    against: sets.default([]).describe('sets in which copies of these clips are looked for').meta({ value: 'set' }),
    json: text('file', 'where the whole report is saved'),
  }),
  help: CHECK_EXAMPLES,
  run: async ({ sets, against, json }) => {
    if (json !== undefined) demandOutput(json, 'JSON', [...sets, ...against])
    const { checkSets } = await import('../datasets/check-sets.js')
    const { checkText } = await import('../datasets/text.js')
    const { WARNINGS } = await import('../datasets/findings.js')
    const { withBars } = await import('../terminal/progress.js')
    const report = await withBars(onPass => checkSets({ sets, against, onPass }))
    if (json !== undefined) writeWhole(json, `${JSON.stringify(report, null, 2)}\n`)
    process.stdout.write(`${checkText(report)}\n${json === undefined ? '' : `Saved: ${json}\n`}`)
    if (report.copies.length > 0 || report.findings.some(({ kind }) => !WARNINGS.has(kind))) process.exitCode = 1
  },
})

const splitFlags = z.strictObject({
  set: argument('<set>', 'a folder, table or data set file'),
  label: text('column', 'column of the classes; several of a clip are apart by ;'),
  group: text('column', 'column of the groups: uploader, speaker, kit, site'),
  parts: option('shares', 'names and shares of the parts', z.string().default('train=0.8,validation=0.1,test=0.1')),
  method: option(
    'name',
    'random, stratified or contamination; the last one if there are labels and groups',
    z.enum(['random', 'stratified', 'contamination']).optional(),
  ),
  keepGroups: z.boolean().optional().describe('never part a group'),
  existing: text('column', 'count contamination of the split that this column holds; writes nothing'),
  column: option('name', 'name of the new column', z.string().default('split')),
  seed: z.int().min(0).default(0).describe('all draws depend on it'),
  output: text('name', 'what to write, without an ending', { short: 'o' }),
})
type SplitFlags = z.output<typeof splitFlags>

const split = verb({
  name: 'split',
  summary: 'part a data set at random, stratified, or with the least contamination',
  takes: splitFlags,
  help: SPLIT_EXAMPLES,
  run: async flags => {
    const { set, label, group, existing, column, output, seed } = flags
    const { countSplit, splitSet } = await import('../datasets/split-set.js')
    const { splitText } = await import('../datasets/text.js')
    const { writeSplit } = await import('../datasets/split-files.js')
    if (existing !== undefined) {
      process.stdout.write(`${splitText(await countSplit(existing, { set, label, group }))}\n`)
      return
    }
    if (output === undefined) throw bad('Nothing says where to write.', 'Give -o, or --existing to count a split.')
    const parts = partsOf(flags.parts)
    demandOthers([`${output}.tsv`, `${output}.yaml`, ...parts.map(({ name }) => `${output}-${name}.yaml`)], [set])
    const method = methodOf(flags)
    const keepGroups = flags.keepGroups ?? false
    const { list, assigned, report } = await splitSet({ set, label, group, parts, method, keepGroups, seed })
    const purpose = `${set}, parted ${flags.parts} (${method}, seed ${seed}${keepGroups ? ', groups kept' : ''}).`
    const files = writeSplit(output, list, assigned, { column, parts: parts.map(({ name }) => name), purpose })
    process.stdout.write(`${splitText(report)}\nWritten: ${[`${output}.tsv`, ...files].join(', ')}\n`)
  },
})

const proxy = verb({
  name: 'proxy',
  summary: 'say which way of validating tells the truth about groups held out',
  takes: z.strictObject({
    config: argument('<config>', 'a study, such as configs/proxy/drums.yaml'),
    embeddings: sets.optional().describe('in place of those of the config').meta({ value: 'files' }),
    output: option('folder', 'where the study is kept', z.string(), { short: 'o' }),
  }),
  help: PROXY_EXAMPLES,
  run: async ({ config, embeddings, output }) => {
    const { readProxySettings } = await import('../datasets/proxy/settings.js')
    const { studyProxies } = await import('../datasets/proxy/study.js')
    const { proxyText } = await import('../datasets/proxy/text.js')
    const { withBars } = await import('../terminal/progress.js')
    const settings = readProxySettings(config, embeddings)
    const study = await withBars(begin => studyProxies(settings, output, steps => begin('draws', steps)))
    process.stdout.write(`${proxyText(study)}\nSaved: ${output}\n`)
  },
})

const listAdapters = verb({
  name: 'list-adapters',
  summary: 'list the published data sets that are read as they are',
  takes: z.strictObject({ json: z.boolean().optional().describe('for tools') }),
  run: async ({ json }) => {
    const { adapters } = await import('../../data/adapters.js')
    const { adaptersText } = await import('../datasets/text.js')
    const described = adapters.map(({ read: _, ...adapter }) => adapter)
    process.stdout.write(json ? `${JSON.stringify(described, null, 2)}\n` : `${adaptersText(described)}\n`)
  },
})

export default function register(program: Command): void {
  const data = program.command('data').description('check data sets, part them, list the adapters for published ones')
  for (const put of [check, split, proxy, listAdapters]) put(data)
}

function methodOf({ method, label, group, keepGroups }: Partial<SplitFlags>): Method {
  if (keepGroups && group === undefined) throw bad('--keep-groups needs --group, the column of the groups.')
  const usual = label === undefined ? 'random' : group === undefined || keepGroups ? 'stratified' : 'contamination'
  const chosen = method ?? usual
  if (chosen !== 'random' && label === undefined)
    throw bad(`--method ${chosen} needs --label, the column of the classes.`)
  if (chosen === 'contamination' && group === undefined) throw bad('--method contamination needs --group.')
  if (chosen === 'contamination' && keepGroups)
    throw bad(
      '--method contamination parts groups where a class would be lacking.',
      'Use stratified with --keep-groups.',
    )
  return chosen
}

/** `train=0.8,test=0.2`: names of letters, digits, - and _; shares that add up to 1. */
function partsOf(text: string): Part[] {
  const parts = text.split(',').map(part => {
    const [, name, share] = /^([\w-]+)=([\d.]+)$/.exec(part.trim()) ?? []
    if (name === undefined || !(Number(share) > 0)) throw bad(`--parts ${text}: expected name=share,name=share.`)
    return { name, share: Number(share) }
  })
  const sum = parts.reduce((total, { share }) => total + share, 0)
  if (Math.abs(sum - 1) > 1e-6) throw bad(`--parts ${text}: the shares add up to ${sum}, not to 1.`)
  if (new Set(parts.map(({ name }) => name)).size < parts.length) throw bad(`--parts ${text}: a name stands twice.`)
  return parts
}

const bad = (message: string, hint?: string) => new Problem('bad-option', message, { hint })
