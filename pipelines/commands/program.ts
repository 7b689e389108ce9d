/** The program that the command line is. A verb's file is loaded only when the verb is used, so that help answers at once. */
import { Command, CommanderError } from 'commander'
import { problemsIn } from '../../data/problem.js'
import { ownVersion } from '../setup/versions.js'
import { lastWords, lastWordsAsJson } from './last-words.js'

/** Verb, one line of help, and its file if that is called otherwise, in the order in which a newcomer meets them. */
const VERBS: readonly (readonly [name: string, summary: string, file?: string])[] = [
  ['doctor', 'say what is installed, what is missing and how to mend it'],
  ['list', 'list the stages, or explain one'],
  ['validate', 'check a graph or config without opening any audio'],
  ['config', 'print a config with all that it stands on, or where each value comes from', 'explain-config'],
  ['graph', 'draw a graph as text or SVG'],
  ['tap', 'write what leaves a node, to look at and listen to'],
  ['data', 'check data sets for bad clips and copies, part them'],
  ['compare-sets', 'say whether two sets of recordings sound alike, and what differs'],
  ['scenes', 'compose scenes of overlapping sounds, with their stems'],
  ['train', 'train an encoder from a config'],
  ['import', 'make a run folder of published weights, vectors of texts of those of words'],
  ['embed', 'write embeddings of recordings as an Arrow file'],
  ['listen', 'embed sound while it is being recorded, and say what it is like'],
  ['separate', 'write what a trained separator makes of recordings, to look at and to listen to'],
  ['evaluate-separation', 'measure a separator on mixtures whose stems are known'],
  ['export', 'write a trained encoder as ONNX, for TensorFlow.js or as safetensors'],
  ['merge', 'put files of embeddings together'],
  ['convert', 'write embeddings as Parquet, NumPy or a table, for other programs'],
  ['inspect', 'say what an embeddings file holds, with a map to listen to'],
  ['probe', 'say what embeddings are worth, beside baselines'],
  ['similar', 'find the sounds most like some examples, and how often they share a label'],
  ['label', 'label windows of recordings on a page that learns from each answer'],
  ['cluster', 'make the codebook that a graph quantises by: k-means of its patches or tokens'],
  ['finetune', 'train a classifier, from scratch or a checkpoint, and judge it on a test set'],
  ['classify', 'say what a trained classifier makes of sounds'],
  ['detect', 'say when a trained frame classifier hears which event'],
  ['consistency', 'say whether classes and embeddings stay when sounds are shifted'],
  ['report', 'write a page of a run or a sweep, to look at and to listen to'],
  ['runs', 'list runs with their states and best figures'],
  ['compare', 'say what differs between two runs'],
  ['sweep', 'train a config with changes and several seeds, and compare them in one table'],
  ['tables', 'write the tables of Markdown pages from the results that they name'],
  ['cache', 'show or prune what is kept on disk'],
  ['engine', 'install TensorFlow for this machine'],
  ['completion', 'print what has a shell complete verbs and flags'],
]

const EXAMPLES = `
Examples:
  ./earshot validate configs/quickstart.yaml
  ./earshot train configs/quickstart.yaml --run runs/first
  ./earshot embed runs/first my-sounds/ -o my-sounds.arrow
  ./earshot probe my-sounds.arrow --label class
`

/** Says on stderr what went wrong; to those who ask for JSON in JSON. @returns the exit code */
export async function tellWhy(error: unknown, words: readonly string[]): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode // it has said so itself
  process.stderr.write(words.includes('--json') ? lastWordsAsJson(error) : await lastWords(error))
  return 1
}

/** Whether it is of the user's making; of other errors threads may still be at work. */
export const isExpected = (error: unknown) => error instanceof CommanderError || problemsIn(error) !== undefined

/** Does what the words ask for. @throws CommanderError; Problem and Problems; whatever else a verb throws */
export async function perform(words: string[]): Promise<void> {
  const asked = words.find(word => !word.startsWith('-'))
  const known = VERBS.some(([name]) => name === asked)
  const program = new Command('earshot')
    .description('Learns sound representations without labels.')
    .helpOption('-h, --help', 'show help')
    .version(ownVersion(), '--version', 'show the version')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError(`./earshot ${known ? `${asked} --help says what it takes` : '--help lists the verbs'}.`)
  const completed = asked === 'complete' ? words.slice(words.indexOf('--') + 1) : undefined
  const verb = asked === 'help' ? words[words.indexOf('help') + 1] : (completed?.[0] ?? asked)
  for (const [name, summary, file = name] of VERBS) {
    if (name === verb) (await import(`./${file}.js`)).default(program)
    else program.command(name).description(summary).allowUnknownOption().allowExcessArguments()
  }
  if (verb === 'job') (await import('./job.js')).default(program) // what executors start
  if (completed) {
    const { candidates } = await import('./completion.js')
    process.stdout.write(candidates(program, completed).join('\n'))
    return
  }
  await program.parseAsync(words, { from: 'user' })
}
