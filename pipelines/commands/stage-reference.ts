/** The reference page of the stages, stages/README.md, from their contracts. */

import { basename } from 'node:path'
import { changesInWords, example, givenExample, type InPort, inPorts } from '../../graphs/language/describe-stage.js'
import { type Parameter, parametersOf } from '../../graphs/language/parameters.js'
import { written } from '../../graphs/language/sentences.js'
import type { Stage } from '../../stages/contract.js'
import type { FoundStage } from '../../stages/registry.js'
import { and } from '../terminal/numbers.js'

const HEAD = `# Stages

What graphs are made of. This page is written by \`./earshot list --markdown > stages/README.md\` from the stages' contracts; \`./earshot list STAGE\` tells the same in the terminal.

A node is \`id: { stage: name, from: node, ...parameters }\`. Times and frequencies take units (\`25 ms\`, \`7.8 kHz\`); a number alone is in seconds or hertz. A stage that reads one item and meets a pair runs once for each side, with draws of its own, or with the same ones after \`draws: shared\`. A port marked *bank* reads any clip from the feature cache, so its node may not draw at random.`

const PLACES: Record<Stage['runsIn'], string> = {
  source: 'Decides which clips come, in which order.',
  item: 'Works clip by clip, in worker threads.',
  batch: 'Gathers clips; the same size for all of a graph.',
  tensor: 'Works on batches with TensorFlow.',
}

/** Markdown: an overview by folder, then each stage. */
export function stageReference(all: readonly FoundStage[]): string {
  const folders = [...new Set(all.map(({ folder }) => folder))]
  const inFolder = (folder: string) => all.filter(found => found.folder === folder)
  return [
    HEAD,
    table(
      ['Stage', 'What it does'],
      all.map(({ stage }) => [`[${stage.name}](#${stage.name})`, stage.summary]),
    ),
    ...folders.flatMap(folder => [`## ${folder}`, ...inFolder(folder).map(section)]),
  ].join('\n\n')
}

function section({ stage, folder, file }: FoundStage): string {
  const parameters = parametersOf(stage.parameters)
  const code = `${folder}/${basename(file).replace(/\.js$/, '.ts')}`
  return [
    `### ${stage.name}`,
    `${stage.summary} ${remarks(stage)}`,
    ...(stage.source ? [`Source: ${stage.source}.`] : []),
    `Reads ${and(inPorts(stage).map(inWords)) || 'nothing'}. Gives ${given(stage)}. Code: [${code}](${code}).`,
    ...(parameters.length > 0
      ? [
          table(
            ['Parameter', 'Value', 'Default', ''],
            parameters.map(parameter => row(parameter, stage)),
          ),
        ]
      : []),
    `\`\`\`yaml\n${example(stage, parameters)}\n\`\`\``,
  ].join('\n\n')
}

function remarks(stage: Stage): string {
  const { runsIn } = stage
  const draws = runsIn === 'item' && stage.draws ? [' Draws at random; left out when an encoder embeds.'] : []
  const cached = runsIn === 'item' && stage.cached ? [' Its result is kept in the feature cache.'] : []
  return [PLACES[runsIn], ...draws, ...cached].join('')
}

function inWords({ name, kind, bank, optional, sameAs }: InPort): string {
  const notes = [
    ...(bank ? ['bank'] : []),
    ...(optional ? ['optional'] : []),
    ...(sameAs ? [`agrees with ${sameAs}`] : []),
  ]
  return `\`${name}\`: \`${kind}\`${notes.length > 0 ? ` (*${notes.join(', ')}*)` : ''}`
}

function given(stage: Stage): string {
  const [words = ''] = givenExample(stage)
  const [port, from] = words.trim().split(', from ')
  return from ? `\`${port}\` from \`${from}\`` : port!.includes(' ') ? `what ${port}` : `\`${port}\``
}

function row(parameter: Parameter, stage: Stage): string[] {
  const { name, type, doc = '', required } = parameter
  const usual = parameter.default === undefined ? (required ? '*required*' : '') : `\`${written(parameter)}\``
  return [`\`${name}\``, type, usual, doc + changesInWords(stage, name)]
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
